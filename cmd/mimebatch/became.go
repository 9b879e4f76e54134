package main

import (
	"iter"
	"slices"

	"mimebatch/batch"
)

// became collects what became of the rows of a run while they pass by.
type became struct {
	counts batch.Counts
	partly int    // rows that are not reached, of which a part is done: people who are created and lack their settings
	differ int    // rows that are done, and whose accounts are not as asked by what the service answered
	undone undone // of an undo: what became of the other run's rows
}

// watch passes the rows on and counts them: all of them, whenever they are ranged over.
func (b *became) watch(rows iter.Seq2[batch.RowResult, error]) iter.Seq2[batch.RowResult, error] {
	return func(yield func(batch.RowResult, error) bool) {
		*b = became{counts: batch.Counts{}, undone: newUndone()}
		for r, err := range rows {
			if err == nil {
				b.add(r)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func (b *became) add(r batch.RowResult) {
	b.counts[r.Status]++
	b.undone.add(batch.UndoneOf(r.Status, r.Reason.Code), r.Steps)
	if r.Differs && (r.Status == batch.Created || r.Status == batch.Updated) {
		b.differ++
	}
	if r.Status == batch.NotReached && slices.ContainsFunc(r.Steps, func(s batch.StepResult) bool { return s.Kind == batch.StepCreate && s.State == batch.StepDone }) {
		b.partly++
	}
}

// printBecame prints what became of a run's rows and puts it into the summary.
func (a *app) printBecame(run batch.Run, b *became, sum *summary) {
	sum.Rows, sum.ToCreate, sum.ToUpdate, sum.PartlyDone, sum.NotAsAsked = run.Rows, 0, 0, b.partly, b.differ
	sum.count(b.counts)
	a.printCounts(b.counts, b.partly)
	if b.differ > 0 {
		a.warnf("%s not as asked, by what the service answered: result_reason tells how", count(b.differ, "account is", "accounts are"))
	}
	if run.Kind != batch.OfUndo {
		return
	}
	a.printf("\nOf run %s\n", run.Of)
	a.printUndoneCounts(b.undone)
	sum.Undone, sum.ToPurge, sum.Queued = b.undone.rows, b.undone.purges[batch.ToReverse], b.undone.purges[batch.Reversed]
}

// printCounts prints how many rows have which status, and of how many that are not reached a part is done.
func (a *app) printCounts(counts batch.Counts, partly int) {
	a.printf("\n")
	for _, s := range batch.Statuses() {
		switch n := counts[s]; {
		case n > 0 && s == batch.NotReached && partly > 0:
			a.printf("  %6d  %s  (%d of them created, without their settings)\n", n, s, partly)
		case n > 0:
			a.printf("  %6d  %s\n", n, s)
		}
	}
	a.printf("  %6d  %s\n", counts.Total(), oneOr(counts.Total(), "row", "rows"))
}
