package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// ErrCircuit says that so many calls in a row failed for a reason that is no row's that going on makes no sense.
var ErrCircuit = errors.New("too many calls in a row got no answer")

// circuitAt is how many calls in a row, over all workers, may go without an answer.
const circuitAt = 20

// Applier executes plans. Its fields are set before the first call of Apply and not changed after.
type Applier struct {
	Directory Directory
	Journal   Journal
	// Password returns the password of a line of the sheet.
	Password func(line int) Secret
	Workers  int
	// SettleAfter is how old a lost call must be before the tenant is asked whether it was executed.
	SettleAfter time.Duration
	// Progress, if not nil, is called whenever a row has come to its end for now. It must be safe for concurrent use.
	Progress func(row int, state StepState)
}

// mostRounds is how often steps in doubt are taken up in one Apply: as they are found, after the answers that this
// Apply itself lost, and after those that were lost while repairing these.
const mostRounds = 3

// Apply executes what is left of a run: steps never sent, and steps in doubt, which are settled first. Rows that fail are
// outcomes in the journal. An error means that no further row can be done: *[CallError] with a fatal reply for credentials
// and permissions, [ErrCircuit], the context's error, or the journal's. Cancelling ctx takes no new steps and lets calls
// on their way come home.
func (a *Applier) Apply(ctx context.Context, id RunID) error {
	w := &work{Applier: a, run: id, resent: map[stepKey]Reply{}}
	for round := 1; ; round++ {
		doubts, err := w.doubts(ctx)
		if err != nil {
			return err
		}
		if round > 1 && len(doubts) == 0 || round > mostRounds {
			return nil
		}
		seen, err := w.lookUp(ctx, doubts)
		if err != nil {
			return err
		}
		if err := w.pass(ctx, seen, round == 1); err != nil {
			return err
		}
	}
}

type stepKey struct{ row, n int }

func (s Step) key() stepKey { return stepKey{s.Row, s.N} }

// work is one Apply.
type work struct {
	*Applier
	run    RunID
	gate   gate
	silent atomic.Int64 // calls without an answer in a row

	mu     sync.Mutex
	resent map[stepKey]Reply // creates that were sent a second time, and what came of it
}

// pass offers every open step to the workers once. Only the first pass takes steps that were never in doubt.
func (w *work) pass(ctx context.Context, seen map[stepKey]presence, first bool) error {
	units := make(chan []Step)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(units)
		var unit []Step
		send := func() error {
			if len(unit) == 0 || !first && !unit[0].InDoubt {
				return nil
			}
			select {
			case units <- unit:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		for s, err := range w.Journal.Open(ctx, w.run) {
			if err != nil {
				return err
			}
			if len(unit) > 0 && unit[0].Row != s.Row {
				if err := send(); err != nil {
					return err
				}
				unit = nil
			}
			unit = append(unit, s)
		}
		return send()
	})
	for range max(1, w.Workers) {
		g.Go(func() error {
			for unit := range units {
				if err := w.row(ctx, unit, seen); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// row executes the open steps of one row in order, up to the first that doesn't come to be done.
func (w *work) row(ctx context.Context, steps []Step, seen map[stepKey]presence) error {
	state := StepOpen
	for _, s := range steps {
		var err error
		if state, err = w.step(ctx, s, seen[s.key()]); err != nil {
			return err
		}
		if state != StepDone {
			break
		}
	}
	if w.Progress != nil {
		w.Progress(steps[0].Row, state)
	}
	return nil
}

// step executes one step.
func (w *work) step(ctx context.Context, s Step, seen presence) (StepState, error) {
	if s.WithPassword {
		if s.Password = w.Password(s.Line); s.Password.IsZero() {
			return StepOpen, fmt.Errorf("row %d: the sheet has no password there any more", s.Line)
		}
	}
	if s.Kind == StepCreate && s.InDoubt {
		return w.settleCreate(ctx, s, seen)
	}
	// An update sets the same values again, so one in doubt is just sent again.
	return w.call(ctx, s, s, Attempt{}, nil)
}

// call makes the call of a step, again where the answer permits that, and returns the state in which it leaves the step.
// What is sent may differ from the step itself when a create is settled; edit, if not nil, changes the reply before it is kept.
func (w *work) call(ctx context.Context, s, send Step, as Attempt, edit func(Reply) Reply) (StepState, error) {
	state := StepOpen
	if s.InDoubt {
		state = StepUnknown
	}
	failed, throttled := 0, 0
	for {
		if err := w.gate.wait(ctx); err != nil {
			return state, err
		}
		s.Tries++
		as.Run, as.Row, as.Step, as.Try, as.Begun = w.run, s.Row, s.N, s.Tries, time.Now()
		if err := w.Journal.Begin(ctx, []Attempt{as}); err != nil {
			return state, fmt.Errorf("begin row %d: %w", s.Line, err)
		}
		r := w.Directory.Do(ctx, []Step{send})[0]
		if edit != nil {
			r = edit(r)
		}
		state = nextState(state, r.Verdict)
		if err := w.Journal.Finish(context.WithoutCancel(ctx), []Outcome{{Attempt: as, State: state, Reply: r}}); err != nil {
			return state, fmt.Errorf("finish row %d: %w", s.Line, err)
		}
		var wait time.Duration
		switch r.Verdict {
		case Done, Refused:
			w.silent.Store(0)
			return state, nil
		case Fatal:
			return state, &CallError{Op: fmt.Sprintf("%s row %d", send.Kind, s.Line), Reply: r}
		case Throttled:
			w.silent.Store(0)
			if throttled++; throttled > mostThrottled {
				return state, nil
			}
			w.gate.pause(pauseFor(r.Wait, throttled-1))
			continue
		}
		// Not sent, or unknown.
		if err := ctx.Err(); err != nil {
			return state, err
		}
		if w.silent.Add(1) >= circuitAt {
			return state, fmt.Errorf("%w: %s", ErrCircuit, r.Reason.Message)
		}
		failed++
		if failed == mostTries || r.Verdict == Unknown && send.Kind == StepCreate {
			return state, nil
		}
		wait = max(backoff(failed-1), min(r.Wait, longestPause))
		if err := sleep(ctx, wait); err != nil {
			return state, err
		}
	}
}

// nextState is the state of a step after a call. What was in doubt stays so until an answer settles it.
func nextState(state StepState, v Verdict) StepState {
	switch v {
	case Done:
		return StepDone
	case Refused:
		return StepRefused
	case Unknown:
		return StepUnknown
	}
	return state
}

// gate holds all workers back while the service wants to be left alone.
type gate struct {
	mu    sync.Mutex
	until time.Time
}

// pause closes the gate for d from now; a longer pause that is on already stays.
func (g *gate) pause(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.until) {
		g.until = until
	}
}

// wait returns when the gate is open.
func (g *gate) wait(ctx context.Context) error {
	for {
		g.mu.Lock()
		d := time.Until(g.until)
		g.mu.Unlock()
		if d <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}
