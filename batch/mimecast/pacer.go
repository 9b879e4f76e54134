package mimecast

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// firstRate is kept to, in calls a second, while the service tells nothing of its quota.
	firstRate = 5
	// shareOfGrant leaves room for calls that travel at different speeds and so arrive closer together than they left.
	shareOfGrant = 0.997
	// shortestWindow bounds the rate that is learned from an answer at the very end of a window.
	shortestWindow = 100 * time.Millisecond
	// firstWindow is how long a window is taken to be until one was seen from its beginning: an answer in the middle of a
	// window tells how much of it is left, not how long it is. Longer ones were not observed.
	firstWindow = 5 * time.Second
	// mostLate is how late a timer may wake who waits at the door without the limiter being told, as a share of the time
	// between two calls. A bucket of one call holds no more than that, so that the time by which each call is late would
	// be lost for good; and a call that is very late would come too close to the next.
	mostLate = 0.5
	// untilNews is as good as for ever: the wait ends when a call does.
	untilNews = time.Hour
)

// pacer lets the calls of one function through, spread evenly at a rate a little below the grant, and never more in a window
// than the service says remain. Until it has learned the grant it lets one call through at a time.
//
// Of those who wait, one at a time stands at the door and is woken when anything changes. Nothing is taken from the quota but
// by going through, so there is nothing to give back when a wait is cancelled.
type pacer struct {
	most rate.Limit    // 0 for what is granted
	door chan struct{} // holds one
	news chan struct{} // holds one: something has changed for whoever stands at the door

	mu       sync.Mutex
	limiter  *rate.Limiter
	learned  bool
	inFlight int
	closed   time.Time // no call goes through before: the service refused one for its rate
	due      time.Time // of the next call by the limiter, as told to who stands at the door

	longest   time.Duration // time to a reset that was seen
	guess     time.Duration // how long a window may be for all that is known, 0 once a whole one was seen
	end       time.Time     // of the present window, as far as is known
	remaining int           // calls left in it, those in flight included, as of the answer that told the least
}

func newPacer(most float64) *pacer {
	return &pacer{
		most:    rate.Limit(most),
		door:    make(chan struct{}, 1),
		news:    make(chan struct{}, 1),
		limiter: rate.NewLimiter(cmp.Or(rate.Limit(most), firstRate), 1),
		guess:   firstWindow,
	}
}

// wait returns when a call may be made, which done must be told the end of, or ctx's error.
func (p *pacer) wait(ctx context.Context) error {
	select {
	case p.door <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.door }()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := p.enter(time.Now())
		if d == 0 {
			return nil
		}
		t := time.NewTimer(d)
		select {
		case <-ctx.Done():
		case <-p.news:
		case <-t.C:
		}
		t.Stop()
	}
}

// enter lets a call through and returns 0, or tells when to try again.
func (p *pacer) enter(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := p.closed.Sub(now); d > 0 {
		return d
	}
	if !p.learned && p.inFlight > 0 {
		return untilNews
	}
	if d := p.end.Sub(now); d > 0 && p.inFlight >= p.remaining {
		return d
	}
	if d := p.end.Sub(now); p.guess > p.longest && d > 0 && d.Seconds()*float64(p.limiter.Limit()) < 1 {
		return d // a call as soon as the window ends tells how long the next one is
	}
	at := now
	if late := now.Sub(p.due); late > 0 && late.Seconds()*float64(p.limiter.Limit()) < mostLate {
		at = p.due
	}
	r := p.limiter.ReserveN(at, 1)
	if d := r.DelayFrom(now); d > 0 {
		r.CancelAt(now)
		p.due = now.Add(d)
		return d
	}
	p.inFlight++
	return 0
}

// done takes in what came of a call: whether it was sent, and the status and headers of its answer, if it got one.
func (p *pacer) done(now time.Time, sent bool, status int, h http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
	switch q, told := quotaOf(h); {
	case !sent:
	case status == http.StatusTooManyRequests:
		// How long the service wants to be left alone says nothing of its windows.
		if until := now.Add(waitOf(status, h, now)); until.After(p.closed) {
			p.closed = until
		}
	case told:
		p.learn(now, q)
	default:
		p.remaining-- // it may have been counted
		p.learned = p.learned || status == http.StatusOK
	}
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// learn takes in what an answer tells of the quota. Answers overtake each other, so each is first sorted to its window by the
// time at which that ends. Seen from here a window ends late by the answer's way home, which errs on the safe side; the earliest
// end that an answer tells is the nearest to the truth.
func (p *pacer) learn(now time.Time, q quota) {
	p.learned = true
	p.longest = max(p.longest, q.reset)
	end := now.Add(q.reset)
	switch later := end.Sub(p.end); {
	case !now.Before(p.end) || later > p.longest/2:
		p.measure(now, q)
		p.end, p.remaining = end, q.remaining
	case later >= -p.longest/2:
		p.remaining = min(p.remaining, q.remaining)
		if later < 0 {
			p.end = end
		}
	}
	granted := rate.Limit(shareOfGrant * float64(q.limit) / max(p.longest, p.guess, shortestWindow).Seconds())
	if p.most > 0 {
		granted = min(granted, p.most)
	}
	p.limiter.SetLimitAt(now, granted)
}

// measure takes the measure of a window by its first answer. If it follows the former one, it began between the end of that
// and now, so it is no longer than the time since then and the time to its reset.
func (p *pacer) measure(now time.Time, q quota) {
	gap := max(0, now.Sub(p.end))
	if p.end.IsZero() || p.guess == 0 || gap > q.reset {
		return
	}
	p.guess = min(p.guess, q.reset+gap)
	if gap < q.reset/8 {
		p.guess = 0
	}
}
