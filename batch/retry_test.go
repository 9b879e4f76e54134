package batch

import (
	"slices"
	"testing"

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
	want := SheetEdits{Removed: 1, Edited: 3, Rows: []RowEdit{
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
	type asked struct {
		Mode   Mode
		Fields []Field
	}
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
			var got []asked
			for row, err := range tt.sheet.All(t.Context()) {
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
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("asked (-want +got):\n%s", d)
			}
		})
	}
}
