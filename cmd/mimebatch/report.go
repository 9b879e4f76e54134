package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) reportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Write the results of a run again",
		Long: `Report writes the results sheet of a run from the journal: the sheet's own rows and columns with a status on
each. It needs neither the sheet nor the tenant.`,
		Args:        oneArg("run"),
		Annotations: map[string]string{sumsRows: ""},
		RunE:        func(cmd *cobra.Command, args []string) error { return a.writeReport(cmd.Context(), args[0], out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "the results' `file` (default: SHEET.results.xlsx or .csv beside the sheet)")
	return cmd
}

func (a *app) writeReport(ctx context.Context, id, out string) error {
	sum := summary{Type: "summary", Run: id}
	err := func() error {
		j, run, err := a.findRun(ctx, id)
		if err != nil {
			return err
		}
		defer j.Close()
		path, err := resultsPath(ctx, run, out)
		if err != nil {
			return err
		}
		a.printRun(run)
		_, err = a.results(ctx, j, run, path, &sum)
		return err
	}()
	return a.finish(sum, err)
}
