package journal_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

const (
	// childJournal in the environment tells this test binary to be the child of [TestKilled], and where the journal is.
	childJournal = "JOURNAL_TEST_CHILD"
	childFailed  = 3 // the child's exit code if it ends by itself
	childWorkers = 8
	childRows    = 5 * childWorkers
)

func TestMain(m *testing.M) {
	path := os.Getenv(childJournal)
	if path == "" {
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, applyForever(path, os.Stdout))
	os.Exit(childFailed)
}

// try is one attempt at the only step of a row.
type try struct{ row, n int }

// applyForever makes one attempt after the other at the steps of the run r, none of which ever comes to be done. It says on w what
// it is about to do and what was acknowledged.
func applyForever(path string, w io.Writer) error {
	ctx := context.Background()
	j, err := journal.Open(ctx, path)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	say := func(what string, t try) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(w, what, t.row, t.n)
	}
	failed := make(chan error)
	for worker := range childWorkers {
		go func() {
			for n := 1; ; n++ {
				for row := worker + 1; row <= childRows; row += childWorkers {
					t := try{row, n}
					a := attempt("r", row, 1, n)
					say("beginning", t)
					if err := j.Begin(ctx, []batch.Attempt{a}); err != nil {
						failed <- err
					}
					say("begun", t)
					if (row+n)%3 == 0 {
						continue // its answer never comes
					}
					say("finishing", t)
					o := batch.Outcome{Attempt: a, State: batch.StepOpen, Reply: batch.Reply{Verdict: batch.NotSent, RequestID: fmt.Sprint(t)}}
					if err := j.Finish(ctx, []batch.Outcome{o}); err != nil {
						failed <- err
					}
					say("finished", t)
				}
			}
		}()
	}
	return <-failed
}

// A process is killed in the middle of it, while another one reads. What it was told to be durable is there, before and after;
// beyond that there is at most what it was doing.
func TestKilled(t *testing.T) {
	for _, after := range []int{1, 50, 2000} {
		t.Run(fmt.Sprintf("after %d lines", after), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal")
			j := open(t, path)
			plan(t, j, batch.Run{ID: "r"}, people(childRows))
			said := killed(t, path, after, func(said lines) { acknowledged(t, j, said) })
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}

			j = open(t, path)
			calls := acknowledged(t, j, said)
			for try, c := range calls {
				if s := said[try]; !s["beginning"] || c.Reply.Verdict != "" && !s["finishing"] {
					t.Errorf("%v: said only %v, and there is %+v", try, s, c)
				}
			}
			for _, s := range collect(t, j.Open(t.Context(), "r", 1, math.MaxInt)) {
				last, begun := calls[try{s.Row, s.Tries}]
				if _, more := calls[try{s.Row, s.Tries + 1}]; more || begun != (s.Tries > 0) {
					t.Errorf("row %d: %d tries, but the calls are %+v", s.Row, s.Tries, calls)
				}
				if want := begun && last.Reply.Verdict == ""; s.InDoubt != want {
					t.Errorf("row %d: in doubt %t, but the last call is %+v", s.Row, s.InDoubt, last)
				}
			}
		})
	}
}

// lines are what the child said of each attempt.
type lines map[try]map[string]bool

// acknowledged checks that what the child was told to be durable is there, and returns all that is there.
func acknowledged(t *testing.T, j *journal.Journal, said lines) map[try]journal.Call {
	t.Helper()
	calls := map[try]journal.Call{}
	for row := range childRows {
		for _, c := range collect(t, j.Attempts(t.Context(), "r", row+1)) {
			calls[try{c.Row, c.Try}] = c
		}
	}
	for try, s := range said {
		c, begun := calls[try]
		if s["begun"] && !begun || s["finished"] && c.Reply.RequestID != fmt.Sprint(try) {
			t.Errorf("%v: said %v, and there is %+v", try, s, c)
		}
	}
	return calls
}

// killed starts the child, kills it after it has said so many lines, and returns all that it said. Just before, it has look
// see what was said until then.
func killed(t *testing.T, path string, after int, look func(lines)) lines {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), exe)
	child.Env = append(os.Environ(), childJournal+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := lines{}
	in := bufio.NewScanner(out)
	for n := 1; in.Scan(); n++ {
		var what string
		var of try
		if _, err := fmt.Sscan(in.Text(), &what, &of.row, &of.n); err != nil {
			t.Fatalf("line %q: %v", in.Text(), err)
		}
		if said[of] == nil {
			said[of] = map[string]bool{}
		}
		said[of][what] = true
		if n == after {
			look(said)
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() == childFailed {
		t.Errorf("the child was not killed but ended by itself: %v", err)
	}
	return said
}
