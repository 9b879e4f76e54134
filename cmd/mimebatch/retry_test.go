package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// journalOf stores a run without rows in a journal of its own.
func journalOf(t *testing.T, run batch.Run) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal.db")
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Plan(t.Context(), run, func(func(batch.PlannedRow, error) bool) {}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// The rows of an undo are not what the sheet asks for: planned from the sheet they would do again what was to be taken back.
func TestRetryOfAnUndoIsRefused(t *testing.T) {
	path := journalOf(t, batch.Run{ID: "undone", Kind: batch.OfUndo, Of: "k3f9qa", Created: time.Now(), SheetPath: "people.csv"})
	code, _, stderr := invoke(t, nil, "retry", "undone", "--journal", path)
	if code != exitUsage || !strings.Contains(stderr, "mimebatch undo k3f9qa") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// A list of protected people whose folder isn't known may be another list here.
func TestRetryRefusesAListOfAnUnknownFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("board.txt", []byte("somebody.else@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := journalOf(t, batch.Run{ID: "k3f9qa", Kind: batch.OfSheet, Created: time.Now(), SheetPath: "people.csv", Options: []string{"--protect=board.txt"}})
	code, _, stderr := invoke(t, nil, "retry", "k3f9qa", "--journal", path)
	if code != exitUsage || !strings.Contains(stderr, "was planned with --protect board.txt") || !strings.Contains(stderr, "name the list anew, with --protect FILE") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// Runs that are each a retry of the other, or of themselves, come to an end.
func TestRunsBeforeEnd(t *testing.T) {
	run := batch.Run{ID: "k3f9qa", Kind: batch.OfRetry, Of: "k3f9qa", Created: time.Now()}
	j, err := journal.Open(t.Context(), journalOf(t, run))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var stderr bytes.Buffer
	before, err := (&app{stderr: &stderr}).runsBefore(t.Context(), j, run)
	if err != nil || len(before) > 0 || !strings.Contains(stderr.String(), "may be planned again") {
		t.Errorf("%d runs, error %v, %s", len(before), err, &stderr)
	}
}

func TestNumbers(t *testing.T) {
	var many []int
	for n := range 20 {
		many = append(many, n+2)
	}
	for _, tt := range []struct {
		numbers []int
		want    string
	}{
		{many[:1], "2"}, {many[:2], "2 and 3"}, {many[:3], "2, 3 and 4"}, {many, "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 8 more"},
	} {
		if got := numbers(tt.numbers); got != tt.want {
			t.Errorf("%v are written %q, want %q", tt.numbers, got, tt.want)
		}
	}
}
