package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mimebatch/batch"
)

// Remove deletes a run with all that is known of it. Once it is begun nobody sees the run any more; the rest is done in bits, so that
// others can write in between, and goes on with the next plan if the program ends before. The file gets no smaller: what is free
// is used again. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Remove(ctx context.Context, id batch.RunID) error {
	if err := j.sound(); err != nil {
		return err
	}
	if err := j.remove(ctx, id, "planned"); err != nil {
		return fmt.Errorf("remove run %s: %w", id, err)
	}
	return nil
}

// sweep removes what others began to plan and abandoned, or began to remove.
func (j *Journal) sweep(ctx context.Context) error {
	limit := time.Now().Add(-abandonedAfter)
	ids, err := query(ctx, j.reading, readOne[batch.RunID],
		`SELECT id FROM runs WHERE state = 'removed' OR state = 'planning' AND touched < ?`, at(&limit))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := j.abandon(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// abandon removes a run that was not planned to its end.
func (j *Journal) abandon(ctx context.Context, id batch.RunID) error {
	if err := j.remove(ctx, id, "planning"); !errors.Is(err, batch.ErrNoRun) {
		return err
	}
	return nil
}

// remove deletes a run that is in the given state, or was being removed: first it is marked, so that nothing is added to it any
// more, and then it is deleted in bits.
func (j *Journal) remove(ctx context.Context, id batch.RunID, state string) error {
	if err := j.writer.do(ctx, func(s *session) error {
		n, err := s.exec(`UPDATE runs SET state = 'removed' WHERE id = ? AND state IN (?, 'removed')`, id, state)
		if err == nil && n == 0 {
			err = batch.ErrNoRun
		}
		return err
	}); err != nil {
		return err
	}
	// Attempts before the steps that they are of; the steps go with their rows.
	for _, table := range []string{"attempts", "rows"} {
		for more := true; more; {
			if err := j.writer.do(ctx, func(s *session) error {
				n, err := s.exec(`DELETE FROM `+table+` WHERE rowid IN
					(SELECT t.rowid FROM `+table+` AS t JOIN runs ON runs.id = t.run WHERE t.run = ? AND runs.state = 'removed' LIMIT ?)`, id, chunkRows)
				more = n > 0
				return err
			}); err != nil {
				return err
			}
		}
	}
	return j.writer.do(ctx, func(s *session) error {
		if _, err := s.exec(`DELETE FROM sessions WHERE run IN (SELECT id FROM runs WHERE id = ? AND state = 'removed')`, id); err != nil {
			return err
		}
		_, err := s.exec(`DELETE FROM runs WHERE id = ? AND state = 'removed'`, id)
		return err
	})
}
