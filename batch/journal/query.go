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
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
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

// ahead is paged, but for that the next page is read while the caller has the floor.
func ahead[T any](next func(last T) ([]T, error), wrap func(error) error) iter.Seq2[T, error] {
	type reading struct {
		page []T
		err  error
	}
	read := func(last T) <-chan reading {
		done := make(chan reading, 1)
		go func() {
			page, err := next(last)
			done <- reading{page, err}
		}()
		return done
	}
	return func(yield func(T, error) bool) {
		var none T
		coming := read(none)
		defer func() {
			if coming != nil {
				<-coming // no query goes on after the listing
			}
		}()
		for coming != nil {
			now := <-coming
			coming = nil
			if now.err != nil {
				yield(none, wrap(now.err))
				return
			}
			if len(now.page) == pageSize {
				coming = read(now.page[pageSize-1])
			}
			for _, v := range now.page {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}
