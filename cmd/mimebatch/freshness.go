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
	durationVar(flags, &f.maxAge, "max-age", 4*time.Hour, "how old a plan may be when it is begun; 0 for any age. A run that was begun goes on at any age")
	durationVar(flags, &f.recheckAfter, "recheck-after", 10*time.Minute, "how old a plan may be when the accounts of a wave are read once more before they are updated; those of an undo, and of a run that is taken up again, always are")
	flags.BoolVar(&f.overwrite, "overwrite-drift", false, "send what is planned for accounts that somebody, or a later run, changed since the plan was made all the same; an undo puts back what the plan knew")
}

// freshness is how much of what a run knows of its accounts still holds, while it is applied.
type freshness struct {
	old       bool            // it was begun before, or takes another run back: each account is looked at once more
	overtaken batch.Overtaken // later runs have written to these rows' accounts
	kept      []int           // rows that are not sent though they are open or in doubt, in order
	unread    int             // of these: accounts that can't be read before they are purged
	changed   bool            // rows were refused because somebody changed the account
}

func (f *freshness) keeps(row int) bool {
	_, kept := slices.BinarySearch(f.kept, row)
	return kept
}

// checkAge refuses a plan that was never begun and is too old, and finds out what is to be looked at once more.
func (a *app) checkAge(ctx context.Context, x execution) (*freshness, error) {
	f := new(freshness)
	if x.left.rows == 0 {
		return f, nil
	}
	begun, err := x.journal.Begun(ctx, x.run.ID)
	if err != nil {
		return nil, err
	}
	age := time.Since(x.run.Created)
	if !begun && x.flags.maxAge > 0 && age > x.flags.maxAge {
		return nil, &stop{
			code: exitGuard, err: fmt.Errorf("plan %s is %s old and was never begun; nothing was sent", x.run.ID, age.Round(time.Second)),
			hint: "the tenant may have changed since, so plan again: " + a.planAgain(x.run) + "; --max-age says how old a plan may be",
		}
	}
	f.old = begun || x.run.Kind == batch.OfUndo
	if err := a.checkUndone(ctx, x); err != nil {
		return nil, err
	}
	if !x.flags.overwrite {
		f.overtaken, err = x.journal.Overtaken(ctx, x.run.ID)
	}
	return f, err
}

// checkUndone refuses an undo of a run that was applied since the undo was planned.
func (a *app) checkUndone(ctx context.Context, x execution) error {
	if x.run.Kind != batch.OfUndo {
		return nil
	}
	sessions, err := x.journal.Sessions(ctx, x.run.Of)
	if err != nil || len(sessions) == 0 || sessions[len(sessions)-1].Begun.Before(x.run.Created) {
		return err
	}
	return &stop{
		code: exitGuard, err: fmt.Errorf("run %s was applied since plan %s was made to undo it; nothing was sent", x.run.Of, x.run.ID),
		hint: "plan again: " + a.planAgain(x.run),
	}
}

// recheck looks once more at the accounts that a wave is going to write to, if that is due, and returns how many rows it refused.
func (a *app) recheck(ctx context.Context, x execution, w batch.Wave, p *progress, through func(int, batch.StepState)) (refused int, err error) {
	f := x.fresh
	all := f.old || time.Since(x.run.Created) >= x.flags.recheckAfter
	if !all && len(f.overtaken) == 0 {
		return 0, nil
	}
	r := batch.Rechecker{
		Directory: x.client, Journal: x.journal, Workers: x.workers, Overwrite: x.flags.overwrite, Overtaken: f.overtaken, First: w.First, Last: w.Last,
		Only:     func(row int) bool { return x.takes(row) && (all || f.overtaken.By(row) != "") },
		Progress: through,
	}
	found, err := r.Recheck(ctx, x.run.ID)
	p.aside(func() { a.tellRechecked(found, x) })
	f.kept = append(f.kept, found.Kept...)
	f.unread += found.Unread
	f.changed = f.changed || found.Refused > 0
	return found.Refused, err
}

// tellRechecked says what came of a look at accounts.
func (a *app) tellRechecked(found batch.Rechecked, x execution) {
	if found.AsAsked > 0 {
		a.infof("%s as asked by now, and not written to", count(found.AsAsked, "account is", "accounts are"))
	}
	if found.Changed > 0 {
		then := "not overwritten"
		if x.flags.overwrite {
			then = "written to all the same"
		}
		a.warnf("%s changed by somebody since the plan was made, and %s", count(found.Changed, "account was", "accounts were"), then)
	}
	if found.Unread > 0 {
		a.warnf("%s read, and so not purged now", count(found.Unread, "account can't be", "accounts can't be"))
	}
	if found.Overtaken > 0 {
		a.warnf("%s written to by %s since the plan was made, and not overwritten",
			count(found.Overtaken, "account was", "accounts were"), writers(x.fresh.overtaken))
	}
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
