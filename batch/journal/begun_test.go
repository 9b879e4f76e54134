package journal_test

import (
	"path/filepath"
	"testing"

	"mimebatch/batch"
)

func TestBegun(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	plan(t, j, batch.Run{ID: "r1"}, people(2))
	plan(t, j, batch.Run{ID: "r2"}, people(2))
	begin(t, j, attempt("r2", 2, 1, 1))
	finish(t, j, attempt("r2", 2, 1, 1), batch.StepOpen, batch.Reply{Verdict: batch.NotSent})
	for id, want := range map[batch.RunID]bool{"r1": false, "r2": true} {
		if got, err := j.Begun(t.Context(), id); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", id, got, err, want)
		}
	}
}

// A step that had nothing to send any more leaves its row unchanged, in the counts as in the results.
func TestCountsAsAsked(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	update := person(1, batch.StepUpdate)
	update.Action = batch.ActionUpdate
	plan(t, j, batch.Run{ID: "r1"}, each(update, person(2, batch.StepCreate, batch.StepUpdate)))
	asAsked := batch.Reply{Verdict: batch.Done, Reason: batch.Reason{Code: batch.CodeAsAsked}}
	for _, a := range []batch.Attempt{attempt("r1", 1, 1, 1), attempt("r1", 2, 1, 1), attempt("r1", 2, 2, 1)} {
		begin(t, j, a)
	}
	finish(t, j, attempt("r1", 1, 1, 1), batch.StepDone, asAsked)
	finish(t, j, attempt("r1", 2, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done, Sent: noon})
	finish(t, j, attempt("r1", 2, 2, 1), batch.StepDone, asAsked)
	counts, err := j.Counts(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(batch.Counts{batch.Unchanged: 1, batch.Created: 1}, counts); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	for _, r := range collect(t, j.Results(t.Context(), "r1")) {
		if want := map[int]batch.Status{1: batch.Unchanged, 2: batch.Created}[r.N]; r.Status != want {
			t.Errorf("row %d is %s, want %s", r.N, r.Status, want)
		}
	}
}
