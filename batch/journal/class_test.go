package journal_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// Whatever was made of a run, the counts are those of its results, the rows left and the steps in doubt are those of its open steps, and no rule is broken:
// what is kept so that they are found fast says nothing else than the attempts.
func TestCountsAreOfResults(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j := open(t, path)
			r := rand.New(rand.NewPCG(seed, 5))
			const rows = 40
			var all []batch.PlannedRow
			for n := 1; n <= rows; n++ {
				all = append(all, randomRow(r, n))
			}
			plan(t, j, batch.Run{ID: "r", Kind: batch.OfSheet, Rows: rows}, each(all...))
			plan(t, j, batch.Run{ID: "beside", Kind: batch.OfSheet, Rows: rows}, people(rows))
			agree(t, j)
			for range 1 + r.IntN(80) {
				act(t, r, j, rows>>(seed%2)) // all rows, or the first of them, as if it were stopped half way
			}
			agree(t, j)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if got := collect(t, journal.Check(t.Context(), path)); len(got) > 0 {
				t.Errorf("faults %q", got)
			}
		})
	}
}

func randomRow(r *rand.Rand, n int) batch.PlannedRow {
	var p batch.PlannedRow
	switch r.IntN(5) {
	case 0:
		p = person(n, batch.StepCreate)
	case 1:
		p = person(n, batch.StepCreate, batch.StepUpdate)
		p.Steps[0].WithPassword = n < 10
	case 2:
		p = person(n, batch.StepUpdate)
		p.Action = batch.ActionUpdate
		p.Steps[0].Before = []batch.Settings{nil, {}, {batch.Username: "Before"}}[r.IntN(3)]
	default:
		p = person(n)
		p.Action = []batch.Action{batch.ActionInvalid, batch.ActionBlocked, batch.ActionSkipped, batch.ActionUnchanged}[r.IntN(4)]
	}
	return p
}

// act makes an attempt at one of the open steps up to a row, the first of its row.
func act(t *testing.T, r *rand.Rand, j *journal.Journal, last int) {
	t.Helper()
	var first []batch.Step
	for _, s := range collect(t, j.Open(t.Context(), "r", 1, math.MaxInt)) {
		if s.Row <= last && (len(first) == 0 || first[len(first)-1].Row != s.Row) {
			first = append(first, s)
		}
	}
	if len(first) == 0 {
		return
	}
	s := first[r.IntN(len(first))]
	a := attempt("r", s.Row, s.N, s.Tries+1)
	begin(t, j, a)
	switch r.IntN(6) {
	case 0: // its outcome never comes
	case 1:
		finish(t, j, a, batch.StepUnknown, batch.Reply{Verdict: batch.Unknown})
	case 2:
		finish(t, j, a, batch.StepOpen, batch.Reply{Verdict: batch.NotSent})
	case 3:
		finish(t, j, a, batch.StepRefused, batch.Reply{Verdict: batch.Refused})
	default:
		finish(t, j, a, batch.StepDone, batch.Reply{Verdict: batch.Done})
	}
}

// agree compares what is counted with what is listed.
func agree(t *testing.T, j *journal.Journal) {
	t.Helper()
	want := batch.Counts{}
	for _, r := range collect(t, j.Results(t.Context(), "r")) {
		want[r.Status]++
	}
	got, err := j.Counts(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(want, got) {
		t.Errorf("counts %v, and the results are %v", got, want)
	}
	wantRows, wantLast := 0, 0
	var doubts, due []batch.Step
	secrets := false
	all := collect(t, j.Open(t.Context(), "r", 1, math.MaxInt))
	for _, s := range all {
		secrets = secrets || s.WithPassword
		if s.InDoubt {
			doubts = append(doubts, s)
		}
		if s.Row != wantLast && (!s.InDoubt || s.Kind == batch.StepPurge) && len(s.Before) > 0 {
			due = append(due, s)
		}
		if s.Row != wantLast {
			wantRows, wantLast = wantRows+1, s.Row
		}
	}
	if rows, last, err := j.Left(t.Context(), "r"); err != nil || rows != wantRows || last != wantLast {
		t.Errorf("left: %d rows up to %d, %v; open are %d up to %d", rows, last, err, wantRows, wantLast)
	}
	if some, err := j.SecretsLeft(t.Context(), "r"); err != nil || some != secrets {
		t.Errorf("secrets left: %t, %v; want %t", some, err, secrets)
	}
	for _, rows := range [][2]int{{1, math.MaxInt}, {1, 20}, {7, 7}, {8, 31}, {32, math.MaxInt}} {
		first, last := rows[0], rows[1]
		among := func(steps []batch.Step) []batch.Step {
			return slices.DeleteFunc(slices.Clone(steps), func(s batch.Step) bool { return s.Row < first || s.Row > last })
		}
		for name, list := range map[string]struct{ want, got []batch.Step }{
			"open":     {among(all), collect(t, j.Open(t.Context(), "r", first, last))},
			"in doubt": {among(doubts), collect(t, j.InDoubt(t.Context(), "r", first, last))},
			"due":      {among(due), collect(t, j.Due(t.Context(), "r", first, last))},
		} {
			if d := diff(list.want, list.got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s, rows %d to %d (-those that are open, +listed)\n%s", name, first, last, d)
			}
		}
	}
}
