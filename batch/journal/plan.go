package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"mimebatch/batch"
)

// ErrExists says that there is a run of that name already.
var ErrExists = errors.New("a run of that name exists already")

const (
	// chunkRows is how many rows of a plan are stored in one transaction.
	chunkRows = 500
	// abandonedAfter is how long a plan that was not finished is taken to be still in the making.
	abandonedAfter = 24 * time.Hour
)

var errRemoved = errors.New("the run was removed meanwhile")

// Plan stores a run with all of its rows, or nothing. Whether it needs secrets is told by its steps, not by r. Rows are taken
// one at a time and stored in bits, so that the rows may be as many, and take as long, as they like.
// The error is [ErrExists] for a name that is taken. Passwords of the steps are not stored.
func (j *Journal) Plan(ctx context.Context, r batch.Run, rows iter.Seq2[batch.PlannedRow, error]) error {
	if err := j.plan(ctx, r, rows); err != nil {
		return fmt.Errorf("plan run %s: %w", r.ID, err)
	}
	return nil
}

func (j *Journal) plan(ctx context.Context, r batch.Run, rows iter.Seq2[batch.PlannedRow, error]) (err error) {
	if err := j.sweep(ctx); err != nil {
		return err
	}
	if err := j.writer.do(ctx, func(s *session) error { return insertRun(s, r) }); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// Should this fail too, what is left can't be seen, and goes when the next plan is made.
			_ = j.remove(context.WithoutCancel(ctx), r.ID)
		}
	}()
	secrets := false
	chunk := make([]batch.PlannedRow, 0, chunkRows)
	for p, err := range rows {
		if err != nil {
			return err
		}
		for _, s := range p.Steps {
			secrets = secrets || s.WithPassword
		}
		if chunk = append(chunk, p); len(chunk) < chunkRows {
			continue
		}
		if err := j.writer.do(ctx, func(s *session) error { return insertRows(s, r.ID, chunk) }); err != nil {
			return err
		}
		chunk = chunk[:0]
	}
	return j.writer.do(ctx, func(s *session) error {
		if err := insertRows(s, r.ID, chunk); err != nil {
			return err
		}
		_, err := s.exec(`UPDATE runs SET state = 'planned', secrets = ? WHERE id = ?`, secrets, r.ID)
		return err
	})
}

func insertRun(s *session, r batch.Run) error {
	now := time.Now()
	n, err := s.exec(`
		INSERT INTO runs (id, created, mode, version, tenant_key, tenant_account, tenant_name, tenant_url, tenant_sandbox,
			sheet_path, sha256, format, worksheet, comma, header, reading, rows, blank, secrets, state, touched)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'planning', ?)
		ON CONFLICT DO NOTHING`,
		r.ID, at(&r.Created), r.Mode, r.Version, r.Tenant.Key, r.Tenant.Account, r.Tenant.Name, r.Tenant.BaseURL, r.Tenant.Sandbox,
		r.SheetPath, r.SHA256, r.Format, r.Worksheet, r.Comma, asJSON(&r.Header), asJSON(&r.Reading), r.Rows, r.Blank, at(&now))
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// insertRows stores rows of a run that is being planned.
func insertRows(s *session, id batch.RunID, rows []batch.PlannedRow) error {
	now := time.Now()
	n, err := s.exec(`UPDATE runs SET touched = ? WHERE id = ? AND state = 'planning'`, at(&now), id)
	if err != nil {
		return err
	}
	if n == 0 {
		return errRemoved
	}
	for _, p := range rows {
		if err := insertRow(s, id, p); err != nil {
			return fmt.Errorf("row %d: %w", p.Line, err)
		}
	}
	return nil
}

func insertRow(s *session, id batch.RunID, p batch.PlannedRow) error {
	if _, err := s.exec(`
		INSERT INTO rows (run, n, line, cells, email, action, code, message, field, hint, notes, account)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, p.N, p.Line, asCells(&p.Cells), p.Email, p.Action,
		p.Reason.Code, p.Reason.Message, p.Reason.Field, p.Reason.Hint, asJSON(&p.Notes), asAccount(&p.Account)); err != nil {
		return err
	}
	for _, t := range p.Steps {
		if _, err := s.exec(`
			INSERT INTO steps (run, row, n, kind, email, settings, before, with_password) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, p.N, t.N, t.Kind, t.Email, asJSON(&t.Set), asJSON(&t.Before), t.WithPassword); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes what others began to plan and abandoned.
func (j *Journal) sweep(ctx context.Context) error {
	limit := time.Now().Add(-abandonedAfter)
	ids, err := query(ctx, j.reading, readOne[batch.RunID],
		`SELECT id FROM runs WHERE state = 'removed' OR state = 'planning' AND touched < ?`, at(&limit))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := j.remove(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes a run that was not planned to its end: first it is marked, so that nothing is added to it any more,
// and then it is deleted in bits, so that others can write in between.
func (j *Journal) remove(ctx context.Context, id batch.RunID) error {
	if err := j.writer.do(ctx, func(s *session) error {
		_, err := s.exec(`UPDATE runs SET state = 'removed' WHERE id = ? AND state = 'planning'`, id)
		return err
	}); err != nil {
		return err
	}
	for more := true; more; {
		if err := j.writer.do(ctx, func(s *session) error {
			n, err := s.exec(`DELETE FROM rows WHERE rowid IN
				(SELECT rows.rowid FROM rows JOIN runs ON runs.id = rows.run WHERE run = ? AND state = 'removed' LIMIT ?)`, id, chunkRows)
			more = n > 0
			return err
		}); err != nil {
			return err
		}
	}
	return j.writer.do(ctx, func(s *session) error {
		_, err := s.exec(`DELETE FROM runs WHERE id = ? AND state = 'removed'`, id)
		return err
	})
}
