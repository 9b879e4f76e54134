//go:build crash && linux && amd64

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"mimebatch/batch/sandbox"
)

// crashRounds is how many commands may be needed to come to the end. One is enough but where an answer was lost once more.
const crashRounds = 4

// A run is killed just before each change that it makes: each write, sync, rename, removal and making of a file, and each sending
// of a request. Then the same is typed again until all is done. One worker commits each step by itself, several in groups.
func TestCrashKilledAtEveryChange(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	var points []func(dir string) (figures, error)
	for _, workers := range []string{"1", "4"} {
		total := changesOf(t, program, workers)
		step := max(1, total/size(total, 12))
		for n := 1; n <= total; n += step {
			points = append(points, func(dir string) (figures, error) { return killedAt(program, dir, workers, n, want) })
		}
	}
	sum := sweep(t, points)
	t.Logf("killed at every change: %v", sum)
	if least := size(300, 20); sum.points < least {
		t.Errorf("%d points, want %d at least", sum.points, least)
	}
}

// changesOf counts the changes that a run makes if nothing disturbs it but lost answers.
func changesOf(t *testing.T, program, workers string) int {
	t.Helper()
	s, end, err := newScene(program, t.TempDir(), lostAnswers...)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	total := 0
	r, err := s.runTraced(&tracer{meet: func(*change) fate { total++; return fate{} }}, begin("--workers", workers)...)
	if err != nil || r.code != exitDone {
		t.Fatalf("exit %d, %v\n%s", r.code, err, r.stderr)
	}
	return total
}

// sweep runs points side by side, each in a folder of its own, and returns the sum of their figures.
func sweep(t *testing.T, points []func(dir string) (figures, error)) figures {
	t.Helper()
	var (
		g   errgroup.Group
		mu  sync.Mutex
		sum figures
		dir = t.TempDir()
	)
	g.SetLimit(runtime.NumCPU())
	for i, point := range points {
		g.Go(func() error {
			f, err := point(filepath.Join(dir, fmt.Sprint(i)))
			mu.Lock()
			defer mu.Unlock()
			if err != nil || f.bad() {
				t.Errorf("point %d: %v, error %v", i+1, f, err)
			}
			sum = sum.plus(f)
			return nil
		})
	}
	_ = g.Wait() // each point has told its own error
	return sum
}

// killedAt kills a run at its n-th change and goes on until all is done.
func killedAt(program, dir, workers string, n int, want map[string]sandbox.User) (figures, error) {
	s, end, err := newScene(program, dir, lostAnswers...)
	if err != nil {
		return figures{}, err
	}
	defer end()
	met := 0
	r, err := s.runTraced(&tracer{meet: func(*change) fate { met++; return fate{kill: met == n} }}, begin("--workers", workers)...)
	if err != nil {
		return figures{}, err
	}
	f, err := s.recovered(r, want)
	if r.code == -1 {
		f.points = 1
	} else {
		f.passed = 1
	}
	return f, err
}

// recovered goes on after r until all is done, and judges what was come to.
func (s *scene) recovered(r ran, want map[string]sandbox.User) (figures, error) {
	rounds := 0
	for ; r.code != exitDone; rounds++ {
		if rounds == crashRounds {
			return figures{}, fmt.Errorf("not done after %d commands: exit %d\n%s%s", rounds, r.code, r.stdout, r.stderr)
		}
		var err error
		if r, err = s.recover(); err != nil {
			return figures{}, err
		}
	}
	for _, folder := range []string{s.dir, filepath.Dir(journalFile(s.dir))} {
		if left, err := filepath.Glob(filepath.Join(folder, ".partial-*")); err != nil || len(left) > 0 {
			return figures{}, fmt.Errorf("left behind: %q, %v", left, err)
		}
	}
	f, err := s.judge(want)
	f.rounds = rounds
	return f, err
}

// Runs are killed at moments that nobody chose, again and again until they are done.
func TestCrashKilledAtRandom(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	const each = 4 // kills of a run, at most
	seed := rand.Uint64()
	var sum figures
	for first := uint64(0); sum.points < size(200, 20) && !t.Failed(); first += 10 { // some runs end before they are killed
		var points []func(dir string) (figures, error)
		for i := range uint64(10) {
			points = append(points, func(dir string) (figures, error) {
				return killedAgain(program, dir, each, rand.New(rand.NewPCG(seed, first+i)), want)
			})
		}
		sum = sum.plus(sweep(t, points))
	}
	t.Logf("killed at random, seed %d: %v", seed, sum)
}

// killedAgain kills a run and what goes on with it n times, each time when it has gone on for a while.
func killedAgain(program, dir string, n int, dice *rand.Rand, want map[string]sandbox.User) (figures, error) {
	s, end, err := newScene(program, dir, lostAnswers...)
	if err != nil {
		return figures{}, err
	}
	defer end()
	var f figures
	for f.points < n {
		args := begin()
		switch id, err := s.theRun(); {
		case err != nil:
			return f, err
		case id != "":
			args = goOn(id)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+dice.IntN(150))*time.Millisecond)
		r, err := s.runUntil(ctx, args...)
		cancel()
		if err != nil {
			return f, err
		}
		if r.code != -1 {
			f.passed++
			break
		}
		f.points++
	}
	g, err := s.recovered(ran{code: -1}, want)
	return f.plus(g), err
}
