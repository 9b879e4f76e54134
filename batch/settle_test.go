package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ledger is a journal in memory, for tests that run on a clock of their own.
type ledger struct {
	mu    sync.Mutex
	steps []StepResult
}

func (l *ledger) Results(context.Context, RunID) iter.Seq2[RowResult, error] { return nil }

func (l *ledger) Open(_ context.Context, _ RunID, first, last int) iter.Seq2[Step, error] {
	l.mu.Lock()
	defer l.mu.Unlock()
	var open []Step
	refused := 0 // the last row with a refused step
	for _, s := range l.steps {
		switch s.InDoubt = s.State == StepUnknown; {
		case s.State == StepRefused:
			refused = s.Row
		case s.Row >= first && s.Row <= last && s.State != StepDone && s.Row != refused:
			open = append(open, s.Step)
		}
	}
	return func(yield func(Step, error) bool) {
		for _, s := range open {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func (l *ledger) InDoubt(ctx context.Context, id RunID, first, last int) iter.Seq2[Step, error] {
	return l.openIf(ctx, id, first, last, func(s Step) bool { return s.InDoubt })
}

func (l *ledger) Due(ctx context.Context, id RunID, first, last int) iter.Seq2[Step, error] {
	row := 0
	return l.openIf(ctx, id, first, last, func(s Step) bool {
		next := s.Row != row
		row = s.Row
		return next && !s.InDoubt && len(s.Before) > 0
	})
}

func (l *ledger) openIf(ctx context.Context, id RunID, first, last int, is func(Step) bool) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for s := range l.Open(ctx, id, first, last) {
			if is(s) && !yield(s, nil) {
				return
			}
		}
	}
}

func (l *ledger) Begin(_ context.Context, as []Attempt) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range as {
		s := l.find(a)
		if a.Try != s.Tries+1 {
			return fmt.Errorf("try %d of row %d after %d", a.Try, a.Row, s.Tries)
		}
		s.Tries, s.State = a.Try, StepUnknown
	}
	return nil
}

func (l *ledger) Finish(_ context.Context, os []Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range os {
		s := l.find(o.Attempt)
		s.State, s.Reply = o.State, o.Reply
	}
	return nil
}

func (l *ledger) Note(_ context.Context, os []Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range os {
		s := l.find(o.Attempt)
		if o.Try != s.Tries+1 {
			return fmt.Errorf("try %d of row %d after %d", o.Try, o.Row, s.Tries)
		}
		s.Tries, s.State, s.Reply = o.Try, o.State, o.Reply
	}
	return nil
}

func (l *ledger) find(a Attempt) *StepResult {
	return &l.steps[slices.IndexFunc(l.steps, func(s StepResult) bool { return s.Row == a.Row && s.N == a.Step })]
}

// states returns the states of the steps, in order.
func (l *ledger) states() []StepState {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []StepState
	for _, s := range l.steps {
		out = append(out, s.State)
	}
	return out
}

// script is a tenant that answers by heart: each call of Do, State and Accounts takes the next answer of its own, the last
// one again and again.
type script struct {
	do, state []Reply
	pages     []Page // one with NotTold and no accounts is no answer at all
	mu        sync.Mutex
	calls     map[string]int
}

func next[T any](s *script, name string, answers []T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.calls[name]
	s.calls[name]++
	return answers[min(n, len(answers)-1)]
}

func (s *script) Tenant(context.Context) (Tenant, error)              { return Tenant{}, nil }
func (s *script) Domains(context.Context) ([]Domain, error)           { return nil, nil }
func (s *script) Batch(StepKind) int                                  { return 5 }
func (s *script) Diagnose(_ context.Context, _ string, r Reply) Reply { return r }

func (s *script) Accounts(context.Context, string, string) (Page, error) {
	p := next(s, "list", s.pages)
	if p.Total == NotTold && p.Accounts == nil {
		return p, &CallError{Op: "list", Reply: Reply{Verdict: Unknown, HTTP: 503}}
	}
	return p, nil
}

func (s *script) State(_ context.Context, emails []string) []Reply {
	return slices.Repeat([]Reply{next(s, "state", s.state)}, len(emails))
}

func (s *script) Do(ctx context.Context, steps []Step) []Reply {
	if ctx.Err() != nil {
		return alike(steps, Reply{Verdict: NotSent})
	}
	return alike(steps, next(s, string(steps[0].Kind), s.do))
}

// alike is the same reply, now, for all steps of a call.
func alike(steps []Step, r Reply) []Reply {
	r.Sent = time.Now()
	return slices.Repeat([]Reply{r}, len(steps))
}

var (
	yes       = Reply{Verdict: Done, HTTP: 200, Account: &Account{Email: "ana@example.com", Settings: Settings{Username: "Ana", AllowPOP: "true"}}}
	lost      = Reply{Verdict: Unknown, Reason: Reason{Code: "no answer", Message: "lost"}}
	no        = Reply{Verdict: Refused, HTTP: 200, Reason: Reason{Code: "err_x", Message: "no"}}
	unsent    = Reply{Verdict: NotSent, Reason: Reason{Code: "not sent", Message: "connection refused"}}
	throttled = Reply{Verdict: Throttled, HTTP: 429, Wait: time.Second}
	dead      = Reply{Verdict: Fatal, HTTP: 403}
	nobody    = Page{Total: 1, Accounts: []Account{{Email: "abuse@example.com"}}}
	somebody  = Page{Total: 2, Accounts: []Account{{Email: "abuse@example.com"}, {Email: "ana@example.com"}}}
	silentPg  = Page{Total: NotTold}
	alias     = Page{Total: 1, Accounts: []Account{{Email: "ana@example.com", Alias: true}}}
	mute      = Reply{Verdict: Unknown, HTTP: 200, Reason: Reason{Code: "no entry in the answer", Message: "mute"}}
)

// What is settled, and how, for one step.
func TestSettle(t *testing.T) {
	create := Step{Row: 1, N: 1, Kind: StepCreate, Email: "ana@example.com", Set: Settings{Username: "Ana"}}
	update := Step{Row: 1, N: 1, Kind: StepUpdate, Email: "ana@example.com", Set: Settings{AllowPOP: "true"}, Before: Settings{AllowPOP: "false"}}
	tidied := update
	tidied.Set, tidied.Before = Settings{Username: "Ana  Ruiz", AllowPOP: "true"}, Settings{Username: "X", AllowPOP: "false"}
	blind := Step{Row: 1, N: 1, Kind: StepUpdate, Email: "ana@example.com", Set: Settings{ArchiveStartDate: "d"}}
	purge := Step{Row: 1, N: 1, Kind: StepPurge, Email: "ana@example.com"}
	there := Reply{Verdict: Done, HTTP: 200, Reason: Reason{Code: CodeAsAsked, Message: "there"}}
	withPassword := update
	withPassword.WithPassword = true
	withArchive := update
	withArchive.Set = Settings{AllowPOP: "true", ArchiveStartDate: "d"}
	told := func(pop string) []Reply {
		return []Reply{{Verdict: Done, HTTP: 200, Account: &Account{Email: "ana@example.com", Settings: Settings{Username: "Ana Ruiz", AllowPOP: pop}}}}
	}
	tests := []struct {
		name    string
		step    Step
		doubt   bool // found in doubt
		tenant  script
		want    StepState
		creates int
		updates int
		purges  int
		word    string // in the reason
		err     error
	}{
		{name: "lost, there", step: create, tenant: script{do: []Reply{lost, yes}, state: []Reply{yes}}, want: StepDone, creates: 1, updates: 1, word: ConfirmedByLookUp},
		{name: "lost, in the listing only", step: create, tenant: script{do: []Reply{lost, yes}, state: []Reply{no}, pages: []Page{somebody}}, want: StepDone, creates: 1, updates: 1, word: ConfirmedByLookUp},
		{name: "lost, absent, created", step: create, tenant: script{do: []Reply{lost, yes}, state: []Reply{no}, pages: []Page{nobody}}, want: StepDone, creates: 2},
		{name: "lost, absent, refused, absent", step: create, tenant: script{do: []Reply{lost, no}, state: []Reply{no}, pages: []Page{nobody}}, want: StepRefused, creates: 2, word: "no"},
		{name: "lost, absent, refused, there after all", step: create, tenant: script{do: []Reply{lost, no}, state: []Reply{no, yes}, pages: []Page{nobody}}, want: StepUnknown, creates: 2, updates: 1, word: "setting its name and password again was refused"},
		{name: "lost, absent, lost, absent: not a third time", step: create, tenant: script{do: []Reply{lost}, state: []Reply{no}, pages: []Page{nobody}}, want: StepUnknown, creates: 2, word: "lost"},
		{name: "lost, the listing is empty without a word", step: create, tenant: script{do: []Reply{lost}, state: []Reply{no}, pages: []Page{{Total: 0, Accounts: nil}, silentPg}}, want: StepUnknown, creates: 2},
		{name: "lost, nobody answers", step: create, tenant: script{do: []Reply{lost}, state: []Reply{lost}, pages: []Page{silentPg}}, want: StepUnknown, creates: 1},
		{name: "lost, credentials die at the look-up", step: create, tenant: script{do: []Reply{lost}, state: []Reply{dead}}, want: StepUnknown, creates: 1, err: &CallError{}},
		{name: "found in doubt, throttled, there", step: create, doubt: true, tenant: script{do: []Reply{throttled, throttled, yes}, state: []Reply{yes}}, want: StepDone, updates: 3, word: ConfirmedByLookUp},
		{name: "found in doubt, credentials die", step: create, doubt: true, tenant: script{do: []Reply{dead}, state: []Reply{yes}}, want: StepUnknown, updates: 1, err: &CallError{}},
		{name: "an update is sent again", step: update, tenant: script{do: []Reply{lost, yes}}, want: StepDone, updates: 2},
		{name: "three times lost in each round", step: blind, tenant: script{do: []Reply{lost}}, want: StepUnknown, updates: 9},
		{name: "refused at once", step: update, tenant: script{do: []Reply{no}}, want: StepRefused, updates: 1, word: "no"},
		{name: "lost and then refused: it was applied", step: update, tenant: script{do: []Reply{lost, no}, state: told("true")}, want: StepDone, updates: 2, word: ConfirmedByLookUp},
		{name: "lost and then refused: it was not applied", step: update, tenant: script{do: []Reply{lost, no}, state: told("false")}, want: StepRefused, updates: 2, word: "no"},
		{name: "lost and then refused: the name was tidied up", step: tidied, tenant: script{do: []Reply{lost, no}, state: told("true")}, want: StepUnknown, updates: 4, word: "no"},
		{name: "lost and then refused: a password can't be looked up", step: withPassword, tenant: script{do: []Reply{lost, no}, state: told("true")}, want: StepUnknown, updates: 4, word: "no"},
		{name: "lost and then refused: the password isn't set either", step: withPassword, tenant: script{do: []Reply{lost, no}, state: told("false")}, want: StepRefused, updates: 2, word: "no"},
		{name: "lost and then refused: the archive's start can't be looked up", step: withArchive, tenant: script{do: []Reply{lost, no}, state: told("true")}, want: StepUnknown, updates: 4, word: "no"},
		{name: "lost, an alias stands in the way", step: create, tenant: script{do: []Reply{lost}, state: []Reply{no}, pages: []Page{alias}}, want: StepUnknown, creates: 1},
		{name: "answers that say nothing", step: blind, tenant: script{do: []Reply{mute}}, want: StepUnknown, updates: 9},
		{name: "a purge is sent again", step: purge, tenant: script{do: []Reply{lost, yes}}, want: StepDone, purges: 2},
		{name: "a purge found in doubt is sent again", step: purge, doubt: true, tenant: script{do: []Reply{yes}}, want: StepDone, purges: 1},
		{name: "a purge in doubt: already there, perhaps by the first call", step: purge, doubt: true, tenant: script{do: []Reply{there}}, want: StepDone, purges: 1, word: "there"},
		{name: "a purge in doubt, refused: nobody can look", step: purge, doubt: true, tenant: script{do: []Reply{no}}, want: StepUnknown, purges: 3, word: "no"},
		{name: "lost and then refused: nobody can tell", step: blind, tenant: script{do: []Reply{lost, no}, state: told("true")}, want: StepUnknown, updates: 4, word: "no"},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{steps: []StepResult{{Step: tt.step, State: StepOpen}}}
				if tt.doubt {
					l.steps[0].State = StepUnknown
				}
				dir := &tt.tenant
				dir.calls = map[string]int{}
				a := Applier{Directory: &ordered{dir}, Journal: l, Workers: 3, SettleAfter: time.Second, Password: func(int) Secret { return NewSecret("Sunny-Day1") }}
				err := a.Apply(t.Context(), "r")
				if (err == nil) != (tt.err == nil) {
					t.Fatalf("error %v", err)
				}
				got := l.steps[0]
				if dir.calls["purge"] != tt.purges || got.Reply.Reason.Code == CodeAsAsked {
					t.Errorf("%d purges, want %d; %+v", dir.calls["purge"], tt.purges, got.Reply)
				}
				if got.State != tt.want || dir.calls["create"] != tt.creates || dir.calls["update"] != tt.updates || !strings.Contains(got.Reply.Reason.Message, tt.word) {
					t.Errorf("%s after %d creates and %d updates, %q; want %s, %d, %d, %q",
						got.State, dir.calls["create"], dir.calls["update"], got.Reply.Reason.Message, tt.want, tt.creates, tt.updates, tt.word)
				}
			})
		})
	}
}

// A call about one bad address that gets no answer leaves its five unasked, and no others.
func TestAskingGoesOnPastABadAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(12)
		for i := range l.steps {
			l.steps[i].Kind, l.steps[i].Set, l.steps[i].State = StepCreate, nil, StepUnknown
		}
		dir := &desk{script: script{calls: map[string]int{}, pages: []Page{silentPg}}, state: func(emails []string) []Reply {
			if slices.Contains(emails, "u2@example.com") {
				return slices.Repeat([]Reply{lost}, len(emails))
			}
			return slices.Repeat([]Reply{yes}, len(emails))
		}}
		if err := (&Applier{Directory: dir, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		want := append(slices.Repeat([]StepState{StepUnknown}, 5), slices.Repeat([]StepState{StepDone}, 7)...)
		if d := cmp.Diff(want, l.states()); d != "" {
			t.Errorf("states (-want +got):\n%s", d)
		}
		if len(dir.calls) > 0 {
			t.Errorf("calls %q, and nothing was asked that needs one", dir.calls)
		}
	})
}

// ordered has a script's Do answer by one list for both kinds of step.
type ordered struct{ *script }

func (o *ordered) Do(ctx context.Context, steps []Step) []Reply {
	o.mu.Lock()
	n := o.calls["create"] + o.calls["update"] + o.calls["purge"]
	o.calls[string(steps[0].Kind)]++
	o.mu.Unlock()
	return alike(steps, o.do[min(n, len(o.do)-1)])
}

func manyUpdates(n int) *ledger {
	l := &ledger{}
	for i := range n {
		l.steps = append(l.steps, StepResult{Step: Step{Row: i + 1, N: 1, Kind: StepUpdate, Email: fmt.Sprintf("u%d@example.com", i), Set: Settings{AllowPOP: "true"}}, State: StepOpen})
	}
	return l
}

// outage is a service that is down for a time.
type outage struct {
	*script
	from, to time.Time
	reply    Reply
}

func (o *outage) Do(ctx context.Context, steps []Step) []Reply {
	o.mu.Lock()
	o.calls["do"]++
	o.mu.Unlock()
	if err := sleep(ctx, 20*time.Millisecond); err != nil {
		return alike(steps, Reply{Verdict: NotSent})
	}
	if now := time.Now(); !now.Before(o.from) && now.Before(o.to) {
		return alike(steps, o.reply)
	}
	return alike(steps, yes)
}

// The service is down for half a minute in the middle of a run: the workers wait together, few tries are spent, every row is
// done in the end.
func TestApplyThroughOutage(t *testing.T) {
	for _, reply := range []Reply{unsent, lost} {
		t.Run(string(reply.Verdict), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := manyUpdates(200)
				dir := &outage{script: &script{calls: map[string]int{}}, from: time.Now().Add(100 * time.Millisecond), to: time.Now().Add(30 * time.Second), reply: reply}
				a := Applier{Directory: dir, Journal: l, Workers: 8, SettleAfter: time.Second}
				if err := a.Apply(t.Context(), "r"); err != nil {
					t.Fatal(err)
				}
				for _, s := range l.steps {
					if s.State != StepDone {
						t.Errorf("row %d is %s", s.Row, s.State)
					}
				}
				if extra := dir.calls["do"] - 200; extra > 30 {
					t.Errorf("%d calls were spent on the outage", extra)
				}
			})
		})
	}
}

// A service that stays away opens the circuit, after minutes and not at once.
func TestApplyGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(200)
		dir := &outage{script: &script{calls: map[string]int{}}, to: time.Now().Add(24 * time.Hour), reply: unsent}
		begun := time.Now()
		err := (&Applier{Directory: dir, Journal: l, Workers: 8}).Apply(t.Context(), "r")
		took := time.Since(begun)
		if !errors.Is(err, ErrCircuit) || took < time.Minute || took > 10*time.Minute || dir.calls["do"] > 60 {
			t.Errorf("error %v after %v and %d calls", err, took, dir.calls["do"])
		}
		for _, s := range l.steps {
			if s.State != StepOpen {
				t.Errorf("row %d is %s, and nothing was sent", s.Row, s.State)
			}
		}
	})
}

// A few rows whose own calls never get an answer, at the head of the run, keep no other row from being done.
func TestBadRowsDontStopTheRun(t *testing.T) {
	for _, reply := range []Reply{mute, {Verdict: Unknown, HTTP: 500}} {
		t.Run(fmt.Sprint(reply.HTTP), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := manyUpdates(100)
				const bad = 12 // more in a row may be the service's fault
				dir := &badRows{script: &script{calls: map[string]int{}}, bad: bad, reply: reply}
				if err := (&Applier{Directory: dir, Journal: l, Workers: 8, SettleAfter: time.Second}).Apply(t.Context(), "r"); err != nil {
					t.Fatal(err)
				}
				for i, s := range l.steps {
					if want := map[bool]StepState{true: StepUnknown, false: StepDone}[i < bad]; s.State != want {
						t.Errorf("row %d is %s, want %s", s.Row, s.State, want)
					}
				}
			})
		})
	}
}

// badRows is a service that fails on the first rows.
type badRows struct {
	*script
	bad   int
	reply Reply
}

func (b *badRows) Do(_ context.Context, steps []Step) []Reply {
	replies := alike(steps, yes)
	for i, s := range steps {
		switch {
		case s.Row > b.bad:
		case b.reply.Answered():
			replies[i] = b.reply
		default:
			return alike(steps, b.reply) // no answer is one to nobody
		}
	}
	return replies
}

// Answers that are refusals are answers: they never open the circuit.
func TestRefusalsAreAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(100)
		dir := &script{calls: map[string]int{}, do: []Reply{no}}
		if err := (&Applier{Directory: dir, Journal: l, Workers: 8}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		for _, s := range l.steps {
			if s.State != StepRefused {
				t.Errorf("row %d is %s", s.Row, s.State)
			}
		}
	})
}

// A throttled call holds everybody back for as long as the service says.
func TestThrottleHoldsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(40)
		dir := &outage{script: &script{calls: map[string]int{}}, to: time.Now().Add(time.Second), reply: Reply{Verdict: Throttled, HTTP: 429, Wait: 5 * time.Second}}
		begun := time.Now()
		if err := (&Applier{Directory: dir, Journal: l, Workers: 4}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took < 5*time.Second || took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		if n := dir.calls["do"]; n != 12 {
			t.Errorf("%d calls, want 8 of five rows each and 4 throttled ones", n)
		}
	})
}

func TestListing(t *testing.T) {
	account := func(emails ...string) (as []Account) {
		for _, e := range emails {
			as = append(as, Account{Email: e})
		}
		return as
	}
	for _, tt := range []struct {
		name  string
		pages []Page
		ok    bool
	}{
		{"one page", []Page{{Accounts: account("a", "b"), Total: 2}}, true},
		{"two pages", []Page{{Accounts: account("a"), Next: "n", Total: 2}, {Accounts: account("b"), Total: 2}}, true},
		{"total not told", []Page{{Accounts: account("a"), Total: NotTold}}, true},
		{"an empty last page that names another", []Page{{Accounts: account("a"), Next: "n", Total: 1}, {Next: "m", Total: 1}}, true},
		{"said to be empty", []Page{{Total: 0}}, true},
		{"empty, and not said to be", []Page{{Total: NotTold}}, false},
		{"short", []Page{{Accounts: account("a"), Total: 2}}, false},
		{"one twice and another missing", []Page{{Accounts: account("a", "b"), Next: "n", Total: 3}, {Accounts: account("b"), Total: 3}}, false},
		{"in a circle", []Page{{Accounts: account("a"), Next: "n", Total: NotTold}, {Accounts: account("b"), Next: "n", Total: NotTold}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &pages{pages: tt.pages}
			err := listing(t.Context(), d, "example.com", func(Account) {})
			if (err == nil) != tt.ok {
				t.Errorf("error %v", err)
			}
		})
	}
}

// pages is a tenant that has nothing but a listing.
type pages struct {
	Directory
	pages []Page
	n     int
}

func (p *pages) Accounts(context.Context, string, string) (Page, error) {
	page := p.pages[min(p.n, len(p.pages)-1)]
	p.n++
	return page, nil
}

// An account that is there and doesn't take what the create would have set is shown as what it is.
func TestConfirmedCreateTellsWhatTheAccountIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{steps: []StepResult{{State: StepUnknown, Step: Step{Row: 1, N: 1, Kind: StepCreate, Email: "ana@example.com", Set: Settings{Username: "Ana"}}}}}
		stubborn := Reply{Verdict: Done, HTTP: 200, Account: &Account{ID: "x1", Email: "ana@example.com", Settings: Settings{Username: "Somebody"}}}
		dir := &script{calls: map[string]int{}, do: []Reply{stubborn}, state: []Reply{stubborn}}
		if err := (&Applier{Directory: dir, Journal: l, Workers: 1}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		want := &Account{Email: "ana@example.com", Settings: Settings{Username: "Somebody"}}
		if d := cmp.Diff(want, l.steps[0].Reply.Account); d != "" {
			t.Errorf("account (-want +got):\n%s", d)
		}
	})
}

// Updates that are in doubt together are looked at together, after one wait.
func TestDoubtsOfACallAreComparedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(5)
		for i := range l.steps {
			l.steps[i].Before = Settings{AllowPOP: "false"}
		}
		looks := 0
		d := &desk{
			answer: func(n int, steps []Step) []Reply {
				if n == 1 {
					return alike(steps, lost)
				}
				return alike(steps, no)
			},
			state: func(emails []string) []Reply {
				looks++
				var out []Reply
				for _, e := range emails {
					out = append(out, Reply{Verdict: Done, HTTP: 200, Account: &Account{Email: e, Settings: Settings{AllowPOP: "true"}}})
				}
				return out
			},
		}
		begun := time.Now()
		if err := (&Applier{Directory: d, Journal: l, Workers: 1, SettleAfter: time.Minute}).Apply(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if looks != 1 || time.Since(begun) > 2*time.Minute {
			t.Errorf("%d looks in %v", looks, time.Since(begun))
		}
		if slices.ContainsFunc(l.states(), func(s StepState) bool { return s != StepDone }) {
			t.Errorf("states %v", l.states())
		}
	})
}

// A call that waited for its turn since before an outage, and then got no answer, is one more call without an answer.
func TestSilenceIsCountedFromWhenACallWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := manyUpdates(1)
		w := &work{run: "r"}
		d := &desk{answer: func(_ int, steps []Step) []Reply {
			if err := sleep(t.Context(), time.Second); err != nil {
				t.Error(err)
			}
			w.gate.silence(time.Now(), 0, false) // another call's
			if err := sleep(t.Context(), time.Second); err != nil {
				t.Error(err)
			}
			return alike(steps, lost)
		}}
		w.Applier = &Applier{Directory: d, Journal: l}
		if err := w.call(t.Context(), []*sending{newSending(l.steps[0].Step)}); err != nil {
			t.Fatal(err)
		}
		if w.gate.rounds != 2 {
			t.Errorf("%d rounds of silence, want 2", w.gate.rounds)
		}
	})
}
