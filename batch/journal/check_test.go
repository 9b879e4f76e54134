package journal_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// worked makes a journal of a run r in which steps are done, refused, unknown and open, and of a retry and an undo of it that have
// nothing to do, and closes it.
func worked(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	work(t, j)
	var rows []batch.PlannedRow
	for n := range 5 {
		rows = append(rows, person(n+1))
		rows[n].Action = batch.ActionUnchanged
	}
	plan(t, j, batch.Run{ID: "again", Kind: batch.OfRetry, Of: "r", Rows: 1}, each(rows[0]))
	plan(t, j, batch.Run{ID: "back", Kind: batch.OfUndo, Of: "r", Rows: 5}, each(rows...))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// work plans the run r and makes some calls of it.
func work(t *testing.T, j *journal.Journal) {
	t.Helper()
	unchanged := person(5)
	unchanged.Action = batch.ActionUnchanged
	plan(t, j, batch.Run{ID: "r", Kind: batch.OfSheet, Rows: 5}, each(
		person(1, batch.StepCreate, batch.StepUpdate), person(2, batch.StepCreate), person(3, batch.StepCreate, batch.StepUpdate),
		person(4, batch.StepCreate), unchanged,
	))
	begin(t, j, attempt("r", 1, 1, 1), attempt("r", 2, 1, 1), attempt("r", 3, 1, 1))
	finish(t, j, attempt("r", 1, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done, HTTP: 200, Account: &batch.Account{Email: "person1@example.com"}})
	finish(t, j, attempt("r", 3, 1, 1), batch.StepRefused, batch.Reply{Verdict: batch.Refused, HTTP: 200, Reason: batch.Reason{Code: "err_x"}})
}

func TestCheckSound(t *testing.T) {
	if got := collect(t, journal.Check(t.Context(), worked(t))); len(got) > 0 {
		t.Errorf("faults %q", got)
	}
	for name, err := range map[string]error{
		"missing": failure(journal.Check(t.Context(), filepath.Join(t.TempDir(), "none"))),
		"folder":  failure(journal.Check(t.Context(), t.TempDir())),
	} {
		if err == nil || name == "missing" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// What can't be is told in words.
func TestCheckTellsFault(t *testing.T) {
	for _, tt := range []struct{ alter, want string }{
		{`UPDATE rows SET hint = 'do something else' WHERE n = 4`, "run r: its plan is not the one that was made"},
		{`UPDATE steps SET email = 'eve@example.com' WHERE row = 4`, "run r: its plan is not the one that was made"},
		{`DELETE FROM runs`, "run r: it has rows, and is not in the list of runs"},
		{`DELETE FROM rows WHERE n = 4`, "row 4, step 1: the plan has no such row"},
		{`DELETE FROM rows WHERE n = 5`, "run r: planned for 5 rows, and 4 are there"},
		{`DELETE FROM rows WHERE run = 'again'`, "run again: planned for 1 rows, and 0 are there"},
		{`DELETE FROM rows WHERE run = 'back' AND n = 5`, "run back: planned for 5 rows, and 4 are there"},
		{`UPDATE runs SET rows = 4 WHERE id = 'back'`, "run back: it takes back the 5 rows of run r, and has 4"},
		{`UPDATE rows SET n = 9 WHERE n = 5`, "5 rows, numbered from 1 to 9"},
		{`DELETE FROM steps WHERE row = 2`, "row 2, step 1, attempt 1: the plan has no such step"},
		{`DELETE FROM steps WHERE row = 4`, "row 4, step 1: it is listed as open, and the plan has no such step"},
		{`DELETE FROM steps WHERE row = 1 AND n = 1`, "row 1: 1 steps, numbered from 2 to 2"},
		{`UPDATE rows SET action = 'delete' WHERE n = 5`, `row 5: no action is called "delete"`},
		{`UPDATE rows SET action = 'skipped' WHERE n = 4`, `row 4: its action is "skipped", and it has steps`},
		{`UPDATE rows SET action = 'create' WHERE n = 5`, `row 5: its action is "create", and it has no step`},
		{`UPDATE steps SET with_password = 1 WHERE row = 4`, "row 4, step 1: it needs a password"},
		{`UPDATE runs SET classes = '[["create",["create"],5]]'`, "its rows are not counted as they are"},
		{`UPDATE runs SET classes = NULL`, "its rows are not counted as they are"},
		{`UPDATE attempts SET try = 2 WHERE row = 2`, "row 2, step 1: 1 attempts, numbered from 2 to 2"},
		{`INSERT INTO attempts (run, row, step, try, settling, begun) SELECT run, row, step, 2, 0, begun FROM attempts WHERE row = 1`,
			"row 1, step 1: there is an attempt after number 1, which left it done"},
		{`UPDATE attempts SET step = 2 WHERE row = 3`, "row 3, step 2: it was begun before the step before it was done"},
		{`UPDATE attempts SET state = NULL WHERE row = 1`, "row 1, step 1, attempt 1: half of its outcome is there"},
		{`UPDATE attempts SET verdict = '' WHERE row = 1`, "row 1, step 1, attempt 1: half of its outcome is there"},
		{`UPDATE attempts SET verdict = 'fine' WHERE row = 1`, `no verdict is called "fine"`},
		{`UPDATE attempts SET verdict = 'unknown' WHERE row = 1`, `attempt 1: it is called done, and the answer was "unknown"`},
		{`DELETE FROM open_steps WHERE row = 4`, "row 4, step 1: it is open, and would never be done"},
		{`DELETE FROM open_steps WHERE row = 2`, "row 2, step 1: it is open, and would never be done"},
		{`INSERT INTO open_steps VALUES ('r', 1, 1)`, "row 1, step 1: it is listed as open, and came to its end"},
		{`INSERT INTO sessions (run, n, begun, operator, host, pid, version) VALUES ('r', 2, '2026-11-21T12:00:00.000000000Z', '', '', 1, '')`,
			"1 sessions, numbered from 2 to 2"},
		{`INSERT INTO sessions (run, n, begun, operator, host, pid, version) VALUES ('s', 1, '2026-11-21T12:00:00.000000000Z', '', '', 1, '')`,
			"run s: session 1 is of no run"},
		{`UPDATE runs SET header = '['`, "what is kept of its sheet can't be read"},
		{`UPDATE runs SET guards = '['`, "its guards can't be read"},
		{`UPDATE rows SET cells = 'x' WHERE n = 2`, "row 2: its cells, notes or account can't be read"},
		{`UPDATE steps SET settings = '{' WHERE row = 2`, "row 2, step 1: its settings can't be read"},
		{`UPDATE attempts SET account = '{' WHERE row = 1`, "row 1, step 1, attempt 1: the account can't be read"},
		{`UPDATE attempts SET begun = 'noon' WHERE row = 1`, `"noon" is no time`},
		{`PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'state TEXT CHECK', 'state TEXT NOT NULL CHECK') WHERE name = 'attempts'`,
			"NULL value in attempts.state"},
	} {
		t.Run(tt.alter, func(t *testing.T) {
			path := worked(t)
			alter(t, path, tt.alter)
			got := collect(t, journal.Check(t.Context(), path))
			if !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, tt.want) }) {
				t.Errorf("faults %q, want %q", got, tt.want)
			}
		})
	}
}

// crashed copies the files of a journal as they are while it is open: what a killed program leaves.
func crashed(t *testing.T, path string) string {
	t.Helper()
	left := filepath.Join(t.TempDir(), "journal.db")
	for _, ending := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + ending)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(left+ending, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return left
}

// spoil overwrites the last of the file.
func spoil(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, 4096), info.Size()-4096); err != nil {
		t.Fatal(err)
	}
}

// A file that was not closed is looked through before the first call is made; one that is whole goes on.
// It is small, so that the time that there is for that is enough on any machine.
func TestDamageAfterCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	plan(t, j, batch.Run{ID: "r"}, people(100))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, path)
	begin(t, j, attempt("r", 1, 1, 1))

	begin(t, open(t, crashed(t, path)), attempt("r", 2, 1, 1))

	left := crashed(t, path)
	spoil(t, left)
	spoilt := open(t, left)
	err := spoilt.Begin(t.Context(), []batch.Attempt{attempt("r", 2, 1, 1)})
	if d, ok := errors.AsType[*journal.DamagedError](err); !ok || len(d.Faults) == 0 || batch.HintOf(err) == "" {
		t.Errorf("Begin: %v, want a DamagedError with a hint", err)
	}
	if err := spoilt.Plan(t.Context(), batch.Run{ID: "s", Created: noon}, people(1)); err == nil {
		t.Error("a run was planned in a damaged journal")
	}
	if got := collect(t, journal.Check(t.Context(), left)); len(got) == 0 {
		t.Error("the check finds no fault")
	}
}
