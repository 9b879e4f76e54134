package main

import (
	"context"
	"errors"
	"fmt"

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
it sends nothing, unless --skip-invalid leaves them out. Without a terminal to ask on it needs --yes.

` + exitHelp,
		Args: oneArg("sheet"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.run(cmd.Context(), args[0], p, f)
		},
	}
	a.connectFlags(cmd)
	p.add(cmd)
	f.add(cmd)
	return cmd
}

func (a *app) run(ctx context.Context, path string, pf planFlags, f applyFlags) error {
	sum := summary{Type: "summary"}
	err := func() error {
		if !f.yes && (!a.terminal || a.json) {
			return &stop{code: exitUsage, err: errors.New("there is no terminal to ask on"), hint: "look at the plan with: mimebatch plan " + shellQuote(path) + a.tenantFlags() + "; or add --yes"}
		}
		p, err := a.prepare(ctx, path, pf, &sum, func(s *batch.Sheet) error {
			_, err := resultsPath(ctx, runOf(s), f.out)
			return err
		})
		if err != nil {
			return err
		}
		defer p.close()
		if err := a.confirm(ctx, p, f); err != nil {
			if ctx.Err() != nil {
				a.nextCommand("the plan is kept", "apply", p.run.ID)
			}
			return err
		}
		p.run.Secrets = p.planned.secrets
		return a.execute(ctx, execution{run: p.run, sheet: p.sheet, journal: p.journal, client: p.client, workers: pf.workers, applyFlags: f}, &sum)
	}()
	return a.finish(sum, err)
}

// confirm asks before anything is written to the tenant.
func (a *app) confirm(ctx context.Context, p *prepared, f applyFlags) error {
	n := p.planned.create + p.planned.update
	if f.yes || n == 0 {
		return nil
	}
	ok, err := a.ask(ctx, "\nCreate %d and update %d in %s?", p.planned.create, p.planned.update, tenantName(p.run.Tenant))
	if err != nil {
		return err
	}
	if !ok {
		return &stop{
			code: exitGuard, err: errors.New("nothing was sent"),
			hint: fmt.Sprintf("the plan is kept: mimebatch apply %s%s", p.run.ID, a.tenantFlags()),
		}
	}
	return nil
}
