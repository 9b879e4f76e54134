package batch

import (
	"testing"
	"time"
)

// Backoff doubles, up to a bound, and never collapses to nothing.
func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 500 * time.Millisecond, 1: time.Second, 5: 16 * time.Second, 6: backoffN, 1000: backoffN} {
		seen := map[time.Duration]bool{}
		for range 100 {
			got := backoff(n)
			if got < want/2 || got > want {
				t.Errorf("backoff(%d) = %v, want %v to %v", n, got, want/2, want)
			}
			seen[got] = true
		}
		if len(seen) < 50 {
			t.Errorf("backoff(%d) is hardly ever different: %d values of 100", n, len(seen))
		}
	}
}

// Whatever a service says, no pause is shorter than it says, longer than the bound and its jitter, or none at all.
func FuzzPauseFor(f *testing.F) {
	f.Add(int64(0), 0)
	f.Add(int64(-1), 3)
	f.Add(int64(time.Hour), 1)
	f.Add(int64(1)<<62, 1<<40)
	f.Fuzz(func(t *testing.T, wait int64, n int) {
		n = max(n, 0)
		got := pauseFor(time.Duration(wait), n)
		if got <= 0 || got < min(time.Duration(wait), longestPause) || got > longestPause*11/10+1 {
			t.Errorf("pauseFor(%v, %d) = %v", time.Duration(wait), n, got)
		}
	})
}
