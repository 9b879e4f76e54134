package report_test

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
	"mimebatch/batch/report"
	"mimebatch/batch/sheet"
)

// marked is a small sheet with one of each kind of problem: a title, a blank line, a header on line 3, people, a gap.
func marked() (report.AnnotateOptions, []report.AnnotatedRow) {
	o := report.AnnotateOptions{
		Worksheet: "Starters", Header: []string{"Email", "Name", "Password", "Hired", "Number", "Remote"}, HeaderLine: 3,
		Secret: []int{2}, Notes: []string{"2 hidden rows are read like the others"},
	}
	hired := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	return o, []report.AnnotatedRow{
		{Line: 1, Cells: words("Starters of December 2026")},
		{Line: 4, Cells: []sheet.Cell{{Text: "ana.ruiz@example.com"}, {Text: "Ana Ruiz"}, {}, {Text: "2026-12-01", Kind: sheet.Date, Date: hired}, {Text: "1002", Kind: sheet.Number, Date: time.Date(1902, 9, 28, 0, 0, 0, 0, time.UTC)}, {Text: "TRUE", Kind: sheet.Bool}}},
		{Line: 5, Cells: words("bo.lind(at)example.com", "=1+1", "", "01/02/2026", "007", "perhaps"), Problems: []batch.Problem{
			{Line: 5, Column: 0, Field: batch.Email, Code: batch.EmailSyntax, Value: "bo.lind(at)example.com", Message: "not an e-mail address", Detail: "there is no @", Hint: "write it as name@domain"},
			{Line: 5, Column: 2, Field: batch.Password, Code: batch.PasswordBlanks, Message: "the password ends in a blank", Hint: "remove the blank if it isn't meant", Warning: true},
			{Line: 5, Column: 3, Code: batch.DateAmbiguous, Value: "01/02/2026", Message: "day or month first?", Hint: "write 2026-02-01", Warning: true},
			{Line: 5, Column: 3, Code: batch.DateRange, Value: "01/02/2026", Message: "out of range", Hint: "write a later one"},
		}},
		{Line: 8, Cells: words("cy.moe@example.com", "Moe", "Cy"), Problems: []batch.Problem{
			{Line: 8, Column: -1, Code: batch.RowBroken, Message: "3 cells, the header has 6", Hint: "fill in the cells that are missing"},
			{Line: 8, Column: 1, Code: batch.ControlCharacter, Value: "Email", Message: "odd name", Hint: "look at it", Warning: true},
		}},
	}
}

func annotated(rows []report.AnnotatedRow) iter.Seq2[report.AnnotatedRow, error] {
	return func(yield func(report.AnnotatedRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func annotate(t *testing.T, o report.AnnotateOptions, rows []report.AnnotatedRow) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.annotated.xlsx")
	if err := report.Annotate(path, o, annotated(rows)); err != nil {
		t.Fatal(err)
	}
	return path
}

// openBook opens a workbook in a library that had no hand in it.
func openBook(t *testing.T, path string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	return book
}

// fills returns the colours of the cells of a line that have one, by their column.
func fills(t *testing.T, book *excelize.File, worksheet string, line, columns int) map[string]string {
	t.Helper()
	colours := map[string]string{}
	for i := range columns {
		id, err := book.GetCellStyle(worksheet, sheet.CellName(i, line))
		if err != nil {
			t.Fatal(err)
		}
		// What GetStyle tells of colours depends on a theme, which these workbooks don't have.
		if _, err := book.GetStyle(id); err != nil {
			t.Fatal(err)
		}
		if fill := book.Styles.Fills.Fill[*book.Styles.CellXfs.Xf[id].FillID].PatternFill; fill.FgColor != nil {
			colours[sheet.ColumnName(i)] = fill.FgColor.RGB
		}
	}
	return colours
}

const (
	red    = "FFFFC7CE"
	yellow = "FFFFEB9C"
)

// What is annotated can be handed in again: the same header on the same line, the same rows, and the problems are no people.
func TestAnnotateReadsBack(t *testing.T) {
	o, rows := marked()
	path := annotate(t, o, rows)
	s, err := batch.OpenSheet(t.Context(), path, batch.SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Table.Sheet != "Starters" || s.Table.HeaderLine != 3 {
		t.Errorf("worksheet %q, header on line %d", s.Table.Sheet, s.Table.HeaderLine)
	}
	if diff := cmp.Diff(append(slices.Clone(o.Header), "result_problems"), s.Table.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	for field, column := range s.Binding.Columns {
		if column == len(o.Header) {
			t.Errorf("the column of problems is taken for %s", field)
		}
	}
	want := map[int][]sheet.Cell{}
	for _, r := range rows {
		if r.Line > o.HeaderLine {
			want[r.Line] = append(r.Cells, make([]sheet.Cell, len(o.Header)-len(r.Cells))...)
		}
	}
	got := map[int][]sheet.Cell{}
	for r, err := range s.Table.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if !r.Blank() {
			got[r.Line] = slices.Clone(r.Cells[:len(o.Header)])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if runtime.GOOS == "windows" {
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode())
	}
}

// A faulty cell is coloured and says what is wrong and what to do.
func TestAnnotateMarksCells(t *testing.T) {
	o, rows := marked()
	book := openBook(t, annotate(t, o, rows))
	want := map[string]string{
		"C3": "Passwords are left out here.\nThe sheet that this one was made of still has them.",
		"G3": "What to mend in the row.\nFilter this column to see only the rows that have problems.",
		"A5": "error: not an e-mail address: there is no @\nwrite it as name@domain",
		"C5": "warning: the password ends in a blank\nremove the blank if it isn't meant",
		"D5": "warning: day or month first?\nwrite 2026-02-01\n\nerror: out of range\nwrite a later one",
		"A8": "error: 3 cells, the header has 6\nfill in the cells that are missing",
		"B8": "warning: odd name\nlook at it",
	}
	if diff := cmp.Diff(want, comments(t, book, "Starters")); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	for line, want := range map[int]map[string]string{
		1: {},
		4: {},
		5: {"A": red, "C": yellow, "D": red},
		8: {"A": red, "B": red, "C": red, "D": red, "E": red, "F": red},
	} {
		if diff := cmp.Diff(want, fills(t, book, "Starters", line, 7)); diff != "" {
			t.Errorf("colours of line %d (-want +got):\n%s", line, diff)
		}
	}
	words, err := book.GetCellValue("Starters", "G8")
	if err != nil {
		t.Fatal(err)
	}
	if want := "row 8: 3 cells, the header has 6 - fill in the cells that are missing; B8: odd name - look at it"; words != want {
		t.Errorf("the problems of row 8 in words are %q, want %q", words, want)
	}
}

// Texts stay texts, also those that look like formulas and numbers, and so does what is typed where passwords are left out.
func TestAnnotateKeepsKinds(t *testing.T) {
	o, rows := marked()
	book := openBook(t, annotate(t, o, rows))
	for cell, want := range map[string]excelize.CellType{
		"A4": excelize.CellTypeInlineString, "D4": excelize.CellTypeUnset, "E4": excelize.CellTypeUnset, "F4": excelize.CellTypeBool,
		"B5": excelize.CellTypeInlineString, "E5": excelize.CellTypeInlineString,
	} {
		got, err := book.GetCellType("Starters", cell)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("type of %s is %v, want %v", cell, got, want)
		}
	}
	for _, cell := range []string{"B5", "E5", "C5", "C100"} {
		id, err := book.GetCellStyle("Starters", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if style.NumFmt != 49 {
			t.Errorf("the format of %s is %d, want that of texts", cell, style.NumFmt)
		}
	}
	if formula, err := book.GetCellFormula("Starters", "B5"); err != nil || formula != "" {
		t.Errorf("B5 is the formula %q, %v", formula, err)
	}
}

// A second worksheet lists the problems with links to their cells. It never looks like a table of people.
func TestAnnotateListsProblems(t *testing.T) {
	o, rows := marked()
	book := openBook(t, annotate(t, o, rows))
	got, err := book.GetRows("Problems")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{`What to mend in the worksheet "Starters"`},
		{"Errors: 3. Warnings: 3. Rows with problems: 2 of 3."},
		{"Rows with errors can't be used; warnings are worth a look. A click on a cell's name leads to the cell."},
		{"Passwords are left out. The sheet that this workbook was made of still has them."},
		{"2 hidden rows are read like the others"},
		nil,
		{"Cell", "In column", "Kind", "What is wrong", "What it says", "What to do"},
		{"A5", `column A "Email"`, "error", "not an e-mail address: there is no @", `it says "bo.lind(at)example.com"`, "write it as name@domain"},
		{"C5", `column C "Password"`, "warning", "the password ends in a blank", "", "remove the blank if it isn't meant"},
		{"D5", `column D "Hired"`, "warning", "day or month first?", `it says "01/02/2026"`, "write 2026-02-01"},
		{"D5", `column D "Hired"`, "error", "out of range", `it says "01/02/2026"`, "write a later one"},
		{"row 8", "the whole row", "error", "3 cells, the header has 6", "", "fill in the cells that are missing"},
		{"B8", `column B "Name"`, "warning", "odd name", `it says "Email"`, "look at it"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("worksheet (-want +got):\n%s", diff)
	}
	for _, cells := range got {
		if score := batch.HeaderScore(cells); score != 0 {
			t.Errorf("%q scores %d as a header", cells, score)
		}
	}
	for cell, want := range map[string]string{"A8": "'Starters'!A5", "A11": "'Starters'!D5", "A12": "'Starters'!A8"} {
		if ok, target, err := book.GetCellHyperLink("Problems", cell); !ok || target != want || err != nil {
			t.Errorf("%s leads to %q, %v, want %q", cell, target, err, want)
		}
	}
}

// An annotated sheet that is annotated again has the new words in the place of the old ones.
func TestAnnotateAgain(t *testing.T) {
	o := report.AnnotateOptions{Header: []string{"Email", "result_problems", "Name"}, HeaderLine: 1}
	path := annotate(t, o, []report.AnnotatedRow{
		{Line: 2, Cells: words("ana.ruiz@example.com", "old", "Ana")},
		{Line: 3, Cells: words("bo", "old", "Bo"), Problems: []batch.Problem{{Line: 3, Message: "new", Hint: "do"}}},
	})
	header, rows := read(t, path)
	if diff := cmp.Diff(o.Header, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"ana.ruiz@example.com", "", "Ana"}, {"bo", "A3: new - do", "Bo"}}, [][]string{texts(rows[0]), texts(rows[1])}); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// Rows with more cells than the header have them all, and the problems stand behind the longest row.
func TestAnnotateLongRows(t *testing.T) {
	path := annotate(t, report.AnnotateOptions{Header: []string{"Email", "Name"}, HeaderLine: 1}, []report.AnnotatedRow{
		{Line: 2, Cells: words("ana.ruiz@example.com", "Ruiz", " Ana", "x"), Problems: []batch.Problem{{Line: 2, Column: -1, Message: "too long", Hint: "quote it"}}},
	})
	header, rows := read(t, path)
	if diff := cmp.Diff([]string{"Email", "Name", "", "", "result_problems"}, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ana.ruiz@example.com", "Ruiz", " Ana", "x", "row 2: too long - quote it"}, texts(rows[0])); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

// A sheet without a header has its rows on their lines all the same.
func TestAnnotateWithoutHeader(t *testing.T) {
	path := annotate(t, report.AnnotateOptions{Header: []string{"email", "name"}}, []report.AnnotatedRow{
		{Line: 1, Cells: words("ana.ruiz@example.com", "Ana")},
		{Line: 2, Cells: words("bo", "Bo"), Problems: []batch.Problem{{Line: 2, Message: "wrong", Hint: "mend it"}}},
	})
	got, err := openBook(t, path).GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"ana.ruiz@example.com", "Ana"}, {"bo", "Bo", "A2: wrong - mend it"}}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// A text that a workbook can't hold is cut, and that is said.
func TestAnnotateLongText(t *testing.T) {
	long := strings.Repeat("é", 32_767)
	path := annotate(t, report.AnnotateOptions{Header: []string{"Email", "Name", "Title"}, HeaderLine: 1}, []report.AnnotatedRow{
		{Line: 2, Cells: words("ana.ruiz@example.com", long, strings.Repeat("𝄞", 16_384))},
	})
	_, rows := read(t, path)
	if rows[0][1].Text != long {
		t.Error("a text that fits was changed")
	}
	if got, want := rows[0][2].Text, strings.Repeat("𝄞", 16_383)+"…"; got != want {
		t.Errorf("a text of %d bytes became one of %d, want %d", 4*16_384, len(got), len(want))
	}
	book := openBook(t, path)
	if said := comments(t, book, "Sheet1"); !strings.Contains(said["C2"], "cut") || said["B2"] != "" {
		t.Errorf("comments are %q", said)
	}
	if note, err := book.GetCellValue("Problems", "A4"); err != nil || !strings.HasSuffix(note, "text: 1.") {
		t.Errorf("note is %q, %v", note, err)
	}
}

// Comments end somewhere; colours and words don't.
func TestAnnotateManyProblems(t *testing.T) {
	const most, faulty = 2000, 2100
	var rows []report.AnnotatedRow
	for i := range faulty {
		rows = append(rows, report.AnnotatedRow{
			Line: i + 2, Cells: words("nobody"), Problems: []batch.Problem{{Line: i + 2, Message: "wrong", Hint: "mend it"}},
		})
	}
	book := openBook(t, annotate(t, report.AnnotateOptions{Header: []string{"Email"}, HeaderLine: 1}, rows))
	said := comments(t, book, "Sheet1")
	if len(said) != most+1 || said["A2001"] == "" || said["A2002"] != "" { // one is the header's
		t.Errorf("%d comments", len(said))
	}
	if diff := cmp.Diff(map[string]string{"A": red}, fills(t, book, "Sheet1", faulty+1, 2)); diff != "" {
		t.Errorf("colours of the last line (-want +got):\n%s", diff)
	}
	if words, err := book.GetCellValue("Sheet1", fmt.Sprintf("B%d", faulty+1)); err != nil || !strings.Contains(words, "wrong") {
		t.Errorf("words of the last line are %q, %v", words, err)
	}
	list, err := book.GetRows("Problems")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(list[3][0], "Only the first 2000 of 2100") || list[len(list)-1][0] != fmt.Sprintf("A%d", faulty+1) {
		t.Errorf("the list says %q, and ends in %q", list[3], list[len(list)-1])
	}
}

func TestAnnotateWithoutProblems(t *testing.T) {
	path := annotate(t, report.AnnotateOptions{Header: []string{"Email"}, HeaderLine: 2, Worksheet: "problems"}, nil)
	book := openBook(t, path)
	if diff := cmp.Diff([]string{"problems", "Problems found"}, book.GetSheetList()); diff != "" {
		t.Errorf("worksheets (-want +got):\n%s", diff)
	}
	header, rows := read(t, path)
	if diff := cmp.Diff([]string{"Email", "result_problems"}, header); diff != "" || len(rows) > 0 {
		t.Errorf("%d rows, header (-want +got):\n%s", len(rows), diff)
	}
	if said, err := book.GetCellValue("Problems found", "A2"); err != nil || said != "Errors: 0. Warnings: 0. Rows with problems: 0 of 0." {
		t.Errorf("it says %q, %v", said, err)
	}
}

// Whenever the sheet can't be read or doesn't fit, the old file stays and nothing else does.
func TestAnnotateFails(t *testing.T) {
	o, rows := marked()
	broken := errors.New("the sheet changed")
	for pass := 1; pass <= 3; pass++ {
		dir := t.TempDir()
		path := put(t, dir, "people.annotated.xlsx", "old")
		passes := 0
		err := report.Annotate(path, o, func(yield func(report.AnnotatedRow, error) bool) {
			passes++
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if passes == pass {
				yield(report.AnnotatedRow{}, broken)
			}
		})
		if !errors.Is(err, broken) {
			t.Errorf("error of pass %d is %v, want %v", pass, err, broken)
		}
		if diff := cmp.Diff(map[string]string{filepath.Base(path): "old"}, folder(t, dir)); diff != "" {
			t.Errorf("folder after pass %d failed (-want +got):\n%s", pass, diff)
		}
	}
	err := report.Annotate(filepath.Join(t.TempDir(), "out.xlsx"), o, annotated([]report.AnnotatedRow{{Line: 1<<20 + 1, Cells: words("x")}}))
	if _, ok := errors.AsType[*sheet.TooLargeError](err); !ok || batch.HintOf(err) == "" {
		t.Errorf("error about line 1,048,577 is %v", err)
	}
}
