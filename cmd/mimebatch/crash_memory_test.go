//go:build crash && linux && amd64

package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// A long sheet is planned and applied in little memory: plans and outcomes pass through, and are not held. One of its rows is
// refused, which is nothing to the others.
func TestCrashMemory(t *testing.T) {
	s, rows := longScene(t, "email,name", func(i int) string { return fmt.Sprintf("p%d@example.com,Person %d", i, i) }, sandbox.Fault{
		Kind: sandbox.RefuseCode, Function: "create-user", Address: "p7777@example.com", Code: "err_never_seen",
	})
	s.inLittleMemory(t, rows, batch.Created, rows-1, exitIncomplete)
	if stats := s.sandbox.Stats(); len(stats.Creates) != rows-1 || len(stats.Duplicates) > 0 {
		t.Errorf("%d of %d addresses created, %d of them twice", len(stats.Creates), rows, len(stats.Duplicates))
	}
}

// So is one whose people are all there: of their accounts a plan holds what it needs, and an apply the passwords.
func TestCrashMemoryOfUpdates(t *testing.T) {
	s, rows := longScene(t, "email,name,allow pop3,password", func(i int) string {
		return fmt.Sprintf("p%d@example.com,Person %d,yes,Sunny-Day%d", i, i, i)
	})
	tenant, err := tenantOf(crashTenant)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		tenant.Users = append(tenant.Users, sandbox.User{
			EmailAddress: fmt.Sprintf("p%d@example.com", i), Name: fmt.Sprintf("First Lastname %d", i), AddressType: "created_manually", Source: "cloud",
		})
	}
	s.serve(tenant)
	s.inLittleMemory(t, rows, batch.Updated, rows, exitDone)
}

// longScene sets a scene with a long sheet, whose lines are made by line.
func longScene(t *testing.T, header string, line func(i int) string, faults ...sandbox.Fault) (s *scene, rows int) {
	t.Helper()
	rows = size(1_000_000, 20_000)
	s, end, err := newScene(builtProgram(t), t.TempDir(), faults...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	sheet, err := os.Create(s.file("people.csv"))
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(sheet)
	fmt.Fprintln(w, header)
	for i := range rows {
		fmt.Fprintln(w, line(i))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := sheet.Close(); err != nil {
		t.Fatal(err)
	}
	return s, rows
}

// inLittleMemory plans and applies the sheet, and sees to it that so many rows come to be what they should, and apply ends so.
func (s *scene) inLittleMemory(t *testing.T, rows int, status batch.Status, done, code int) {
	t.Helper()
	bound := int64(size(300, 100)) << 20
	begun := time.Now()
	planned, err := s.run("plan", "people.csv")
	if err != nil || planned.code != exitDone {
		t.Fatalf("plan: exit %d, %v\n%s", planned.code, err, planned.stderr)
	}
	planning := time.Since(begun)
	t.Logf("%d rows: %d MB and %.0f s to plan", rows, planned.memory>>20, planning.Seconds())
	id, err := s.theRun()
	if err != nil {
		t.Fatal(err)
	}
	begun = time.Now()
	applied, err := s.run(goOn(id)...)
	if err != nil || applied.code != code {
		t.Fatalf("apply: exit %d, %v\n%s", applied.code, err, applied.stderr)
	}
	t.Logf("%d rows: %d MB and %.0f s to apply", rows, applied.memory>>20, time.Since(begun).Seconds())
	results, err := resultRows(s.file("results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range results {
		if strings.HasSuffix(r, " "+string(status)) {
			n++
		}
	}
	if n != done || len(results) != rows {
		t.Errorf("%d of %d rows %s, want %d; %d in results", n, rows, status, done, len(results))
	}
	if most := max(planned.memory, applied.memory); most > bound {
		t.Errorf("%d MB, want %d MB at most", most>>20, bound>>20)
	}
}

// memoryOf looks again and again at how much memory a process had at most, until the returned function is called. What the system
// tells of one that has ended is no less than what its parent had, which here is a tenant too.
func memoryOf(pid int) func() int64 {
	most := make(chan int64)
	stop := make(chan struct{})
	go func() {
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for m := int64(0); ; {
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // it may be gone
			if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
				kB, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				m = max(m, kB<<10)
			}
			select {
			case <-look.C:
			case <-stop:
				most <- m
				return
			}
		}
	}()
	return func() int64 { close(stop); return <-most }
}
