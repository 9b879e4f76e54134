package journal_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/sheet"
)

// awkward is text that encodings stumble over.
const awkward = "<b>\"Zoë\" & O'Neil\\ \u2028\t\x00\r\n日本 😀 �"

func fullRun(id batch.RunID) batch.Run {
	return batch.Run{
		Kind: batch.OfRetry, Of: "qrst",
		ID: id, Created: noon, Mode: batch.Upsert, Version: "1.2.3",
		Options:   []string{"--allow-domain=example.com", "--allow-domain=example.net", "--out=" + awkward, `--protect=/lists/Zoë's "board".txt`},
		Guards:    &batch.ToldGuards{List: `/lists/Zoë's "board".txt`, Domains: []string{"example.com", "example.net"}},
		Tenant:    batch.Tenant{Key: "C0A0", Account: "C0A0", Name: "Example " + awkward, BaseURL: "https://api.example.com", Sandbox: true},
		SheetPath: "/home/ana/" + awkward + ".xlsx", SHA256: "0123abcd", Format: "xlsx", Worksheet: "People", Comma: ";",
		Header: []string{"Email", "", awkward}, Reading: batch.SheetOptions{Domain: awkward, HeaderLine: 3, Columns: []string{"Email"}}, Rows: 8, Blank: 2,
	}
}

// fullPlan has a row of each action, and nothing left empty that can be filled.
func fullPlan() []batch.PlannedRow {
	known := &batch.Account{Email: "b@example.com", Settings: batch.Settings{batch.Username: "Bo"}, Type: "created_manually", Source: "ldap", Alias: true}
	created := person(1, batch.StepCreate, batch.StepUpdate)
	created.Steps[0].WithPassword = true
	created.Steps[1].Set = batch.Settings{batch.AllowPOP: "false"}
	updated := batch.PlannedRow{
		N: 2, Line: 5, Email: "b@example.com", Action: batch.ActionUpdate, Notes: []string{"first", awkward}, Account: known,
		Cells: []sheet.Cell{
			{Text: awkward}, {}, {Text: "12.50", Kind: sheet.Number}, {Text: "#N/A", Kind: sheet.Error}, {Text: "FALSE", Kind: sheet.Bool},
			{Text: "2026-12-31", Kind: sheet.Date, Date: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)},
			{Text: "2026-12-31T23:59:58", Kind: sheet.Date, Date: time.Date(2026, 12, 31, 23, 59, 58, 0, time.UTC)},
			{Text: "1900-02-29", Kind: sheet.Date},
		},
		Steps: []batch.Step{{
			Row: 2, Line: 5, N: 1, Kind: batch.StepUpdate, Email: "b@example.com",
			Set: batch.Settings{batch.Username: awkward}, Before: batch.Settings{batch.Username: "Bo"},
		}},
	}
	still := func(n int, action batch.Action) batch.PlannedRow {
		return batch.PlannedRow{N: n, Line: n + 1, Cells: []sheet.Cell{}, Action: action,
			Reason: batch.Reason{Code: "code", Message: awkward, Field: "field", Hint: "hint"}}
	}
	return []batch.PlannedRow{
		created, updated,
		still(3, batch.ActionUnchanged), still(4, batch.ActionBlocked), still(5, batch.ActionInvalid), still(6, batch.ActionSkipped),
		person(7, batch.StepCreate), person(8, batch.StepCreate),
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	rows := fullPlan()
	plan(t, j, fullRun("abcd"), each(rows...))

	reply := batch.Reply{
		Verdict: batch.Refused, HTTP: 400, RequestID: "req-1",
		Account: &batch.Account{Email: "person1@example.com", ID: "id-1", Settings: batch.Settings{batch.AllowPOP: "false"}},
		Reason:  batch.Reason{Code: "err_user", Message: awkward, Field: "name", Hint: "check it"},
		Sent:    noon.Add(time.Second), Received: noon.Add(2 * time.Second),
	}
	throttled := batch.Reply{Verdict: batch.Throttled, HTTP: 429, Reason: batch.Reason{Code: "throttled"}}
	before := time.Now()

	// Row 1: created at the second try, then its settings were refused.
	begin(t, j, attempt("abcd", 1, 1, 1))
	finish(t, j, attempt("abcd", 1, 1, 1), batch.StepOpen, throttled)
	begin(t, j, attempt("abcd", 1, 1, 2))
	finish(t, j, attempt("abcd", 1, 1, 2), batch.StepDone, batch.Reply{Verdict: batch.Done, HTTP: 200, Sent: noon})
	begin(t, j, attempt("abcd", 1, 2, 1))
	finish(t, j, attempt("abcd", 1, 2, 1), batch.StepRefused, reply)
	// Row 2: the answer was lost, and the call that should settle it has no outcome yet.
	begin(t, j, attempt("abcd", 2, 1, 1))
	finish(t, j, attempt("abcd", 2, 1, 1), batch.StepUnknown, reply)
	settling := attempt("abcd", 2, 1, 2)
	settling.Settling = true
	begin(t, j, settling)
	// Row 7: the answer was lost. Row 8 was not reached.
	begin(t, j, attempt("abcd", 7, 1, 1))
	finish(t, j, attempt("abcd", 7, 1, 1), batch.StepUnknown, batch.Reply{Verdict: batch.Unknown, HTTP: 502, Sent: noon})

	after := time.Now()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, path)

	wantRun := fullRun("abcd")
	wantRun.Secrets = true
	run, err := j.Run(t.Context(), "abcd")
	if err != nil {
		t.Fatal(err)
	}
	if wantRun.PlanSHA256, err = j.PlanSHA256(t.Context(), "abcd"); err != nil {
		t.Fatal(err)
	}
	if d := diff(wantRun, run); d != "" {
		t.Errorf("run (-want +got):\n%s", d)
	}

	// The clock says when an outcome came in; all that can be said here is between what.
	recorded := cmp.Comparer(func(a, b time.Time) bool {
		within := func(t time.Time) bool { return !t.Before(before.Truncate(time.Microsecond)) && !t.After(after) }
		return a.Equal(b) || within(a) && within(b)
	})
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	steps := map[int][]batch.StepResult{
		1: {
			{
				Step: with(rows[0].Steps[0], 2, false), State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done, HTTP: 200, Sent: noon},
				Attempts: 1, Started: minute(2), Finished: after,
			},
			{
				Step: with(rows[0].Steps[1], 1, false), State: batch.StepRefused, Reply: reply,
				Attempts: 1, Started: minute(1), Finished: after,
			},
		},
		2: {{
			Step: with(rows[1].Steps[0], 2, true), State: batch.StepUnknown,
			Attempts: 2, Started: minute(1), Finished: after,
		}},
		7: {{
			Step: with(rows[6].Steps[0], 1, true), State: batch.StepUnknown, Reply: batch.Reply{Verdict: batch.Unknown, HTTP: 502, Sent: noon},
			Attempts: 1, Started: minute(1), Finished: after,
		}},
		8: {{Step: rows[7].Steps[0], State: batch.StepOpen}},
	}
	var want []batch.RowResult
	counts := batch.Counts{}
	for _, p := range rows {
		r := batch.ResultOf(p, steps[p.N])
		want = append(want, r)
		counts[r.Status]++
	}
	if d := diff(want, collect(t, j.Results(t.Context(), "abcd")), recorded); d != "" {
		t.Errorf("results (-want +got):\n%s", d)
	}
	got, err := j.Counts(t.Context(), "abcd")
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(counts, got); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	open := []batch.Step{steps[2][0].Step, steps[7][0].Step, steps[8][0].Step}
	if d := diff(open, collect(t, j.Open(t.Context(), "abcd", 1, math.MaxInt))); d != "" {
		t.Errorf("open steps (-want +got):\n%s", d)
	}

	call := func(a batch.Attempt, state batch.StepState, r batch.Reply) journal.Call {
		return journal.Call{Outcome: batch.Outcome{Attempt: a, State: state, Reply: r}, Finished: after}
	}
	calls := map[int][]journal.Call{
		1: {
			call(attempt("abcd", 1, 1, 1), batch.StepOpen, throttled),
			call(attempt("abcd", 1, 1, 2), batch.StepDone, batch.Reply{Verdict: batch.Done, HTTP: 200, Sent: noon}),
			call(attempt("abcd", 1, 2, 1), batch.StepRefused, reply),
		},
		2: {
			call(attempt("abcd", 2, 1, 1), batch.StepUnknown, reply),
			{Outcome: batch.Outcome{Attempt: settling}},
		},
		8: nil,
	}
	for row, want := range calls {
		if d := diff(want, collect(t, j.Attempts(t.Context(), "abcd", row)), recorded); d != "" {
			t.Errorf("attempts of row %d (-want +got):\n%s", row, d)
		}
	}
	// A step was finished when its last outcome came in.
	last := collect(t, j.Attempts(t.Context(), "abcd", 1))[1].Finished
	if got := collect(t, j.Results(t.Context(), "abcd"))[0].Steps[0].Finished; !got.Equal(last) {
		t.Errorf("the step was finished at %v, its last attempt at %v", got, last)
	}
}

// with is a step after attempts.
func with(s batch.Step, tries int, inDoubt bool) batch.Step {
	s.Tries, s.InDoubt = tries, inDoubt
	return s
}

func TestOpen(t *testing.T) {
	both := []batch.StepKind{batch.StepCreate, batch.StepUpdate}
	type step struct {
		N       int
		InDoubt bool
	}
	tests := []struct {
		name  string
		first batch.StepState // "" for begun only
		want  []step
	}{
		{"open", batch.StepOpen, []step{{1, false}, {2, false}}},
		{"done", batch.StepDone, []step{{2, false}}},
		{"refused", batch.StepRefused, nil},
		{"unknown", batch.StepUnknown, []step{{1, true}, {2, false}}},
		{"begun", "", []step{{1, true}, {2, false}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := open(t, filepath.Join(t.TempDir(), "journal"))
			plan(t, j, batch.Run{ID: "r"}, each(person(1, both...)))
			begin(t, j, attempt("r", 1, 1, 1))
			if tt.first != "" {
				finish(t, j, attempt("r", 1, 1, 1), tt.first, batch.Reply{Verdict: batch.Done})
			}
			var got []step
			for _, s := range collect(t, j.Open(t.Context(), "r", 1, math.MaxInt)) {
				got = append(got, step{s.N, s.InDoubt})
			}
			if d := diff(tt.want, got); d != "" {
				t.Errorf("steps (-want +got):\n%s", d)
			}
		})
	}
}

// Listings are read by page, and steps that change behind the reader neither hide others nor show twice.
func TestLongListings(t *testing.T) {
	const n, every = 1007, 10
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "other"}, people(3))
	plan(t, j, batch.Run{ID: "r"}, people(n))
	row := 0
	for s, err := range j.Open(t.Context(), "r", 1, math.MaxInt) {
		if err != nil {
			t.Fatal(err)
		}
		if row++; s.Row != row {
			t.Fatalf("step of row %d after row %d", s.Row, row-1)
		}
		if row%every == 0 {
			begin(t, j, attempt("r", row, 1, 1))
			finish(t, j, attempt("r", row, 1, 1), batch.StepDone, batch.Reply{Verdict: batch.Done})
		}
	}
	if row != n {
		t.Errorf("%d open steps, want %d", row, n)
	}
	row = 0
	for r, err := range j.Results(t.Context(), "r") {
		if err != nil {
			t.Fatal(err)
		}
		row++
		want := batch.NotReached
		if row%every == 0 {
			want = batch.Created
		}
		if r.N != row || r.Status != want || r.Email != person(row).Email {
			t.Fatalf("after row %d: row %d, %s, %s", row-1, r.N, r.Email, r.Status)
		}
	}
	if row != n {
		t.Errorf("%d results, want %d", row, n)
	}
	if left := collect(t, j.Open(t.Context(), "r", 1, math.MaxInt)); len(left) != n-n/every {
		t.Errorf("%d steps are open, want %d", len(left), n-n/every)
	}
}

// Rows that somebody deleted are missing among the results, wherever a page ends, and the others are what they were.
func TestResultsWithGaps(t *testing.T) {
	const n = 1600
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	plan(t, j, batch.Run{ID: "r"}, people(n))
	var want []batch.RowResult
	for _, r := range collect(t, j.Results(t.Context(), "r")) {
		if !(r.N == 2 || 490 <= r.N && r.N <= 1510 || r.N == n) {
			want = append(want, r)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, path, fmt.Sprintf("DELETE FROM rows WHERE n = 2 OR n BETWEEN 490 AND 1510 OR n = %d", n))
	j = open(t, path)
	if d := diff(want, collect(t, j.Results(t.Context(), "r"))); d != "" {
		t.Errorf("results (-want +got):\n%s", d)
	}
}

// More listings than there are connections are given up halfway, and the journal can still be read, written and closed.
func TestAbandonedListings(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "r"}, people(600))
	for range 8 {
		for range j.Open(t.Context(), "r", 1, math.MaxInt) {
			break
		}
		for range j.Results(t.Context(), "r") {
			break
		}
		for range j.Runs(t.Context()) {
			break
		}
	}
	begin(t, j, attempt("r", 1, 1, 1))
	for range j.Attempts(t.Context(), "r", 1) {
		break
	}
	if got := len(collect(t, j.Results(t.Context(), "r"))); got != 600 {
		t.Errorf("%d results, want 600", got)
	}
}

func TestRuns(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	for id, after := range map[batch.RunID]time.Duration{"b": 500 * time.Millisecond, "a": 0, "c": time.Hour} {
		plan(t, j, batch.Run{ID: id, Created: noon.Truncate(time.Second).Add(after)}, each())
	}
	var got []batch.RunID
	for _, r := range collect(t, j.Runs(t.Context())) {
		got = append(got, r.ID)
	}
	if d := diff([]batch.RunID{"c", "b", "a"}, got); d != "" {
		t.Errorf("runs (-want +got):\n%s", d)
	}
}

// readers reads a run in every way that there is and returns the errors.
func readers(ctx context.Context, j *journal.Journal, id batch.RunID) map[string]error {
	_, run := j.Run(ctx, id)
	_, counts := j.Counts(ctx, id)
	return map[string]error{
		"Run": run, "Counts": counts,
		"Open": failure(j.Open(ctx, id, 1, math.MaxInt)), "Results": failure(j.Results(ctx, id)), "Attempts": failure(j.Attempts(ctx, id, 1)),
	}
}

func TestNoRun(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "abcdef"}, people(1))
	for _, id := range []batch.RunID{"", "abcd", "ABCDEF", "abcdefg", "%"} {
		for name, err := range readers(t.Context(), j, id) {
			if !errors.Is(err, batch.ErrNoRun) {
				t.Errorf("%s of %q: %v, want ErrNoRun", name, id, err)
			}
		}
	}
}

func TestReadCancelled(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "r"}, people(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range readers(ctx, j, "r") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
	}
}

func TestMisuse(t *testing.T) {
	done := func(a batch.Attempt) batch.Outcome {
		return batch.Outcome{Attempt: a, State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done}}
	}
	tests := []struct {
		name   string
		begun  []batch.Attempt
		ended  []batch.Outcome
		begin  []batch.Attempt
		finish []batch.Outcome
	}{
		{name: "begun twice", begun: []batch.Attempt{attempt("r", 1, 1, 1)}, begin: []batch.Attempt{attempt("r", 2, 1, 1), attempt("r", 1, 1, 1)}},
		{name: "begun twice at once", begin: []batch.Attempt{attempt("r", 1, 1, 1), attempt("r", 1, 1, 1)}},
		{name: "no such step", begin: []batch.Attempt{attempt("r", 1, 1, 1), attempt("r", 1, 2, 1)}},
		{name: "no such row", begin: []batch.Attempt{attempt("r", 9, 1, 1)}},
		{name: "no such run", begin: []batch.Attempt{attempt("x", 1, 1, 1)}},
		{name: "not begun", begun: []batch.Attempt{attempt("r", 2, 1, 1)}, finish: []batch.Outcome{done(attempt("r", 2, 1, 1)), done(attempt("r", 1, 1, 1))}},
		{
			name: "finished twice", begun: []batch.Attempt{attempt("r", 1, 1, 1)}, ended: []batch.Outcome{done(attempt("r", 1, 1, 1))},
			finish: []batch.Outcome{done(attempt("r", 1, 1, 1))},
		},
		{
			name: "no such state", begun: []batch.Attempt{attempt("r", 1, 1, 1)},
			finish: []batch.Outcome{{Attempt: attempt("r", 1, 1, 1), State: "finished", Reply: batch.Reply{Verdict: batch.Done}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := open(t, filepath.Join(t.TempDir(), "journal"))
			plan(t, j, batch.Run{ID: "r"}, people(2))
			for _, a := range tt.begun {
				begin(t, j, a)
			}
			for _, o := range tt.ended {
				finish(t, j, o.Attempt, o.State, o.Reply)
			}
			before := collect(t, j.Results(t.Context(), "r"))
			var err error
			if tt.begin != nil {
				err = j.Begin(t.Context(), tt.begin)
			} else {
				err = j.Finish(t.Context(), tt.finish)
			}
			if err == nil {
				t.Error("no error")
			}
			if d := diff(before, collect(t, j.Results(t.Context(), "r"))); d != "" {
				t.Errorf("something was written (-before +after):\n%s", d)
			}
			// The journal is none the worse for it.
			begin(t, j, attempt("r", 2, 1, 7))
		})
	}
}

func TestCancelled(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "r"}, people(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	first := attempt("r", 1, 1, 1)
	if err := j.Begin(ctx, []batch.Attempt{first}); !errors.Is(err, context.Canceled) {
		t.Errorf("begin: %v, want context.Canceled", err)
	}
	if calls := collect(t, j.Attempts(t.Context(), "r", 1)); len(calls) != 0 {
		t.Errorf("it was begun: %v", calls)
	}
	begin(t, j, first)
	outcome := batch.Outcome{Attempt: first, State: batch.StepDone, Reply: batch.Reply{Verdict: batch.Done}}
	if err := j.Finish(ctx, []batch.Outcome{outcome}); !errors.Is(err, context.Canceled) {
		t.Errorf("finish: %v, want context.Canceled", err)
	}
	if err := j.Finish(context.WithoutCancel(ctx), []batch.Outcome{outcome}); err != nil {
		t.Errorf("finish without cancel: %v", err)
	}
}

func TestClosed(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	plan(t, j, batch.Run{ID: "r"}, people(1))
	for range 2 {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Begin(t.Context(), []batch.Attempt{attempt("r", 1, 1, 1)}); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("begin: %v, want ErrClosed", err)
	}
	for name, err := range readers(t.Context(), j, "r") {
		if err == nil {
			t.Errorf("%s of a closed journal: no error", name)
		}
	}
}

// A bubble ends only when all of its goroutines have.
func TestNoGoroutineIsLeft(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign")
	if err := os.WriteFile(foreign, []byte("email,name\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		if _, err := journal.Open(t.Context(), foreign); err == nil {
			t.Error("a text file was opened")
		}
		j, err := journal.Open(t.Context(), filepath.Join(dir, "journal"))
		if err != nil {
			t.Fatal(err)
		}
		plan(t, j, batch.Run{ID: "r"}, people(10))
		for range j.Results(t.Context(), "r") {
			break
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Several open the same journal, the first time too, and each sees what any of them has written.
func TestSeveralJournals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	const n = 6
	all := make([]*journal.Journal, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			j, err := journal.Open(t.Context(), path)
			if errs[i] = err; err != nil {
				return
			}
			all[i] = j
			errs[i] = j.Plan(t.Context(), batch.Run{ID: batch.RunID(fmt.Sprint(i)), Created: noon}, people(50))
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i, j := range all {
		if got := len(collect(t, j.Runs(t.Context()))); got != n {
			t.Errorf("journal %d has %d runs, want %d", i, got, n)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Counts says the same as counting the results, for steps in all states.
func TestCounts(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	var rows []batch.PlannedRow
	states := []batch.StepState{batch.StepOpen, batch.StepDone, batch.StepRefused, batch.StepUnknown, ""}
	for range len(states) * (len(states) + 1) / 2 {
		rows = append(rows, person(len(rows)+1, batch.StepCreate, batch.StepUpdate))
	}
	rows = append(rows, person(len(rows)+1, batch.StepUpdate))
	plan(t, j, batch.Run{ID: "r"}, each(rows...))
	row := 0
	for i, first := range states {
		// Not the other way round: which step is first matters.
		for _, second := range states[i:] {
			row++
			for n, state := range []batch.StepState{first, second} {
				a := attempt("r", row, n+1, 1)
				begin(t, j, a)
				if state != "" {
					finish(t, j, a, state, batch.Reply{Verdict: batch.Done})
				}
			}
		}
	}
	want := batch.Counts{}
	for _, r := range collect(t, j.Results(t.Context(), "r")) {
		want[r.Status]++
	}
	got, err := j.Counts(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(want, got) || got.Total() != len(rows) || len(got) != 4 {
		t.Errorf("counts %v, results say %v", got, want)
	}
}
