package batch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/mimecast"
	"mimebatch/batch/sandbox"
)

// world is a tenant that is reached over HTTP, a journal, and what it takes to plan and apply a sheet.
type world struct {
	t       *testing.T
	sandbox *sandbox.Server
	client  *mimecast.Client
	journal *journal.Journal
	sheet   *batch.Sheet
	run     batch.RunID // the newest plan
	plans   int
}

func user(email, name string) sandbox.User {
	return sandbox.User{EmailAddress: email, Name: name, AddressType: "created_manually", Source: "cloud"}
}

// newWorld plans a sheet, given as CSV, for a tenant with these users.
func newWorld(t *testing.T, csv string, o sandbox.Options, users ...sandbox.User) *world {
	t.Helper()
	o.Tenant = &sandbox.Tenant{
		AccountCode: "CTEST1", AccountName: "Test Company",
		Domains:        []sandbox.Domain{{Domain: "example.com", InboundType: "any", Local: true}},
		PasswordPolicy: sandbox.PasswordPolicy{MinLength: 8, Classes: 3},
		Users:          users,
	}
	w := &world{t: t}
	w.serve(o)
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.sheet, err = batch.OpenSheet(t.Context(), path, batch.SheetOptions{}); err != nil {
		t.Fatal(err)
	}
	if w.journal, err = journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.journal.Close() })
	w.plan(batch.Planner{Directory: w.client})
	return w
}

// serve puts a service in the place of the old one, and a client of it.
func (w *world) serve(o sandbox.Options) {
	w.t.Helper()
	w.sandbox = sandbox.New(o)
	server := httptest.NewServer(w.sandbox)
	w.t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	var err error
	w.client, err = mimecast.New(mimecast.Config{
		BaseURL: server.URL, ClientID: "sandbox", ClientSecret: batch.NewSecret("sandbox"), Workers: 8, CallTimeout: 2 * time.Second,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.client.Close)
}

// plan makes a plan of the sheet, which is then the one to apply.
func (w *world) plan(p batch.Planner) {
	w.t.Helper()
	w.plans++
	w.run = batch.RunID(fmt.Sprint("test", w.plans))
	p.Mode, p.Workers = batch.Upsert, 4
	r := batch.Run{ID: w.run, Created: time.Now(), Mode: p.Mode, SheetPath: w.sheet.Table.Path, Format: "csv", Header: w.sheet.Table.Header, Rows: w.sheet.Rows}
	if err := w.journal.Plan(w.t.Context(), r, p.Plan(w.t.Context(), w.sheet)); err != nil {
		w.t.Fatal(err)
	}
}

// planned returns the rows of a plan that isn't kept.
func (w *world) planned(p batch.Planner) []batch.PlannedRow {
	w.t.Helper()
	p.Mode, p.Workers = batch.Upsert, 4
	var out []batch.PlannedRow
	for row, err := range p.Plan(w.t.Context(), w.sheet) {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

// apply applies the plan with a client of its own choice.
func (w *world) apply(ctx context.Context, dir batch.Directory) error {
	w.t.Helper()
	passwords, err := w.sheet.Passwords(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	a := batch.Applier{
		Directory: dir, Journal: w.journal, Workers: 8, SettleAfter: 10 * time.Millisecond,
		Password: passwords.Of,
	}
	return a.Apply(ctx, w.run)
}

func (w *world) results() map[string]batch.RowResult {
	w.t.Helper()
	out := map[string]batch.RowResult{}
	for r, err := range w.journal.Results(w.t.Context(), w.run) {
		if err != nil {
			w.t.Fatal(err)
		}
		out[r.Email] = r
	}
	if len(out) != w.sheet.Rows {
		w.t.Fatalf("%d results for %d rows", len(out), w.sheet.Rows)
	}
	return out
}

func (w *world) inject(f sandbox.Fault) {
	w.t.Helper()
	if err := w.sandbox.Inject(f); err != nil {
		w.t.Fatal(err)
	}
}

// isTrue compares what the results say with what the tenant is like: no status may say more than happened, and no address
// may have been created twice.
func (w *world) isTrue() {
	w.t.Helper()
	there := map[string]sandbox.User{}
	for _, u := range w.sandbox.Tenant().Users {
		there[u.EmailAddress] = u
	}
	stats := w.sandbox.Stats()
	for email, n := range stats.Creates {
		if n > 1 {
			w.t.Errorf("%s was created %d times", email, n)
		}
	}
	for email, r := range w.results() {
		u, ok := there[email]
		if done := len(r.Changed) > 0; (r.Status == batch.WasRefused || r.Status == batch.NotReached) && !done {
			for _, s := range r.Steps {
				if s.Kind == batch.StepCreate && stats.Creates[email] > 0 {
					w.t.Errorf("%s is %s and was created", email, r.Status)
				}
				if name := s.Set[batch.Username]; s.Kind == batch.StepUpdate && name != "" && u.Name == name {
					w.t.Errorf("%s is %s and was updated", email, r.Status)
				}
			}
		}
		asked := batch.Settings{}
		for _, s := range r.Steps {
			if s.State == batch.StepDone {
				for f, v := range s.Set {
					asked[f] = v
				}
			}
		}
		switch r.Status {
		case batch.Created, batch.Updated:
			if !ok || asked[batch.Username] != "" && u.Name != asked[batch.Username] || asked[batch.AllowPOP] != "" && fmt.Sprint(u.AllowPop) != asked[batch.AllowPOP] {
				w.t.Errorf("%s is %s, and the tenant has %+v (%v)", email, r.Status, u, ok)
			}
		}
		for _, s := range r.Steps {
			if s.WithPassword && s.State == batch.StepDone && u.PasswordChanges == 0 {
				w.t.Errorf("%s: the password is said to be set and is not", email)
			}
		}
	}
}

// isDone wants every row created or updated, and that to be true.
func (w *world) isDone() {
	w.t.Helper()
	for email, r := range w.results() {
		if r.Status != batch.Created && r.Status != batch.Updated {
			w.t.Errorf("%s is %s: %+v", email, r.Status, r.Reason)
		}
	}
	w.isTrue()
}

// mixed is a sheet of n new people, a third of them with settings for a second step, and n/2 who exist.
func mixed(n int) (csv string, users []sandbox.User) {
	var b strings.Builder
	b.WriteString("email,name,password,allow pop\n")
	for i := range n {
		pop := ""
		if i%3 == 0 {
			pop = "yes"
		}
		fmt.Fprintf(&b, "new%d@example.com,New %d,Sunny-Day%d,%s\n", i, i, i, pop)
		if i%2 == 0 {
			email := fmt.Sprintf("old%d@example.com", i)
			fmt.Fprintf(&b, "%s,Old %d,,yes\n", email, i)
			users = append(users, user(email, "Somebody"))
		}
	}
	return b.String(), users
}

// Whatever goes wrong on the way, every row comes to be done, once, as long as the tenant can be looked at.
func TestApplyThroughFaults(t *testing.T) {
	kinds := []sandbox.Fault{
		{Kind: sandbox.CloseBefore}, {Kind: sandbox.CloseAfter}, {Kind: sandbox.CutAfter},
		{Kind: sandbox.StatusBefore, Status: 503}, {Kind: sandbox.StatusAfter, Status: 504}, {Kind: sandbox.StatusAfter, Status: 500},
		{Kind: sandbox.Garbage}, {Kind: sandbox.EmptyData}, {Kind: sandbox.MetaStatus, Status: 500},
		{Kind: sandbox.Throttle, Reset: 50 * time.Millisecond}, {Kind: sandbox.Throttle}, {Kind: sandbox.Throttle, Reset: -time.Second},
		{Kind: sandbox.Stall},
	}
	for _, f := range kinds {
		for _, function := range []string{"create-user", "update-user"} {
			t.Run(fmt.Sprintf("%s %d %v %s", f.Kind, f.Status, f.Reset, function), func(t *testing.T) {
				t.Parallel()
				csv, users := mixed(18)
				w := newWorld(t, csv, sandbox.Options{}, users...)
				fault := f
				fault.Function, fault.Skip, fault.Count = function, 1, 3 // of at least three calls of update-user
				w.inject(fault)
				if err := w.apply(t.Context(), w.client); err != nil {
					t.Fatal(err)
				}
				w.isDone()
			})
		}
	}
}

// A token that dies on the way is renewed once for all; the rows don't notice.
func TestApplyThroughDeadToken(t *testing.T) {
	for _, function := range []string{"create-user", "update-user"} {
		t.Run(function, func(t *testing.T) {
			csv, users := mixed(12)
			w := newWorld(t, csv, sandbox.Options{}, users...)
			w.inject(sandbox.Fault{Kind: sandbox.ExpireToken, Function: function, Skip: 3})
			if err := w.apply(t.Context(), w.client); err != nil {
				t.Fatal(err)
			}
			w.isDone()
		})
	}
}

// A row that is refused stops no other, and its second step isn't sent.
func TestApplyRefused(t *testing.T) {
	w := newWorld(t, "email,name,password,allow pop\nweak@example.com,Weak,weak,yes\nana@example.com,Ana,Sunny-Day1,\n", sandbox.Options{})
	if err := w.apply(t.Context(), w.client); err != nil {
		t.Fatal(err)
	}
	r := w.results()
	if got := r["weak@example.com"]; got.Status != batch.WasRefused || got.Reason.Hint == "" || got.Attempts != 1 || strings.Contains(got.Reason.Message, "weak") {
		t.Errorf("weak: %+v", got)
	}
	if got := r["ana@example.com"]; got.Status != batch.Created {
		t.Errorf("ana: %+v", got)
	}
	if n := w.sandbox.Stats().Calls["update-user"]; n != 0 {
		t.Errorf("%d calls of update-user", n)
	}
	w.isTrue()
}

// Answers are lost and the tenant can't be looked at: the rows are unknown, never taken for done, and a later apply settles them.
func TestApplyUnknownIsSettledLater(t *testing.T) {
	w := newWorld(t, "email,name,password\nana@example.com,Ana,Sunny-Day1\nbo@example.com,Bo,Sunny-Day2\n", sandbox.Options{})
	w.inject(sandbox.Fault{Kind: sandbox.CloseAfter, Function: "create-user", Address: "ana@example.com"})
	w.inject(sandbox.Fault{Kind: sandbox.CloseBefore, Function: "create-user", Address: "bo@example.com"})
	w.inject(sandbox.Fault{Kind: sandbox.StatusBefore, Status: 503, Function: "update-user", Count: 9})
	w.inject(sandbox.Fault{Kind: sandbox.StatusBefore, Status: 503, Function: "get-internal-users", Count: 9})
	if err := w.apply(t.Context(), w.client); err != nil {
		t.Fatal(err)
	}
	for email, r := range w.results() {
		if r.Status != batch.InDoubt {
			t.Errorf("%s is %s", email, r.Status)
		}
	}
	w.isTrue()
	for range 9 { // let the faults that are left run out
		_, _ = w.client.Accounts(t.Context(), "example.com", "")
		_ = w.client.State(t.Context(), []string{"ana@example.com"})
	}
	if err := w.apply(t.Context(), w.client); err != nil {
		t.Fatal(err)
	}
	r := w.results()
	if got := r["ana@example.com"]; got.Status != batch.Created || !strings.Contains(got.Reason.Message, batch.ConfirmedByLookUp) || got.Account.ID != "" {
		t.Errorf("ana: %+v", got)
	}
	if got := r["bo@example.com"]; got.Status != batch.Created || strings.Contains(got.Reason.Message, batch.ConfirmedByLookUp) || got.Account.ID == "" {
		t.Errorf("bo: %+v", got)
	}
	w.isTrue()
}

// A create is confirmed by setting what it would have set: the account may have come by mail flow, without name or password.
func TestApplySettlesForeignAccount(t *testing.T) {
	w := newWorld(t, "email,name,password\nana@example.com,Ana,Sunny-Day1\n", sandbox.Options{})
	w.inject(sandbox.Fault{Kind: sandbox.CloseBefore, Function: "create-user", Address: "ana@example.com"})
	stranger := &between{Directory: w.client, after: 1, do: func() {
		// Somebody else creates the account before we look.
		r := w.client.Do(t.Context(), []batch.Step{{Kind: batch.StepCreate, Email: "ana@example.com", Set: batch.Settings{batch.Username: "Stranger"}}})
		if r[0].Verdict != batch.Done {
			t.Errorf("stranger: %+v", r[0])
		}
	}}
	if err := w.apply(t.Context(), stranger); err != nil {
		t.Fatal(err)
	}
	if r := w.results()["ana@example.com"]; r.Status != batch.Created || !strings.Contains(r.Reason.Message, batch.ConfirmedByLookUp) {
		t.Errorf("ana: %+v", r)
	}
	w.isTrue()
}

// between does something after the given number of calls of Do.
type between struct {
	batch.Directory
	mu    sync.Mutex
	after int
	do    func()
}

func (b *between) Do(ctx context.Context, steps []batch.Step) []batch.Reply {
	r := b.Directory.Do(ctx, steps)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.after--; b.after == 0 {
		b.do()
	}
	return r
}

// When credentials die, the pool stops, and what was not sent is not reached.
func TestApplyFatal(t *testing.T) {
	csv, users := mixed(20)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	w.inject(sandbox.Fault{Kind: sandbox.ExpireToken, Skip: 10, Count: 1000})
	err := w.apply(t.Context(), w.client)
	ce, ok := errors.AsType[*batch.CallError](err)
	if !ok || !ce.Fatal() {
		t.Fatalf("error %v", err)
	}
	counts := batch.Counts{}
	for _, r := range w.results() {
		counts[r.Status]++
	}
	if counts[batch.NotReached] == 0 || counts[batch.InDoubt] != 0 || counts[batch.WasRefused] != 0 {
		t.Errorf("counts %v", counts)
	}
	w.isTrue()
}

// Cancelling takes no new rows; calls on their way come home, so nothing is in doubt.
func TestApplyCancelled(t *testing.T) {
	csv, users := mixed(60)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	n := 0
	w := newWorld(t, csv, sandbox.Options{Latency: time.Millisecond, Executed: func(function, _ string) {
		mu.Lock()
		defer mu.Unlock()
		if function == "create-user" {
			if n++; n == 20 {
				cancel()
			}
		}
	}}, users...)
	if err := w.apply(ctx, w.client); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	counts := batch.Counts{}
	for _, r := range w.results() {
		counts[r.Status]++
	}
	if counts[batch.InDoubt] != 0 || counts[batch.NotReached] == 0 || counts[batch.Created] == 0 {
		t.Errorf("counts %v", counts)
	}
	w.isTrue()
	if err := w.apply(t.Context(), w.client); err != nil {
		t.Fatal(err)
	}
	w.isDone()
}

// A create that was planned for somebody who has since come to exist is refused, and the existing account is left alone.
func TestApplyCreateOfExisting(t *testing.T) {
	w := newWorld(t, "email,name,password\nana@example.com,Ana,Sunny-Day1\n", sandbox.Options{})
	r := w.client.Do(t.Context(), []batch.Step{{Kind: batch.StepCreate, Email: "ana@example.com", Set: batch.Settings{batch.Username: "Stranger"}}})
	if r[0].Verdict != batch.Done {
		t.Fatalf("stranger: %+v", r[0])
	}
	if err := w.apply(t.Context(), w.client); err != nil {
		t.Fatal(err)
	}
	if got := w.results()["ana@example.com"]; got.Status != batch.WasRefused {
		t.Errorf("ana: %+v", got)
	}
	for _, u := range w.sandbox.Tenant().Users {
		if u.EmailAddress == "ana@example.com" && u.Name != "Stranger" {
			t.Errorf("the account was changed: %+v", u)
		}
	}
}

func TestPlanNeedsWholeListing(t *testing.T) {
	w := newWorld(t, "email\nana@example.com\n", sandbox.Options{})
	planner := batch.Planner{Directory: short{w.client}, Mode: batch.Upsert, Workers: 1}
	var got error
	for _, err := range planner.Plan(t.Context(), w.sheet) {
		got = err
	}
	if _, ok := errors.AsType[*batch.ShortListingError](got); !ok || batch.HintOf(got) == "" {
		t.Errorf("error %v", got)
	}
}

// short tells of more accounts than it gives.
type short struct{ batch.Directory }

func (s short) Accounts(ctx context.Context, domain, page string) (batch.Page, error) {
	p, err := s.Directory.Accounts(ctx, domain, page)
	p.Total++
	return p, err
}
