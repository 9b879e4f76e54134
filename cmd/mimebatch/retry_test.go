package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// journalOf stores a run without rows in a journal of its own.
func journalOf(t *testing.T, run batch.Run) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal.db")
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Plan(t.Context(), run, func(func(batch.PlannedRow, error) bool) {}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// The rows of an undo are not what the sheet asks for: planned from the sheet they would do again what was to be taken back.
func TestRetryOfAnUndoIsRefused(t *testing.T) {
	path := journalOf(t, batch.Run{ID: "undone", Kind: batch.OfUndo, Of: "k3f9qa", Created: time.Now(), SheetPath: "people.csv"})
	code, _, stderr := invoke(t, nil, "retry", "undone", "--journal", path)
	if code != exitUsage || !strings.Contains(stderr, "mimebatch undo k3f9qa") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// A list of protected people whose folder isn't known may be another list here.
func TestRetryRefusesAListOfAnUnknownFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("board.txt", []byte("somebody.else@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := journalOf(t, batch.Run{ID: "k3f9qa", Kind: batch.OfSheet, Created: time.Now(), SheetPath: "people.csv", Guards: &batch.ToldGuards{List: "board.txt"}})
	code, _, stderr := invoke(t, nil, "retry", "k3f9qa", "--journal", path)
	if code != exitUsage || !strings.Contains(stderr, "was planned with --protect board.txt") || !strings.Contains(stderr, "name the list anew, with --protect FILE") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// Whom a run was kept from its retry is kept from, whichever version planned it: that hangs on no word of a command line. What an
// older version didn't keep is said, and nobody who was protected is touched.
func TestRetryProtectsInOlderJournals(t *testing.T) {
	const to5 = "ALTER TABLE runs DROP COLUMN guards; ALTER TABLE attempts DROP COLUMN along; DROP TABLE left_results; ALTER TABLE sessions DROP COLUMN whole; PRAGMA user_version = 5"
	for name, tt := range map[string]struct {
		alter string // what makes another journal of this version's, %s being the list
		tells string
	}{
		"flags by other names": {`UPDATE runs SET options = '["--keep-out=%s"]'`, `guards of run \w+, taken over: --allow-domain example.com\s+--protect\s+\S+board.txt\n`},
		"version 5":            {`UPDATE runs SET options = '["--allow-domain=example.com","--protect=%s"]'; ` + to5, `guards of run \w+, taken over: --allow-domain example.com\s+--protect\s+\S+board.txt\n`},
		"version 4":            {to5 + "; -- %s\nALTER TABLE runs DROP COLUMN options; PRAGMA user_version = 4", `warning: run \w+ is of an older version and doesn't tell`},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			file := func(name, content string) string {
				path := filepath.Join(home, name)
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			list, path := file("board.txt", "board@example.com\n"), filepath.Join(home, "journal.db")
			people := file("people.csv", "email,name\nboard@example.com,Board\nout@example.net,Out\n")
			_, errs, code := session(t, home, "", "plan", people, "--sandbox", "--journal", path, "--protect", list, "--allow-domain", "example.com")
			id := regexp.MustCompile(`apply ([2-9b-z]{6})`).FindStringSubmatch(errs)
			if code != exitIncomplete || id == nil {
				t.Fatalf("exit code %d\n%s", code, errs)
			}
			alterJournal(t, path, fmt.Sprintf(tt.alter, list))
			out, errs, _ := session(t, home, "", "retry", id[1], "--sandbox", "--journal", path, "--all-failed")
			if !strings.Contains(out, "board@example.com: the address is protected") || !regexp.MustCompile(tt.tells).MatchString(errs) {
				t.Errorf("%s%s", out, errs)
			}
			if told, allowed := name != "version 4", strings.Contains(out, "out@example.net: example.net is not one"); allowed != told {
				t.Errorf("the other domain is blocked: %t, want %t\n%s", allowed, told, out)
			}
		})
	}
}

// alterJournal executes SQL on a journal.
func alterJournal(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// Runs that are each a retry of the other, or of themselves, come to an end.
func TestRunsBeforeEnd(t *testing.T) {
	run := batch.Run{ID: "k3f9qa", Kind: batch.OfRetry, Of: "k3f9qa", Created: time.Now()}
	j, err := journal.Open(t.Context(), journalOf(t, run))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var stderr bytes.Buffer
	before, err := (&app{stderr: &stderr}).runsBefore(t.Context(), j, run)
	if err != nil || len(before) > 0 || !strings.Contains(stderr.String(), "may be planned again") {
		t.Errorf("%d runs, error %v, %s", len(before), err, &stderr)
	}
}

func TestNumbers(t *testing.T) {
	var many []int
	for n := range 20 {
		many = append(many, n+2)
	}
	for _, tt := range []struct {
		numbers []int
		want    string
	}{
		{many[:1], "2"}, {many[:2], "2 and 3"}, {many[:3], "2, 3 and 4"}, {many, "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 8 more"},
	} {
		if got := numbers(tt.numbers); got != tt.want {
			t.Errorf("%v are written %q, want %q", tt.numbers, got, tt.want)
		}
	}
}
