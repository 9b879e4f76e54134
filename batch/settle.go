package batch

import (
	"context"
	"errors"
	"fmt"
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
	if err := w.ask(ctx, creates, out); dooms(ctx, err) {
		return nil, err
	}
	unseen := map[string][]Step{} // by domain
	for _, s := range creates {
		if out[s.key()] == notKnown {
			unseen[DomainOf(s.Email)] = append(unseen[DomainOf(s.Email)], s)
		}
	}
	for _, domain := range sortedKeys(unseen) {
		there := map[string]Account{}
		err := listing(ctx, w.Directory, domain, func(a Account) { there[a.Email] = a })
		if dooms(ctx, err) {
			return nil, err
		}
		for _, s := range unseen[domain] {
			switch a, ok := there[s.Email]; {
			case ok && a.isUser():
				out[s.key()] = present
			case !ok && err == nil:
				out[s.key()] = absent
			}
		}
	}
	return out, nil
}

// ask notes which of the accounts answer for themselves. It ends with the first failure: the listing tells the rest.
func (w *work) ask(ctx context.Context, creates []Step, out map[stepKey]presence) error {
	size := w.Directory.Batch(StepUpdate)
	for len(creates) > 0 {
		chunk := creates[:min(size, len(creates))]
		creates = creates[len(chunk):]
		emails := make([]string, len(chunk))
		for i, s := range chunk {
			emails[i] = s.Email
		}
		replies, err := states(ctx, w.Directory, emails)
		if err != nil {
			return err
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
// it may have appeared without us; one that is surely not there is created, once more at most. If that is refused, then perhaps
// because the first call was executed late: another look decides.
func (w *work) settleCreate(ctx context.Context, s Step, seen presence) (StepState, error) {
	w.mu.Lock()
	last, again := w.resent[s.key()]
	w.mu.Unlock()
	switch {
	case seen == present:
		return w.confirm(ctx, s)
	case seen == absent && !again:
		state, r, err := w.call(ctx, &s, s, func(r Reply) Reply { return r })
		w.mu.Lock()
		w.resent[s.key()] = r
		w.mu.Unlock()
		return state, err
	case seen == absent && last.Verdict == Refused:
		return w.note(ctx, s, last, StepRefused)
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
			// As from the lost answer, no more is known of the account than that it is there.
			r.Account = &Account{Email: s.Email}
			r.Reason = Reason{Message: message}
		case Refused:
			r.Reason.Message = joinNonEmpty([]string{"the account is there; setting its name and password again was refused", r.Reason.Message})
		}
		return r
	}
	set := s.Set.Only(func(i FieldInfo) bool { return i.Update })
	if len(set) == 0 && !s.WithPassword {
		return w.note(ctx, s, words(Reply{Verdict: Done}), StepDone)
	}
	update := Step{Row: s.Row, Line: s.Line, N: s.N, Kind: StepUpdate, Email: s.Email, Set: set, WithPassword: s.WithPassword, Password: s.Password}
	state, _, err := w.call(ctx, &s, update, words)
	return state, err
}

// compare settles an update in doubt that was refused when it was sent again: the account tells whether the first call was
// executed, if there are fields that can be read and were different before. All of them are as asked, or all as before; in
// between lies doubt.
func (w *work) compare(ctx context.Context, s Step, refused Reply) (StepState, error) {
	if err := sleep(ctx, w.SettleAfter); err != nil {
		return StepUnknown, err
	}
	replies, err := states(ctx, w.Directory, []string{s.Email})
	if dooms(ctx, err) {
		return StepUnknown, err
	}
	if err != nil || replies[0].Verdict != Done {
		return StepUnknown, nil
	}
	asAsked, asBefore, other := 0, 0, 0
	for f, asked := range s.Set {
		told, readable := replies[0].Account.Settings[f]
		before, known := s.Before[f]
		switch {
		case !readable || !known || before == asked:
		case told == asked:
			asAsked++
		case told == before:
			asBefore++
		default:
			other++
		}
	}
	switch {
	case asAsked > 0 && asBefore+other == 0:
		return w.note(ctx, s, Reply{Verdict: Done, Account: replies[0].Account, Reason: Reason{Message: ConfirmedByLookUp}}, StepDone)
	case asBefore > 0 && asAsked+other == 0:
		return w.note(ctx, s, refused, StepRefused)
	}
	return StepUnknown, nil
}

// note records an outcome that took no call.
func (w *work) note(ctx context.Context, s Step, r Reply, state StepState) (StepState, error) {
	s.Tries++
	r.Sent = time.Time{}
	at := w.attempt(s, true)
	if err := w.Journal.Begin(ctx, []Attempt{at}); err != nil {
		return StepUnknown, fmt.Errorf("begin row %d: %w", s.Line, err)
	}
	if err := w.Journal.Finish(context.WithoutCancel(ctx), []Outcome{{Attempt: at, State: state, Reply: r}}); err != nil {
		return StepUnknown, fmt.Errorf("finish row %d: %w", s.Line, err)
	}
	return state, nil
}
