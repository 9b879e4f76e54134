package journal_test

import (
	"errors"
	"math"
	"path/filepath"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// A run is overtaken where a run planned later for the same tenant has written, or may have: by the latest of these.
func TestOvertaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	ours, theirs := batch.Tenant{Key: "ours"}, batch.Tenant{Key: "theirs"}
	for _, r := range []struct {
		id    batch.RunID
		after time.Duration
		of    batch.Tenant
	}{
		{"r", 0, ours}, {"earlier", -time.Second, ours}, {"later", time.Second, ours}, {"latest", time.Hour, ours}, {"idle", 2 * time.Hour, ours},
		{"elsewhere", time.Hour, theirs}, {"rehearsed", time.Hour, batch.Tenant{Key: "ours", Sandbox: true}},
	} {
		plan(t, j, batch.Run{ID: r.id, Created: noon.Add(r.after), Tenant: r.of, Rows: 9}, people(9))
	}
	if got, err := j.Overtaken(t.Context(), "r"); err != nil || len(got) > 0 {
		t.Errorf("before anything was sent: %v, %v", got, err)
	}
	reply := func(run batch.RunID, row int, state batch.StepState, v batch.Verdict) {
		a := attempt(run, row, 1, 1)
		begin(t, j, a)
		finish(t, j, a, state, batch.Reply{Verdict: v, Sent: noon})
	}
	for row := range 9 {
		for _, run := range []batch.RunID{"earlier", "elsewhere", "rehearsed"} {
			reply(run, row+1, batch.StepDone, batch.Done)
		}
	}
	reply("later", 1, batch.StepDone, batch.Done)
	reply("later", 2, batch.StepUnknown, batch.Unknown)
	begin(t, j, attempt("later", 3, 1, 1))
	reply("later", 4, batch.StepRefused, batch.Refused)
	reply("later", 5, batch.StepOpen, batch.Throttled)
	reply("later", 6, batch.StepDone, batch.Done)
	reply("latest", 6, batch.StepDone, batch.Done)
	reply("later", 7, batch.StepDone, batch.Done)
	reply("r", 7, batch.StepDone, batch.Done)
	begin(t, j, attempt("r", 1, 1, 1))
	// What took no call wrote nothing, and what is of a run is later, whatever the clock said.
	begin(t, j, attempt("later", 8, 1, 1))
	finish(t, j, attempt("later", 8, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done})
	plan(t, j, batch.Run{ID: "set-back", Kind: batch.OfRetry, Of: "r", Created: noon.Add(-time.Hour), Tenant: ours, Rows: 9}, people(9))
	reply("set-back", 9, batch.StepDone, batch.Done)

	want := batch.Overtaken{{Row: 1, By: "later"}, {Row: 2, By: "later"}, {Row: 3, By: "later"}, {Row: 6, By: "latest"}, {Row: 9, By: "set-back"}}
	got, err := j.Overtaken(t.Context(), "r")
	if d := diff(want, got); d != "" || err != nil {
		t.Errorf("error %v; overtaken (-want +got):\n%s", err, d)
	}
	if got.By(6) != "latest" || got.By(7) != "" {
		t.Errorf("row 6 by %q, row 7 by %q", got.By(6), got.By(7))
	}
	// Few are left, and much was written since.
	for _, row := range []int{2, 3, 4, 5, 6, 8, 9} {
		reply("r", row, batch.StepDone, batch.Done)
	}
	got, err = j.Overtaken(t.Context(), "r")
	if d := diff(want[:1], got); d != "" || err != nil {
		t.Errorf("error %v; overtaken (-want +got):\n%s", err, d)
	}
	if got, err := j.Overtaken(t.Context(), "latest"); err != nil || len(got) > 0 {
		t.Errorf("the latest: %v, %v", got, err)
	}
	if _, err := j.Overtaken(t.Context(), "none"); !errors.Is(err, batch.ErrNoRun) {
		t.Errorf("no run: %v", err)
	}
}

// An attempt that takes no call is stored with its outcome, all of it or nothing, and nobody ever sees it without.
func TestNoteIsNeverInDoubt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	plan(t, j, batch.Run{ID: "r", Rows: 3}, people(3))
	note := func(row, step int) batch.Outcome {
		return batch.Outcome{Attempt: attempt("r", row, step, 1), State: batch.StepRefused, Reply: batch.Reply{Verdict: batch.Refused}}
	}
	before := collect(t, j.Results(t.Context(), "r"))
	for name, os := range map[string][]batch.Outcome{"no such step": {note(1, 1), note(2, 9)}, "twice": {note(1, 1), note(1, 1)}} {
		if err := j.Note(t.Context(), os); err == nil {
			t.Errorf("%s: no error", name)
		}
		if d := diff(before, collect(t, j.Results(t.Context(), "r"))); d != "" {
			t.Errorf("%s: something was written (-before +after):\n%s", name, d)
		}
	}
	if err := j.Note(t.Context(), []batch.Outcome{note(1, 1), note(2, 1)}); err != nil {
		t.Fatal(err)
	}
	if got := collect(t, j.Open(t.Context(), "r", 1, math.MaxInt)); len(got) != 1 || got[0].Row != 3 {
		t.Errorf("open: %+v", got)
	}
	if got := collect(t, j.Results(t.Context(), "r"))[0]; got.Status != batch.WasRefused || got.Attempts != 0 {
		t.Errorf("%+v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if faults := collect(t, journal.Check(t.Context(), path)); len(faults) > 0 {
		t.Errorf("faults %q", faults)
	}
}
