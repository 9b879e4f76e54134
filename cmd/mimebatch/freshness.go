package main

import (
	"context"
	"fmt"
	"slices"
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
	flags.BoolVar(&f.overwrite, "overwrite-drift", false, "send what is planned for accounts that somebody, or a later run, changed since the plan was made all the same")
}

// stale is what of a run must be looked at once more before it is applied.
type stale struct {
	all       bool            // it was begun before, or is no longer fresh
	overtaken batch.Overtaken // later runs have written to these rows' accounts
}

// checkAge refuses a plan that was never begun and is too old, and finds out what is to be rechecked.
func (a *app) checkAge(ctx context.Context, x execution) (s stale, err error) {
	if x.left.rows == 0 {
		return s, nil
	}
	begun, err := x.journal.Begun(ctx, x.run.ID)
	if err != nil {
		return s, err
	}
	age := time.Since(x.run.Created)
	if !begun && x.maxAge > 0 && age > x.maxAge {
		return s, &stop{
			code: exitGuard, err: fmt.Errorf("plan %s is %s old and was never begun; nothing was sent", x.run.ID, age.Round(time.Second)),
			hint: "the tenant may have changed since, so plan again: " + a.planAgain(x.run) + "; --max-age says how old a plan may be",
		}
	}
	s.all = begun || age >= x.recheckAfter
	if !x.overwrite {
		s.overtaken, err = x.journal.Overtaken(ctx, x.run.ID)
	}
	return s, err
}

// recheck looks once more at the accounts that a run is going to write to, and returns what is left then.
func (a *app) recheck(ctx context.Context, x execution, s stale) (left, error) {
	l := x.left
	if !s.all && len(s.overtaken) == 0 {
		return l, nil
	}
	takes := l.only
	if takes == nil {
		takes = func(int) bool { return true }
	}
	r := batch.Rechecker{
		Directory: x.client, Journal: x.journal, Workers: x.workers, Overwrite: x.overwrite, Overtaken: s.overtaken,
		Only: func(row int) bool { return takes(row) && (s.all || s.overtaken.By(row) != "") },
	}
	found, err := r.Recheck(ctx, x.run.ID)
	if found.AsAsked > 0 {
		a.infof("%s as asked by now, and not written to", count(found.AsAsked, "account is", "accounts are"))
	}
	if found.Changed > 0 {
		not := "not "
		if x.overwrite {
			not = ""
		}
		a.warnf("%s changed by somebody since the plan was made, and %soverwritten", count(found.Changed, "account was", "accounts were"), not)
	}
	if found.Overtaken > 0 {
		a.warnf("%s written to by %s since the plan was made, and not overwritten",
			count(found.Overtaken, "account was", "accounts were"), writers(s.overtaken))
	}
	if found.Overtaken > 0 || found.Changed > 0 && !x.overwrite {
		a.nextCommand("to plan them anew", "retry", x.run.ID)
	}
	if doubts := found.Doubts; len(doubts) > 0 {
		l.kept = len(doubts)
		l.only = func(row int) bool {
			_, kept := slices.BinarySearch(doubts, row)
			return !kept && takes(row)
		}
	}
	return l, err
}

// writers names the runs that have overtaken rows.
func writers(rows batch.Overtaken) string {
	ids := map[batch.RunID]bool{}
	for _, r := range rows {
		ids[r.By] = true
	}
	if len(ids) > 1 {
		return fmt.Sprintf("%d later runs", len(ids))
	}
	return "run " + string(rows[0].By)
}
