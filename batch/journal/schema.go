package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mimebatch/batch"
)

const (
	// version is the schema's, kept as the file's user_version.
	version = 1 + len(upgrades)
	// applicationID marks the file as ours: "mimb".
	applicationID = 0x6d696d62
)

// schema makes an empty file a journal of version 1. rows has a rowid because its cells are long, and attempts because that makes their one
// update a third cheaper; the others live in the tree of their key.
const schema = `
CREATE TABLE runs (
	id TEXT NOT NULL PRIMARY KEY,
	created TEXT NOT NULL, mode TEXT NOT NULL, version TEXT NOT NULL,
	tenant_key TEXT NOT NULL, tenant_account TEXT NOT NULL, tenant_name TEXT NOT NULL, tenant_url TEXT NOT NULL, tenant_sandbox INTEGER NOT NULL,
	sheet_path TEXT NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL, worksheet TEXT NOT NULL, comma TEXT NOT NULL, header TEXT,
	rows INTEGER NOT NULL, blank INTEGER NOT NULL,
	secrets INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('planning', 'planned', 'removed')),
	touched TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rows (
	run TEXT NOT NULL REFERENCES runs (id), n INTEGER NOT NULL,
	line INTEGER NOT NULL,
	cells TEXT NOT NULL,
	email TEXT NOT NULL, action TEXT NOT NULL,
	code TEXT NOT NULL, message TEXT NOT NULL, field TEXT NOT NULL, hint TEXT NOT NULL,
	notes TEXT,
	account TEXT,
	PRIMARY KEY (run, n)
) STRICT;

CREATE TABLE steps (
	run TEXT NOT NULL, row INTEGER NOT NULL, n INTEGER NOT NULL,
	kind TEXT NOT NULL, email TEXT NOT NULL,
	settings TEXT, before TEXT,
	with_password INTEGER NOT NULL,
	PRIMARY KEY (run, row, n),
	FOREIGN KEY (run, row) REFERENCES rows (run, n) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
	run TEXT NOT NULL, row INTEGER NOT NULL, step INTEGER NOT NULL, try INTEGER NOT NULL,
	settling INTEGER NOT NULL,
	begun TEXT NOT NULL, finished TEXT,
	state TEXT CHECK (state IN ('open', 'done', 'refused', 'unknown')),
	sent TEXT, received TEXT,
	verdict TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '', field TEXT NOT NULL DEFAULT '',
	hint TEXT NOT NULL DEFAULT '', http INTEGER NOT NULL DEFAULT 0, request_id TEXT NOT NULL DEFAULT '', account TEXT,
	PRIMARY KEY (run, row, step, try),
	FOREIGN KEY (run, row, step) REFERENCES steps (run, row, n)
) STRICT;
`

// upgrades lead from each version to the next.
var upgrades = [...]string{
	`ALTER TABLE runs ADD COLUMN reading TEXT;`,
	`ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'plan';
	ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT '';
	ALTER TABLE runs ADD COLUMN plan_sha256 TEXT NOT NULL DEFAULT '';
	CREATE TABLE sessions (
		run TEXT NOT NULL REFERENCES runs (id), n INTEGER NOT NULL,
		begun TEXT NOT NULL, ended TEXT,
		operator TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, version TEXT NOT NULL, options TEXT,
		stopped TEXT NOT NULL DEFAULT '', results TEXT NOT NULL DEFAULT '', results_sha256 TEXT NOT NULL DEFAULT '',
		PRIMARY KEY (run, n)
	) STRICT, WITHOUT ROWID;`,
	`ALTER TABLE runs ADD COLUMN classes TEXT;
	UPDATE runs SET classes = ` + classesOf + ` WHERE state = 'planned';
	CREATE TABLE open_steps (
		run TEXT NOT NULL, row INTEGER NOT NULL, step INTEGER NOT NULL,
		PRIMARY KEY (run, row, step),
		FOREIGN KEY (run, row, step) REFERENCES steps (run, row, n) ON DELETE CASCADE
	) STRICT, WITHOUT ROWID;
	INSERT INTO open_steps SELECT run, row, n FROM steps WHERE ` + notEnded + `;
	CREATE INDEX telling ON attempts (run, row) WHERE ` + telling + `;`,
	`ALTER TABLE runs ADD COLUMN options TEXT;`,
	`ALTER TABLE runs ADD COLUMN guards TEXT;
	UPDATE runs SET guards = json_object(
		'protect', (SELECT substr(value, 11) FROM json_each(options) WHERE value GLOB '--protect=*'),
		'domains', json((SELECT json_group_array(substr(value, 16) ORDER BY key) FROM json_each(options) WHERE value GLOB '--allow-domain=*' HAVING count(*) > 0)))
	WHERE json_valid(options);
	ALTER TABLE sessions ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
	UPDATE sessions SET whole = 1
	WHERE json_valid(coalesce(options, '[]'))
		AND NOT EXISTS (SELECT 1 FROM json_each(options) WHERE value GLOB '--where=*' OR value GLOB '--canary=[1-9]*');
	CREATE TABLE left_results (sha256 TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
	INSERT OR IGNORE INTO left_results SELECT results_sha256 FROM sessions WHERE results_sha256 <> '';
	ALTER TABLE attempts ADD COLUMN along INTEGER NOT NULL DEFAULT 0;`,
}

// telling is true of attempts that make of their row something else than what its action and the kinds of its steps tell.
const telling = `(state = 'refused' OR code = '` + batch.CodeAsAsked + `')`

// notEnded is true of steps that are open or unknown and don't follow a refused step of their row.
const notEnded = `NOT EXISTS (
	SELECT 1 FROM attempts AS a WHERE a.run = steps.run AND a.row = steps.row
		AND (a.step = steps.n AND a.state = 'done' OR a.step <= steps.n AND a.state = 'refused'))`

// classesOf counts the rows of a run that are alike in their action and the kinds of their steps.
const classesOf = `(
	SELECT json_group_array(json_array(action, json(kinds), n)) FROM (
		SELECT action, kinds, count(*) AS n FROM (
			SELECT action, (SELECT json_group_array(kind ORDER BY steps.n) FROM steps WHERE steps.run = rows.run AND steps.row = rows.n) AS kinds
			FROM rows WHERE rows.run = runs.id)
		GROUP BY action, kinds))`

// NewerError is a journal whose schema is newer than this program's.
type NewerError struct{ Version int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("its schema has version %d, and this program knows none above %d", e.Version, version)
}

// Hint tells what to do.
func (e *NewerError) Hint() string {
	return "it was made by a newer mimebatch: update this one, or name another journal"
}

// ForeignError is a file that is no journal. It was not changed.
type ForeignError struct {
	Err error // why it can't be read as a database, nil if it is another program's database
}

func (e *ForeignError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("not a journal: %v", e.Err)
	}
	return "not a journal: a database of another program"
}

func (e *ForeignError) Unwrap() error { return e.Err }

// Hint tells what to do.
func (e *ForeignError) Hint() string { return "name another file for the journal" }

// foreign turns SQLite's word for a file that is no database into a *[ForeignError].
func foreign(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code() == sqlite3.SQLITE_NOTADB {
		return &ForeignError{err}
	}
	return err
}

// inspect tells which version the file has, 0 if it is still empty. If it is neither empty nor a journal that we know, that is
// the error. It changes nothing.
func inspect(ctx context.Context, conn *sql.Conn) (has int, err error) {
	var id, tables int
	err = conn.QueryRowContext(ctx, `
		SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version, pragma_application_id`,
	).Scan(&has, &id, &tables)
	switch {
	case err != nil:
		return 0, foreign(err)
	case has == 0 && id == 0 && tables == 0:
		return 0, nil
	case id != applicationID:
		return 0, &ForeignError{}
	case has > version:
		return 0, &NewerError{has}
	}
	return has, nil
}

// create makes an empty file a journal, and an older journal one of this version, within a transaction. Another process may
// have done so just before.
func create(s *session) error {
	has, err := inspect(context.Background(), s.conn)
	if err != nil || has == version {
		return err
	}
	var statements []string
	if has == 0 {
		statements = append(statements, schema)
		has = 1
	}
	statements = append(statements, upgrades[has-1:]...)
	statements = append(statements, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version))
	_, err = s.conn.ExecContext(context.Background(), strings.Join(statements, "\n"))
	return err
}
