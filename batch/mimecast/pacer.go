package mimecast

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// firstRate is kept to, in calls a second, while the service tells nothing of its quota.
	firstRate = 5
	// shareUsed of what is allowed is aimed at, so that there is room for calls that travel at different speeds and so arrive
	// closer together than they left.
	shareUsed = 0.997
	// mostLate is for how long calls that were late are made up for. Timers wake late all the time.
	mostLate = 20 * time.Millisecond
	// shareMissed of a window's calls may be missing from what remains before that is taken for somebody else's use.
	shareMissed = 0.005
	// shortestWindow bounds the rate that is learned from an answer at the very end of a window.
	shortestWindow = 100 * time.Millisecond
	// firstWindow is how long a window is taken to be until one was seen from its beginning: an answer in the middle of a
	// window tells how much of it is left, not how long it is. Longer ones were not observed.
	firstWindow = 5 * time.Second
	// roundWindow divides the length of windows.
	roundWindow = 500 * time.Millisecond
	// shareTravelled, in percent, less what is uncertain, is how much of the fastest way there and back is relied on, once
	// manyCalls have travelled it.
	shareTravelled = 90
	uncertain      = time.Millisecond
	manyCalls      = 32
	// untilNews is as good as for ever: the wait ends when a call does.
	untilNews = time.Hour
)

// pacer lets the calls of one function through, spread evenly at a rate a little below what is allowed: the grant, a share of
// it, or a rate that was set, whichever is less. Until it has learned the grant it lets one call through at a time. Where less
// remains of a window than that rate would take, because somebody else uses the quota too, it spreads what remains over the
// rest of the window, and lets no more through than that.
//
// Calls that were a little late are made up for: the limiter is told that they were in time. What sees to it that no second
// has more than one call above what is allowed, however long calls travel, is the meter: it takes a call to have been executed
// as late as can be, which is when its answer left at the latest.
//
// Of those who wait, one at a time stands at the door and is woken when anything changes. Nothing is taken from the quota but
// by going through, so there is nothing to give back when a wait is cancelled.
type pacer struct {
	most  float64       // calls a second; 0 for what is granted, +Inf for no bound but what remains
	share float64       // of the grant
	door  chan struct{} // holds one
	news  chan struct{} // holds one: something has changed for whoever stands at the door

	mu       sync.Mutex
	limiter  *rate.Limiter
	second   *meter // of the calls that ended
	recent   *meter // of the calls let through, to tell people
	calls    int    // let through so far
	learned  bool
	inFlight []time.Time   // when the calls that have not ended were let through
	fastest  time.Duration // there and back
	due      time.Time     // of the next call by the limiter
	closed   time.Time     // no call goes through before: the service wants to be left alone

	limit     int           // calls in a window; 0 until that is told
	longest   time.Duration // time to a reset that was seen
	guess     time.Duration // how long a window may be for all that is known, 0 once a whole one was seen
	end       time.Time     // of the window that was told of last
	rolled    time.Time     // when that was found to be over; zero until then
	remaining int           // calls left in the present window, those in flight included, as of the answer that told the least
	short     bool          // that is less than the rate would take
}

// newPacer makes a pacer for so many calls a second at most, and for that share of the grant, where 0 is all of it.
func newPacer(most, share float64) *pacer {
	p := &pacer{
		most:   most,
		share:  cmp.Or(share, 1),
		door:   make(chan struct{}, 1),
		news:   make(chan struct{}, 1),
		second: newMeter(time.Second+time.Millisecond, time.Millisecond),
		recent: newMeter(5*time.Second, 100*time.Millisecond),
		guess:  firstWindow,
	}
	p.limiter = rate.NewLimiter(limitOf(p.allowed()), 1)
	return p
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
	if !p.learned && len(p.inFlight) > 0 {
		return untilNews
	}
	rest := p.roll(now)
	if p.limit > 0 && len(p.inFlight) >= p.remaining {
		return rest
	}
	allowed := p.allowed()
	if p.guess > p.longest && p.rolled.IsZero() && rest.Seconds()*allowed < 1 {
		return rest // a call as soon as the window ends tells how long the next one is
	}
	if d := p.crowded(now, allowed); d > 0 {
		return d
	}
	at := now
	if late := now.Sub(p.due); late > 0 && late < mostLate {
		at = p.due
	}
	if !p.limiter.AllowN(at, 1) {
		p.due = now.Add(max(time.Microsecond, interval((1-p.limiter.TokensAt(now))/float64(p.limiter.Limit()))))
		return min(p.due.Sub(now), rest)
	}
	p.due = at.Add(interval(1 / float64(p.limiter.Limit())))
	p.inFlight = append(p.inFlight, now)
	p.calls++
	p.recent.add(now)
	return 0
}

// crowded tells how long to wait for fewer calls in the last second, 0 if one more may be made.
func (p *pacer) crowded(now time.Time, allowed float64) time.Duration {
	young, oldest := 0, time.Second
	for _, at := range slices.Backward(p.inFlight) {
		age := now.Sub(at)
		if age >= time.Second {
			break
		}
		young++
		oldest = time.Second - age
	}
	if float64(young+p.second.count(now)) < math.Floor(allowed)+1 {
		return 0
	}
	if d := p.second.next(now); d > 0 {
		return min(d, oldest)
	}
	return oldest
}

// roll begins a new window if the present one is over, and tells how long the present one takes. Until an answer tells of
// the new one, it is taken to begin now with all its calls.
func (p *pacer) roll(now time.Time) time.Duration {
	if p.limit == 0 {
		return untilNews
	}
	end := p.end
	if !p.rolled.IsZero() {
		end = p.rolled.Add(p.window())
	}
	if p.calls > manyCalls {
		// The end was seen when an answer had come home, and a call that leaves now needs time to arrive.
		end = end.Add(-max(0, shareTravelled*p.fastest/100-uncertain))
	}
	if d := end.Sub(now); d > 0 {
		return d
	}
	p.rolled, p.remaining = now, p.limit
	p.pace(now, p.window())
	return p.window()
}

// done takes in what came of a call: when it was sent, zero if it wasn't, when it ended, and the status and headers of its
// answer, if it got one.
func (p *pacer) done(sent, now time.Time, status int, h http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(cmp.Or(sent, now))
	if !sent.IsZero() {
		late := p.travelled(now.Sub(sent))
		p.second.add(now.Add(-p.fastest))
		throttled := status == http.StatusTooManyRequests
		if throttled || status == http.StatusServiceUnavailable {
			if until := now.Add(waitOf(status, h, now)); until.After(p.closed) {
				p.closed = until
			}
		}
		switch q, told := quotaOf(h); {
		case throttled: // how long the service wants to be left alone says nothing of its windows
		case told:
			p.learn(now, late, q)
		default:
			p.remaining-- // it may have been counted
			p.learned = p.learned || status == http.StatusOK
		}
	}
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// leave takes out of those in flight the call that was sent then: it was let through just before.
func (p *pacer) leave(sent time.Time) {
	for i, at := range slices.Backward(p.inFlight) {
		if i == 0 || !at.After(sent) {
			p.inFlight = slices.Delete(p.inFlight, i, i+1)
			return
		}
	}
}

// travelled takes in how long a call took, and returns by how much that is more than it need be.
func (p *pacer) travelled(took time.Duration) time.Duration {
	if took < p.fastest || p.fastest == 0 {
		p.fastest = took
	}
	late := took - p.fastest
	p.fastest += late / 32768 // in case the way has become longer
	return late
}

// learn takes in what an answer tells of the quota. Answers overtake each other, so each is first sorted to its window by the
// time at which that ends. Seen from here a window ends late by the answer's way home, which errs on the safe side; the earliest
// end that an answer tells is the nearest to the truth. An answer that is late itself may be from the window before.
func (p *pacer) learn(now time.Time, late time.Duration, q quota) {
	p.learned = true
	if q.limit != p.limit { // the grant is another one, and so may be the window
		p.limit, p.longest, p.guess, p.end = q.limit, 0, firstWindow, time.Time{}
	}
	p.longest = max(p.longest, q.reset)
	end := now.Add(q.reset)
	switch later := end.Sub(p.end); {
	case later-late > p.longest/2 || now.Sub(p.end)-late > p.longest/8:
		p.measure(now, q)
		p.end, p.rolled, p.remaining = end, time.Time{}, q.remaining
	case !p.rolled.IsZero() || later < -p.longest/2:
		return // from the window before
	default:
		if later < 0 {
			p.end = end
		}
		if q.remaining > p.remaining {
			return // it was overtaken
		}
		p.remaining = q.remaining
	}
	p.pace(now, q.reset)
}

// measure takes the measure of a window by its first answer. If only that call was counted, at a round time from the end,
// then the call began the window. Else if it follows the former one, it began between the end of that and now, so it is no
// longer than the time since then and the time to its reset.
func (p *pacer) measure(now time.Time, q quota) {
	if q.remaining == q.limit-1 && q.reset%roundWindow == 0 {
		p.longest, p.guess = q.reset, 0
		return
	}
	gap := max(0, now.Sub(p.end))
	if p.end.IsZero() || p.guess == 0 || gap > q.reset || q.reset < shortestWindow {
		return
	}
	p.guess = min(p.guess, q.reset+gap)
	if gap < q.reset/8 {
		p.guess = 0
	}
}

// window is how long a window is taken to be.
func (p *pacer) window() time.Duration { return max(p.longest, p.guess, shortestWindow) }

// granted returns how many calls a second the service grants, 0 while it has told nothing.
func (p *pacer) granted() float64 { return float64(p.limit) / p.window().Seconds() }

// allowed returns how many calls a second may be made as long as nobody else uses the quota.
func (p *pacer) allowed() float64 {
	switch {
	case math.IsInf(p.most, 1):
		return p.most
	case p.limit == 0:
		return cmp.Or(p.most, firstRate)
	case p.most == 0:
		return p.share * p.granted()
	}
	return min(p.most, p.share*p.granted())
}

// pace sets the rate for a window with so long to go.
func (p *pacer) pace(now time.Time, left time.Duration) {
	allowed := p.allowed()
	missed := 1 + shareMissed*float64(p.limit)
	p.short = float64(p.remaining)+missed < shareUsed*allowed*left.Seconds()
	if p.short && !math.IsInf(allowed, 1) {
		allowed = float64(p.remaining+1) / left.Seconds()
	}
	p.spread(now, allowed)
}

// spread makes the limiter keep to so many calls a second.
func (p *pacer) spread(now time.Time, allowed float64) {
	if limit := limitOf(allowed); limit != p.limiter.Limit() {
		p.limiter.SetLimitAt(now, limit)
	}
}

// limitOf is what the limiter is set to.
func limitOf(allowed float64) rate.Limit { return min(rate.Limit(shareUsed*allowed), rate.Inf) }

func interval(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
