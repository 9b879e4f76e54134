package sandbox

import (
	"testing"
	"time"
)

func TestPeakForgets(t *testing.T) {
	var p peak
	now := time.Unix(0, 0)
	for range 100_000 {
		now = now.Add(10 * time.Millisecond)
		p.add(now)
	}
	if p.most != 100 || cap(p.recent) > 1000 {
		t.Errorf("peak %d with room for %d calls, want 100 and a bounded room", p.most, cap(p.recent))
	}
}
