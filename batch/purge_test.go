package batch_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

const addToPurgeList, removeFromPurgeList = "add-to-purge-list", "remove-from-purge-list"

// purge plans to take the newest plan back, with its accounts queued for purging; that plan is then the newest.
func (w *world) purge() {
	w.t.Helper()
	w.undoWith(batch.Undoer{Directory: w.client, Journal: w.journal, Workers: 4, Purge: true})
}

// queued are the accounts on the purge list, each as "disabled" or "enabled".
func (w *world) queued() map[string]string {
	out := map[string]string{}
	for email, u := range w.users() {
		if u.Purge {
			out[email] = map[bool]string{true: "disabled", false: "enabled"}[u.AccountDisabled]
		}
	}
	return out
}

// isQueued compares who is on the purge list with the names that are wanted there, all of them disabled.
func (w *world) isQueued(names ...string) {
	w.t.Helper()
	want := map[string]string{}
	for _, n := range names {
		want[n+"@example.com"] = "disabled"
	}
	if diff := cmp.Diff(want, w.queued()); diff != "" {
		w.t.Errorf("on the purge list (-want +got):\n%s", diff)
	}
}

// rowSays returns what the results say of one address: status, action, code, and message.
func (w *world) rowSays(email string) string {
	r := w.results()[email]
	return fmt.Sprintf("%s: %s: %s: %s", r.Status, r.Action, r.Reason.Code, r.Reason.Message)
}

// undone counts what has become of the rows.
func (w *world) undone() map[batch.Undone]int {
	out := map[batch.Undone]int{}
	for _, r := range w.results() {
		out[batch.UndoneOf(r.Status, r.Reason.Code)]++
	}
	return out
}

// The accounts that the run created are disabled and queued, and no others; without being told to, an undo queues nobody.
func TestPurgeQueuesWhatTheRunCreated(t *testing.T) {
	const sheet = "email,name,account disabled\nnew@example.com,New,\noff@example.com,Off,no\nold@example.com,New name,\n"
	w := newWorld(t, sheet, sandbox.Options{}, user("old@example.com", "Old"))
	w.mustApply()
	run := w.run
	w.undo()
	w.mustApply()
	w.isQueued()
	if n := w.sandbox.Stats().Calls[addToPurgeList]; n != 0 {
		t.Errorf("%d calls of %s", n, addToPurgeList)
	}

	// What was disabled before is queued all the same.
	w.run = run
	w.purge()
	want := map[string]string{"new": "not reached", "off": "not reached", "old": "unchanged: as before"}
	if diff := cmp.Diff(want, w.says()); diff != "" {
		t.Errorf("planned (-want +got):\n%s", diff)
	}
	w.mustApply()
	w.isQueued("new", "off")
	if got := w.rowSays("new@example.com"); got != "updated: purge: : queued for purging" {
		t.Errorf("disabled before: %q", got)
	}

	// In one go.
	w = newWorld(t, sheet, sandbox.Options{}, user("old@example.com", "Old"))
	w.mustApply()
	w.purge()
	w.mustApply()
	w.isQueued("new", "off")
	if got := w.rowSays("off@example.com"); got != "updated: update, purge: : queued for purging" {
		t.Errorf("in one go: %q", got)
	}
	if diff := cmp.Diff(map[batch.Undone]int{batch.Reversed: 3}, w.undone()); diff != "" {
		t.Errorf("undone (-want +got):\n%s", diff)
	}
	if old := w.users()["old@example.com"]; old.Name != "Old" || old.AccountDisabled {
		t.Errorf("an account that was there before: %+v", old)
	}
}

// Accounts share calls when they are disabled, and have one each when they are queued.
func TestPurgeCalls(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("email\n")
	for i := range 10 {
		fmt.Fprintf(&csv, "p%d@example.com\n", i)
	}
	w := newWorld(t, csv.String(), sandbox.Options{})
	w.mustApply()
	w.purge()
	dir := &counting{Directory: w.client}
	if err := w.apply(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if len(w.queued()) != 10 || dir.writes != 2+10 {
		t.Errorf("%d queued by %d calls, want 10 by 12", len(w.queued()), dir.writes)
	}
}

// What somebody has changed since, and what only looks like the run's, is not queued.
func TestPurgeKeeps(t *testing.T) {
	w := newWorld(t, "email,name\nrenamed@example.com,Renamed\nleft@example.com,Left\n", sandbox.Options{})
	w.mustApply()
	w.meanwhile(editUser("renamed@example.com", func(u *sandbox.User) { u.Name = "Somebody's" }))
	w.meanwhile(editUser("left@example.com", func(u *sandbox.User) { u.Name, u.AccountDisabled = "Somebody's", true }))
	w.purge()
	w.mustApply()
	w.isQueued()
	want := map[string]string{"renamed": "blocked: changed since", "left": "blocked: changed since"}
	if diff := cmp.Diff(want, w.says()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	w = newWorld(t, "email\nx@example.com\n", sandbox.Options{}, user("ana@example.com", "New"))
	u := batch.Undoer{Directory: w.client, Purge: true, Journal: record{rows: []batch.RowResult{
		did("ana@example.com", batch.StepCreate, batch.StepUnknown, batch.Settings{batch.Username: "New"}, nil),
	}}}
	for p, err := range u.Plan(t.Context(), "run") {
		if err != nil || len(p.Steps) != 1 || p.Steps[0].Kind != batch.StepUpdate || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "not queued") {
			t.Errorf("a create in doubt: %+v, error %v", p, err)
		}
	}
}

// A row is what its first step is that isn't done: what is not disabled is not queued, and what is disabled only is not reversed.
func TestPurgeRefused(t *testing.T) {
	w := newWorld(t, "email\ngone@example.com\nadmin@example.com\nplain@example.com\n", sandbox.Options{})
	w.mustApply()
	run := w.run
	w.purge()
	w.meanwhile(editUser("admin@example.com", func(u *sandbox.User) { u.Role = "Full Administrator" }))
	w.meanwhile(removeUser("gone@example.com"))
	w.mustApply()
	w.isQueued("plain")
	results := w.results()
	for email, want := range map[string]string{"gone@example.com": "0003 Forbidden", "admin@example.com": "account disabled; purging refused; 0003 Forbidden"} {
		r := results[email]
		if r.Status != batch.WasRefused || !strings.HasPrefix(r.Reason.Message, want) || r.Reason.Hint == "" || r.Action != "update, purge" {
			t.Errorf("%s: %+v, want %q", email, r.Reason, want)
		}
	}
	if diff := cmp.Diff(map[batch.Undone]int{batch.Reversed: 1, batch.FailedToReverse: 2}, w.undone()); diff != "" {
		t.Errorf("undone (-want +got):\n%s", diff)
	}
	if n := w.sandbox.Stats().Calls[addToPurgeList]; n != 2 {
		t.Errorf("%d calls of %s, want none for what was not disabled", n, addToPurgeList)
	}

	// Planned again, what is left of it is what was refused.
	w.meanwhile(editUser("admin@example.com", func(u *sandbox.User) { u.Role = "" }))
	w.run = run
	w.purge()
	for email, want := range map[string]string{"gone@example.com": "", "admin@example.com": "purge"} {
		if got := w.results()[email].Action; got != want {
			t.Errorf("%s again: %q, want %q", email, got, want)
		}
	}
	w.mustApply()
	w.isQueued("admin", "plain")
}

// An answer that is lost is asked for again, in the same Apply or in the next, and an account is queued once.
func TestPurgeInDoubt(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
		again bool // it takes another Apply
	}{
		{"lost once", sandbox.Fault{Kind: sandbox.CloseAfter, Function: addToPurgeList}, false},
		{"lost until the end", sandbox.Fault{Kind: sandbox.CloseAfter, Function: addToPurgeList, Count: 9}, true},
		{"never executed", sandbox.Fault{Kind: sandbox.StatusBefore, Status: 503, Function: addToPurgeList}, false},
		{"throttled", sandbox.Fault{Kind: sandbox.Throttle, Function: addToPurgeList}, false},
		{"the answer names nobody", sandbox.Fault{Kind: sandbox.EmptyData, Function: addToPurgeList, Count: 9}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "email\nnew@example.com\n", sandbox.Options{})
			w.mustApply()
			w.purge()
			w.inject(tt.fault)
			w.mustApply()
			if tt.again {
				r := w.results()["new@example.com"]
				if r.Status != batch.InDoubt || !strings.HasPrefix(r.Reason.Message, "account disabled; purging unknown; the purge list can't be read; ") {
					t.Errorf("%s: %+v", r.Status, r.Reason)
				}
				if strings.Contains(r.Reason.Hint, "finds out") {
					t.Errorf("hint %q", r.Reason.Hint)
				}
				w.mustApply()
			}
			w.isQueued("new")
			if got := w.rowSays("new@example.com"); got != "updated: update, purge: : queued for purging" {
				t.Errorf("%q", got)
			}
		})
	}
}

// A second call that is refused says nothing of the first, and nobody can look: the row stays unknown.
func TestPurgeInDoubtAndRefused(t *testing.T) {
	w := newWorld(t, "email\nnew@example.com\n", sandbox.Options{})
	w.mustApply()
	w.purge()
	w.inject(sandbox.Fault{Kind: sandbox.CloseAfter, Function: addToPurgeList})
	w.inject(sandbox.Fault{Kind: sandbox.RefuseCode, Function: addToPurgeList, Code: "err_x", Message: "no", Count: -1})
	w.mustApply()
	if r := w.results()["new@example.com"]; r.Status != batch.InDoubt || !strings.Contains(r.Reason.Message, "can't be read") {
		t.Errorf("%s: %+v", r.Status, r.Reason)
	}
}

// That an address is on the list already is as was asked: somebody else's doing, unless an earlier call may have done it.
func TestPurgeOfWhoIsQueuedAlready(t *testing.T) {
	already := sandbox.Options{Codes: sandbox.Codes{Queued: sandbox.Refusal{Code: "err_purge_address_already_exists", Message: "Address already on list"}}}
	for _, lost := range []bool{false, true} {
		w := newWorld(t, "email\nnew@example.com\n", already)
		w.mustApply()
		w.purge()
		if lost {
			w.inject(sandbox.Fault{Kind: sandbox.CloseAfter, Function: addToPurgeList})
		} else {
			tenant := w.sandbox.Tenant()
			editUser("new@example.com", func(u *sandbox.User) { u.Purge = true })(tenant)
			already.Tenant = tenant
			w.serve(already)
			already.Tenant = nil
		}
		w.mustApply()
		w.isQueued("new")
		want := map[bool]string{
			false: "updated: update, purge: already as asked: it is on the purge list already",
			true:  "updated: update, purge: : queued for purging; it is on the purge list already",
		}[lost]
		if got := w.rowSays("new@example.com"); got != want {
			t.Errorf("lost %v: %q, want %q", lost, got, want)
		}
		// Whose doing it was decides whether it is taken off again.
		w.undo()
		w.mustApply()
		if got, want := len(w.queued()), map[bool]int{false: 1, true: 0}[lost]; got != want {
			t.Errorf("lost %v: %d on the list after it was undone, want %d", lost, got, want)
		}
	}
}

// The undo of an undo takes accounts off the purge list before it enables them, also those that may be on it only. Undone
// again they are disabled, and queued only if that is asked for.
func TestUndoOfPurge(t *testing.T) {
	w := newWorld(t, "email\nnew@example.com\ndoubt@example.com\nrefused@example.com\n", sandbox.Options{})
	w.mustApply()
	w.purge()
	w.inject(sandbox.Fault{Kind: sandbox.CloseAfter, Function: addToPurgeList, Address: "doubt@example.com", Count: -1})
	w.inject(sandbox.Fault{Kind: sandbox.RefuseCode, Function: addToPurgeList, Address: "refused@example.com", Code: "err_x", Count: -1})
	w.mustApply()
	w.sandbox.ClearFaults()
	w.isQueued("new", "doubt")
	w.undo()
	actions := map[string]string{}
	for email, r := range w.results() {
		actions[email] = r.Action
	}
	want := map[string]string{"new@example.com": "unpurge, update", "doubt@example.com": "unpurge, update", "refused@example.com": "update"}
	if diff := cmp.Diff(want, actions); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	w.inject(sandbox.Fault{Kind: sandbox.CloseAfter, Function: removeFromPurgeList})
	w.mustApply()
	w.isQueued()
	for email, u := range w.users() {
		if u.AccountDisabled {
			t.Errorf("%s is not enabled again", email)
		}
	}
	if got := w.rowSays("new@example.com"); got != "updated: unpurge, update: : taken off the purge list" {
		t.Errorf("%q", got)
	}

	back := w.run
	w.undo()
	w.mustApply()
	w.isQueued()
	if got := w.results()["new@example.com"].Notes; len(got) != 1 || !strings.Contains(got[0], "not put on it again") {
		t.Errorf("notes %q", got)
	}
	w.run = back
	w.purge()
	w.mustApply()
	w.isQueued("new", "doubt")
}

// Who can't be taken off the list is not enabled; and what only was queued is all that there is to take back.
func TestUndoOfPurgeRefused(t *testing.T) {
	w := newWorld(t, "email\nnew@example.com\n", sandbox.Options{})
	w.mustApply()
	run := w.run
	w.undo()
	w.mustApply()
	w.run = run
	w.purge()
	w.mustApply()
	w.isQueued("new")
	queue := w.run
	w.undo()
	w.inject(sandbox.Fault{Kind: sandbox.RefuseCode, Function: removeFromPurgeList, Code: "err_x", Message: "no"})
	w.mustApply()
	if got := w.rowSays("new@example.com"); got != "refused: unpurge: err_x: no" {
		t.Errorf("%q", got)
	}
	w.isQueued("new")
	w.run = queue
	w.undo()
	w.mustApply()
	w.isQueued()
	w.undo()
	if got := w.says()["new"]; got != "blocked: not reversible" {
		t.Errorf("taken off the list, and undone: %s", got)
	}
}

// An account that was purged is gone, which an undo of the undo says.
func TestUndoOfPurgeCarriedOut(t *testing.T) {
	w := newWorld(t, "email\nnew@example.com\n", sandbox.Options{})
	w.mustApply()
	w.purge()
	w.mustApply()
	w.meanwhile(removeUser("new@example.com"))
	w.undo()
	if got := w.says()["new"]; got != "blocked: account gone" {
		t.Errorf("%s", got)
	}
}

// A stop while accounts are queued leaves the rest open, and what is done beside them is told.
func TestPurgeStopped(t *testing.T) {
	w := newWorld(t, "email,name\na@example.com,\nb@example.com,\nold@example.com,New name\n", sandbox.Options{}, user("old@example.com", "Old"))
	w.mustApply()
	w.purge()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	told := map[int]batch.StepState{}
	a := batch.Applier{
		Directory: stopAt{w.client, batch.StepPurge, cancel}, Journal: w.journal, Workers: 1,
		Progress: func(row int, state batch.StepState) { mu.Lock(); told[row] = state; mu.Unlock() },
	}
	if err := a.Apply(ctx, w.run); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(map[int]batch.StepState{1: batch.StepDone, 3: batch.StepDone}, told); diff != "" {
		t.Errorf("rows that were told (-want +got):\n%s", diff)
	}
	w.isQueued("a")
	if got := w.rowSays("b@example.com"); got != "not reached: update, purge: : account disabled; purging not reached" {
		t.Errorf("%q", got)
	}
	w.mustApply()
	w.isQueued("a", "b")
}

// stopAt stops a run as soon as a call of a kind is through.
type stopAt struct {
	batch.Directory
	kind batch.StepKind
	stop func()
}

func (s stopAt) Do(ctx context.Context, steps []batch.Step) []batch.Reply {
	if steps[0].Kind == s.kind {
		defer s.stop()
	}
	return s.Directory.Do(ctx, steps)
}

// A row's steps are looked at in their order: what is not due yet is not rechecked.
func TestRecheckTakesNoStepBeforeItsTurn(t *testing.T) {
	w := newWorld(t, "email\nnew@example.com\n", sandbox.Options{})
	w.mustApply()
	w.purge()
	w.mustApply()
	w.undo()
	w.meanwhile(editUser("new@example.com", func(u *sandbox.User) { u.AccountDisabled = false }))
	r := batch.Rechecker{Directory: w.client, Journal: w.journal}
	if found, err := r.Recheck(t.Context(), w.run); err != nil || found.Read > 0 {
		t.Errorf("%+v, error %v", found, err)
	}
	w.mustApply()
	if len(w.queued()) > 0 {
		t.Errorf("still on the list: %q", slices.Sorted(maps.Keys(w.queued())))
	}
}

// Whom somebody has taken over since an undo was planned is neither disabled nor purged, be it a name that was changed, or an
// account that the first undo disabled and that was enabled again.
func TestUndoKeepsWhomSomebodyTookOver(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(w *world) // what precedes the plan
		change func(*sandbox.User)
	}{
		{"renamed", func(*world) {}, func(u *sandbox.User) { u.Name = "Adopted" }},
		{"enabled again", func(w *world) {
			of := w.run
			w.undo()
			w.mustApply()
			w.run = of
		}, func(u *sandbox.User) { u.AccountDisabled = false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "email,name\nnew@example.com,New\n", sandbox.Options{})
			w.mustApply()
			tt.before(w)
			w.purge()
			w.meanwhile(editUser("new@example.com", tt.change))
			r := batch.Rechecker{Directory: w.client, Journal: w.journal}
			if found, err := r.Recheck(t.Context(), w.run); err != nil || found.Refused != 1 {
				t.Errorf("%+v, error %v", found, err)
			}
			w.mustApply()
			w.isQueued()
			if w.users()["new@example.com"].AccountDisabled {
				t.Error("the account was disabled")
			}
			if got := w.undone(); got[batch.Kept] != 1 {
				t.Errorf("%v", got)
			}
		})
	}
}
