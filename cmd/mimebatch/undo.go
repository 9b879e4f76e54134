package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

func (a *app) undoCommand() *cobra.Command {
	var calls callFlags
	var told batch.ToldGuards
	var purge bool
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Plan how to take back what a run did",
		Long: `Undo reads what a run did and what its accounts are like now, and stores a plan that takes it back, to be looked at
and applied like any other. It changes nothing in the tenant, and needs the sheet no more. A row is

  to reverse          its fields go back to what was read before the run changed
                      them; an account that the run created is disabled, for
                      accounts can't be deleted
  kept                somebody changed it since, or what it is like can't be
                      told
  not reversible      nobody knows what was there before: passwords and archive
                      start dates can't be read, and a run that was planned
                      with --read-state never has read nothing
  nothing to reverse  the run did not change it, or it is as it was before

With --purge, accounts that the run created are disabled and then put on the service's purge list. What is purged is
deleted for good, in the service's own time. The service refuses this for administrators, for addresses that come from
a directory, and for those with active mail: such a row has failed, and its account stays disabled. The purge list
can't be read: an account counts as queued only if the service's answer names it, else it is unknown, and apply asks
again. As ever, an account is kept if somebody changed since what the run had set; what the run did not set tells
nothing.

The undo of an undo puts things back again, and takes accounts off the purge list. Exit status is 3 if rows are kept or
not reversible.`,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.undo(cmd.Context(), args[0], calls, told, purge)
		},
	}
	a.connectFlags(cmd)
	calls.add(cmd)
	guardFlags(cmd, &told)
	cmd.Flags().BoolVar(&purge, "purge", false, "also queue the accounts that the run created for purging, which deletes them for good")
	return cmd
}

func (a *app) undo(ctx context.Context, id string, calls callFlags, told batch.ToldGuards, purge bool) error {
	sum := summary{Type: "summary"}
	err := a.planUndo(ctx, id, calls, told, purge, &sum)
	return a.finish(sum, err)
}

func (a *app) planUndo(ctx context.Context, id string, calls callFlags, told batch.ToldGuards, purge bool, sum *summary) error {
	re, err := a.replan(ctx, id, calls)
	if err != nil {
		return err
	}
	defer re.close()
	guards, kept, err := a.guards(told)
	if err != nil {
		return err
	}
	if err := re.connect(ctx, new(app).undoCommand()); err != nil {
		return err
	}
	j, of := re.journal, re.of
	if counts, err := j.Counts(ctx, of.ID); err != nil {
		return err
	} else if left := counts[batch.NotReached] + counts[batch.InDoubt]; left > 0 {
		a.warnf("run %s is not through: %s left; what it does after this is not taken back", of.ID, count(left, "row is", "rows are"))
	}
	p := undoing{run: undoOf(of, purge)}
	p.run.Options, p.run.Guards = a.options, kept
	undoer := batch.Undoer{Directory: re.client, Journal: j, Workers: calls.workers, Guard: guards.Blocks, Purge: purge}
	if err := j.Plan(ctx, p.run, p.watch(undoer.Plan(ctx, of.ID))); err != nil {
		return err
	}
	sum.Run, sum.Rows, sum.ToUpdate, sum.Undone = string(p.run.ID), p.run.Rows, p.update, p.undone.rows
	sum.ToPurge = p.undone.purges[batch.ToReverse]
	sum.count(p.counts)
	a.printUndoing(&p)
	return a.replanned(p.run.ID, p.update, p.counts[batch.Blocked])
}

// undoOf returns the run that takes another one back: it has the same rows.
func undoOf(of batch.Run, purge bool) batch.Run {
	r := of
	r.ID, r.Created, r.Version = newRunID(), time.Now().UTC(), version()
	r.Kind, r.Of, r.Mode = batch.OfUndo, of.ID, batch.Update
	r.Secrets, r.PlanSHA256 = false, ""
	if purge {
		r.Mode = batch.Purge
	}
	return r
}

// undoing collects what is shown of a plan that takes a run back while its rows pass by.
type undoing struct {
	planned
	run    batch.Run
	undone undone
	stays  map[batch.Undone][]string // some of the rows that are kept or not reversible
}

// undone counts what becomes of what a run did: rows, and those of them that have an account queued for purging.
type undone struct{ rows, purges map[batch.Undone]int }

func newUndone() undone { return undone{map[batch.Undone]int{}, map[batch.Undone]int{}} }

// add counts a row.
func (n undone) add(what batch.Undone, steps []batch.StepResult) {
	n.rows[what]++
	if slices.ContainsFunc(steps, func(s batch.StepResult) bool { return s.Kind == batch.StepPurge }) {
		n.purges[what]++
	}
}

// watch passes the rows on and keeps what is going to be shown.
func (u *undoing) watch(rows iter.Seq2[batch.PlannedRow, error]) iter.Seq2[batch.PlannedRow, error] {
	u.counts, u.undone, u.stays = batch.Counts{}, newUndone(), map[batch.Undone][]string{}
	return func(yield func(batch.PlannedRow, error) bool) {
		for row, err := range u.planned.watch(rows) {
			if err == nil {
				u.sort(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func (u *undoing) sort(row batch.PlannedRow) {
	steps := openResults(row.Steps)
	b := batch.UndoneOf(batch.StatusOf(row.Action, steps), row.Reason.Code)
	u.undone.add(b, steps)
	if row.Action == batch.ActionBlocked && len(u.stays[b]) < mostShown {
		u.stays[b] = append(u.stays[b], fmt.Sprintf("row %d  %s: %s", row.Line, row.Email, row.Reason.Message))
	}
}

func (a *app) printUndoing(u *undoing) {
	a.printf("\nPlan %s for %s, to undo run %s\n", u.run.ID, tenantName(u.run.Tenant), u.run.Of)
	a.printUndoneCounts(u.undone)
	a.printShown("To reverse", u.changes, u.update, u.run.ID)
	a.printShown("Kept", u.stays[batch.Kept], u.undone.rows[batch.Kept], u.run.ID)
	a.printShown("Not reversible", u.stays[batch.NotReversible], u.undone.rows[batch.NotReversible], u.run.ID)
	a.printNotes(u.notes)
}

func (a *app) printUndoneCounts(n undone) {
	for _, u := range batch.AllUndone() {
		if n.rows[u] == 0 {
			continue
		}
		more := ""
		switch k := n.purges[u]; {
		case k > 0 && u == batch.ToReverse:
			more = fmt.Sprintf("  (%d of them to be queued for purging)", k)
		case k > 0 && u == batch.Reversed:
			more = fmt.Sprintf("  (%d of them queued for purging)", k)
		}
		a.printf("  %6d  %s%s\n", n.rows[u], u, more)
	}
}
