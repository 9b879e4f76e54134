package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/journal"
	"mimebatch/batch/mimecast"
	"mimebatch/batch/report"
)

// applyFlags are the flags of commands that apply a plan.
type applyFlags struct {
	limitFlags
	waveFlags
	freshFlags
	out          string
	events       string
	yes          bool
	confirmAbove int
	settleAfter  time.Duration
}

func (f *applyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "the results' `file` (default: SHEET.results.xlsx or .csv beside the sheet)")
	flags.StringVar(&f.events, "events", "", "add what happens to a `file` of JSON Lines, as it happens")
	flags.BoolVar(&f.yes, "yes", false, "don't ask whether to begin")
	flags.IntVar(&f.confirmAbove, "confirm-above", 500, "ask for the number to be typed if more than `N` rows are to be changed")
	durationVar(flags, &f.settleAfter, "settle-after", 3*time.Second, "how old a call without an answer must be before the tenant is asked whether it was executed")
	f.limitFlags.add(cmd)
	f.waveFlags.add(cmd)
	f.freshFlags.add(flags)
}

func (f *applyFlags) check(calls callFlags) error {
	if calls.grace <= 0 {
		return usageError("--grace takes a duration above 0, such as 30s")
	}
	if f.confirmAbove < 0 {
		return usageError("--confirm-above takes a number of rows")
	}
	return f.waveFlags.check()
}

func (a *app) applyCommand() *cobra.Command {
	var calls callFlags
	var f applyFlags
	var sheetPath, passwordFile string
	cmd := &cobra.Command{
		Use:   "apply RUN",
		Short: "Execute a plan, or go on with one",
		Long: `Apply executes what is left of a plan and writes the results. The plan is what was agreed to, so it doesn't ask,
unless a plan that was not begun yet changes more rows than --confirm-above; without a terminal that needs --yes.
The same command goes on after a crash, a Ctrl-C or a lost line: calls whose outcome is not known are settled first.
Rows that the service refused are not sent again, nor is anything written over what a run that was planned later did.

` + eventsHelp + "\n\n" + stopHelp + "\n\n" + exitHelp,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.applyRun(cmd.Context(), args[0], sheetPath, passwordFile, calls, f)
		},
	}
	a.connectFlags(cmd)
	calls.add(cmd)
	calls.addGrace(cmd)
	f.add(cmd)
	cmd.Flags().StringVar(&sheetPath, "sheet", "", "the sheet's `file`, if it was moved since the plan was made")
	sheetPasswordFlag(cmd, &passwordFile)
	return cmd
}

func (a *app) applyRun(ctx context.Context, id, sheetPath, passwordFile string, calls callFlags, f applyFlags) error {
	sum := summary{Type: "summary", Run: id}
	err := func() error {
		config, err := a.clientConfig(calls)
		if err != nil {
			return err
		}
		if err := f.check(calls); err != nil {
			return err
		}
		j, run, err := a.findRun(ctx, id)
		if err != nil {
			return err
		}
		defer j.Close()
		sum.Rows = run.Rows
		counts, err := j.Counts(ctx, run.ID)
		if err != nil {
			return err
		}
		sum.count(counts)
		begun, err := j.Begun(ctx, run.ID)
		if err != nil {
			return err
		}
		if err := a.asPlanned(ctx, j, run, begun); err != nil {
			return err
		}
		left, err := a.left(ctx, j, run, f.waveFlags)
		if err != nil {
			return err
		}
		passwords, err := a.sameSheet(ctx, j, run, sheetPath, passwordFile, left.secrets)
		if err != nil {
			return err
		}
		if sheetPath != "" {
			run.SheetPath = absolute(sheetPath) // the results go beside the sheet where it is now
		}
		x := newExecution(run, j, counts, calls, f)
		x.left, x.passwords, x.moved = left, passwords, sheetPath != ""
		if begun {
			if x.agreed, err = agreedBefore(ctx, j, run.ID); err != nil {
				return err
			}
		}
		if x.results, err = resultsPath(ctx, run, f.out); err != nil {
			return err
		}
		if err := checkEvents(f.events, x.results); err != nil {
			return err
		}
		var disconnect func()
		if x.client, disconnect, err = a.directory(config); err != nil {
			return err
		}
		defer disconnect()
		if err := a.agree(ctx, x, false); err != nil {
			return err
		}
		return a.execute(ctx, x, &sum)
	}()
	return a.finish(sum, err)
}

// execution is what it takes to apply a run.
type execution struct {
	run       batch.Run
	passwords *batch.Passwords // nil if none are needed
	journal   *journal.Journal
	client    *mimecast.Client
	workers   int
	grace     time.Duration
	limits    batch.Limits
	left      left
	fresh     *freshness
	results   string // where they go
	agreed    bool   // all that is left was agreed to when it was begun
	moved     bool   // the sheet is where apply's --sheet says
	flags     applyFlags
}

// newExecution returns what it takes to apply a run of which so much is done, but for the passwords, the client and what is left.
func newExecution(run batch.Run, j *journal.Journal, counts batch.Counts, calls callFlags, f applyFlags) execution {
	sent := counts[batch.Created] + counts[batch.Updated] + counts[batch.WasRefused] + counts[batch.InDoubt]
	return execution{
		run: run, journal: j, workers: calls.workers, grace: calls.grace,
		limits: f.limits(run.Rows, sent+counts[batch.NotReached]), flags: f,
	}
}

// agreedBefore tells whether an apply of all rows of a run was begun: not only of those that met a condition, or of a canary.
func agreedBefore(ctx context.Context, j *journal.Journal, id batch.RunID) (bool, error) {
	sessions, err := j.Sessions(ctx, id)
	return slices.ContainsFunc(sessions, func(s batch.Session) bool { return s.Whole }), err
}

// asPlanned refuses a run that was not begun yet and whose plan is not the one that was made, and looked at.
func (a *app) asPlanned(ctx context.Context, j *journal.Journal, run batch.Run, begun bool) error {
	if begun || run.PlanSHA256 == "" {
		return nil
	}
	sum, err := j.PlanSHA256(ctx, run.ID)
	if err != nil || sum == run.PlanSHA256 {
		return err
	}
	return &stop{
		code: exitGuard, err: fmt.Errorf("the plan of run %s was changed in the journal since it was made; nothing was sent", run.ID),
		hint: "plan again: " + a.planAgain(run),
	}
}

// next is the command that goes on with what is left as this one did, ready to paste, with more flags. A canary that was looked
// at is over, and so is a time.
func (a *app) next(x execution, more ...string) string {
	over := []string{"yes"}
	for _, m := range more {
		over = append(over, strings.TrimPrefix(m, "--"))
	}
	if a.canaryOver {
		over = append(over, "canary")
	}
	if _, err := batch.ParseUntil(x.flags.until.text, time.Now()); err != nil {
		over = append(over, "until")
	}
	if !x.moved {
		over = append(over, "sheet") // which names a worksheet, if it was given
	}
	given := flagsFor(new(app).applyCommand(), a.options, over...)
	return strings.Join(append([]string{"mimebatch apply " + string(x.run.ID) + given}, more...), " ") + a.tenantFlags()
}

// execute applies a run and writes its results, on every way out.
func (a *app) execute(ctx context.Context, x execution, sum *summary) error {
	tenant, err := sameTenant(ctx, x.client, x.run)
	if err != nil {
		return err
	}
	a.infof("applying to %s", tenantName(tenant))
	unlock, err := a.lockTenant(tenant, a.next(x))
	if err != nil {
		return err
	}
	defer unlock()
	if x.fresh, err = a.checkAge(ctx, x); err != nil {
		return err
	}
	session, err := a.beginSession(ctx, x)
	if err != nil {
		return err
	}
	a.underway.Store(&underway{next: a.next(x)})
	applyErr := a.send(ctx, x, session)
	// Whatever happened, the journal holds it and the results say it.
	counts, resultsErr := a.results(context.WithoutCancel(ctx), x.journal, x.run, x.results, sum)
	if _, limited := errors.AsType[*batch.LimitError](applyErr); limited && counts[batch.InDoubt]+counts[batch.NotReached] == 0 && resultsErr == nil {
		applyErr = nil // nothing was left for it to end
	}
	sessionErr := session.end(ctx, applyErr, counts, *sum, resultsErr)
	return errors.Join(applyErr, resultsErr, sessionErr, a.outcome(x, counts, errors.Join(applyErr, sessionErr), resultsErr))
}

// sameTenant reads which tenant a client calls, and refuses one that a run was not planned for.
func sameTenant(ctx context.Context, client *mimecast.Client, run batch.Run) (batch.Tenant, error) {
	tenant, err := batch.ReadTenant(ctx, client)
	if err != nil || tenant.Key == run.Tenant.Key && tenant.Sandbox == run.Tenant.Sandbox {
		return tenant, err
	}
	return tenant, &stop{
		code: exitGuard, err: fmt.Errorf("run %s was planned for %s, but these credentials are for %s", run.ID, tenantName(run.Tenant), tenantName(tenant)),
		hint: "use the credentials of the tenant that it was planned for, or make a new plan",
	}
}

// send makes the calls of a run, and shows how far it has come.
func (a *app) send(ctx context.Context, x execution, session *applying) error {
	progress := a.progress(x.left.rows, x.left.last)
	progress.pace = x.client.Pace
	a.underway.Store(&underway{next: a.next(x), grace: x.grace, progress: progress})
	defer func() {
		progress.end()
		a.underway.Store(&underway{next: a.next(x)})
	}()
	a.sent = true
	through := func(row int, state batch.StepState) { progress.row(row, state); session.through(row) }
	applier := batch.Applier{
		Directory: x.client, Journal: x.journal, Workers: x.workers, SettleAfter: x.flags.settleAfter,
		Password: x.passwords.Of,
		Progress: through,
		Paused:   session.paused,
		Only:     x.takes, Limits: x.limits, Waves: a.waves(x, progress, session, through),
	}
	return applier.Apply(ctx, x.run.ID)
}

// takes tells whether a row is to be taken now.
func (x *execution) takes(row int) bool {
	return (x.left.only == nil || x.left.only(row)) && !x.fresh.keeps(row)
}

// outcome says what to type next, and returns the exit code of a run that came to its end.
func (a *app) outcome(x execution, counts batch.Counts, applyErr, resultsErr error) error {
	if resultsErr != nil {
		a.infof("to write the results again: mimebatch report %s%s; --out FILE writes them elsewhere", x.run.ID, a.placeFlags())
	}
	if x.fresh.changed {
		a.infof("to plan anew what was changed meanwhile: %s", a.again(x.run))
	}
	switch open := counts[batch.InDoubt] + counts[batch.NotReached] - len(x.fresh.kept) + x.fresh.unread; {
	case open > 0 && open <= x.left.later:
		a.infof("to go on when more rows meet the condition: %s", a.next(x))
	case open > 0:
		a.infof("to go on: %s", a.next(x))
	}
	if applyErr == nil && resultsErr == nil && !counts.Complete() {
		a.nextCommand("to see why", "show", x.run.ID)
		return &stop{code: exitIncomplete}
	}
	return nil
}

// lockTenant keeps a second mimebatch from working on the same tenant until unlock is called: one of this user, whichever journal it
// uses, and one that uses the same journal, whoever started it. The second is told the command to go on with.
func (a *app) lockTenant(t batch.Tenant, next string) (unlock func(), err error) {
	paths, err := a.lockFiles(t)
	if err != nil {
		return nil, err
	}
	var locks []*durable.LockFile
	unlock = func() {
		for _, l := range locks {
			l.Unlock()
		}
	}
	for _, path := range paths {
		lock, err := durable.Lock(path, holder())
		if err == nil {
			locks = append(locks, lock)
			continue
		}
		unlock()
		err = fmt.Errorf("work on %s: %w", tenantName(t), err)
		if _, held := errors.AsType[*durable.HeldError](err); held {
			err = &stop{code: exitBusy, err: err, hint: fmt.Sprintf("%s; then go on with: %s", batch.HintOf(err), next)}
		}
		return nil, err
	}
	return unlock, nil
}

// lockFiles names the files that stand for a tenant: one beside the journal, and one for all journals of this user. The embedded
// sandbox is one for each journal. Those that are served on this machine, where alone plain http may go, share account codes: they
// are told apart by where they are.
func (a *app) lockFiles(t batch.Tenant) ([]string, error) {
	key := t.Key
	if !t.Sandbox && strings.HasPrefix(t.BaseURL, "http:") {
		key += "\n" + t.BaseURL
	}
	sum := sha256.Sum256([]byte(key))
	name := "." + hex.EncodeToString(sum[:6]) + ".lock"
	beside, err := a.beside(name)
	if err != nil {
		return nil, err
	}
	dir, err := a.stateDir()
	if err != nil || t.Sandbox {
		return []string{beside}, nil
	}
	return []string{filepath.Join(dir, "tenant"+name), beside}, durable.MkdirPrivate(dir)
}

// resultsPath returns where the results of a run go, and makes sure that they can be written there and replace nothing but
// older results.
func resultsPath(ctx context.Context, run batch.Run, out string) (string, error) {
	name := run.SheetPath
	if name == standardInput {
		name = "standard-input." + run.Format
	}
	if run.Of != "" {
		// They stand beside the results of the run that this one is of.
		ext := filepath.Ext(name)
		name = fmt.Sprintf("%s.%s-%s%s", strings.TrimSuffix(name, ext), run.Kind, run.ID, ext)
	}
	path, err := report.ResultsPath(name, run.Format, out)
	if err != nil {
		return "", err
	}
	if isSheet(path, run) {
		return "", &report.PathError{Path: path, Msg: "it is the sheet itself", Fix: "name another file with --out"}
	}
	return path, report.Check(ctx, path)
}

// isSheet tells whether a file is the sheet of a run. A device may have no end to be read to.
func isSheet(path string, run batch.Run) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	sum, err := fileSHA256(path)
	return err == nil && sum == run.SHA256
}

// results writes the results sheet and prints what became of the rows.
func (a *app) results(ctx context.Context, j *journal.Journal, run batch.Run, path string, sum *summary) (batch.Counts, error) {
	// Rows pass by quickly and little is held of them: memory is collected often enough.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var b became
	rows := b.watch(j.Results(ctx, run.ID))
	err := report.Check(ctx, path) // something may have got there since the run began
	if err == nil {
		err = a.keepEdited(path, func(sha256 string) (bool, error) { return j.LeftResults(ctx, sha256) })
	}
	var sha256 string
	if err == nil {
		_, sha256, err = report.Results(path, run, rows, func(sha256 string) {
			if err := j.LeaveResults(ctx, sha256); err != nil {
				a.warnf("the next results keep these as if somebody had written into them: %v", err)
			}
		})
	}
	if err != nil {
		// What became of the rows is to be told all the same.
		for _, countErr := range rows {
			if countErr != nil {
				return nil, err
			}
		}
	}
	a.printBecame(run, &b, sum)
	if err != nil {
		return b.counts, err
	}
	sum.Results, sum.ResultsSHA256 = path, sha256
	a.printf("\nResults: %s\n", path)
	return b.counts, nil
}
