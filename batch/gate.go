package batch

import (
	"context"
	"sync"
	"time"
)

// gate holds all workers back together: for as long as the service asks to be left alone, and longer and longer while it does
// not answer. After either one call goes first; the others follow when it is answered. Whoever was let through by wait
// must call one of answered, pause, silence, alike or leave. Its times are of the monotonic clock: one that is set while it
// waits doesn't matter. It is safe for concurrent use.
type gate struct {
	mu      sync.Mutex
	until   time.Time
	shut    time.Time     // when the gate was last closed because of silence
	rounds  int           // how often in a row; calls that were on their way together count once
	pauses  int           // how often in a row the service asked to be left alone, counted the same way
	alikes  int           // failures in a row that the next row would meet too
	probing bool          // the one that goes first is on its way
	news    chan struct{} // closed when something changes; nil if nobody waits for that
	budget  budget
	closed  func(until time.Time, why Verdict) // told of each pause under the lock; nil if nobody wants to know
}

// silentRounds is after how many calls in a row without an answer the circuit opens. With the pauses between them
// that takes some minutes.
const silentRounds = 20

// wait returns when a call may be made, and counts it.
func (g *gate) wait(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, news := g.enter()
		if news == nil {
			return nil
		}
		t := time.NewTimer(d)
		select {
		case <-ctx.Done():
		case <-news:
		case <-t.C:
		}
		t.Stop()
	}
}

// enter lets a call through and returns no news, or tells for how long to wait, unless there are news before that.
func (g *gate) enter() (time.Duration, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := time.Until(g.until)
	if d <= 0 && !g.probing {
		g.probing = g.rounds > 0 || g.pauses > 0
		g.budget.called(time.Now())
		return 0, nil
	}
	if d <= 0 {
		d = time.Hour // until the one that went first is back
	}
	if g.news == nil {
		g.news = make(chan struct{})
	}
	return d, g.news
}

// tell wakes those who wait. The lock is held.
func (g *gate) tell() {
	if g.news != nil {
		close(g.news)
		g.news = nil
	}
}

// answered notes that the service answers.
func (g *gate) answered() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rounds, g.pauses, g.alikes, g.probing = 0, 0, 0, false
	g.tell()
}

// pause closes the gate for d from now, as the service asked; a longer pause that is on already stays.
func (g *gate) pause(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rounds, g.probing = 0, false
	if !time.Now().Before(g.until) { // else it was on its way when another was told
		d = max(d, floorFor(g.pauses))
		g.pauses++
	}
	g.close(d, Throttled)
}

// silence notes that a call begun at that time got no answer, and tells how often in a row that was. A call for a step that got
// none before doesn't count again: it may be the step's fault. The service's own word on when to come back may be 0.
func (g *gate) silence(begun time.Time, wait time.Duration, again bool) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if begun.Before(g.shut) {
		g.tell()
		return g.rounds // it was on its way when another found out
	}
	g.probing = false
	g.close(max(min(backoff(g.rounds), longestSilence), min(wait, longestPause)), Unknown)
	if !again || g.rounds == 0 {
		g.rounds++
	}
	g.shut = time.Now()
	return g.rounds
}

// leave notes that a call ended in a way that says nothing of the service.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.probing = false
	g.tell()
}

func (g *gate) close(d time.Duration, why Verdict) {
	if until := time.Now().Add(d); until.After(g.until) {
		g.until = until
		if g.closed != nil {
			g.closed(until, why)
		}
	}
	g.tell()
}

// mayRepeat tells whether the retry budget has room for calling once more for a step, and spends it.
func (g *gate) mayRepeat() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.budget.spend(time.Now())
}

// alike notes that a call failed for a reason that the next row would meet too, and tells how often in a row that was.
func (g *gate) alike() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.alikes++
	g.probing = false
	g.tell()
	return g.alikes
}
