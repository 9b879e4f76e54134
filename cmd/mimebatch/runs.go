package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

func (a *app) runsCommand() *cobra.Command {
	var p pruneFlags
	prune := false
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List the plans and what became of them, newest first",
		Long: `Runs lists the plans and what became of their rows. With --prune it deletes the old ones, with all that is known of
them: it shows which, and asks. A run is kept for as long as there are rows that are not reached, unless --unfinished, and always
if there are unknown ones: what may have been done is known nowhere else. So are those planned after such a run for its tenant: it must
not write over what they did.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if prune {
				return a.prune(cmd.Context(), p)
			}
			for _, name := range []string{"older-than", "keep", "unfinished", "yes"} {
				if cmd.Flags().Changed(name) {
					return usageError("--%s goes with --prune", name)
				}
			}
			return a.runs(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&prune, "prune", false, "delete old runs")
	flags.StringVar(&p.olderThan, "older-than", "90d", "delete runs planned longer ago than this `age`, such as 90d, 12w or 36h")
	flags.IntVar(&p.keep, "keep", 0, "keep the `N` newest runs, whatever their age")
	flags.BoolVar(&p.unfinished, "unfinished", false, "delete runs with rows that are not reached, too")
	flags.BoolVar(&p.yes, "yes", false, "don't ask")
	return cmd
}

// runLine is a run under --json.
type runLine struct {
	Type    string               `json:"type"`
	Run     batch.RunID          `json:"run"`
	Kind    batch.RunKind        `json:"kind"`
	Of      batch.RunID          `json:"of,omitempty"`
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
	j, err := a.findJournal(ctx)
	if errors.Is(err, errNoJournal) {
		return a.runsListed(0)
	}
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
		if err := a.runRow(n == 0, run, counts); err != nil {
			return err
		}
		n++
	}
	return a.runsListed(n)
}

// runsListed ends a list of so many runs.
func (a *app) runsListed(n int) error {
	if n == 0 {
		a.printf("no runs yet\n")
	}
	return a.line(struct {
		Type string `json:"type"`
		Runs int    `json:"runs"`
		Exit int    `json:"exit"`
	}{"summary", n, exitDone})
}

// runRow prints a run as a row of a table, the first below the headings.
func (a *app) runRow(first bool, run batch.Run, counts batch.Counts) error {
	if first {
		a.printf("%-7s %-16s %5s  %-18s %s\n", "RUN", "PLANNED", "ROWS", "SHEET", "ROWS BY STATUS")
	}
	a.printf("%-7s %-16s %5d  %-18s ", run.ID, run.Created.Local().Format("2006-01-02 15:04"), run.Rows, fit(filepath.Base(run.SheetPath), 18))
	a.prose(statusWords(run, counts), strings.Repeat(" ", 51))
	return a.line(runLine{
		Type: "run", Run: run.ID, Kind: run.Kind, Of: run.Of, Created: run.Created, Mode: run.Mode, Sheet: run.SheetPath, SHA256: run.SHA256,
		Account: run.Tenant.Account, BaseURL: run.Tenant.BaseURL, Sandbox: run.Tenant.Sandbox, Rows: run.Rows, Counts: counts,
	})
}

func statusWords(run batch.Run, c batch.Counts) string {
	var parts []string
	for _, s := range batch.Statuses() {
		if c[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c[s], s))
		}
	}
	words := strings.Join(parts, ", ")
	if run.Of != "" {
		words = fmt.Sprintf("%s of %s: %s", run.Kind, run.Of, words)
	}
	if run.Tenant.Sandbox {
		words = "SANDBOX: " + words
	}
	return words
}

// fit cuts text that is wider than n.
func fit(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
