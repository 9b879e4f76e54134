package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
	out         string
	yes         bool
	settleAfter time.Duration
}

func (f *applyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "the results' `file` (default: SHEET.results.xlsx or .csv beside the sheet)")
	flags.BoolVar(&f.yes, "yes", false, "don't ask")
	flags.DurationVar(&f.settleAfter, "settle-after", 3*time.Second, "how old a call without an answer must be before the tenant is asked whether it was executed")
}

func (a *app) applyCommand() *cobra.Command {
	var calls callFlags
	var f applyFlags
	var sheetPath, passwordFile string
	cmd := &cobra.Command{
		Use:   "apply RUN",
		Short: "Execute a plan, or go on with one",
		Long: `Apply executes what is left of a plan and writes the results. The plan is what was agreed to, so it doesn't ask.
The same command goes on after a crash, a Ctrl-C or a lost line: calls whose outcome is not known are settled first.
Rows that the service refused are not sent again.

` + exitHelp,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.applyRun(cmd.Context(), args[0], sheetPath, passwordFile, calls, f)
		},
	}
	a.connectFlags(cmd)
	calls.add(cmd)
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
		if run.Secrets, err = secretsLeft(ctx, j, run.ID); err != nil {
			return err
		}
		s, err := a.sameSheet(ctx, run, sheetPath, passwordFile)
		if err != nil {
			return err
		}
		if sheetPath != "" {
			// The results go beside the sheet where it is now.
			if run.SheetPath, err = filepath.Abs(sheetPath); err != nil {
				return fmt.Errorf("find the sheet: %w", err)
			}
		}
		client, disconnect, err := a.directory(config)
		if err != nil {
			return err
		}
		defer disconnect()
		return a.execute(ctx, execution{run: run, sheet: s, journal: j, client: client, workers: calls.workers, applyFlags: f}, &sum)
	}()
	return a.finish(sum, err)
}

// secretsLeft tells whether a step that is still to be made needs a password.
func secretsLeft(ctx context.Context, j batch.Journal, id batch.RunID) (bool, error) {
	for s, err := range j.Open(ctx, id) {
		if err != nil || s.WithPassword {
			return err == nil, err
		}
	}
	return false, nil
}

// sameSheet opens the sheet of a plan again and refuses one that is not the same to the byte. It returns nil if the sheet
// is gone and not needed.
func (a *app) sameSheet(ctx context.Context, run batch.Run, path, passwordFile string) (*batch.Sheet, error) {
	given := path != ""
	if !given && run.SheetPath == standardInput {
		return nil, nil // a plan of it needs no password
	}
	if !given {
		path = run.SheetPath
	}
	sum, err := fileSHA256(path)
	if errors.Is(err, fs.ErrNotExist) && !given {
		if run.Secrets {
			return nil, &batch.SheetError{Path: path, Msg: "the sheet is gone, and the plan needs its passwords", Fix: "bring it back, or say where it is with --sheet FILE"}
		}
		return nil, nil
	}
	if err != nil {
		fix := ""
		if given {
			fix = "--sheet takes the sheet's file here; the worksheet is the plan's"
		}
		return nil, &batch.SheetError{Path: path, Err: err, Fix: fix}
	}
	changed := &batch.SheetError{
		Path: path, Msg: "the sheet has changed since the plan was made",
		Fix: "make a new plan of it: mimebatch plan " + shellQuote(path) + a.tenantFlags() + "; or bring the old file back",
	}
	if sum != run.SHA256 {
		return nil, changed
	}
	if !run.Secrets {
		return nil, nil
	}
	o := run.Reading
	o.Worksheet = run.Worksheet
	o.Password = a.sheetPassword(path, passwordFile)
	s, err := batch.OpenSheet(ctx, path, o)
	if err == nil && s.Table.SHA256 != run.SHA256 {
		return nil, changed // between the two looks
	}
	return s, err
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// execution is what it takes to apply a run.
type execution struct {
	run     batch.Run
	sheet   *batch.Sheet // nil if no passwords are needed
	journal *journal.Journal
	client  *mimecast.Client
	workers int
	applyFlags
}

// execute applies a run and writes its results, on every way out.
func (a *app) execute(ctx context.Context, x execution, sum *summary) error {
	path, err := resultsPath(ctx, x.run, x.out)
	if err != nil {
		return err
	}
	tenant, err := batch.ReadTenant(ctx, x.client)
	if err != nil {
		return err
	}
	if tenant.Key != x.run.Tenant.Key || tenant.Sandbox != x.run.Tenant.Sandbox {
		return &stop{
			code: exitGuard, err: fmt.Errorf("run %s was planned for %s, but these credentials are for %s", x.run.ID, tenantName(x.run.Tenant), tenantName(tenant)),
			hint: "use the credentials of the tenant that it was planned for, or make a new plan",
		}
	}
	a.infof("applying to %s", tenantName(tenant))
	next := fmt.Sprintf("mimebatch apply %s%s", x.run.ID, a.tenantFlags())
	lock, err := a.lockTenant(tenant, next)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	passwords := map[int]batch.Secret{}
	if x.run.Secrets {
		if passwords, err = x.sheet.Passwords(ctx); err != nil {
			return err
		}
	}
	progress, err := a.progress(ctx, x.journal, x.run.ID)
	if err != nil {
		return err
	}
	progress.pace = x.client.Pace
	a.goOn.Store(&next)
	applier := batch.Applier{
		Directory: x.client, Journal: x.journal, Workers: x.workers, SettleAfter: x.settleAfter,
		Password: func(line int) batch.Secret { return passwords[line] },
		Progress: progress.row,
	}
	applyErr := applier.Apply(ctx, x.run.ID)
	progress.end()
	// Whatever happened, the journal holds it and the results say it.
	counts, resultsErr := a.results(context.WithoutCancel(ctx), x.journal, x.run, path, sum)
	return errors.Join(applyErr, resultsErr, a.outcome(x.run, counts, applyErr, resultsErr))
}

// outcome says what to type next, and returns the exit code of a run that came to its end.
func (a *app) outcome(run batch.Run, counts batch.Counts, applyErr, resultsErr error) error {
	if resultsErr != nil {
		a.nextCommand("to write the results again", "report", run.ID)
	}
	if counts[batch.InDoubt] > 0 || counts[batch.NotReached] > 0 {
		a.nextCommand("to go on", "apply", run.ID)
	}
	if applyErr == nil && resultsErr == nil && !counts.Complete() {
		a.nextCommand("to see why", "show", run.ID)
		return &stop{code: exitIncomplete}
	}
	return nil
}

// lockTenant keeps a second mimebatch of this user from applying to the same tenant, whichever journal it uses. The second is
// told the command to go on with.
func (a *app) lockTenant(t batch.Tenant, next string) (*durable.LockFile, error) {
	path, err := a.lockFile(t)
	if err != nil {
		return nil, err
	}
	lock, err := durable.Lock(path, holder())
	if _, held := errors.AsType[*durable.HeldError](err); held {
		return nil, &stop{
			code: exitBusy, err: fmt.Errorf("apply to %s: %w", tenantName(t), err),
			hint: fmt.Sprintf("%s; then go on with: %s", batch.HintOf(err), next),
		}
	}
	if err != nil {
		return nil, fmt.Errorf("apply to %s: %w", tenantName(t), err)
	}
	return lock, nil
}

// lockFile names the file that stands for a tenant. The embedded sandbox is one for each journal. Those that are served on this
// machine, where alone plain http may go, share account codes: they are told apart by where they are.
func (a *app) lockFile(t batch.Tenant) (string, error) {
	key := t.Key
	if !t.Sandbox && strings.HasPrefix(t.BaseURL, "http:") {
		key += "\n" + t.BaseURL
	}
	sum := sha256.Sum256([]byte(key))
	name := "." + hex.EncodeToString(sum[:6]) + ".lock"
	dir, err := a.stateDir()
	if err != nil || t.Sandbox {
		return a.beside(name)
	}
	return filepath.Join(dir, "tenant"+name), durable.MkdirPrivate(dir)
}

// resultsPath returns where the results of a run go, and makes sure that they can be written there and replace nothing but
// older results.
func resultsPath(ctx context.Context, run batch.Run, out string) (string, error) {
	if out == "" && run.SheetPath == standardInput {
		out = "standard-input.results." + run.Format
	}
	path, err := report.ResultsPath(run.SheetPath, run.Format, out)
	if err != nil {
		return "", err
	}
	if sum, err := fileSHA256(path); err == nil && sum == run.SHA256 {
		return "", &report.PathError{Path: path, Msg: "it is the sheet itself", Fix: "name another file with --out"}
	}
	return path, report.Check(ctx, path)
}

// results writes the results sheet and prints what became of the rows.
func (a *app) results(ctx context.Context, j *journal.Journal, run batch.Run, path string, sum *summary) (batch.Counts, error) {
	counts, err := j.Counts(ctx, run.ID)
	if err != nil {
		return nil, err
	}
	sum.Rows = run.Rows
	sum.ToCreate, sum.ToUpdate = 0, 0
	sum.count(counts)
	a.printCounts(counts)
	if _, err := report.Results(path, run, j.Results(ctx, run.ID)); err != nil {
		return counts, err
	}
	sum.Results = path
	a.printf("\nResults: %s\n", path)
	return counts, nil
}

func (a *app) printCounts(c batch.Counts) {
	a.printf("\n")
	for _, s := range batch.Statuses() {
		if c[s] > 0 {
			a.printf("  %6d  %s\n", c[s], s)
		}
	}
	a.printf("  %6d  rows\n", c.Total())
}
