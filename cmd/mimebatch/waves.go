package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// waveFlags are the flags that say which rows are taken now, and in what parts.
type waveFlags struct {
	where     string
	canary    int
	waveSize  int
	wavePause time.Duration
}

func (f *waveFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.where, "where", "", "take only rows that meet a `condition` on the sheet's columns, such as 'start_date <= today'; the next apply takes others")
	flags.IntVar(&f.canary, "canary", 0, "apply the first `N` rows, show them, and ask before the others")
	flags.IntVar(&f.waveSize, "wave-size", 0, "take the rows in waves of `N`")
	durationVar(flags, &f.wavePause, "wave-pause", 0, "how `long` to wait between two waves, such as 10m")
}

func (f *waveFlags) check() error {
	switch {
	case f.canary < 0:
		return usageError("--canary takes a number of rows")
	case f.waveSize < 0:
		return usageError("--wave-size takes a number of rows")
	case f.wavePause > 0 && f.waveSize == 0:
		return &stop{code: exitUsage, err: errors.New("--wave-pause is between waves"), hint: "say how large they are, with --wave-size N"}
	}
	return nil
}

// condition reads --where for the rows of a run, nil if it isn't given.
func (f *waveFlags) condition(run batch.Run) (*batch.Where, error) {
	if f.where == "" {
		return nil, nil
	}
	w, err := batch.ParseWhere(f.where, run.Header, run.Reading.DateOrder, time.Now())
	if err != nil {
		return nil, &stop{code: exitUsage, err: fmt.Errorf("--where: %w", err)}
	}
	return w, nil
}

// left is what of a run is still to be done.
type left struct {
	rows    int                // that have steps to be made, those of later left out
	last    int                // of these
	secrets bool               // one of these steps needs a password
	later   int                // rows that --where leaves for later
	only    func(row int) bool // nil for all
}

// left finds out what of a run is to be done now.
func (a *app) left(ctx context.Context, j *journal.Journal, run batch.Run, f waveFlags) (left, error) {
	var l left
	where, err := f.condition(run)
	if err != nil {
		return l, err
	}
	if where == nil {
		if l.rows, l.last, err = j.Left(ctx, run.ID); err == nil && run.Secrets {
			l.secrets, err = j.SecretsLeft(ctx, run.ID)
		}
		return l, err
	}
	met, err := where.Select(j.Results(ctx, run.ID))
	if err != nil {
		return l, err
	}
	l.only = met.Has
	if met.Unread > 0 {
		more := ""
		if n := met.Unread - len(met.UnreadAt); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		a.warnf("--where: %s can't be compared as it asks for, so %s not taken: %s%s",
			count(met.Unread, "cell", "cells"), oneOr(met.Unread, "its row is", "their rows are"), strings.Join(met.UnreadAt, ", "), more)
	}
	row := 0
	for s, err := range j.Open(ctx, run.ID, 1, math.MaxInt) {
		if err != nil {
			return l, err
		}
		first := s.Row != row
		row = s.Row
		switch {
		case !l.only(row):
			if first {
				l.later++
			}
			continue
		case first:
			l.rows, l.last = l.rows+1, row
		}
		l.secrets = l.secrets || s.WithPassword
	}
	if l.later > 0 {
		a.infof("--where: %s now, %d for later", count(l.rows, "row", "rows"), l.later)
	}
	return l, nil
}

// creates counts the rows that begin with a create.
func (l *left) creates(ctx context.Context, j *journal.Journal, id batch.RunID) (int, error) {
	n := 0
	for s, err := range j.Open(ctx, id, 1, l.last) {
		if err != nil {
			return 0, err
		}
		if s.Kind == batch.StepCreate && (l.only == nil || l.only(s.Row)) {
			n++
		}
	}
	return n, nil
}

// waves says how the rows are dealt out, and what happens in between.
func (a *app) waves(x execution, p *progress, session *applying, through func(int, batch.StepState)) batch.Waves {
	taken := 0
	before := func(ctx context.Context, w batch.Wave) (int, error) { return a.recheck(ctx, x, w, p, through) }
	return batch.Waves{First: x.flags.canary, Size: x.flags.waveSize, Pause: x.flags.wavePause, Before: before, Between: func(ctx context.Context, w batch.Wave) error {
		taken += len(w.Rows)
		if w.N == 1 && x.flags.canary > 0 {
			var err error
			a.canaryOver = true
			a.underway.Store(&underway{next: a.next(x), grace: x.grace, progress: p})
			p.aside(func() { err = a.judgeCanary(ctx, x, w.Rows) })
			if err == nil {
				session.looked(x)
			}
			return err
		}
		if w.Pause > 0 {
			p.aside(func() {
				a.infof("wave %d is through, %d of %d rows; the next begins at %s; Ctrl-C ends it here",
					w.N, taken, x.left.rows, time.Now().Add(w.Pause).Format("15:04:05"))
			})
		}
		return nil
	}}
}

// judgeCanary shows what became of the first rows, and asks whether to go on.
func (a *app) judgeCanary(ctx context.Context, x execution, rows []int) error {
	a.printf("\nCanary\n")
	for r, err := range x.journal.Results(ctx, x.run.ID) {
		switch {
		case err != nil:
			return err
		case r.N > rows[len(rows)-1]:
			return a.goOnAfter(ctx, x, len(rows))
		case slices.Contains(rows, r.N):
			if err := a.printRow(r); err != nil {
				return err
			}
		}
	}
	return a.goOnAfter(ctx, x, len(rows))
}

func (a *app) goOnAfter(ctx context.Context, x execution, taken int) error {
	stopped := &stop{code: exitGuard, err: errors.New("stopped after the canary's rows"), hint: "look at their results before going on"}
	if !a.canAsk() {
		return stopped
	}
	ok, err := a.ask(ctx, "\nGo on with the other %s?", count(x.left.rows-taken, "row", "rows"))
	if err == nil && !ok {
		err = stopped
	}
	return err
}
