package batch

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ConfirmedByLookUp is in the reason of a create whose answer was lost and whose account was found.
const ConfirmedByLookUp = "confirmed by look-up"

// presence is what a look at the tenant says of an address.
type presence int

const (
	notKnown presence = iota
	present
	absent
)

// doubts returns the steps in doubt.
func (w *work) doubts(ctx context.Context) ([]Step, error) {
	var out []Step
	for s, err := range w.Journal.Open(ctx, w.run) {
		if err != nil {
			return nil, err
		}
		if s.InDoubt {
			out = append(out, s)
		}
	}
	return out, nil
}

// lookUp finds out which of the creates in doubt were executed. Presence is the account's own answer or its place in a listing;
// absence only a complete listing of its domain, read once for all. It first waits until the youngest is old enough.
// What can't be found out is left out; errors are those that doom the run.
func (w *work) lookUp(ctx context.Context, doubts []Step) (map[stepKey]presence, error) {
	var creates []Step
	var youngest time.Time
	for _, s := range doubts {
		if s.Kind == StepCreate {
			creates = append(creates, s)
			youngest = latest(youngest, s.LastBegun)
		}
	}
	out := map[stepKey]presence{}
	if len(creates) == 0 {
		return out, nil
	}
	if err := sleep(ctx, min(w.SettleAfter, time.Until(youngest.Add(w.SettleAfter)))); err != nil {
		return nil, err
	}
	unseen := map[string][]Step{} // by domain
	size := w.Directory.Batch(StepUpdate)
	for len(creates) > 0 {
		chunk := creates[:min(size, len(creates))]
		creates = creates[len(chunk):]
		emails := make([]string, len(chunk))
		for i, s := range chunk {
			emails[i] = s.Email
		}
		replies, err := states(ctx, w.Directory, emails)
		if dooms(ctx, err) {
			return nil, err
		}
		for i, s := range chunk {
			if err == nil && replies[i].Verdict == Done {
				out[s.key()] = present
			} else {
				unseen[DomainOf(s.Email)] = append(unseen[DomainOf(s.Email)], s)
			}
		}
	}
	for _, domain := range sortedKeys(unseen) {
		there := map[string]bool{}
		err := listing(ctx, w.Directory, domain, func(a Account) { there[a.Email] = true })
		if dooms(ctx, err) {
			return nil, err
		}
		for _, s := range unseen[domain] {
			switch {
			case there[s.Email]:
				out[s.key()] = present
			case err == nil:
				out[s.key()] = absent
			}
		}
	}
	return out, nil
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
// it may have appeared without us; one that is surely not there is created, once more at most.
func (w *work) settleCreate(ctx context.Context, s Step, seen presence) (StepState, error) {
	w.mu.Lock()
	last, again := w.resent[s.key()]
	w.mu.Unlock()
	switch {
	case seen == present:
		return w.confirm(ctx, s)
	case seen == absent && !again:
		var got Reply
		state, err := w.call(ctx, s, s, Attempt{Settling: true}, func(r Reply) Reply {
			got = r
			if r.Verdict == Refused {
				// It may be refused because the first call was executed late: another look decides.
				r.Verdict = Unknown
			}
			return r
		})
		w.mu.Lock()
		w.resent[s.key()] = got
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
	// As from the lost answer, no more is known of the account than that it is there.
	confirmed := func(r Reply) Reply {
		if r.Verdict == Done {
			r.Account = &Account{Email: s.Email}
			r.Reason = Reason{Message: message}
		}
		return r
	}
	set := s.Set.Only(func(i FieldInfo) bool { return i.Update })
	if len(set) == 0 && !s.WithPassword {
		now := time.Now()
		return w.note(ctx, s, confirmed(Reply{Verdict: Done, Sent: now, Received: now}), StepDone)
	}
	update := Step{Row: s.Row, Line: s.Line, N: s.N, Kind: StepUpdate, Email: s.Email, Set: set, WithPassword: s.WithPassword, Password: s.Password}
	return w.call(ctx, s, update, Attempt{Settling: true}, func(r Reply) Reply {
		if r.Verdict == Refused {
			r.Reason.Message = joinNonEmpty([]string{"the account is there, but its name or password was refused", r.Reason.Message})
		}
		return confirmed(r)
	})
}

// note records an outcome that took no call.
func (w *work) note(ctx context.Context, s Step, r Reply, state StepState) (StepState, error) {
	at := Attempt{Run: w.run, Row: s.Row, Step: s.N, Try: s.Tries + 1, Settling: true, Begun: time.Now()}
	if err := w.Journal.Begin(ctx, []Attempt{at}); err != nil {
		return StepUnknown, fmt.Errorf("begin row %d: %w", s.Line, err)
	}
	if err := w.Journal.Finish(context.WithoutCancel(ctx), []Outcome{{Attempt: at, State: state, Reply: r}}); err != nil {
		return StepUnknown, fmt.Errorf("finish row %d: %w", s.Line, err)
	}
	return state, nil
}
