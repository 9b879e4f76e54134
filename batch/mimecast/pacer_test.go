package mimecast

import (
	"context"
	"errors"
	"fmt"
	"math"
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
	limit     int
	window    time.Duration
	aligned   bool          // windows begin at whole multiples; else with the first call after the end of the former
	others    int           // calls of other clients that each window has seen before ours
	travel    time.Duration // of each call and each answer, and up to jitter more
	jitter    time.Duration
	straggler time.Duration // how much longer one answer in 50 travels

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

// worst is the most calls that arrived within any second.
func (g *grantor) worst() int {
	most, from := 0, 0
	for i, at := range g.arrivals {
		for at.Sub(g.arrivals[from]) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// rate is how many calls a second arrived, from the first to the last.
func (g *grantor) rate() float64 {
	n := len(g.arrivals)
	return float64(n-1) / g.arrivals[n-1].Sub(g.arrivals[0]).Seconds()
}

// after waits; in a bubble of synctest that takes no time.
func after(d time.Duration) { <-time.After(d) }

// All that is granted is used, no second sees more than one call above it, and none is refused, however long calls travel.
func TestPacerGrant(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		limit   int
		window  time.Duration
		aligned bool
		workers int
		travel  time.Duration // each way, and up to jitter more
		jitter  time.Duration
		least   float64 // of the grant
	}{
		{5, time.Second, false, 8, ms, 4 * ms, 0.99},
		{50, time.Second, false, 8, ms, 4 * ms, 0.99},
		{50, time.Second, false, 64, ms, 4 * ms, 0.99},
		{500, time.Second, false, 8, ms / 10, ms, 0.99},
		{500, time.Second, false, 64, ms / 10, ms, 0.99},
		{500, time.Second, false, 64, ms, 4 * ms, 0.99},
		{2500, 5 * time.Second, false, 64, ms, 4 * ms, 0.99},
		{5000, time.Second, false, 64, ms / 10, ms, 0.99},
		{250, 500 * ms, false, 64, ms, 4 * ms, 0.99},
		{10, 1500 * ms, false, 8, ms, 4 * ms, 0.99},
		{800, 5 * time.Second, false, 64, 80 * ms, 5 * ms, 0.98},
		{500, time.Second, false, 64, 25 * ms, 2 * ms, 0.98},
		{50, time.Second, false, 64, 25 * ms, 2 * ms, 0.98},
		{5, 30 * time.Second, false, 8, ms, 4 * ms, 0.8},
		// The first second goes by slowly, until a whole window was seen.
		{5, time.Second, true, 8, ms, 4 * ms, 0.93},
		{50, time.Second, true, 8, ms, 4 * ms, 0.93},
		{500, time.Second, true, 64, ms, 4 * ms, 0.93},
	}
	for _, tt := range tests {
		name := fmt.Sprintf("%d in %v, aligned %v, %d workers, %v and up to %v", tt.limit, tt.window, tt.aligned, tt.workers, tt.travel, tt.jitter)
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &grantor{limit: tt.limit, window: tt.window, aligned: tt.aligned, travel: tt.travel, jitter: tt.jitter}
				// Somewhere inside a window, so that the first answers tell less than a whole one.
				after(300 * ms)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				work(ctx, newPacer(0, 0), g, tt.workers)
				granted := float64(tt.limit) / tt.window.Seconds()
				most := granted + 1
				if tt.aligned {
					most += granted / 100 // a window whose first call came a little late looks that much shorter
				}
				if worst := g.worst(); g.refused > 0 || float64(worst) > most || g.rate() < tt.least*granted {
					t.Errorf("%.1f calls a second, %d in one, %d refused; granted are %.1f", g.rate(), worst, g.refused, granted)
				}
			})
		})
	}
}

// work makes calls until ctx ends.
func work(ctx context.Context, p *pacer, g *grantor, workers int) {
	var wg sync.WaitGroup
	for i := range workers {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		travel := func() { after(g.travel + time.Duration(random.Int64N(int64(g.jitter)+1))) }
		wg.Go(func() {
			for n := 0; p.wait(ctx) == nil; n++ {
				sent := time.Now()
				travel()
				status, h := g.call()
				travel()
				if g.straggler > 0 && n%50 == i%50 {
					after(g.straggler)
				}
				p.done(sent, time.Now(), status, h)
			}
		})
	}
	wg.Wait()
}

// An answer that comes home after its window is over doesn't pass for one of the next window.
func TestPacerStragglers(t *testing.T) {
	for _, straggler := range []time.Duration{200 * time.Millisecond, 700 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			g := &grantor{limit: 500, window: time.Second, travel: time.Millisecond, jitter: time.Millisecond, straggler: straggler}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			work(ctx, newPacer(0, 0), g, 256)
			if worst := g.worst(); g.refused > 0 || worst > 501 || g.rate() < 0.8*500 {
				t.Errorf("one in 50 comes %v late: %.1f calls a second, %d in one, %d refused", straggler, g.rate(), worst, g.refused)
			}
		})
	}
}

// Another client used up most of a window before we came: what it left for the rest of it is no rate to go on with.
func TestPacerJoinsLate(t *testing.T) {
	for _, aligned := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := &grantor{limit: 100, window: time.Second, aligned: aligned, travel: time.Millisecond, jitter: 4 * time.Millisecond}
			after(100 * time.Millisecond)
			for range 30 {
				g.call()
			}
			after(500 * time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			work(ctx, newPacer(0, 0), g, 8)
			if worst := g.worst(); g.refused > 0 || worst > 102 || len(g.arrivals) < 900 {
				t.Errorf("aligned %v: %d calls, %d within a second, %d refused", aligned, len(g.arrivals), worst, g.refused)
			}
		})
	}
}

// Where others use the quota too, the pacer takes what they leave.
func TestPacerShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantor{limit: 50, others: 40, window: time.Second, aligned: true, travel: time.Millisecond, jitter: 4 * time.Millisecond}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		work(ctx, newPacer(0, 0), g, 8)
		if g.refused > 0 || len(g.arrivals) < 190 {
			t.Errorf("%d calls were made and %d refused; want 200 and none", len(g.arrivals), g.refused)
		}
	})
}

// When somebody else begins to use the quota, what remains is spread over the rest of the window at once.
func TestPacerSpreads(t *testing.T) {
	now := noon
	p := newPacer(0, 0)
	call := func(h http.Header) {
		for d := p.enter(now); d > 0; d = p.enter(now) {
			now = now.Add(d)
		}
		p.done(now, now, 200, h)
	}
	call(limits("1000", "999", "10000"))
	call(limits("1000", "998", "9990"))
	if got := p.told(now); got.Allowed != 100 || got.Granted != 100 {
		t.Errorf("before: %+v", got)
	}
	call(limits("1000", "79", "8000"))
	if got := p.told(now); got.Allowed != 10 || got.Granted != 100 {
		t.Errorf("after: %+v, want 10 allowed", got)
	}
	call(limits("1000", "78", "7900"))
	begun := now
	call(limits("1000", "77", "7800"))
	if took := now.Sub(begun); took < 95*time.Millisecond || took > 105*time.Millisecond {
		t.Errorf("the next call went after %v", took)
	}
	now = now.Add(8 * time.Second)
	call(limits("1000", "999", "10000"))
	if got := p.told(now); got.Allowed != 100 {
		t.Errorf("in the next window: %+v", got)
	}
	call(limits("50", "40", "8000")) // the grant itself has become smaller
	if got := p.told(now); got.Allowed > 50.0/8 || got.Granted > 50.0/8 {
		t.Errorf("after the grant became smaller: %+v", got)
	}
}

// A share of the grant, a rate below it, and as much as goes.
func TestPacerModes(t *testing.T) {
	tests := []struct {
		name        string
		most, share float64
		least, peak float64 // calls a second
	}{
		{"granted", 0, 0, 99, 101},
		{"share", 0, 0.8, 79, 81},
		{"rate", 20, 0, 19.8, 21},
		{"rate above the grant", 1000, 0, 99, 101},
		{"rate above the share", 1000, 0.5, 49.5, 51},
		{"max", math.Inf(1), 0, 95, 200},
		{"max whatever the share", math.Inf(1), 0.1, 95, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &grantor{limit: 100, window: time.Second, travel: time.Millisecond, jitter: time.Millisecond}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				p := newPacer(tt.most, tt.share)
				work(ctx, p, g, 64)
				if worst := g.worst(); g.rate() < tt.least || float64(worst) > tt.peak || g.refused > 0 {
					t.Errorf("%.1f calls a second, %d in one, %d refused", g.rate(), worst, g.refused)
				}
				if got := p.told(time.Now()); got.Granted != 100 || got.Allowed > max(tt.most, 100) || math.Abs(got.Rate-g.rate()) > g.rate()/4 || got.Calls != len(g.arrivals) {
					t.Errorf("%d calls at %.1f a second, told are %+v", len(g.arrivals), g.rate(), got)
				}
			})
		})
	}
}

// Slow answers make the pacer careful, and don't stop it.
func TestPacerSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantor{limit: 5, window: time.Second}
		p := newPacer(0, 0)
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for p.wait(ctx) == nil {
					sent := time.Now()
					after(700 * time.Millisecond)
					status, h := g.call()
					after(700 * time.Millisecond)
					p.done(sent, time.Now(), status, h)
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
				p := newPacer(tt.most, 0)
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
							p.done(time.Now(), time.Now(), tt.status, tt.header)
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
	p := newPacer(1000, 0)
	enter := func() bool {
		now = now.Add(time.Second)
		return p.enter(now) == 0
	}
	done := func(sent bool, status int, h http.Header) {
		at := time.Time{}
		if sent {
			at = now
		}
		p.done(at, now, status, h)
	}

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
	p := newPacer(math.Inf(1), 0)
	through := func() int {
		n := 0
		for ; ; n++ {
			now = now.Add(time.Millisecond)
			if d := p.enter(now); d > 100*time.Millisecond {
				return n
			}
		}
	}
	done := func(status int, h http.Header) { p.done(now, now, status, h) }

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
	p.done(time.Time{}, now, 0, nil)
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
	p := newPacer(0, 0)
	p.enter(now)
	p.done(now, now, 200, limits("800", "799", "5000"))
	rate := p.limiter.Limit()
	p.enter(now.Add(time.Second))
	p.enter(now.Add(time.Second + 100*time.Millisecond))
	p.done(now.Add(time.Second), now.Add(time.Second), 429, limits("800", "0", "60000"))
	p.done(now.Add(2*time.Second), now.Add(2*time.Second), 200, limits("800", "700", "3000")) // was on its way
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

// A service that is down and tells until when is left alone until then. Without a word it is not.
func TestPacerUnavailable(t *testing.T) {
	now := noon
	for retryAfter, want := range map[string]time.Duration{"7": 7 * time.Second, "": 0} {
		h := limits("800", "799", "5000")
		if retryAfter != "" {
			h.Set("Retry-After", retryAfter)
		}
		p := newPacer(0, 0)
		p.enter(now)
		p.done(now, now, 503, h)
		if got := p.told(now); got.Closed != want || got.Granted == 0 {
			t.Errorf("Retry-After %q: %+v, want closed for %v and the grant learned", retryAfter, got, want)
		}
		if d := p.enter(now.Add(want + time.Second)); d != 0 {
			t.Errorf("Retry-After %q: still closed for %v after it", retryAfter, d)
		}
	}
}

// A cancelled wait ends at once and takes nothing.
func TestPacerCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(1, 0) // one call a second
		if err := p.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.done(time.Now(), time.Now(), 200, nil)
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
		if got := time.Since(begun); got < time.Second || got > 1010*time.Millisecond {
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
		p := newPacer(0, 0)
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
					p.done(time.Now(), time.Now(), status, h)
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
