package batch_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// meanwhile is what others do to the tenant, whatever the API offers them.
func (w *world) meanwhile(change func(*sandbox.Tenant)) {
	w.t.Helper()
	tenant := w.sandbox.Tenant()
	change(tenant)
	w.serve(sandbox.Options{Tenant: tenant})
}

// editUser changes an account as an administrator would.
func editUser(email string, change func(*sandbox.User)) func(*sandbox.Tenant) {
	return func(t *sandbox.Tenant) {
		i := slices.IndexFunc(t.Users, func(u sandbox.User) bool { return u.EmailAddress == email })
		change(&t.Users[i])
	}
}

// removeUser deletes an account.
func removeUser(email string) func(*sandbox.Tenant) {
	return func(t *sandbox.Tenant) {
		t.Users = slices.DeleteFunc(t.Users, func(u sandbox.User) bool { return u.EmailAddress == email })
	}
}

// undo plans to take the newest plan back; that plan is then the newest.
func (w *world) undo() {
	w.t.Helper()
	w.undoBy(w.client)
}

func (w *world) undoBy(dir batch.Directory) {
	w.t.Helper()
	w.undoWith(batch.Undoer{Directory: dir, Journal: w.journal, Workers: 4})
}

func (w *world) undoWith(u batch.Undoer) {
	w.t.Helper()
	of := w.run
	w.plans++
	w.run = batch.RunID(fmt.Sprint("test", w.plans))
	r := batch.Run{ID: w.run, Kind: batch.OfUndo, Of: of, Created: time.Now(), Mode: batch.Update, Format: "csv", Rows: w.sheet.Rows}
	if err := w.journal.Plan(w.t.Context(), r, u.Plan(w.t.Context(), of)); err != nil {
		w.t.Fatal(err)
	}
}

// mustApply applies the newest plan.
func (w *world) mustApply() {
	w.t.Helper()
	if err := w.apply(w.t.Context(), w.client); err != nil {
		w.t.Fatal(err)
	}
}

// says returns what the results say of each address: its status, and the code of the reason.
func (w *world) says() map[string]string {
	out := map[string]string{}
	for email, r := range w.results() {
		name, _, _ := strings.Cut(email, "@")
		out[name] = strings.TrimSuffix(fmt.Sprintf("%s: %s", r.Status, r.Reason.Code), ": ")
	}
	return out
}

// users are the accounts of the tenant as they are.
func (w *world) users() map[string]sandbox.User {
	out := map[string]sandbox.User{}
	for _, u := range w.sandbox.Tenant().Users {
		out[u.EmailAddress] = u
	}
	return out
}

// An update is taken back whole, by calls for five; an undo is taken back like any run, and so is that.
func TestUndoAndUndoOfUndo(t *testing.T) {
	const n = 12
	csv, users := everything(n)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	before := w.users()
	w.plan(batch.Planner{Directory: w.client, ReadState: batch.ReadAlways})
	w.mustApply()
	after := w.users()
	if cmp.Equal(before, after) {
		t.Fatal("the run changed nothing")
	}
	for i, want := range []map[string]sandbox.User{before, after, before} {
		dir := &counting{Directory: w.client}
		w.undo()
		if err := w.apply(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, w.users()); diff != "" {
			t.Errorf("undo %d (-want +got):\n%s", i+1, diff)
		}
		if dir.writes > (n+4)/5 {
			t.Errorf("undo %d made %d calls for %d rows", i+1, dir.writes, n)
		}
		for email, r := range w.results() {
			if got := batch.UndoneOf(r.Status, r.Reason.Code); got != batch.Reversed {
				t.Errorf("undo %d: %s is %s", i+1, email, got)
			}
		}
	}
}

// Undone twice, a run is undone once.
func TestUndoTwice(t *testing.T) {
	csv, users := everything(3)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	run := w.run
	w.mustApply()
	w.undo()
	w.mustApply()
	w.run = run
	w.undo()
	want := map[string]string{"p0": "unchanged: as before", "p1": "unchanged: as before", "p2": "unchanged: as before"}
	if diff := cmp.Diff(want, w.says()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An account that the run created is disabled, and nothing else of it changes: the defaults of a new account are not known.
// Undone again, it is enabled.
func TestUndoOfCreate(t *testing.T) {
	w := newWorld(t, "email,name,password,force password change,allow pop,archive start date\nnew@example.com,New,Sunny-Day7,yes,yes,2026-02-03\n", sandbox.Options{})
	w.mustApply()
	created := w.users()
	for _, disabled := range []bool{true, false} {
		w.undo()
		w.mustApply()
		want := created["new@example.com"]
		want.AccountDisabled = disabled
		if diff := cmp.Diff(want, w.users()["new@example.com"]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// What somebody changed after the run is kept, all of the row; what was deleted is named.
func TestUndoKeepsWhatOthersDid(t *testing.T) {
	const sheet = "email,name,allow pop,allow smtp\n" +
		"same@example.com,Same,yes,yes\nedited@example.com,Edited,yes,yes\nback@example.com,Back,yes,\nhalf@example.com,Half,yes,\n" +
		"gone@example.com,Gone,yes,\nlist@example.com,List,yes,\nmade@example.com,Made,,\nrenamed@example.com,Renamed,,\n" +
		"vanished@example.com,Vanished,,\noff@example.com,Off,,\n"
	var users []sandbox.User
	for _, name := range []string{"same", "edited", "back", "half", "gone", "list"} {
		users = append(users, user(name+"@example.com", "Old"))
	}
	w := newWorld(t, sheet, sandbox.Options{}, users...)
	w.mustApply()
	w.isDone()
	for _, change := range []func(*sandbox.Tenant){
		editUser("edited@example.com", func(u *sandbox.User) { u.Name = "Somebody's" }),
		editUser("back@example.com", func(u *sandbox.User) { u.Name, u.AllowPop = "Old", false }),
		editUser("half@example.com", func(u *sandbox.User) { u.Name = "Old" }),
		removeUser("gone@example.com"),
		editUser("list@example.com", func(u *sandbox.User) { u.AddressType, u.Source = "dl_from_ldap", "ldap" }),
		editUser("renamed@example.com", func(u *sandbox.User) { u.Name = "Somebody's" }),
		removeUser("vanished@example.com"),
		editUser("off@example.com", func(u *sandbox.User) { u.AccountDisabled, u.Name = true, "Left" }),
	} {
		w.meanwhile(change)
	}
	before := w.users()
	w.undo()
	w.mustApply()
	want := map[string]string{
		"same": "updated", "edited": "blocked: changed since", "back": "unchanged: as before", "half": "updated",
		"gone": "blocked: account gone", "list": "blocked: account gone",
		"made": "updated", "renamed": "blocked: changed since", "vanished": "unchanged: as before", "off": "unchanged: as before",
	}
	if diff := cmp.Diff(want, w.says()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := w.results()["edited@example.com"].Reason.Message, "username is Somebody's, the run had left it at Edited"; !strings.Contains(got, want) {
		t.Errorf("edited: %q, want %q in it", got, want)
	}
	for email, is := range w.users() {
		was := before[email]
		switch email {
		case "same@example.com", "half@example.com":
			was.Name, was.AllowPop, was.AllowSmtp = "Old", false, false
		case "made@example.com":
			was.AccountDisabled = true
		}
		if diff := cmp.Diff(was, is); diff != "" {
			t.Errorf("%s (-want +got):\n%s", email, diff)
		}
	}
}

// People whom the run didn't change come back as unchanged, whatever kept them; each row with its own line and cells.
func TestUndoHasAllRows(t *testing.T) {
	const sheet = "email,name,allow pop,action\n" +
		"new@example.com,New,,\nweird@example.net,Weird,,\nnot an address,X,,\ntwice@example.com,A,,\ntwice@example.com,B,,\n" +
		"skip@example.com,Skip,,skip\nasked@example.com,Asked,no,\n"
	w := newWorld(t, sheet, sandbox.Options{}, user("asked@example.com", "Asked"), user("twice@example.com", "Twice"))
	w.mustApply()
	rows := func() (rows []batch.RowResult) {
		for r, err := range w.journal.Results(t.Context(), w.run) {
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, r)
		}
		return rows
	}
	of := rows()
	w.undo()
	undo := rows()
	if len(of) != w.sheet.Rows || len(undo) != len(of) {
		t.Fatalf("%d rows of %d", len(undo), len(of))
	}
	for i, r := range undo {
		want := batch.Unchanged
		if r.Email == "new@example.com" {
			want = batch.NotReached
		}
		if r.Status != want || r.N != of[i].N || r.Line != of[i].Line || !cmp.Equal(r.Cells, of[i].Cells) {
			t.Errorf("row %d is %s: %+v, was %+v", i+1, r.Status, r, of[i])
		}
	}
}

// An account that had appeared by mail flow before the run is one that was there: it gets its old name back and is not disabled.
// Neither is one for which a service that is silent about it has taken a create.
func TestUndoOfAccountByMailFlow(t *testing.T) {
	byMail := user("flow@example.com", "flow@example.com")
	byMail.AddressType = "created_by_email"
	w := newWorld(t, "email,name,allow pop\nflow@example.com,Flow,yes\nlate@example.com,Late,\n",
		sandbox.Options{CreateExisting: sandbox.Silent}, byMail)
	// Between plan and apply another one appears.
	tenant := w.sandbox.Tenant()
	late := user("late@example.com", "late@example.com")
	late.AddressType = "created_by_email"
	tenant.Users = append(tenant.Users, late)
	w.serve(sandbox.Options{Tenant: tenant, CreateExisting: sandbox.Silent})
	before := w.users()
	w.mustApply()
	w.undo()
	w.mustApply()
	if diff := cmp.Diff(map[string]string{"flow": "updated", "late": "blocked: not reversible"}, w.says()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, w.users()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What can't be read, and what was not read before the run, stays and is named. Nothing is put back that nobody knows.
func TestUndoNamesWhatStays(t *testing.T) {
	const sheet = "email,name,password,archive start date,allow pop\n" +
		"secret@example.com,,Sunny-Day7,,\nmixed@example.com,Mixed,Sunny-Day8,2026-02-03,\nunread@example.com,,,,yes\n"
	w := newWorld(t, sheet, sandbox.Options{}, user("secret@example.com", "S"), user("mixed@example.com", "M"), user("unread@example.com", "U"))
	w.plan(batch.Planner{Directory: w.client, ReadState: batch.ReadNever})
	w.mustApply()
	w.undo()
	results := w.results()
	for email, want := range map[string]string{
		"secret@example.com": "what was there before is not known: password",
		"unread@example.com": "what was there before is not known: allow_pop",
	} {
		r := results[email]
		if r.Reason.Code != batch.CodeNotReversible || r.Reason.Message != want || batch.UndoneOf(r.Status, r.Reason.Code) != batch.NotReversible {
			t.Errorf("%s: %+v", email, r)
		}
	}
	mixed := results["mixed@example.com"]
	if want := []string{"stays as the run set it, for what was there before is not known: password, archive_start_date"}; !slices.Equal(mixed.Notes, want) {
		t.Errorf("notes %q, want %q", mixed.Notes, want)
	}
	w.mustApply()
	for email, u := range w.users() {
		switch email {
		case "mixed@example.com":
			if u.Name != "M" || u.ArchiveStartDate == "" || u.PasswordChanges != 1 {
				t.Errorf("%+v", u)
			}
		case "unread@example.com":
			if !u.AllowPop {
				t.Errorf("%+v", u)
			}
		}
	}
}

// record is a journal that remembers nothing but these rows.
type record struct {
	batch.Journal
	rows []batch.RowResult
}

func (r record) Results(context.Context, batch.RunID) iter.Seq2[batch.RowResult, error] {
	return func(yield func(batch.RowResult, error) bool) {
		for _, row := range r.rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// did is a row with one step in a state.
func did(email string, kind batch.StepKind, state batch.StepState, set, before batch.Settings) batch.RowResult {
	action := batch.ActionUpdate
	if kind == batch.StepCreate {
		action = batch.ActionCreate
	}
	return batch.ResultOf(batch.PlannedRow{N: 1, Line: 2, Email: email, Action: action}, []batch.StepResult{
		{Step: batch.Step{Row: 1, N: 1, Kind: kind, Email: email, Set: set, Before: before, Tries: 1}, State: state},
	})
}

// A step in doubt is taken back only if the account shows that it was executed; and an account that several rows changed
// comes to what it was before all of them.
func TestUndoOfDoubtsAndRepeats(t *testing.T) {
	name := func(s string) batch.Settings { return batch.Settings{batch.Username: s} }
	const update, create, unknown, done = batch.StepUpdate, batch.StepCreate, batch.StepUnknown, batch.StepDone
	password := did("ana@example.com", update, unknown, name("New"), name("Old"))
	password.Steps[0].WithPassword = true
	echoed := did("ana@example.com", update, done, name("New "), name("Old"))
	echoed.Steps[0].Reply.Account = &batch.Account{Settings: name("New")}
	byOthers := did("ana@example.com", update, done, name("New"), name("Old"))
	byOthers.Steps[0].Reply.Reason.Code = batch.CodeAsAsked
	later := did("ana@example.com", create, done, name("New"), nil)
	later.Steps = append(later.Steps, did("ana@example.com", update, unknown, batch.Settings{batch.AllowPOP: "true"}, nil).Steps...)
	byMail, synced := user("ana@example.com", "New"), user("ana@example.com", "New")
	byMail.AddressType, synced.AddressType = "created_by_email", "created_by_ldap_sync"
	for _, tt := range []struct {
		name string
		now  []sandbox.User
		rows []batch.RowResult
		want []string
	}{
		{"an update that shows", []sandbox.User{user("ana@example.com", "New")},
			[]batch.RowResult{did("ana@example.com", update, unknown, name("New"), name("Old"))}, []string{"update map[username:Old]"}},
		{"an update that doesn't show", []sandbox.User{user("ana@example.com", "Old")},
			[]batch.RowResult{did("ana@example.com", update, unknown, name("New"), name("Old"))}, []string{"blocked in doubt"}},
		{"an update that can't show", []sandbox.User{user("ana@example.com", "New")}, []batch.RowResult{password}, []string{"blocked in doubt"}},
		{"an update of somebody who is gone", nil,
			[]batch.RowResult{did("ana@example.com", update, unknown, name("New"), name("Old"))}, []string{"blocked in doubt"}},
		{"a create that shows", []sandbox.User{user("ana@example.com", "New")},
			[]batch.RowResult{did("ana@example.com", create, unknown, name("New"), nil)}, []string{"update map[account_disabled:true]"}},
		{"a create of another name", []sandbox.User{user("ana@example.com", "Else")},
			[]batch.RowResult{did("ana@example.com", create, unknown, name("New"), nil)}, []string{"blocked in doubt"}},
		{"a create that sets nothing", []sandbox.User{user("ana@example.com", "Else")},
			[]batch.RowResult{did("ana@example.com", create, unknown, nil, nil)}, []string{"blocked in doubt"}},
		{"a create beside mail flow", []sandbox.User{byMail},
			[]batch.RowResult{did("ana@example.com", create, unknown, name("New"), nil)}, []string{"blocked in doubt"}},
		{"a create beside a directory's", []sandbox.User{synced},
			[]batch.RowResult{did("ana@example.com", create, unknown, name("New"), nil)}, []string{"blocked in doubt"}},
		{"a create that may still come", nil,
			[]batch.RowResult{did("ana@example.com", create, unknown, name("New"), nil)}, []string{"blocked in doubt"}},
		{"created, the settings in doubt", []sandbox.User{user("ana@example.com", "New")},
			[]batch.RowResult{later}, []string{"update map[account_disabled:true]"}},
		{"refused", []sandbox.User{user("ana@example.com", "Old")},
			[]batch.RowResult{did("ana@example.com", update, batch.StepRefused, name("New"), name("Old"))}, []string{"unchanged not changed"}},
		{"never sent", []sandbox.User{user("ana@example.com", "Old")},
			[]batch.RowResult{did("ana@example.com", update, batch.StepOpen, name("New"), name("Old"))}, []string{"unchanged not changed"}},
		{"done by somebody else", []sandbox.User{user("ana@example.com", "New")},
			[]batch.RowResult{byOthers}, []string{"unchanged not changed"}},
		{"left otherwise than was asked", []sandbox.User{user("ana@example.com", "New")},
			[]batch.RowResult{echoed}, []string{"update map[username:Old]"}},
		{"a name that was blank", []sandbox.User{user("ana@example.com", "New")},
			[]batch.RowResult{did("ana@example.com", update, done, name("New"), name(""))}, []string{"blocked not reversible"}},
		{"another domain now", nil,
			[]batch.RowResult{did("ana@example.org", update, done, name("New"), name("Old"))}, []string{"blocked domain not internal"}},
		{"the same in two rows", []sandbox.User{user("ana@example.com", "Second")}, []batch.RowResult{
			did("ana@example.com", update, done, name("First"), name("Old")),
			did("ana@example.com", update, done, name("Second"), name("Old")),
		}, []string{"blocked changed since", "update map[username:Old]"}},
		{"something else in two rows", []sandbox.User{{EmailAddress: "ana@example.com", Name: "New", AllowPop: true}}, []batch.RowResult{
			did("ana@example.com", update, done, name("New"), name("Old")),
			did("ana@example.com", update, done, batch.Settings{batch.AllowPOP: "true"}, batch.Settings{batch.AllowPOP: "false"}),
		}, []string{"update map[username:Old]", "update map[allow_pop:false]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "email\nx@example.com\n", sandbox.Options{}, tt.now...)
			u := batch.Undoer{Directory: w.client, Journal: record{rows: tt.rows}}
			var got []string
			for p, err := range u.Plan(t.Context(), "run") {
				if err != nil {
					t.Fatal(err)
				}
				said := string(p.Action) + " " + p.Reason.Code
				for _, s := range p.Steps {
					said = fmt.Sprint(p.Action, " ", s.Set)
				}
				got = append(got, said)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An account that won't tell its state is kept; the others are taken back.
func TestUndoWithoutState(t *testing.T) {
	csv, users := everything(7)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	w.mustApply()
	w.undoBy(secretive{w.client, "p3@example.com"})
	for name, said := range w.says() {
		want := "not reached"
		if name == "p3" {
			want = "blocked: state not told"
		}
		if said != want {
			t.Errorf("%s is %s, want %s", name, said, want)
		}
	}
}

// Of a directory's account it is said that the next synchronisation may overwrite what is put back.
func TestUndoOfSyncedAccount(t *testing.T) {
	synced := user("sync@example.com", "Old")
	synced.AddressType, synced.Source = "created_by_ldap_sync", "ldap"
	w := newWorld(t, "email,name\nsync@example.com,New\n", sandbox.Options{}, synced)
	w.mustApply()
	w.undo()
	if notes := w.results()["sync@example.com"].Notes; len(notes) != 1 || !strings.HasPrefix(notes[0], "synced from a directory") {
		t.Errorf("notes %q", notes)
	}
}

// A wave is rechecked when it begins: what somebody changed while earlier ones were applied is not overwritten.
func TestRecheckOfAWave(t *testing.T) {
	w := newWorld(t, "email,name\nana@example.com,Ana New\nbo@example.com,Bo New\n", sandbox.Options{}, user("ana@example.com", "Ana"), user("bo@example.com", "Bo"))
	rechecker := batch.Rechecker{Directory: w.client, Journal: w.journal}
	a := batch.Applier{Directory: w.client, Journal: w.journal, Workers: 1, Waves: batch.Waves{
		Size: 1,
		Before: func(ctx context.Context, coming batch.Wave) (int, error) {
			rechecker.First, rechecker.Last = coming.First, coming.Last
			found, err := rechecker.Recheck(ctx, w.run)
			return found.Changed, err
		},
		Between: func(ctx context.Context, _ batch.Wave) error {
			change := batch.Step{Kind: batch.StepUpdate, Email: "bo@example.com", Set: batch.Settings{batch.Username: "Robert"}}
			if r := w.client.Do(ctx, []batch.Step{change})[0]; r.Verdict != batch.Done {
				t.Errorf("change meanwhile: %+v", r)
			}
			return nil
		},
	}}
	if err := a.Apply(t.Context(), w.run); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"ana": "updated", "bo": "refused: changed meanwhile"}, w.says()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := w.users()["bo@example.com"].Name; got != "Robert" {
		t.Errorf("Bo is called %s", got)
	}
}
