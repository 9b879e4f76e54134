package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/mimecast"
)

// retryFlags are the flags of retry.
type retryFlags struct {
	callFlags
	guards                  batch.ToldGuards
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
A row whose address was corrected is found by its line, if nothing else of it was changed and what it says of the person,
such as the name, is on no other row. An account that the run created for the wrong address is named, and stays. Rows of the
sheet that the run doesn't have are named and left alone. Passwords are not kept with a run, so whether one was changed can't
be told: with another sheet they are set again.

What was done already, by the run, those that it is a retry of, or their other retries, is not done again.

The guards of the run, --protect and --allow-domain, are those of its retry too, unless they are given anew; where an older version
didn't keep them, that is said. Rows that were blocked by the list of --protect stay so though the list is another one by now.

The run itself stays as it is. Its unknown rows stay unknown there until apply settles them, which is best done before the
new plan is applied: apply doesn't send anything again to an account that a later run has written to.

Exit status is 3 if rows are invalid or blocked in the new plan, or if there is nothing to retry but rows that are not done
or that the run doesn't have.`,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.retry(cmd.Context(), args[0], f) },
	}
	a.connectFlags(cmd)
	f.callFlags.add(cmd)
	guardFlags(cmd, &f.guards)
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
	re, err := a.replan(ctx, id, f.callFlags)
	if err != nil {
		return err
	}
	defer re.close()
	j, run := re.journal, re.of
	if run.Kind == batch.OfUndo {
		return &stop{
			code: exitUsage, err: fmt.Errorf("run %s takes another run back, and its rows are not what the sheet asks for", run.ID),
			hint: "plan what is left of that again: " + a.planAgain(run),
		}
	}
	guards, kept, err := a.guardsOf(run, f.guards)
	if err != nil {
		return err
	}
	s, err := a.retriedSheet(ctx, run, f)
	if err != nil {
		return err
	}
	if err := re.connect(ctx, new(app).retryCommand()); err != nil {
		return err
	}
	before, err := a.runsBefore(ctx, j, run)
	if err != nil {
		return err
	}
	if f.guards.List == "" && (run.Guards == nil || run.Guards.List != "") {
		if err := protectAgain(ctx, j, &guards, run, before); err != nil {
			return err
		}
	}
	r, err := batch.NewRetry(ctx, run, j.Results(ctx, run.ID), s, batch.RetryOptions{
		Passing: mimecast.Passing, AllFailed: f.allFailed, MostEdits: mostShown, Before: before,
	})
	if err != nil {
		return err
	}
	a.printRetry(run, r)
	if err := a.warnUndone(ctx, j, run, before); err != nil {
		return err
	}
	if len(r.New) > 0 {
		a.warnNew(r.New, s, r.First)
	}
	if r.Rows == 0 {
		return nothingToRetry(run, r, s.Table.Path)
	}
	p := &prepared{run: runOf(s), sheet: s, journal: j, client: re.client}
	p.run.Kind, p.run.Of, p.run.Rows, p.run.Blank, p.run.Guards = batch.OfRetry, run.ID, r.Rows, 0, kept
	if err := a.store(ctx, p, s.Table.Path, batch.Planner{
		Directory: re.client, Mode: run.Mode, Workers: f.workers, ReadState: readState, Take: r.Take, Amend: r.Amend, Guard: guards.Blocks,
	}); err != nil {
		return err
	}
	a.printPlan(p, sum)
	if err := a.printInvalid(ctx, p); err != nil {
		return err
	}
	if n := r.Doubts; n > 0 {
		a.nextCommand(fmt.Sprintf("%s unknown in run %s; to settle %s there, before this plan is applied",
			count(n, "row stays", "rows stay"), run.ID, oneOr(n, "it", "them")), "apply", run.ID)
	}
	planned := &p.planned
	return a.replanned(p.run.ID, planned.create+planned.update, planned.counts[batch.Invalid]+planned.counts[batch.Blocked]+r.Edits.Removed)
}

// guardsOf returns the guards of a retry, and what its run keeps of them: those of the run, but for what is told anew.
func (a *app) guardsOf(run batch.Run, told batch.ToldGuards) (g batch.Guards, kept *batch.ToldGuards, err error) {
	if run.Guards == nil {
		var missing []string
		if told.List == "" {
			missing = append(missing, "--protect")
		}
		if len(told.Domains) == 0 {
			missing = append(missing, "--allow-domain")
		}
		if g, kept, err = a.guards(told); err != nil || len(missing) == 0 {
			return g, kept, err
		}
		a.warnf("run %s is of an older version and doesn't tell its guards: if it had any, name them anew, with %s", run.ID, strings.Join(missing, " and "))
		if len(missing) == 2 {
			kept = nil
		}
		return g, kept, nil
	}
	taken := *run.Guards
	if told.List != "" {
		taken.List = ""
	}
	if len(told.Domains) > 0 {
		taken.Domains = nil
	} else {
		told.Domains = taken.Domains
	}
	if words := guardsGiven(taken); words != "" {
		a.infof("guards of run %s, taken over:%s", run.ID, words)
	}
	var protected map[string]bool
	if taken.List != "" {
		if protected, err = protectedBy(run); err != nil {
			return g, nil, err
		}
	}
	if g, kept, err = a.guards(told); err == nil && taken.List != "" {
		g.Protected, kept.List = protected, taken.List
	}
	return g, kept, err
}

// protectedBy reads the list of a run again.
func protectedBy(run batch.Run) (protected map[string]bool, err error) {
	path := run.Guards.List
	if filepath.IsAbs(path) {
		protected, err = readProtected(path)
	} else {
		err = errors.New("which folder it is in isn't known")
	}
	if err != nil {
		err = &stop{code: exitUsage, err: fmt.Errorf("run %s was planned with --protect %s: %w", run.ID, path, err), hint: "name the list anew, with --protect FILE"}
	}
	return protected, err
}

// protectAgain adds to the guards whom the list of a run protected in it and in those before it: the list may be another one by now,
// or not be known any more.
func protectAgain(ctx context.Context, j *journal.Journal, g *batch.Guards, run batch.Run, before []batch.PastRun) error {
	if g.Protected == nil {
		g.Protected = map[string]bool{}
	}
	for _, past := range append([]batch.PastRun{{Run: run, Rows: j.Results(ctx, run.ID)}}, before...) {
		if listOf(past.Run) != listOf(run) {
			continue
		}
		for r, err := range past.Rows {
			if err != nil {
				return err
			}
			if r.Status == batch.Blocked && r.Reason.Code == batch.CodeProtected {
				g.Protected[r.Email] = true
			}
		}
	}
	return nil
}

// listOf returns where the list of a run is, "" if there was none or it isn't known.
func listOf(run batch.Run) string {
	if run.Guards == nil {
		return ""
	}
	return run.Guards.List
}

// runsBefore returns the runs that a run is a retry of, and the other retries of it and of these that were begun, the newest first.
func (a *app) runsBefore(ctx context.Context, j *journal.Journal, run batch.Run) ([]batch.PastRun, error) {
	var before []batch.PastRun
	known := map[batch.RunID]bool{run.ID: true}
	add := func(r batch.Run) { before = append(before, batch.PastRun{Run: r, Rows: j.Results(ctx, r.ID)}) }
	for r := run; r.Kind == batch.OfRetry; {
		past, err := j.Run(ctx, r.Of)
		if err != nil && !errors.Is(err, batch.ErrNoRun) {
			return nil, err
		}
		if err != nil || !past.Created.Before(r.Created) {
			a.warnf("run %s, of which run %s is a retry, is not in the journal: what it did may be planned again", r.Of, r.ID)
			break
		}
		known[past.ID] = true
		add(past)
		r = past
	}
	var retries []batch.Run
	for r, err := range j.Runs(ctx) {
		if err != nil {
			return nil, err
		}
		if r.Kind == batch.OfRetry {
			retries = append(retries, r)
		}
	}
	for _, r := range slices.Backward(retries) {
		if !known[r.Of] || known[r.ID] {
			continue
		}
		known[r.ID] = true // one that was not begun may have retries that were
		begun, err := j.Begun(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		if begun {
			add(r)
		}
	}
	slices.SortStableFunc(before, func(a, b batch.PastRun) int { return b.Created.Compare(a.Created) })
	return before, nil
}

// warnUndone tells which undos of a run and of those before it were begun, and not taken back in their turn.
func (a *app) warnUndone(ctx context.Context, j *journal.Journal, run batch.Run, before []batch.PastRun) error {
	undone := map[batch.RunID]bool{}
	for u, err := range j.Runs(ctx) { // an undo comes before what it takes back
		if err != nil {
			return err
		}
		if u.Kind != batch.OfUndo || undone[u.ID] {
			continue
		}
		begun, err := j.Begun(ctx, u.ID)
		if err != nil {
			return err
		}
		if !begun {
			continue
		}
		undone[u.Of] = true
		if u.Of == run.ID || slices.ContainsFunc(before, func(p batch.PastRun) bool { return p.ID == u.Of }) {
			a.warnf("run %s has taken back what run %s did, and what it disabled stays disabled; to put that back: mimebatch undo %s%s", u.ID, u.Of, u.ID, a.tenantFlags())
		}
	}
	return nil
}

// retriedSheet opens the sheet of which rows are planned again: the run's own as it was, or the one that is given.
func (a *app) retriedSheet(ctx context.Context, run batch.Run, f retryFlags) (*batch.Sheet, error) {
	o, path := run.Reading, f.sheetPath
	if path == "" {
		o.Worksheet, path = run.Worksheet, run.SheetPath
		if path == standardInput {
			return nil, &batch.SheetError{Path: path, Msg: "the sheet came on standard input and can't be read again", Fix: "save it to a file, and name that: " + a.retryWith(run, "FILE")}
		}
	}
	o.Password = a.sheetPassword(path, f.passwordFile)
	s, err := batch.OpenSheet(ctx, path, o)
	if err != nil {
		return nil, err
	}
	if f.sheetPath != "" {
		for _, w := range s.Warnings {
			a.warnf("%s", w.Message)
		}
	} else if s.Table.SHA256 != run.SHA256 {
		return nil, &batch.SheetError{
			Path: path, Msg: "the sheet has changed since the plan was made",
			Fix: "to take the rows as they are in it now: " + a.retryWith(run, shellQuote(path)),
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
	case len(r.New) > 0:
		return &stop{
			code: exitIncomplete, err: fmt.Errorf("there is nothing to retry in run %s, but %s of the sheet that it doesn't have", run.ID, count(len(r.New), "row", "rows")),
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
	a.printf("  %6d  %s to plan again\n", r.Rows, oneOr(r.Rows, "row", "rows"))
	for _, s := range batch.Statuses() {
		if r.Left[s] > 0 {
			a.printf("  %6d  %s, left alone; --all-failed takes them as well\n", r.Left[s], s)
		}
	}
	if r.Same {
		return
	}
	a.printf("\n")
	a.prose("In the sheet since then, of these rows: "+editWords(r.Edits), "")
	for _, l := range editLines(r.Edits) {
		a.printf("  ")
		a.prose(l, "    ")
	}
	a.printStrays(run, r.Strays)
}

// printStrays names accounts that were made for addresses which are in the sheet no more, and tells how to be rid of them.
func (a *app) printStrays(run batch.Run, strays []batch.Stray) {
	var lines []string
	var runs []batch.RunID
	for _, s := range strays {
		made := "created"
		if !s.Sure {
			made = "may have been created"
		}
		if len(lines) < mostShown {
			lines = append(lines, fmt.Sprintf("row %d  %s: %s by run %s, and left as it is", s.Line, s.Email, made, s.Run))
		}
		if !slices.Contains(runs, s.Run) {
			runs = append(runs, s.Run)
		}
	}
	a.printShown("In the sheet no more", lines, len(strays), run.ID)
	for _, id := range runs {
		a.infof("to disable what was created for a wrong address, apply the plan of this with --where, for these rows only: mimebatch undo %s%s", id, a.tenantFlags())
	}
}

// warnNew tells which lines of a sheet have rows that the run doesn't have, and how to plan these: as the first of its runs was.
func (a *app) warnNew(lines []int, s *batch.Sheet, first batch.Run) {
	left := "rows of this sheet are not in the run and are left alone: rows"
	if len(lines) == 1 {
		left = "row of this sheet is not in the run and is left alone: row"
	}
	again := ""
	if s.Secrets {
		again = ", which sets passwords again"
	}
	first.SheetPath = s.Table.Path
	a.warnf("%d %s %s; to plan the whole sheet%s: %s", len(lines), left, numbers(lines), again, a.planAgain(first))
}

// numbers writes numbers as "6, 7 and 8", or the first few and how many more there are.
func numbers(ns []int) string {
	var words []string
	for _, n := range ns[:min(len(ns), mostShown)] {
		words = append(words, strconv.Itoa(n))
	}
	if more := len(ns) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
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
