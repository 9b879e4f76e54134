package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/report"
	"mimebatch/batch/sheet"
)

// stoppedRows is how many people the run of the benchmarks has, of 12 columns. Every other one was created.
const stoppedRows = 20_000

// stoppedRun makes a journal with a run that was stopped halfway.
func stoppedRun(b *testing.B, format string) (*journal.Journal, batch.Run) {
	b.Helper()
	j, err := journal.Open(b.Context(), filepath.Join(b.TempDir(), "journal.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := j.Close(); err != nil {
			b.Error(err)
		}
	})
	run := batch.Run{ID: "bench", Created: time.Now(), Format: format, Rows: stoppedRows, Header: []string{
		"Email", "Display name", "Password", "Title", "Department", "Location", "Manager", "Start", "Active since", "Phone", "Room", "Notes",
	}}
	if err := j.Plan(b.Context(), run, stoppedPeople()); err != nil {
		b.Fatal(err)
	}
	for first := 1; first < stoppedRows; first += 1000 {
		var begun []batch.Attempt
		var done []batch.Outcome
		for row := first; row < first+1000; row += 2 {
			a := batch.Attempt{Run: run.ID, Row: row, Step: 1, Try: 1, Begun: time.Now()}
			email := stoppedEmail(row)
			begun = append(begun, a)
			done = append(done, batch.Outcome{Attempt: a, State: batch.StepDone, Reply: batch.Reply{
				Verdict: batch.Done, HTTP: 200, RequestID: fmt.Sprintf("%032d", row), Sent: a.Begun, Received: a.Begun,
				Account: &batch.Account{Email: email, ID: fmt.Sprintf("%064d", row), Settings: batch.Settings{batch.Username: "First Last"}},
			}})
		}
		if err := errors.Join(j.Begin(b.Context(), begun), j.Finish(b.Context(), done)); err != nil {
			b.Fatal(err)
		}
	}
	return j, run
}

func stoppedEmail(row int) string { return fmt.Sprintf("first.last%d@example.com", row) }

func stoppedPeople() iter.Seq2[batch.PlannedRow, error] {
	return func(yield func(batch.PlannedRow, error) bool) {
		for n := 1; n <= stoppedRows; n++ {
			email := stoppedEmail(n)
			p := batch.PlannedRow{N: n, Line: n + 1, Email: email, Action: batch.ActionCreate}
			for _, text := range []string{
				email, "First Last", "", "Engineer", "Research", "Berlin, Mitte", "boss@example.com", "2026-01-28", "yes", "+49 30 0123456", "B 217", "",
			} {
				p.Cells = append(p.Cells, sheet.Cell{Text: text})
			}
			p.Steps = []batch.Step{{Row: n, Line: n + 1, N: 1, Kind: batch.StepCreate, Email: email, Set: batch.Settings{batch.Username: "First Last"}}}
			if !yield(p, nil) {
				return
			}
		}
	}
}

func benchResults(b *testing.B, format string) {
	j, run := stoppedRun(b, format)
	path := filepath.Join(b.TempDir(), "people.results."+format)
	for b.Loop() {
		if _, _, err := report.Results(path, run, j.Results(b.Context(), run.ID), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(stoppedRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// The results of a run, from the journal to the disk, may take 8 times as long as the baseline below, which has its rows in memory.
func BenchmarkResultsCSV(b *testing.B) { benchResults(b, "csv") }

// As a workbook they may take 15 times as long as that.
func BenchmarkResultsXLSX(b *testing.B) { benchResults(b, "xlsx") }

func BenchmarkResultsCSVBaselineEncodingCSV(b *testing.B) {
	j, run := stoppedRun(b, "csv")
	path := filepath.Join(b.TempDir(), "people.results.csv")
	if _, _, err := report.Results(path, run, j.Results(b.Context(), run.ID), nil); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		w := csv.NewWriter(f)
		w.UseCRLF = true
		if err := errors.Join(w.WriteAll(records), f.Sync(), f.Close()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(stoppedRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
