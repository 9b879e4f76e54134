package journal

import (
	"context"
	"fmt"
	"iter"
	"math"

	"mimebatch/batch"
)

// openStep notes that a step has not come to its end.
func openStep(s *session, id batch.RunID, row, step any) error {
	_, err := s.exec(`INSERT INTO open_steps (run, row, step) VALUES (?, ?, ?)`, id, row, step)
	return err
}

// closeSteps takes note of an outcome that ends a step, and those behind it where it was refused.
func closeSteps(s *session, o batch.Outcome) error {
	var err error
	switch o.State {
	case batch.StepDone:
		_, err = s.exec(`DELETE FROM open_steps WHERE run = ? AND row = ? AND step = ?`, o.Run, o.Row, o.Step)
	case batch.StepRefused:
		_, err = s.exec(`DELETE FROM open_steps WHERE run = ? AND row = ? AND step >= ?`, o.Run, o.Row, o.Step)
	}
	return err
}

// Left tells how many rows of a run have steps that [Journal.Open] yields, and the last of these rows, 0 if there is none.
func (j *Journal) Left(ctx context.Context, id batch.RunID) (rows, last int, err error) {
	err = j.reading.QueryRowContext(ctx, `
		SELECT count(*), coalesce(max(row), 0) FROM (SELECT DISTINCT row FROM open_steps WHERE run = ?)`, id).Scan(&rows, &last)
	if err != nil {
		return 0, 0, fmt.Errorf("count open rows of run %s: %w", id, err)
	}
	return rows, last, nil
}

// SecretsLeft tells whether one of the steps that [Journal.Open] yields needs a password from the sheet.
func (j *Journal) SecretsLeft(ctx context.Context, id batch.RunID) (bool, error) {
	some, err := query(ctx, j.reading, readOne[bool], selectSecretsLeft, id, 0, 0)
	if err != nil {
		return false, fmt.Errorf("look for passwords that run %s needs: %w", id, err)
	}
	return some[0], nil
}

// Open yields the steps of a run that are open or unknown, of the rows from first to last, in the order of rows and steps, those left
// out that follow a refused step of their row. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Open(ctx context.Context, id batch.RunID, first, last int) iter.Seq2[batch.Step, error] {
	return j.steps(ctx, id, selectOpen, first, last)
}

// InDoubt yields those of the steps of [Journal.Open] that may have been executed. Whatever else is open costs next to nothing.
func (j *Journal) InDoubt(ctx context.Context, id batch.RunID, first, last int) iter.Seq2[batch.Step, error] {
	return j.steps(ctx, id, selectInDoubt, first, last)
}

// Due yields those of the steps of [Journal.Open] that are the next of their rows and to which it matters what the account is like:
// updates that change what was read before and are not in doubt, and what is to be purged. Whatever else is open costs little.
func (j *Journal) Due(ctx context.Context, id batch.RunID, first, last int) iter.Seq2[batch.Step, error] {
	return j.steps(ctx, id, selectDue, first, last)
}

// steps yields the steps of the rows from first to last that a query finds, which takes the run, the step to go on behind, how many
// to find, and the last row.
func (j *Journal) steps(ctx context.Context, id batch.RunID, text string, first, last int) iter.Seq2[batch.Step, error] {
	return paged(
		func(found batch.Step) ([]batch.Step, error) {
			if found.Row == 0 {
				if _, err := j.find(ctx, id); err != nil {
					return nil, err
				}
				found.Row, found.N = first-1, math.MaxInt // behind all steps of the row before
			}
			return query(ctx, j.reading, readOpen, text, id, found.Row, found.N, pageSize, last)
		},
		func(err error) error { return fmt.Errorf("read open steps of run %s: %w", id, err) },
	)
}

const (
	stepColumns = `rows.line, s.row, s.n, s.kind, s.email, s.settings, s.with_password, s.before`

	// afterRefused is true of steps that are listed as open and follow a refused one.
	afterRefused = `EXISTS (SELECT 1 FROM attempts AS a WHERE a.run = o.run AND a.row = o.row AND a.step < o.step AND a.state = 'refused')`

	// isLast is true of the last attempt at a step.
	isLast = `last.run = o.run AND last.row = o.row AND last.step = o.step
		AND last.try = (SELECT max(try) FROM attempts AS a WHERE a.run = o.run AND a.row = o.row AND a.step = o.step)`

	// selectOpen reads a page of open steps. The list of them tells where to look, and the attempts how they are.
	selectOpen = `
	SELECT ` + stepColumns + `, coalesce(last.try, 0), last.try IS NOT NULL AND coalesce(last.state, 'unknown') = 'unknown'
	FROM open_steps AS o CROSS JOIN steps AS s ON s.run = o.run AND s.row = o.row AND s.n = o.step
		CROSS JOIN rows ON rows.run = o.run AND rows.n = o.row
		LEFT JOIN attempts AS last ON ` + isLast + `
	WHERE o.run = ?1 AND (o.row, o.step) > (?2, ?3) AND o.row <= ?5 AND coalesce(last.state, 'unknown') IN ('open', 'unknown') AND NOT ` + afterRefused + `
	ORDER BY o.row, o.step LIMIT ?4`

	// selectInDoubt looks no further than to the last row that was begun, and at steps only where there is a doubt: to find a
	// step takes longer than to find that nothing was attempted.
	selectInDoubt = `
	SELECT ` + stepColumns + `, last.try, true
	FROM open_steps AS o CROSS JOIN attempts AS last ON ` + isLast + ` AND coalesce(last.state, 'unknown') = 'unknown'
		CROSS JOIN steps AS s ON s.run = o.run AND s.row = o.row AND s.n = o.step
		CROSS JOIN rows ON rows.run = o.run AND rows.n = o.row
	WHERE o.run = ?1 AND (o.row, o.step) > (?2, ?3) AND o.row <= min(?5, (SELECT max(row) FROM attempts WHERE run = ?1)) AND NOT ` + afterRefused + `
	ORDER BY o.row, o.step LIMIT ?4`

	// asTheyLie reads open steps in the order in which the steps lie there, from the first open one on. To find each of them by the
	// list of the open ones takes ten times as long.
	asTheyLie = `
	FROM steps AS s CROSS JOIN open_steps AS o ON o.run = s.run AND o.row = s.row AND o.step = s.n
		CROSS JOIN rows ON rows.run = s.run AND rows.n = s.row
		LEFT JOIN attempts AS last ON ` + isLast + `
	WHERE s.run = ?1 AND NOT ` + afterRefused + ` AND (s.row, s.n) > (max(?2, (SELECT min(row) FROM open_steps WHERE run = ?1) - 1), ?3)`

	selectSecretsLeft = `SELECT EXISTS (SELECT 1` + asTheyLie + ` AND s.with_password)`

	selectDue = `
	SELECT ` + stepColumns + `, coalesce(last.try, 0), last.try IS NOT NULL AND coalesce(last.state, 'unknown') = 'unknown'` + asTheyLie + `
		AND s.row <= ?5 AND s.before <> '{}'
		AND NOT EXISTS (SELECT 1 FROM open_steps AS p WHERE p.run = s.run AND p.row = s.row AND p.step < s.n)
		AND (last.try IS NULL OR last.state = 'open' OR s.kind = 'purge')
	ORDER BY s.row, s.n LIMIT ?4`
)

func readOpen(scan func(...any) error) (s batch.Step, err error) {
	err = scan(&s.Line, &s.Row, &s.N, &s.Kind, &s.Email, asSettings(&s.Set), &s.WithPassword, asSettings(&s.Before), &s.Tries, &s.InDoubt)
	return s, err
}
