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
// The plan's hash is made as they pass by.
// The error is [ErrExists] for a name that is taken. Passwords of the steps are not stored.
func (j *Journal) Plan(ctx context.Context, r batch.Run, rows iter.Seq2[batch.PlannedRow, error]) error {
	if err := j.plan(ctx, r, rows); err != nil {
		return fmt.Errorf("plan run %s: %w", r.ID, err)
	}
	return nil
}

func (j *Journal) plan(ctx context.Context, r batch.Run, rows iter.Seq2[batch.PlannedRow, error]) (err error) {
	if err := j.sound(); err != nil {
		return err
	}
	if err := j.sweep(ctx); err != nil {
		return err
	}
	if err := j.writer.do(ctx, func(s *session) error { return insertRun(s, r) }); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// Should this fail too, what is left can't be seen, and goes when the next plan is made.
			_ = j.abandon(context.WithoutCancel(ctx), r.ID)
		}
	}()
	secrets, counted, sum := false, classes{}, newPlanHash()
	chunk := make([]sealed, 0, chunkRows)
	for p, err := range rows {
		if err != nil {
			return err
		}
		counted.add(p)
		for _, s := range p.Steps {
			secrets = secrets || s.WithPassword
		}
		row, err := seal(p)
		if err == nil {
			err = sum.add(row)
		}
		if err != nil {
			return err
		}
		if chunk = append(chunk, row); len(chunk) < chunkRows {
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
		_, err := s.exec(`UPDATE runs SET state = 'planned', secrets = ?, classes = ?, plan_sha256 = ? WHERE id = ?`,
			secrets, asJSON(&counted), sum.String(), r.ID)
		return err
	})
}

func insertRun(s *session, r batch.Run) error {
	now := time.Now()
	n, err := s.exec(`
		INSERT INTO runs (id, kind, origin, created, mode, version, options, guards, tenant_key, tenant_account, tenant_name, tenant_url, tenant_sandbox,
			sheet_path, sha256, format, worksheet, comma, header, reading, rows, blank, secrets, state, touched)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'planning', ?)
		ON CONFLICT DO NOTHING`,
		r.ID, r.Kind, r.Of, at(&r.Created), r.Mode, r.Version, asJSON(&r.Options), asJSON(&r.Guards), r.Tenant.Key, r.Tenant.Account, r.Tenant.Name, r.Tenant.BaseURL, r.Tenant.Sandbox,
		r.SheetPath, r.SHA256, r.Format, r.Worksheet, r.Comma, asJSON(&r.Header), asJSON(&r.Reading), r.Rows, r.Blank, at(&now))
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// insertRows stores rows of a run that is being planned.
func insertRows(s *session, id batch.RunID, rows []sealed) error {
	if err := touch(s, id); err != nil {
		return err
	}
	for _, p := range rows {
		if err := insertRow(s, id, p); err != nil {
			return fmt.Errorf("row %d: %w", p.row[1], err)
		}
	}
	return nil
}

// touch says that planning a run got on. The error tells that it was removed.
func touch(s *session, id batch.RunID) error {
	now := time.Now()
	n, err := s.exec(`UPDATE runs SET touched = ? WHERE id = ? AND state = 'planning'`, at(&now), id)
	if err == nil && n == 0 {
		return errRemoved
	}
	return err
}

func insertRow(s *session, id batch.RunID, p sealed) error {
	if _, err := s.exec(`INSERT INTO rows (`+planRow+`, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(p.row, id)...); err != nil {
		return err
	}
	for _, step := range p.steps {
		if _, err := s.exec(`INSERT INTO steps (`+planStep+`, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, append(step, id)...); err != nil {
			return err
		}
		if err := openStep(s, id, step[0], step[1]); err != nil {
			return err
		}
	}
	return nil
}
