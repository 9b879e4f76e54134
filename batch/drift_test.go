package batch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// accounts is a tenant that tells of accounts; of those that it doesn't have it refuses to.
type accounts struct {
	script
	settings map[string]Settings
	silent   bool
}

func (a *accounts) State(_ context.Context, emails []string) []Reply {
	var out []Reply
	for _, e := range emails {
		switch s, ok := a.settings[e]; {
		case a.silent:
			out = append(out, Reply{Verdict: Unknown, HTTP: 503, Reason: Reason{Code: "server error"}})
		case ok:
			out = append(out, Reply{Verdict: Done, HTTP: 200, Account: &Account{Email: e, Settings: s}})
		default:
			out = append(out, Reply{Verdict: Refused, HTTP: 200, Reason: Reason{Code: "no such account"}})
		}
	}
	return out
}

// drifted are steps that met each of the ways in which an account may differ from its plan.
func drifted() (*ledger, *accounts) {
	step := func(email string, set, before Settings) StepResult {
		return StepResult{State: StepOpen, Step: Step{N: 1, Kind: StepUpdate, Email: email, Set: set, Before: before}}
	}
	steps := []StepResult{
		step("as planned", Settings{Username: "New"}, Settings{Username: "Old"}),
		step("as asked", Settings{Username: "New", AllowPOP: "true"}, Settings{Username: "Old", AllowPOP: "false"}),
		step("half as asked", Settings{Username: "New", AllowPOP: "true"}, Settings{Username: "Old", AllowPOP: "false"}),
		step("changed", Settings{Username: "New", AllowPOP: "true"}, Settings{Username: "Old", AllowPOP: "false"}),
		step("as asked but for a password", Settings{Username: "New"}, Settings{Username: "Old"}),
		step("as asked as far as can be read", Settings{Username: "New", ArchiveStartDate: "d"}, Settings{Username: "Old"}),
		step("gone", Settings{Username: "New"}, Settings{Username: "Old"}),
		step("before not known", Settings{AllowPOP: "true"}, nil),
		step("sent before", Settings{Username: "New"}, Settings{Username: "Old"}),
		step("throttled before", Settings{Username: "New"}, Settings{Username: "Old"}),
		step("another field changed", Settings{AllowPOP: "true"}, Settings{Username: "Old", AllowPOP: "false"}),
		step("as asked, and another field changed", Settings{AllowPOP: "true"}, Settings{Username: "Old", AllowPOP: "false"}),
	}
	steps[4].WithPassword = true
	steps[8].Tries, steps[8].State = 1, StepUnknown
	steps[9].Tries = 1
	for i := range steps {
		steps[i].Row = i + 1
	}
	return &ledger{steps: steps}, &accounts{settings: map[string]Settings{
		"as planned":                          {Username: "Old"},
		"as asked":                            {Username: "New", AllowPOP: "true"},
		"half as asked":                       {Username: "New", AllowPOP: "false"},
		"changed":                             {Username: "Other", AllowPOP: "false"},
		"as asked but for a password":         {Username: "New"},
		"as asked as far as can be read":      {Username: "New"},
		"sent before":                         {Username: "Other"},
		"throttled before":                    {Username: "Other"},
		"another field changed":               {Username: "Other", AllowPOP: "false"},
		"as asked, and another field changed": {Username: "Other", AllowPOP: "true"},
	}}
}

func TestRecheckOverwritesNobody(t *testing.T) {
	for _, overwrite := range []bool{false, true} {
		l, dir := drifted()
		r := Rechecker{Directory: dir, Journal: l, Workers: 2, Overwrite: overwrite}
		got, err := r.Recheck(t.Context(), "run")
		refused := 4
		if overwrite {
			refused = 0
		}
		if d := cmp.Diff(Rechecked{Read: 9, AsAsked: 1, Changed: 4, Refused: refused}, got); d != "" || err != nil {
			t.Errorf("error %v; rechecked (-want +got):\n%s", err, d)
		}
		want := slices.Repeat([]StepState{StepOpen}, 12)
		want[1], want[8] = StepDone, StepUnknown
		if !overwrite {
			want[3], want[9], want[10], want[11] = StepRefused, StepRefused, StepRefused, StepRefused
		}
		if d := cmp.Diff(want, l.states()); d != "" {
			t.Errorf("overwrite %v: states (-want +got):\n%s", overwrite, d)
		}
		asAsked, changed := l.steps[1].Reply, l.steps[3].Reply
		if asAsked.Reason.Code != CodeAsAsked || !asAsked.Sent.IsZero() {
			t.Errorf("as asked: %+v", asAsked)
		}
		if !overwrite && (changed.Reason.Code != CodeChanged || !strings.Contains(changed.Reason.Message, "username was Old and is Other") ||
			strings.Contains(changed.Reason.Message, "allow_pop") || changed.Verdict != Refused || changed.Reason.Hint == "") {
			t.Errorf("changed: %+v", changed)
		}
	}
}

// killable is a journal of a program that is killed as soon as something is begun.
type killable struct{ *ledger }

func (k killable) Begin(ctx context.Context, as []Attempt) error {
	if err := k.ledger.Begin(ctx, as); err != nil {
		return err
	}
	return errors.New("killed")
}

// What a recheck and a look-up find out takes no call, so there is no moment at which a kill would leave it in doubt, to be sent.
func TestKillLeavesNothingInDoubtThatTookNoCall(t *testing.T) {
	l, dir := drifted()
	r := Rechecker{Directory: dir, Journal: killable{l}, Workers: 1}
	if _, err := r.Recheck(t.Context(), "run"); err != nil {
		t.Error(err)
	}
	if got := l.states(); got[1] != StepDone || got[3] != StepRefused {
		t.Errorf("states %v", got)
	}
	w := &work{Applier: &Applier{Directory: dir, Journal: killable{l}}, run: "run"}
	if err := w.note(t.Context(), l.steps[8].Step, Reply{Verdict: Done}, StepDone); err != nil || l.steps[8].State != StepDone {
		t.Errorf("noted: %v, %v", l.steps[8].State, err)
	}
}

// What a later run has written to is not overwritten, whatever kind of step would: neither by one that is in doubt, nor by one that
// was never sent, be it that nobody can tell what it would overwrite.
func TestOlderRunOverwritesNoLaterOne(t *testing.T) {
	const created, updated = StepCreate, StepUpdate
	name, other, before := Settings{Username: "New"}, Settings{Username: "Newer"}, Settings{Username: "Old"}
	for _, tt := range []struct {
		name  string
		steps []StepResult
		now   Settings // of the account, nil if it isn't there
		want  []StepState
		again bool // a step stays in doubt
	}{
		{"an update in doubt", []StepResult{{Step: Step{Kind: updated, Set: name, Before: before}, State: StepUnknown}}, other, []StepState{StepUnknown}, true},
		{"an update in doubt that shows", []StepResult{{Step: Step{Kind: updated, Set: name, Before: before}, State: StepUnknown}}, name, []StepState{StepDone}, false},
		{"an update in doubt that doesn't show", []StepResult{{Step: Step{Kind: updated, Set: name, Before: before}, State: StepUnknown}}, before, []StepState{StepUnknown}, true},
		{"a create in doubt", []StepResult{{Step: Step{Kind: created, Set: name}, State: StepUnknown}}, other, []StepState{StepUnknown}, true},
		{"a create in doubt with a password", []StepResult{{Step: Step{Kind: created, Set: name, WithPassword: true}, State: StepUnknown}}, name, []StepState{StepUnknown}, true},
		{"a create in doubt of nothing but an address that isn't there", []StepResult{{Step: Step{Kind: created}, State: StepUnknown}}, nil, []StepState{StepUnknown}, true},
		{"a create in doubt that shows, and its settings", []StepResult{
			{Step: Step{Kind: created, Set: name}, State: StepUnknown}, {Step: Step{Kind: updated, Set: Settings{AllowPOP: "true"}}, State: StepOpen},
		}, Settings{Username: "New", AllowPOP: "false"}, []StepState{StepUnknown, StepOpen}, true},
		{"a create in doubt that doesn't, and its settings", []StepResult{
			{Step: Step{Kind: created, Set: name}, State: StepUnknown}, {Step: Step{Kind: updated, Set: Settings{AllowPOP: "true"}}, State: StepOpen},
		}, Settings{Username: "Newer", AllowPOP: "true"}, []StepState{StepUnknown, StepOpen}, true},
		{"a create", []StepResult{{Step: Step{Kind: created, Set: name}, State: StepOpen}}, name, []StepState{StepRefused}, false},
		{"an update that was throttled", []StepResult{{Step: Step{Kind: updated, Set: name, Before: before, Tries: 1}, State: StepOpen}}, other, []StepState{StepRefused}, false},
		{"a password", []StepResult{{Step: Step{Kind: updated, WithPassword: true}, State: StepOpen}}, before, []StepState{StepRefused}, false},
		{"a state that wasn't read", []StepResult{{Step: Step{Kind: updated, Set: name}, State: StepOpen}}, other, []StepState{StepRefused}, false},
		{"a state that isn't told", []StepResult{{Step: Step{Kind: updated, Set: name, Before: before}, State: StepOpen}}, Settings{}, []StepState{StepRefused}, false},
		{"what settings don't tell, in doubt", []StepResult{{Step: Step{Kind: "other"}, State: StepUnknown}}, name, []StepState{StepUnknown}, true},
		{"what settings don't tell", []StepResult{{Step: Step{Kind: "other"}, State: StepOpen}}, name, []StepState{StepRefused}, false},
		{"as asked by now", []StepResult{{Step: Step{Kind: updated, Set: name}, State: StepOpen}}, name, []StepState{StepDone}, false},
		{"another field", []StepResult{{Step: Step{Kind: updated, Set: name, Before: before}, State: StepOpen}}, Settings{Username: "Old", AllowPOP: "true"}, []StepState{StepOpen}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const email = "a@example.com"
			dir := &accounts{settings: map[string]Settings{}}
			if tt.now != nil {
				dir.settings[email] = tt.now
			}
			for i := range tt.steps {
				s := &tt.steps[i]
				s.Row, s.N, s.Email = 7, i+1, email
				if s.State == StepUnknown {
					s.Tries = 1
				}
			}
			l := &ledger{steps: tt.steps}
			r := Rechecker{Directory: dir, Journal: l, Workers: 1, Overtaken: Overtaken{{2, "other"}, {7, "later"}}}
			got, err := r.Recheck(t.Context(), "run")
			if err != nil || slices.Contains(got.Kept, 7) != tt.again {
				t.Errorf("%+v, %v", got, err)
			}
			if d := cmp.Diff(tt.want, l.states()); d != "" {
				t.Errorf("states (-want +got):\n%s", d)
			}
			for i, s := range l.steps {
				left := s.State == StepRefused || s.State == StepUnknown
				if left && (s.Reply.Reason.Code != CodeChanged || !strings.Contains(s.Reply.Reason.Message, "run later has written") || s.Reply.Reason.Hint == "") {
					t.Errorf("step %d: %+v", i+1, s.Reply.Reason)
				}
				if !s.Reply.Sent.IsZero() || s.State == StepRefused && s.Reply.Verdict != Refused {
					t.Errorf("step %d: %+v", i+1, s.Reply)
				}
			}
			before := l.states()
			r.Overwrite = true
			if got, err := r.Recheck(t.Context(), "run"); err != nil || got.Overtaken > 0 || len(got.Kept) > 0 {
				t.Errorf("to overwrite: %+v, %v", got, err)
			}
			if d := cmp.Diff(before, l.states()); d != "" {
				t.Errorf("to overwrite: states (-before +after):\n%s", d)
			}
		})
	}
}

func TestRecheckEndsWithTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, dir := drifted()
		dir.silent = true
		r := Rechecker{Directory: dir, Journal: l, Workers: 2}
		_, err := r.Recheck(t.Context(), "run")
		if _, ok := errors.AsType[*CallError](err); !ok {
			t.Errorf("error %v", err)
		}
		if l.steps[3].State != StepOpen || l.steps[1].State != StepOpen {
			t.Errorf("states %v", l.states())
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := r.Recheck(ctx, "run"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// An account that can't be read is not purged: its step is left to a later apply, and counted.
func TestRecheckPurgesNobodyUnread(t *testing.T) {
	l := &ledger{steps: []StepResult{{State: StepOpen, Step: Step{
		Row: 1, N: 1, Kind: StepPurge, Email: "a@example.com", Before: Settings{AccountDisabled: "true"},
	}}}}
	r := Rechecker{Directory: &accounts{}, Journal: l, Workers: 1}
	got, err := r.Recheck(t.Context(), "run")
	if d := cmp.Diff(Rechecked{Unread: 1, Kept: []int{1}}, got); d != "" || err != nil || l.steps[0].State != StepOpen {
		t.Errorf("state %s, error %v; rechecked (-want +got):\n%s", l.steps[0].State, err, d)
	}
}

// What a look at an account makes of a step: nothing that somebody, or a later run, has done since is written over.
func TestJudgeStep(t *testing.T) {
	const old, changed, asked = "Old", "Other", "New"
	row := []int{7}
	for _, tt := range []struct {
		kind      StepKind
		doubt     bool
		is        string // the account's name, "" if it can't be read
		by        RunID
		overwrite bool
		state     StepState
		counted   Rechecked
		says      string
	}{
		{StepUpdate, false, old, "", false, StepOpen, Rechecked{}, ""},
		{StepUpdate, false, asked, "", false, StepDone, Rechecked{AsAsked: 1}, "already as asked"},
		{StepUpdate, false, changed, "", false, StepRefused, Rechecked{Changed: 1, Refused: 1}, "changed by somebody"},
		{StepUpdate, false, changed, "", true, StepOpen, Rechecked{Changed: 1}, ""},
		{StepUpdate, false, "", "", false, StepOpen, Rechecked{}, ""},
		{StepUpdate, true, old, "", false, StepOpen, Rechecked{}, ""},
		{StepUpdate, true, asked, "", false, StepDone, Rechecked{}, ConfirmedByLookUp},
		{StepUpdate, true, changed, "", false, StepUnknown, Rechecked{Changed: 1, Kept: row}, "not done again: somebody"},
		{StepUpdate, true, changed, "", true, StepOpen, Rechecked{Changed: 1}, ""},

		{StepUpdate, false, old, "later", false, StepOpen, Rechecked{}, ""},
		{StepUpdate, false, asked, "later", false, StepDone, Rechecked{AsAsked: 1}, "already as asked"},
		{StepUpdate, false, changed, "later", false, StepRefused, Rechecked{Overtaken: 1, Refused: 1}, "run later has written"},
		{StepUpdate, false, "", "later", false, StepRefused, Rechecked{Overtaken: 1, Refused: 1}, "run later has written"},
		{StepUpdate, true, old, "later", false, StepUnknown, Rechecked{Overtaken: 1, Kept: row}, "not done again: run later"},
		{StepUpdate, true, asked, "later", false, StepDone, Rechecked{}, ConfirmedByLookUp},

		{StepCreate, false, asked, "later", false, StepRefused, Rechecked{Overtaken: 1, Refused: 1}, "run later has written"},
		{StepCreate, true, asked, "later", false, StepUnknown, Rechecked{Overtaken: 1, Kept: row}, "not done again: run later"},

		{StepPurge, false, old, "", false, StepOpen, Rechecked{}, ""},
		{StepPurge, false, changed, "", false, StepRefused, Rechecked{Changed: 1, Refused: 1}, "changed by somebody"},
		{StepPurge, false, "", "later", false, StepOpen, Rechecked{Unread: 1, Kept: row}, ""},
		{StepPurge, true, changed, "", false, StepUnknown, Rechecked{Changed: 1, Kept: row}, "not done again: somebody"},
		{StepUnpurge, false, old, "later", false, StepRefused, Rechecked{Overtaken: 1, Refused: 1}, "run later has written"},
	} {
		s := Step{Row: row[0], Kind: tt.kind, InDoubt: tt.doubt, Before: Settings{Username: old}}
		if tt.kind == StepCreate || tt.kind == StepUpdate {
			s.Set = Settings{Username: asked}
		}
		if tt.kind == StepCreate {
			s.Before = nil
		}
		var account *Account
		if tt.is != "" {
			account = &Account{Settings: Settings{Username: tt.is}}
		}
		state, why, counted := judge(s, account, tt.by, tt.overwrite)
		if d := cmp.Diff(tt.counted, counted); d != "" || state != tt.state {
			t.Errorf("%+v: state %s; counted (-want +got):\n%s", tt, state, d)
		}
		if !strings.Contains(why.Message, tt.says) || (why.Message == "") != (tt.says == "") {
			t.Errorf("%+v: reason %+v", tt, why)
		}
	}
}
