//go:build crash && linux && amd64

package main

import (
	"fmt"
	"slices"
	"testing"

	"mimebatch/batch/sandbox"
)

// A run is killed at each change while it looks once more at accounts of which somebody has changed one. Whatever goes on after that
// doesn't overwrite it: what was found is never left half written, as a call is that may have been made.
func TestCrashRecheckOverwritesNobody(t *testing.T) {
	program := builtProgram(t)
	total, err := recheckedUntil(program, t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var points []func(dir string) (figures, error)
	step := max(1, total/size(total, 12))
	for n := 1; n <= total; n += step {
		points = append(points, func(dir string) (figures, error) {
			_, err := recheckedUntil(program, dir, n)
			return figures{points: 1}, err
		})
	}
	t.Logf("killed while rechecking: %v", sweep(t, points))
}

// recheckedUntil plans, changes an account, and kills the apply at its n-th change, if n isn't 0; then it goes on to the end, where the
// account must be as it was changed. It returns how many changes the first apply came to.
func recheckedUntil(program, dir string, n int) (changes int, err error) {
	const email, name = "bo.lind@example.com", "Robert"
	s, end, err := newScene(program, dir)
	if err != nil {
		return 0, err
	}
	defer end()
	if r, err := s.run("plan", "people.csv"); err != nil || r.code != exitDone {
		return 0, fmt.Errorf("plan: exit %d, %v\n%s", r.code, err, r.stderr)
	}
	id, err := s.theRun()
	if err != nil {
		return 0, err
	}
	tenant := s.sandbox.Tenant()
	i := slices.IndexFunc(tenant.Users, func(u sandbox.User) bool { return u.EmailAddress == email })
	tenant.Users[i].Name = name
	s.serve(tenant)
	args := append(goOn(id), "--recheck-after", "0", "--workers", "1")
	r, err := s.runTraced(&tracer{meet: func(*change) fate { changes++; return fate{kill: changes == n} }}, args...)
	for round := 0; err == nil && r.code == -1; round++ {
		if round == crashRounds {
			return 0, fmt.Errorf("not done after %d commands\n%s", round, r.stderr)
		}
		r, err = s.run(args...)
	}
	if err != nil {
		return 0, err
	}
	rows, err := resultRows(s.file("results.csv"))
	if err != nil {
		return 0, err
	}
	if is := s.users()[email].Name; is != name || r.code != exitIncomplete || !slices.Contains(rows, email+" refused") {
		return 0, fmt.Errorf("%s is named %q, exit %d, %q\n%s", email, is, r.code, rows, r.stderr)
	}
	return changes, nil
}
