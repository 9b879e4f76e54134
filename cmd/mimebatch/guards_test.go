package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// newcomers writes a sheet of so many new people, and returns where.
func newcomers(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("email,name\n")
	for i := range n {
		fmt.Fprintf(&b, "new%d@example.com,New %d\n", i, i)
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A large plan takes its number, typed; a yes is what one says without looking.
func TestLargePlansTakeTheirNumber(t *testing.T) {
	asked := regexp.MustCompile(`Create\s+3\s+and\s+update\s+0\s+in\s+SANDBOX(.|\n)*Type\s+the\s+number\s+of\s+rows,\s+3,\s+to\s+go\s+on: `)
	for typed, want := range map[string]int{"y\n": exitGuard, "yes\n": exitGuard, "2\n": exitGuard, "\n": exitGuard, "": exitGuard, " 3 \n": exitDone} {
		_, errs, code := session(t, t.TempDir(), typed, "run", newcomers(t, 3), "--sandbox", "--confirm-above", "2")
		if code != want || !asked.MatchString(errs) {
			t.Errorf("%q: exit %d, want %d\n%s", typed, code, want, errs)
		}
	}
}

// Apply asks for a large plan that was not begun; one that was goes on as it was agreed to.
func TestApplyAsksForLargePlans(t *testing.T) {
	home, sheet := t.TempDir(), newcomers(t, 4)
	if out, errs, code := session(t, home, "", "plan", sheet, "--sandbox"); code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	out, _, _ := session(t, home, "", "runs", "--sandbox")
	id := regexp.MustCompile(`\b[2-9b-z]{6}\b`).FindString(out)
	apply := func(typed string, flags ...string) (string, int) {
		_, errs, code := session(t, home, typed, append([]string{"apply", id, "--sandbox", "--confirm-above", "2"}, flags...)...)
		return errs, code
	}
	if errs, code := apply("y\n"); code != exitGuard || !strings.Contains(errs, "mimebatch apply "+id) {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if errs, code := apply("4\nn\n", "--canary", "1"); code != exitGuard || !strings.Contains(errs, "Go on with the other 3 rows?") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	// Who didn't say yes to the others after the canary is asked for them: once it was said no, and once nothing.
	if errs, code := apply("3\n", "--canary", "1"); code == exitDone || !strings.Contains(errs, "Go on with the other 2 rows?") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if errs, code := apply("2\n", "--confirm-above", "1"); code != exitDone || !strings.Contains(errs, "Type the number") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if errs, code := apply(""); code != exitDone || strings.Contains(errs, "Type the number") {
		t.Errorf("exit %d\n%s", code, errs)
	}
}

// Who agreed to the rows that meet a condition has not agreed to the others, whatever the journal's options say.
func TestApplyAsksForTheRestAfterACondition(t *testing.T) {
	home, sheet, journal := t.TempDir(), newcomers(t, 4), filepath.Join(t.TempDir(), "journal.db")
	_, errs, code := session(t, home, "", "run", sheet, "--sandbox", "--journal", journal, "--yes", "--where", "name = 'New 0'")
	id := regexp.MustCompile(`apply ([2-9b-z]{6})`).FindStringSubmatch(errs)
	if code != exitIncomplete || id == nil {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	alterJournal(t, journal, `UPDATE sessions SET options = '["--if=name = ''New 0''"]'`)
	for _, want := range []int{exitGuard, exitDone} {
		typed := map[int]string{exitGuard: "y\n", exitDone: "3\n"}[want]
		_, errs, code := session(t, home, typed, "apply", id[1], "--sandbox", "--journal", journal, "--confirm-above", "2")
		if code != want || !strings.Contains(errs, "Type the number") {
			t.Errorf("exit %d, want %d\n%s", code, want, errs)
		}
	}
}

// The canary's rows are shown with what became of them, and the others wait for a yes.
func TestCanaryAsks(t *testing.T) {
	for typed, want := range map[string]struct{ code, created int }{"y\ny\n": {exitDone, 5}, "y\nn\n": {exitGuard, 2}, "y\n": {exitGuard, 2}} {
		home := t.TempDir()
		out, errs, code := session(t, home, typed, "run", newcomers(t, 5), "--sandbox", "--canary", "2")
		if code != want.code || !strings.Contains(errs, "Go on with the other 3 rows?") {
			t.Errorf("%q: exit %d\n%s", typed, code, errs)
		}
		shown := regexp.MustCompile(`(?s)Canary\n +2  created     new0@example.com\n +3  created     new1@example.com\n\n`)
		if !shown.MatchString(out) || !strings.Contains(out, fmt.Sprintf("%6d  created\n", want.created)) {
			t.Errorf("%q:\n%s", typed, out)
		}
		if stopped := want.code != exitDone; stopped != strings.Contains(errs, "to go on: mimebatch apply ") {
			t.Errorf("%q:\n%s", typed, errs)
		}
	}
}

// The next command is like this one; but a canary was looked at, a time that is over is none any more, and a worksheet is the plan's.
func TestNextCommandHasTheFlagsAgain(t *testing.T) {
	a := app{profile: "acme", options: []string{
		"--canary=5", "--max-changes=10%", "--max-failures=2.5%", "--mode=create", "--out=my results.csv", "--overwrite-drift=true", "--profile=acme",
		"--rate-share=50%", "--sheet=New starters", "--until=06:00", "--wave-pause=10m0s", "--wave-size=200", "--where=name = 'It''s'", "--yes=true",
	}}
	x := execution{run: batch.Run{ID: "k3f9qa"}}
	x.flags.until.text = "06:00"
	const before, after = "mimebatch apply k3f9qa", ` --max-changes 10% --max-failures 2.5% --out 'my results.csv' --overwrite-drift --rate-share 50%`
	const waves = ` --wave-pause 10m0s --wave-size 200 --where 'name = '\''It'\'''\''s'\''' --profile acme`
	if d := cmp.Diff(before+" --canary 5"+after+" --until 06:00"+waves, a.next(x)); d != "" {
		t.Errorf("flags (-want +got):\n%s", d)
	}
	a.canaryOver = true
	x.flags.until.text = "2020-12-31 06:00"
	if d := cmp.Diff(before+after+waves, a.next(x)); d != "" {
		t.Errorf("flags (-want +got):\n%s", d)
	}
	x.moved, a.options = true, []string{"--sheet=there/people.csv"}
	if d := cmp.Diff(before+" --sheet there/people.csv --profile acme", a.next(x)); d != "" {
		t.Errorf("flags (-want +got):\n%s", d)
	}
}
