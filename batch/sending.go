package batch

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// sending is a step on its way: what goes out for it, and how far that has come.
type sending struct {
	step  Step      // it counts its tries
	out   Step      // what goes out: the step itself, or an update that settles it
	state StepState // in which the last call leaves the step
	reply Reply     // of the last call

	settling bool
	words    func(Reply) Reply // what is kept of a reply, nil for all of it

	lost, unsent, throttled int  // calls in this pass
	mute                    bool // a call of its own was answered in this pass, and not to the point
}

func newSending(s Step) *sending {
	state := StepOpen
	if s.InDoubt {
		state = StepUnknown
	}
	return &sending{step: s, out: s, state: state}
}

// course is what a step needs after a call.
type course int

const (
	toEnd   course = iota // nothing, or nothing more in this round
	toSend                // the same call again
	toAwait               // the same call again, which was not executed for the rate
	toSplit               // a call of its own
)

// mostAlike is after how many calls in a row that failed for a reason that is not the row's the circuit opens.
const mostAlike = 20

// deliver makes the calls that bring steps to an end: one for all of them, and the same again for those that were not
// executed or lost. A step that an answer says nothing of, or refuses together with the others, gets a call of its own, and
// so does each of those that were lost together twice: one of them may be to blame. Nothing but what was lost or not sent
// needs a budget: a call of its own is the step's first such call, and there is at most one for each step.
func (w *work) deliver(ctx context.Context, all []*sending) error {
	for len(all) > 0 {
		if err := w.call(ctx, all); err != nil {
			return err
		}
		var again, awaited, singles []*sending
		for _, s := range all {
			switch s.course(len(all) == 1) {
			case toSend:
				again = append(again, s)
			case toAwait:
				awaited = append(awaited, s)
			case toSplit:
				singles = append(singles, s)
			}
		}
		for _, s := range singles {
			if !s.reply.heard() && !w.mayRepeat() {
				continue
			}
			if err := w.deliver(ctx, []*sending{s}); err != nil {
				return err
			}
		}
		if len(again) > 0 && !w.mayRepeat() {
			again = nil
		}
		if i := slices.IndexFunc(again, func(s *sending) bool { return s.reply.heard() }); i >= 0 {
			// The gate holds back what got no answer, and not this.
			if err := sleep(ctx, backoff(again[i].lost-1)); err != nil {
				return err
			}
		}
		all = append(awaited, again...)
	}
	return nil
}

// course counts the last call and tells what the step needs now; alone says that the call was about no other.
func (s *sending) course(alone bool) course {
	switch s.reply.Verdict {
	case Refused:
		if s.reply.Whole && !alone {
			return toSplit
		}
	case Throttled:
		if s.throttled++; s.throttled <= mostThrottled {
			return toAwait
		}
	case NotSent:
		if s.unsent++; s.unsent < silentRounds {
			return toSend
		}
	case Unknown:
		s.lost++
		switch {
		case s.out.Kind == StepCreate || s.lost >= mostTries:
		case !alone && (s.reply.heard() || s.lost > 1):
			return toSplit
		default:
			return toSend
		}
	}
	return toEnd
}

// call makes one call for all of the steps. The attempt of each is in the journal before it, and its outcome after it.
// A refusal that is final is diagnosed in between, when the outcomes of the others are in the journal.
func (w *work) call(ctx context.Context, all []*sending) error {
	if err := w.gate.wait(ctx); err != nil {
		return err
	}
	attempts, steps, now := make([]Attempt, len(all)), make([]Step, len(all)), time.Now()
	for i, s := range all {
		s.step.Tries++
		attempts[i], steps[i] = w.attempt(s.step, s.settling, now), s.out
		attempts[i].Along = i > 0
	}
	if err := w.Journal.Begin(ctx, attempts); err != nil {
		w.gate.leave()
		return fmt.Errorf("begin call: %w", err)
	}
	replies := w.Directory.Do(ctx, steps)
	for i, s := range all {
		s.take(replies[i], len(all) == 1)
	}
	for _, refused := range []bool{false, true} {
		var outcomes []Outcome
		for i, s := range all {
			if (s.state == StepRefused) != refused {
				continue
			}
			if refused {
				s.reply = w.diagnosed(ctx, s.step, s.reply)
			}
			o := Outcome{Attempt: attempts[i], State: s.state, Reply: s.reply}
			if s.words != nil {
				o.Reply = s.words(s.reply)
			}
			outcomes = append(outcomes, o)
		}
		if len(outcomes) == 0 {
			continue
		}
		if err := w.Journal.Finish(context.WithoutCancel(ctx), outcomes); err != nil {
			w.gate.leave()
			return fmt.Errorf("finish call: %w", err)
		}
	}
	return w.notice(ctx, all, attempts[0].Begun)
}

// diagnosed returns a refusal in the words that tell why.
func (w *work) diagnosed(ctx context.Context, s Step, r Reply) Reply {
	d := w.Directory.Diagnose(ctx, s.Email, r)
	r.Reason, r.Alike = d.Reason, d.Alike
	return r
}

// take notes a reply and the state in which it leaves the step. What was in doubt is settled by nothing but a success: a
// refusal of the second call says nothing of the first. A refusal of a call is none of the step, unless the call was its own.
func (s *sending) take(r Reply, alone bool) {
	s.reply = r
	switch {
	case r.Verdict == Done:
		s.state = StepDone
	case r.Verdict == Unknown:
		s.state = StepUnknown
	case r.Verdict == Refused && s.state == StepOpen && (alone || !r.Whole):
		s.state = StepRefused
	}
}

// notice tells the gate what came of a call. Its errors end the run.
func (w *work) notice(ctx context.Context, all []*sending, begun time.Time) error {
	find := func(is func(r Reply) bool) *sending {
		if i := slices.IndexFunc(all, func(s *sending) bool { return is(s.reply) }); i >= 0 {
			return all[i]
		}
		return nil
	}
	if s := find(func(r Reply) bool { return r.Verdict == Fatal }); s != nil {
		w.gate.leave()
		return &CallError{Op: fmt.Sprintf("%s row %d", s.out.Kind, s.step.Line), Reply: s.reply}
	}
	if s := find(func(r Reply) bool { return r.Verdict == Throttled }); s != nil {
		w.gate.pause(pauseFor(s.reply.Wait, s.throttled))
		return nil
	}
	if find(func(r Reply) bool { return r.settled() && !r.Alike }) != nil {
		w.gate.answered()
		return nil
	}
	if s := find(Reply.heard); s != nil {
		// An answer that is none may be the step's own fault, and then it is so again and again.
		mute := !s.reply.settled()
		if mute && (s.mute || w.later) {
			w.gate.leave()
			return nil
		}
		s.mute = mute && len(all) == 1
		if n := w.gate.alike(); n >= mostAlike {
			return &CircuitError{Calls: n, Reply: s.reply}
		}
		return nil
	}
	if err := ctx.Err(); err != nil {
		w.gate.leave()
		return err
	}
	before := slices.ContainsFunc(all, func(s *sending) bool { return s.lost > 0 })
	if sent := all[0].reply.Sent; !sent.IsZero() {
		begun = sent // after it has waited for its turn
	}
	if n := w.gate.silence(begun, all[0].reply.Wait, before); n >= silentRounds {
		return &CircuitError{Calls: n, Reply: all[0].reply}
	}
	return nil
}

func (w *work) attempt(s Step, settling bool, begun time.Time) Attempt {
	return Attempt{Run: w.run, Row: s.Row, Step: s.N, Try: s.Tries, Settling: settling, Begun: begun}
}
