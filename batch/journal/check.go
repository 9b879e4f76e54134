package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// DamagedError is a journal that is not as it was written.
type DamagedError struct {
	Faults []string // the first of them
}

func (e *DamagedError) Error() string { return "it is damaged: " + strings.Join(e.Faults, "; ") }

// Hint tells what to do.
func (e *DamagedError) Hint() string {
	return "keep a copy of the file for whoever looks into it; to go on, name another journal with --journal and plan the sheet " +
		"again, which finds the accounts as they are"
}

const (
	// lookFor bounds the look at a file that was not closed. A journal of some 100,000 rows is looked through in that time.
	lookFor = time.Second
	// mostFaults is how many faults of one sort are told.
	mostFaults = 100
)

// look finds out whether a file that was not closed is whole, as far as there is time. SQLite repairs by itself what the end of
// a process or of the power leaves behind, so that damage comes from elsewhere, and is rare: for that a run needn't wait.
func (j *Journal) look() error {
	ctx, cancel := context.WithTimeout(context.Background(), lookFor)
	defer cancel()
	// Those first that decide what is sent.
	for _, table := range []string{"runs", "sessions", "open_steps", "attempts", "steps", "rows"} {
		faults, err := damage(ctx, j.reading, fmt.Sprintf("PRAGMA quick_check('%s')", table))
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("look at journal: %w", err)
		case len(faults) > 0:
			return fmt.Errorf("look at journal: %w", &DamagedError{faults})
		}
	}
	return nil
}

// damage returns what SQLite finds wrong with a file.
func damage(ctx context.Context, db *sql.DB, check string) ([]string, error) {
	faults, err := query(ctx, db, readOne[string], check)
	if c := primaryCode(err); c == sqlite3.SQLITE_CORRUPT || c == sqlite3.SQLITE_NOTADB {
		return []string{err.Error()}, nil
	}
	if len(faults) == 1 && faults[0] == "ok" {
		faults = nil
	}
	var out []string
	for _, f := range faults {
		out = append(out, strings.ReplaceAll(f, "\n", "; "))
	}
	return out, err
}

// Check yields in words all that is wrong with the journal at path: what SQLite finds, and, if that is nothing, what breaks the rules
// that tables and rows of ours keep. It may take minutes. An error ends it: the journal can't be read, or is none ([Open]).
// A journal of an older version is brought up to this one.
func Check(ctx context.Context, path string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := check(ctx, path, yield); err != nil {
			yield("", fmt.Errorf("check journal %s: %w", path, denied(err)))
		}
	}
}

func check(ctx context.Context, path string, yield func(string, error) bool) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", address(path, "mode=rw", "_query_only=1"))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := known(ctx, db); err != nil {
		return err
	}
	faults, err := damage(ctx, db, "PRAGMA integrity_check")
	if err != nil {
		return err
	}
	for _, f := range faults {
		if !yield(f, nil) {
			return nil
		}
	}
	if len(faults) > 0 {
		return nil
	}
	j, err := open(ctx, path)
	if err != nil {
		return err
	}
	_, err = j.broken(ctx, yield)
	return errors.Join(err, j.Close())
}

// known returns why a file is no journal of this version or an older one.
func known(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return foreign(err)
	}
	defer conn.Close()
	_, err = inspect(ctx, conn)
	return err
}

// broken yields what breaks the rules, and tells whether there was something.
func (j *Journal) broken(ctx context.Context, yield func(string, error) bool) (some bool, err error) {
	for _, rule := range rules {
		faults, err := query(ctx, j.reading, readOne[string], rule+" LIMIT ?", mostFaults)
		if err != nil {
			return some, err
		}
		for _, f := range faults {
			some = true
			if !yield(f, nil) {
				return some, nil
			}
		}
	}
	if some {
		return some, nil
	}
	for r, err := range j.Runs(ctx) {
		if err != nil {
			return some, err
		}
		sum, err := j.hashPlan(ctx, r.ID)
		if err != nil {
			return some, err
		}
		if r.PlanSHA256 == "" || sum == r.PlanSHA256 {
			continue
		}
		some = true
		if !yield(fmt.Sprintf("run %s: its plan is not the one that was made", r.ID), nil) {
			return some, nil
		}
	}
	return some, nil
}
