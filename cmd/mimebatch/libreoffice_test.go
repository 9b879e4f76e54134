//go:build libreoffice

package main

import (
	"encoding/csv"
	"fmt"
	"html"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/report"
	"mimebatch/batch/sheet"
)

// saveAs has LibreOffice read a workbook and write it in another format, and returns that file's path.
func saveAs(t *testing.T, format, path string) string {
	t.Helper()
	dir := t.TempDir()
	c := exec.Command("soffice", "-env:UserInstallation=file://"+filepath.ToSlash(t.TempDir()), "--headless", "--convert-to", format, "--outdir", dir, path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("soffice wrote %q, %v", files, err)
	}
	return files[0]
}

// convert has LibreOffice write the first worksheet of a workbook as CSV, and returns the cells as it shows them.
func convert(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(saveAs(t, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1", path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// mimebatch runs the program in this process.
func mimebatch(t *testing.T, home string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	a := &app{stdin: strings.NewReader(""), stdout: &output{w: &out}, stderr: &errs, getenv: func(k string) string {
		return map[string]string{"XDG_STATE_HOME": home}[k]
	}}
	code = a.main(t.Context(), args)
	return out.String(), errs.String(), code
}

// The results workbook is, in another program, what the journal says: every row, text as text, dates as dates.
func TestLibreOfficeOpensResults(t *testing.T) {
	home, out := t.TempDir(), filepath.Join(t.TempDir(), "out.xlsx")
	if _, errs, code := mimebatch(t, home, "run", "../../testdata/sheets/onboarding.xlsx", "--sandbox", "--yes", "--out", out); code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	theirs := convert(t, out)
	before := convert(t, "../../testdata/sheets/onboarding.xlsx")[3:] // two lines and a blank one stand above the header
	if len(theirs) != 251 || len(before) != 251 {
		t.Fatalf("%d rows in the results, %d in the sheet, want 251", len(theirs), len(before))
	}
	header := map[string]int{}
	for i, h := range theirs[0] {
		header[h] = i
	}
	counts := map[string]int{}
	for i, row := range theirs {
		if i > 0 {
			counts[row[header["result_status"]]]++
		}
		for c, h := range before[0] {
			switch {
			case h == "Password" && i > 0:
				if row[c] != "" {
					t.Errorf("row %d shows a password", i)
				}
			case strings.Contains(h, "ate"): // the sheet shows its dates as HR likes them
				if (row[c] == "") != (before[i][c] == "") {
					t.Errorf("row %d, %s: %q, in the sheet %q", i, h, row[c], before[i][c])
				}
			case row[c] != before[i][c]:
				t.Errorf("row %d, %s: %q, in the sheet %q", i, h, row[c], before[i][c])
			}
		}
	}
	if counts["created"] != 206 || counts["updated"] != 32 || counts["unchanged"] != 12 {
		t.Errorf("counts %v", counts)
	}
}

// An annotated sheet has its lines, in another program too, where they were, and what is wrong beside them.
func TestLibreOfficeOpensAnnotated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotated.xlsx")
	text := func(texts ...string) (cells []sheet.Cell) {
		for _, s := range texts {
			cells = append(cells, sheet.Cell{Text: s})
		}
		return cells
	}
	o := report.AnnotateOptions{Header: []string{"Email", "Name", "Password"}, HeaderLine: 3, Secret: []int{2}}
	err := report.Annotate(path, o, func(yield func(report.AnnotatedRow, error) bool) {
		_ = yield(report.AnnotatedRow{Line: 1, Cells: text("Starters")}, nil) &&
			yield(report.AnnotatedRow{Line: 4, Cells: text("ana.ruiz@example.com", " =1+1 _x000D_\n2", "")}, nil) &&
			yield(report.AnnotatedRow{Line: 6, Cells: text("bo", "007", ""), Problems: []batch.Problem{
				{Line: 6, Column: 0, Message: "not an e-mail address", Hint: "write it as name@domain"},
			}}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Starters", "", "", ""},
		{"", "", "", ""},
		{"Email", "Name", "Password", "result_problems"},
		{"ana.ruiz@example.com", " =1+1 _x000D_\n2", "", ""},
		{"", "", "", ""},
		{"bo", "007", "", "A6: not an e-mail address - write it as name@domain"},
	}
	if diff := cmp.Diff(want, convert(t, path)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	for path, want := range map[string]bool{path: true, saveAs(t, "xlsx", path): false} {
		if got := sheet.AsWritten(path); got != want {
			t.Errorf("%s is as written: %v, want %v", path, got, want)
		}
	}
}

// typist is a program in LibreOffice's own Basic that types texts into the cells of a workbook as a person at the keyboard does, so
// that LibreOffice takes them for what it likes. It saves the workbook as XLSX.
const typist = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Main
  book = StarDesktop.loadComponentFromURL(%s, "_blank", 0, Array())
  keyboard = createUnoService("com.sun.star.frame.DispatchHelper")
  Dim cell(0) As New com.sun.star.beans.PropertyValue
  Dim text(0) As New com.sun.star.beans.PropertyValue
  cell(0).Name = "ToPoint"
  text(0).Name = "StringName"
%s
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName"
  how(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(%s, how())
  book.close(True)
End Sub
</script:module>
`

// fillIn has LibreOffice, set to a locale, type texts into cells of the workbook at path and save it as filled.
func fillIn(t *testing.T, locale, path, filled string, texts map[string]string) {
	t.Helper()
	profile := t.TempDir()
	soffice := func(args ...string) {
		t.Helper()
		c := exec.Command("soffice", append([]string{"-env:UserInstallation=file://" + filepath.ToSlash(profile), "--headless", "--norestore"}, args...)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("soffice: %v\n%s", err, out)
		}
	}
	soffice("--terminate_after_init") // makes the profile

	settings := filepath.Join(profile, "user", "registrymodifications.xcu")
	old, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	set := fmt.Sprintf(`<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>%s</value></prop></item></oor:items>`, locale)
	if err := os.WriteFile(settings, []byte(strings.Replace(string(old), "</oor:items>", set, 1)), 0o600); err != nil {
		t.Fatal(err)
	}

	basic := func(s string) string { return html.EscapeString(`"` + strings.ReplaceAll(s, `"`, `""`) + `"`) }
	var lines strings.Builder
	for _, cell := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&lines, "  cell(0).Value = %s\n", basic(cell))
		lines.WriteString("  keyboard.executeDispatch(book.CurrentController.Frame, \".uno:GoToCell\", \"\", 0, cell())\n")
		fmt.Fprintf(&lines, "  text(0).Value = %s\n", basic(texts[cell]))
		lines.WriteString("  keyboard.executeDispatch(book.CurrentController.Frame, \".uno:EnterString\", \"\", 0, text())\n")
	}
	program := fmt.Sprintf(typist, basic("file://"+filepath.ToSlash(path)), lines.String(), basic("file://"+filepath.ToSlash(filled)))
	if err := os.WriteFile(filepath.Join(profile, "user", "basic", "Standard", "Module1.xba"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	soffice("macro:///Standard.Module1.Main")
	if _, err := os.Stat(filled); err != nil {
		t.Fatal(err)
	}
}

// person is what somebody types into the cells of a row, by field; the rest of the fields stay blank.
type person map[batch.Field]string

// People of several countries fill in templates, and what they typed is what is read, to the byte.
func TestLibreOfficeFillsInTemplates(t *testing.T) {
	for _, tt := range []struct{ kind, locale, day string }{
		{"migration", "en-US", "12/1/2026"},
		{"migration", "en-GB", "1/12/2026"},
		{"migration", "de-DE", "1.12.2026"},
		{"onboarding", "en-US", "12/1/2026"},
		{"password-reset", "en-US", "12/1/2026"},
	} {
		t.Run(tt.kind+" "+tt.locale, func(t *testing.T) {
			people := []person{
				{batch.Email: "ana.ruiz@example.com", batch.Username: "0012", batch.Password: "00123", batch.ArchiveStartDate: "2026-12-01", batch.AllowPOP: "yes", batch.AccountCode: "007"},
				{batch.Email: "Bo.Lind@example.com", batch.Username: "1/2", batch.Password: "=1+1", batch.ArchiveStartDate: tt.day, batch.AllowPOP: "no", batch.AccountCode: "1E5"},
				{batch.Email: "cy.moe@example.com", batch.Username: "Moe, \"Cy\"", batch.Password: "1E5", batch.ForcePasswordChange: "yes"},
				{batch.Email: "di.ray@example.com", batch.Password: tt.day},
				{batch.Email: "ed.fox@example.com", batch.Password: "-1,5 %", batch.ForcePasswordChange: "no"},
				{batch.Email: "flo.gray@example.com", batch.Password: "'TRUE"},
			}
			dir := t.TempDir()
			empty, filled := filepath.Join(dir, tt.kind+".xlsx"), filepath.Join(dir, "filled.xlsx")
			if _, errs, code := mimebatch(t, dir, "template", tt.kind, "--out", empty); code != 0 {
				t.Fatalf("exit %d\n%s", code, errs)
			}
			columns := columnsOf(t, empty)
			texts := map[string]string{}
			for i, p := range people {
				for field, text := range p {
					if c, ok := columns[field]; ok {
						texts[sheet.CellName(c, i+2)] = text
					}
				}
			}
			fillIn(t, tt.locale, empty, filled, texts)
			if out, errs, code := mimebatch(t, dir, "check", filled); code != 0 {
				t.Fatalf("exit %d\n%s%s", code, out, errs)
			}
			s, err := batch.OpenSheet(t.Context(), filled, batch.SheetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var got []person
			for r, err := range s.All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				p := person{batch.Email: r.Email, batch.Password: r.Password.Reveal()}
				maps.Copy(p, r.Settings)
				got = append(got, p)
			}
			if diff := cmp.Diff(read(people, columns), got); diff != "" {
				t.Errorf("people (-typed +read):\n%s", diff)
			}
		})
	}
}

// columnsOf tells which columns a template has.
func columnsOf(t *testing.T, path string) map[batch.Field]int {
	t.Helper()
	table, err := sheet.Open(t.Context(), path, sheet.Options{Header: batch.HeaderScore})
	if err != nil {
		t.Fatal(err)
	}
	columns := map[batch.Field]int{}
	for _, info := range batch.Fields() {
		if i := slices.Index(table.Header, info.Title); i >= 0 {
			columns[info.Field] = i
		}
	}
	return columns
}

// read is what is to be read of people in a template that has these columns.
func read(people []person, columns map[batch.Field]int) []person {
	var want []person
	for _, p := range people {
		w := person{}
		for field, text := range p {
			info, _ := field.Info()
			switch _, ok := columns[field]; {
			case !ok:
				continue
			case info.Kind == batch.KindAddress:
				text = strings.ToLower(text)
			case info.Kind == batch.KindBool:
				text = map[string]string{"yes": "true", "no": "false"}[text]
			case info.Kind == batch.KindDate:
				text = "2026-12-01T00:00:00+0000"
			}
			w[field] = text
		}
		want = append(want, w)
	}
	return want
}
