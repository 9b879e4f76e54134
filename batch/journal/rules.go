package journal

// rules are what must be true of a journal beyond what SQLite sees to. Each is a query that tells in words what breaks it. What is
// said of a run holds for planned ones: others are on their way to being planned, or to being gone.
var rules = []string{
	// Nothing hangs in the air.
	`SELECT printf('run %s: it has rows, and is not in the list of runs', run) FROM (SELECT DISTINCT run FROM rows)
	WHERE run NOT IN (SELECT id FROM runs)`,
	`SELECT printf('run %s: row %d, step %d: the plan has no such row', run, row, n) FROM steps
	WHERE NOT EXISTS (SELECT 1 FROM rows WHERE rows.run = steps.run AND rows.n = steps.row)`,
	`SELECT printf('run %s: row %d, step %d, attempt %d: the plan has no such step', run, row, step, try) FROM attempts AS a
	WHERE NOT EXISTS (SELECT 1 FROM steps WHERE steps.run = a.run AND steps.row = a.row AND steps.n = a.step)`,
	`SELECT printf('run %s: row %d, step %d: it is listed as open, and the plan has no such step', run, row, step) FROM open_steps AS o
	WHERE NOT EXISTS (SELECT 1 FROM steps WHERE steps.run = o.run AND steps.row = o.row AND steps.n = o.step)`,
	`SELECT printf('run %s: session %d is of no run', run, n) FROM sessions WHERE run NOT IN (SELECT id FROM runs)`,

	// Plans are whole.
	`SELECT printf('run %s: planned for %d rows, and %d are there', id, rows, n)
	FROM (SELECT id, runs.rows, (SELECT count(*) FROM rows WHERE run = id) AS n FROM runs WHERE state = 'planned')
	WHERE n <> rows`,
	`SELECT printf('run %s: it takes back the %d rows of run %s, and has %d', id, of, origin, rows)
	FROM (SELECT id, origin, runs.rows, (SELECT rows FROM runs AS o WHERE o.id = runs.origin AND o.state = 'planned') AS of
		FROM runs WHERE state = 'planned' AND kind = 'undo')
	WHERE of <> rows`,
	`SELECT printf('run %s: %d rows, numbered from %d to %d', run, n, low, high)
	FROM (SELECT run, count(*) AS n, min(n) AS low, max(n) AS high FROM rows
		WHERE run IN (SELECT id FROM runs WHERE state = 'planned') GROUP BY run)
	WHERE low <> 1 OR high <> n`,
	`SELECT printf('run %s: row %d: %d steps, numbered from %d to %d', run, row, count(*), min(n), max(n)) FROM steps
	GROUP BY run, row HAVING min(n) <> 1 OR max(n) <> count(*)`,
	`SELECT printf('run %s: row %d: no action is called "%s"', run, n, action) FROM rows
	WHERE action NOT IN ('create', 'update', 'unchanged', 'blocked', 'invalid', 'skipped')`,
	`SELECT printf('run %s: row %d: its action is "%s", and it has %s', run, n, action, iif(stepped, 'steps', 'no step'))
	FROM (SELECT run, n, action, EXISTS (SELECT 1 FROM steps WHERE steps.run = rows.run AND steps.row = rows.n) AS stepped FROM rows)
	WHERE stepped <> (action IN ('create', 'update'))`,
	`SELECT printf('run %s: row %d, step %d: it needs a password, and the run is said to need none', run, row, n) FROM steps
	WHERE with_password AND run IN (SELECT id FROM runs WHERE state = 'planned' AND NOT secrets)`,
	`SELECT printf('run %s: its rows are not counted as they are', id) FROM runs WHERE state = 'planned'
		AND (SELECT json_group_array(value ORDER BY value) FROM json_each(classes))
			IS NOT (SELECT json_group_array(value ORDER BY value) FROM json_each(` + classesOf + `))`,

	// Attempts follow one another, and none follows the end.
	`SELECT printf('run %s: row %d, step %d: %d attempts, numbered from %d to %d', run, row, step, count(*), min(try), max(try)) FROM attempts
	WHERE run IN (SELECT id FROM runs WHERE state = 'planned') GROUP BY run, row, step HAVING min(try) <> 1 OR max(try) <> count(*)`,
	`SELECT printf('run %s: row %d, step %d: there is an attempt after number %d, which left it %s', run, row, step, try, state) FROM attempts AS a
	WHERE state IN ('done', 'refused')
		AND try < (SELECT max(try) FROM attempts AS b WHERE b.run = a.run AND b.row = a.row AND b.step = a.step)`,
	`SELECT printf('run %s: row %d, step %d: it was begun before the step before it was done', run, row, step) FROM attempts AS a
	WHERE try = 1 AND step > 1 AND run IN (SELECT id FROM runs WHERE state = 'planned') AND NOT EXISTS (
		SELECT 1 FROM attempts AS b WHERE b.run = a.run AND b.row = a.row AND b.step = a.step - 1 AND b.state = 'done')`,

	// An outcome is whole, and says done only of what the service confirmed.
	`SELECT printf('run %s: row %d, step %d, attempt %d: half of its outcome is there', run, row, step, try) FROM attempts
	WHERE (state IS NULL) <> (finished IS NULL) OR (state IS NULL) <> (verdict = '')`,
	`SELECT printf('run %s: row %d, step %d, attempt %d: no verdict is called "%s"', run, row, step, try, verdict) FROM attempts
	WHERE verdict NOT IN ('', 'done', 'refused', 'not sent', 'throttled', 'unknown', 'fatal')`,
	`SELECT printf('run %s: row %d, step %d, attempt %d: it is called %s, and the answer was "%s"', run, row, step, try, state, verdict) FROM attempts
	WHERE state IN ('done', 'refused') AND verdict <> state`,

	// What is open is listed, and nothing else.
	`SELECT printf('run %s: row %d, step %d: it is open, and would never be done', run, row, n) FROM steps
	WHERE run IN (SELECT id FROM runs WHERE state = 'planned') AND ` + notEnded + `
		AND NOT EXISTS (SELECT 1 FROM open_steps AS o WHERE o.run = steps.run AND o.row = steps.row AND o.step = steps.n)`,
	`SELECT printf('run %s: row %d, step %d: it is listed as open, and came to its end', run, row, n) FROM steps
	WHERE NOT ` + notEnded + ` AND EXISTS (SELECT 1 FROM open_steps AS o WHERE o.run = steps.run AND o.row = steps.row AND o.step = steps.n)`,

	// Sessions follow one another.
	`SELECT printf('run %s: %d sessions, numbered from %d to %d', run, count(*), min(n), max(n)) FROM sessions
	GROUP BY run HAVING min(n) <> 1 OR max(n) <> count(*)`,

	// Texts are what they are said to be.
	`SELECT printf('run %s: what is kept of its sheet can''t be read', id) FROM runs
	WHERE NOT json_valid(coalesce(header, '[]')) OR NOT json_valid(coalesce(reading, '{}'))`,
	`SELECT printf('run %s: its guards can''t be read', id) FROM runs WHERE NOT json_valid(coalesce(guards, '{}'))`,
	`SELECT printf('run %s: row %d: its cells, notes or account can''t be read', run, n) FROM rows
	WHERE NOT json_valid(cells) OR NOT json_valid(coalesce(notes, '[]')) OR NOT json_valid(coalesce(account, '{}'))`,
	`SELECT printf('run %s: row %d, step %d: its settings can''t be read', run, row, n) FROM steps
	WHERE NOT json_valid(coalesce(settings, '{}')) OR NOT json_valid(coalesce(before, '{}'))`,
	`SELECT printf('run %s: row %d, step %d, attempt %d: the account can''t be read', run, row, step, try) FROM attempts
	WHERE NOT json_valid(coalesce(account, '{}'))`,
	`SELECT printf('run %s: "%s" is no time', run, t) FROM (
		SELECT id AS run, created AS t FROM runs UNION ALL SELECT id, touched FROM runs
		UNION ALL SELECT run, begun FROM sessions UNION ALL SELECT run, ended FROM sessions
		UNION ALL SELECT run, begun FROM attempts UNION ALL SELECT run, finished FROM attempts
		UNION ALL SELECT run, sent FROM attempts UNION ALL SELECT run, received FROM attempts)
	WHERE t NOT GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9].[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z'`,
}
