package batch

import (
	"context"
	"fmt"
	"slices"
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
		if i := slices.IndexFunc(row, func(s Step) bool { return s.Kind == StepUpdate }); i < 0 || w.later && row[i].InDoubt {
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

// do executes the steps of a unit: what comes before a row's update one by one, then in one call the updates of those rows of
// which that is done, and then what comes after these.
func (w *work) do(ctx context.Context, u unit, seen map[stepKey]presence) error {
	var updates []*sending
	var after [][]Step
	for _, row := range u {
		steps, state, err := w.alone(ctx, row, seen)
		if err != nil {
			return err
		}
		if state != StepDone || len(steps) == 0 {
			w.through(row[0].Row, state)
			continue
		}
		if err := w.unlock(&steps[0]); err != nil {
			return err
		}
		updates, after = append(updates, newSending(steps[0])), append(after, steps[1:])
	}
	if err := w.deliver(ctx, updates); err != nil {
		return err
	}
	if err := w.compare(ctx, updates); err != nil {
		return err
	}
	var due [][]Step
	for i, s := range updates {
		if s.state == StepDone && len(after[i]) > 0 {
			due = append(due, after[i])
			continue
		}
		w.through(s.step.Row, s.state)
	}
	for _, steps := range due {
		_, state, err := w.alone(ctx, steps, seen)
		if err != nil {
			return err
		}
		w.through(steps[0].Row, state)
	}
	return nil
}

// alone executes the steps of a row that come before its next update, each by a call of its own, until one isn't done. It
// returns the steps that it left, and the state of the last of the others.
func (w *work) alone(ctx context.Context, steps []Step, seen map[stepKey]presence) (left []Step, state StepState, err error) {
	for state = StepDone; len(steps) > 0 && steps[0].Kind != StepUpdate && state == StepDone; steps = steps[1:] {
		if state, err = w.single(ctx, steps[0], seen[steps[0].key()]); err != nil {
			return nil, state, err
		}
	}
	return steps, state, nil
}

// single executes a step that shares its call with no other, and returns the state in which it leaves it.
func (w *work) single(ctx context.Context, s Step, seen presence) (StepState, error) {
	if err := w.unlock(&s); err != nil {
		return StepOpen, err
	}
	if s.Kind == StepCreate && s.InDoubt {
		return w.settleCreate(ctx, s, seen)
	}
	sent := newSending(s)
	sent.words = func(r Reply) Reply {
		if r.Reason.Code == CodeAsAsked && (s.InDoubt || sent.lost > 0) {
			r.Reason.Code = "" // perhaps it was an earlier call of its own that did it
		}
		return r
	}
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
