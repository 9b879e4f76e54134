package batch

import (
	"context"
	"math"
	"time"
)

// Waves are the parts in which an [Applier.Apply] takes the rows, one after another: a wave begins when the one before is
// through. A row that it leaves open stays so until the next Apply. The zero Waves is one wave of all rows.
type Waves struct {
	First int           // rows of the first wave, 0 for as many as in the others
	Size  int           // rows of a wave, 0 for all that are left
	Pause time.Duration // between two waves of that size
	// Before, if not nil, is called when a wave is about to begin. It may bring rows to their ends, and returns how many of them it
	// has refused. Its error ends the Apply.
	Before func(ctx context.Context, coming Wave) (refused int, err error)
	// Between, if not nil, is called when a wave is through and rows are left, before the pause. Its error ends the Apply.
	Between func(ctx context.Context, through Wave) error
}

// Wave is one of the [Waves].
type Wave struct {
	N           int           // from 1
	First, Last int           // the rows are among these
	Rows        []int         // in their order; nil if it takes all that are left
	Pause       time.Duration // until the next begins
}

// size returns how many rows the n-th wave has, 0 for all that are left.
func (w Waves) size(n int) int {
	if n == 1 && w.First > 0 {
		return w.First
	}
	return w.Size
}

// pause returns how long it is to the next wave after the n-th. After a first wave that is one to be looked at there is none:
// whoever looks makes it.
func (w Waves) pause(n int) time.Duration {
	if n == 1 && w.First > 0 {
		return 0
	}
	return w.Pause
}

// waves takes the rows wave by wave.
func (w *work) waves(ctx context.Context) error {
	if err := w.count(ctx); err != nil {
		return err
	}
	for n := 1; ; n++ {
		rows, more, err := w.next(ctx, n)
		if err != nil {
			return err
		}
		wave := Wave{N: n, First: w.wave.first, Last: w.wave.last, Rows: rows, Pause: w.Waves.pause(n)}
		if w.Waves.Before != nil {
			refused, err := w.Waves.Before(ctx, wave)
			for range refused {
				w.refused()
			}
			if err != nil {
				return err
			}
		}
		if err := w.finish(ctx); err != nil || !more {
			return err
		}
		if w.Waves.Between != nil {
			if err := w.Waves.Between(ctx, wave); err != nil {
				return err
			}
		}
		if err := sleep(ctx, wave.Pause); err != nil {
			return err
		}
	}
}

// count holds the number of rows that are left to do against what is allowed.
func (w *work) count(ctx context.Context) error {
	if w.Limits.Changes == nil {
		return nil
	}
	changes, last := 0, 0
	for s, err := range w.open(ctx, interval{last: math.MaxInt}) {
		if err != nil {
			return err
		}
		if s.Row != last {
			changes, last = changes+1, s.Row
		}
	}
	return w.Limits.Check(changes)
}

// next goes on to the n-th wave and returns its rows, unless it takes all that are left, and whether there are more behind it.
func (w *work) next(ctx context.Context, n int) (rows []int, more bool, err error) {
	size := w.Waves.size(n)
	w.wave = interval{w.wave.last + 1, math.MaxInt}
	if size == 0 {
		return nil, false, nil
	}
	for s, err := range w.open(ctx, w.wave) {
		if err != nil {
			return nil, false, err
		}
		if len(rows) > 0 && s.Row == rows[len(rows)-1] {
			continue
		}
		if more = len(rows) == size; more {
			break
		}
		rows = append(rows, s.Row)
	}
	if len(rows) > 0 {
		w.wave = interval{rows[0], rows[len(rows)-1]}
	}
	return rows, more, nil
}
