package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/sandbox"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"Zoë Lefèvre, 株式会社":    "Zoë Lefèvre, 株式会社",
		"\x1b]0;x\x07":         `\u001b]0;x\u0007`,
		"\x1b[2J":              `\u001b[2J`,
		"a\rb\nc\td":           `a\u000db\u000ac\u0009d`,
		"a\u202eb\u2066\u200b": `a\u202eb\u2066\u200b`,
		"\u009b1m\u007f":       `\u009b1m\u007f`,
		"line\u2028line":       `line\u2028line`,
		"\xff":                 `\ufffd`,
	} {
		want = strings.ReplaceAll(want, "\u202e", `\u202e`)
		want = strings.ReplaceAll(want, "\u2066", `\u2066`)
		want = strings.ReplaceAll(want, "\u200b", `\u200b`)
		if got := safe(in); got != want {
			t.Errorf("safe(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	word := strings.Repeat("w", 38)
	const paste = "mimebatch apply k3f9qa --journal '/a folder/of mine/journal.db' --profile acme"
	for _, tt := range []struct {
		text string
		at   int
		want string
	}{
		{"", 0, ""},
		{word + " " + word + " xyz", 0, word + " " + word + "\n  xyz"},
		{word + " " + word + " xy", 0, word + " " + word + " xy"},
		{word + " " + word + " xy", 1, word + " " + word + "\n  xy"},
		{"two  blanks", 0, "two  blanks"},
		{word + word + word + " x", 0, word + word + word + "\n  x"},
		{word + " " + word + " " + word + " " + word + " " + word, 0, word + " " + word + "\n  " + word + " " + word + "\n  " + word},
		{"the plan is kept: " + paste, 0, "the plan is kept:\n  " + paste},
		{"look at it with: " + paste + "; or add --yes", 0, "look at it with:\n  " + paste + ";\n  or add --yes"},
	} {
		if diff := cmp.Diff(tt.want, wrap(tt.text, tt.at, "  ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

// Errors and hints are broken for people, and whole for those who search.
func TestErrorsAreBrokenOnTerminalsOnly(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 20))
	for _, terminal := range []bool{true, false} {
		var errs strings.Builder
		a := &app{stderr: &errs, bar: terminal}
		a.report(&stop{code: exitFailed, err: errors.New(long), hint: long})
		for line := range strings.Lines(errs.String()) {
			if (len(line) <= 81) != terminal {
				t.Errorf("terminal %v, %d columns: %s", terminal, len(line)-1, line)
			}
		}
	}
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{"/a/b-c.csv": "/a/b-c.csv", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$x": "'$x'"} {
		if got := shellQuote(in); got != want {
			t.Errorf("shellQuote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestExitCode(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("disk full"), 1},
		{usageError("no"), 2},
		{&stop{code: exitIncomplete}, 3},
		{&batch.CallError{Reply: batch.Reply{Verdict: batch.Fatal}}, 4},
		{&batch.CallError{Reply: batch.Reply{Verdict: batch.Unknown}}, 1},
		{fmt.Errorf("apply: %w", &batch.CallError{Reply: batch.Reply{Verdict: batch.Fatal}}), 4},
		{&batch.SheetError{Path: "x"}, 5},
		{&batch.LimitError{Limit: batch.LimitUntil}, 6},
		{errors.Join(&batch.LimitError{Limit: batch.LimitFailures}, errors.New("disk full")), 6},
		{&durable.HeldError{}, 7},
		{fmt.Errorf("begin row 7: %w", context.Canceled), 130},
		{errors.Join(context.Canceled, errors.New("disk full")), 130},
		{fmt.Errorf("%w: 1 and 2", batch.ErrRows), 1},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("exitCode(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

// session runs the program in this process as on a terminal at which somebody types.
func session(t *testing.T, home, typed string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	a := &app{
		stdin: strings.NewReader(typed), stdout: &output{w: &out}, stderr: &errs, terminal: true,
		getenv: func(k string) string { return map[string]string{"XDG_STATE_HOME": home}[k] },
	}
	code = a.main(t.Context(), args)
	return out.String(), errs.String(), code
}

func TestRunAsks(t *testing.T) {
	home := t.TempDir()
	sheet := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(sheet, []byte("email,name\nquin.new@example.com,Quin\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []string{"n\n", "\n", "", "maybe\n"} {
		_, errs, code := session(t, home, answer, "run", sheet, "--sandbox")
		if code != exitGuard || !strings.Contains(errs, "Create 1 and update 0 in SANDBOX") || !strings.Contains(errs, "hint: the plan is kept: mimebatch apply") {
			t.Errorf("answer %q: exit %d\n%s", answer, code, errs)
		}
	}
	out, errs, code := session(t, home, "y\n", "run", sheet, "--sandbox")
	if code != exitDone || !strings.Contains(out, "1  created") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

// A tenant has one lock, wherever it is called from; sandboxes have one each, whatever they are called.
func TestLockFileStandsForOneTenant(t *testing.T) {
	home := t.TempDir()
	a := &app{getenv: func(k string) string { return map[string]string{"XDG_STATE_HOME": home, "LocalAppData": home}[k] }}
	for _, tt := range []struct {
		one, other batch.Tenant
		same       bool
	}{
		{batch.Tenant{Key: "account:C1", BaseURL: "https://api.example.com"}, batch.Tenant{Key: "account:C1", BaseURL: "https://us-api.example.com"}, true},
		{batch.Tenant{Key: "account:C1", BaseURL: "https://api.example.com"}, batch.Tenant{Key: "account:C2", BaseURL: "https://api.example.com"}, false},
		{batch.Tenant{Key: "account:C1", BaseURL: "http://127.0.0.1:1"}, batch.Tenant{Key: "account:C1", BaseURL: "http://127.0.0.1:1"}, true},
		{batch.Tenant{Key: "account:C1", BaseURL: "http://127.0.0.1:1"}, batch.Tenant{Key: "account:C1", BaseURL: "http://127.0.0.1:2"}, false},
		// The embedded one is on another port each time.
		{batch.Tenant{Key: "account:C1", BaseURL: "http://127.0.0.1:1", Sandbox: true}, batch.Tenant{Key: "account:C1", BaseURL: "http://127.0.0.1:2", Sandbox: true}, true},
	} {
		one, err := a.lockFiles(tt.one)
		if err != nil {
			t.Fatal(err)
		}
		other, err := a.lockFiles(tt.other)
		if err != nil || slices.Equal(one, other) != tt.same {
			t.Errorf("%v: %s, %v: %s, error %v", tt.one, one, tt.other, other, err)
		}
	}
}

func TestHelpTellsWhatEachFaultDoes(t *testing.T) {
	for _, k := range sandbox.FaultKinds() {
		if k.Help() == "" {
			t.Errorf("nothing of %s", k)
		}
	}
	for line := range strings.Lines(faultHelp()) {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

// closed is a terminal that was closed: it has no end of a file to read, or one at once, and takes nothing.
type closed struct{ err error }

func (c closed) Read([]byte) (int, error)  { return 0, c.err }
func (c closed) Write([]byte) (int, error) { return 0, syscall.EIO }

// A terminal that is closed while a question is open interrupts, though its signal may come later, or never.
func TestQuestionOnClosedTerminalIsInterrupted(t *testing.T) {
	for _, err := range []error{syscall.EIO, io.EOF} {
		a := &app{stdin: closed{err}, stderr: closed{}}
		if ok, got := a.ask(t.Context(), "Go on?"); ok || exitCode(got) != exitInterrupted {
			t.Errorf("%v: %v, error %v", err, ok, got)
		}
	}
	a := &app{stdin: closed{io.EOF}, stderr: io.Discard} // Ctrl-D is an answer
	if ok, err := a.ask(t.Context(), "Go on?"); ok || err != nil {
		t.Errorf("%v, error %v", ok, err)
	}
}
