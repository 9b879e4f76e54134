package batch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/mimecast"
	"mimebatch/batch/sandbox"
)

// Whatever goes wrong on the way: after each Apply every row's status is true, nobody is created twice, and once all is said
// nothing is left in doubt and applying again changes nothing.
func TestConformance(t *testing.T) {
	dir := t.TempDir()
	running, ctx := errgroup.WithContext(t.Context())
	running.SetLimit(48) // they wait more than they work
	type pending struct {
		*trial
		over chan struct{}
	}
	var trials []pending
	for _, signed := range []bool{false, true} {
		for i, h := range hazards() {
			if signed && h.alone || smaller > 1 && !h.alone && signed != (i%2 == 0) {
				continue // where all is made smaller, the generations take turns
			}
			p := pending{&trial{hazard: h, signed: signed, seed: uint64(i)}, make(chan struct{})}
			trials = append(trials, p)
			running.Go(func() error {
				defer close(p.over)
				p.run(ctx, filepath.Join(dir, fmt.Sprintf("%d-%v", i, signed)))
				return nil
			})
		}
	}
	for _, p := range trials {
		t.Run(p.name+map[bool]string{false: ", API 2.0", true: ", API 1.0"}[p.signed], func(t *testing.T) {
			<-p.over
			for _, c := range p.complaints {
				t.Error(c)
			}
		})
	}
	_ = running.Wait() // the trials keep their own errors
}

// A trial is a sheet on its way into a tenant through a hazard.
type trial struct {
	hazard
	signed bool // by the keys of API 1.0
	seed   uint64

	url     string
	service *sandbox.Server
	traffic *traffic
	sheet   *batch.Sheet
	journal *journal.Journal
	before  map[string]sandbox.User
	calm    map[int]string // what the plan that was made in calm does with each row

	complaints []string
}

func (tr *trial) complain(format string, args ...any) {
	// What a broken trial has to say at first is enough.
	if len(tr.complaints) < 20 {
		tr.complaints = append(tr.complaints, fmt.Sprintf(format, args...))
	}
}

// run plans and applies through the hazard until nothing changes any more.
func (tr *trial) run(ctx context.Context, dir string) {
	csv, users := people(cmp.Or(tr.rows, 120))
	stop, err := tr.start(ctx, dir, csv, users)
	if err != nil {
		tr.complain("start: %v", err)
		return
	}
	defer stop()
	tr.before = tr.users()
	if err := tr.planThrough(ctx); err != nil {
		tr.complain("plan: %v", err)
		return
	}
	for round := range 12 {
		patient, cancel := context.WithCancel(ctx)
		if tr.patience > 0 && !tr.traffic.isOver() {
			go func() {
				select {
				case <-tr.traffic.over:
					time.AfterFunc(tr.patience, cancel)
				case <-patient.Done():
				}
			}()
		}
		err := tr.apply(patient, "run")
		cancel()
		if err != nil && !tr.mayStop(err) {
			tr.complain("apply %d: %v", round+1, err)
			return
		}
		became, err := tr.judge(ctx, "run")
		if err != nil {
			tr.complain("results: %v", err)
			return
		}
		left := count(became, batch.InDoubt) + count(became, batch.NotReached)
		if round == 0 && tr.settles && left > 0 {
			tr.complain("one apply leaves %d rows", left)
		}
		if left == 0 {
			tr.applyAgain(ctx, became)
			tr.checkEnd(became)
			tr.checkHits()
			return
		}
	}
	tr.complain("rows are left after 12 times apply")
}

// planThrough plans in calm and then through the hazard, until there is a plan. The two must be alike, but for rows of which the
// state could not be read: these are written.
func (tr *trial) planThrough(ctx context.Context) error {
	if err := tr.plan(ctx, "calm"); err != nil {
		return err
	}
	var err error
	if tr.calm, err = tr.planned(ctx, "calm"); err != nil {
		return err
	}
	if err := tr.arm(); err != nil {
		return err
	}
	for range 20 {
		err = tr.plan(ctx, "run")
		_, refused := errors.AsType[*batch.CallError](err)
		_, short := errors.AsType[*batch.ShortListingError](err)
		if !refused && !short {
			break
		}
	}
	if err != nil {
		return err
	}
	run, err := tr.planned(ctx, "run")
	if err != nil {
		return err
	}
	for n, want := range tr.calm {
		if got := run[n]; got != want && (want != "unchanged" || got != "not reached update") {
			tr.complain("row %d is planned as %q, in calm as %q", n, got, want)
		}
	}
	return nil
}

// planned tells what a plan does with each row.
func (tr *trial) planned(ctx context.Context, id batch.RunID) (map[int]string, error) {
	rows := map[int]string{}
	for r, err := range tr.journal.Results(ctx, id) {
		if err != nil {
			return nil, err
		}
		rows[r.N] = strings.TrimSpace(string(r.Status) + " " + r.Action)
	}
	return rows, nil
}

// checkEnd wants every row to have come to what the calm plan was for, unless the service has refused it.
func (tr *trial) checkEnd(became map[int]batch.Status) {
	for n, plan := range tr.calm {
		want := batch.Status(plan)
		switch {
		case n <= weakRows:
			want = batch.WasRefused
		case strings.HasPrefix(plan, "not reached create"):
			want = batch.Created
		case plan == "not reached update":
			want = batch.Updated
		}
		got := became[n]
		written := want == batch.Unchanged && got == batch.Updated
		refused := got == batch.WasRefused && slices.ContainsFunc(tr.faults, func(f string) bool { return strings.HasPrefix(f, "code,") })
		if got != want && !written && !refused {
			tr.complain("row %d is %s at the end, want %s", n, got, want)
		}
	}
}

// checkHits wants the hazard to have happened at all.
func (tr *trial) checkHits() {
	if tr.storm != nil && !tr.traffic.hasHit() {
		tr.complain("the storm hit no call")
	}
	for _, left := range tr.service.Faults() {
		for _, text := range tr.faults {
			if f, err := sandbox.ParseFault(text); err == nil && f.Count > 0 && f.Kind == left.Kind && f.Count == left.Count {
				tr.complain("the fault %s hit no call", text)
			}
		}
	}
}

// mayStop tells whether an error of Apply is one of those that the hazard may bring about.
func (tr *trial) mayStop(err error) bool {
	_, refused := errors.AsType[*batch.CallError](err)
	return tr.patience > 0 && errors.Is(err, context.Canceled) || tr.stops && refused || errors.Is(err, batch.ErrCircuit)
}

// applyAgain wants nothing to change when there is nothing left to do.
func (tr *trial) applyAgain(ctx context.Context, became map[int]batch.Status) {
	writes, reads := tr.traffic.writes.Load(), tr.traffic.reads.Load()
	if err := tr.apply(ctx, "run"); err != nil {
		tr.complain("apply again: %v", err)
	}
	again, err := tr.judge(ctx, "run")
	if err != nil || !maps.Equal(became, again) {
		tr.complain("apply again: %v, before that %v; error %v", again, became, err)
	}
	if writes != tr.traffic.writes.Load() || reads != tr.traffic.reads.Load() {
		tr.complain("apply again makes calls though nothing is left to do")
	}
}

// start starts the service, and writes the sheet.
func (tr *trial) start(ctx context.Context, dir, csv string, users []sandbox.User) (stop func(), err error) {
	o := sandbox.Options{
		Tenant: &sandbox.Tenant{
			AccountCode: "CTEST1", AccountName: "Test Company",
			Domains: []sandbox.Domain{
				{Domain: "example.com", InboundType: "any", Local: true}, {Domain: "example.org", InboundType: "any"},
				{Domain: "example.net", InboundType: "any", Pending: true},
			},
			PasswordPolicy: sandbox.PasswordPolicy{MinLength: 8, Classes: 3},
			Users:          users,
		},
		Quota: sandbox.Quota{Calls: 100_000, Window: time.Second},
	}
	if tr.silent {
		o.CreateExisting = sandbox.Silent
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "people.csv")
	if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
		return nil, err
	}
	if tr.sheet, err = batch.OpenSheet(ctx, path, batch.SheetOptions{}); err != nil {
		return nil, err
	}
	if tr.journal, err = journal.Open(ctx, filepath.Join(dir, "journal.db")); err != nil {
		return nil, err
	}
	tr.service = sandbox.New(o)
	tr.traffic = newTraffic(tr.hazard, tr.service, tr.seed)
	server := httptest.NewUnstartedServer(tr.traffic)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections are broken on purpose
	server.Start()
	tr.url = server.URL
	return func() {
		server.CloseClientConnections()
		server.Close()
		tr.journal.Close()
	}, nil
}

// arm begins the storm, and tells the service what is to go wrong inside.
func (tr *trial) arm() error {
	tr.traffic.storming.Store(tr.storm != nil)
	for _, text := range tr.faults {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			return err
		}
		if err := tr.service.Inject(f); err != nil {
			return err
		}
	}
	return nil
}

// client makes a client of its generation.
func (tr *trial) client() (*mimecast.Client, error) {
	cfg := mimecast.Config{BaseURL: tr.url, Workers: 8, CallTimeout: 3 * time.Second}
	if tr.signed {
		k := sandbox.DefaultKeys
		cfg.AppID, cfg.AppKey = k.AppID, batch.NewSecret(k.AppKey)
		cfg.AccessKey, cfg.SecretKey = batch.NewSecret(k.AccessKey), batch.NewSecret(k.SecretKey)
	} else {
		cfg.ClientID, cfg.ClientSecret = "sandbox", batch.NewSecret("sandbox")
	}
	return mimecast.New(cfg)
}

func (tr *trial) plan(ctx context.Context, id batch.RunID) error {
	c, err := tr.client()
	if err != nil {
		return err
	}
	defer c.Close()
	planner := batch.Planner{Directory: c, Mode: batch.Upsert, Workers: 4}
	r := batch.Run{
		ID: id, Created: time.Now(), Mode: batch.Upsert, SheetPath: "people.csv", Format: "csv",
		Header: tr.sheet.Table.Header, Rows: tr.sheet.Rows,
	}
	return tr.journal.Plan(ctx, r, planner.Plan(ctx, tr.sheet))
}

// apply applies a plan by a client of its own, as one start of the program does.
func (tr *trial) apply(ctx context.Context, id batch.RunID) error {
	c, err := tr.client()
	if err != nil {
		return err
	}
	defer c.Close()
	passwords, err := tr.sheet.Passwords(ctx)
	if err != nil {
		return err
	}
	a := batch.Applier{
		Directory: c, Journal: tr.journal, Workers: 8, SettleAfter: 10 * time.Millisecond,
		Password: passwords.Of,
	}
	return a.Apply(ctx, id)
}

// users are the accounts of the tenant by address.
func (tr *trial) users() map[string]sandbox.User {
	all := map[string]sandbox.User{}
	for _, u := range tr.service.Tenant().Users {
		all[u.EmailAddress] = u
	}
	return all
}

// judge compares what the results say with what the service has and did. It returns the status of each row.
func (tr *trial) judge(ctx context.Context, id batch.RunID) (map[int]batch.Status, error) {
	now, creates := tr.users(), tr.service.Stats().Creates
	became := map[int]batch.Status{}
	named := map[string]bool{}
	for r, err := range tr.journal.Results(ctx, id) {
		if err != nil {
			return nil, err
		}
		became[r.N] = r.Status
		named[r.Email] = true
		if n := creates[r.Email]; n > 1 {
			tr.complain("%s was created %d times", r.Email, n)
		}
		was, before := tr.before[r.Email]
		is, there := now[r.Email]
		for _, s := range r.Steps {
			tr.judgeStep(s, creates[r.Email], before, there, was, is)
		}
		if len(r.Steps) == 0 && (creates[r.Email] > 0 || before != there || !tr.untouched(was, is)) {
			tr.complain("%s is %s and was changed", r.Email, r.Status)
		}
	}
	if len(became) != tr.sheet.Rows {
		tr.complain("%d results for %d rows", len(became), tr.sheet.Rows)
	}
	for email, is := range now {
		if was, before := tr.before[email]; !named[email] && (!before || !tr.untouched(was, is)) {
			tr.complain("%s is in no row and was changed", email)
		}
	}
	return became, nil
}

// count counts the rows of a status.
func count(became map[int]batch.Status, status batch.Status) int {
	n := 0
	for _, s := range became {
		if s == status {
			n++
		}
	}
	return n
}

// judgeStep compares what is said of a step with what became of its account. Of a step in doubt nothing is said.
func (tr *trial) judgeStep(s batch.StepResult, creates int, before, there bool, was, is sandbox.User) {
	var want batch.Settings
	switch s.State {
	case batch.StepDone:
		want = s.Set
	case batch.StepOpen, batch.StepRefused:
		want = tr.settings(was)
	default:
		return
	}
	if s.Kind == batch.StepCreate {
		done := s.State == batch.StepDone
		if there != done || before || (creates == 1) != done {
			tr.complain("%s: the create is %s; the service counts %d, and the account is there: %v, before: %v", s.Email, s.State, creates, there, before)
		}
		if !done {
			return
		}
	}
	got := tr.settings(is)
	for f := range s.Set {
		if f != tr.unsteady && got[f] != want[f] {
			tr.complain("%s: the %s is %s, and %s is %q, want %q", s.Email, s.Kind, s.State, f, got[f], want[f])
		}
	}
	if changed := is.PasswordChanges > was.PasswordChanges; s.WithPassword && changed != (s.State == batch.StepDone) {
		tr.complain("%s: the %s is %s, and the password was set: %v", s.Email, s.Kind, s.State, changed)
	}
}

// untouched tells whether nobody wrote to an account.
func (tr *trial) untouched(was, is sandbox.User) bool {
	return maps.Equal(tr.settings(was), tr.settings(is)) && was.PasswordChanges == is.PasswordChanges
}

// settings are those of an account in the service, but for what others change.
func (tr *trial) settings(u sandbox.User) batch.Settings {
	s := batch.Settings{
		batch.Username:             u.Name,
		batch.ForcePasswordChange:  strconv.FormatBool(u.ForcePasswordChange),
		batch.PasswordNeverExpires: strconv.FormatBool(u.PasswordNeverExpires),
		batch.AccountLocked:        strconv.FormatBool(u.AccountLocked),
		batch.AccountDisabled:      strconv.FormatBool(u.AccountDisabled),
		batch.AllowPOP:             strconv.FormatBool(u.AllowPop),
		batch.AllowSMTP:            strconv.FormatBool(u.AllowSmtp),
		batch.ArchiveStartDate:     u.ArchiveStartDate,
	}
	delete(s, tr.unsteady)
	return s
}

// weakRows is how many rows of people, the first ones, have a password that the service refuses.
const weakRows = 2

// people is a sheet of n rows or a few more, and the users that the tenant has before it.
func people(n int) (csv string, users []sandbox.User) {
	var b strings.Builder
	b.WriteString("email,username,password,allow_pop,allow_smtp,account_disabled,archive_start_date,action\n")
	row := func(cells ...string) {
		b.WriteString(strings.Join(append(cells, make([]string, 8-len(cells))...), ",") + "\n")
	}
	known := func(email, name string, change ...func(*sandbox.User)) {
		u := user(email, name)
		for _, f := range change {
			f(&u)
		}
		users = append(users, u)
	}
	row("weak@example.com", "Weak", "weak", "yes")
	row("weaker@example.com", "Weaker", "weak")
	known("weaker@example.com", "Before")
	row("already@example.com", "Already", "", "", "", "", "", "create")
	known("already@example.com", "Before")
	row("missing@example.com", "Missing", "", "yes", "", "", "", "update")
	row("leave@example.com", "Leave", "", "yes", "", "", "", "skip")
	known("leave@example.com", "Before")
	row("outside@elsewhere.example", "Outside")
	row("pending@example.net", "Pending")
	row("alias@example.com", "Alias", "", "yes")
	known("alias@example.com", "Before", func(u *sandbox.User) { u.Alias = true })
	row("list@example.com", "List", "", "yes")
	known("list@example.com", "Before", func(u *sandbox.User) { u.AddressType, u.Source = "dl_from_ldap", "ldap" })
	row("synced@example.com", "", "", "yes")
	known("synced@example.com", "Before", func(u *sandbox.User) { u.AddressType, u.Source = "created_by_ldap_sync", "ldap" })
	row("flow@example.com", "Flow", "Sunny-Day1")
	known("flow@example.com", "", func(u *sandbox.User) { u.AddressType = "created_by_email" })
	row("no address", "Nobody")
	known("bystander@example.com", "Bystander")
	for i := range n - 12 {
		email, name := fmt.Sprintf("person%04d@example.com", i), fmt.Sprintf("Person %d", i)
		if i%7 == 0 {
			email = fmt.Sprintf("person%04d@example.org", i)
		}
		password := fmt.Sprintf("Sunny-Day%d", i)
		switch i % 10 {
		case 0:
			row(email, name)
		case 1:
			row(email, name, password)
		case 2:
			row(email, name, password, "yes", "", "", "2026-02-01T00:00:00+0000")
		case 3:
			row(email, "", "", "", "yes")
		case 4:
			row(email, name)
			known(email, "Before")
		case 5:
			row(email, "", "", "yes", "no")
			known(email, "Before", func(u *sandbox.User) { u.AllowSmtp = true })
		case 6:
			row(email, name, password)
			known(email, "Before")
		case 7:
			row(email, name, "", "no")
			known(email, name)
		case 8:
			row(email, "", "", "", "", "yes", "2026-02-01T00:00:00+0000")
			known(email, "Before")
		case 9:
			row(email, name, "", "yes")
			known(email, "Before")
		}
	}
	return b.String(), users
}

// Updates go five a call, and what can be read back is not written again.
func TestConformanceUpdatesFiveACall(t *testing.T) {
	const rows = 10_000 / smaller
	var csv strings.Builder
	csv.WriteString("email,username,allow_pop\n")
	users := make([]sandbox.User, rows)
	for i := range users {
		users[i] = user(fmt.Sprintf("person%05d@example.com", i), "Before")
		fmt.Fprintf(&csv, "%s,Person %d,yes\n", users[i].EmailAddress, i)
	}
	tr := &trial{}
	stop, err := tr.start(t.Context(), t.TempDir(), csv.String(), users)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	tr.before = tr.users()
	for _, run := range []struct {
		id     batch.RunID
		status batch.Status
		writes int64
	}{{"first", batch.Updated, rows / 5}, {"second", batch.Unchanged, 0}} {
		tr.traffic.writes.Store(0)
		tr.traffic.reads.Store(0)
		if err := errors.Join(tr.plan(t.Context(), run.id), tr.apply(t.Context(), run.id)); err != nil {
			t.Fatal(err)
		}
		became, err := tr.judge(t.Context(), run.id)
		if n := count(became, run.status); err != nil || n != rows {
			t.Errorf("%s run: %d of %d rows are %s, error %v", run.id, n, rows, run.status, err)
		}
		if writes, reads := tr.traffic.writes.Load(), tr.traffic.reads.Load(); writes > run.writes || reads > rows/5 {
			t.Errorf("%s run: %d writes and %d reads, want at most %d and %d", run.id, writes, reads, run.writes, rows/5)
		}
		tr.before = tr.users()
	}
	for _, c := range tr.complaints {
		t.Error(c)
	}
}

// What can't be read back is sent again by every run, and the plan says what that is.
func TestConformanceUnreadableIsSentAgain(t *testing.T) {
	tr := &trial{}
	stop, err := tr.start(t.Context(), t.TempDir(),
		"email,username,archive_start_date,password\nana@example.com,Ana,2026-02-01T00:00:00+0000,\nbo@example.com,Bo,,Sunny-Day1\ncy@example.com,Cy,,\n",
		[]sandbox.User{user("ana@example.com", "Before"), user("bo@example.com", "Before"), user("cy@example.com", "Before")})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, id := range []batch.RunID{"first", "second"} {
		if err := errors.Join(tr.plan(t.Context(), id), tr.apply(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
	}
	for r, err := range tr.journal.Results(t.Context(), "second") {
		if err != nil {
			t.Fatal(err)
		}
		want, word := batch.Updated, map[string]string{"ana@example.com": "archive start date", "bo@example.com": "password"}[r.Email]
		if word == "" {
			want = batch.Unchanged
		}
		said := strings.ToLower(strings.Join(r.Notes, "; "))
		if r.Status != want || !strings.Contains(said, word) {
			t.Errorf("%s is %s, want %s; the notes %q, want %q in them", r.Email, r.Status, want, said, word)
		}
	}
}
