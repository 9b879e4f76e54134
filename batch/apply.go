package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// ErrCircuit says that the service has not answered for so long that going on makes no sense.
var ErrCircuit = errors.New("the service doesn't answer")

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
}

// mostRounds is how often steps are offered to the workers in one Apply: as they are found, after the answers that this
// Apply itself lost, and after those that were lost while repairing these.
const mostRounds = 3

// Apply executes what is left of a run: steps never sent, and steps in doubt, which are settled first. Rows that fail are
// outcomes in the journal. An error means that no further row can be done: *[CallError] with a fatal reply for credentials
// and permissions, [ErrCircuit], the context's error, or the journal's. Cancelling ctx takes no new steps and lets calls
// on their way come home.
func (a *Applier) Apply(ctx context.Context, id RunID) error {
	w := &work{Applier: a, run: id, resent: map[stepKey]Reply{}}
	for round := range mostRounds {
		left, doubts, err := w.survey(ctx)
		if err != nil {
			return err
		}
		if left == 0 {
			return nil
		}
		if round > 0 && len(doubts) == 0 {
			return nil // what is left was throttled without end
		}
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
	return nil
}

type stepKey struct{ row, n int }

func (s Step) key() stepKey { return stepKey{s.Row, s.N} }

// work is one Apply.
type work struct {
	*Applier
	run  RunID
	gate gate

	mu     sync.Mutex
	resent map[stepKey]Reply // creates that were sent a second time, and what came of it
}

// survey counts the open steps and returns those of them that are in doubt.
func (w *work) survey(ctx context.Context) (left int, doubts []Step, err error) {
	for s, err := range w.Journal.Open(ctx, w.run) {
		if err != nil {
			return 0, nil, err
		}
		left++
		if s.InDoubt {
			doubts = append(doubts, s)
		}
	}
	return left, doubts, nil
}

// pass offers every open step to the workers once, those of a row together and in order.
func (w *work) pass(ctx context.Context, seen map[stepKey]presence) error {
	units := make(chan []Step)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(units)
		var unit []Step
		send := func() error {
			if len(unit) == 0 {
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

// step executes one step, and returns the state in which it leaves it.
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
	state, r, err := w.call(ctx, &s, s, nil)
	if err == nil && state == StepUnknown && r.Verdict == Refused {
		return w.compare(ctx, s, r)
	}
	return state, err
}

// call makes the call of a step, again where the answer permits that, and returns the state in which it leaves the step and
// the last reply; s counts its tries. To settle a create, something else may be sent than the step itself; settle, which is nil else, then gives
// the reply the words that are kept.
func (w *work) call(ctx context.Context, s *Step, send Step, settle func(Reply) Reply) (StepState, Reply, error) {
	state := StepOpen
	if s.InDoubt {
		state = StepUnknown
	}
	lost, unsent, throttled := 0, 0, 0
	for {
		if err := w.gate.wait(ctx); err != nil {
			return state, Reply{}, err
		}
		s.Tries++
		at := w.attempt(*s, settle != nil)
		if err := w.Journal.Begin(ctx, []Attempt{at}); err != nil {
			w.gate.leave()
			return state, Reply{}, fmt.Errorf("begin row %d: %w", s.Line, err)
		}
		r := w.Directory.Do(ctx, []Step{send})[0]
		state = nextState(state, r.Verdict)
		kept := r
		if settle != nil {
			kept = settle(r)
		}
		if err := w.Journal.Finish(context.WithoutCancel(ctx), []Outcome{{Attempt: at, State: state, Reply: kept}}); err != nil {
			w.gate.leave()
			return state, r, fmt.Errorf("finish row %d: %w", s.Line, err)
		}
		switch r.Verdict {
		case Done, Refused:
			w.gate.answered()
			return state, r, nil
		case Fatal:
			w.gate.leave()
			return state, r, &CallError{Op: fmt.Sprintf("%s row %d", send.Kind, s.Line), Reply: r}
		case Throttled:
			if throttled++; throttled > mostThrottled {
				w.gate.leave()
				return state, r, nil
			}
			w.gate.pause(pauseFor(r.Wait, throttled-1))
			continue
		}
		// Not sent, or unknown.
		if err := ctx.Err(); err != nil {
			w.gate.leave()
			return state, r, err
		}
		if r.Answered() {
			// An answer that says nothing of the step is a matter of this step.
			w.gate.answered()
			if err := sleep(ctx, backoff(lost)); err != nil {
				return state, r, err
			}
		} else if w.gate.silence(at.Begun, r.Wait, lost > 0) >= silentRounds {
			return state, r, fmt.Errorf("%w: %s", ErrCircuit, r.Reason.Message)
		}
		if r.Verdict == NotSent {
			if unsent++; unsent == silentRounds {
				return state, r, nil // others are answered meanwhile
			}
			continue
		}
		if lost++; lost == mostTries || send.Kind == StepCreate {
			return state, r, nil
		}
	}
}

func (w *work) attempt(s Step, settling bool) Attempt {
	return Attempt{Run: w.run, Row: s.Row, Step: s.N, Try: s.Tries, Settling: settling, Begun: time.Now()}
}

// nextState is the state of a step after a call. What was in doubt is settled by nothing but a success: a refusal of the second
// call says nothing of the first.
func nextState(state StepState, v Verdict) StepState {
	switch {
	case v == Done:
		return StepDone
	case v == Refused && state != StepUnknown:
		return StepRefused
	case v == Unknown:
		return StepUnknown
	}
	return state
}
