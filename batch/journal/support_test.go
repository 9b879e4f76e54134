package journal_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/sheet"
)

// noon is when everything happens that needs a time.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)

// open opens a journal that is closed when the test ends.
func open(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

// plan stores a run; it was created at noon unless it says so.
func plan(t testing.TB, j *journal.Journal, r batch.Run, rows iter.Seq2[batch.PlannedRow, error]) {
	t.Helper()
	if r.Created.IsZero() {
		r.Created = noon
	}
	if err := j.Plan(t.Context(), r, rows); err != nil {
		t.Fatal(err)
	}
}

// each yields rows that are there already.
func each(rows ...batch.PlannedRow) iter.Seq2[batch.PlannedRow, error] {
	return func(yield func(batch.PlannedRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// people yields n rows with one step each.
func people(n int) iter.Seq2[batch.PlannedRow, error] {
	return func(yield func(batch.PlannedRow, error) bool) {
		for i := 1; i <= n && yield(person(i, batch.StepCreate), nil); i++ {
		}
	}
}

// person is row n, to be created, with steps of the given kinds.
func person(n int, kinds ...batch.StepKind) batch.PlannedRow {
	email := fmt.Sprintf("person%d@example.com", n)
	p := batch.PlannedRow{
		N: n, Line: n + 1, Email: email, Action: batch.ActionCreate,
		Cells: []sheet.Cell{{Text: email}, {Text: "Ana Ruiz"}, {Text: "TRUE", Kind: sheet.Bool}},
	}
	for i, k := range kinds {
		p.Steps = append(p.Steps, batch.Step{Row: n, Line: n + 1, N: i + 1, Kind: k, Email: email, Set: batch.Settings{batch.Username: "Ana Ruiz"}})
	}
	return p
}

// diff is [cmp.Diff], which needs to be told how secrets are compared.
func diff(want, got any, opts ...cmp.Option) string {
	secrets := cmp.Comparer(func(a, b batch.Secret) bool { return a.Reveal() == b.Reveal() })
	return cmp.Diff(want, got, append(opts, secrets)...)
}

// collect reads to the end of a listing.
func collect[T any](t testing.TB, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// failure reads until a listing fails, and returns its error.
func failure[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}

// attempt names a try.
func attempt(run batch.RunID, row, step, try int) batch.Attempt {
	return batch.Attempt{Run: run, Row: row, Step: step, Try: try, Begun: noon.Add(time.Duration(try) * time.Minute)}
}

func begin(t testing.TB, j *journal.Journal, as ...batch.Attempt) {
	t.Helper()
	if err := j.Begin(t.Context(), as); err != nil {
		t.Fatal(err)
	}
}

func finish(t testing.TB, j *journal.Journal, a batch.Attempt, state batch.StepState, r batch.Reply) {
	t.Helper()
	if err := j.Finish(t.Context(), []batch.Outcome{{Attempt: a, State: state, Reply: r}}); err != nil {
		t.Fatal(err)
	}
}
