package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
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
		Long: `Show prints a run: its sheet and tenant, the hashes of sheet, plan and results (SHA-256), who applied it, when and
how that ended, how many rows have which status, every row that is not done and why, and what is set on the
others. With --row it prints every call made for one row.`,
		Args:        oneArg("run"),
		Annotations: map[string]string{sumsRows: ""},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("row") {
				return a.failed(a.showRow(cmd.Context(), args[0], row))
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
	sum := summary{Type: "summary", Run: id}
	err := func() error {
		j, run, err := a.findRun(ctx, id)
		if err != nil {
			return err
		}
		defer j.Close()
		sessions, err := j.Sessions(ctx, run.ID)
		if err != nil {
			return err
		}
		a.printRun(run)
		if err := a.printSessions(sessions); err != nil {
			return err
		}
		var b became
		for r, err := range b.watch(j.Results(ctx, run.ID)) {
			if err != nil {
				return err
			}
			if err := a.printRow(r); err != nil {
				return err
			}
		}
		a.printBecame(run, &b, &sum)
		return nil
	}()
	return a.finish(sum, err)
}

func (a *app) printRun(run batch.Run) {
	origin := ""
	if run.Of != "" {
		origin = fmt.Sprintf(" as %s of %s", run.Kind, run.Of)
	}
	a.printf("Run      %s, planned %s%s\n", run.ID, run.Created.Local().Format(time.DateTime), origin)
	a.printf("Tenant   %s\n", tenantName(run.Tenant))
	a.printf("Sheet    %s\n", run.SheetPath)
	if run.Worksheet != "" {
		a.printf("         worksheet %q\n", run.Worksheet)
	}
	a.printf("SHA-256  %s\n", run.SHA256)
	if run.PlanSHA256 != "" {
		a.printf("Plan     %s\n", run.PlanSHA256)
	}
	a.printf("Mode     %s\n", run.Mode)
	guards := "not known"
	if run.Guards != nil {
		guards = strings.TrimPrefix(guardsGiven(*run.Guards), " ")
	}
	if guards != "" {
		a.printf("Guards   ")
		a.prose(guards, strings.Repeat(" ", 9))
	}
	a.printf("\n")
}

// sessionLine is a session under --json.
type sessionLine struct {
	Type string `json:"type"`
	recordSession
}

// printSessions prints who applied a run, when, how it ended and where the results went.
func (a *app) printSessions(all []batch.Session) error {
	indent := strings.Repeat(" ", 9)
	for i, s := range all {
		a.printf("Applied  ")
		end := "to " + s.Ended.Local().Format(time.DateTime)
		if s.Ended.IsZero() {
			end = "to no end: " + openEnd(s, i == len(all)-1)
		}
		a.prose(fmt.Sprintf("%s %s, by %s on %s, pid %d, version %s", s.Begun.Local().Format(time.DateTime), end, s.Operator, s.Host, s.PID, s.Version), indent)
		for _, l := range [][2]string{{"with ", strings.Join(s.Options, " ")}, {"ended: ", s.Stopped}, {"results in ", s.Results}, {"", s.ResultsSHA256}} {
			if l[1] != "" {
				a.printf("%s", indent)
				a.prose(l[0]+l[1], indent)
			}
		}
		a.printf("\n")
		if err := a.line(sessionLine{"session", recordSessionOf(s)}); err != nil {
			return err
		}
	}
	return nil
}

// openEnd tells what is likely to have become of a session that has no end yet. Two of one run are never at work at once, so only the
// last can be. Its process is looked for by its number, which another may have by now, or which may be one of another system
// inside this machine.
func openEnd(s batch.Session, last bool) string {
	switch {
	case !last:
		return "it was killed"
	case s.Host != hostName():
		return "it goes on, or was killed"
	case isRunning(s.PID):
		return "it seems to go on"
	}
	return "it seems to have been killed"
}

// isRunning tells whether this machine has a process of that number, whoever's it is.
func isRunning(pid int) bool {
	p, err := os.FindProcess(pid)
	if err == nil && runtime.GOOS != "windows" { // where it is found only if it runs
		err = p.Signal(syscall.Signal(0))
	}
	return err == nil || errors.Is(err, fs.ErrPermission)
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
	Type      string         `json:"type"`
	Row       int            `json:"row"`
	Step      int            `json:"step"`
	Kind      batch.StepKind `json:"kind"`
	Try       int            `json:"try"`
	Settling  bool           `json:"settling,omitempty"`
	Begun     time.Time      `json:"begun"`
	Finished  *time.Time     `json:"finished"` // null while its outcome is not known
	Verdict   batch.Verdict  `json:"verdict"`
	HTTP      int            `json:"http"`
	Code      string         `json:"code,omitempty"`
	Message   string         `json:"message,omitempty"`
	RequestID string         `json:"request_id,omitempty"`
}

func (a *app) showRow(ctx context.Context, id string, line int) error {
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	n, err := j.Place(ctx, run.ID, line)
	if errors.Is(err, journal.ErrNoRow) {
		return usageError("run %s has no row %d", id, line)
	}
	if err != nil {
		return err
	}
	r, err := j.Result(ctx, run.ID, n)
	if err != nil {
		return err
	}
	if err := a.printRow(r); err != nil {
		return err
	}
	return a.printCalls(ctx, j, run.ID, r)
}

func (a *app) printCalls(ctx context.Context, j *journal.Journal, id batch.RunID, r batch.RowResult) error {
	n := 0
	for c, err := range j.Attempts(ctx, id, r.N) {
		if err != nil {
			return err
		}
		n++
		if err := a.printCall(r, c); err != nil {
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

// printCall prints a call for a row.
func (a *app) printCall(r batch.RowResult, c journal.Call) error {
	l := callLine{
		Type: "call", Row: r.Line, Step: c.Step, Try: c.Try, Settling: c.Settling, Begun: c.Begun, Verdict: c.Reply.Verdict,
		HTTP: c.Reply.HTTP, Code: c.Reply.Reason.Code, Message: c.Reply.Reason.Message, RequestID: c.Reply.RequestID,
	}
	for _, s := range r.Steps {
		if s.N == c.Step {
			l.Kind = s.Kind
		}
	}
	verdict := string(c.Reply.Verdict)
	if c.Finished.IsZero() {
		verdict = "no outcome"
	} else {
		l.Finished = &c.Finished
	}
	words := []string{string(l.Kind), fmt.Sprintf("step %d", c.Step), fmt.Sprintf("try %d: %s", c.Try, verdict)}
	if c.Reply.HTTP != 0 {
		words = append(words, fmt.Sprintf("HTTP %d", c.Reply.HTTP))
	}
	if took := c.Reply.Received.Sub(c.Reply.Sent); !c.Reply.Sent.IsZero() && !c.Reply.Received.IsZero() {
		words = append(words, fmt.Sprintf("%d ms", took.Milliseconds()))
	}
	if c.Settling {
		words = append(words, "to settle a doubt")
	}
	for _, w := range []string{c.Reply.Reason.Code, c.Reply.Reason.Message} {
		if w != "" {
			words = append(words, w)
		}
	}
	if c.Reply.RequestID != "" {
		words = append(words, "request "+c.Reply.RequestID)
	}
	const indent = "        "
	a.printf("%s", indent)
	a.prose(c.Begun.Local().Format("2006-01-02 15:04:05.000")+"  "+strings.Join(words, ", "), indent+"  ")
	return a.line(l)
}
