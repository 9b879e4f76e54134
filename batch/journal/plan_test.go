package journal_test

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// A plan that isn't stored to its end leaves nothing that could be seen, and its name is free.
func TestPlanFails(t *testing.T) {
	errNet := errors.New("no answer")
	after := func(n int, then func(yield func(batch.PlannedRow, error) bool)) iter.Seq2[batch.PlannedRow, error] {
		return func(yield func(batch.PlannedRow, error) bool) {
			for p := range people(n) {
				if !yield(p, nil) {
					return
				}
			}
			then(yield)
		}
	}
	tests := []struct {
		name string
		rows func(cancel func()) iter.Seq2[batch.PlannedRow, error]
		want error // nil for any
	}{
		{"at once", func(func()) iter.Seq2[batch.PlannedRow, error] {
			return after(0, func(yield func(batch.PlannedRow, error) bool) { yield(batch.PlannedRow{}, errNet) })
		}, errNet},
		{"after many rows", func(func()) iter.Seq2[batch.PlannedRow, error] {
			return after(1100, func(yield func(batch.PlannedRow, error) bool) { yield(batch.PlannedRow{}, errNet) })
		}, errNet},
		{"cancelled", func(cancel func()) iter.Seq2[batch.PlannedRow, error] {
			return after(600, func(yield func(batch.PlannedRow, error) bool) { cancel() })
		}, context.Canceled},
		{"a row twice", func(func()) iter.Seq2[batch.PlannedRow, error] {
			return after(600, func(yield func(batch.PlannedRow, error) bool) { yield(person(7), nil) })
		}, nil},
		{"a step twice", func(func()) iter.Seq2[batch.PlannedRow, error] {
			p := person(1, batch.StepCreate, batch.StepUpdate)
			p.Steps[1].N = 1
			return each(p)
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := open(t, filepath.Join(t.TempDir(), "journal"))
			plan(t, j, batch.Run{ID: "other"}, people(3))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := j.Plan(ctx, batch.Run{ID: "r", Created: noon}, tt.rows(cancel))
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			for name, err := range readers(t.Context(), j, "r") {
				if !errors.Is(err, batch.ErrNoRun) {
					t.Errorf("%s: %v, want ErrNoRun", name, err)
				}
			}
			plan(t, j, batch.Run{ID: "r"}, people(2))
			for id, want := range map[batch.RunID]int{"r": 2, "other": 3} {
				if got := len(collect(t, j.Results(t.Context(), id))); got != want {
					t.Errorf("run %s has %d rows, want %d", id, got, want)
				}
			}
		})
	}
}

func TestPlanTwice(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "r"}, people(3))
	err := j.Plan(t.Context(), batch.Run{ID: "r", Created: noon}, people(5))
	if !errors.Is(err, journal.ErrExists) {
		t.Errorf("error %v, want ErrExists", err)
	}
	if got := len(collect(t, j.Results(t.Context(), "r"))); got != 3 {
		t.Errorf("the first one has %d rows now, want 3", got)
	}
}

// While a run is being planned nobody sees it, and others write.
func TestPlanIsUnseen(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "other"}, people(700))
	plan(t, j, batch.Run{ID: "r"}, func(yield func(batch.PlannedRow, error) bool) {
		for p := range people(700) {
			if p.N%100 == 0 {
				begin(t, j, attempt("other", p.N, 1, 1))
			}
			if !yield(p, nil) {
				return
			}
		}
		for name, err := range readers(t.Context(), j, "r") {
			if !errors.Is(err, batch.ErrNoRun) {
				t.Errorf("%s: %v, want ErrNoRun", name, err)
			}
		}
		if runs := collect(t, j.Runs(t.Context())); len(runs) != 1 {
			t.Errorf("%d runs, want 1", len(runs))
		}
	})
	if runs := collect(t, j.Runs(t.Context())); len(runs) != 2 {
		t.Errorf("%d runs, want 2", len(runs))
	}
}

// Whether a run needs secrets is told by its steps.
func TestSecrets(t *testing.T) {
	with := person(900, batch.StepCreate)
	with.Steps[0].WithPassword = true
	tests := []struct {
		name string
		rows iter.Seq2[batch.PlannedRow, error]
		want bool
	}{
		{"none", people(3), false},
		{"in an early chunk", func(yield func(batch.PlannedRow, error) bool) {
			if !yield(with, nil) {
				return
			}
			people(600)(yield)
		}, true},
		{"in the last one", each(with), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := open(t, filepath.Join(t.TempDir(), "journal"))
			plan(t, j, batch.Run{ID: "r", Secrets: !tt.want}, tt.rows)
			run, err := j.Run(t.Context(), "r")
			if err != nil {
				t.Fatal(err)
			}
			if run.Secrets != tt.want {
				t.Errorf("secrets %t, want %t", run.Secrets, tt.want)
			}
		})
	}
}
