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
	}
	steps[4].WithPassword = true
	steps[8].Tries, steps[8].State = 1, StepUnknown
	for i := range steps {
		steps[i].Row = i + 1
	}
	return &ledger{steps: steps}, &accounts{settings: map[string]Settings{
		"as planned":                     {Username: "Old"},
		"as asked":                       {Username: "New", AllowPOP: "true"},
		"half as asked":                  {Username: "New", AllowPOP: "false"},
		"changed":                        {Username: "Other", AllowPOP: "false"},
		"as asked but for a password":    {Username: "New"},
		"as asked as far as can be read": {Username: "New"},
		"sent before":                    {Username: "Other"},
	}}
}

func TestRecheckOverwritesNobody(t *testing.T) {
	for _, overwrite := range []bool{false, true} {
		l, dir := drifted()
		r := Rechecker{Directory: dir, Journal: l, Workers: 2, Overwrite: overwrite}
		got, err := r.Recheck(t.Context(), "run")
		if want := (Rechecked{Read: 6, AsAsked: 1, Changed: 1}); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		want := slices.Repeat([]StepState{StepOpen}, 9)
		want[1], want[3], want[8] = StepDone, StepRefused, StepUnknown
		if overwrite {
			want[3] = StepOpen
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
