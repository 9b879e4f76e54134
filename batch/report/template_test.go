package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
	"mimebatch/batch/report"
	"mimebatch/templates"
)

// fieldsOf is what each template asks for.
var fieldsOf = map[string][]batch.Field{
	"onboarding": {
		batch.Email, batch.Username, batch.Password, batch.ForcePasswordChange,
		batch.ArchiveStartDate, batch.AllowPOP, batch.AllowSMTP, batch.AccountDisabled,
	},
	"migration": {
		batch.Email, batch.Username, batch.Password, batch.PasswordNeverExpires, batch.ForcePasswordChange,
		batch.ArchiveStartDate, batch.AllowPOP, batch.AllowSMTP, batch.AccountDisabled, batch.AccountCode,
	},
	"password-reset": {batch.Email, batch.Password, batch.ForcePasswordChange},
}

// filledIn is what a person writes into a cell, and what must be read from it.
func filledIn(f batch.Field) (cell any, read string) {
	switch info, _ := f.Info(); info.Kind {
	case batch.KindAddress:
		return "Ana.Ruiz@example.com", "ana.ruiz@example.com"
	case batch.KindBool:
		return "yes", "true"
	case batch.KindDate:
		return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), "2026-12-01T00:00:00+0000"
	}
	return "0012-" + string(f), "0012-" + string(f)
}

func TestKinds(t *testing.T) {
	kinds := report.Kinds()
	if diff := cmp.Diff([]string{"onboarding", "migration", "password-reset"}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	entries, err := templates.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2*len(kinds) {
		t.Errorf("there are %d files for %d kinds", len(entries), len(kinds))
	}
}

func TestTemplateUnknown(t *testing.T) {
	for _, tt := range []struct{ kind, format string }{
		{"offboarding", "xlsx"}, {"onboarding", "pdf"}, {"", "csv"}, {"onboarding", ""}, {"../report/onboarding", "csv"},
	} {
		b, err := report.Template(tt.kind, tt.format)
		unknown, ok := errors.AsType[*report.UnknownTemplateError](err)
		if !ok || b != nil {
			t.Errorf("Template(%q, %q) gives %d bytes, error %v", tt.kind, tt.format, len(b), err)
			continue
		}
		for _, k := range report.Kinds() {
			if !strings.Contains(unknown.Hint(), k) {
				t.Errorf("hint %q doesn't name %s", unknown.Hint(), k)
			}
		}
	}
}

// Each template, filled in for one person, is a sheet without a problem on which every column counts.
func TestTemplateFilledIn(t *testing.T) {
	for kind, fields := range fieldsOf {
		for _, format := range formats {
			t.Run(kind+" "+format, func(t *testing.T) {
				empty, err := report.Template(kind, format)
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(t.TempDir(), kind+"."+format)
				fill := fillWorkbook
				if format == "csv" {
					fill = fillCSV
				}
				if err := fill(path, empty, fields); err != nil {
					t.Fatal(err)
				}
				check(t.Context(), t, path, fields)
			})
		}
	}
}

func check(ctx context.Context, t *testing.T, path string, fields []batch.Field) {
	s, err := batch.OpenSheet(ctx, path, batch.SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != 1 || len(s.Table.Header) != len(fields) {
		t.Errorf("%d rows of %d columns, want 1 of %d", s.Rows, len(s.Table.Header), len(fields))
	}
	wantColumns := map[batch.Field]int{}
	for i, f := range fields {
		wantColumns[f] = i
	}
	if diff := cmp.Diff(wantColumns, s.Binding.Columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if len(s.Binding.Warnings) > 0 {
		t.Errorf("warnings: %+v", s.Binding.Warnings)
	}
	for r, err := range s.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) > 0 {
			t.Errorf("problems: %+v", r.Problems)
		}
		got := r.Settings.Clone()
		got[batch.Email], got[batch.Password] = r.Email, r.Password.Reveal()
		want := batch.Settings{}
		for _, f := range fields {
			_, want[f] = filledIn(f)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row (-want +got):\n%s", diff)
		}
	}
}

// fillWorkbook writes a person into the first worksheet, as a spreadsheet program does.
func fillWorkbook(path string, empty []byte, fields []batch.Field) error {
	book, err := excelize.OpenReader(bytes.NewReader(empty))
	if err != nil {
		return err
	}
	defer book.Close()
	for i, f := range fields {
		name, err := excelize.CoordinatesToCellName(i+1, 2)
		if err != nil {
			return err
		}
		cell, _ := filledIn(f)
		if err := book.SetCellValue(book.GetSheetName(0), name, cell); err != nil {
			return err
		}
	}
	return book.SaveAs(path)
}

// fillCSV adds a line with a person.
func fillCSV(path string, empty []byte, fields []batch.Field) error {
	b := bytes.NewBuffer(empty)
	var cells []string
	for _, f := range fields {
		cell, _ := filledIn(f)
		if date, ok := cell.(time.Time); ok {
			cell = date.Format(time.DateOnly)
		}
		cells = append(cells, fmt.Sprint(cell))
	}
	w := csv.NewWriter(b)
	if err := w.Write(cells); err != nil {
		return err
	}
	w.Flush()
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// A CSV template is a header and nothing else, as spreadsheet programs write it.
func TestTemplateCSV(t *testing.T) {
	for _, kind := range report.Kinds() {
		got, err := report.Template(kind, "csv")
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, f := range fieldsOf[kind] {
			info, _ := f.Info()
			titles = append(titles, info.Title)
		}
		want := "\uFEFF" + strings.Join(titles, ",") + "\r\n"
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

func openTemplate(t *testing.T, kind string) *excelize.File {
	t.Helper()
	b, err := report.Template(kind, "xlsx")
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(b))
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

// The workbooks' first worksheet has a header and no people, and its columns are ready for what goes into them.
func TestTemplateWorkbook(t *testing.T) {
	for kind, fields := range fieldsOf {
		t.Run(kind, func(t *testing.T) {
			book := openTemplate(t, kind)
			if diff := cmp.Diff([]string{"People", "Instructions"}, book.GetSheetList()); diff != "" {
				t.Fatalf("worksheets (-want +got):\n%s", diff)
			}
			rows, err := book.GetRows("People")
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != 1 || len(rows[0]) != len(fields) {
				t.Fatalf("worksheet holds %q, want a header of %d columns", rows, len(fields))
			}
			panes, err := book.GetPanes("People")
			if err != nil {
				t.Fatal(err)
			}
			if !panes.Freeze || panes.YSplit != 1 || panes.XSplit != 0 {
				t.Errorf("panes are %+v, want the header frozen", panes)
			}
			rules := map[string]string{}
			validations, err := book.GetDataValidations("People")
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range validations {
				rules[v.Sqref] = v.Type + " " + v.Formula1
			}
			notes := comments(t, book, "People")
			wantRules := map[string]string{}
			for i, f := range fields {
				info, _ := f.Info()
				column, err := excelize.ColumnNumberToName(i + 1)
				if err != nil {
					t.Fatal(err)
				}
				switch info.Kind {
				case batch.KindBool:
					wantRules[column+"2:"+column+"1048576"] = `list "yes,no"`
				case batch.KindDate:
					wantRules[column+"2:"+column+"1048576"] = `date DATE(1970,1,1)`
				}
				if note := notes[column+"1"]; !strings.Contains(note, info.Help) || !strings.Contains(note, info.Example) {
					t.Errorf("heading %q has the note %q", info.Title, note)
				}
				header, err := cellStyle(book, column+"1")
				if err != nil {
					t.Fatal(err)
				}
				if header.Font == nil || !header.Font.Bold || header.Fill.Pattern != 1 {
					t.Errorf("heading %q is not bold and filled", info.Title)
				}
				want := map[batch.Kind]string{batch.KindAddress: "@", batch.KindText: "@", batch.KindSecret: "@", batch.KindDate: "yyyy-mm-dd"}[info.Kind]
				if got := format(t, book, column); got != want {
					t.Errorf("column %q has format %q, want %q", info.Title, got, want)
				}
				width, err := book.GetColWidth("People", column)
				if err != nil {
					t.Fatal(err)
				}
				if width < float64(len(info.Title))+2 {
					t.Errorf("column %q is %v wide", info.Title, width)
				}
			}
			if diff := cmp.Diff(wantRules, rules); diff != "" {
				t.Errorf("rules for what is typed (-want +got):\n%s", diff)
			}
		})
	}
}

// comments returns the texts of a worksheet's comments by cell.
func comments(t *testing.T, book *excelize.File, worksheet string) map[string]string {
	t.Helper()
	all, err := book.GetComments(worksheet)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, c := range all {
		if c.Author != "mimebatch" {
			t.Errorf("the author of %s is %q", c.Cell, c.Author)
		}
		for _, run := range c.Paragraph {
			texts[c.Cell] += run.Text
		}
	}
	return texts
}

func cellStyle(book *excelize.File, cell string) (*excelize.Style, error) {
	id, err := book.GetCellStyle("People", cell)
	if err != nil {
		return nil, err
	}
	return book.GetStyle(id)
}

// format returns the number format of a column, "" for none.
func format(t *testing.T, book *excelize.File, column string) string {
	t.Helper()
	id, err := book.GetColStyle("People", column)
	if err != nil {
		t.Fatal(err)
	}
	style, err := book.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case style.CustomNumFmt != nil:
		return *style.CustomNumFmt
	case style.NumFmt == 49:
		return "@"
	}
	return ""
}

// The instructions explain every column on a line of its own, and no line of theirs is ever taken for a header.
func TestTemplateInstructions(t *testing.T) {
	for kind, fields := range fieldsOf {
		rows, err := openTemplate(t, kind).GetRows("Instructions")
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, cells := range rows {
			if score := batch.HeaderScore(cells); score != 0 {
				t.Errorf("%s: %q scores %d as a header", kind, cells, score)
			}
			all = append(all, strings.Join(cells, "|"))
		}
		if !strings.Contains(strings.Join(all, "\n"), `A blank cell means "leave as it is"`) {
			t.Errorf("%s: the instructions don't say what a blank cell means", kind)
		}
		for i, line := range all[len(all)-len(fields):] {
			info, _ := fields[i].Info()
			want := fmt.Sprintf("%s (column %c)|%s", info.Title, 'A'+i, info.Help)
			if info.Example != "" {
				want += "|" + info.Example
			}
			if line != want {
				t.Errorf("%s: line is %q, want %q", kind, line, want)
			}
		}
	}
}
