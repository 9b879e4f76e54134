//go:build unix

package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// A journal that is deleted, moved or replaced while a run is applied takes no further call, and what was done before can still be
// read. On Windows an open file can't be taken away.
func TestJournalGone(t *testing.T) {
	for name, away := range map[string]func(path string) error{
		"deleted":     os.Remove,
		"moved":       func(path string) error { return os.Rename(path, path+".old") },
		"replaced":    func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
		"log deleted": func(path string) error { return os.Remove(path + "-wal") },
		"log replaced": func(path string) error {
			return errors.Join(os.Remove(path+"-wal"), os.WriteFile(path+"-wal", nil, 0o600))
		},
		"all deleted": func(path string) error {
			return errors.Join(os.Remove(path), os.Remove(path+"-wal"), os.Remove(path+"-shm"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j, err := journal.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			plan(t, j, batch.Run{ID: "r"}, people(3))
			begin(t, j, attempt("r", 1, 1, 1))
			if err := away(path); err != nil {
				t.Fatal(err)
			}
			err = j.Begin(t.Context(), []batch.Attempt{attempt("r", 2, 1, 1)})
			if _, ok := errors.AsType[*journal.WriteError](err); !ok || !strings.Contains(err.Error(), "deleted or replaced") || !strings.Contains(batch.HintOf(err), "plan the sheet again") {
				t.Fatalf("Begin: %v, hint %q; want a WriteError that tells it", err, batch.HintOf(err))
			}
			if err := j.Begin(t.Context(), []batch.Attempt{attempt("r", 3, 1, 1)}); err == nil {
				t.Error("a later call was begun")
			}
			if got := collect(t, j.Results(t.Context(), "r")); len(got) != 3 {
				t.Errorf("%d results, want 3", len(got))
			}
		})
	}
}
