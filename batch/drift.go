package batch

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Rechecker looks once more at the accounts that a run is going to update, before it is applied: somebody may have changed them
// since the plan was made. It is for the steps that are due, were never attempted and whose state before was read; those of a
// row that is created first have none. A step whose fields are all as asked by now is done without a call. One with a field
// that is neither as asked nor as it was is refused with [CodeChanged], so that nobody's change is overwritten unseen; a retry
// then plans the row anew. Fields that can't be read decide nothing, and an account that doesn't answer for itself is left to the
// call.
//
// The pass costs a call for as many accounts as one takes. Between it and the call of a step lies the time that the steps before
// take: it narrows the gap, and can't close it, for the service has no update that depends on what was there.
// Nor does a kill in the instant between [Journal.Begin] and [Journal.Finish] keep a refusal: the step is then in doubt and sent.
type Rechecker struct {
	Directory Directory
	Journal   Journal
	Workers   int // calls in flight at most
	// Overwrite leaves the steps open that would be refused.
	Overwrite bool
	// Only, if not nil, tells which rows are looked at; the others stay as they are.
	Only func(row int) bool
}

// Rechecked is what came of it, in steps.
type Rechecked struct {
	Read    int // accounts that were looked at
	AsAsked int // done without a call
	Changed int // changed meanwhile, be they refused or overwritten
}

// Recheck looks at the accounts of a run. An error means that nothing is known of the rest: the tenant can't be read, or the
// journal not be written; or it is the context's. What was recorded before stays.
func (c *Rechecker) Recheck(ctx context.Context, id RunID) (Rechecked, error) {
	chunks := make(chan []Step)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(chunks)
		return c.feed(gctx, id, chunks)
	})
	counts := make([]Rechecked, max(1, c.Workers))
	for i := range counts {
		g.Go(func() error {
			for steps := range chunks {
				if err := c.look(gctx, id, steps, &counts[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	var sum Rechecked
	for _, n := range counts {
		sum.Read += n.Read
		sum.AsAsked += n.AsAsked
		sum.Changed += n.Changed
	}
	return sum, err
}

// feed deals out the steps whose accounts are read, as many as a call takes.
func (c *Rechecker) feed(ctx context.Context, id RunID, chunks chan<- []Step) error {
	size := c.Directory.Batch(StepUpdate)
	var chunk []Step
	send := func() error {
		select {
		case chunks <- chunk:
			chunk = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	row := 0
	for s, err := range c.Journal.Open(ctx, id) {
		if err != nil {
			return err
		}
		due := s.Row != row // the step before it is done
		row = s.Row
		if !due || s.Kind != StepUpdate || s.Tries > 0 || len(s.Before) == 0 || c.Only != nil && !c.Only(s.Row) {
			continue
		}
		if chunk = append(chunk, s); len(chunk) < size {
			continue
		}
		if err := send(); err != nil {
			return err
		}
	}
	if len(chunk) == 0 {
		return nil
	}
	return send()
}

// look reads the accounts of a few steps and records what that settles.
func (c *Rechecker) look(ctx context.Context, id RunID, steps []Step, n *Rechecked) error {
	emails := make([]string, len(steps))
	for i, s := range steps {
		emails[i] = s.Email
	}
	replies, err := states(ctx, c.Directory, emails)
	if err != nil {
		return err
	}
	var attempts []Attempt
	var outcomes []Outcome
	for i, s := range steps {
		r := replies[i]
		if r.Verdict != Done || r.Account == nil {
			continue
		}
		n.Read++
		state := StepOpen
		switch changed, asAsked := s.drift(r.Account.Settings); {
		case len(changed) > 0:
			n.Changed++
			if c.Overwrite {
				continue
			}
			state, r.Verdict = StepRefused, Refused
			r.Reason = Reason{
				Code: CodeChanged, Message: "changed by somebody since the plan was made, and not overwritten: " + strings.Join(changed, ", "),
				Hint: "find out who is right; retry the run to plan the row anew if the sheet is",
			}
		case asAsked:
			n.AsAsked++
			state, r.Reason = StepDone, Reason{Code: CodeAsAsked, Message: "already as asked when its turn came; nothing was sent"}
		default:
			continue
		}
		r.Sent = time.Time{} // no call was made for the step itself
		a := Attempt{Run: id, Row: s.Row, Step: s.N, Try: 1, Begun: time.Now()}
		attempts, outcomes = append(attempts, a), append(outcomes, Outcome{Attempt: a, State: state, Reply: r})
	}
	if len(outcomes) == 0 {
		return nil
	}
	if err := c.Journal.Begin(ctx, attempts); err != nil {
		return fmt.Errorf("begin recheck: %w", err)
	}
	if err := c.Journal.Finish(context.WithoutCancel(ctx), outcomes); err != nil {
		return fmt.Errorf("finish recheck: %w", err)
	}
	return nil
}

// drift compares an account's settings with those of when the step was planned. It tells which fields are neither as they were nor
// as asked, in words, and whether there is nothing left to ask for: a password can't be compared, and is always left.
func (s Step) drift(now Settings) (changed []string, asAsked bool) {
	asAsked = !s.WithPassword
	for _, f := range s.Set.Fields() {
		told, readable := now[f]
		before, known := s.Before[f]
		switch {
		case readable && told == s.Set[f]:
			continue
		case readable && known && told != before:
			changed = append(changed, fmt.Sprintf("%s was %s and is %s", f, cmp.Or(before, "(blank)"), cmp.Or(told, "(blank)")))
		}
		asAsked = false
	}
	return changed, asAsked
}
