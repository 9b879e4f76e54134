package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

func (a *app) runCommand() *cobra.Command {
	var p planFlags
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "run SHEET",
		Short: "Check, plan, confirm and apply in one",
		Long: `Run checks the sheet, plans it, asks, applies the plan and writes the results. With rows that can't be used
it sends nothing, unless --skip-invalid leaves them out. Without a terminal to ask on it needs --yes. A plan that
changes more rows than --confirm-above is agreed to by typing their number.

` + stopHelp + `

` + eventsHelp + "\n\n" + exitHelp,
		Args: oneArg("sheet"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.run(cmd.Context(), args[0], p, f)
		},
	}
	a.connectFlags(cmd)
	p.add(cmd)
	p.callFlags.addGrace(cmd)
	f.add(cmd)
	return cmd
}

func (a *app) run(ctx context.Context, path string, pf planFlags, f applyFlags) error {
	sum := summary{Type: "summary"}
	err := func() error {
		if err := f.check(pf.callFlags); err != nil {
			return err
		}
		if !f.yes && !a.canAsk() {
			return &stop{code: exitUsage, err: errors.New("there is no terminal to ask on"), hint: "look at the plan with: mimebatch plan " + shellQuote(path) + a.tenantFlags() + "; or add --yes"}
		}
		var results string
		p, end, err := a.prepare(ctx, path, pf, &sum, func(s *batch.Sheet) error {
			run := runOf(s)
			if _, err := f.condition(run); err != nil {
				return err
			}
			var err error
			if results, err = resultsPath(ctx, run, f.out); err != nil {
				return err
			}
			return checkEvents(f.events, results)
		})
		if err != nil {
			return err
		}
		defer end()
		x := newExecution(p.run, p.journal, p.planned.counts, pf.callFlags, f)
		x.client, x.results = p.client, results
		if x.left, err = a.left(ctx, p.journal, p.run, f.waveFlags); err != nil {
			return err
		}
		if err := a.agree(ctx, x, true); err != nil {
			return err
		}
		if x.left.secrets {
			if x.passwords, err = p.sheet.Passwords(ctx); err != nil {
				return err
			}
		}
		return a.execute(ctx, x, &sum)
	}()
	return a.finish(sum, err)
}
