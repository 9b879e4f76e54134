package journal_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/sheet"
)

func planSHA256(t *testing.T, j *journal.Journal, id batch.RunID) string {
	t.Helper()
	sum, err := j.PlanSHA256(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// stored returns the hash that was stored with a plan.
func stored(t *testing.T, j *journal.Journal, id batch.RunID) string {
	t.Helper()
	run, err := j.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return run.PlanSHA256
}

// The hash is of the plan: the same in any journal, over pages and chunks, and not changed by what is done with it.
func TestPlanHash(t *testing.T) {
	j, other := open(t, filepath.Join(t.TempDir(), "journal")), open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, fullRun("full"), each(fullPlan()...))
	plan(t, other, fullRun("again"), each(fullPlan()...))
	for _, n := range []int{0, 1, 500, 501, 1001} {
		plan(t, j, batch.Run{ID: batch.RunID(fmt.Sprint(n))}, people(n))
	}
	seen := map[string]batch.RunID{}
	for run, err := range j.Runs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if got := planSHA256(t, j, run.ID); got != run.PlanSHA256 || len(got) != 64 {
			t.Errorf("run %s: hash %q, want %q", run.ID, got, run.PlanSHA256)
		}
		if twin, ok := seen[run.PlanSHA256]; ok {
			t.Errorf("runs %s and %s have the same hash", run.ID, twin)
		}
		seen[run.PlanSHA256] = run.ID
	}
	if a, b := stored(t, j, "full"), stored(t, other, "again"); a != b {
		t.Errorf("the same plan has hashes %s and %s", a, b)
	}
	begin(t, j, attempt("full", 1, 1, 1))
	finish(t, j, attempt("full", 1, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done, Sent: noon})
	if got := planSHA256(t, j, "full"); got != stored(t, j, "full") {
		t.Error("a call changed the plan's hash")
	}
	if _, err := j.PlanSHA256(t.Context(), "none"); !errors.Is(err, batch.ErrNoRun) {
		t.Errorf("error %v, want ErrNoRun", err)
	}
}

// Whatever somebody changes in the tables of a plan, the hash tells.
func TestPlanHashTellsTampering(t *testing.T) {
	for _, text := range []string{
		`UPDATE rows SET email = 'person2@example.net' WHERE n = 2`,
		`UPDATE rows SET line = 99 WHERE n = 8`,
		`UPDATE rows SET cells = replace(cells, '12.50', '12.51') WHERE n = 2`,
		`UPDATE rows SET action = 'skipped' WHERE n = 8`,
		`UPDATE rows SET hint = '', field = 'fieldhint' WHERE n = 3`,
		`UPDATE rows SET notes = NULL WHERE n = 2`,
		`UPDATE rows SET notes = '' WHERE n = 1`,
		`UPDATE rows SET account = replace(account, 'Bo', 'Bea') WHERE n = 2`,
		`UPDATE steps SET settings = replace(settings, 'false', 'true') WHERE row = 1 AND n = 2`,
		`UPDATE steps SET before = NULL WHERE row = 2`,
		`UPDATE steps SET kind = 'update' WHERE row = 8`,
		`UPDATE steps SET with_password = 0 WHERE row = 1 AND n = 1`,
		`UPDATE steps SET row = 6 WHERE row = 7`,
		`DELETE FROM steps WHERE row = 8`,
		`DELETE FROM rows WHERE n = 6`,
	} {
		path := filepath.Join(t.TempDir(), "journal")
		j := open(t, path)
		plan(t, j, fullRun("r"), each(fullPlan()...))
		before := planSHA256(t, j, "r")
		alter(t, path, text)
		if after := planSHA256(t, j, "r"); after == before {
			t.Errorf("the hash is the same after %s", text)
		}
	}
}

// FuzzPlanHash looks for two plans with the same hash, by moving text from one value to the next and from a row to its steps,
// and for a plan that has another hash when it is read back.
func FuzzPlanHash(f *testing.F) {
	f.Add("ana@example.com", "code", "message", "Ana", uint8(2))
	f.Add("", "t1:", "n", "\x00", uint8(0))
	f.Fuzz(func(t *testing.T, email, code, message, name string, cut uint8) {
		j := open(t, filepath.Join(t.TempDir(), "journal"))
		at := min(int(cut), len(message))
		row := func(code, message string) batch.PlannedRow {
			return batch.PlannedRow{
				N: 1, Line: 2, Email: email, Action: batch.ActionUpdate, Reason: batch.Reason{Code: code, Message: message},
				Cells: []sheet.Cell{{Text: name}},
				Steps: []batch.Step{{Row: 1, N: 1, Kind: batch.StepUpdate, Email: email, Set: batch.Settings{batch.Username: name}}},
			}
		}
		a, b := row(code, message), row(code+message[:at], message[at:])
		plan(t, j, batch.Run{ID: "a"}, each(a))
		plan(t, j, batch.Run{ID: "b"}, each(b))
		if got, want := planSHA256(t, j, "a"), stored(t, j, "a"); got != want {
			t.Errorf("hash %s, stored %s", got, want)
		}
		if same := stored(t, j, "a") == stored(t, j, "b"); same != (at == 0) {
			t.Errorf("the hashes of %v and %v are the same: %v", a.Reason, b.Reason, same)
		}
	})
}
