package journal

import (
	"context"
	"fmt"
	"iter"

	"mimebatch/batch"
)

// called is what is true of attempts that made a call, as far as is known: not of those that were throttled or never sent, nor
// of those that only record what a look at the tenant found.
const called = `(a.finished IS NULL OR a.sent IS NOT NULL AND a.verdict <> 'throttled')`

// progress is steps with what became of them: the state and the reply are those of the last attempt. A step without an attempt
// is open, and one whose last attempt has no outcome is unknown.
const progress = `(
	SELECT steps.*, coalesce(last.try, 0) AS tries,
		CASE WHEN last.try IS NULL THEN 'open' ELSE coalesce(last.state, 'unknown') END AS state,
		(SELECT count(*) FROM attempts AS a WHERE a.run = steps.run AND a.row = steps.row AND a.step = steps.n AND ` + called + `) AS attempts,
		(SELECT min(begun) FROM attempts AS a WHERE a.run = steps.run AND a.row = steps.row AND a.step = steps.n AND ` + called + `) AS started,
		(SELECT max(finished) FROM attempts AS a WHERE a.run = steps.run AND a.row = steps.row AND a.step = steps.n AND ` + called + `) AS finished,
		last.sent, last.received, coalesce(last.verdict, '') AS verdict, coalesce(last.code, '') AS code, coalesce(last.message, '') AS message,
		coalesce(last.field, '') AS field, coalesce(last.hint, '') AS hint, coalesce(last.http, 0) AS http,
		coalesce(last.request_id, '') AS request_id, last.account
	FROM steps LEFT JOIN attempts AS last ON last.run = steps.run AND last.row = steps.row AND last.step = steps.n
		AND last.try = (SELECT max(try) FROM attempts AS a WHERE a.run = steps.run AND a.row = steps.row AND a.step = steps.n)
) AS progress`

const stepColumns = `row, n, kind, email, settings, with_password, before, tries,
	state, attempts, started, finished, ` + replyColumns

func readStep(scan func(...any) error) (s batch.StepResult, err error) {
	err = scan(append([]any{
		&s.Line, &s.Row, &s.N, &s.Kind, &s.Email, asJSON(&s.Set), &s.WithPassword, asJSON(&s.Before), &s.Tries,
		&s.State, &s.Attempts, at(&s.Started), at(&s.Finished),
	}, intoReply(&s.Reply)...)...)
	s.InDoubt = s.State == batch.StepUnknown
	return s, err
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
			read := func(scan func(...any) error) (batch.Step, error) {
				s, err := readStep(scan)
				return s.Step, err
			}
			return query(ctx, j.reading, read, `
				SELECT (SELECT line FROM rows WHERE rows.run = progress.run AND rows.n = progress.row), `+stepColumns+`
				FROM `+progress+`
				WHERE run = ? AND (row, n) > (?, ?) AND state IN ('open', 'unknown') AND NOT EXISTS (
					SELECT 1 FROM attempts AS a WHERE a.run = progress.run AND a.row = progress.row AND a.step < progress.n AND a.state = 'refused')
				ORDER BY row, n LIMIT ?`, id, last.Row, last.N, pageSize)
		},
		func(err error) error { return fmt.Errorf("read open steps of run %s: %w", id, err) },
	)
}

// Results yields every row of a run in order, with what became of it. While the run is being applied a row's result is as of
// when it was read. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Results(ctx context.Context, id batch.RunID) iter.Seq2[batch.RowResult, error] {
	return paged(
		func(last batch.RowResult) ([]batch.RowResult, error) { return j.results(ctx, id, last.N) },
		func(err error) error { return fmt.Errorf("read results of run %s: %w", id, err) },
	)
}

// results reads a page of results. A plan never changes, so rows and steps need not be read at the same moment.
func (j *Journal) results(ctx context.Context, id batch.RunID, after int) ([]batch.RowResult, error) {
	if after == 0 {
		if _, err := j.find(ctx, id); err != nil {
			return nil, err
		}
	}
	rows, err := query(ctx, j.reading, readRow, `
		SELECT n, line, cells, email, action, code, message, field, hint, notes, account
		FROM rows WHERE run = ? AND n > ? ORDER BY n LIMIT ?`, id, after, pageSize)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	steps, err := query(ctx, j.reading, readStep, `
		SELECT 0, `+stepColumns+` FROM `+progress+` WHERE run = ? AND row BETWEEN ? AND ? ORDER BY row, n`, id, rows[0].N, rows[len(rows)-1].N)
	if err != nil {
		return nil, err
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
