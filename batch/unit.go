package batch

import (
	"context"
	"fmt"
)

// unit is what a worker takes at a time: the open steps of a few rows, each row's in order. It is as many rows as update-user
// takes in a call, where they have something for it; else one.
type unit [][]Step

// feed deals the open steps out, until there are no more or ctx ends. In a later pass rows in doubt go by themselves: one of them
// may be what keeps its neighbours from being answered.
func (w *work) feed(ctx context.Context, units chan<- unit) error {
	send := func(u unit) error {
		if len(u) == 0 {
			return nil
		}
		select {
		case units <- u:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	size := w.Directory.Batch(StepUpdate)
	var gathered unit
	deal := func(row []Step) error {
		if len(row) == 0 {
			return nil
		}
		if last := row[len(row)-1]; last.Kind != StepUpdate || w.later && last.InDoubt {
			return send(unit{row})
		}
		gathered = append(gathered, row)
		if len(gathered) < size {
			return nil
		}
		full := gathered
		gathered = nil
		return send(full)
	}
	var row []Step
	for s, err := range w.open(ctx, w.wave) {
		if err != nil {
			return err
		}
		if len(row) > 0 && row[0].Row != s.Row {
			if err := deal(row); err != nil {
				return err
			}
			row = nil
		}
		row = append(row, s)
	}
	if err := deal(row); err != nil {
		return err
	}
	return send(gathered)
}

// do executes the steps of a unit: the creates one by one, and then in one call the updates of those rows that had no create or
// whose create is done.
func (w *work) do(ctx context.Context, u unit, seen map[stepKey]presence) error {
	var updates []*sending
	for _, steps := range u {
		if s := steps[0]; s.Kind == StepCreate {
			state, err := w.create(ctx, s, seen[s.key()])
			if err != nil {
				return err
			}
			steps = steps[1:]
			if state != StepDone || len(steps) == 0 {
				w.through(s.Row, state)
				continue
			}
		}
		if err := w.unlock(&steps[0]); err != nil {
			return err
		}
		updates = append(updates, newSending(steps[0]))
	}
	if err := w.deliver(ctx, updates); err != nil {
		return err
	}
	if err := w.compare(ctx, updates); err != nil {
		return err
	}
	for _, s := range updates {
		w.through(s.step.Row, s.state)
	}
	return nil
}

// create executes a create, and returns the state in which it leaves it.
func (w *work) create(ctx context.Context, s Step, seen presence) (StepState, error) {
	if err := w.unlock(&s); err != nil {
		return StepOpen, err
	}
	if s.InDoubt {
		return w.settleCreate(ctx, s, seen)
	}
	sent := newSending(s)
	err := w.deliver(ctx, []*sending{sent})
	return sent.state, err
}

// unlock fills in the password of a step that needs one.
func (w *work) unlock(s *Step) error {
	if !s.WithPassword {
		return nil
	}
	if s.Password = w.Password(s.Line); s.Password.IsZero() {
		return fmt.Errorf("row %d: the sheet has no password there any more", s.Line)
	}
	return nil
}

// through tells that the workers are through with a row.
func (w *work) through(row int, state StepState) {
	if state == StepRefused {
		w.refused()
	}
	if w.Progress != nil {
		w.Progress(row, state)
	}
}
