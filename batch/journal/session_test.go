package journal_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

func beginSession(t *testing.T, j *journal.Journal, s batch.Session) int {
	t.Helper()
	n, err := j.BeginSession(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Each session says who, where and how; one that was killed has no end, and no later one gives it one.
func TestSessions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	plan(t, j, batch.Run{ID: "r"}, people(3))
	plan(t, j, batch.Run{ID: "other"}, people(1))
	killed := batch.Session{
		Run: "r", N: 1, Begun: noon, Operator: `EXAMPLE\ana`, Host: "desk " + awkward, PID: 4711, Version: "1.2.3",
		Options: []string{"--out=" + awkward, "--yes=true"},
	}
	if n := beginSession(t, j, killed); n != 1 {
		t.Errorf("the first session has number %d, want 1", n)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, path)
	ended := batch.Session{Run: "r", N: 2, Begun: noon.Add(time.Hour), Operator: "bo", Host: "desk", PID: 1, Version: "1.2.4", Whole: true}
	if n := beginSession(t, j, ended); n != 2 {
		t.Errorf("the second session has number %d, want 2", n)
	}
	ended.Ended, ended.Stopped, ended.Results, ended.ResultsSHA256 = noon.Add(2*time.Hour), "interrupted", "/home/ana/x.csv", "abcd"
	if err := j.EndSession(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]batch.Session{
		"ended already": ended, "not begun": {Run: "r", N: 3, Ended: noon}, "of a run that isn't there": {Run: "s", N: 1, Ended: noon},
	} {
		if err := j.EndSession(t.Context(), s); err == nil {
			t.Errorf("a session %s could be ended", what)
		}
	}
	got, err := j.Sessions(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]batch.Session{killed, ended}, got); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
	if got, err := j.Sessions(t.Context(), "other"); err != nil || len(got) != 0 {
		t.Errorf("sessions of another run are %v, %v, want none", got, err)
	}
	if _, err := j.Sessions(t.Context(), "s"); !errors.Is(err, batch.ErrNoRun) {
		t.Errorf("error %v, want ErrNoRun", err)
	}
	if _, err := j.BeginSession(t.Context(), batch.Session{Run: "s", Begun: noon}); err == nil {
		t.Error("a session of a run that isn't there could be begun")
	}
}

// What was left is known for good, also when it is left again.
func TestLeftResults(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	for _, sum := range []string{"abcd", "ef01", "abcd"} {
		if err := j.LeaveResults(t.Context(), sum); err != nil {
			t.Fatal(err)
		}
	}
	for sum, want := range map[string]bool{"abcd": true, "ef01": true, "abcde": false} {
		if got, err := j.LeftResults(t.Context(), sum); got != want || err != nil {
			t.Errorf("%s was left: %v, %v, want %v", sum, got, err, want)
		}
	}
}

// Only calls that may have reached the service are counted.
func TestCallCounts(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "r"}, each(person(1, batch.StepCreate, batch.StepUpdate), person(2, batch.StepCreate),
		person(3, batch.StepUpdate), person(4, batch.StepUpdate)))
	begin(t, j, attempt("r", 1, 1, 1), attempt("r", 1, 2, 1), attempt("r", 2, 1, 1))
	finish(t, j, attempt("r", 1, 1, 1), batch.StepOpen, batch.Reply{Verdict: batch.Throttled, HTTP: 429, Sent: noon})
	finish(t, j, attempt("r", 2, 1, 1), batch.StepOpen, batch.Reply{Verdict: batch.NotSent})
	begin(t, j, attempt("r", 1, 1, 2), attempt("r", 2, 1, 2))
	finish(t, j, attempt("r", 1, 1, 2), batch.StepDone, batch.Reply{Verdict: batch.Done, HTTP: 200, Sent: noon})
	along := attempt("r", 4, 1, 1)
	along.Along = true
	begin(t, j, attempt("r", 3, 1, 1), along)
	for _, row := range []int{3, 4} { // in one call
		finish(t, j, attempt("r", row, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done, HTTP: 200, RequestID: "r34", Sent: noon.Add(time.Second)})
	}
	got, err := j.CallCounts(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[batch.StepKind]int{batch.StepCreate: 2, batch.StepUpdate: 2}, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if _, err := j.CallCounts(t.Context(), "s"); !errors.Is(err, batch.ErrNoRun) {
		t.Errorf("error %v, want ErrNoRun", err)
	}
}
