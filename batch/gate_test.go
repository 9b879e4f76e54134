package batch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// open tells whether the gate lets a call through without a wait.
func open(t *testing.T, g *gate) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	return g.wait(ctx) == nil
}

// After HTTP 429 everybody waits, one goes first, and the others follow when it is answered.
func TestGatePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.pause(3 * time.Second)
		g.pause(time.Second) // a shorter one, which was on its way
		begun := time.Now()
		var through atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := g.wait(t.Context()); err != nil {
					t.Error(err)
				}
				through.Add(1)
			})
		}
		after(3*time.Second - time.Nanosecond)
		if n := through.Load(); n != 0 {
			t.Errorf("%d went while the gate was closed", n)
		}
		after(time.Minute)
		if n := through.Load(); n != 1 {
			t.Errorf("%d went first, want 1", n)
		}
		g.answered()
		wg.Wait()
		if took := time.Since(begun); took > 64*time.Second {
			t.Errorf("the others followed after %v", took)
		}
		if !open(t, &g) {
			t.Error("the gate is still closed after an answer")
		}
	})
}

// Whoever wants to know is told of each pause that is longer than the one that is on, and why.
func TestGateTellsPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type pause struct {
			d   time.Duration
			why Verdict
		}
		var got []pause
		begun := time.Now()
		g := gate{closed: func(until time.Time, why Verdict) { got = append(got, pause{until.Sub(begun), why}) }}
		g.pause(30 * time.Second)
		g.pause(10 * time.Second)
		g.pause(40 * time.Second)
		after(time.Minute)
		g.answered()
		begun = time.Now()
		g.silence(begun, 50*time.Second, false)
		want := []pause{{30 * time.Second, Throttled}, {40 * time.Second, Throttled}, {50 * time.Second, Unknown}}
		if !slices.Equal(got, want) {
			t.Errorf("told of %v, want %v", got, want)
		}
	})
}

// after waits; in a bubble of synctest that takes no time.
func after(d time.Duration) { <-time.After(d) }

// A service that throttles for ever, and says to come back at once, is not asked in a busy loop.
func TestGateThrottledForEver(t *testing.T) {
	for name, wait := range map[string]time.Duration{"missing": 0, "negative": -time.Second, "1 ms": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g gate
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var calls atomic.Int32
				var wg sync.WaitGroup
				for range 64 {
					wg.Go(func() {
						for g.wait(ctx) == nil {
							calls.Add(1)
							after(time.Millisecond)
							g.pause(pauseFor(wait, 0))
						}
					})
				}
				wg.Wait()
				// 64 at first, then one by one, soon two a second.
				if n := calls.Load(); n > 64+50+130 || n < 100 {
					t.Errorf("%d calls in a minute", n)
				}
			})
		})
	}
}

// The first call after a pause that fails, or is given up, lets the next one go first.
func TestGateProbe(t *testing.T) {
	for name, end := range map[string]func(g *gate){
		"given up":     func(g *gate) { g.leave() },
		"as before":    func(g *gate) { g.alike() },
		"paused again": func(g *gate) { g.pause(time.Second) },
		"silence":      func(g *gate) { g.silence(time.Now(), 0, false) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g gate
				g.pause(time.Second)
				after(time.Second)
				if !open(t, &g) || open(t, &g) {
					t.Fatal("not exactly one goes first")
				}
				end(&g)
				after(time.Minute)
				if !open(t, &g) || open(t, &g) {
					t.Error("not exactly one goes next")
				}
			})
		})
	}
}

func TestGateCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.pause(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		if err := g.wait(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

// Of the calls of the last two minutes one in ten may be a repeat, and ten more.
func TestGateRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		call := func(n int) {
			for range n {
				if !open(t, &g) {
					t.Fatal("closed")
				}
			}
		}
		repeats := func() int {
			n := 0
			for g.mayRepeat() {
				n++
			}
			return n
		}
		call(5)
		if n := repeats(); n != 10 {
			t.Errorf("%d repeats after 5 calls, want 10", n)
		}
		after(30 * time.Second)
		call(995)
		if n := repeats(); n != 100 {
			t.Errorf("%d more repeats after 1000 calls, want 100", n)
		}
		after(60 * time.Second)
		if n := repeats(); n != 0 {
			t.Errorf("%d repeats without any more calls, want none", n)
		}
		after(30 * time.Second) // the first five calls and ten repeats are forgotten
		if n := repeats(); n != 9 {
			t.Errorf("%d repeats after two minutes, want 9: 995 calls and 100 repeats are left", n)
		}
		after(time.Hour)
		if n := repeats(); n != 10 {
			t.Errorf("%d repeats after an hour without calls, want 10", n)
		}
	})
}

// Failures that are not the row's count up, over pauses too, until something is answered.
func TestGateAlike(t *testing.T) {
	var g gate
	for want := 1; want <= 20; want++ {
		if got := g.alike(); got != want {
			t.Fatalf("alike is %d, want %d", got, want)
		}
		g.pause(0)
		g.leave()
	}
	g.answered()
	if got := g.alike(); got != 1 {
		t.Errorf("alike is %d after an answer, want 1", got)
	}
}
