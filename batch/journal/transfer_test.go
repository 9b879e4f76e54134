package journal_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// A run goes to another journal with all that is known of it, and is gone on with there.
func TestTransfer(t *testing.T) {
	from, into := filepath.Join(t.TempDir(), "journal.db"), filepath.Join(t.TempDir(), "journal.db")
	out := filepath.Join(t.TempDir(), "r.mimebatch")
	a, b := open(t, from), open(t, into)
	plan(t, a, batch.Run{ID: "other", Rows: 3}, people(3))
	plan(t, b, batch.Run{ID: "before", Rows: 1}, people(1))
	work(t, a)
	if err := a.Export(t.Context(), "r", out); err != nil {
		t.Fatal(err)
	}
	before := files(t, filepath.Dir(out))
	if info, err := os.Stat(out); err != nil || len(before) != 1 || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("%d files, mode %v, %v", len(before), info.Mode(), err)
	}
	run, err := b.Import(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(before, files(t, filepath.Dir(out))); d != "" {
		t.Error("the export was changed")
	}
	want, err := a.Run(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(want, run); d != "" {
		t.Errorf("run (-want +got):\n%s", d)
	}
	if d := diff(collect(t, a.Results(t.Context(), "r")), collect(t, b.Results(t.Context(), "r"))); d != "" {
		t.Errorf("results (-want +got):\n%s", d)
	}
	if d := diff(collect(t, a.Open(t.Context(), "r", 1, math.MaxInt)), collect(t, b.Open(t.Context(), "r", 1, math.MaxInt))); d != "" {
		t.Errorf("open steps (-want +got):\n%s", d)
	}
	for row := 1; row <= 3; row++ {
		if d := diff(collect(t, a.Attempts(t.Context(), "r", row)), collect(t, b.Attempts(t.Context(), "r", row))); d != "" {
			t.Errorf("attempts at row %d (-want +got):\n%s", row, d)
		}
	}
	begin(t, b, attempt("r", 4, 1, 1))
	if _, err := b.Import(t.Context(), out); !errors.Is(err, journal.ErrExists) {
		t.Errorf("a second import: %v, want ErrExists", err)
	}
	if n := len(collect(t, b.Runs(t.Context()))); n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
	for _, path := range []string{from, into} {
		if names := files(t, filepath.Dir(path)); len(names) != 3 {
			t.Errorf("%d files beside %s, want the journal's own 3", len(names), path)
		}
	}
	if got := collect(t, journal.Check(t.Context(), into)); len(got) > 0 {
		t.Errorf("faults after the import: %q", got)
	}
}

// What is no whole export is refused, and nothing of it stays.
func TestImportRefused(t *testing.T) {
	dir := t.TempDir()
	export := func(t *testing.T, name, change string) string {
		path := filepath.Join(dir, name)
		if err := open(t, worked(t)).Export(t.Context(), "r", path); err != nil {
			t.Fatal(err)
		}
		if change != "" {
			alter(t, path, change)
		}
		return path
	}
	for _, tt := range []struct {
		name, path string
		as         func(error) bool
	}{
		{"newer", export(t, "newer", "PRAGMA user_version = 99"), func(err error) bool { _, ok := errors.AsType[*journal.NewerError](err); return ok }},
		{"foreign", export(t, "foreign", "PRAGMA application_id = 7"), func(err error) bool { _, ok := errors.AsType[*journal.ForeignError](err); return ok }},
		{"broken rule", export(t, "broken", "UPDATE attempts SET verdict = 'unknown' WHERE row = 1"), func(err error) bool { _, ok := errors.AsType[*journal.DamagedError](err); return ok }},
		{"another plan", export(t, "another", `UPDATE steps SET settings = '{"username":"Eve"}' WHERE row = 1`), func(err error) bool { _, ok := errors.AsType[*journal.DamagedError](err); return ok }},
		{"no run", export(t, "empty", "DELETE FROM open_steps; DELETE FROM attempts; DELETE FROM steps; DELETE FROM rows; DELETE FROM runs"), func(err error) bool { return errors.Is(err, journal.ErrNoExport) }},
		{"missing", filepath.Join(dir, "none"), func(err error) bool { return errors.Is(err, os.ErrNotExist) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j := open(t, path)
			if _, err := j.Import(t.Context(), tt.path); err == nil || !tt.as(err) {
				t.Errorf("error %v", err)
			}
			if n := len(collect(t, j.Runs(t.Context()))); n != 0 || len(files(t, filepath.Dir(path))) != 3 {
				t.Errorf("%d runs, files %d", n, len(files(t, filepath.Dir(path))))
			}
		})
	}
}

// An import that is cancelled leaves nothing that can be seen, and can be made again.
func TestImportCancelled(t *testing.T) {
	out := filepath.Join(t.TempDir(), "big")
	a := open(t, filepath.Join(t.TempDir(), "journal.db"))
	plan(t, a, batch.Run{ID: "big", Kind: batch.OfSheet, Rows: 2000}, people(2000))
	if err := a.Export(t.Context(), "big", out); err != nil {
		t.Fatal(err)
	}
	b := open(t, filepath.Join(t.TempDir(), "journal.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Import(ctx, out); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if n := len(collect(t, b.Runs(t.Context()))); n != 0 {
		t.Errorf("%d runs", n)
	}
	if _, err := b.Import(t.Context(), out); err != nil {
		t.Error(err)
	}
}

// A run that is removed is gone with all that was in it, and the others stay.
func TestRemove(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.db")
	j := open(t, path)
	work(t, j)
	kept := person(1, batch.StepCreate)
	kept.Email = "kept@example.com"
	plan(t, j, batch.Run{ID: "kept", Kind: batch.OfSheet, Rows: 1}, each(kept))
	if err := j.Remove(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"again":   j.Remove(t.Context(), "r"),
		"missing": j.Remove(t.Context(), "none"),
		"begin":   j.Begin(t.Context(), []batch.Attempt{attempt("r", 4, 1, 1)}),
	} {
		if err == nil || name != "begin" && !errors.Is(err, batch.ErrNoRun) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if got := collect(t, j.Runs(t.Context())); len(got) != 1 || got[0].ID != "kept" {
		t.Errorf("runs %v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := collect(t, journal.Check(t.Context(), path)); len(got) > 0 {
		t.Errorf("faults %q", got)
	}
	if content := string(files(t, dir)["journal.db"]); strings.Contains(content, "person4@example.com") || !strings.Contains(content, "kept@example.com") {
		t.Error("the file still holds what was removed, or lacks what was kept")
	}
}
