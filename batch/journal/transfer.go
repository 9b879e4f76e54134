package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/durable"
)

// ErrNoExport says that a file is a journal, but not of one run only.
var ErrNoExport = errors.New("it is no export: that holds one run")

// Export writes a run, with all that is known of it, to a file of its own: a journal that holds nothing else, readable by its owner
// only. A file that is there is replaced. While it is written it is beside this journal, so path may be on any drive.
// The error is [batch.ErrNoRun] if there is no run of that name. Nobody should be applying the run meanwhile.
func (j *Journal) Export(ctx context.Context, id batch.RunID, path string) error {
	if err := j.export(ctx, id, path); err != nil {
		return fmt.Errorf("export run %s: %w", id, err)
	}
	return nil
}

func (j *Journal) export(ctx context.Context, id batch.RunID, path string) error {
	if _, err := j.find(ctx, id); err != nil {
		return err
	}
	return durable.Aside(j.file, func(temp string) error {
		into, err := open(ctx, temp)
		if err != nil {
			return err
		}
		// Closing it brings all into the one file.
		if err := errors.Join(transfer(ctx, j.reading, into, id), into.Close()); err != nil {
			return err
		}
		return durable.WriteFile(path, 0o600, func(w io.Writer) error { return copyFile(w, temp) })
	})
}

// Import takes in a run that [Journal.Export] wrote, all of it or nothing, and returns it. The file stays as it is. It may be of an
// older version; errors are *[NewerError], *[ForeignError], *[DamagedError] and [ErrNoExport] for files that can't be taken in, and
// [ErrExists] if there is a run of that name.
func (j *Journal) Import(ctx context.Context, path string) (batch.Run, error) {
	r, err := j.take(ctx, path)
	if err != nil {
		return batch.Run{}, fmt.Errorf("import %s: %w", path, err)
	}
	return r, nil
}

func (j *Journal) take(ctx context.Context, path string) (r batch.Run, err error) {
	if err := j.sound(); err != nil {
		return batch.Run{}, err
	}
	if leftOpen(path) {
		return batch.Run{}, errors.New("it is in use, or was not closed")
	}
	err = durable.Aside(j.file, func(temp string) error {
		if err := copyTo(temp, path); err != nil {
			return err
		}
		r, err = j.takeCopy(ctx, temp)
		return err
	})
	return r, err
}

// takeCopy takes in the run of a file that may be changed.
func (j *Journal) takeCopy(ctx context.Context, temp string) (r batch.Run, err error) {
	from, err := open(ctx, temp)
	if err != nil {
		return batch.Run{}, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := from.whole(ctx); err != nil {
		return batch.Run{}, err
	}
	runs, err := query(ctx, from.reading, readRun, selectRun)
	if err != nil {
		return batch.Run{}, err
	}
	if len(runs) != 1 {
		return batch.Run{}, ErrNoExport
	}
	r = runs[0]
	if err := j.sweep(ctx); err != nil {
		return batch.Run{}, err
	}
	return r, transfer(ctx, from.reading, j, r.ID)
}

// whole returns a *[DamagedError] if something is wrong with the journal.
func (j *Journal) whole(ctx context.Context) error {
	faults, err := damage(ctx, j.reading, "PRAGMA integrity_check")
	if err != nil {
		return err
	}
	if len(faults) == 0 {
		const tellMost = 3
		if _, err := j.broken(ctx, func(f string, _ error) bool {
			faults = append(faults, f)
			return len(faults) < tellMost
		}); err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		return &DamagedError{faults}
	}
	return nil
}

func copyFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// copyTo makes the file temp, readable by its owner only, a copy of that at path.
func copyTo(temp, path string) error {
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(copyFile(f, path), f.Close())
}

// parts are the tables that have a run in bits, in the order in which they refer to each other, and their columns that number its rows.
var parts = []struct{ table, row string }{{"rows", "n"}, {"steps", "row"}, {"open_steps", "row"}, {"attempts", "row"}}

// transfer copies a run to a journal that doesn't have it, in bits. Until the last of them nobody sees it there, as with a plan.
func transfer(ctx context.Context, from *sql.DB, into *Journal, id batch.RunID) (err error) {
	run, err := readTable(ctx, from, "runs", "id = ?", id)
	if err != nil {
		return err
	}
	sessions, err := readTable(ctx, from, "sessions", "run = ?", id)
	if err != nil {
		return err
	}
	var rows int
	if err := from.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM rows WHERE run = ?`, id).Scan(&rows); err != nil {
		return err
	}
	now := time.Now()
	run.set("state", "planning")
	run.set("touched", at(&now))
	if err := into.writer.do(ctx, func(s *session) error {
		n, err := run.insert(s, "ON CONFLICT DO NOTHING")
		if err == nil && n == 0 {
			return ErrExists
		}
		return err
	}); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// Should this fail too, what is left can't be seen, and goes when the next plan is made.
			_ = into.abandon(context.WithoutCancel(ctx), id)
		}
	}()
	for after := 0; after < rows; after += chunkRows {
		var bits []*rawTable
		for _, p := range parts {
			bit, err := readTable(ctx, from, p.table, "run = ? AND "+p.row+" > ? AND "+p.row+" <= ?", id, after, after+chunkRows)
			if err != nil {
				return err
			}
			bits = append(bits, bit)
		}
		if err := into.writer.do(ctx, func(s *session) error {
			if err := touch(s, id); err != nil {
				return err
			}
			for _, bit := range bits {
				if _, err := bit.insert(s, ""); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return into.writer.do(ctx, func(s *session) error {
		if err := touch(s, id); err != nil {
			return err
		}
		if _, err := sessions.insert(s, ""); err != nil {
			return err
		}
		_, err := s.exec(`UPDATE runs SET state = 'planned' WHERE id = ?`, id)
		return err
	})
}

// rawTable is rows of a table as they are stored.
type rawTable struct {
	name    string
	columns []string
	rows    [][]any
}

func readTable(ctx context.Context, db *sql.DB, name, where string, args ...any) (*rawTable, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+name+" WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := &rawTable{name: name}
	if t.columns, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		t.rows = append(t.rows, values)
	}
	return t, rows.Err()
}

// set changes a column in all rows.
func (t *rawTable) set(column string, value any) {
	for i, c := range t.columns {
		if c == column {
			for _, row := range t.rows {
				row[i] = value
			}
		}
	}
}

// insert stores the rows, and returns how many.
func (t *rawTable) insert(s *session, conflict string) (n int64, err error) {
	text := fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s) %s", t.name, strings.Join(t.columns, ", "), strings.Repeat(", ?", len(t.columns)-1), conflict)
	for _, row := range t.rows {
		k, err := s.exec(text, row...)
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}
