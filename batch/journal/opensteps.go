package journal

import (
	"context"
	"fmt"

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
	err = j.reading.QueryRowContext(ctx, `SELECT count(DISTINCT row), coalesce(max(row), 0) FROM open_steps WHERE run = ?`, id).Scan(&rows, &last)
	if err != nil {
		return 0, 0, fmt.Errorf("count open rows of run %s: %w", id, err)
	}
	return rows, last, nil
}
