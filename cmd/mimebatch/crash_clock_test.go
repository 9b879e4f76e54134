//go:build crash && linux && amd64

package main

import (
	"fmt"
	"testing"
	"time"

	"mimebatch/batch/sandbox"
)

// The clock of the machine is set by an hour in the middle of a run, forward or back: the run goes on as if nothing were, and
// one that is killed then is taken up at the right time.
func TestCrashClockJumps(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	total := changesOf(t, program, "1")
	step := max(1, total/size(30, 4))
	var points []func(dir string) (figures, error)
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		for n := step; n <= total; n += step {
			for _, kill := range []bool{false, true} {
				points = append(points, func(dir string) (figures, error) { return clockJumps(program, dir, jump, n, kill, want) })
			}
		}
	}
	t.Logf("clock jumps: %v", sweep(t, points))
}

// clockJumps sets the clock of a run at its n-th change, and goes on until all is done. A run that is to be killed gets a few
// changes further.
func clockJumps(program, dir string, jump time.Duration, n int, kill bool, want map[string]sandbox.User) (figures, error) {
	s, end, err := newScene(program, dir, lostAnswers...)
	if err != nil {
		return figures{}, err
	}
	defer end()
	met, asked := 0, 0
	begun := time.Now()
	r, err := s.runTraced(&tracer{
		meet: func(*change) fate {
			met++
			return fate{kill: kill && met == n+10}
		},
		shift: func() time.Duration {
			if met < n {
				return 0
			}
			asked++
			return jump
		},
	}, begin("--workers", "1")...)
	if err != nil {
		return figures{}, err
	}
	if asked == 0 && met > n+40 {
		return figures{}, fmt.Errorf("the program asked for no time after change %d of %d", n, met)
	}
	f, err := s.recovered(r, want)
	if took := time.Since(begun); took > time.Minute {
		err = fmt.Errorf("it took %v", took)
	}
	f.points = 1
	return f, err
}
