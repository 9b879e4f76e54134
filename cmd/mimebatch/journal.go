package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

func (a *app) journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Check the journal, and take runs to other machines",
		Long: `The journal is the file that remembers every plan and every call. It is kept on a disk of this machine, readable by
you alone, and holds no password. These commands are about the file; mimebatch runs is about what is in it.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.journalCheckCommand(), a.journalExportCommand(), a.journalImportCommand())
	return cmd
}

func (a *app) journalCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Look the whole journal through for damage",
		Long: `Check reads the whole journal: whether the file is whole, whether what belongs together is there, and whether
every run, row, step and attempt is in a state that can be. It prints each fault. With a million rows it takes a minute. It
changes nothing, but that a journal of an older version is brought up to this one.

Exit status: 0 if the journal is sound, else 1.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.checkJournal(cmd.Context()) },
	}
}

func (a *app) journalExportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export RUN",
		Short: "Write a run to a file, to go on with it elsewhere",
		Long: `Export writes a run, with its rows, steps and all calls that were made, to a file that only you can read. It holds
people's names and addresses, and no password. On another machine mimebatch journal import FILE takes it in, and mimebatch apply
RUN --sheet SHEET goes on with it there. Whatever is applied here after that, the other machine doesn't know of.`,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.exportRun(cmd.Context(), args[0], out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "the `file` to write (default: RUN.mimebatch in this folder)")
	return cmd
}

func (a *app) journalImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Take in a run that was exported elsewhere",
		Long: `Import takes in a run that mimebatch journal export wrote, all of it or nothing. A run of that name must not be there
yet. Where the sheet is elsewhere than it was on the other machine, mimebatch apply RUN takes it by --sheet.`,
		Args: oneArg("file"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.importRun(cmd.Context(), args[0]) },
	}
}

// faultLine is a fault of the journal under --json.
type faultLine struct {
	Type  string `json:"type"`
	Fault string `json:"fault"`
}

// checkSummary is the last line of a check under --json.
type checkSummary struct {
	Type    string `json:"type"`
	Journal string `json:"journal"`
	Faults  int    `json:"faults"`
	Exit    int    `json:"exit"`
}

func (a *app) checkJournal(ctx context.Context) error {
	path, err := a.journalFile()
	if err != nil {
		return err
	}
	faults := 0
	for fault, err := range journal.Check(ctx, path) {
		if err != nil {
			return err
		}
		faults++
		a.prose(fault, "")
		if err := a.line(faultLine{"fault", fault}); err != nil {
			return err
		}
	}
	if faults == 0 {
		a.printf("sound: %s\n", path)
		return a.line(checkSummary{"summary", path, 0, exitDone})
	}
	a.summed = true
	return errors.Join(a.line(checkSummary{"summary", path, faults, exitFailed}), &stop{
		code: exitFailed, err: fmt.Errorf("%s in the journal %s", count(faults, "fault", "faults"), path),
		hint: batch.HintOf(&journal.DamagedError{}),
	})
}

// exportLine is the last line of an export or import under --json.
type exportLine struct {
	Type string      `json:"type"`
	Run  batch.RunID `json:"run"`
	File string      `json:"file"`
	Rows int         `json:"rows"`
	Exit int         `json:"exit"`
}

func (a *app) exportRun(ctx context.Context, id, out string) error {
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	if out == "" {
		out = id + ".mimebatch"
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return &stop{code: exitUsage, err: fmt.Errorf("%s is there already", out), hint: "name another file with --out, or remove that one"}
	}
	// What is applied meanwhile would be missing in the file.
	unlock, err := a.lockTenant(run.Tenant, fmt.Sprintf("mimebatch journal export %s%s", run.ID, a.placeFlags()))
	if err != nil {
		return err
	}
	defer unlock()
	if err := j.Export(ctx, run.ID, out); err != nil {
		return err
	}
	a.printf("Exported: %s\n", out)
	a.infof("go on with it on one machine only. To take it in on another: mimebatch journal import %s", shellQuote(out))
	return a.line(exportLine{"summary", run.ID, out, run.Rows, exitDone})
}

func (a *app) importRun(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("import run: %w", err)
	}
	j, err := a.openJournal(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	run, err := j.Import(ctx, path)
	if err != nil {
		return err
	}
	counts, err := j.Counts(ctx, run.ID)
	if err != nil {
		return err
	}
	a.printRun(run)
	a.printCounts(counts, 0)
	if counts[batch.InDoubt] > 0 || counts[batch.NotReached] > 0 {
		next := fmt.Sprintf("mimebatch apply %s%s", run.ID, a.tenantFlags())
		if _, err := os.Stat(run.SheetPath); err != nil {
			next += " --sheet FILE"
		}
		a.infof("to go on: %s", next)
	}
	return a.line(exportLine{"summary", run.ID, path, run.Rows, exitDone})
}
