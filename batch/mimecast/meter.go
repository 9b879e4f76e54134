package mimecast

import "time"

// meter counts the calls of the last while, in memory that doesn't grow with them: it keeps how many there were in each tick
// of its clock.
type meter struct {
	tick  time.Duration
	calls []int // by tick, the newest at newest modulo its length
	begun time.Time
	now   int // the newest tick, counted from begun
	sum   int
}

// newMeter makes a meter that remembers a call for a span of time, or up to a tick less. A span is a whole number of ticks.
func newMeter(span, tick time.Duration) *meter {
	return &meter{tick: tick, calls: make([]int, span/tick)}
}

// advance forgets what is too long ago.
func (m *meter) advance(now time.Time) {
	if m.begun.IsZero() {
		m.begun = now
	}
	newest := max(m.now, int(now.Sub(m.begun)/m.tick))
	for range min(newest-m.now, len(m.calls)) {
		m.now++
		i := m.now % len(m.calls)
		m.sum -= m.calls[i]
		m.calls[i] = 0
	}
	m.now = newest
}

// add counts a call that was made at that time, which may be some while ago.
func (m *meter) add(at time.Time) {
	m.advance(at)
	tick := int(at.Sub(m.begun) / m.tick)
	if tick < 0 || tick <= m.now-len(m.calls) {
		return
	}
	m.calls[tick%len(m.calls)]++
	m.sum++
}

// count returns how many calls are remembered.
func (m *meter) count(now time.Time) int {
	m.advance(now)
	return m.sum
}

// next returns how long it is until the oldest call is forgotten, 0 if there is none.
func (m *meter) next(now time.Time) time.Duration {
	m.advance(now)
	if m.sum == 0 {
		return 0
	}
	age := len(m.calls) - 1
	for m.calls[(m.now+len(m.calls)-age)%len(m.calls)] == 0 {
		age--
	}
	return m.begun.Add(time.Duration(m.now+len(m.calls)-age) * m.tick).Sub(now)
}

// rate returns how many calls a second there were over the span, or since the first of them if that is not so long ago.
func (m *meter) rate(now time.Time) float64 {
	m.advance(now)
	age := now.Sub(m.begun)
	age = min(age, age%m.tick+time.Duration(len(m.calls)-1)*m.tick)
	if age <= 0 {
		return 0
	}
	return float64(m.sum) / age.Seconds()
}
