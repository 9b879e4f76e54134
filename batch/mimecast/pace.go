package mimecast

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Pace is how fast the function that is called the most among those that change users is called.
type Pace struct {
	Calls   int           // made so far, those that were throttled included
	Rate    float64       // calls a second over the last seconds
	Allowed float64       // calls a second that the pacer keeps to now, +Inf for no bound
	Granted float64       // calls a second that the service grants; 0 while it has told nothing
	Closed  time.Duration // until calls go on, after the service asked for a pause; 0 if they do
}

// Pace tells the pace as of now. It is safe for concurrent use.
func (c *Client) Pace() Pace {
	now := time.Now()
	var paces []Pace
	for _, fn := range []*function{c.updateUser, c.createUser, c.addPurge, c.removePurge} {
		paces = append(paces, fn.pacer.told(now))
	}
	return slices.MaxFunc(paces, func(a, b Pace) int { return cmp.Or(cmp.Compare(a.Rate, b.Rate), cmp.Compare(a.Calls, b.Calls)) })
}

// told is the pace for people.
func (p *pacer) told(now time.Time) Pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	allowed := p.allowed()
	if p.short && !math.IsInf(allowed, 1) {
		allowed = min(allowed, float64(p.limiter.Limit())/shareUsed)
	}
	return Pace{
		Calls: p.calls, Rate: p.recent.rate(now), Allowed: allowed, Granted: p.granted(), Closed: max(0, p.closed.Sub(now)),
	}
}
