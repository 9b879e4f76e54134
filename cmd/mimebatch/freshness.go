package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"mimebatch/batch"
)

// freshFlags say how old what a plan knows of the tenant may be.
type freshFlags struct {
	maxAge       time.Duration
	recheckAfter time.Duration
	overwrite    bool
}

func (f *freshFlags) add(flags *pflag.FlagSet) {
	flags.DurationVar(&f.maxAge, "max-age", 4*time.Hour, "how old a plan may be when it is begun; 0 for any age. A run that was begun goes on at any age")
	flags.DurationVar(&f.recheckAfter, "recheck-after", 10*time.Minute, "how old a plan may be before the accounts that it updates are read once more; those of a run that is taken up again always are")
	flags.BoolVar(&f.overwrite, "overwrite-drift", false, "send updates of accounts that somebody changed since the plan was made all the same")
}

// checkAge refuses a plan that was never begun and is too old. It tells whether the run is to be rechecked: it was begun before,
// or is no longer fresh.
func (a *app) checkAge(ctx context.Context, x execution) (recheck bool, err error) {
	if x.left.rows == 0 {
		return false, nil
	}
	begun, err := x.journal.Begun(ctx, x.run.ID)
	if err != nil {
		return false, err
	}
	age := time.Since(x.run.Created)
	if !begun && x.maxAge > 0 && age > x.maxAge {
		return false, &stop{
			code: exitGuard, err: fmt.Errorf("plan %s is %s old and was never begun; nothing was sent", x.run.ID, age.Round(time.Second)),
			hint: "the tenant may have changed since, so plan again: " + a.planAgain(x.run) + "; --max-age says how old a plan may be",
		}
	}
	return begun || age >= x.recheckAfter, nil
}

// recheck looks once more at the accounts that a run is going to update.
func (a *app) recheck(ctx context.Context, x execution) error {
	r := batch.Rechecker{Directory: x.client, Journal: x.journal, Workers: x.workers, Overwrite: x.overwrite, Only: x.left.only}
	found, err := r.Recheck(ctx, x.run.ID)
	if found.AsAsked > 0 {
		a.infof("%s as asked by now, and not written to", count(found.AsAsked, "account is", "accounts are"))
	}
	switch {
	case found.Changed > 0 && x.overwrite:
		a.warnf("%s changed by somebody since the plan was made, and overwritten", count(found.Changed, "account was", "accounts were"))
	case found.Changed > 0:
		a.warnf("%s changed by somebody since the plan was made, and not overwritten", count(found.Changed, "account was", "accounts were"))
		a.nextCommand("to plan them anew", "retry", x.run.ID)
	}
	return err
}
