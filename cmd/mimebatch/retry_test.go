package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// The rows of an undo are not what the sheet asks for: planned from the sheet they would do again what was to be taken back.
func TestRetryOfAnUndoIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	run := batch.Run{ID: "undone", Kind: batch.OfUndo, Of: "k3f9qa", Created: time.Now(), SheetPath: "people.csv"}
	if err := j.Plan(t.Context(), run, func(func(batch.PlannedRow, error) bool) {}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := invoke(t, nil, "retry", "undone", "--journal", path)
	if code != exitUsage || !strings.Contains(stderr, "mimebatch undo k3f9qa") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
