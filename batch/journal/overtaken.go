package journal

import (
	"context"
	"fmt"

	"mimebatch/batch"
)

// Overtaken returns those rows with open steps of a run that runs planned later for the same tenant have written to, or may have:
// they have an attempt for its address that was not refused, throttled or never sent. Where there is no such run it costs next to
// nothing; else it reads all open steps of the run and all steps of those, once.
// The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Overtaken(ctx context.Context, id batch.RunID) (batch.Overtaken, error) {
	rows, err := j.overtaken(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("compare run %s with later ones: %w", id, err)
	}
	return rows, nil
}

// laterRuns are the runs that were planned after another one for the same tenant, and begun: by the clock, or because they are of it.
const laterRuns = `
	SELECT later.id, later.created, later.rows FROM runs AS this JOIN runs AS later
		ON later.tenant_key = this.tenant_key AND later.tenant_sandbox = this.tenant_sandbox AND (later.created > this.created OR later.id IN (
			WITH RECURSIVE of_this (id) AS (SELECT id FROM runs WHERE origin = ?1 UNION SELECT r.id FROM runs AS r JOIN of_this ON r.origin = of_this.id)
			SELECT id FROM of_this)) AND later.id <> this.id
	WHERE this.id = ?1 AND later.state = 'planned' AND EXISTS (SELECT 1 FROM attempts WHERE attempts.run = later.id)`

// The steps that are still to be made, and those of the later runs.
const (
	ownSteps   = `SELECT s.email, o.row FROM open_steps AS o CROSS JOIN steps AS s ON s.run = o.run AND s.row = o.row AND s.n = o.step WHERE o.run = ?1`
	laterSteps = `SELECT s.email, s.run, s.row AS later_row, s.n, later.created FROM later CROSS JOIN steps AS s ON s.run = later.id`
)

func (j *Journal) overtaken(ctx context.Context, id batch.RunID) (batch.Overtaken, error) {
	if _, err := j.find(ctx, id); err != nil {
		return nil, err
	}
	var own, theirs int
	err := j.reading.QueryRowContext(ctx, `WITH later AS (`+laterRuns+`)
		SELECT (SELECT count(*) FROM open_steps WHERE run = ?1), (SELECT coalesce(sum(rows), 0) FROM later)`, id).Scan(&own, &theirs)
	if err != nil || own == 0 || theirs == 0 {
		return nil, err
	}
	// The side that is looked up by address is held in memory: the smaller one.
	sides := `own AS NOT MATERIALIZED (` + ownSteps + `), theirs AS MATERIALIZED (` + laterSteps + `),
		met AS MATERIALIZED (SELECT own.row, theirs.* FROM own CROSS JOIN theirs ON theirs.email = own.email)`
	if own < theirs {
		sides = `own AS MATERIALIZED (` + ownSteps + `), theirs AS NOT MATERIALIZED (` + laterSteps + `),
		met AS MATERIALIZED (SELECT own.row, theirs.* FROM theirs CROSS JOIN own ON theirs.email = own.email)`
	}
	runs := map[batch.RunID]batch.RunID{} // so that each name is kept once
	read := func(scan func(...any) error) (r batch.OvertakenRow, err error) {
		var created string
		err = scan(&r.Row, &r.By, &created)
		if _, known := runs[r.By]; !known {
			runs[r.By] = r.By
		}
		r.By = runs[r.By]
		return r, err
	}
	return query(ctx, j.reading, read, `
		WITH later AS (`+laterRuns+`), `+sides+`
		SELECT row, run, max(created) FROM met WHERE EXISTS (
			SELECT 1 FROM attempts AS a WHERE a.run = met.run AND a.row = met.later_row AND a.step = met.n AND (a.finished IS NULL OR a.sent IS NOT NULL OR a.state = 'unknown') AND coalesce(a.state, 'unknown') IN ('done', 'unknown'))
		GROUP BY row ORDER BY row`, id)
}
