package journal

import (
	"context"
	"fmt"
	"iter"

	"mimebatch/batch"
)

const selectRun = `
	SELECT id, created, mode, version, tenant_key, tenant_account, tenant_name, tenant_url, tenant_sandbox,
		sheet_path, sha256, format, worksheet, comma, header, reading, rows, blank, secrets
	FROM runs WHERE state = 'planned' `

func readRun(scan func(...any) error) (r batch.Run, err error) {
	err = scan(&r.ID, at(&r.Created), &r.Mode, &r.Version, &r.Tenant.Key, &r.Tenant.Account, &r.Tenant.Name, &r.Tenant.BaseURL, &r.Tenant.Sandbox,
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

func (j *Journal) count(ctx context.Context, id batch.RunID) (batch.Counts, error) {
	if _, err := j.find(ctx, id); err != nil {
		return nil, err
	}
	kinds, err := query(ctx, j.reading, readAlike, `
		SELECT action, steps, count(*) FROM (
			SELECT action, (SELECT json_group_array(json_array(kind, state) ORDER BY progress.n) FROM `+progress+`
				WHERE progress.run = rows.run AND progress.row = rows.n) AS steps
			FROM rows WHERE run = ?)
		GROUP BY action, steps`, id)
	if err != nil {
		return nil, err
	}
	counts := batch.Counts{}
	for _, k := range kinds {
		counts[batch.StatusOf(k.action, k.steps)] += k.rows
	}
	return counts, nil
}

// alike is how many rows have the same action, and steps of the same kinds in the same states.
type alike struct {
	action batch.Action
	steps  []batch.StepResult
	rows   int
}

func readAlike(scan func(...any) error) (a alike, err error) {
	var steps [][2]string
	err = scan(&a.action, asJSON(&steps), &a.rows)
	for _, s := range steps {
		a.steps = append(a.steps, batch.StepResult{Step: batch.Step{Kind: batch.StepKind(s[0])}, State: batch.StepState(s[1])})
	}
	return a, err
}
