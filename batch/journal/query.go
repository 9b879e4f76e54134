package journal

import (
	"context"
	"database/sql"
	"iter"
)

// pageSize is how many rows or steps a listing reads at a time.
const pageSize = 500

// query reads all rows of a query to its end, so that nothing stays open.
func query[T any](ctx context.Context, db *sql.DB, read func(scan func(...any) error) (T, error), text string, args ...any) ([]T, error) {
	var out []T
	err := each(ctx, db, func(scan func(...any) error) error {
		v, err := read(scan)
		out = append(out, v)
		return err
	}, text, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each calls read for each row of a query.
func each(ctx context.Context, db *sql.DB, read func(scan func(...any) error) error, text string, args ...any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readOne reads a query of one column.
func readOne[T any](scan func(...any) error) (v T, err error) {
	err = scan(&v)
	return v, err
}

// paged yields what next gives for the last that was yielded, at first the zero T, until it gives less than a page. While the
// caller has the floor no query is open. An error ends it, changed by wrap.
func paged[T any](next func(last T) ([]T, error), wrap func(error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last T
		for more := true; more; {
			page, err := next(last)
			if err != nil {
				var none T
				yield(none, wrap(err))
				return
			}
			for _, last = range page {
				if !yield(last, nil) {
					return
				}
			}
			more = len(page) == pageSize
		}
	}
}

// atOnce is how many pages a listing reads at the same time.
const atOnce = 2

// ahead yields what read gives for each page from 0 up to pages. The next ones are read while the caller has the floor, in
// goroutines that have ended when the listing has. An error is the last that is yielded.
func ahead[T any](pages int, read func(page int) ([]T, error)) iter.Seq2[[]T, error] {
	type reading struct {
		page []T
		err  error
	}
	return func(yield func([]T, error) bool) {
		var coming []chan reading // in the order of the pages
		begin := func(i int) {
			if i >= pages {
				return
			}
			done := make(chan reading, 1)
			coming = append(coming, done)
			go func() {
				page, err := read(i)
				done <- reading{page, err}
			}()
		}
		defer func() {
			for _, done := range coming {
				<-done
			}
		}()
		for i := range atOnce {
			begin(i)
		}
		for i := range pages {
			now := <-coming[0]
			coming = coming[1:]
			if now.err == nil {
				begin(i + atOnce)
			}
			if !yield(now.page, now.err) || now.err != nil {
				return
			}
		}
	}
}
