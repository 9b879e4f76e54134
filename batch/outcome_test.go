package batch

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestResultOf(t *testing.T) {
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	create := Step{Kind: StepCreate, Set: Settings{Username: "New"}, WithPassword: true}
	update := Step{Kind: StepUpdate, Set: Settings{AllowPOP: "true"}}
	purge := Step{Kind: StepPurge, N: 2}
	step := func(s Step, state StepState, r Reply) StepResult {
		n := 1
		if state == StepOpen {
			n = 0
		}
		s.Tries = n
		return StepResult{Step: s, State: state, Reply: r, Attempts: n, Started: at, Finished: at.Add(time.Second)}
	}
	done := Reply{Verdict: Done, HTTP: 200, RequestID: "r1"}
	asAsked := Reply{Verdict: Done, Reason: Reason{Code: CodeAsAsked, Message: "nothing was sent"}, Account: &Account{Settings: update.Set}}
	no := Reply{Verdict: Refused, HTTP: 200, RequestID: "r2", Reason: Reason{Code: "err_x", Message: "no"}}
	for _, tt := range []struct {
		name    string
		action  Action
		steps   []StepResult
		status  Status
		changed string
		reason  string
	}{
		{"created", ActionCreate, []StepResult{step(create, StepDone, done)}, Created, "username,password", ""},
		{"created and set up", ActionCreate, []StepResult{step(create, StepDone, done), step(update, StepDone, done)}, Created, "username,password,allow_pop", ""},
		{"create refused", ActionCreate, []StepResult{step(create, StepRefused, no), step(update, StepOpen, Reply{})}, WasRefused, "", "no"},
		{"settings refused", ActionCreate, []StepResult{step(create, StepDone, done), step(update, StepRefused, no)}, WasRefused, "username,password", "account created; settings refused; no"},
		{"settings not reached", ActionCreate, []StepResult{step(create, StepDone, done), step(update, StepOpen, Reply{})}, NotReached, "username,password", "account created; settings not reached"},
		{"settings unknown", ActionCreate, []StepResult{step(create, StepDone, done), step(update, StepUnknown, Reply{Verdict: Unknown, Reason: Reason{Code: "no answer", Message: "lost"}})}, InDoubt, "username,password", "account created; settings unknown; lost"},
		{"updated", ActionUpdate, []StepResult{step(update, StepDone, done)}, Updated, "allow_pop", ""},
		{"in doubt without an outcome", ActionUpdate, []StepResult{step(update, StepUnknown, Reply{})}, InDoubt, "", "no answer came yet, or the program ended before it came"},
		{"not reached", ActionUpdate, []StepResult{step(update, StepOpen, Reply{})}, NotReached, "", ""},
		{"the answer tells something else", ActionUpdate, []StepResult{step(update, StepDone, Reply{Account: &Account{Settings: Settings{AllowPOP: "false"}}})}, Updated, "allow_pop", "asked allow_pop=true, the answer tells false"},
		{"the answer to a create tells a name that was tidied up", ActionCreate, []StepResult{
			step(Step{Kind: StepCreate, Set: Settings{Username: "Ana  Ruiz", ForcePasswordChange: "true"}}, StepDone,
				Reply{Account: &Account{Settings: Settings{Username: "Ana Ruiz", ForcePasswordChange: "true"}}}),
		}, Created, "username,force_password_change", "asked username=Ana  Ruiz, the answer tells Ana Ruiz"},
		{"both answers tell something else", ActionCreate, []StepResult{
			step(create, StepDone, Reply{Account: &Account{Settings: Settings{Username: "new@example.com"}}}),
			step(update, StepDone, Reply{Account: &Account{Settings: Settings{Username: "Newer", AllowPOP: "false"}}}),
		}, Created, "username,password,allow_pop", "asked username=New, the answer tells new@example.com; asked allow_pop=true, the answer tells false"},
		{"the answer tells less, or what nobody asked for", ActionUpdate, []StepResult{
			step(update, StepDone, Reply{Account: &Account{Settings: Settings{AllowSMTP: "false"}}}),
		}, Updated, "allow_pop", ""},
		{"the answer tells that what was not sent is otherwise by now", ActionUpdate, []StepResult{
			step(Step{Kind: StepUpdate, Set: update.Set, Before: Settings{Username: "Ana", AllowPOP: "false", AllowSMTP: "true"}}, StepDone,
				Reply{Account: &Account{Settings: Settings{Username: "Eve", AllowPOP: "true", AllowSMTP: "true"}}}),
		}, Updated, "allow_pop", "username was Ana and was not sent, the answer tells Eve"},
		{"different, and then refused", ActionCreate, []StepResult{
			step(create, StepDone, Reply{Account: &Account{Settings: Settings{Username: "Newer"}}}), step(update, StepRefused, no),
		}, WasRefused, "username,password", "account created; settings refused; asked username=New, the answer tells Newer; no"},
		{"as asked meanwhile", ActionUpdate, []StepResult{step(update, StepDone, asAsked)}, Unchanged, "", "nothing was sent"},
		{"created, and as asked meanwhile", ActionCreate, []StepResult{step(create, StepDone, done), step(update, StepDone, asAsked)}, Created, "username,password", "nothing was sent"},
		{"confirmed", ActionCreate, []StepResult{step(create, StepDone, Reply{Reason: Reason{Message: ConfirmedByLookUp}})}, Created, "username,password", ConfirmedByLookUp},
		{"disabled and queued", ActionUpdate, []StepResult{step(update, StepDone, done), step(purge, StepDone, done)}, Updated, "allow_pop", "queued for purging"},
		{"disabled meanwhile, and queued", ActionUpdate, []StepResult{step(update, StepDone, asAsked), step(purge, StepDone, done)}, Updated, "", "queued for purging; nothing was sent"},
		{"queued only", ActionUpdate, []StepResult{step(Step{Kind: StepPurge, N: 1}, StepDone, done)}, Updated, "", "queued for purging"},
		{"purging refused", ActionUpdate, []StepResult{step(update, StepDone, done), step(purge, StepRefused, no)}, WasRefused, "allow_pop", "account disabled; purging refused; no"},
		{"purging not reached", ActionUpdate, []StepResult{step(update, StepDone, done), step(purge, StepOpen, Reply{})}, NotReached, "allow_pop", "account disabled; purging not reached"},
		{"purging unknown", ActionUpdate, []StepResult{step(update, StepDone, done), step(purge, StepUnknown, Reply{})}, InDoubt, "allow_pop",
			"account disabled; purging unknown; the purge list can't be read; no answer came yet, or the program ended before it came"},
		{"purging only, and unknown", ActionUpdate, []StepResult{step(Step{Kind: StepPurge, N: 1}, StepUnknown, Reply{})}, InDoubt, "",
			"the purge list can't be read; no answer came yet, or the program ended before it came"},
		{"not disabled", ActionUpdate, []StepResult{step(update, StepRefused, no), step(purge, StepOpen, Reply{})}, WasRefused, "", "no"},
		{"taken off the list, and not enabled", ActionUpdate, []StepResult{step(Step{Kind: StepUnpurge, N: 1}, StepDone, done), step(update, StepRefused, no)}, WasRefused, "",
			"taken off the purge list; no"},
		{"blocked", ActionBlocked, nil, Blocked, "", ""},
		{"invalid", ActionInvalid, nil, Invalid, "", ""},
		{"skipped", ActionSkipped, nil, Skipped, "", ""},
		{"unchanged", ActionUnchanged, nil, Unchanged, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ResultOf(PlannedRow{Action: tt.action}, tt.steps)
			var changed []string
			for _, f := range r.Changed {
				changed = append(changed, string(f))
			}
			if r.Status != tt.status || strings.Join(changed, ",") != tt.changed || r.Reason.Message != tt.reason {
				t.Errorf("status %q, changed %q, reason %q; want %q, %q, %q", r.Status, changed, r.Reason.Message, tt.status, tt.changed, tt.reason)
			}
		})
	}
}

func TestResultTellsTheAccount(t *testing.T) {
	p := PlannedRow{Action: ActionUpdate, Account: &Account{Email: "ana@example.com", Settings: Settings{Username: "Ana", AllowSMTP: "true"}}}
	r := ResultOf(p, []StepResult{{State: StepDone, Attempts: 1, Reply: Reply{Account: &Account{Email: "ana@example.com", ID: "id1", Settings: Settings{Username: "Ana Ruiz"}}}}})
	want := Account{Email: "ana@example.com", ID: "id1", Settings: Settings{Username: "Ana Ruiz", AllowSMTP: "true"}}
	if d := cmp.Diff(want, r.Account); d != "" {
		t.Errorf("account (-want +got):\n%s", d)
	}
	if p.Account.Settings[Username] != "Ana" {
		t.Error("the plan was changed")
	}
}

func TestStatusesAreComplete(t *testing.T) {
	c := Counts{}
	for _, s := range Statuses() {
		c[s]++
	}
	if c.Total() != 9 || c.Complete() {
		t.Errorf("total %d, complete %v", c.Total(), c.Complete())
	}
	if !(Counts{Created: 1, Updated: 1, Unchanged: 1, Skipped: 1}).Complete() {
		t.Error("done rows are not complete")
	}
}
