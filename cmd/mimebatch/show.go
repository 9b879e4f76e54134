package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

func (a *app) showCommand() *cobra.Command {
	var row int
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show a plan and what became of its rows",
		Long: `Show prints a run: its sheet and tenant, how many rows have which status, every row that is not done and why,
and what is set on the others. With --row it prints every call made for one row.`,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("row") {
				return a.showRow(cmd.Context(), args[0], row)
			}
			return a.show(cmd.Context(), args[0])
		},
	}
	cmd.Flags().IntVar(&row, "row", 0, "one row, by its `number` in the sheet")
	return cmd
}

// rowLine is a row of a run under --json.
type rowLine struct {
	Type    string        `json:"type"`
	Row     int           `json:"row"`
	Email   string        `json:"email"`
	Status  batch.Status  `json:"status"`
	Action  string        `json:"action"`
	Changed []batch.Field `json:"changed,omitempty"`
	Code    string        `json:"code,omitempty"`
	Reason  string        `json:"reason,omitempty"`
	Hint    string        `json:"hint,omitempty"`
	Notes   []string      `json:"notes,omitempty"`
}

func (a *app) show(ctx context.Context, id string) error {
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	a.printRun(run)
	counts := batch.Counts{}
	for r, err := range j.Results(ctx, run.ID) {
		if err != nil {
			return err
		}
		counts[r.Status]++
		if err := a.printRow(r); err != nil {
			return err
		}
	}
	a.printCounts(counts)
	sum := summary{Type: "summary", Run: id, Rows: run.Rows}
	sum.count(counts)
	return a.finish(sum, nil)
}

func (a *app) printRun(run batch.Run) {
	a.printf("Run      %s, planned %s\n", run.ID, run.Created.Local().Format("2006-01-02 15:04:05"))
	a.printf("Tenant   %s\n", tenantName(run.Tenant))
	a.printf("Sheet    %s\n", run.SheetPath)
	if run.Worksheet != "" {
		a.printf("         worksheet %q\n", run.Worksheet)
	}
	a.printf("SHA-256  %s\n", run.SHA256)
	a.printf("Mode     %s\n\n", run.Mode)
}

func (a *app) printRow(r batch.RowResult) error {
	a.printf("%6d  %-11s ", r.Line, r.Status)
	parts := []string{r.Email}
	if r.Status == batch.NotReached || r.Status == batch.Updated {
		for _, s := range r.Steps {
			parts = append(parts, strings.TrimSuffix(fmt.Sprintf("%s: %s", s.Kind, changes(s.Step)), ": "))
		}
	}
	parts = append(append(parts, r.Reason.Message, r.Reason.Hint), r.Notes...)
	text := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
	a.prose(text, strings.Repeat(" ", 20))
	return a.line(rowLine{
		Type: "row", Row: r.Line, Email: r.Email, Status: r.Status, Action: r.Action, Changed: r.Changed,
		Code: r.Reason.Code, Reason: r.Reason.Message, Hint: r.Reason.Hint, Notes: r.Notes,
	})
}

// callLine is a call for a row under --json.
type callLine struct {
	Type      string        `json:"type"`
	Row       int           `json:"row"`
	Step      int           `json:"step"`
	Try       int           `json:"try"`
	Settling  bool          `json:"settling,omitempty"`
	Begun     time.Time     `json:"begun"`
	Finished  *time.Time    `json:"finished"` // null while its outcome is not known
	Verdict   batch.Verdict `json:"verdict"`
	HTTP      int           `json:"http"`
	Code      string        `json:"code,omitempty"`
	Message   string        `json:"message,omitempty"`
	RequestID string        `json:"request_id,omitempty"`
}

func (a *app) showRow(ctx context.Context, id string, line int) error {
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	for r, err := range j.Results(ctx, run.ID) {
		if err != nil {
			return err
		}
		if r.Line != line {
			continue
		}
		if err := a.printRow(r); err != nil {
			return err
		}
		return a.printCalls(ctx, j, run.ID, r)
	}
	return usageError("run %s has no row %d", id, line)
}

func (a *app) printCalls(ctx context.Context, j *journal.Journal, id batch.RunID, r batch.RowResult) error {
	n := 0
	for c, err := range j.Attempts(ctx, id, r.N) {
		if err != nil {
			return err
		}
		n++
		l := callLine{
			Type: "call", Row: r.Line, Step: c.Step, Try: c.Try, Settling: c.Settling, Begun: c.Begun, Verdict: c.Reply.Verdict,
			HTTP: c.Reply.HTTP, Code: c.Reply.Reason.Code, Message: c.Reply.Reason.Message, RequestID: c.Reply.RequestID,
		}
		verdict := string(c.Reply.Verdict)
		if c.Finished.IsZero() {
			verdict = "no outcome"
		} else {
			l.Finished = &c.Finished
		}
		a.printf("        %s  step %d, try %d: %s", c.Begun.Local().Format("2006-01-02 15:04:05.000"), c.Step, c.Try, verdict)
		for _, w := range []string{httpWord(c.Reply.HTTP), c.Reply.Reason.Code, c.Reply.Reason.Message, c.Reply.RequestID} {
			if w != "" {
				a.printf(", %s", w)
			}
		}
		a.printf("\n")
		if err := a.line(l); err != nil {
			return err
		}
	}
	if n == 0 {
		a.printf("        nothing was sent for it\n")
	}
	return a.line(struct {
		Type  string `json:"type"`
		Calls int    `json:"calls"`
		Exit  int    `json:"exit"`
	}{"summary", n, exitDone})
}

func httpWord(status int) string {
	if status == 0 {
		return ""
	}
	return fmt.Sprintf("HTTP %d", status)
}
