package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// Where the results can't be written, what became of the rows is told all the same.
func TestCountsWithoutResults(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Open(t.Context(), filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	run := batch.Run{ID: "undoing", Kind: batch.OfUndo, Of: "done", Created: time.Now(), Format: "csv", Rows: 2, Header: []string{"Email"}}
	if err := j.Plan(t.Context(), run, func(yield func(batch.PlannedRow, error) bool) {
		for n := 1; n <= run.Rows && yield(batch.PlannedRow{N: n, Line: n + 1, Action: batch.ActionUnchanged}, nil); n++ {
		}
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := &app{stdout: &output{w: &out}}
	var sum summary
	counts, err := a.results(t.Context(), j, run, dir, &sum) // a folder
	if err == nil || counts[batch.Unchanged] != 2 || sum.Unchanged != 2 || sum.Undone[batch.NothingToReverse] != 2 || sum.Results != "" {
		t.Errorf("counts %v, summary %+v, error %v", counts, sum, err)
	}
	if !strings.Contains(out.String(), "2  unchanged") || !strings.Contains(out.String(), "2  nothing to reverse") {
		t.Errorf("printed %q", &out)
	}
}
