package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ConfirmedByLookUp is in the reason of a step whose answer was lost and that was found to be done.
const ConfirmedByLookUp = "confirmed by look-up"

// presence is what a look at the tenant says of an address.
type presence int

const (
	notKnown presence = iota
	present
	absent
)

// lookUp finds out which of the creates in doubt were executed. Presence is the account's own answer or its place in a listing;
// absence only a complete listing of its domain, read once for all. It first gives calls that may still be on their way the
// time to be executed. What can't be found out is left out; errors are those that doom the run.
func (w *work) lookUp(ctx context.Context, doubts []Step) (map[stepKey]presence, error) {
	var creates []Step
	for _, s := range doubts {
		if s.Kind == StepCreate {
			creates = append(creates, s)
		}
	}
	out := map[stepKey]presence{}
	if len(creates) == 0 {
		return out, nil
	}
	if err := sleep(ctx, w.SettleAfter); err != nil {
		return nil, err
	}
	if err := w.ask(ctx, creates, out); err != nil {
		return nil, err
	}
	unseen := map[string][]Step{} // by domain
	for _, s := range creates {
		if out[s.key()] == notKnown {
			unseen[DomainOf(s.Email)] = append(unseen[DomainOf(s.Email)], s)
		}
	}
	for _, domain := range sortedKeys(unseen) {
		isUser := map[string]bool{}
		wanted := map[string]bool{}
		for _, s := range unseen[domain] {
			wanted[s.Email] = true
		}
		err := listing(ctx, w.Directory, domain, func(a Account) {
			if wanted[a.Email] {
				isUser[a.Email] = a.isUser()
			}
		})
		if dooms(ctx, err) {
			return nil, err
		}
		for _, s := range unseen[domain] {
			switch user, there := isUser[s.Email]; {
			case user:
				out[s.key()] = present
			case !there && err == nil:
				out[s.key()] = absent
			}
		}
	}
	return out, nil
}

// ask notes which of the accounts answer for themselves. One call without an answer may be the fault of one of its addresses;
// two in a row end the asking: the listing tells the rest. Errors are those that doom the run.
func (w *work) ask(ctx context.Context, creates []Step, out map[stepKey]presence) error {
	silent := false
	for chunk := range slices.Chunk(creates, w.Directory.Batch(StepUpdate)) {
		emails := make([]string, len(chunk))
		for i, s := range chunk {
			emails[i] = s.Email
		}
		replies, err := states(ctx, w.Directory, emails)
		switch {
		case dooms(ctx, err):
			return err
		case err != nil && silent:
			return nil
		}
		if silent = err != nil; silent {
			continue
		}
		for i, s := range chunk {
			if replies[i].Verdict == Done {
				out[s.key()] = present
			}
		}
	}
	return nil
}

// dooms tells whether an error of a look-up ends the run rather than leaving steps unknown.
func dooms(ctx context.Context, err error) bool {
	if err == nil {
		return false
	}
	ce, ok := errors.AsType[*CallError](err)
	return ctx.Err() != nil || ok && ce.Fatal()
}

// settleCreate brings a create in doubt to its end: an account that is there is given what the create would have set, for
// it may have appeared without us; one that is surely not there is created, once more at most in one Apply. If that is refused,
// then perhaps because the first call was executed late: another look decides.
func (w *work) settleCreate(ctx context.Context, s Step, seen presence) (StepState, error) {
	w.mu.Lock()
	last, again := w.resent[s.key()]
	w.mu.Unlock()
	switch {
	case seen == present:
		return w.confirm(ctx, s)
	case seen == absent && !again:
		second := newSending(s)
		second.settling = true
		err := w.deliver(ctx, []*sending{second})
		if v := second.reply.Verdict; v == Unknown || v == Refused {
			w.mu.Lock()
			w.resent[s.key()] = second.reply
			w.mu.Unlock()
		}
		return second.state, err
	case seen == absent && last.Verdict == Refused:
		return StepRefused, w.note(ctx, s, last, StepRefused)
	}
	return StepUnknown, nil
}

// confirm settles a create whose account is there.
func (w *work) confirm(ctx context.Context, s Step) (StepState, error) {
	message := ConfirmedByLookUp
	if _, ok := s.Set[AccountCode]; ok {
		message += "; the account code can't be confirmed"
	}
	words := func(r Reply) Reply {
		switch r.Verdict {
		case Done:
			// The answer to a create tells which account it is and nothing of its settings: so does this, but for those that
			// are not as asked.
			told := Account{Email: s.Email}
			if r.Account != nil {
				is := r.Account.Settings
				told.Settings = is.Only(func(i FieldInfo) bool { asked, ok := s.Set[i.Field]; return ok && asked != is[i.Field] })
			}
			r.Account = &told
			r.Reason = Reason{Message: message}
		case Refused:
			r.Reason.Message = joinNonEmpty([]string{"the account is there; setting its name and password again was refused", r.Reason.Message})
		}
		return r
	}
	set := s.Set.Only(func(i FieldInfo) bool { return i.Update })
	if len(set) == 0 && !s.WithPassword {
		return StepDone, w.note(ctx, s, words(Reply{Verdict: Done}), StepDone)
	}
	update := newSending(s)
	update.settling, update.words = true, words
	update.out.Kind, update.out.Set = StepUpdate, set
	err := w.deliver(ctx, []*sending{update})
	return update.state, err
}

// compare settles the updates in doubt that were refused when they were sent again: the accounts tell whether the first call was
// executed. They are few enough for one call.
func (w *work) compare(ctx context.Context, updates []*sending) error {
	var doubts []*sending
	var emails []string
	for _, s := range updates {
		if s.state == StepUnknown && s.reply.Verdict == Refused {
			doubts, emails = append(doubts, s), append(emails, s.step.Email)
		}
	}
	if len(doubts) == 0 {
		return nil
	}
	if err := sleep(ctx, w.SettleAfter); err != nil {
		return err
	}
	replies, err := states(ctx, w.Directory, emails)
	if err != nil {
		if dooms(ctx, err) {
			return err
		}
		return nil
	}
	for i, s := range doubts {
		now := replies[i]
		if now.Verdict != Done {
			continue
		}
		switch s.state = s.step.settledBy(now.Account.Settings); s.state {
		case StepDone:
			now.Reason = Reason{Message: ConfirmedByLookUp}
			err = w.note(ctx, s.step, now, StepDone)
		case StepRefused:
			err = w.note(ctx, s.step, s.reply, StepRefused)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settledBy tells by an account's settings what became of an update that was refused when it was sent again. It was executed before
// that if all that it sets can be read and is as asked, and something of that was different before; it was not if all that was
// different before still is as it was. In between lies doubt: a password is not to be called set because the name beside it is.
func (s Step) settledBy(now Settings) StepState {
	all := !s.WithPassword
	changed, unchanged := 0, 0
	for f, asked := range s.Set {
		told, readable := now[f]
		before, known := s.Before[f]
		all = all && readable && told == asked
		switch {
		case !readable || !known || before == asked:
		case told == asked:
			changed++
		case told == before:
			unchanged++
		default:
			return StepUnknown
		}
	}
	switch {
	case all && changed > 0 && unchanged == 0:
		return StepDone
	case unchanged > 0 && changed == 0:
		return StepRefused
	}
	return StepUnknown
}

// note records an outcome that took no call.
func (w *work) note(ctx context.Context, s Step, r Reply, state StepState) error {
	if state == StepRefused {
		r = w.diagnosed(ctx, s, r)
	}
	s.Tries++
	r.Sent = time.Time{}
	if err := w.Journal.Note(ctx, []Outcome{{Attempt: w.attempt(s, true, time.Now()), State: state, Reply: r}}); err != nil {
		return fmt.Errorf("note row %d: %w", s.Line, err)
	}
	return nil
}
