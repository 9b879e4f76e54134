package journal_test

import (
	"errors"
	"path/filepath"
	"testing"

	"mimebatch/batch/journal"
)

// One row is read as it stands among all results, by its place or by its line.
func TestResult(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	rows := fullPlan()
	for i := range rows {
		rows[i].Line = 10 + i
	}
	plan(t, j, fullRun("r"), each(rows...))
	begin(t, j, attempt("r", 2, 1, 1))
	for _, want := range collect(t, j.Results(t.Context(), "r")) {
		n, err := j.Place(t.Context(), "r", want.Line)
		if err != nil || n != want.N {
			t.Errorf("the row on line %d has place %d, %v, want %d", want.Line, n, err, want.N)
		}
		got, err := j.Result(t.Context(), "r", n)
		if err != nil {
			t.Fatal(err)
		}
		if d := diff(want, got); d != "" {
			t.Errorf("row %d (-want +got):\n%s", n, d)
		}
	}
	for _, n := range []int{-1, 0, 9} {
		if _, err := j.Result(t.Context(), "r", n); !errors.Is(err, journal.ErrNoRow) {
			t.Errorf("row %d: error %v, want ErrNoRow", n, err)
		}
	}
	if _, err := j.Place(t.Context(), "r", 1); !errors.Is(err, journal.ErrNoRow) {
		t.Errorf("line 1: error %v, want ErrNoRow", err)
	}
	if _, err := j.Result(t.Context(), "s", 1); !errors.Is(err, journal.ErrNoRow) {
		t.Errorf("another run: error %v, want ErrNoRow", err)
	}
}
