package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// took tells how many steps are not open.
func took(l *ledger) (n int) {
	for _, s := range l.states() {
		if s != StepOpen {
			n++
		}
	}
	return n
}

// slowly answers every call after a time, with yes.
func slowly(d time.Duration) *desk {
	return &desk{answer: func(_ int, steps []Step) []Reply {
		after(d)
		return alike(steps, yes)
	}}
}

// creates are so many rows of one create each.
func creates(n int) *ledger {
	l := &ledger{}
	for i := range n {
		l.steps = append(l.steps, StepResult{State: StepOpen, Step: Step{
			Row: i + 1, Line: i + 2, N: 1, Kind: StepCreate, Email: fmt.Sprintf("u%d@example.com", i), Set: Settings{Username: "U"},
		}})
	}
	return l
}

// onDuty is a desk that takes calls one at a time, so that n calls take n times as long whatever the workers.
type onDuty struct {
	*desk
	each time.Duration
}

func (d onDuty) Do(ctx context.Context, steps []Step) []Reply {
	after(d.each)
	return d.desk.Do(ctx, steps)
}

// When the time has come no row is begun any more, the calls on their way come home, and what is left is open. Another apply
// goes on with it.
func TestTimeLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits func() Limits
		limit  Limit
		rows   int // of 20, each of 10 s, by one worker
	}{
		{"until", func() Limits { return Limits{Until: time.Now().Add(65 * time.Second)} }, LimitUntil, 7},
		{"until, by the wall alone", func() Limits { return Limits{Until: time.Now().Add(65 * time.Second).Round(0)} }, LimitUntil, 7},
		{"until is over", func() Limits { return Limits{Until: time.Now().Add(-time.Hour)} }, LimitUntil, 0},
		{"max-duration", func() Limits { return Limits{Duration: 65 * time.Second} }, LimitDuration, 7},
		{"the earlier of both", func() Limits { return Limits{Duration: time.Hour, Until: time.Now().Add(5 * time.Second)} }, LimitUntil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := creates(20)
				d := slowly(10 * time.Second)
				a := Applier{Directory: d, Journal: l, Workers: 1, Limits: tt.limits()}
				err := a.Apply(t.Context(), "r")
				limit, ok := errors.AsType[*LimitError](err)
				if !ok || limit.Limit != tt.limit || !strings.Contains(err.Error(), "--"+string(tt.limit)) {
					t.Fatalf("error %v", err)
				}
				want := append(slices.Repeat([]StepState{StepDone}, tt.rows), slices.Repeat([]StepState{StepOpen}, 20-tt.rows)...)
				if d := cmp.Diff(want, l.states()); d != "" {
					t.Errorf("states (-want +got):\n%s", d)
				}
				a.Limits = Limits{}
				if err := a.Apply(t.Context(), "r"); err != nil {
					t.Fatal(err)
				}
				if took(l) != 20 || len(d.calls) != 20 {
					t.Errorf("%d rows by %d calls", took(l), len(d.calls))
				}
			})
		})
	}
}

// A limit that isn't reached ends nothing, and an interrupt stays one.
func TestLimitsThatDontEndARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := Limits{Until: time.Now().Add(time.Hour), Duration: time.Hour, Failures: new(3), Changes: new(20)}
		l := creates(20)
		d := &desk{answer: func(n int, steps []Step) []Reply {
			if n <= 3 {
				return alike(steps, no)
			}
			return alike(steps, yes)
		}}
		if err := (&Applier{Directory: d, Journal: l, Workers: 4, Limits: none}).Apply(t.Context(), "r"); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		err := (&Applier{Directory: slowly(10 * time.Second), Journal: creates(20), Workers: 1, Limits: none}).Apply(ctx, "r")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

// One refusal too many ends the run: one worker begins no row after it, several none but those that are on their way.
func TestMaxFailures(t *testing.T) {
	for _, tt := range []struct{ workers, allowed, least, most int }{{1, 0, 1, 1}, {1, 3, 4, 4}, {8, 3, 4, 11}} {
		t.Run(fmt.Sprintf("%d workers, %d allowed", tt.workers, tt.allowed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := creates(100)
				d := onDuty{&desk{answer: func(_ int, steps []Step) []Reply { return alike(steps, no) }}, time.Second}
				err := (&Applier{Directory: d, Journal: l, Workers: tt.workers, Limits: Limits{Failures: &tt.allowed}}).Apply(t.Context(), "r")
				limit, ok := errors.AsType[*LimitError](err)
				if !ok || limit.Limit != LimitFailures || limit.Rows != tt.allowed+1 || limit.Allowed != tt.allowed {
					t.Fatalf("error %v", err)
				}
				if n := took(l); n < tt.least || n > tt.most || slices.Contains(l.states(), StepUnknown) {
					t.Errorf("%d rows were begun, want %d to %d: %v", n, tt.least, tt.most, l.states())
				}
			})
		})
	}
}

// A run that would change more rows than are allowed changes none, however many workers there are. Rows of two steps count once,
// rows that are done or not to be taken don't.
func TestMaxChanges(t *testing.T) {
	for _, tt := range []struct {
		allowed int
		only    func(int) bool
		refused int // the rows that the error tells
	}{
		{19, nil, 0}, {18, nil, 19}, {0, nil, 19},
		{9, func(row int) bool { return row%2 == 0 }, 10}, {10, func(row int) bool { return row%2 == 0 }, 0},
	} {
		l := creates(20)
		l.steps[0].State = StepDone
		l.steps = append(l.steps, StepResult{State: StepOpen, Step: Step{Row: 20, Line: 21, N: 2, Kind: StepUpdate, Email: "u19@example.com", Set: Settings{AllowPOP: "true"}}})
		d := &desk{answer: func(_ int, steps []Step) []Reply { return alike(steps, yes) }}
		err := (&Applier{Directory: d, Journal: l, Workers: 8, Only: tt.only, Limits: Limits{Changes: &tt.allowed}}).Apply(t.Context(), "r")
		if tt.refused == 0 {
			if err != nil {
				t.Errorf("%d allowed: %v", tt.allowed, err)
			}
			continue
		}
		limit, ok := errors.AsType[*LimitError](err)
		if !ok || limit.Limit != LimitChanges || limit.Rows != tt.refused || len(d.calls) > 0 {
			t.Errorf("%d allowed: error %v after %d calls", tt.allowed, err, len(d.calls))
		}
	}
}

// Only the rows that are asked for are taken, and the others by the next apply.
func TestOnlySomeRows(t *testing.T) {
	l := manyUpdates(12)
	l.steps[1].State, l.steps[2].State = StepUnknown, StepUnknown
	d := &desk{answer: func(_ int, steps []Step) []Reply { return alike(steps, yes) }}
	a := Applier{Directory: d, Journal: l, Workers: 1, Only: func(row int) bool { return row%2 == 0 }}
	if err := a.Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"update 2 4 6 8 10", "update 12"}, d.calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	d.calls, a.Only = nil, nil
	if err := a.Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"update 1 3 5 7 9", "update 11"}, d.calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

func TestParseBound(t *testing.T) {
	for _, tt := range []struct {
		text string
		of   int // 250 rows; -1 if it can't be read
	}{
		{"0", 0}, {"20", 20}, {"500", 500}, {"0%", 0}, {"5%", 12}, {"0.5%", 1}, {"100%", 250},
		{"", -1}, {"%", -1}, {"-1", -1}, {"1.5", -1}, {"101%", -1}, {"1e1%", -1}, {"NaN%", -1}, {"+5%", -1}, {" 5", -1}, {"99999999999", -1},
	} {
		b, err := ParseBound(tt.text)
		switch {
		case (err == nil) != (tt.of >= 0):
			t.Errorf("%q: error %v", tt.text, err)
		case err == nil && b.Of(250) != tt.of:
			t.Errorf("%q of 250 is %d, want %d", tt.text, b.Of(250), tt.of)
		}
	}
}

func FuzzParseBound(f *testing.F) {
	for _, s := range []string{"20", "5%", "0.5%", "007"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ParseBound(s)
		if err != nil {
			return
		}
		again, err := ParseBound(b.String())
		if err != nil || again != b {
			t.Fatalf("%q is %v, which is read as %v, %v", s, b, again, err)
		}
		if n := b.Of(1000); n < 0 || strings.HasSuffix(s, "%") && n > 1000 {
			t.Fatalf("%q of 1000 is %d", s, n)
		}
	})
}

func TestParseUntil(t *testing.T) {
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, zone)
	for text, want := range map[string]string{
		"06:00":                     "2026-11-23T06:00:00+01:00",
		"18:00":                     "2026-11-23T18:00:00+01:00",
		"18:01":                     "2026-11-22T18:01:00+01:00",
		"6:30":                      "2026-11-23T06:30:00+01:00",
		"2026-11-30 06:00":          "2026-11-30T06:00:00+01:00",
		"2026-11-30T06:00":          "2026-11-30T06:00:00+01:00",
		"2026-11-30 06:00:30":       "2026-11-30T06:00:30+01:00",
		"2026-11-30T06:00:30":       "2026-11-30T06:00:30+01:00",
		"2026-11-30T06:00:00-05:00": "2026-11-30T06:00:00-05:00",
		"2026-11-22 18:00":          "", "2026-11-30": "", "24:00": "", "6": "", "": "", "tomorrow": "", "31/12/2026 06:00": "",
	} {
		got, err := ParseUntil(text, now)
		if (err == nil) != (want != "") || err == nil && got.Format(time.RFC3339) != want {
			t.Errorf("%q is %v, %v, want %s", text, got, err, want)
		}
	}
}

// A time of day is never over, never more than a day off by the wall, and reads the same when it is written.
func FuzzParseUntil(f *testing.F) {
	f.Add("06:00", int64(1_795_000_000))
	f.Add("2026-12-31 06:00", int64(1_795_000_000))
	f.Add("2026-12-31T06:00:00+01:00", int64(0))
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		now := time.Unix(unix%(1<<32), 0).UTC()
		until, err := ParseUntil(s, now)
		if err != nil {
			return
		}
		if !until.After(now) || len(s) <= len("06:00") && until.Sub(now) > 24*time.Hour {
			t.Fatalf("%q at %v is %v", s, now, until)
		}
		again, err := ParseUntil(until.Format(time.RFC3339Nano), now)
		if err != nil || !again.Equal(until) {
			t.Fatalf("%q is %v, which is read as %v, %v", s, until, again, err)
		}
	})
}
