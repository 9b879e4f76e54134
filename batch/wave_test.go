package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Rows go out wave by wave, in their order, with a pause between; a wave begins when the one before is through.
func TestWaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := creates(12)
		l.steps = append(l.steps[:4], l.steps[5:]...)                                   // row 5 has nothing to do
		l.steps[0].State, l.steps[8].State, l.steps[8].Tries = StepDone, StepUnknown, 1 // rows 1 and 10
		begun := time.Now()
		var calls []string
		d := &desk{
			state: func(emails []string) []Reply { return slices.Repeat([]Reply{yes}, len(emails)) },
			answer: func(_ int, steps []Step) []Reply {
				calls = append(calls, fmt.Sprintf("%v %s %d", time.Since(begun), steps[0].Kind, steps[0].Row))
				return alike(steps, yes)
			},
		}
		var waves []Wave
		a := Applier{Directory: d, Journal: l, Workers: 1, Waves: Waves{First: 1, Size: 4, Pause: time.Minute, Between: func(_ context.Context, w Wave) error {
			waves = append(waves, w)
			return nil
		}}}
		if err := a.Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"0s create 2",
			"0s create 3", "0s create 4", "0s create 6", "0s create 7",
			"1m0s create 8", "1m0s create 9", "1m0s update 10", "1m0s create 11",
			"2m0s create 12",
		}
		if d := cmp.Diff(want, calls); d != "" {
			t.Errorf("calls (-want +got):\n%s", d)
		}
		if d := cmp.Diff([]Wave{{1, 2, 2, []int{2}, 0}, {2, 3, 7, []int{3, 4, 6, 7}, time.Minute}, {3, 8, 11, []int{8, 9, 10, 11}, time.Minute}}, waves); d != "" {
			t.Errorf("waves (-want +got):\n%s", d)
		}
	})
}

// What is refused before a wave begins counts as what the service refuses does.
func TestRefusedBeforeAWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun []int
		a := Applier{Directory: slowly(0), Journal: creates(6), Workers: 1, Limits: Limits{Failures: new(2)}, Waves: Waves{Size: 2, Before: func(_ context.Context, w Wave) (int, error) {
			begun = append(begun, w.First)
			return w.N, nil
		}}}
		limit, ok := errors.AsType[*LimitError](a.Apply(t.Context(), "r"))
		if !ok || limit.Limit != LimitFailures {
			t.Errorf("ended by %v", limit)
		}
		if d := cmp.Diff([]int{1, 3}, begun); d != "" {
			t.Errorf("waves begin at rows (-want +got):\n%s", d)
		}
	})
}

// A wave of the last rows, or of all, has none behind it: nothing is asked and nothing waits.
func TestLastWave(t *testing.T) {
	for _, w := range []Waves{{}, {Size: 6}, {Size: 7}, {First: 6}, {First: 7, Size: 1}} {
		synctest.Test(t, func(t *testing.T) {
			w.Pause = time.Hour
			w.Between = func(context.Context, Wave) error { return errors.New("asked") }
			begun := time.Now()
			if err := (&Applier{Directory: slowly(0), Journal: creates(6), Workers: 2, Waves: w}).Apply(t.Context(), "r"); err != nil || time.Since(begun) > time.Minute {
				t.Errorf("%+v: %v after %v", w, err, time.Since(begun))
			}
		})
	}
}

// A row that a wave leaves open is left to the next apply; it doesn't hold up the waves behind it.
func TestWavesGoOnPastWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(6)
		d := &desk{answer: func(_ int, steps []Step) []Reply {
			return per(steps, func(s Step) Reply {
				if s.Row == 2 {
					return throttled
				}
				return yes
			})
		}}
		if err := (&Applier{Directory: d, Journal: l, Workers: 1, Waves: Waves{Size: 3}}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		const done, open = StepDone, StepOpen
		if d := cmp.Diff([]StepState{done, open, done, done, done, done}, l.states()); d != "" {
			t.Errorf("states (-want +got):\n%s", d)
		}
	})
}

// What ends a run also ends the pause between waves: an interrupt, a time that has come, a no.
func TestPausesEnd(t *testing.T) {
	enough := errors.New("enough")
	for _, tt := range []struct {
		name  string
		a     Applier
		span  time.Duration
		check func(error) bool
	}{
		{"interrupt", Applier{}, 90 * time.Second, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		{"until", Applier{Limits: Limits{Duration: 10 * time.Second}}, 10 * time.Second, func(err error) bool {
			limit, ok := errors.AsType[*LimitError](err)
			return ok && limit.Limit == LimitDuration
		}},
		{"no", Applier{Waves: Waves{Between: func(context.Context, Wave) error { return enough }}}, 0, func(err error) bool { return err == enough }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
				defer cancel()
				l := creates(6)
				tt.a.Directory, tt.a.Journal, tt.a.Workers = slowly(0), l, 2
				tt.a.Waves.Size, tt.a.Waves.Pause = 2, time.Hour
				begun := time.Now()
				if err := tt.a.Apply(ctx, "r"); !tt.check(err) {
					t.Errorf("error %v", err)
				}
				if took(l) != 2 || time.Since(begun) != tt.span {
					t.Errorf("%d rows in %v, want 2 in %v", took(l), time.Since(begun), tt.span)
				}
			})
		})
	}
}

// Failures are counted through all waves.
func TestMaxFailuresThroughWaves(t *testing.T) {
	l := creates(20)
	d := &desk{answer: func(_ int, steps []Step) []Reply { return alike(steps, no) }}
	err := (&Applier{Directory: d, Journal: l, Workers: 1, Waves: Waves{Size: 2}, Limits: Limits{Failures: new(4)}}).Apply(t.Context(), "r")
	if _, ok := errors.AsType[*LimitError](err); !ok || took(l) != 5 {
		t.Errorf("%d rows were begun; error %v", took(l), err)
	}
}

// However many waves there are, and however many rows are held back in front of them, each open step is read a few times: a run of a
// million rows begins its last wave as fast as its first. What is asked which rows are taken needs no lock.
func TestWavesReadAFewTimes(t *testing.T) {
	for _, n := range []int{500, 2000} {
		l := &readAlong{ledger: manyUpdates(n)}
		d := &desk{
			state:  func(emails []string) []Reply { return alike(make([]Step, len(emails)), yes) },
			answer: func(_ int, steps []Step) []Reply { return alike(steps, yes) },
		}
		asked := 0
		secondHalf := func(row int) bool { asked++; return row > n/2 }
		recheck := func(ctx context.Context, w Wave) (int, error) {
			r := Rechecker{Directory: d, Journal: l, Workers: 4, First: w.First, Last: w.Last, Only: secondHalf, Overtaken: Overtaken{{n, "later"}}}
			found, err := r.Recheck(ctx, "r")
			return found.Refused, err
		}
		a := Applier{Directory: d, Journal: l, Workers: 4, Only: secondHalf, Waves: Waves{Size: 10, Before: recheck}, Limits: Limits{Changes: &n}}
		if err := a.Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if took(l.ledger) != n/2 {
			t.Errorf("%d rows of %d were taken", took(l.ledger), n/2)
		}
		if read := int(l.read.Load()); read > 4*n || asked > 4*n {
			t.Errorf("of %d steps %d were read, and %d times it was asked whether a row is taken; want %d at most", n, read, asked, 4*n)
		}
	}
}
