package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

func (a *app) runsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "runs",
		Short: "List the plans and what became of them, newest first",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runs(cmd.Context()) },
	}
}

// runLine is a run under --json.
type runLine struct {
	Type    string               `json:"type"`
	Run     batch.RunID          `json:"run"`
	Created time.Time            `json:"created"`
	Mode    batch.Mode           `json:"mode"`
	Sheet   string               `json:"sheet"`
	SHA256  string               `json:"sha256"`
	Account string               `json:"account"`
	BaseURL string               `json:"base_url"`
	Sandbox bool                 `json:"sandbox"`
	Rows    int                  `json:"rows"`
	Counts  map[batch.Status]int `json:"counts"`
}

func (a *app) runs(ctx context.Context) error {
	j, err := a.openJournal(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	n := 0
	for run, err := range j.Runs(ctx) {
		if err != nil {
			return err
		}
		counts, err := j.Counts(ctx, run.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			a.printf("%-7s %-16s %5s  %-18s %s\n", "RUN", "PLANNED", "ROWS", "SHEET", "ROWS BY STATUS")
		}
		n++
		a.printf("%-7s %-16s %5d  %-18s ", run.ID, run.Created.Local().Format("2006-01-02 15:04"), run.Rows, fit(filepath.Base(run.SheetPath), 18))
		a.prose(statusWords(run, counts), strings.Repeat(" ", 51))
		if err := a.line(runLine{
			Type: "run", Run: run.ID, Created: run.Created, Mode: run.Mode, Sheet: run.SheetPath, SHA256: run.SHA256,
			Account: run.Tenant.Account, BaseURL: run.Tenant.BaseURL, Sandbox: run.Tenant.Sandbox, Rows: run.Rows, Counts: counts,
		}); err != nil {
			return err
		}
	}
	if n == 0 {
		a.printf("no runs yet\n")
	}
	return a.line(struct {
		Type string `json:"type"`
		Runs int    `json:"runs"`
		Exit int    `json:"exit"`
	}{"summary", n, exitDone})
}

func statusWords(run batch.Run, c batch.Counts) string {
	var parts []string
	for _, s := range batch.Statuses() {
		if c[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c[s], s))
		}
	}
	if run.Tenant.Sandbox {
		return "SANDBOX: " + strings.Join(parts, ", ")
	}
	return strings.Join(parts, ", ")
}

// fit cuts text that is wider than n.
func fit(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
