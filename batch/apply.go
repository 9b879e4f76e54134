package batch

import (
	"context"
	"iter"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Applier executes plans. Its fields are set before the first call of Apply and not changed after.
type Applier struct {
	Directory Directory
	Journal   Journal
	// Password returns the password of a line of the sheet.
	Password func(line int) Secret
	Workers  int
	// SettleAfter is how long to wait before the tenant is asked whether calls without an answer were executed.
	SettleAfter time.Duration
	// Progress, if not nil, is called whenever the workers are through with a row. It must be safe for concurrent use.
	Progress func(row int, state StepState)
	// Paused, if not nil, is called whenever all workers are held back, or for longer than they were: by the rate limit (Throttled)
	// or because the service doesn't answer (Unknown). It must be safe for concurrent use and return at once.
	Paused func(until time.Time, why Verdict)
	// Only, if not nil, tells which rows are taken; the others stay as they are. It is asked more than once for a row, and not by
	// several goroutines at the same time.
	Only func(row int) bool
	// Limits end an Apply before all rows are through.
	Limits Limits
	// Waves deal the rows out in parts.
	Waves Waves
}

// leastRounds is how often steps that don't come to an end are offered to the workers in one Apply: as they are found, after
// the answers that this Apply itself lost, and after those that were lost while repairing these. Beyond that it goes on
// for as long as each round brings some of them to an end.
const leastRounds = 3

// Apply executes what is left of a run: steps never sent, and steps in doubt, which are settled first. Rows that fail are
// outcomes in the journal. An error means that no further row is done: *[CallError] with a fatal reply for credentials
// and permissions, *[CircuitError], *[LimitError], the error of Waves.Between, the context's, or the journal's. Cancelling ctx
// takes no new steps and lets calls on their way come home.
func (a *Applier) Apply(ctx context.Context, id RunID) error {
	ctx, refused, end := a.Limits.watch(ctx)
	defer end()
	w := &work{Applier: a, run: id, refused: refused, resent: map[stepKey]Reply{}, gate: gate{closed: a.Paused}}
	return reached(ctx, w.waves(ctx))
}

// finish brings the steps of the wave to their ends, in as many rounds as that takes.
func (w *work) finish(ctx context.Context) error {
	for round, before := 0, 0; ; round++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		doubts, err := w.doubts(ctx)
		if err != nil {
			return err
		}
		if round > 0 { // before that, to count a million steps would only keep the first of them waiting
			left, err := w.left(ctx)
			switch {
			case err != nil:
				return err
			case left == 0, round >= leastRounds && left >= before:
				return nil
			case len(doubts) == 0 && !w.postponed:
				return nil // what is left was throttled without end
			}
			before = left
		}
		w.postponed, w.later = false, round > 0
		seen, err := w.lookUp(ctx, doubts)
		if err != nil {
			return err
		}
		// What is left are the steps that failed before: their silence says less of the service.
		w.gate.answered()
		if err := w.pass(ctx, seen); err != nil {
			return err
		}
	}
}

type stepKey struct{ row, n int }

func (s Step) key() stepKey { return stepKey{s.Row, s.N} }

// work is one Apply.
type work struct {
	*Applier
	run     RunID
	gate    gate
	refused func()   // is told of each row that is refused
	wave    interval // the rows that are taken now
	later   bool     // this is not the first pass of the wave

	mu        sync.Mutex
	resent    map[stepKey]Reply // creates that were sent a second time, and what came of it
	postponed bool              // a step was left to the next round, for want of a budget
}

// interval is a part of a run's rows, the first and the last of them included.
type interval struct{ first, last int }

// open yields the open steps of those rows of an interval that are to be taken.
func (w *work) open(ctx context.Context, rows interval) iter.Seq2[Step, error] {
	return w.taken(w.Journal.Open(ctx, w.run, rows.first, rows.last))
}

// taken yields those of some steps whose rows are to be taken.
func (w *work) taken(steps iter.Seq2[Step, error]) iter.Seq2[Step, error] {
	if w.Only == nil {
		return steps
	}
	return func(yield func(Step, error) bool) {
		for s, err := range steps {
			if (err != nil || w.Only(s.Row)) && !yield(s, err) {
				return
			}
		}
	}
}

// doubts returns the open steps that are in doubt.
func (w *work) doubts(ctx context.Context) ([]Step, error) {
	var doubts []Step
	for s, err := range w.taken(w.Journal.InDoubt(ctx, w.run, w.wave.first, w.wave.last)) {
		if err != nil {
			return nil, err
		}
		doubts = append(doubts, s)
	}
	return doubts, nil
}

// left counts the open steps.
func (w *work) left(ctx context.Context) (int, error) {
	n := 0
	for _, err := range w.open(ctx, w.wave) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// pass offers every open step to the workers once, those of a row together and in order. Later passes are for the rows that an
// earlier one didn't bring to an end.
func (w *work) pass(ctx context.Context, seen map[stepKey]presence) error {
	units := make(chan unit)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(units)
		return w.feed(ctx, units)
	})
	for range max(1, w.Workers) {
		g.Go(func() error {
			for u := range units {
				if err := w.do(ctx, u, seen); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// mayRepeat tells whether there is a budget for one more call. If not, what it was for is left to the next round.
func (w *work) mayRepeat() bool {
	if w.gate.mayRepeat() {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.postponed = true
	return false
}
