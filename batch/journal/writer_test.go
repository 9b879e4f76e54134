package journal

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mimebatch/batch"
)

// planned opens a journal with a run r of n rows, each with a step.
func planned(t *testing.T, n int) *Journal {
	t.Helper()
	j, err := Open(t.Context(), filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	err = j.Plan(t.Context(), batch.Run{ID: "r", Created: time.Now()}, func(yield func(batch.PlannedRow, error) bool) {
		for i := 1; i <= n; i++ {
			step := batch.Step{N: 1, Kind: batch.StepCreate, Email: fmt.Sprintf("person%d@example.com", i)}
			if !yield(batch.PlannedRow{N: i, Action: batch.ActionCreate, Steps: []batch.Step{step}}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// onCommit has SQLite ask refuse before every commit of the writer.
func onCommit(t *testing.T, j *Journal, refuse func() bool) {
	t.Helper()
	err := j.writer.session.conn.Raw(func(conn any) error {
		conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
			if refuse() {
				return 1
			}
			return 0
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func attempts(rows ...int) []batch.Attempt {
	var out []batch.Attempt
	for _, row := range rows {
		out = append(out, batch.Attempt{Run: "r", Row: row, Step: 1, Try: 1, Begun: time.Now()})
	}
	return out
}

// After the database has failed, closing the journal moves nothing into the file: the log stays for the next that opens it.
func TestCloseAfterFailure(t *testing.T) {
	j := planned(t, 2)
	path := j.path(t)
	if err := j.Begin(t.Context(), attempts(1)); err != nil {
		t.Fatal(err)
	}
	onCommit(t, j, func() bool { return true })
	if err := j.Begin(t.Context(), attempts(2)); err == nil {
		t.Fatal("the commit was not refused")
	}
	var before, after [2][]byte
	read := func(into *[2][]byte) {
		for i, ending := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + ending)
			if err != nil {
				t.Fatal(err)
			}
			into[i] = b
		}
	}
	read(&before)
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	read(&after)
	if !bytes.Equal(before[0], after[0]) || !bytes.Equal(before[1], after[1]) || len(after[1]) == 0 {
		t.Errorf("the file or its log, of %d bytes and then %d, was written to", len(before[1]), len(after[1]))
	}
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if begun, err := j.Begun(t.Context(), "r"); err != nil || !begun {
		t.Errorf("what was committed is gone: %v, %v", begun, err)
	}
}

// Begun and finished in one commit, there is none between them after which a kill would leave the step in doubt.
func TestNoteCommitsOnce(t *testing.T) {
	j := planned(t, 1)
	commits := 0
	onCommit(t, j, func() bool { commits++; return false })
	o := batch.Outcome{Attempt: attempts(1)[0], State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done}}
	if err := j.Note(t.Context(), []batch.Outcome{o}); err != nil || commits != 1 {
		t.Errorf("%d commits, %v", commits, err)
	}
}

// Workers share commits, and the one of them that is always at fault fails alone.
func TestGroupCommit(t *testing.T) {
	const workers, rows = 32, 20
	j := planned(t, workers*rows)
	if err := j.Begin(t.Context(), attempts(1)); err != nil {
		t.Fatal(err)
	}
	var commits, calls atomic.Int64
	onCommit(t, j, func() bool { commits.Add(1); return false })
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for i := range rows {
				as := attempts(worker*rows + i + 1)
				if worker == 0 {
					if err := j.Begin(t.Context(), attempts(1)); err == nil {
						t.Error("row 1 was begun twice")
					}
					continue
				}
				calls.Add(2)
				if err := j.Begin(t.Context(), as); err != nil {
					t.Error(err)
				}
				o := batch.Outcome{Attempt: as[0], State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done}}
				if err := j.Finish(t.Context(), []batch.Outcome{o}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if commits.Load() == 0 || commits.Load() >= calls.Load() {
		t.Errorf("%d commits for %d calls", commits.Load(), calls.Load())
	}
	counts, err := j.Counts(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if counts[batch.Created] != (workers-1)*rows || counts[batch.InDoubt] != 1 || counts.Total() != workers*rows {
		t.Errorf("counts %v", counts)
	}
}

// After a commit that failed nothing is written any more, and every error is the first one.
func TestCommitFails(t *testing.T) {
	j := planned(t, 3)
	if err := j.Begin(t.Context(), attempts(1)); err != nil {
		t.Fatal(err)
	}
	commits := 0
	onCommit(t, j, func() bool { commits++; return true })
	first := j.Begin(t.Context(), attempts(2))
	if _, ok := errors.AsType[*WriteError](first); !ok || batch.HintOf(first) == "" {
		t.Fatalf("error %v, hint %q: want a WriteError with a hint", first, batch.HintOf(first))
	}
	cause, ok := errors.AsType[*sqlite.Error](first)
	if !ok {
		t.Fatalf("error %v, want one of SQLite", first)
	}
	o := batch.Outcome{Attempt: attempts(1)[0], State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done}}
	for name, err := range map[string]error{
		"begin":  j.Begin(t.Context(), attempts(3)),
		"finish": j.Finish(t.Context(), []batch.Outcome{o}),
	} {
		if !errors.Is(err, cause) {
			t.Errorf("%s: error %v, want %v", name, err, cause)
		}
	}
	if commits != 1 {
		t.Errorf("%d commits were tried, want 1", commits)
	}
	counts, err := j.Counts(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if counts[batch.InDoubt] != 1 || counts[batch.NotReached] != 2 {
		t.Errorf("counts %v, want only row 1 to have been begun", counts)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// A full disk in the middle of a transaction ends the writing as well, and the file is good when it is opened again.
func TestDiskFull(t *testing.T) {
	j := planned(t, 400)
	path := j.path(t)
	if err := j.Begin(t.Context(), attempts(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := j.writer.session.exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	var full error
	begun := 1
	for full == nil && begun < 400 {
		if full = j.Begin(t.Context(), attempts(begun+1)); full == nil {
			begun++
		}
	}
	if cause, ok := errors.AsType[*sqlite.Error](full); !ok || cause.Code() != sqlite3.SQLITE_FULL {
		t.Fatalf("error %v, want that the disk is full", full)
	}
	if _, err := j.writer.session.exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if err := j.Begin(t.Context(), attempts(400)); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	counts, err := again.Counts(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if counts[batch.InDoubt] != begun || counts.Total() != 400 {
		t.Errorf("counts %v, want %d begun", counts, begun)
	}
}

// path is where the journal is.
func (j *Journal) path(t *testing.T) (path string) {
	t.Helper()
	if err := j.reading.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list").Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

// What a killed process was planning is removed a day after it was last touched; until then it may be alive.
func TestAbandonedPlan(t *testing.T) {
	tests := []struct {
		name    string
		state   string
		touched time.Duration
		removed bool
	}{
		{"being planned", "planning", time.Hour, false},
		{"abandoned", "planning", abandonedAfter + time.Minute, true},
		{"half removed", "removed", 0, true},
		{"planned", "planned", 100 * abandonedAfter, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := planned(t, 600)
			touched := time.Now().Add(-tt.touched)
			if _, err := j.writing.Exec(`UPDATE runs SET state = ?, touched = ?`, tt.state, at(&touched)); err != nil {
				t.Fatal(err)
			}
			if err := j.Plan(t.Context(), batch.Run{ID: "next", Created: time.Now()}, func(func(batch.PlannedRow, error) bool) {}); err != nil {
				t.Fatal(err)
			}
			var runs, rows, steps int
			err := j.reading.QueryRowContext(t.Context(), `
				SELECT (SELECT count(*) FROM runs WHERE id = 'r'), (SELECT count(*) FROM rows), (SELECT count(*) FROM steps)`).Scan(&runs, &rows, &steps)
			if err != nil {
				t.Fatal(err)
			}
			if gone := runs == 0 && rows == 0 && steps == 0; gone != tt.removed {
				t.Errorf("%d runs, %d rows and %d steps are left", runs, rows, steps)
			}
		})
	}
}

// A plan that another process takes for abandoned, and has begun to remove, fails and leaves nothing.
func TestPlanRemovedMeanwhile(t *testing.T) {
	j := planned(t, 1)
	err := j.Plan(t.Context(), batch.Run{ID: "late", Created: time.Now()}, func(yield func(batch.PlannedRow, error) bool) {
		if _, err := j.writing.Exec(`UPDATE runs SET state = 'removed' WHERE id = 'late'`); err != nil {
			t.Error(err)
		}
		yield(batch.PlannedRow{N: 1, Action: batch.ActionSkipped}, nil)
	})
	if !errors.Is(err, errRemoved) {
		t.Errorf("error %v, want %v", err, errRemoved)
	}
	if _, err := j.Run(t.Context(), "late"); !errors.Is(err, batch.ErrNoRun) {
		t.Errorf("error %v, want ErrNoRun", err)
	}
}

func TestAddress(t *testing.T) {
	tests := map[string]string{
		"/tmp/a b?c#d%20e": "file:///tmp/a%20b%3Fc%23d%2520e?",
		"C:/Users/Ana/j":   "file:///C:/Users/Ana/j?",
		"//server/share/j": "file:////server/share/j?",
	}
	for path, want := range tests {
		if got := address(path); !strings.HasPrefix(got, want) {
			t.Errorf("address of %s is %s, want it to begin with %s", path, got, want)
		}
	}
}

// What is durable hangs on these settings, and no test here can cut the power.
func TestSettings(t *testing.T) {
	j := planned(t, 1)
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "foreign_keys": "1", "temp_store": "2", "busy_timeout": "10000",
	}
	reader, err := j.reading.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for name, conn := range map[string]*sql.Conn{"writer": j.writer.session.conn, "reader": reader} {
		for setting, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+setting).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("%s: %s is %s, want %s", name, setting, got, value)
			}
		}
	}
	if _, err := reader.ExecContext(t.Context(), "DELETE FROM runs"); err == nil {
		t.Error("a reader can write")
	}
}
