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

// readStep reads a step as one that nothing was heard of yet.
func readStep(scan func(...any) error) (s batch.StepResult, err error) {
	s.State = batch.StepOpen
	err = scan(&s.Row, &s.N, &s.Kind, &s.Email, asJSON(&s.Set), &s.WithPassword, asJSON(&s.Before))
	return s, err
}

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

// Open yields the steps of a run that are open or unknown, in the order of rows and steps, those left out that follow a refused step
// of their row. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Open(ctx context.Context, id batch.RunID) iter.Seq2[batch.Step, error] {
	return paged(
		func(last batch.Step) ([]batch.Step, error) {
			if last.Row == 0 {
				if _, err := j.find(ctx, id); err != nil {
					return nil, err
				}
			}
			return query(ctx, j.reading, readOpen, selectOpen, id, last.Row, last.N, pageSize)
		},
		func(err error) error { return fmt.Errorf("read open steps of run %s: %w", id, err) },
	)
}

// selectOpen reads a page of open steps. The list of them tells where to look, and the attempts how they are.
const selectOpen = `
	SELECT rows.line, s.row, s.n, s.kind, s.email, s.settings, s.with_password, s.before, coalesce(last.try, 0),
		last.try IS NOT NULL AND coalesce(last.state, 'unknown') = 'unknown'
	FROM open_steps AS o CROSS JOIN steps AS s ON s.run = o.run AND s.row = o.row AND s.n = o.step
		CROSS JOIN rows ON rows.run = o.run AND rows.n = o.row
		LEFT JOIN attempts AS last ON last.run = o.run AND last.row = o.row AND last.step = o.step
			AND last.try = (SELECT max(try) FROM attempts AS a WHERE a.run = o.run AND a.row = o.row AND a.step = o.step)
	WHERE o.run = ? AND (o.row, o.step) > (?, ?) AND coalesce(last.state, 'unknown') IN ('open', 'unknown') AND NOT EXISTS (
		SELECT 1 FROM attempts AS a WHERE a.run = o.run AND a.row = o.row AND a.step < o.step AND a.state = 'refused')
	ORDER BY o.row, o.step LIMIT ?`

func readOpen(scan func(...any) error) (s batch.Step, err error) {
	err = scan(&s.Line, &s.Row, &s.N, &s.Kind, &s.Email, asJSON(&s.Set), &s.WithPassword, asJSON(&s.Before), &s.Tries, &s.InDoubt)
	return s, err
}

// Results yields every row of a run in order, with what became of it. While the run is being applied a row's result is as of
// when it was read. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Results(ctx context.Context, id batch.RunID) iter.Seq2[batch.RowResult, error] {
	return ahead(
		func(last batch.RowResult) ([]batch.RowResult, error) { return j.results(ctx, id, last.N) },
		func(err error) error { return fmt.Errorf("read results of run %s: %w", id, err) },
	)
}

// Result returns one row of a run with what became of it, by its place in the plan. The error is [ErrNoRow] if there is none.
func (j *Journal) Result(ctx context.Context, id batch.RunID, n int) (batch.RowResult, error) {
	page, err := j.page(ctx, id, n-1, 1)
	if err == nil && (len(page) == 0 || page[0].N != n) {
		err = ErrNoRow
	}
	if err != nil {
		return batch.RowResult{}, fmt.Errorf("read row %d of run %s: %w", n, id, err)
	}
	return page[0], nil
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

func (j *Journal) results(ctx context.Context, id batch.RunID, after int) ([]batch.RowResult, error) {
	if after == 0 {
		if _, err := j.find(ctx, id); err != nil {
			return nil, err
		}
	}
	return j.page(ctx, id, after, pageSize)
}

// page reads up to so many results. A plan never changes, so rows, steps and attempts need not be read at the same moment.
func (j *Journal) page(ctx context.Context, id batch.RunID, after, size int) ([]batch.RowResult, error) {
	rows, err := query(ctx, j.reading, readRow, `
		SELECT `+planRow+` FROM rows WHERE run = ? AND n > ? ORDER BY n LIMIT ?`, id, after, size)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	first, last := rows[0].N, rows[len(rows)-1].N
	steps, err := query(ctx, j.reading, readStep, `
		SELECT row, n, kind, email, settings, with_password, before FROM steps WHERE run = ? AND row BETWEEN ? AND ? ORDER BY row, n`, id, first, last)
	if err != nil {
		return nil, err
	}
	calls, err := query(ctx, j.reading, readCall, `
		SELECT `+callColumns+` FROM attempts WHERE run = ? AND row BETWEEN ? AND ? ORDER BY row, step, try`, id, first, last)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		for s := &steps[i]; len(calls) > 0 && calls[0].Row == s.Row && calls[0].Step == s.N; calls = calls[1:] {
			hear(s, calls[0])
		}
	}
	out := make([]batch.RowResult, len(rows))
	for i, p := range rows {
		var own []batch.StepResult
		for ; len(steps) > 0 && steps[0].Row == p.N; steps = steps[1:] {
			steps[0].Line = p.Line
			own = append(own, steps[0])
		}
		out[i] = batch.ResultOf(p, own)
	}
	return out, nil
}

func readRow(scan func(...any) error) (p batch.PlannedRow, err error) {
	err = scan(&p.N, &p.Line, asCells(&p.Cells), &p.Email, &p.Action,
		&p.Reason.Code, &p.Reason.Message, &p.Reason.Field, &p.Reason.Hint, asJSON(&p.Notes), asAccount(&p.Account))
	return p, err
}
