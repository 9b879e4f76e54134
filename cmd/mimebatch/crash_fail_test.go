//go:build crash && linux && amd64

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"mimebatch/batch/sandbox"
)

// A failing disk is what a run meets from its n-th change of some kind on.
type failing struct {
	name  string
	errno syscall.Errno
	hits  func(*change) bool // the changes that fail
	once  bool               // only the n-th
}

func ofJournal(c *change) bool { return strings.HasPrefix(filepath.Base(c.path), "journal.db") }

func ofResults(c *change) bool {
	name := filepath.Base(c.path)
	return strings.HasPrefix(name, ".partial-") || name == "results.csv" || name == sceneFolder
}

// A disk that is full, or fails, stops a run before the next call is sent, with a hint; once it is good again, the same command
// comes to the end. A sync that failed once might succeed the next time and have lost what lay between, so it fails once only, and the
// program must not sync that file again.
func TestCrashDiskFails(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	isWrite := func(c *change) bool { return c.op == opWrite || c.op == opCreate }
	isSync := func(c *change) bool { return c.op == opSync }
	for _, d := range []failing{
		{name: "no space for the journal", errno: syscall.ENOSPC, hits: func(c *change) bool { return isWrite(c) && ofJournal(c) }},
		{name: "no space for the results", errno: syscall.ENOSPC, hits: func(c *change) bool { return isWrite(c) && ofResults(c) }},
		{name: "the journal can't be synced", errno: syscall.EIO, hits: func(c *change) bool { return isSync(c) && ofJournal(c) }, once: true},
		{name: "the results can't be synced", errno: syscall.EIO, hits: func(c *change) bool { return isSync(c) && ofResults(c) }, once: true},
	} {
		t.Run(d.name, func(t *testing.T) {
			total, err := d.count(program, t.TempDir())
			if err != nil || total == 0 {
				t.Fatalf("%d changes, %v", total, err)
			}
			step := max(1, total/size(total, 5))
			var points []func(dir string) (figures, error)
			for n := 1; n <= total; n += step {
				points = append(points, func(dir string) (figures, error) { return d.at(program, dir, n, want) })
			}
			t.Logf("%s: %v", d.name, sweep(t, points))
		})
	}
}

// stillEmpty tells whether a file is a journal that is only just being made: before it has its write-ahead log nothing is in it that
// could be lost, and SQLite takes its first change back, with another sync.
func stillEmpty(path string) bool {
	if filepath.Base(path) != "journal.db" {
		return false
	}
	_, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist)
}

// count tells how many of its changes there are in a run.
func (d failing) count(program, dir string) (int, error) {
	s, end, err := newScene(program, dir)
	if err != nil {
		return 0, err
	}
	defer end()
	total := 0
	_, err = s.runTraced(&tracer{meet: func(c *change) fate {
		if d.hits(c) {
			total++
		}
		return fate{}
	}}, begin("--workers", "1")...)
	return total, err
}

// at runs with a disk that fails from its n-th change on, looks at how the program takes it, and goes on with a good one.
func (d failing) at(program, dir string, n int, want map[string]sandbox.User) (figures, error) {
	s, end, err := newScene(program, dir)
	if err != nil {
		return figures{}, err
	}
	defer end()
	met, sentAfter, syncedAgain := 0, 0, ""
	unsynced := "" // the file whose sync has failed
	r, err := s.runTraced(&tracer{meet: func(c *change) fate {
		if c.op == opSync && unsynced != "" && strings.TrimSuffix(c.path, "-wal") == strings.TrimSuffix(unsynced, "-wal") {
			syncedAgain = c.path
		}
		switch {
		case d.hits(c):
			met++
			if met == n && c.op == opSync && !stillEmpty(c.path) {
				unsynced = c.path
			}
			if met == n || met > n && !d.once {
				return fate{fail: d.errno}
			}
		case met >= n && c.op == opSend:
			if data, err := c.data(); err == nil {
				sentAfter += len(written(data))
			}
		}
		return fate{}
	}}, begin("--workers", "1")...)
	switch {
	case err != nil:
		return figures{}, err
	case met < n:
		return figures{passed: 1}, nil
	case syncedAgain != "":
		return figures{}, fmt.Errorf("%s was synced after a sync of %s had failed", syncedAgain, unsynced)
	case sentAfter > 0:
		return figures{}, fmt.Errorf("%d users sent after the disk had failed\n%s", sentAfter, r.stderr)
	case r.code != exitDone && (r.code != exitFailed || !strings.Contains(r.stderr, "hint: ")):
		return figures{}, fmt.Errorf("exit %d\n%s", r.code, r.stderr)
	}
	if left, err := filepath.Glob(s.file(".partial-*")); err != nil || len(left) > 0 {
		return figures{}, fmt.Errorf("left behind: %q, %v", left, err)
	}
	if again := regexp.MustCompile(`to write the results again: mimebatch report (\w+)`).FindStringSubmatch(r.stderr); again != nil {
		if r, err = s.run("report", again[1], "--out", "results.csv"); err != nil {
			return figures{}, err
		}
	}
	f, err := s.recovered(r, want)
	f.points = 1
	return f, err
}
