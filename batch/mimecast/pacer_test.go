package mimecast

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// grantor is a service that grants so many calls in a fixed window.
type grantor struct {
	limit   int
	window  time.Duration
	aligned bool // windows begin at whole multiples; else with the first call after the end of the former
	others  int  // calls of other clients that each window has seen before ours

	mu       sync.Mutex
	start    time.Time
	used     int
	arrivals []time.Time
	refused  int
}

// call is a call that arrives now.
func (g *grantor) call() (int, http.Header) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if !now.Before(g.start.Add(g.window)) {
		g.start, g.used = now, g.others
		if g.aligned {
			g.start = now.Truncate(g.window)
		}
	}
	status := http.StatusOK
	if g.used < g.limit {
		g.used++
		g.arrivals = append(g.arrivals, now)
	} else {
		g.refused++
		status = http.StatusTooManyRequests
	}
	reset := (g.start.Add(g.window).Sub(now) + time.Millisecond - 1) / time.Millisecond
	return status, limits(strconv.Itoa(g.limit), strconv.Itoa(g.limit-g.used), strconv.Itoa(int(reset)))
}

// worst is the most calls that arrived within any window, wherever it begins.
func (g *grantor) worst() int {
	most, from := 0, 0
	for i, at := range g.arrivals {
		for at.Sub(g.arrivals[from]) >= g.window {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// after waits; in a bubble of synctest that takes no time.
func after(d time.Duration) { <-time.After(d) }

// The pacer of 8 workers uses what is granted and is never refused.
func TestPacerGrant(t *testing.T) {
	const span = 20 * time.Second
	for _, limit := range []int{5, 50, 500} {
		for _, aligned := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d a second, aligned %v", limit, aligned), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := &grantor{limit: limit, window: time.Second, aligned: aligned}
					// Somewhere inside a window, so that the first answers tell less than a whole one.
					after(300 * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), span)
					defer cancel()
					work(ctx, newPacer(0), g, 8)
					if g.refused > 0 {
						t.Errorf("%d calls were refused", g.refused)
					}
					// Wherever a window may begin: one more, and one in a hundred, for calls close up on their way here,
					// by up to 4 ms, and a window looks shorter from there by the way of the answer, which is up to 5 ms.
					if worst := g.worst(); worst > limit+1+limit/100 {
						t.Errorf("%d calls within %v, granted are %d", worst, g.window, limit)
					}
					// The first second goes by slowly, until a whole window was seen.
					if got, granted := float64(len(g.arrivals)), float64(limit)*span.Seconds(); got < 0.93*granted {
						t.Errorf("%v calls of %v granted", got, granted)
					}
				})
			})
		}
	}
}

// work makes calls until ctx ends. They travel a few milliseconds each way.
func work(ctx context.Context, p *pacer, g *grantor, workers int) {
	var wg sync.WaitGroup
	for i := range workers {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		wg.Go(func() {
			for p.wait(ctx) == nil {
				after(time.Millisecond + time.Duration(random.Int64N(int64(4*time.Millisecond))))
				status, h := g.call()
				after(time.Millisecond + time.Duration(random.Int64N(int64(4*time.Millisecond))))
				p.done(time.Now(), true, status, h)
			}
		})
	}
	wg.Wait()
}

// Another client used up most of a window before we came: what it left for the rest of it is no rate to go on with.
func TestPacerJoinsLate(t *testing.T) {
	for _, aligned := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := &grantor{limit: 100, window: time.Second, aligned: aligned}
			after(100 * time.Millisecond)
			for range 30 {
				g.call()
			}
			after(500 * time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			work(ctx, newPacer(0), g, 8)
			if worst := g.worst(); g.refused > 0 || worst > 102 || len(g.arrivals) < 900 {
				t.Errorf("aligned %v: %d calls, %d within a second, %d refused", aligned, len(g.arrivals), worst, g.refused)
			}
		})
	}
}

// Where others use the quota too, the pacer takes what they leave.
func TestPacerShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantor{limit: 50, others: 40, window: time.Second, aligned: true}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		work(ctx, newPacer(0), g, 8)
		if g.refused > 0 || len(g.arrivals) < 190 {
			t.Errorf("%d calls were made and %d refused; want 200 and none", len(g.arrivals), g.refused)
		}
	})
}

// Slow answers make the pacer careful, and don't stop it.
func TestPacerSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantor{limit: 5, window: time.Second}
		p := newPacer(0)
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for p.wait(ctx) == nil {
					after(700 * time.Millisecond)
					status, h := g.call()
					after(700 * time.Millisecond)
					p.done(time.Now(), true, status, h)
				}
			})
		}
		wg.Wait()
		if g.refused > 0 || len(g.arrivals) < 60 {
			t.Errorf("%d calls in a minute, %d refused; want at least 60 and none", len(g.arrivals), g.refused)
		}
	})
}

func TestPacerRate(t *testing.T) {
	tests := []struct {
		name   string
		most   float64
		status int
		header http.Header
		want   int // calls in 10 s, but for the first second and one more or less
	}{
		{"nothing told", 0, 200, nil, 50},
		{"nothing told, bounded", 20, 200, nil, 200},
		{"text", 0, 200, limits("many", "many", "soon"), 50},
		{"zeros", 0, 200, limits("0", "0", "0"), 50},
		{"negative", 0, 200, limits("-5", "-5", "-5"), 50},
		{"limit huge", 100, 200, limits("99999999999999999999", "99999999999999999999", "1000"), 1000},
		{"reset huge", 0, 200, limits("5", "4", "99999999999999999999"), 50},
		{"reset tiny", 100, 200, limits("50", "49", "1"), 100},
		{"remaining missing", 0, 200, limits("20", "", "1000"), 200},
		{"the grant wins", 100, 200, limits("20", "19", "1000"), 200},
		{"the setting wins", 3, 200, limits("20", "19", "1000"), 30},
		{"errors with headers", 0, 401, limits("20", "19", "1000"), 200},
		{"always throttled, no word when to come back", 0, 429, nil, 50},
		{"always throttled", 0, 429, limits("20", "0", "500"), 20},
		{"always throttled, huge", 0, 429, limits("20", "0", "99999999999999999999"), 1},
		{"always at the end", 0, 200, limits("20", "0", "500"), 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPacer(tt.most)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				var mu sync.Mutex
				calls := 0
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						for p.wait(ctx) == nil {
							mu.Lock()
							calls++
							mu.Unlock()
							after(time.Microsecond)
							p.done(time.Now(), true, tt.status, tt.header)
						}
					})
				}
				wg.Wait()
				if slack := max(1, tt.want/20); calls < tt.want-slack || calls > tt.want+slack {
					t.Errorf("%d calls in 10 s, want %d", calls, tt.want)
				}
			})
		})
	}
}

// Calls go one at a time until an answer tells the grant. Lost calls tell nothing.
func TestPacerLearns(t *testing.T) {
	now := noon
	p := newPacer(1000)
	enter := func() bool {
		now = now.Add(time.Second)
		return p.enter(now) == 0
	}
	done := func(sent bool, status int, h http.Header) { p.done(now, sent, status, h) }

	for _, lost := range []struct {
		sent   bool
		status int
	}{{false, 0}, {true, 0}, {true, 502}} {
		if !enter() {
			t.Fatal("no call is let through")
		}
		if enter() {
			t.Fatal("a second call is let through before anything is known")
		}
		done(lost.sent, lost.status, nil)
	}
	if !enter() {
		t.Fatal("no call is let through")
	}
	done(true, 200, limits("800", "799", "5000"))
	for range 2 {
		if !enter() {
			t.Error("calls still go one at a time after the grant is known")
		}
	}
}

// No more calls are in flight and answered in a window than remain, lost ones included.
func TestPacerGate(t *testing.T) {
	now := noon
	p := newPacer(1e6)
	through := func() int {
		n := 0
		for ; ; n++ {
			now = now.Add(time.Millisecond)
			if d := p.enter(now); d > 100*time.Millisecond {
				return n
			}
		}
	}
	done := func(status int, h http.Header) { p.done(now, true, status, h) }

	p.enter(now)
	done(200, limits("1000000", "5", "10000"))
	if got := through(); got != 5 {
		t.Fatalf("%d calls let through, 5 remain", got)
	}
	done(200, limits("1000000", "3", "9900")) // one call of ours, and one of somebody else
	if got := through(); got != 0 {
		t.Errorf("%d calls let through, 4 are in flight and 3 remain", got)
	}
	done(200, limits("1000000", "4", "9890")) // an answer that was overtaken
	done(502, nil)                            // may have been counted
	if got := through(); got != 0 {
		t.Errorf("%d calls let through, 2 are in flight and at least 2 remain", got)
	}
	p.done(now, false, 0, nil)
	if got := through(); got != 1 {
		t.Errorf("%d calls let through, 1 is in flight and at least 2 remain", got)
	}
	now = noon.Add(10*time.Second + time.Millisecond)
	if p.enter(now) != 0 {
		t.Error("no call is let through after the window")
	}
	done(200, limits("1000000", "10", "10000"))
	end := p.end
	done(200, limits("1000000", "0", "1")) // from the window before
	if p.remaining != 10 || p.end != end {
		t.Errorf("a late answer from the former window changed this one: %d remain, end %v", p.remaining, p.end.Sub(noon))
	}
}

// Being throttled closes the gate, and says nothing of the window.
func TestPacerThrottled(t *testing.T) {
	now := noon
	p := newPacer(0)
	p.enter(now)
	p.done(now, true, 200, limits("800", "799", "5000"))
	rate := p.limiter.Limit()
	p.enter(now.Add(time.Second))
	p.done(now.Add(time.Second), true, 429, limits("800", "0", "60000"))
	p.done(now.Add(2*time.Second), true, 200, limits("800", "700", "3000")) // was on its way
	if d := p.enter(now.Add(3 * time.Second)); d != 58*time.Second {
		t.Errorf("the next try is in %v, want 58s", d)
	}
	if d := p.enter(now.Add(61 * time.Second)); d != 0 {
		t.Errorf("still closed for %v after the reset", d)
	}
	if got := p.limiter.Limit(); got != rate {
		t.Errorf("rate went from %v to %v", rate, got)
	}
}

// A cancelled wait ends at once and takes nothing.
func TestPacerCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(1) // one call a second
		if err := p.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.done(time.Now(), true, 200, nil)
		begun := time.Now()

		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error)
		for range 8 {
			go func() { errs <- p.wait(ctx) }()
		}
		after(500 * time.Millisecond)
		cancel()
		for range 8 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("wait: %v, want canceled", err)
			}
		}
		if got := time.Since(begun); got != 500*time.Millisecond {
			t.Errorf("cancelled waits ended after %v", got)
		}
		if err := p.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(begun); got != time.Second {
			t.Errorf("the next call went after %v, want 1s: the cancelled ones took something", got)
		}
		if err := p.wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("wait with a context that is over: %v", err)
		}
	})
}

// Everybody who waits comes through, whatever the order of answers.
func TestPacerNobodyStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(0)
		g := &grantor{limit: 3, window: time.Second}
		var mu sync.Mutex
		counts := make([]int, 8)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for i := range counts {
			wg.Go(func() {
				for p.wait(ctx) == nil {
					after(time.Duration(i) * 20 * time.Millisecond)
					status, h := g.call()
					p.done(time.Now(), true, status, h)
					mu.Lock()
					counts[i]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if slices.Min(counts) < 5 {
			t.Errorf("calls by worker: %v", counts)
		}
	})
}
