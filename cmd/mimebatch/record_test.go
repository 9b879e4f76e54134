package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// inProcess runs one command line on a journal and a sandbox of the test's own.
func inProcess(t *testing.T, journal string, want int, args ...string) (stdout string) {
	t.Helper()
	var out, err bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &output{w: &out}, stderr: &err, getenv: func(string) string { return "" }}
	if code := a.main(t.Context(), append(args, "--sandbox", "--journal", journal)); code != want {
		t.Fatalf("mimebatch %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), err.String())
	}
	return out.String()
}

// A plan that somebody changed in the journal is told from the one that was made.
func TestVerifyTellsTamperedPlan(t *testing.T) {
	dir := t.TempDir()
	journal, people := filepath.Join(dir, "journal.db"), filepath.Join(dir, "people.csv")
	if err := os.WriteFile(people, []byte("email,name\nana.new@example.com,Ana New\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	inProcess(t, journal, exitDone, "run", people, "--yes")
	var first struct{ Run string }
	line, _, _ := strings.Cut(inProcess(t, journal, exitDone, "runs", "--json"), "\n")
	if err := json.Unmarshal([]byte(line), &first); err != nil {
		t.Fatal(err)
	}
	run := first.Run
	kept := filepath.Join(dir, "record.json")
	inProcess(t, journal, exitDone, "record", run, "--out", kept)
	inProcess(t, journal, exitDone, "verify", run)

	alter := func(text string) {
		db, err := sql.Open("sqlite", journal)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	alter(`UPDATE steps SET email = 'eve@example.com'`)
	if out := inProcess(t, journal, exitIncomplete, "verify", run); !strings.Contains(out, "changed  plan     in the journal\n") {
		t.Errorf("verify says\n%s", out)
	}
	// Whoever changes the plan can change its hash beside it, but not the record that is kept elsewhere.
	_, found, _ := strings.Cut(inProcess(t, journal, exitIncomplete, "verify", run), "found    ")
	found, _, _ = strings.Cut(found, "\n")
	alter(`UPDATE runs SET plan_sha256 = '` + found + `'`)
	inProcess(t, journal, exitDone, "verify", run)
	inProcess(t, journal, exitIncomplete, "verify", "--record", kept)
	// A run that was planned before hashes were kept can't be checked.
	alter(`UPDATE runs SET plan_sha256 = ''`)
	if out := inProcess(t, journal, exitDone, "verify", run); !strings.Contains(out, "unknown  plan ") {
		t.Errorf("verify says\n%s", out)
	}
}

// The options of a command line go to the record, so no flag may take a secret: those that sound like one take a file's name.
func TestNoFlagTakesSecret(t *testing.T) {
	var walk func(cmd *cobra.Command)
	flags := 0
	walk = func(cmd *cobra.Command) {
		check := func(f *pflag.Flag) {
			flags++
			takes, _ := pflag.UnquoteUsage(f)
			for _, word := range []string{"password", "secret", "token", "key", "credential"} {
				if strings.Contains(f.Name, word) && f.Value.Type() != "bool" && takes != "file" {
					t.Errorf("%s --%s takes a %s", cmd.CommandPath(), f.Name, takes)
				}
			}
		}
		cmd.Flags().VisitAll(check)
		cmd.PersistentFlags().VisitAll(check)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&app{}).rootCommand())
	if flags < 20 {
		t.Errorf("only %d flags were looked at", flags)
	}
}

// FuzzRecord reads whatever is given for a record; what it takes for one is the same when it is written and read again.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"type":"record","format":1,"run":"k3f9qa","counts":{"created":1},"sessions":[{"n":1,"ended":null,"options":["--yes=true"]}]}`))
	f.Add([]byte(`{"type":"record","format":2}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := r.encode(&first); err != nil {
			t.Fatal(err)
		}
		again, err := parseRecord(first.Bytes())
		if err != nil {
			t.Fatalf("%v, in %s", err, first.String())
		}
		if err := again.encode(&second); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.String(), second.String()); diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
	})
}
