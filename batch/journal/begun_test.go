package journal_test

import (
	"path/filepath"
	"testing"

	"mimebatch/batch"
)

func TestBegun(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	for _, tt := range []struct {
		id    batch.RunID
		came  func(batch.Attempt)
		begun bool
	}{
		{"planned", nil, false},
		{"in-doubt", func(batch.Attempt) {}, true},
		{"not-sent", func(a batch.Attempt) { finish(t, j, a, batch.StepOpen, batch.Reply{Verdict: batch.NotSent}) }, false},
		{"throttled", func(a batch.Attempt) {
			finish(t, j, a, batch.StepOpen, batch.Reply{Verdict: batch.Throttled, Sent: noon})
		}, false},
		{"rechecked", func(a batch.Attempt) { finish(t, j, a, batch.StepRefused, batch.Reply{Verdict: batch.Refused}) }, false},
		{"refused", func(a batch.Attempt) {
			finish(t, j, a, batch.StepRefused, batch.Reply{Verdict: batch.Refused, Sent: noon})
		}, true},
		{"done", func(a batch.Attempt) { finish(t, j, a, batch.StepDone, batch.Reply{Verdict: batch.Done, Sent: noon}) }, true},
		{"lost", func(a batch.Attempt) { finish(t, j, a, batch.StepUnknown, batch.Reply{Verdict: batch.Unknown}) }, true},
	} {
		plan(t, j, batch.Run{ID: tt.id}, people(2))
		if a := attempt(tt.id, 2, 1, 1); tt.came != nil {
			begin(t, j, a)
			tt.came(a)
		}
		if got, err := j.Begun(t.Context(), tt.id); err != nil || got != tt.begun {
			t.Errorf("%s: %v, %v; want %v", tt.id, got, err, tt.begun)
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
