package batch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// counting counts the calls that write, and those that read states.
type counting struct {
	batch.Directory
	mu            sync.Mutex
	writes, reads int
}

func (c *counting) Do(ctx context.Context, steps []batch.Step) []batch.Reply {
	c.mu.Lock()
	c.writes++
	c.mu.Unlock()
	return c.Directory.Do(ctx, steps)
}

func (c *counting) State(ctx context.Context, emails []string) []batch.Reply {
	c.mu.Lock()
	c.reads++
	c.mu.Unlock()
	return c.Directory.State(ctx, emails)
}

// everything is a sheet that asks for all that can be read back, for n people who exist.
func everything(n int) (csv string, users []sandbox.User) {
	var b strings.Builder
	b.WriteString("email,name,force password change,password never expires,allow pop,allow smtp,account locked,account disabled\n")
	for i := range n {
		email := fmt.Sprintf("p%d@example.com", i)
		fmt.Fprintf(&b, "%s,Person %d,yes,no,yes,no,no,%s\n", email, i, []string{"yes", "no"}[i%2])
		users = append(users, user(email, "Somebody"))
	}
	return b.String(), users
}

// Updates go five a call, and so do the reads that a plan needs. A second run of the same sheet writes nothing.
func TestSecondRunWritesNothing(t *testing.T) {
	const n = 1000 / smaller
	csv, users := everything(n)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	dir := &counting{Directory: w.client}
	if err := w.apply(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	w.isDone()
	if dir.writes > n/5 || dir.reads != 0 {
		t.Errorf("%d updates cost %d calls and %d reads", n, dir.writes, dir.reads)
	}
	if calls := w.sandbox.Stats().Calls["update-user"]; calls > 2*n/5 {
		t.Errorf("update-user was called %d times for %d plans and as many updates", calls, n)
	}
	dir.writes = 0
	w.plan(batch.Planner{Directory: dir})
	if err := w.apply(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	for email, r := range w.results() {
		if r.Status != batch.Unchanged || len(r.Steps) > 0 || len(r.Notes) > 0 {
			t.Errorf("%s is %s: %+v", email, r.Status, r)
		}
	}
	if dir.writes != 0 || dir.reads > n/5 {
		t.Errorf("the second run cost %d calls that write and %d reads", dir.writes, dir.reads)
	}
}

// What can't be read back is sent every time, and the plan says which fields these are, in words that are the same for all rows.
func TestWhatCantBeReadIsSentEveryTime(t *testing.T) {
	w := newWorld(t, "email,password,archive start date,account code,allow pop\n"+
		"ana@example.com,Sunny-Day1,,,yes\nbo@example.com,,2026-01-01,,yes\ncy@example.com,,,CTEST1,yes\nnew@example.com,Sunny-Day2,2026-01-01,CTEST1,yes\n",
		sandbox.Options{}, user("ana@example.com", "Ana"), user("bo@example.com", "Bo"), user("cy@example.com", "Cy"))
	for run := range 2 {
		if err := w.apply(t.Context(), w.client); err != nil {
			t.Fatal(err)
		}
		w.isTrue()
		w.plan(batch.Planner{Directory: w.client})
		got := map[string]string{}
		for email, r := range w.results() {
			var fields []string
			for _, s := range r.Steps {
				for _, f := range s.Fields() {
					fields = append(fields, string(f))
				}
			}
			got[email] = strings.Join(fields, ",") + "|" + strings.Join(r.Notes, "|")
		}
		const (
			password = "the password can't be read, so it is sent every time"
			archive  = "the archive start date can't be read, so it is sent every time"
			code     = "the account code can't be read and is for new accounts only: it is not sent"
		)
		want := map[string]string{
			"ana@example.com": "password|" + password,
			"bo@example.com":  "archive_start_date|" + archive,
			"cy@example.com":  "|" + code,
			"new@example.com": "password,archive_start_date|" + strings.Join([]string{password, archive, code}, "|"),
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("run %d: fields and notes (-want +got):\n%s", run+2, d)
		}
	}
}

// Which states a plan reads, and what it can then tell.
func TestReadState(t *testing.T) {
	csv := "email,name,allow pop\nana@example.com,Ana,yes\nbo@example.com,Bo,\ncy@example.com,,\nnew@example.com,New,yes\n"
	w := newWorld(t, csv, sandbox.Options{}, user("ana@example.com", "Ana"), user("bo@example.com", "Somebody"), user("cy@example.com", "Cy"))
	for _, tt := range []struct {
		state batch.ReadState
		reads int
		ana   batch.Settings // before
		cy    string         // what the plan knows of a setting that nobody asks for
	}{
		{"", 1, batch.Settings{batch.Username: "Ana", batch.AllowPOP: "false"}, ""},
		{batch.ReadAuto, 1, batch.Settings{batch.Username: "Ana", batch.AllowPOP: "false"}, ""},
		{batch.ReadAlways, 1, batch.Settings{batch.Username: "Ana", batch.AllowPOP: "false"}, "false"},
		{batch.ReadNever, 0, batch.Settings{batch.Username: "Ana"}, ""},
	} {
		t.Run(string(tt.state), func(t *testing.T) {
			dir := &counting{Directory: w.client}
			rows := w.planned(batch.Planner{Directory: dir, ReadState: tt.state})
			if dir.reads != tt.reads || dir.writes != 0 {
				t.Errorf("%d reads, %d writes", dir.reads, dir.writes)
			}
			if d := cmp.Diff(tt.ana, rows[0].Steps[0].Before); d != "" {
				t.Errorf("before (-want +got):\n%s", d)
			}
			if d := cmp.Diff(batch.Settings{batch.Username: "Somebody"}, rows[1].Steps[0].Before); d != "" {
				t.Errorf("the listing's name (-want +got):\n%s", d)
			}
			if got := rows[2].Account.Settings[batch.AllowSMTP]; got != tt.cy || rows[2].Action != batch.ActionUnchanged {
				t.Errorf("cy: %s, %+v", rows[2].Action, rows[2].Account)
			}
		})
	}
	var err error
	for _, err = range (&batch.Planner{Directory: w.client, ReadState: "sometimes"}).Plan(t.Context(), w.sheet) {
	}
	if err == nil || !strings.Contains(err.Error(), "sometimes") {
		t.Errorf("an unknown word: error %v", err)
	}
}

// secretive doesn't tell the state of some accounts: it refuses calls about several of them as a whole.
type secretive struct {
	batch.Directory
	about string
}

func (s secretive) State(ctx context.Context, emails []string) []batch.Reply {
	if !slices.Contains(emails, s.about) {
		return s.Directory.State(ctx, emails)
	}
	r := batch.Reply{Verdict: batch.Refused, HTTP: 200, Whole: len(emails) > 1, Reason: batch.Reason{Code: "err_x", Message: "not told"}}
	return slices.Repeat([]batch.Reply{r}, len(emails))
}

// One account whose state the service doesn't tell takes the other four of its call not along.
func TestStateThatIsNotTold(t *testing.T) {
	csv, users := everything(5)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	for _, row := range w.planned(batch.Planner{Directory: secretive{w.client, "p3@example.com"}}) {
		_, known := row.Steps[0].Before[batch.AllowPOP]
		told := row.Email == "p3@example.com"
		if known == told || (len(row.Notes) == 1) != told {
			t.Errorf("%s: before %v, notes %q", row.Email, row.Steps[0].Before, row.Notes)
		}
	}
}

// deaf is a service that confirms an update of one account and changes nothing of it.
type deaf struct {
	batch.Directory
	to string
}

func (d deaf) Do(ctx context.Context, steps []batch.Step) []batch.Reply {
	steps = slices.Clone(steps)
	for i, s := range steps {
		if s.Email == d.to {
			steps[i].Set = nil
		}
	}
	return d.Directory.Do(ctx, steps)
}

// A change that was confirmed and not made is told by what the answer echoes, of that row of the call and no other.
func TestSilentNoChangeIsShown(t *testing.T) {
	csv, users := everything(5)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	if err := w.apply(t.Context(), deaf{w.client, "p2@example.com"}); err != nil {
		t.Fatal(err)
	}
	for email, r := range w.results() {
		if shown := strings.Contains(r.Reason.Message, "asked allow_pop=true, the answer tells false"); shown != (email == "p2@example.com") {
			t.Errorf("%s: %q", email, r.Reason.Message)
		}
	}
}

// A service that confirms four of five addresses has confirmed four.
func TestMissingFromTheAnswer(t *testing.T) {
	csv, users := everything(5)
	w := newWorld(t, csv, sandbox.Options{}, users...)
	forgetful := &counting{Directory: forgets{w.client, "p1@example.com"}}
	if err := w.apply(t.Context(), forgetful); err != nil {
		t.Fatal(err)
	}
	for email, r := range w.results() {
		want := batch.Updated
		if email == "p1@example.com" {
			want = batch.InDoubt
		}
		if r.Status != want {
			t.Errorf("%s is %s", email, r.Status)
		}
	}
	w.isTrue()
}

// forgets never speaks of one address.
type forgets struct {
	batch.Directory
	about string
}

func (f forgets) Do(ctx context.Context, steps []batch.Step) []batch.Reply {
	replies := f.Directory.Do(ctx, steps)
	for i, s := range steps {
		if s.Email == f.about {
			replies[i] = batch.Reply{Verdict: batch.Unknown, HTTP: 200, Reason: batch.Reason{Code: "no entry in the answer"}}
		}
	}
	return replies
}
