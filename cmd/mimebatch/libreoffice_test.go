//go:build libreoffice

package main

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// convert has LibreOffice read a workbook and write its first worksheet as CSV, and returns the cells as it shows them.
func convert(t *testing.T, path string) [][]string {
	t.Helper()
	dir := t.TempDir()
	c := exec.Command("soffice", "-env:UserInstallation=file://"+filepath.ToSlash(t.TempDir()), "--headless",
		"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1", "--outdir", dir, path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("soffice wrote %q, %v", files, err)
	}
	f, err := os.Open(files[0])
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

// The templates open with their headings.
func TestLibreOfficeOpensTemplates(t *testing.T) {
	for _, kind := range []string{"onboarding", "migration", "password-reset"} {
		out := filepath.Join(t.TempDir(), kind+".xlsx")
		if _, errs, code := mimebatch(t, t.TempDir(), "template", kind, "--out", out); code != 0 {
			t.Fatalf("exit %d\n%s", code, errs)
		}
		if rows := convert(t, out); len(rows) != 1 || rows[0][0] != "Email" {
			t.Errorf("%s: %q", kind, rows)
		}
	}
}
