package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
)

// retryFlags are the flags of retry.
type retryFlags struct {
	callFlags
	guards                  guardFlags
	sheetPath, passwordFile string
	readState               string
	allFailed               bool
}

func (a *app) retryCommand() *cobra.Command {
	var f retryFlags
	cmd := &cobra.Command{
		Use:   "retry RUN",
		Short: "Plan again what a run left undone",
		Long: `Retry makes a new plan of the rows of a run that are unknown, were not reached, or were refused for a reason that may
pass, such as a missing permission. It reads the tenant anew: an account that is there by now is updated. It changes
nothing in the tenant; apply executes the new plan.

The rows come from the run's sheet, or with --sheet from a corrected one, where they are found by their addresses.
A row whose address was corrected is found by its line, if nothing else of it was changed. Rows of the sheet that the run
doesn't have are left alone. Passwords are not kept with a run, so whether one was changed can't be told: with another
sheet they are set again.

The run itself stays as it is. Its unknown rows stay unknown there until apply settles them, which is best done before the
new plan is applied: apply doesn't send anything again to an account that a later run has written to.

Exit status is 3 if rows are invalid or blocked in the new plan, or if there is nothing to retry but rows that are not done.`,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.retry(cmd.Context(), args[0], f) },
	}
	a.connectFlags(cmd)
	f.callFlags.add(cmd)
	f.guards.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.sheetPath, "sheet", "", "a corrected sheet's `file`, or where the run's own was moved")
	sheetPasswordFlag(cmd, &f.passwordFile)
	flags.StringVar(&f.readState, "read-state", string(batch.ReadAuto), "read the accounts' settings before planning: auto (where a row needs it), always or never")
	flags.BoolVar(&f.allFailed, "all-failed", false, "take the rows as well that are invalid, blocked or refused for good")
	return cmd
}

func (a *app) retry(ctx context.Context, id string, f retryFlags) error {
	sum := summary{Type: "summary"}
	err := a.planRetry(ctx, id, f, &sum)
	return a.finish(sum, err)
}

func (a *app) planRetry(ctx context.Context, id string, f retryFlags, sum *summary) error {
	readState, err := parseReadState(f.readState)
	if err != nil {
		return err
	}
	config, err := a.clientConfig(f.callFlags)
	if err != nil {
		return err
	}
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	if run.Kind == batch.OfUndo {
		return &stop{
			code: exitUsage, err: fmt.Errorf("run %s takes another run back, and its rows are not what the sheet asks for", run.ID),
			hint: "plan what is left of that again: " + a.planAgain(run),
		}
	}
	guards, err := a.guards(f.guards)
	if err != nil {
		return err
	}
	s, err := a.retriedSheet(ctx, run, f)
	if err != nil {
		return err
	}
	r, err := batch.NewRetry(ctx, run, j.Results(ctx, run.ID), s, batch.RetryOptions{Passing: mimecast.Passing, AllFailed: f.allFailed, MostEdits: mostShown})
	if err != nil {
		return err
	}
	a.printRetry(run, r)
	if r.Rows == 0 {
		return nothingToRetry(run, r, s.Table.Path)
	}
	client, tenant, disconnect, err := a.tenantOf(ctx, config, run)
	if err != nil {
		return err
	}
	defer disconnect()
	// What is being applied right now is about to be done.
	unlock, err := a.lockTenant(tenant, fmt.Sprintf("mimebatch retry %s%s", run.ID, a.tenantFlags()))
	if err != nil {
		return err
	}
	defer unlock()
	p := &prepared{run: runOf(s), sheet: s, journal: j, client: client}
	p.run.Kind, p.run.Of, p.run.Rows, p.run.Blank = batch.OfRetry, run.ID, r.Rows, 0
	planner := batch.Planner{Directory: client, Mode: run.Mode, Workers: f.workers, ReadState: readState, Take: r.Take, Amend: r.Amend, Guard: guards.Blocks}
	if err := a.store(ctx, p, s.Table.Path, planner); err != nil {
		return err
	}
	sum.Run, sum.Rows = string(p.run.ID), p.run.Rows
	sum.count(p.planned.counts)
	sum.ToCreate, sum.ToUpdate = p.planned.create, p.planned.update
	a.printPlan(p)
	if err := a.printInvalid(ctx, p); err != nil {
		return err
	}
	if n := r.Counts[batch.InDoubt]; n > 0 {
		it := "it"
		if n > 1 {
			it = "them"
		}
		a.nextCommand(fmt.Sprintf("%s unknown in run %s; to settle %s there, before this plan is applied", count(n, "row stays", "rows stay"), run.ID, it), "apply", run.ID)
	}
	a.nextCommand("to apply it", "apply", p.run.ID)
	if p.planned.counts[batch.Invalid]+p.planned.counts[batch.Blocked]+r.Edits.Removed > 0 {
		return &stop{code: exitIncomplete}
	}
	return nil
}

// retriedSheet opens the sheet of which rows are planned again: the run's own as it was, or the one that is given.
func (a *app) retriedSheet(ctx context.Context, run batch.Run, f retryFlags) (*batch.Sheet, error) {
	o, path := run.Reading, f.sheetPath
	again, rest := fmt.Sprintf("mimebatch retry %s --sheet ", run.ID), a.tenantFlags()
	if f.allFailed {
		rest = " --all-failed" + rest
	}
	if path == "" {
		o.Worksheet, path = run.Worksheet, run.SheetPath
		if path == standardInput {
			return nil, &batch.SheetError{Path: path, Msg: "the sheet came on standard input and can't be read again", Fix: "save it to a file, and name that: " + again + "FILE" + rest}
		}
	}
	o.Password = a.sheetPassword(path, f.passwordFile)
	s, err := batch.OpenSheet(ctx, path, o)
	if err != nil {
		return nil, err
	}
	if f.sheetPath == "" && s.Table.SHA256 != run.SHA256 {
		return nil, &batch.SheetError{
			Path: path, Msg: "the sheet has changed since the plan was made",
			Fix: "to take the rows as they are in it now: " + again + shellQuote(path) + rest,
		}
	}
	return s, nil
}

// nothingToRetry says why there is no row to plan again.
func nothingToRetry(run batch.Run, r *batch.Retry, path string) error {
	switch left := r.Left.Total(); {
	case r.Counts.Total() > 0:
		return &batch.SheetError{Path: path, Msg: fmt.Sprintf("none of the rows to retry of run %s is in the sheet", run.ID), Fix: "name the run's own sheet, or a corrected one, with --sheet FILE"}
	case left > 0:
		return &stop{
			code: exitIncomplete, err: fmt.Errorf("there is no row to retry but %s invalid, blocked or refused for good", count(left, "that is", "that are")),
			hint: "--all-failed takes them as well; mend them first, and name the mended sheet with --sheet FILE",
		}
	}
	return nil
}

// printRetry tells which rows are planned again, and what of them was changed in the sheet.
func (a *app) printRetry(run batch.Run, r *batch.Retry) {
	a.printf("Retry of run %s\n", run.ID)
	for _, s := range batch.Statuses() {
		if r.Counts[s] > 0 {
			a.printf("  %6d  %s\n", r.Counts[s], s)
		}
	}
	a.printf("  %6d  rows to plan again\n", r.Rows)
	for _, s := range batch.Statuses() {
		if r.Left[s] > 0 {
			a.printf("  %6d  %s, left alone; --all-failed takes them as well\n", r.Left[s], s)
		}
	}
	if r.Same {
		return
	}
	a.printf("\nIn the sheet since then: %s\n", editWords(r.Edits))
	for _, l := range editLines(r.Edits) {
		a.printf("  ")
		a.prose(l, "    ")
	}
}

// printInvalid prints the first of the rows that can't be used.
func (a *app) printInvalid(ctx context.Context, p *prepared) error {
	var lines []string
	total := p.planned.counts[batch.Invalid]
	for r, err := range p.journal.Results(ctx, p.run.ID) {
		if err != nil {
			return err
		}
		if len(lines) == min(total, mostShown) {
			break
		}
		if r.Status == batch.Invalid {
			lines = append(lines, fmt.Sprintf("row %d  %s: %s", r.Line, r.Email, r.Reason.Message))
		}
	}
	a.printShown("Invalid", lines, total, p.run.ID)
	return nil
}
