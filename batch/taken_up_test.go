package batch

import (
	"context"
	"iter"
	"sync/atomic"
	"testing"
)

// readAlong is a ledger that counts how many open steps were read of it.
type readAlong struct {
	*ledger
	read atomic.Int32
}

func (r *readAlong) Open(ctx context.Context, id RunID, first, last int) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for s, err := range r.ledger.Open(ctx, id, first, last) {
			r.read.Add(1)
			if !yield(s, err) {
				return
			}
		}
	}
}

// The first call waits for the first step and no others, however many are open: with a million of them it would wait long.
func TestFirstCallAtOnce(t *testing.T) {
	const few = 3
	l := &readAlong{ledger: creates(100)}
	atFirst := int32(0)
	d := &desk{answer: func(n int, steps []Step) []Reply {
		if n == 1 {
			atFirst = l.read.Load()
		}
		return alike(steps, yes)
	}}
	if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if atFirst == 0 || atFirst > few {
		t.Errorf("%d open steps were read before the first call, want %d at most", atFirst, few)
	}
	if took(l.ledger) != 100 {
		t.Errorf("%d rows of 100 were taken", took(l.ledger))
	}
}
