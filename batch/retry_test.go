package batch

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// taken are the lines of the sheet that a retry plans again.
func taken(t *testing.T, r *Retry, s *Sheet) []int {
	t.Helper()
	var lines []int
	for row, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Take(row) {
			lines = append(lines, row.Line)
		}
	}
	if len(lines) != r.Rows {
		t.Errorf("%d lines taken, and Rows is %d", len(lines), r.Rows)
	}
	return lines
}

// asked is what a retry plans for a row.
type asked struct {
	Mode   Mode
	Fields []Field
}

// allAsked is what it plans for each, in the order of the sheet.
func allAsked(t *testing.T, r *Retry, s *Sheet) []asked {
	t.Helper()
	var got []asked
	for row, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if !r.Take(row) {
			continue
		}
		settings := len(row.Settings)
		a := r.Amend(row)
		if len(row.Settings) != settings {
			t.Error("the row itself was changed")
		}
		fields := a.Settings.Fields()
		if !a.Password.IsZero() {
			fields = append(fields, Password)
		}
		got = append(got, asked{a.Mode, fields})
	}
	return got
}

func TestRetryTakesWhatMayPass(t *testing.T) {
	refused := func(code string) RowResult {
		return RowResult{Status: WasRefused, Reason: Reason{Code: code}}
	}
	s := people(t, "email,name", "a@example.com,A", "b@example.com,B", "c@example.com,C", "d@example.com,D", "e@example.com,E", "f@example.com,F",
		"g@example.com,G", "h@example.com,H", "i@example.com,I", "j@example.com,J", "k@example.com,K")
	run, rows := runOn(t, s, map[int]RowResult{
		2: {Status: Created}, 3: {Status: Updated}, 4: {Status: Unchanged}, 5: {Status: Skipped},
		6: refused("passing"), 7: refused("for good"), 8: refused(CodeChanged), 9: {Status: InDoubt}, 10: {Status: Blocked}, 11: {Status: Invalid},
	})
	for _, tt := range []struct {
		all          bool
		lines        []int
		counts, left Counts
	}{
		{false, []int{6, 8, 9, 12}, Counts{WasRefused: 2, InDoubt: 1, NotReached: 1}, Counts{WasRefused: 1, Blocked: 1, Invalid: 1}},
		{true, []int{6, 7, 8, 9, 10, 11, 12}, Counts{WasRefused: 3, InDoubt: 1, NotReached: 1, Blocked: 1, Invalid: 1}, Counts{}},
	} {
		o := RetryOptions{Passing: func(code string) bool { return code == "passing" }, AllFailed: tt.all, MostEdits: 5}
		r, err := NewRetry(t.Context(), run, rows, s, o)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.lines, taken(t, r, s)); d != "" {
			t.Errorf("all failed %v: lines (-want +got):\n%s", tt.all, d)
		}
		if d := cmp.Diff([]any{tt.counts, tt.left, SheetEdits{}, true}, []any{r.Counts, r.Left, r.Edits, r.Same}); d != "" {
			t.Errorf("all failed %v (-want +got):\n%s", tt.all, d)
		}
	}
}

func TestRetryFindsRowsInACorrectedSheet(t *testing.T) {
	s := people(t, "email,name", "done@example.com,Done", "ana@example.com,Ana", "bo@exmaple.com,Bo", "cy@example.com,Cy", "dot@example.com,Dot")
	run, rows := runOn(t, s, map[int]RowResult{2: {Status: Created}})
	later := people(t, "email,name", "new@example.com,New", "done@example.com,Doner", "bo@example.com,Bo", "Dot@Example.com,Dot", "ana@example.com,Ana Ruiz")
	r, err := NewRetry(t.Context(), run, rows, later, RetryOptions{Passing: func(string) bool { return false }, MostEdits: 5})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{4, 5, 6}, taken(t, r, later)); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{2}, r.New); d != "" {
		t.Errorf("new lines (-want +got):\n%s", d)
	}
	want := SheetEdits{Removed: 1, Edited: 3, Moved: true, Rows: []RowEdit{
		{4, 4, "bo@example.com", []CellEdit{{"email", "bo@exmaple.com", "bo@example.com"}}},
		{5, 6, "dot@example.com", []CellEdit{{"email", "dot@example.com", "Dot@Example.com"}}},
		{6, 3, "ana@example.com", []CellEdit{{"name", "Ana", "Ana Ruiz"}}},
		{0, 5, "cy@example.com", nil},
	}}
	if d := cmp.Diff(want, r.Edits); d != "" {
		t.Errorf("edits (-want +got):\n%s", d)
	}
	if r.Same {
		t.Error("the sheet is said to be the same")
	}
}

// What the run is known to have done is not asked once more, and nobody is blocked for an account that the run made.
func TestRetryPlansWhatIsLeft(t *testing.T) {
	lines := []string{"email,name,password,allow pop", "half@example.com,Half,Sunny-Day1,yes", "doubt@example.com,Doubt,Sunny-Day2,", "open@example.com,Open,Sunny-Day3,"}
	s := people(t, lines...)
	create := Step{N: 1, Kind: StepCreate, Set: Settings{Username: "Half"}, WithPassword: true}
	update := Step{N: 2, Kind: StepUpdate, Set: Settings{AllowPOP: "true"}}
	run, rows := runOn(t, s, map[int]RowResult{
		2: ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepDone}, {Step: update, State: StepOpen}}),
		3: ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepUnknown}}),
		4: ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepOpen}}),
	})
	for _, tt := range []struct {
		name  string
		mode  Mode
		sheet *Sheet
		want  []asked
	}{
		{"the same sheet", Create, s, []asked{{Update, []Field{AllowPOP}}, {Upsert, []Field{Username, Password}}, {"", []Field{Username, Password}}}},
		{"the same sheet, to upsert", Upsert, s, []asked{{Update, []Field{AllowPOP}}, {"", []Field{Username, Password}}, {"", []Field{Username, Password}}}},
		{"another sheet", Create, people(t, append(slices.Clone(lines), "more@example.com,More,,")...),
			[]asked{{Update, []Field{Username, AllowPOP, Password}}, {Upsert, []Field{Username, Password}}, {"", []Field{Username, Password}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run.Mode = tt.mode
			r, err := NewRetry(t.Context(), run, rows, tt.sheet, RetryOptions{Passing: func(string) bool { return false }})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, allAsked(t, r, tt.sheet)); d != "" {
				t.Errorf("asked (-want +got):\n%s", d)
			}
		})
	}
}

// What the run did for a wrong address it did not do for the one that is right, and its account is not forgotten.
func TestRetryOfACorrectedAddressBeginsAnew(t *testing.T) {
	s := people(t, "email,name,password,allow pop", "typo@example.com,Typo,Sunny-Day1,yes", "doubt@example.com,Doubt,Sunny-Day2,",
		"gone@example.com,Gone,Sunny-Day3,yes", "open@example.com,Open,Sunny-Day4,")
	create, update := Step{N: 1, Kind: StepCreate, WithPassword: true}, Step{N: 2, Kind: StepUpdate, Set: Settings{AllowPOP: "true"}}
	half := ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepDone}, {Step: update, State: StepOpen}})
	run, rows := runOn(t, s, map[int]RowResult{
		2: half, 3: ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepUnknown}}), 4: half,
	})
	run.Mode = Create
	later := people(t, "email,name,password,allow pop", "right@example.com,Typo,Sunny-Day1,yes", "bo@example.com,Doubt,Sunny-Day2,",
		"opened@example.com,Open,Sunny-Day4,", "opened@example.net,Open,Sunny-Day4,")
	r, err := NewRetry(t.Context(), run, rows, later, RetryOptions{Passing: func(string) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	want := []asked{{"", []Field{Username, AllowPOP, Password}}, {"", []Field{Username, Password}}}
	if d := cmp.Diff(want, allAsked(t, r, later)); d != "" {
		t.Errorf("asked (-want +got):\n%s", d)
	}
	strays := []Stray{{2, "typo@example.com", "k3f9qa", true}, {3, "doubt@example.com", "k3f9qa", false}, {4, "gone@example.com", "k3f9qa", true}}
	if d := cmp.Diff(strays, r.Strays); d != "" {
		t.Errorf("strays (-want +got):\n%s", d)
	}
}

// What a run did stays done, however many retries come after it.
func TestRetryOfARetryKnowsWhatTheFirstRunDid(t *testing.T) {
	lines := []string{"email,name,password,allow pop", "done@example.com,Done,Sunny-Day1,", "late@example.com,Late,Sunny-Day2,yes",
		"typo@example.com,Typo,Sunny-Day3,yes", "doubt@example.com,Doubt,Sunny-Day4,", "nobody,Nobody,,"}
	s := people(t, lines...)
	create := Step{N: 1, Kind: StepCreate, Set: Settings{Username: "x"}, WithPassword: true}
	update := Step{N: 2, Kind: StepUpdate, Set: Settings{AllowPOP: "true"}}
	refused := StepResult{Step: update, State: StepRefused, Reply: Reply{Reason: Reason{Code: CodeChanged}}}
	half := ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepDone}, refused})
	first, firstRows := runOn(t, s, map[int]RowResult{
		2: {Status: Created}, 3: half, 4: half, 5: ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepUnknown}}), 6: {Status: Invalid},
	})
	first.Mode = Create
	// The second and the third run had the rows that were left, and did nothing for them.
	again := ResultOf(PlannedRow{Action: ActionUpdate}, []StepResult{{Step: update, State: StepOpen}})
	later, laterRows := first, func(yield func(RowResult, error) bool) {
		for row, err := range firstRows {
			if row.Line > 2 && row.Line < 6 {
				row.Status, row.Steps, row.Changed = again.Status, again.Steps, nil
				if !yield(row, err) {
					return
				}
			}
		}
	}
	later.ID, later.Kind, later.Of = "second", OfRetry, "k3f9qa"
	third := later
	third.ID, third.Of = "third", "second"
	otherSheet := people(t, append(slices.Clone(lines), "new@example.com,New,,")...)
	stale := first
	stale.SHA256 = otherSheet.Table.SHA256
	all := []Field{Username, Password}
	for _, tt := range []struct {
		name   string
		sheet  *Sheet
		before []PastRun
		want   []asked
		new    []int
	}{
		{"the same sheet", s, []PastRun{{later, laterRows}, {first, firstRows}},
			[]asked{{Update, []Field{AllowPOP}}, {Update, []Field{AllowPOP}}, {Upsert, all}}, nil},
		{"another sheet", otherSheet, []PastRun{{later, laterRows}, {first, firstRows}},
			[]asked{{Update, []Field{Username, AllowPOP, Password}}, {Update, []Field{Username, AllowPOP, Password}}, {Upsert, all}}, []int{7}},
		{"another sheet of the first run", s, []PastRun{{later, laterRows}, {stale, firstRows}},
			[]asked{{Update, []Field{Username, AllowPOP, Password}}, {Update, []Field{Username, AllowPOP, Password}}, {Upsert, all}}, nil},
		{"the first run deleted", s, []PastRun{{later, laterRows}},
			[]asked{{"", []Field{Username, AllowPOP, Password}}, {"", []Field{Username, AllowPOP, Password}}, {"", all}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := NewRetry(t.Context(), third, laterRows, tt.sheet, RetryOptions{Passing: func(string) bool { return false }, Before: tt.before})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, allAsked(t, r, tt.sheet)); d != "" {
				t.Errorf("asked (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.new, r.New); d != "" {
				t.Errorf("new lines (-want +got):\n%s", d)
			}
		})
	}
	// The account of an address that is corrected only now is the first run's.
	right := people(t, append(slices.Clone(lines[:3]), "right@example.com,Typo,Sunny-Day3,yes", lines[4], lines[5])...)
	r, err := NewRetry(t.Context(), third, laterRows, right, RetryOptions{Passing: func(string) bool { return false }, Before: []PastRun{{later, laterRows}, {first, firstRows}}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Stray{{4, "typo@example.com", "k3f9qa", true}}, r.Strays); d != "" {
		t.Errorf("strays (-want +got):\n%s", d)
	}
}

// What another retry of the same run did is done; a password it set counts if no run since had another sheet.
func TestRetryKnowsWhatOtherRetriesDid(t *testing.T) {
	header := "email,name,password,allow pop"
	s := people(t, header, "late@example.com,Late,Sunny-Day1,yes", "typo@example.com,Typo,Sunny-Day2,yes")
	mended := people(t, header, "late@example.com,Late,Sunny-Day1,yes", "right@example.com,Typo,Sunny-Day2,yes", "new@example.com,New,,")
	create := Step{N: 1, Kind: StepCreate, Set: Settings{Username: "x"}, WithPassword: true}
	update := Step{N: 2, Kind: StepUpdate, Set: Settings{AllowPOP: "true"}}
	half := ResultOf(PlannedRow{Action: ActionCreate}, []StepResult{{Step: create, State: StepDone}, {Step: update, State: StepOpen}})
	retryOn := func(s *Sheet, id RunID, hour int) PastRun {
		run, rows := runOn(t, s, map[int]RowResult{2: half, 3: half, 4: {Status: Created}})
		run.ID, run.Kind, run.Of, run.Created = id, OfRetry, "k3f9qa", time.Unix(0, 0).Add(time.Duration(hour)*time.Hour)
		return PastRun{run, rows}
	}
	run, rows := runOn(t, s, nil)
	run.Created = time.Unix(0, 0)
	all := []Field{Username, AllowPOP, Password}
	for _, tt := range []struct {
		name   string
		sheet  *Sheet
		before []PastRun
		want   []asked
		new    []int
	}{
		{"of the same sheet", s, []PastRun{retryOn(s, "one", 1)}, []asked{{Update, []Field{AllowPOP}}, {Update, []Field{AllowPOP}}}, nil},
		{"of the corrected sheet", mended, []PastRun{retryOn(mended, "one", 1)}, []asked{{Update, []Field{AllowPOP}}, {Update, []Field{AllowPOP}}}, nil},
		{"of the corrected sheet, the run's own now", s, []PastRun{retryOn(mended, "one", 1)}, []asked{{Update, all}, {"", all}}, nil},
		{"of another sheet after this one", s, []PastRun{retryOn(mended, "two", 2), retryOn(s, "one", 1)}, []asked{{Update, all}, {Update, all}}, nil},
		{"of another sheet before this one", s, []PastRun{retryOn(s, "two", 2), retryOn(mended, "one", 1)}, []asked{{Update, []Field{AllowPOP}}, {Update, []Field{AllowPOP}}}, nil},
		{"of the wrong address only", mended, []PastRun{retryOn(s, "one", 1)}, []asked{{Update, all}, {"", all}}, []int{4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := NewRetry(t.Context(), run, rows, tt.sheet, RetryOptions{Passing: func(string) bool { return false }, Before: tt.before})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, allAsked(t, r, tt.sheet)); d != "" {
				t.Errorf("asked (-want +got):\n%s", d)
			}
			if d := cmp.Diff([]any{tt.new, run.ID}, []any{r.New, r.First.ID}); d != "" {
				t.Errorf("new lines, and the first run (-want +got):\n%s", d)
			}
		})
	}
}

// Who stands on the line of somebody who is gone is not taken for them because of a team that others are in as well, even if these
// were done by an older run.
func TestRetryOfARetryTakesNoStranger(t *testing.T) {
	first, firstRows := runOn(t, people(t, "email,team", "ana@example.com,Sales", "bo@example.com,Sales"), map[int]RowResult{2: {Status: Created}})
	second, secondRows := first, func(yield func(RowResult, error) bool) {
		for row, err := range firstRows {
			if row.Line == 3 {
				yield(row, err)
			}
		}
	}
	second.ID, second.Kind, second.Of = "second", OfRetry, first.ID
	later := people(t, "email,team", "ana@example.com,Sales", "dot@example.com,Sales")
	r, err := NewRetry(t.Context(), second, secondRows, later, RetryOptions{Passing: func(string) bool { return false }, Before: []PastRun{{first, firstRows}}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]any{[]int(nil), []int{3}}, []any{taken(t, r, later), r.New}); d != "" {
		t.Errorf("lines taken, and new ones (-want +got):\n%s", d)
	}
}

func TestRetryEndsWithTheJournal(t *testing.T) {
	broken := errors.New("broken")
	s := people(t, "email", "ana@example.com")
	run, rows := runOn(t, s, nil)
	past := PastRun{run, func(yield func(RowResult, error) bool) { yield(RowResult{}, broken) }}
	if _, err := NewRetry(t.Context(), run, rows, s, RetryOptions{Passing: func(string) bool { return false }, Before: []PastRun{past}}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
