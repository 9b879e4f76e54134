package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"

	"mimebatch/batch"
)

// ErrNoRow says that a run has no such row.
var ErrNoRow = errors.New("no such row")

// called is what is true of attempts that made a call, as far as is known: not of those that were throttled or never sent, nor
// of those that only record what a look at the tenant found.
const called = `(a.finished IS NULL OR a.sent IS NOT NULL AND a.verdict <> 'throttled')`

// hear takes in the next attempt at a step: what it is now is as the last one left it, and one without an outcome leaves it unknown.
func hear(s *batch.StepResult, c Call) {
	s.Tries, s.Reply = c.Try, c.Reply
	s.State = cmp.Or(c.State, batch.StepUnknown)
	s.InDoubt = s.State == batch.StepUnknown
	if !c.Finished.IsZero() && (c.Reply.Sent.IsZero() || c.Reply.Verdict == batch.Throttled) {
		return // as called has it
	}
	if s.Attempts++; s.Attempts == 1 || c.Begun.Before(s.Started) {
		s.Started = c.Begun
	}
	if c.Finished.After(s.Finished) {
		s.Finished = c.Finished
	}
}

// Results yields every row of a run in order, with what became of it. While the run is being applied a row's result is as of
// when it was read. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Results(ctx context.Context, id batch.RunID) iter.Seq2[batch.RowResult, error] {
	return func(yield func(batch.RowResult, error) bool) {
		fail := func(err error) { yield(batch.RowResult{}, fmt.Errorf("read results of run %s: %w", id, err)) }
		last, err := j.lastRow(ctx, id)
		if err != nil {
			fail(err)
			return
		}
		for page, err := range ahead((last+pageSize-1)/pageSize, func(i int) ([]batch.RowResult, error) {
			return j.results(ctx, id, i*pageSize+1, (i+1)*pageSize)
		}) {
			if err != nil {
				fail(err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// lastRow returns the place of the last row of a run, 0 if it has none.
func (j *Journal) lastRow(ctx context.Context, id batch.RunID) (n int, err error) {
	if _, err := j.find(ctx, id); err != nil {
		return 0, err
	}
	err = j.reading.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM rows WHERE run = ?`, id).Scan(&n)
	return n, err
}

// Result returns one row of a run with what became of it, by its place in the plan. The error is [ErrNoRow] if there is none.
func (j *Journal) Result(ctx context.Context, id batch.RunID, n int) (batch.RowResult, error) {
	found, err := j.results(ctx, id, n, n)
	if err == nil && len(found) == 0 {
		err = ErrNoRow
	}
	if err != nil {
		return batch.RowResult{}, fmt.Errorf("read row %d of run %s: %w", n, id, err)
	}
	return found[0], nil
}

// Place returns the place in the plan of the row that stands on a line of the sheet. The error is [ErrNoRow] if there is none.
func (j *Journal) Place(ctx context.Context, id batch.RunID, line int) (int, error) {
	places, err := query(ctx, j.reading, readOne[int], `SELECT n FROM rows WHERE run = ? AND line = ? ORDER BY n LIMIT 1`, id, line)
	if err == nil && len(places) == 0 {
		err = ErrNoRow
	}
	if err != nil {
		return 0, fmt.Errorf("find line %d of run %s: %w", line, id, err)
	}
	return places[0], nil
}

// results reads the rows of an interval, its ends included, with what became of them. A plan never changes, so rows, steps and
// attempts need not be read at the same moment.
func (j *Journal) results(ctx context.Context, id batch.RunID, first, last int) ([]batch.RowResult, error) {
	rows, err := j.plannedRows(ctx, id, first, last)
	if err != nil {
		return nil, err
	}
	steps, err := j.stepResults(ctx, id, first, last)
	if err != nil {
		return nil, err
	}
	out := make([]batch.RowResult, len(rows))
	for i, p := range rows {
		for len(steps) > 0 && steps[0].Row < p.N {
			steps = steps[1:] // its row is gone
		}
		var own []batch.StepResult
		for n := 0; n < len(steps) && steps[n].Row == p.N; n++ {
			steps[n].Line = p.Line
			own = steps[: n+1 : n+1]
		}
		steps = steps[len(own):]
		out[i] = batch.ResultOf(p, own)
	}
	return out, nil
}

// plannedRows reads rows of a plan without their steps.
func (j *Journal) plannedRows(ctx context.Context, id batch.RunID, first, last int) ([]batch.PlannedRow, error) {
	out := make([]batch.PlannedRow, 0, last-first+1)
	var p batch.PlannedRow
	into := []any{
		&p.N, &p.Line, asCells(&p.Cells), &p.Email, &p.Action, reasonColumn{&p.Reason}, asJSON(&p.Notes), asAccount(&p.Account),
	}
	err := each(ctx, j.reading, func(scan func(...any) error) error {
		err := scan(into...)
		out = append(out, p)
		return err
	}, `
		SELECT n, line, cells, email, action, `+reasonColumns+`, notes, account
		FROM rows WHERE run = ? AND n BETWEEN ? AND ? ORDER BY n`, id, first, last)
	return out, err
}

// stepResults reads the steps of some rows, with what was heard of them.
func (j *Journal) stepResults(ctx context.Context, id batch.RunID, first, last int) ([]batch.StepResult, error) {
	out := make([]batch.StepResult, 0, last-first+1)
	s := batch.StepResult{State: batch.StepOpen}
	into := []any{&s.Row, &s.N, &s.Kind, &s.Email, asSettings(&s.Set), &s.WithPassword, asSettings(&s.Before)}
	if err := each(ctx, j.reading, func(scan func(...any) error) error {
		err := scan(into...)
		out = append(out, s)
		return err
	}, `
		SELECT row, n, kind, email, settings, with_password, before
		FROM steps WHERE run = ? AND row BETWEEN ? AND ? ORDER BY row, n`, id, first, last); err != nil {
		return nil, err
	}
	var c Call
	call, rest := intoCall(&c), out
	err := each(ctx, j.reading, func(scan func(...any) error) error {
		if err := scan(call...); err != nil {
			return err
		}
		for len(rest) > 0 && (rest[0].Row < c.Row || rest[0].Row == c.Row && rest[0].N < c.Step) {
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].Row == c.Row && rest[0].N == c.Step {
			hear(&rest[0], c)
		}
		return nil
	}, `SELECT `+callColumns+` FROM attempts WHERE run = ? AND row BETWEEN ? AND ? ORDER BY row, step, try`, id, first, last)
	return out, err
}
