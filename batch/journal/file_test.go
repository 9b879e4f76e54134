package journal_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// files returns the content of all files below dir by their path.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// No file has another name than the one that was asked for.
func TestPath(t *testing.T) {
	for _, name := range []string{
		"plain", "with blank.db", "a%20b", "100%", "a#b", "a&_query_only=1", "a;b,c=d", "it's", "日本é", "new folder/in/new folder/journal",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, filepath.FromSlash(name))
			j := open(t, path)
			plan(t, j, batch.Run{ID: "r"}, people(1))
			for f := range files(t, dir) {
				if f != name && f != name+"-wal" && f != name+"-shm" {
					t.Errorf("file %q", f)
				}
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if got := files(t, dir); len(got) != 1 || got[name] == nil {
				t.Errorf("%d files after closing, want only %q", len(got), name)
			}
			if _, err := open(t, path).Run(t.Context(), "r"); err != nil {
				t.Error(err)
			}
		})
	}
}

// alter executes SQL on a database, as other programs do, and closes it.
func alter(t *testing.T, path, text string) {
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

// A journal of an older version is brought up to this one, with all that is in it.
func TestOlder(t *testing.T) {
	// What leads from each version back to the one before.
	back := []string{
		2: "ALTER TABLE runs DROP COLUMN reading",
		3: `ALTER TABLE runs DROP COLUMN kind; ALTER TABLE runs DROP COLUMN origin; ALTER TABLE runs DROP COLUMN plan_sha256; DROP TABLE sessions`,
		4: "DROP TABLE open_steps; DROP INDEX telling; ALTER TABLE runs DROP COLUMN classes",
		5: "ALTER TABLE runs DROP COLUMN options",
		6: "ALTER TABLE runs DROP COLUMN guards; ALTER TABLE attempts DROP COLUMN along; DROP TABLE left_results; ALTER TABLE sessions DROP COLUMN whole",
	}
	for old := 1; old < len(back)-1; old++ {
		t.Run(fmt.Sprint(old), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j := open(t, path)
			want := fullRun("full")
			if old < 2 {
				want.Reading = batch.SheetOptions{}
			}
			if old < 3 {
				want.Kind, want.Of, want.PlanSHA256 = batch.OfSheet, "", ""
			}
			if old < 5 {
				want.Options, want.Guards = nil, nil
			}
			plan(t, j, want, people(want.Rows))
			work(t, j)
			counts, err := j.Counts(t.Context(), "r")
			if err != nil {
				t.Fatal(err)
			}
			steps := collect(t, j.Open(t.Context(), "r", 1, math.MaxInt))
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			for v := len(back) - 1; v > old; v-- {
				alter(t, path, fmt.Sprintf("%s; PRAGMA user_version = %d", back[v], v-1))
			}
			j = open(t, path)
			got, err := j.Run(t.Context(), "full")
			if err != nil {
				t.Fatal(err)
			}
			want.Secrets, want.PlanSHA256 = got.Secrets, got.PlanSHA256
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("run (-want +got):\n%s", diff)
			}
			if d := diff(steps, collect(t, j.Open(t.Context(), "r", 1, math.MaxInt))); d != "" {
				t.Errorf("open steps (-want +got):\n%s", d)
			}
			if again, err := j.Counts(t.Context(), "r"); err != nil || !maps.Equal(counts, again) {
				t.Errorf("counts %v, %v; want %v", again, err, counts)
			}
			plan(t, j, fullRun("s"), people(1))
		})
	}
}

// What a journal of version 5 says of guards and consent in its options is kept as what it is; what it doesn't say is not known.
func TestGuardsOfVersion5(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	for id, options := range map[batch.RunID][]string{
		"both":    {"--allow-domain=example.net", "--allow-domain=example.com", "--protect=/lists/a=b.txt"},
		"neither": {"--protected=x", "--out=--protect=x"},
		"unknown": nil,
	} {
		plan(t, j, batch.Run{ID: id, Options: options}, people(1))
	}
	for _, options := range [][]string{nil, {"--where=name = 'New'"}, {"--out=--where=x"}, {"--canary=3"}, {"--canary=0"}} {
		beginSession(t, j, batch.Session{Run: "both", Begun: noon, Options: options})
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, path, "ALTER TABLE runs DROP COLUMN guards; ALTER TABLE attempts DROP COLUMN along; DROP TABLE left_results; ALTER TABLE sessions DROP COLUMN whole; PRAGMA user_version = 5")
	j = open(t, path)
	for id, want := range map[batch.RunID]*batch.ToldGuards{
		"both":    {List: "/lists/a=b.txt", Domains: []string{"example.net", "example.com"}},
		"neither": {},
		"unknown": nil,
	} {
		r, err := j.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, r.Guards); diff != "" {
			t.Errorf("guards of run %s (-want +got):\n%s", id, diff)
		}
	}
	sessions, err := j.Sessions(t.Context(), "both")
	if err != nil {
		t.Fatal(err)
	}
	var whole []bool
	for _, s := range sessions {
		whole = append(whole, s.Whole)
	}
	if diff := cmp.Diff([]bool{true, false, true, false, true}, whole); diff != "" {
		t.Errorf("sessions that agreed to the whole run (-want +got):\n%s", diff)
	}
}

// A folder that a program keeps in step with a store elsewhere is refused, and nothing is made for it.
func TestSyncedPlace(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "Dropbox (Example)", "state")
	_, err := journal.Open(t.Context(), filepath.Join(dir, "journal.db"))
	if place, ok := errors.AsType[*journal.PlaceError](err); !ok || !strings.Contains(place.Why, "Dropbox") || !strings.Contains(batch.HintOf(err), "--journal") {
		t.Errorf("error %v, hint %q: want a PlaceError that names the way out", err, batch.HintOf(err))
	}
	if made, err := os.ReadDir(top); err != nil || len(made) > 0 {
		t.Errorf("made: %v, %v", made, err)
	}
}

// What isn't ours is refused with a hint, and stays as it is.
func TestNotOurs(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	j := open(t, path("newer"))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, path("newer"), "PRAGMA user_version = 7; CREATE TABLE news (n INTEGER)")
	alter(t, path("other"), "CREATE TABLE places (name TEXT); INSERT INTO places VALUES ('x')")
	alter(t, path("versioned"), "PRAGMA user_version = 1; CREATE TABLE rows (name TEXT)")
	text := map[string]string{
		"sheet":  "email,name\nana@example.com,Ana\n",
		"short":  "xy",
		"long":   strings.Repeat("a line of text\n", 1000),
		"nearly": "SQLite format 3\x00" + strings.Repeat("\xff", 5000),
	}
	for name, content := range text {
		if err := os.WriteFile(path(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, dir)
	for name, old := range before {
		t.Run(name, func(t *testing.T) {
			_, err := journal.Open(t.Context(), path(name))
			newer, isNewer := errors.AsType[*journal.NewerError](err)
			_, isForeign := errors.AsType[*journal.ForeignError](err)
			switch {
			case name == "newer" && (!isNewer || newer.Version != 7):
				t.Errorf("error %v, want a NewerError of version 7", err)
			case name != "newer" && !isForeign:
				t.Errorf("error %v, want a ForeignError", err)
			}
			if batch.HintOf(err) == "" || !strings.Contains(fmt.Sprint(err), path(name)) {
				t.Errorf("error %q, hint %q: want the path and a hint", err, batch.HintOf(err))
			}
			if now := files(t, dir); len(now) != len(before) || !bytes.Equal(now[name], old) {
				t.Errorf("%d files, %d before; unchanged: %t", len(now), len(before), bytes.Equal(now[name], old))
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "file", "journal")} {
		if j, err := journal.Open(t.Context(), path); err == nil {
			t.Errorf("%s was opened: %v", path, j.Close())
		}
	}
}

// An empty file becomes a journal, as does one that a process left behind that was killed while it made it.
func TestUnfinishedFile(t *testing.T) {
	dir := t.TempDir()
	empty, switched := filepath.Join(dir, "empty"), filepath.Join(dir, "switched")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	alter(t, switched, "PRAGMA journal_mode = WAL")
	for _, path := range []string{empty, switched} {
		j := open(t, path)
		plan(t, j, batch.Run{ID: "r"}, people(1))
		if _, err := j.Run(t.Context(), "r"); err != nil {
			t.Error(err)
		}
	}
}

// A password is in no byte of any file, neither while the journal is open nor after.
func TestNoPassword(t *testing.T) {
	const canary = "correct-horse-battery"
	dir := t.TempDir()
	j := open(t, filepath.Join(dir, "journal"))
	p := person(1, batch.StepCreate, batch.StepUpdate)
	for i := range p.Steps {
		p.Steps[i].WithPassword, p.Steps[i].Password = true, batch.NewSecret(canary)
	}
	plan(t, j, batch.Run{ID: "r"}, each(p))
	begin(t, j, attempt("r", 1, 1, 1))
	finish(t, j, attempt("r", 1, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done})
	look := func(when string) {
		found := false
		for name, content := range files(t, dir) {
			found = found || bytes.Contains(content, []byte("person1@example.com"))
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("%s: the password is in %s", when, name)
			}
		}
		if !found {
			t.Errorf("%s: the address is in no file, so nothing was looked at", when)
		}
	}
	look("open")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	look("closed")
}
