package journal

import (
	"context"
	"fmt"
	"iter"

	"mimebatch/batch"
)

const selectRun = `
	SELECT id, kind, origin, plan_sha256, created, mode, version, options, guards, tenant_key, tenant_account, tenant_name, tenant_url, tenant_sandbox,
		sheet_path, sha256, format, worksheet, comma, header, reading, rows, blank, secrets
	FROM runs WHERE state = 'planned' `

func readRun(scan func(...any) error) (r batch.Run, err error) {
	err = scan(&r.ID, &r.Kind, &r.Of, &r.PlanSHA256, at(&r.Created), &r.Mode, &r.Version, asJSON(&r.Options), asJSON(&r.Guards), &r.Tenant.Key, &r.Tenant.Account, &r.Tenant.Name, &r.Tenant.BaseURL, &r.Tenant.Sandbox,
		&r.SheetPath, &r.SHA256, &r.Format, &r.Worksheet, &r.Comma, asJSON(&r.Header), asJSON(&r.Reading), &r.Rows, &r.Blank, &r.Secrets)
	return r, err
}

// Run returns the run of that exact name; the error is [batch.ErrNoRun] if there is none.
func (j *Journal) Run(ctx context.Context, id batch.RunID) (batch.Run, error) {
	r, err := j.find(ctx, id)
	if err != nil {
		return batch.Run{}, fmt.Errorf("read run %s: %w", id, err)
	}
	return r, nil
}

func (j *Journal) find(ctx context.Context, id batch.RunID) (batch.Run, error) {
	runs, err := query(ctx, j.reading, readRun, selectRun+`AND id = ?`, id)
	if err == nil && len(runs) == 0 {
		err = batch.ErrNoRun
	}
	if err != nil {
		return batch.Run{}, err
	}
	return runs[0], nil
}

// Runs yields all runs, the newest first.
func (j *Journal) Runs(ctx context.Context) iter.Seq2[batch.Run, error] {
	return func(yield func(batch.Run, error) bool) {
		runs, err := query(ctx, j.reading, readRun, selectRun+`ORDER BY created DESC, id`)
		if err != nil {
			yield(batch.Run{}, fmt.Errorf("read runs: %w", err))
			return
		}
		for _, r := range runs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Counts returns how many rows of a run have which status. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Counts(ctx context.Context, id batch.RunID) (batch.Counts, error) {
	counts, err := j.count(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("count rows of run %s: %w", id, err)
	}
	return counts, nil
}
