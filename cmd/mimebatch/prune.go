package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/journal"
)

// pruneFlags say which runs are deleted.
type pruneFlags struct {
	olderThan  string
	keep       int
	unfinished bool
	yes        bool
}

// pruneSummary is the last line under --json.
type pruneSummary struct {
	Type    string `json:"type"`
	Removed int    `json:"removed"`
	Exit    int    `json:"exit"`
}

func (a *app) prune(ctx context.Context, f pruneFlags) error {
	age, err := parseAge(f.olderThan)
	if err != nil {
		return &stop{code: exitUsage, err: fmt.Errorf("read --older-than: %w", err), hint: "write a number and h, d or w for hours, days or weeks, such as 90d"}
	}
	if f.keep < 0 {
		return usageError("--keep is %d, and can't be below 0", f.keep)
	}
	if !f.yes && (!a.terminal || a.json) {
		return &stop{code: exitUsage, err: errors.New("there is no terminal to ask on"), hint: "add --yes to delete without being asked"}
	}
	j, err := a.findJournal(ctx)
	if errors.Is(err, errNoJournal) {
		return a.nonePruned()
	}
	if err != nil {
		return err
	}
	defer j.Close()
	old, err := a.oldRuns(ctx, j, f, time.Now().Add(-age))
	if err != nil {
		return err
	}
	if len(old) == 0 {
		return a.nonePruned()
	}
	if !f.yes {
		ok, err := a.ask(ctx, "\nDelete %s with all that is known of them?", count(len(old), "run", "runs"))
		if err != nil {
			return err
		}
		if !ok {
			return &stop{code: exitGuard, err: errors.New("nothing was deleted")}
		}
	}
	removed := 0
	for _, o := range old {
		ok, err := a.removeRun(ctx, j, o)
		if err != nil {
			return err
		}
		if ok {
			removed++
		}
	}
	a.printf("\nDeleted: %s\n", count(removed, "run", "runs"))
	return a.line(pruneSummary{"summary", removed, exitDone})
}

func (a *app) nonePruned() error {
	a.printf("no run to delete\n")
	return a.line(pruneSummary{"summary", 0, exitDone})
}

// oldRun is a run that goes, and what had become of its rows when it was shown.
type oldRun struct {
	batch.Run
	counts batch.Counts
}

// oldRuns prints and returns the runs that go, the newest first.
func (a *app) oldRuns(ctx context.Context, j *journal.Journal, f pruneFlags, before time.Time) ([]oldRun, error) {
	var all []oldRun
	unfinished := map[string]time.Time{} // by tenant: when the oldest run was planned that is kept and not through
	n := 0
	for run, err := range j.Runs(ctx) {
		if err != nil {
			return nil, err
		}
		counts, err := j.Counts(ctx, run.ID)
		if err != nil {
			return nil, err
		}
		n++
		kept := n <= f.keep || !run.Created.Before(before) || counts[batch.InDoubt] > 0 || counts[batch.NotReached] > 0 && !f.unfinished
		switch {
		case !kept:
			all = append(all, oldRun{run, counts})
		case counts[batch.InDoubt]+counts[batch.NotReached] > 0:
			unfinished[run.Tenant.Key] = run.Created
		}
	}
	var old []oldRun
	for _, o := range all {
		// Were it applied again, nobody would know that this one wrote to its accounts since.
		if since, some := unfinished[o.Tenant.Key]; some && o.Created.After(since) {
			begun, err := j.Begun(ctx, o.ID)
			if err != nil {
				return nil, err
			}
			if begun {
				continue
			}
		}
		if err := a.runRow(len(old) == 0, o.Run, o.counts); err != nil {
			return nil, err
		}
		old = append(old, o)
	}
	return old, nil
}

// removeRun deletes a run unless it is being applied, or got on since it was shown.
func (a *app) removeRun(ctx context.Context, j *journal.Journal, run oldRun) (bool, error) {
	unlock, err := a.lockTenant(run.Tenant, "mimebatch runs --prune"+a.placeFlags())
	if _, held := errors.AsType[*durable.HeldError](err); held {
		a.warnf("run %s is kept: its tenant is being worked on", run.ID)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer unlock()
	counts, err := j.Counts(ctx, run.ID)
	if err != nil {
		return false, err
	}
	if !maps.Equal(counts, run.counts) {
		a.warnf("run %s is kept: it was applied meanwhile", run.ID)
		return false, nil
	}
	return true, j.Remove(ctx, run.ID)
}

// ageUnits are the units of an age.
var ageUnits = map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// parseAge reads a whole number of hours, days or weeks, such as "90d".
func parseAge(s string) (time.Duration, error) {
	if s == "" {
		return 0, errors.New("it is blank")
	}
	unit, ok := ageUnits[s[len(s)-1]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	const most = 100 * 365 * 24 * time.Hour
	if !ok || err != nil || n > uint64(most/unit) {
		return 0, fmt.Errorf("%q is no age", s)
	}
	return time.Duration(n) * unit, nil
}
