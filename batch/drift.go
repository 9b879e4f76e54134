package batch

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Rechecker looks once more at the accounts that a run is going to update, before it is applied: somebody may have changed them
// since the plan was made. It is for the steps that are due, were never executed and whose state before was read; those of a
// row that is created first have none. A step whose fields are all as asked by now is done without a call. One with a field
// that is neither as asked nor as it was is refused with [CodeChanged], so that nobody's change is overwritten unseen; a retry
// then plans the row anew. Fields that can't be read decide nothing, and an account that doesn't answer for itself is left to the
// call.
//
// A row that a later run has written to is looked at whatever its steps are, for what that run did is newer: a step is sent only if
// each of its fields can be read and is as it was. Any other that was never sent is refused with [CodeChanged]; so is a create, for
// the later run has seen to that account. A step in doubt is not sent again: it is done if the account is as asked, and unknown else.
//
// The pass costs a call for as many accounts as one takes. Between it and the call of a step lies the time that the steps before
// take: it narrows the gap, and can't close it, for the service has no update that depends on what was there.
type Rechecker struct {
	Directory Directory
	Journal   Journal
	Workers   int // calls in flight at most
	// Overwrite leaves the steps open that would be refused, and makes nothing of later runs.
	Overwrite bool
	// First and Last bound the rows that are looked at; a zero Last is none.
	First, Last int
	// Only, if not nil, tells which of these are looked at; the others stay as they are. One goroutine asks it.
	Only func(row int) bool
	// Progress, if not nil, is called for each step that is settled. It must be safe for concurrent use.
	Progress func(row int, state StepState)
	// Overtaken are the rows that later runs have written to.
	Overtaken Overtaken
}

// Rechecked is what came of it, in steps.
type Rechecked struct {
	Read      int // accounts that were looked at
	AsAsked   int // done without a call
	Changed   int // changed meanwhile, be they refused or overwritten
	Overtaken int // left as a later run made them
	Refused   int // of both
	Unread    int // accounts that are to be purged and can't be read: they are left for a later apply
	// Kept are the rows, in order, that must not be sent though they stay open or in doubt: a later run, or somebody, has changed the
	// account, or it can't be read before it is purged.
	Kept []int
}

func (r *Rechecked) add(s Rechecked) {
	r.Read += s.Read
	r.AsAsked += s.AsAsked
	r.Changed += s.Changed
	r.Overtaken += s.Overtaken
	r.Refused += s.Refused
	r.Unread += s.Unread
	r.Kept = append(r.Kept, s.Kept...)
}

// Recheck looks at the accounts of a run. An error means that nothing is known of the rest: the tenant can't be read, or the
// journal not be written; or it is the context's. What was recorded before stays.
func (c *Rechecker) Recheck(ctx context.Context, id RunID) (Rechecked, error) {
	chunks := make(chan [][]Step)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(chunks)
		return c.feed(gctx, id, chunks)
	})
	counts := make([]Rechecked, max(1, c.Workers))
	for i := range counts {
		g.Go(func() error {
			for rows := range chunks {
				if err := c.look(gctx, id, rows, &counts[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	var sum Rechecked
	for _, n := range counts {
		sum.add(n)
	}
	slices.Sort(sum.Kept)
	return sum, err
}

// by returns the run by which a row was overtaken, "" for none.
func (c *Rechecker) by(row int) RunID {
	if c.Overwrite {
		return ""
	}
	return c.Overtaken.By(row)
}

// feed deals out the rows whose accounts are read, as many as a call takes, each with the steps that this may settle.
func (c *Rechecker) feed(ctx context.Context, id RunID, chunks chan<- [][]Step) error {
	size := c.Directory.Batch(StepUpdate)
	var chunk [][]Step
	send := func() error {
		if len(chunk) == 0 {
			return nil
		}
		select {
		case chunks <- chunk:
			chunk = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	list := c.Journal.Due
	if len(c.Overtaken) > 0 {
		list = c.Journal.Open
	}
	row := 0
	for s, err := range list(ctx, id, c.First, cmp.Or(c.Last, math.MaxInt)) {
		if err != nil {
			return err
		}
		due := s.Row != row // the step before it is done
		row = s.Row
		takes := due && len(s.Before) > 0 && (s.Kind == StepUpdate && !s.InDoubt || s.Kind == StepPurge)
		if !takes && c.by(s.Row) == "" || c.Only != nil && !c.Only(s.Row) {
			continue
		}
		if last := len(chunk) - 1; last >= 0 && chunk[last][0].Row == s.Row {
			chunk[last] = append(chunk[last], s)
			continue
		}
		if len(chunk) == size {
			if err := send(); err != nil {
				return err
			}
		}
		chunk = append(chunk, []Step{s})
	}
	return send()
}

// look reads the accounts of a few rows and records what that settles.
func (c *Rechecker) look(ctx context.Context, id RunID, rows [][]Step, n *Rechecked) error {
	emails := make([]string, len(rows))
	for i, steps := range rows {
		emails[i] = steps[0].Email
	}
	replies, err := states(ctx, c.Directory, emails)
	if err != nil {
		return err
	}
	verdictOf := map[StepState]Verdict{StepDone: Done, StepRefused: Refused, StepUnknown: Unknown}
	var outcomes []Outcome
	for i, steps := range rows {
		r := replies[i]
		if r.Verdict != Done {
			r.Account = nil
		}
		if r.Account != nil {
			n.Read++
		}
		for _, s := range steps {
			state, why, counted := judge(s, r.Account, c.by(s.Row), c.Overwrite)
			n.add(counted)
			if state == StepOpen {
				break
			}
			o := Outcome{Attempt: Attempt{Run: id, Row: s.Row, Step: s.N, Try: s.Tries + 1, Settling: s.InDoubt, Begun: time.Now()}, State: state, Reply: r}
			o.Reply.Verdict, o.Reply.Reason = verdictOf[state], why
			o.Reply.Sent = time.Time{} // no call was made for the step itself
			outcomes = append(outcomes, o)
			if state != StepDone {
				break
			}
		}
	}
	if len(outcomes) == 0 {
		return nil
	}
	if err := c.Journal.Note(ctx, outcomes); err != nil {
		return fmt.Errorf("note recheck: %w", err)
	}
	for _, o := range outcomes {
		if c.Progress != nil {
			c.Progress(o.Row, o.State)
		}
	}
	return nil
}

// judge tells in which state the look at its account leaves a step, why, and what is to be counted; open if it settles nothing. The
// account is nil if it can't be read, and by is the run that has overtaken the row and is not to be overwritten. Settings tell nothing
// of steps that set none.
func judge(s Step, account *Account, by RunID, overwrite bool) (StepState, Reason, Rechecked) {
	if s.Kind == StepPurge && account == nil {
		return StepOpen, Reason{}, Rechecked{Unread: 1, Kept: []int{s.Row}}
	}
	var changed []string
	asAsked, comparable := false, false
	if account != nil && (s.Kind == StepCreate || s.Kind == StepUpdate || s.Kind == StepPurge) {
		changed, asAsked, comparable = s.drift(account.Settings)
	}
	// That an account is as a create asks for is the later run's doing as well.
	if asAsked && s.InDoubt && (s.Kind != StepCreate || by == "") {
		return StepDone, Reason{Message: ConfirmedByLookUp}, Rechecked{}
	}
	if asAsked && s.Kind == StepUpdate {
		return StepDone, Reason{Code: CodeAsAsked, Message: "already as asked when its turn came; nothing was sent"}, Rechecked{AsAsked: 1}
	}
	asPlanned := len(changed) == 0 && comparable && s.Kind == StepUpdate && !s.InDoubt
	var n Rechecked
	var since, refusal string
	switch {
	case by != "" && !asPlanned:
		n.Overtaken = 1
		since = fmt.Sprintf("run %s has written to the account since", by)
		refusal = since + " the plan was made, and that is not overwritten"
	case len(changed) > 0:
		n.Changed = 1
		since, refusal = "somebody has changed the account since", "changed by somebody since the plan was made, and not overwritten"
	}
	if since == "" || overwrite {
		return StepOpen, Reason{}, n
	}
	why := func(message string) Reason {
		if len(changed) > 0 {
			message += ": " + strings.Join(changed, ", ")
		}
		return Reason{Code: CodeChanged, Message: message, Hint: "find out who is right, and plan the row anew if the sheet is"}
	}
	if s.InDoubt {
		n.Kept = []int{s.Row}
		return StepUnknown, why("it may have been done, and is not done again: " + since), n
	}
	n.Refused = 1
	return StepRefused, why(refusal), n
}

// drift compares an account's settings with those of when the step was planned. It tells which fields are neither as they were nor
// as asked, in words; whether there is nothing left to ask for; and whether each field can be compared with what it was. A password
// can't be, and is always left. Fields that were read and are not set must be as they were: those that the sheet asks to be so, and
// for an undo all that the run set.
func (s Step) drift(now Settings) (changed []string, asAsked, comparable bool) {
	asAsked, comparable = !s.WithPassword && s.Kind != StepPurge, !s.WithPassword
	for _, f := range s.Before.Fields() {
		_, set := s.Set[f]
		told, readable := now[f]
		if !set && readable && told != s.Before[f] {
			asAsked = false
			changed = append(changed, fmt.Sprintf("%s was %s and is %s", f, cmp.Or(s.Before[f], "(blank)"), cmp.Or(told, "(blank)")))
		}
	}
	for _, f := range s.Set.Fields() {
		told, readable := now[f]
		before, known := s.Before[f]
		comparable = comparable && readable && known
		switch {
		case readable && told == s.Set[f]:
			continue
		case readable && known && told != before:
			changed = append(changed, fmt.Sprintf("%s was %s and is %s", f, cmp.Or(before, "(blank)"), cmp.Or(told, "(blank)")))
		}
		asAsked = false
	}
	return changed, asAsked, comparable
}
