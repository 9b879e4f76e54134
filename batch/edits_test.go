package batch

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// people opens a sheet of these lines.
func people(t testing.TB, lines ...string) *Sheet {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSheet(t.Context(), path, SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// runOn is a run of a sheet, each row with what became says of its line; not reached if it says nothing.
func runOn(t testing.TB, s *Sheet, became map[int]RowResult) (Run, iter.Seq2[RowResult, error]) {
	t.Helper()
	var rows []RowResult
	for row, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		r, ok := became[row.Line]
		if !ok {
			r.Status = NotReached
		}
		r.N, r.Line, r.Cells, r.Email = len(rows)+1, row.Line, row.Cells, row.Email
		rows = append(rows, r)
	}
	run := Run{ID: "k3f9qa", Kind: OfSheet, Mode: Upsert, Header: s.Table.Header, SHA256: s.Table.SHA256, Rows: len(rows)}
	return run, func(yield func(RowResult, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestCompareSheetNamesWhatWasEdited(t *testing.T) {
	planned := []string{"email,name,password,note", "ana@example.com,Ana,Sunny-Day1,a", "bo@example.com,Bo,,b", "cy@example.com,Cy,,"}
	for _, tt := range []struct {
		name string
		was  []string // planned if nil
		is   []string
		want SheetEdits
	}{
		{name: "the same rows in another order",
			is:   []string{"email,name,password,note", "cy@example.com,Cy,,", "ana@example.com,Ana,Sunny-Day1,a", "bo@example.com,Bo,,b"},
			want: SheetEdits{Moved: true}},
		{name: "the same columns in another order",
			is: []string{"note,name,email,password", "a,Ana,ana@example.com,Sunny-Day1", "b,Bo,bo@example.com,", ",Cy,cy@example.com,"}},
		{name: "only a password", is: []string{"email,name,password,note", "ana@example.com,Ana,Sunny-Day2,a", "bo@example.com,Bo,Sunny-Day3,b", "cy@example.com,Cy,,"}},
		{name: "the address in capitals", is: []string{"email,name,password,note", "ANA@example.com,Ana,Sunny-Day1,a", "bo@example.com,Bo,,b", "cy@example.com,Cy,,"},
			want: SheetEdits{Edited: 1, Rows: []RowEdit{{2, 2, "ana@example.com", []CellEdit{{"email", "ana@example.com", "ANA@example.com"}}}}}},
		{name: "added, removed and edited", is: []string{"email,name,password,note", "dot@example.com,Dot,,", "cy@example.com,Cyrus,,c", "ana@example.com,Ana,,a"},
			want: SheetEdits{Added: 1, Removed: 1, Edited: 1, Moved: true, Rows: []RowEdit{
				{2, 0, "dot@example.com", nil},
				{3, 4, "cy@example.com", []CellEdit{{"name", "Cy", "Cyrus"}, {"note", "", "c"}}},
				{0, 3, "bo@example.com", nil},
			}}},
		{name: "an address that was corrected", is: []string{"email,name,password,note", "ana@example.com,Ana,,a", "bob@example.com,Bo,,b", "cy@example.com,Cy,,"},
			want: SheetEdits{Edited: 1, Rows: []RowEdit{{3, 3, "bob@example.com", []CellEdit{{"email", "bo@example.com", "bob@example.com"}}}}}},
		{name: "somebody else on the line", is: []string{"email,name,password,note", "ana@example.com,Ana,,a", "dot@example.com,Dot,,b", "cy@example.com,Cy,,"},
			want: SheetEdits{Added: 1, Removed: 1, Rows: []RowEdit{{3, 0, "dot@example.com", nil}, {0, 3, "bo@example.com", nil}}}},
		{name: "other columns", is: []string{"email,name,team,result_status", "ana@example.com,Ana,x,created", "bo@example.com,Bo,y,created", "cy@example.com,Cy,z,created"},
			want: SheetEdits{NewColumns: []string{"team"}, LostColumns: []string{"password", "note"}}},
		{name: "addresses that are there twice, or none",
			was: []string{"email,name", "ana@example.com,Ana", "ana@example.com,Ana R", "none,Bo"},
			is:  []string{"email,name", "ana@example.com,Ana", "ana@example.com,Ana Ruiz", "none,Bob"},
			want: SheetEdits{Edited: 2, Rows: []RowEdit{
				{3, 3, "ana@example.com", []CellEdit{{"name", "Ana R", "Ana Ruiz"}}}, {4, 4, "none", []CellEdit{{"name", "Bo", "Bob"}}},
			}}},
		{name: "an address that could not be read and is gone", was: []string{"email,name", "ana@example.com,Ana", "bo at example.com,Bo", ",Cy"},
			is:   []string{"email,name", "ana@example.com,Ana"},
			want: SheetEdits{Removed: 2, Rows: []RowEdit{{0, 3, "bo at example.com", nil}, {0, 4, "", nil}}}},
		{name: "somebody else, where only the address is shared",
			was: []string{"email,name", "bo@example.com,Bo"}, is: []string{"email,full name", "dot@example.com,Bo"},
			want: SheetEdits{Added: 1, Removed: 1, Rows: []RowEdit{{2, 0, "dot@example.com", nil}, {0, 2, "bo@example.com", nil}},
				NewColumns: []string{"full name"}, LostColumns: []string{"name"}}},
		{name: "somebody else with the same blank cells, settings and password",
			was: []string{"email,name,allow pop,password", "bo@example.com,,yes,Sunny-Day1"}, is: []string{"email,name,allow pop,password", "dot@example.com,,yes,Sunny-Day1"},
			want: SheetEdits{Added: 1, Removed: 1, Rows: []RowEdit{{2, 0, "dot@example.com", nil}, {0, 2, "bo@example.com", nil}}}},
		{name: "somebody else of the same team",
			was: []string{"email,team", "ana@example.com,Sales", "bo@example.com,Sales"}, is: []string{"email,team", "ana@example.com,Sales", "dot@example.com,Sales"},
			want: SheetEdits{Added: 1, Removed: 1, Rows: []RowEdit{{3, 0, "dot@example.com", nil}, {0, 3, "bo@example.com", nil}}}},
		{name: "two that may both be who is gone",
			was: []string{"email,team", "ana@example.com,Sales", "bo@example.com,Support"},
			is:  []string{"email,team", "ana@example.com,Sales", "dot@example.com,Support", "ed@example.com,Support"},
			want: SheetEdits{Added: 2, Removed: 1, Rows: []RowEdit{
				{3, 0, "dot@example.com", nil}, {4, 0, "ed@example.com", nil}, {0, 3, "bo@example.com", nil},
			}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was := tt.was
			if was == nil {
				was = planned
			}
			run, rows := runOn(t, people(t, was...), nil)
			got, err := CompareSheet(t.Context(), run, rows, people(t, tt.is...), 12)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("edits (-want +got):\n%s", d)
			}
		})
	}
}

func TestCompareSheetOfSomeRows(t *testing.T) {
	run, rows := runOn(t, people(t, "email,name", "ana@example.com,Ana", "bo@example.com,Bo", "cy@example.com,Cy"), nil)
	later := people(t, "email,name", "bo@example.com,B", "dot@example.com,Dot", "ed@example.com,Ed")
	got, err := CompareSheet(t.Context(), run, rows, later, 1)
	want := SheetEdits{Added: 2, Removed: 2, Edited: 1, Rows: []RowEdit{{2, 3, "bo@example.com", []CellEdit{{"name", "Bo", "B"}}}}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("the first row: %v, (-want +got):\n%s", err, d)
	}
	// A retry has some of the sheet's rows: the others were not added.
	run.Kind = OfRetry
	if got, err = CompareSheet(t.Context(), run, rows, later, 1); err != nil || got.Added != 0 || got.Removed != 2 {
		t.Errorf("of a retry: %+v, %v", got, err)
	}
}

func TestCompareSheetEndsWithTheJournal(t *testing.T) {
	broken := errors.New("broken")
	s := people(t, "email", "ana@example.com")
	_, err := CompareSheet(context.Background(), Run{Header: []string{"email"}}, func(yield func(RowResult, error) bool) { yield(RowResult{}, broken) }, s, 1)
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
