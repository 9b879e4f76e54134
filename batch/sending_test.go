package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// desk is a tenant for which a function answers. It remembers its calls: create or update, and the rows.
type desk struct {
	script
	answer   func(n int, steps []Step) []Reply // n counts the calls from 1
	diagnose func(r Reply) Reply
	state    func(emails []string) []Reply

	mu    sync.Mutex
	calls []string
}

func (d *desk) Do(_ context.Context, steps []Step) []Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	call := string(steps[0].Kind)
	for _, s := range steps {
		call += fmt.Sprintf(" %d", s.Row)
	}
	d.calls = append(d.calls, call)
	return d.answer(len(d.calls), steps)
}

func (d *desk) State(_ context.Context, emails []string) []Reply {
	return d.state(emails)
}

func (d *desk) Diagnose(_ context.Context, _ string, r Reply) Reply {
	if d.diagnose == nil {
		return r
	}
	return d.diagnose(r)
}

// per answers each step by itself.
func per(steps []Step, reply func(s Step) Reply) []Reply {
	var out []Reply
	for _, s := range steps {
		out = append(out, alike([]Step{s}, reply(s))[0])
	}
	return out
}

// Verdicts are a row's own: what is asked again, together and alone, when the answer to five is not five answers.
func TestFiveACall(t *testing.T) {
	whole := no
	whole.Whole = true
	is := func(row int, r Reply) func([]Step) []Reply {
		return func(steps []Step) []Reply {
			return per(steps, func(s Step) Reply {
				if s.Row == row {
					return r
				}
				return yes
			})
		}
	}
	const done, refused, unknown = StepDone, StepRefused, StepUnknown
	for _, tt := range []struct {
		name   string
		answer func(n int, steps []Step) []Reply
		calls  []string
		states []StepState // nil: all are done
	}{
		{name: "done", answer: func(_ int, steps []Step) []Reply { return alike(steps, yes) },
			calls: []string{"update 1 2 3 4 5"}},
		{name: "one is refused", answer: func(_ int, steps []Step) []Reply { return is(3, no)(steps) },
			calls: []string{"update 1 2 3 4 5"}, states: []StepState{done, done, refused, done, done}},
		{name: "one is missing from the answer", answer: func(n int, steps []Step) []Reply {
			if n == 1 {
				return is(2, mute)(steps)
			}
			return alike(steps, yes)
		}, calls: []string{"update 1 2 3 4 5", "update 2"}},
		{name: "the call is refused as a whole, for the sake of one", answer: func(n int, steps []Step) []Reply {
			if n == 1 {
				return alike(steps, whole)
			}
			return is(4, whole)(steps)
		}, calls: []string{"update 1 2 3 4 5", "update 1", "update 2", "update 3", "update 4", "update 5"}, states: []StepState{done, done, done, refused, done}},
		{name: "throttled", answer: func(n int, steps []Step) []Reply {
			if n < 3 {
				return alike(steps, throttled)
			}
			return alike(steps, yes)
		}, calls: []string{"update 1 2 3 4 5", "update 1 2 3 4 5", "update 1 2 3 4 5"}},
		{name: "not sent", answer: func(n int, steps []Step) []Reply {
			if n < 3 {
				return alike(steps, unsent)
			}
			return alike(steps, yes)
		}, calls: []string{"update 1 2 3 4 5", "update 1 2 3 4 5", "update 1 2 3 4 5"}},
		{name: "the answer is lost", answer: func(n int, steps []Step) []Reply {
			if n == 1 {
				return alike(steps, lost)
			}
			return alike(steps, yes)
		}, calls: []string{"update 1 2 3 4 5", "update 1 2 3 4 5"}},
		{name: "the call is lost whenever one of them is in it", answer: func(_ int, steps []Step) []Reply {
			if slices.ContainsFunc(steps, func(s Step) bool { return s.Row == 2 }) {
				return alike(steps, lost)
			}
			return alike(steps, yes)
		}, calls: []string{
			"update 1 2 3 4 5", "update 1 2 3 4 5", "update 1", "update 2", "update 3", "update 4", "update 5",
			"update 2", "update 2", "update 2", "update 2", "update 2", "update 2",
		}, states: []StepState{done, unknown, done, done, done}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := manyUpdates(5)
				d := &desk{answer: tt.answer}
				seen := map[int]int{}
				a := Applier{Directory: d, Journal: l, Workers: 1, Progress: func(row int, _ StepState) { seen[row]++ }}
				if err := a.Apply(t.Context(), "r"); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(tt.calls, d.calls); d != "" {
					t.Errorf("calls (-want +got):\n%s", d)
				}
				want := tt.states
				if want == nil {
					want = slices.Repeat([]StepState{done}, 5)
				}
				if d := cmp.Diff(want, l.states()); d != "" {
					t.Errorf("states (-want +got):\n%s", d)
				}
				for row := 1; row <= 5; row++ {
					if seen[row] == 0 {
						t.Errorf("no progress was told of row %d", row)
					}
				}
			})
		})
	}
}

// While a call is on its way all of its steps are in doubt, and none that has no part in it. When it is refused as a
// whole, none of them is refused until it was asked alone.
func TestEachStepIsBegunBeforeItsCall(t *testing.T) {
	l := manyUpdates(7)
	whole := no
	whole.Whole = true
	var before [][]StepState
	d := &desk{answer: func(n int, steps []Step) []Reply {
		before = append(before, l.states())
		if n == 1 {
			return alike(steps, whole)
		}
		return alike(steps, no)
	}}
	if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	const o, u, x = StepOpen, StepUnknown, StepRefused
	want := [][]StepState{
		{u, u, u, u, u, o, o},
		{u, o, o, o, o, o, o}, {x, u, o, o, o, o, o}, {x, x, u, o, o, o, o}, {x, x, x, u, o, o, o}, {x, x, x, x, u, o, o},
		{x, x, x, x, x, u, u},
	}
	if d := cmp.Diff(want, before); d != "" {
		t.Errorf("states before each call (-want +got):\n%s", d)
	}
}

// The creates of a unit go one by one and before its updates, and a refused one takes no other row's update with it. Rows
// that have a create alone wait for nobody.
func TestCreatesGoFirst(t *testing.T) {
	l := &ledger{}
	add := func(row int, kinds ...StepKind) {
		for i, k := range kinds {
			l.steps = append(l.steps, StepResult{State: StepOpen, Step: Step{
				Row: row, Line: row + 1, N: i + 1, Kind: k, Email: fmt.Sprintf("u%d@example.com", row), Set: Settings{Username: "U"}, WithPassword: k == StepCreate,
			}})
		}
	}
	add(1, StepCreate, StepUpdate)
	add(2, StepUpdate)
	add(3, StepCreate)
	add(4, StepCreate, StepUpdate)
	d := &desk{answer: func(_ int, steps []Step) []Reply {
		return per(steps, func(s Step) Reply {
			if want := (s.Kind == StepCreate); want != (s.Password.Reveal() == fmt.Sprint("Pa55 ", s.Row)) {
				t.Errorf("%s of row %d goes with the password %q", s.Kind, s.Row, s.Password.Reveal())
			}
			if s.Row == 1 {
				return no
			}
			return yes
		})
	}}
	a := Applier{Directory: d, Journal: l, Workers: 1, Password: func(line int) Secret { return NewSecret(fmt.Sprint("Pa55 ", line-1)) }}
	if err := a.Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"create 3", "create 1", "create 4", "update 2 4"}, d.calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	const done, refused, open = StepDone, StepRefused, StepOpen
	if d := cmp.Diff([]StepState{refused, open, done, done, done, done}, l.states()); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
}

// An interrupt takes no new rows, the call on its way comes home, and what was not sent stays open.
func TestInterruptLeavesTheRestOpen(t *testing.T) {
	l := manyUpdates(20)
	ctx, cancel := context.WithCancel(t.Context())
	d := &desk{answer: func(n int, steps []Step) []Reply {
		if n == 2 {
			cancel()
		}
		return alike(steps, yes)
	}}
	if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(ctx, "r"); err == nil {
		t.Error("an interrupted run came to its end")
	}
	want := append(slices.Repeat([]StepState{StepDone}, 10), slices.Repeat([]StepState{StepOpen}, 10)...)
	if d := cmp.Diff(want, l.states()); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
}

// A final refusal is journaled with what was found out about it; nothing but the words is taken from that. A refusal that settles
// nothing, because an earlier call may have been executed, is none to find out about.
func TestRefusalsAreDiagnosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(2)
		l.steps[1].State = StepUnknown
		asked := 0
		d := &desk{
			state:  func([]string) []Reply { return []Reply{lost} },
			answer: func(_ int, steps []Step) []Reply { return alike(steps, no) },
			diagnose: func(r Reply) Reply {
				asked++
				return Reply{Verdict: Done, Account: yes.Account, Reason: Reason{Code: r.Reason.Code, Message: "no, for it isn't there", Hint: "look"}}
			},
		}
		if err := (&Applier{Directory: d, Journal: l, Workers: 1, SettleAfter: time.Second}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		got := l.steps[0]
		if got.State != StepRefused || got.Reply.Verdict != Refused || got.Reply.Account != nil || !strings.Contains(got.Reply.Reason.Message, "isn't there") || got.Reply.HTTP != 200 {
			t.Errorf("refused: %s %+v", got.State, got.Reply)
		}
		if l.steps[1].State != StepUnknown || asked != 1 {
			t.Errorf("in doubt: %s; asked %d times", l.steps[1].State, asked)
		}
	})
}

// So is one that is final because a look at the tenant shows that the call before it wasn't executed.
func TestRefusalsThatALookMakesFinalAreDiagnosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		update := Step{Row: 1, N: 1, Kind: StepUpdate, Email: "ana@example.com", Set: Settings{AllowPOP: "true"}, Before: Settings{AllowPOP: "false"}}
		create := Step{Row: 2, N: 1, Kind: StepCreate, Email: "bo@example.com", Set: Settings{Username: "Bo"}}
		l := &ledger{steps: []StepResult{{Step: update, State: StepUnknown}, {Step: create, State: StepUnknown}}}
		d := &desk{
			script: script{calls: map[string]int{}, pages: []Page{nobody}},
			state: func(emails []string) []Reply {
				if emails[0] == "bo@example.com" {
					return []Reply{no}
				}
				return []Reply{{Verdict: Done, HTTP: 200, Account: &Account{Email: emails[0], Settings: Settings{AllowPOP: "false"}}}}
			},
			answer:   func(_ int, steps []Step) []Reply { return alike(steps, no) },
			diagnose: func(r Reply) Reply { return Reply{Reason: Reason{Code: r.Reason.Code, Message: "no, for a reason"}} },
		}
		if err := (&Applier{Directory: d, Journal: l, Workers: 1, SettleAfter: time.Second}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		for _, s := range l.steps {
			if s.State != StepRefused || s.Reply.Reason.Message != "no, for a reason" {
				t.Errorf("%s: %s %+v", s.Email, s.State, s.Reply)
			}
		}
	})
}

// A reason that the next row would meet too ends the run after some calls, and says why and what to do. What was refused stays
// refused, and the rest is open.
func TestRefusalsForAReasonNotTheRowsStopTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(300)
		d := &desk{answer: func(_ int, steps []Step) []Reply { return alike(steps, no) }, diagnose: func(r Reply) Reply {
			r.Alike, r.Reason.Message, r.Reason.Hint = true, "the role lacks a permission", "give it to the role"
			return r
		}}
		err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r")
		if !errors.Is(err, ErrCircuit) || !strings.Contains(err.Error(), "the role lacks a permission") || !strings.HasPrefix(HintOf(err), "give it to the role; then apply") {
			t.Fatalf("error %v, hint %q", err, HintOf(err))
		}
		if len(d.calls) != mostAlike {
			t.Errorf("%d calls", len(d.calls))
		}
		want := append(slices.Repeat([]StepState{StepRefused}, 5*mostAlike), slices.Repeat([]StepState{StepOpen}, 300-5*mostAlike)...)
		if d := cmp.Diff(want, l.states()); d != "" {
			t.Errorf("states (-want +got):\n%s", d)
		}
	})
}

// Now and then a call that does what it should shows that the reason is the rows' after all.
func TestOtherAnswersKeepTheRunGoing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(300)
		d := &desk{answer: func(n int, steps []Step) []Reply {
			r := no
			if r.Alike = true; n%mostAlike == 0 {
				r = yes
			}
			return alike(steps, r)
		}, diagnose: func(r Reply) Reply { return r }}
		if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if len(d.calls) != 60 || slices.Contains(l.states(), StepOpen) {
			t.Errorf("%d calls", len(d.calls))
		}
	})
}

// Without a budget for repeating a call, what it was for is left to the next round, and not forgotten. There, each row goes by
// itself, so that one whose calls are never answered keeps no other from being done.
func TestWithoutBudgetStepsAreLeftToTheNextRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, bad = 400, 391
		l := manyUpdates(n)
		tried := map[int]bool{}
		repeats := 0 // before every row was tried
		d := &desk{answer: func(_ int, steps []Step) []Reply {
			again := tried[steps[0].Row]
			if again && len(tried) < n {
				repeats++
			}
			for _, s := range steps {
				tried[s.Row] = true
			}
			// Half of the calls are lost; the others keep the circuit shut.
			if !again && steps[0].Row%10 == 1 || slices.ContainsFunc(steps, func(s Step) bool { return s.Row == bad }) {
				return alike(steps, lost)
			}
			return alike(steps, yes)
		}}
		if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		want := slices.Repeat([]StepState{StepDone}, n)
		want[bad-1] = StepUnknown
		if d := cmp.Diff(want, l.states()); d != "" {
			t.Errorf("states (-want +got):\n%s", d)
		}
		if repeats > n/5/4 {
			t.Errorf("%d of the first round's calls were repeats", repeats)
		}
	})
}

// To be asked alone is no repetition: a service that takes no five at a time uses up no budget.
func TestSplittingNeedsNoBudget(t *testing.T) {
	l := manyUpdates(300)
	d := &desk{answer: func(_ int, steps []Step) []Reply {
		r := yes
		if len(steps) > 1 {
			r = no
			r.Whole = true
		}
		return alike(steps, r)
	}}
	if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if len(d.calls) != 300/5+300 || slices.ContainsFunc(l.states(), func(s StepState) bool { return s != StepDone }) {
		t.Errorf("%d calls left %v", len(d.calls), l.states())
	}
}

// A service that answers whatever it is asked, and never to the point, is not there: the run stops after some calls, and says what
// came back.
func TestAnswersThatSayNothingStopTheRun(t *testing.T) {
	for _, kind := range []StepKind{StepCreate, StepUpdate} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := manyUpdates(300)
				for i := range l.steps {
					l.steps[i].Kind = kind
				}
				portal := Reply{Verdict: Unknown, HTTP: 200, Reason: Reason{Code: "unreadable answer", Message: "a page of HTML"}}
				d := &desk{answer: func(_ int, steps []Step) []Reply { return alike(steps, portal) }}
				err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r")
				if !errors.Is(err, ErrCircuit) || !strings.Contains(err.Error(), "a page of HTML") {
					t.Fatalf("error %v", err)
				}
				if len(d.calls) > 3*mostAlike {
					t.Errorf("%d calls", len(d.calls))
				}
				for i, s := range l.states() {
					if s != StepOpen && s != StepUnknown || s == StepUnknown && i >= 20 {
						t.Errorf("row %d is %s", i+1, s)
					}
				}
			})
		})
	}
}

// Rows that are never answered to the point, many but not in a row, are offered again after all the others: that so many of them
// then come in a row is no news.
func TestBadRowsThatAreLeftDontStopTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(300)
		bad := func(row int) bool { return row%10 == 0 }
		d := &desk{answer: func(_ int, steps []Step) []Reply {
			return per(steps, func(s Step) Reply {
				if bad(s.Row) {
					return mute
				}
				return yes
			})
		}}
		if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		for i, s := range l.states() {
			if want := map[bool]StepState{true: StepUnknown, false: StepDone}[bad(i+1)]; s != want {
				t.Errorf("row %d is %s, want %s", i+1, s, want)
			}
		}
	})
}

// What one call brought for its rows is not all of one kind: without a budget those that were throttled still wait for their turn,
// for that is no repeat, and the others are left to the next round.
func TestThrottledStepsNeedNoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(5)
		d := &desk{answer: func(n int, steps []Step) []Reply {
			if n > 1 {
				return alike(steps, yes)
			}
			return per(steps, func(s Step) Reply {
				if s.Row < 3 {
					return unsent
				}
				return throttled
			})
		}}
		w := &work{Applier: &Applier{Directory: d, Journal: l}, run: "r"}
		for w.gate.mayRepeat() {
		}
		var all []*sending
		for s, err := range l.Open(t.Context(), "r", 1, len(l.steps)) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, newSending(s))
		}
		if err := w.deliver(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"update 1 2 3 4 5", "update 3 4 5"}, d.calls); d != "" {
			t.Errorf("calls (-want +got):\n%s", d)
		}
		if !w.postponed {
			t.Error("nothing is left to the next round")
		}
	})
}

// While a refusal is being diagnosed, the outcomes of the other steps are in the journal already.
func TestDiagnosisKeepsNoOtherOutcomeWaiting(t *testing.T) {
	l := manyUpdates(3)
	var during []StepState
	d := &desk{
		answer: func(_ int, steps []Step) []Reply {
			return per(steps, func(s Step) Reply {
				if s.Row == 2 {
					return no
				}
				return yes
			})
		},
		diagnose: func(r Reply) Reply { during = l.states(); return r },
	}
	if err := (&Applier{Directory: d, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]StepState{StepDone, StepUnknown, StepDone}, during); d != "" {
		t.Errorf("states during the diagnosis (-want +got):\n%s", d)
	}
}
