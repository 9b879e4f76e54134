package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What a command does, as its annotations say.
const (
	sumsRows = "sums up rows" // its last line under --json is a summary of rows, even where the command line is wrong
	sends    = "sends"        // it reads a tenant for what is then sent to it, by itself or by apply
)

// errorLine is the last line under --json of any other command that couldn't go on.
type errorLine struct {
	Type  string `json:"type"`
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	Exit  int    `json:"exit"`
}

// main runs one command line and returns the exit code.
func (a *app) main(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	// Also where another flag is wrong, and so the flags are not read to their end.
	a.json = slices.Contains(args, "--json")
	var err error
	a.command, err = root.ExecuteContextC(ctx)
	if _, rows := a.command.Annotations[sumsRows]; rows && err != nil && !a.summed {
		err = a.finish(summary{Type: "summary"}, err)
	}
	err = a.failed(err)
	if err == nil && a.stdout.err != nil {
		err = fmt.Errorf("write output: %w", a.stdout.err)
	}
	a.report(err)
	return exitCode(err)
}

// failed prints the error under --json, unless the last line was printed, and returns it.
func (a *app) failed(err error) error {
	if err == nil || a.summed {
		return err
	}
	a.summed = true
	return errors.Join(err, a.line(errorLine{"error", a.words(err), a.hintOf(err), exitCode(err)}))
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "mimebatch",
		Short: "Create and update Mimecast users from a spreadsheet",
		Long: `Mimebatch takes a spreadsheet of people (CSV or XLSX), checks every row, plans what must change in the
company's Mimecast tenant, applies it, and hands back the same sheet with a status on every row.

Try it without a tenant: mimebatch run SHEET --sandbox --yes

` + exitHelp,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Args:              noSuchCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.command, a.options = cmd, optionsOf(cmd)
			return refuseBlanks(cmd)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &stop{code: exitUsage, err: err} })
	flags := root.PersistentFlags()
	flags.StringVar(&a.journalPath, "journal", "", "the journal's `file` (default: MIMEBATCH_JOURNAL, or journal.db in the user's state folder)")
	flags.BoolVar(&a.sandbox, "sandbox", false, "use the embedded rehearsal tenant, kept beside the journal")
	flags.BoolVar(&a.json, "json", false, "print JSON Lines on standard output, the last one a summary")
	root.AddCommand(
		a.checkCommand(), a.planCommand(), a.applyCommand(), a.runCommand(), a.retryCommand(), a.undoCommand(),
		a.runsCommand(), a.showCommand(), a.reportCommand(), a.recordCommand(), a.verifyCommand(), a.journalCommand(),
		a.templateCommand(), a.sandboxCommand(), a.authCommand(), a.profileCommand(), a.versionCommand(),
	)
	fillHelp(root)
	return root
}

// refuseBlanks refuses a flag that was given a blank value, as a script gives it whose variable isn't set: without the flag, more
// might be done than was meant. No flag means anything by a blank.
func refuseBlanks(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if slices.ContainsFunc(valuesOf(f), func(v string) bool { return strings.TrimSpace(v) == "" }) {
			err = &stop{code: exitUsage, err: fmt.Errorf("--%s was given a blank value", f.Name), hint: "leave it out, or name the value"}
		}
	})
	return err
}

// fillHelp breaks the lines of the help of a command and of those below it.
func fillHelp(cmd *cobra.Command) {
	cmd.Long = fill(cmd.Long)
	for _, sub := range cmd.Commands() {
		fillHelp(sub)
	}
}

// fill breaks the lines of paragraphs anew so that each fits 80 columns. Lines that begin with a blank, or stand above such a
// line, are left as they are.
func fill(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.Contains("\n"+p, "\n ") {
			paragraphs[i] = wrapAll(strings.ReplaceAll(p, "\n", " "), 0, "")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// oneArg is the argument rule of commands that take exactly one.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 1:
			if args[0] == "" {
				return &stop{code: exitUsage, err: errors.New("the " + what + " is blank"), hint: cmd.UseLine()}
			}
			return nil
		case 0:
			return &stop{code: exitUsage, err: errors.New("no " + what + " given"), hint: cmd.UseLine()}
		}
		return &stop{code: exitUsage, err: errors.New("more than one " + what + " given"), hint: cmd.UseLine()}
	}
}

// noSuchCommand is the argument rule of commands that only have others below them.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	_, below, _ := strings.Cut(cmd.CommandPath()+" "+args[0], " ")
	return usageError("there is no command %q", below)
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &stop{code: exitUsage, err: errors.New(cmd.CommandPath() + " takes no arguments"), hint: cmd.UseLine()}
	}
	return nil
}
