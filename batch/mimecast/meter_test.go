package mimecast

import (
	"slices"
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	m := newMeter(5*time.Second, 100*time.Millisecond)
	if n, next, rate := m.count(noon), m.next(noon), m.rate(noon); n != 0 || next != 0 || rate != 0 {
		t.Errorf("new: %d calls, next in %v, %v a second", n, next, rate)
	}
	for i := range 40 {
		m.add(noon.Add(time.Duration(i) * 250 * time.Millisecond))
	}
	now := noon.Add(10 * time.Second)
	if n := m.count(now); n != 19 {
		t.Errorf("%d calls in 4.9 s, want 19", n)
	}
	if rate := m.rate(now); rate < 3.8 || rate > 4.1 {
		t.Errorf("%v a second, want 4", rate)
	}
	if n := m.count(now.Add(m.next(now))); n != 18 {
		t.Errorf("%d calls after the oldest is forgotten, want 18", n)
	}
	m.add(now.Add(-time.Hour))
	m.add(noon)
	if n := m.count(now); n != 18 {
		t.Errorf("%d calls after two that are long gone, want 18", n)
	}
	if n := m.count(now.Add(time.Hour)); n != 0 {
		t.Errorf("%d calls after an hour, want 0", n)
	}
}

// A meter agrees with a list of all calls, but for less than a tick.
func FuzzMeter(f *testing.F) {
	f.Add([]byte{0, 1, 2, 200, 255, 3})
	f.Fuzz(func(t *testing.T, gaps []byte) {
		const tick, span = 10 * time.Millisecond, time.Second
		m := newMeter(span, tick)
		now := noon
		m.count(now)
		var calls []time.Time
		since := func(d time.Duration) (n int) {
			for _, at := range calls {
				if now.Sub(at) < d {
					n++
				}
			}
			return n
		}
		for _, gap := range gaps {
			now = now.Add(time.Duration(gap) * 777 * time.Microsecond)
			at := now
			if gap%3 == 0 && len(calls) > 0 {
				at = calls[len(calls)-1] // one that is told of late
			}
			m.add(at)
			calls = append(calls, at)
			n, next := m.count(now), m.next(now)
			if n < since(span-tick) || n > since(span) {
				t.Fatalf("%d calls, want %d to %d", n, since(span-tick), since(span))
			}
			later := *m
			later.calls = slices.Clone(m.calls)
			if next < 0 || next > span || (next == 0) != (n == 0) || n > 0 && later.count(now.Add(next)) >= n {
				t.Fatalf("%d calls, and the oldest is forgotten in %v", n, next)
			}
		}
	})
}
