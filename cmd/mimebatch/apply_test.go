package main

import (
	"database/sql"
	"io"
	"path/filepath"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// A plan is what was agreed to: one that was changed in the journal since is not begun.
func TestApplyRefusesAChangedPlan(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "journal.db")
	a := &app{stdout: &output{w: io.Discard}, stderr: io.Discard, journalPath: path, getenv: func(string) string { return "" }}
	j, run := onePlan(t, a)
	run, err := j.Run(ctx, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.asPlanned(ctx, j, run, false); err != nil {
		t.Errorf("as it was made: %v", err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `UPDATE steps SET email = 'eve@example.com'`); err != nil {
		t.Fatal(err)
	}
	if err := a.asPlanned(ctx, j, run, false); exitCode(err) != exitGuard {
		t.Errorf("changed: %v", err)
	}
	if err := a.asPlanned(ctx, j, run, true); err != nil {
		t.Errorf("begun before: %v", err)
	}
}

// onePlan stores a plan of one row, which updates somebody.
func onePlan(t *testing.T, a *app) (*journal.Journal, batch.Run) {
	t.Helper()
	j, err := a.openJournal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	run := batch.Run{ID: "k3f9qa", Kind: batch.OfSheet, Mode: batch.Upsert, Rows: 1, Created: time.Now(), Tenant: batch.Tenant{Key: "account:C1", Sandbox: true}}
	row := batch.PlannedRow{N: 1, Line: 2, Email: "ana@example.com", Action: batch.ActionUpdate, Steps: []batch.Step{
		{Row: 1, N: 1, Line: 2, Kind: batch.StepUpdate, Email: "ana@example.com", Set: batch.Settings{batch.AllowPOP: "true"}},
	}}
	if err := j.Plan(t.Context(), run, func(yield func(batch.PlannedRow, error) bool) { yield(row, nil) }); err != nil {
		t.Fatal(err)
	}
	return j, run
}
