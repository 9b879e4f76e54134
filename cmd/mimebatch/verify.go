package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/report"
)

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Compare plan, sheet and results with the record of a run",
		Long: `Verify hashes the plan in the journal, the sheet and the results again, and says of each whether it is as it
was: ok, changed, missing (nothing is there to be looked at), or unknown (no hash was kept). It calls nobody.

With --record it compares with a record that was kept elsewhere ("mimebatch record"), and not with what the
journal says of itself; only the plan is read from the journal. An undo needs no sheet, and none is looked at.

Without it, results that "report" wrote again after more of the run was applied are ok if they say what the
journal says.

Exit status:
  0    nothing is changed; what is missing or unknown can't be checked
  1    could not go on
  2    the command line is wrong
  3    something is changed`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.record == "" {
				return oneArg("run")(cmd, args)
			}
			if len(args) > 0 {
				return usageError("the record says which run: leave RUN out, or --record")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.record != "" {
				return a.verifyFile(cmd.Context(), f)
			}
			return a.verifyRun(cmd.Context(), args[0], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.record, "record", "", "compare with the record in a `file`")
	flags.StringVar(&f.sheet, "sheet", "", "the sheet's `file`, if it was moved")
	flags.StringVar(&f.results, "results", "", "the results' `file`, if they were moved")
	return cmd
}

type verifyFlags struct{ record, sheet, results string }

// finding is what a check finds out.
type finding string

const (
	asRecorded  finding = "ok"
	hasChanged  finding = "changed"
	isMissing   finding = "missing"
	notRecorded finding = "unknown"
)

// fileCheck is a check under --json.
type fileCheck struct {
	Type     string  `json:"type"`
	Name     string  `json:"name"` // plan, sheet or results
	Status   finding `json:"status"`
	Path     string  `json:"path,omitempty"`
	Recorded string  `json:"recorded,omitempty"`
	Found    string  `json:"found,omitempty"`
}

// compared fills in what becomes of a check when that hash is found.
func (c fileCheck) compared(found string) fileCheck {
	c.Type, c.Found = "check", found
	switch {
	case c.Recorded == "":
		c.Status = notRecorded
	case found == "":
		c.Status = isMissing
	case found == c.Recorded:
		c.Status = asRecorded
	default:
		c.Status = hasChanged
	}
	return c
}

func (a *app) verifyRun(ctx context.Context, id string, f verifyFlags) error {
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	r, err := recordOf(ctx, j, run)
	if err != nil {
		return err
	}
	return a.verify(ctx, j, r, f)
}

func (a *app) verifyFile(ctx context.Context, f verifyFlags) error {
	data, err := os.ReadFile(f.record)
	if err != nil {
		return &stop{code: exitUsage, err: fmt.Errorf("read --record: %w", err)}
	}
	r, err := parseRecord(data)
	if err != nil {
		return &stop{code: exitUsage, err: fmt.Errorf("read --record %s: %w", f.record, err), hint: "mimebatch record RUN --out FILE makes one"}
	}
	j, err := a.findJournal(ctx)
	if errors.Is(err, errNoJournal) {
		return a.verify(ctx, nil, r, f) // the record may have come here without it
	}
	if err != nil {
		return err
	}
	defer j.Close()
	return a.verify(ctx, j, r, f)
}

// verify compares what is there now with a record. Without a journal it looks at the files only.
func (a *app) verify(ctx context.Context, j *journal.Journal, r record, f verifyFlags) error {
	plan, err := verifyPlan(ctx, j, r)
	if err != nil {
		return err
	}
	results, err := verifyResults(ctx, j, r, f)
	if err != nil {
		return err
	}
	checks := []fileCheck{plan, results}
	if r.Kind != batch.OfUndo {
		sheet, err := verifySheet(r, f.sheet)
		if err != nil {
			return err
		}
		checks = slices.Insert(checks, 1, sheet)
	}
	n := map[finding]int{}
	for _, c := range checks {
		n[c.Status]++
		a.printf("%-7s  %-7s  ", c.Status, c.Name)
		a.printf("%s\n", cmp.Or(c.Path, "in the journal"))
		if c.Status == hasChanged {
			a.printf("                  recorded %s\n                  found    %s\n", c.Recorded, c.Found)
		}
		if err := a.line(c); err != nil {
			return err
		}
	}
	var changed error
	if n[hasChanged] > 0 {
		changed = &stop{code: exitIncomplete}
	}
	a.summed = true
	return errors.Join(changed, a.line(struct {
		Type    string      `json:"type"`
		Run     batch.RunID `json:"run"`
		OK      int         `json:"ok"`
		Changed int         `json:"changed"`
		Missing int         `json:"missing"`
		Unknown int         `json:"unknown"`
		Exit    int         `json:"exit"`
	}{"summary", r.Run, n[asRecorded], n[hasChanged], n[isMissing], n[notRecorded], exitCode(changed)}))
}

func verifyPlan(ctx context.Context, j *journal.Journal, r record) (fileCheck, error) {
	c := fileCheck{Name: "plan", Recorded: r.PlanSHA256}
	if j == nil {
		return c.compared(""), nil
	}
	sum, err := j.PlanSHA256(ctx, r.Run)
	if errors.Is(err, batch.ErrNoRun) {
		err = nil
	}
	return c.compared(sum), err
}

func verifySheet(r record, moved string) (fileCheck, error) {
	c := fileCheck{Name: "sheet", Path: cmp.Or(moved, r.Sheet.Path), Recorded: r.Sheet.SHA256}
	if c.Path == standardInput || c.Path == "" {
		c.Path = "standard input"
		return c.compared(""), nil
	}
	sum, err := hashThere(c.Path)
	return c.compared(sum), err
}

func verifyResults(ctx context.Context, j *journal.Journal, r record, f verifyFlags) (fileCheck, error) {
	c := fileCheck{Name: "results", Path: cmp.Or(f.results, r.Results.Path, "none were written"), Recorded: r.Results.SHA256}
	if c.Recorded == "" {
		return c.compared(""), nil
	}
	sum, err := hashThere(c.Path)
	if err != nil {
		return c, err
	}
	if c = c.compared(sum); c.Status != hasChanged {
		return c, nil
	}
	if f.record != "" {
		return c, nil
	}
	// They may have been written again, when more of the run was applied.
	run, err := j.Run(ctx, r.Run)
	if err != nil {
		return c, err
	}
	again, err := report.Digest(run, j.Results(ctx, run.ID))
	if err == nil && again == sum {
		c.Status = asRecorded
	}
	return c, err
}

// hashThere hashes a file; "" is for one that isn't there.
func hashThere(path string) (string, error) {
	sum, err := fileSHA256(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("hash file: %w", err)
	}
	return sum, nil
}
