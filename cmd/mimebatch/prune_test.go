package main

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"mimebatch/batch"
)

func TestParseAge(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "12w": 84 * day, "36h": 36 * time.Hour, "0d": 0, "36500d": 36500 * day,
		"": -1, "d": -1, "90": -1, "-1d": -1, "1.5d": -1, "9 d": -1, "90D": -1, "36501d": -1, "99999999999999999999w": -1, "1y": -1,
	} {
		got, err := parseAge(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

// FuzzParseAge shows that an age that is read is the one that was written.
func FuzzParseAge(f *testing.F) {
	for _, s := range []string{"90d", "12w", "36h", "", "d", "-1d", "+1d", "007d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		age, err := parseAge(s)
		if err != nil {
			return
		}
		if again, err := parseAge(fmt.Sprintf("%dh", age/time.Hour)); err != nil || again != age || age < 0 {
			t.Errorf("%q is %v, and again %v, %v", s, age, again, err)
		}
	})
}

// A run that got on after it was shown is kept.
func TestPruneKeepsWhatGotOn(t *testing.T) {
	ctx := t.Context()
	a := &app{stdout: &output{w: io.Discard}, stderr: io.Discard, journalPath: filepath.Join(t.TempDir(), "journal.db"), getenv: func(string) string { return "" }}
	j, run := onePlan(t, a)
	old, err := a.oldRuns(ctx, j, pruneFlags{unfinished: true}, time.Now())
	if err != nil || len(old) != 1 {
		t.Fatalf("%d runs, %v", len(old), err)
	}
	step := batch.Attempt{Run: run.ID, Row: 1, Step: 1, Try: 1, Begun: time.Now()}
	if err := j.Begin(ctx, []batch.Attempt{step}); err != nil {
		t.Fatal(err)
	}
	if err := j.Finish(ctx, []batch.Outcome{{Attempt: step, State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done, Sent: time.Now()}}}); err != nil {
		t.Fatal(err)
	}
	if gone, err := a.removeRun(ctx, j, old[0]); gone || err != nil {
		t.Errorf("deleted: %v, %v", gone, err)
	}
}
