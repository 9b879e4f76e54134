package batch

import "time"

// budgetSpan is for how long the retry budget remembers calls, in seconds.
const budgetSpan = 120

const (
	// shareRepeats is what one of so many calls may be: a repeat.
	shareRepeats = 10
	// fewRepeats may be made on top of that, so that short runs can repeat too.
	fewRepeats = 10
)

// budget is the retry budget: of the calls of the last two minutes no more than a share, and a few, may be repeats within a pass.
// When more fail than that, repeating them all would only add to the service's trouble: they wait for the next pass, which offers
// each of them once after all the others had their turn. It takes the same memory however many calls there are.
type budget struct {
	begun   time.Time
	seconds [budgetSpan]struct {
		second         int // counted from begun
		calls, repeats int
	}
}

// called counts a call, a repeat included.
func (b *budget) called(now time.Time) { b.seconds[b.at(now)].calls++ }

// spend tells whether there is room for one more repeat, and counts it if so.
func (b *budget) spend(now time.Time) bool {
	i := b.at(now)
	oldest := b.seconds[i].second - budgetSpan
	calls, repeats := 0, 0
	for _, s := range b.seconds {
		if s.second > oldest {
			calls += s.calls
			repeats += s.repeats
		}
	}
	if repeats >= fewRepeats+calls/shareRepeats {
		return false
	}
	b.seconds[i].repeats++
	return true
}

// at returns the place of the present second.
func (b *budget) at(now time.Time) int {
	if b.begun.IsZero() {
		b.begun = now
	}
	second := int(now.Sub(b.begun) / time.Second)
	i := second % budgetSpan
	if s := &b.seconds[i]; s.second != second {
		s.second, s.calls, s.repeats = second, 0, 0
	}
	return i
}
