//go:build crash && linux && amd64

package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"mimebatch/batch/sandbox"
)

// A long sheet is planned and applied in little memory: plans and outcomes pass through, and are not held. One of its rows is
// refused, which is nothing to the others.
func TestCrashMemory(t *testing.T) {
	rows, bound := size(1_000_000, 20_000), int64(size(300, 100))<<20
	s, end, err := newScene(builtProgram(t), t.TempDir(), sandbox.Fault{
		Kind: sandbox.RefuseCode, Function: "create-user", Address: "p7777@example.com", Code: "err_never_seen",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	s.env = []string{"GOMEMLIMIT=64MiB"}
	sheet, err := os.Create(s.file("people.csv"))
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(sheet)
	fmt.Fprintln(w, "email,name")
	for i := range rows {
		fmt.Fprintf(w, "p%d@example.com,Person %d\n", i, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := sheet.Close(); err != nil {
		t.Fatal(err)
	}
	planned, err := s.run("plan", "people.csv")
	if err != nil || planned.code != exitDone {
		t.Fatalf("plan: exit %d, %v\n%s", planned.code, err, planned.stderr)
	}
	id, err := s.theRun()
	if err != nil {
		t.Fatal(err)
	}
	applied, err := s.run(goOn(id)...)
	if err != nil || applied.code != exitIncomplete {
		t.Fatalf("apply: exit %d, %v\n%s", applied.code, err, applied.stderr)
	}
	results, err := resultRows(s.file("results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	created := 0
	for _, r := range results {
		if strings.HasSuffix(r, " created") {
			created++
		}
	}
	if stats := s.sandbox.Stats(); created != rows-1 || len(results) != rows || len(stats.Creates) != rows-1 || len(stats.Duplicates) > 0 {
		t.Errorf("%d of %d rows created, %d in results, %d addresses created, %d of them twice", created, rows, len(results), len(stats.Creates), len(stats.Duplicates))
	}
	t.Logf("%d rows: %d MB to plan, %d MB to apply", rows, planned.memory>>20, applied.memory>>20)
	if most := max(planned.memory, applied.memory); most > bound {
		t.Errorf("%d MB, want %d MB at most", most>>20, bound>>20)
	}
}
