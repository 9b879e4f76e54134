package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/report"
)

func TestResultsPath(t *testing.T) {
	tests := []struct {
		name, input, format, out, want string
	}{
		{"workbook", "onboarding.xlsx", "xlsx", "", "onboarding.results.xlsx"},
		{"csv", "migration.csv", "csv", "", "migration.results.csv"},
		{"beside the sheet", filepath.Join("in", "people.xlsx"), "xlsx", "", filepath.Join("in", "people.results.xlsx")},
		{"workbook named csv", "people.csv", "xlsx", "", "people.results.xlsx"},
		{"csv named xlsx", "people.XLSX", "csv", "", "people.results.csv"},
		{"text", "people.txt", "csv", "", "people.results.csv"},
		{"no ending", "people", "csv", "", "people.results.csv"},
		{"no ending of a table", "people.2026", "csv", "", "people.2026.results.csv"},
		{"nothing but an ending", ".csv", "csv", "", ".results.csv"},
		{"results handed in again", "people.results.xlsx", "xlsx", "", "people.results.2.xlsx"},
		{"and again", "people.results.2.xlsx", "xlsx", "", "people.results.3.xlsx"},
		{"in capitals", "PEOPLE.RESULTS.CSV", "csv", "", "PEOPLE.RESULTS.2.csv"},
		{"a year is no count", "people.results.2026.csv", "csv", "", "people.results.2026.results.csv"},
		{"named", "people.xlsx", "xlsx", "done.xlsx", "done.xlsx"},
		{"named in capitals", "people.csv", "csv", "DONE.CSV", "DONE.CSV"},
		{"named text", "people.csv", "csv", "done.txt", "done.txt"},
		{"named without an ending", "people.xlsx", "xlsx", "done", "done"},
		{"named with an ending that promises nothing", "people.xlsx", "xlsx", "done.2026", "done.2026"},
		{"named in a folder that isn't there", "people.xlsx", "xlsx", filepath.Join("no", "done.xlsx"), filepath.Join("no", "done.xlsx")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := report.ResultsPath(tt.input, tt.format, tt.out)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("ResultsPath(%q, %q, %q) = %q, want %q", tt.input, tt.format, tt.out, got, tt.want)
			}
		})
	}
}

func TestResultsPathRefused(t *testing.T) {
	dir := t.TempDir()
	input := put(t, dir, "people.xlsx", "the sheet")
	symlink := filepath.Join(dir, "symlink.xlsx")
	hardLink := filepath.Join(dir, "people.results.xlsx")
	if err := errors.Join(os.Symlink(input, symlink), os.Link(input, hardLink)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, input, format, out, want string
	}{
		{"the sheet", input, "xlsx", input, "the sheet itself"},
		{"the sheet by another path", input, "xlsx", filepath.Join(dir, ".") + "/./people.xlsx", "the sheet itself"},
		{"the sheet through a symbolic link", input, "xlsx", symlink, "the sheet itself"},
		{"the sheet through a hard link", input, "xlsx", hardLink, "the sheet itself"},
		{"the sheet through its results' own name", input, "xlsx", "", "the sheet itself"},
		{"a folder", input, "xlsx", dir, "a folder"},
		{"a folder that isn't there", input, "xlsx", filepath.Join(dir, "new") + string(filepath.Separator), "a folder"},
		{"this folder", input, "xlsx", ".", "a folder"},
		{"a NUL", input, "xlsx", "do\x00ne.xlsx", "NUL"},
		{"a dot at the end", input, "xlsx", filepath.Join(dir, "done."), "a dot or a blank"},
		{"a blank at the end", input, "xlsx", filepath.Join(dir, "done.xlsx "), "a dot or a blank"},
		{"a workbook named csv", input, "xlsx", "done.csv", "the name says csv"},
		{"a workbook named as an old one", input, "xlsx", "done.XLS", "the name says xls"},
		{"a workbook named as one with macros", input, "xlsx", "done.xlsm", "the name says xlsm"},
		{"a csv named as a workbook", "people.csv", "csv", "done.xlsx", "the name says xlsx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := report.ResultsPath(tt.input, tt.format, tt.out)
			refused(t, err, tt.want)
			if got != "" {
				t.Errorf("path is %q", got)
			}
		})
	}
}

func FuzzResultsPath(f *testing.F) {
	f.Add("people.xlsx", true)
	f.Add("people.results.2.csv", false)
	f.Add(".results.csv", false)
	f.Add("a/b.RESULTS.XLSX", true)
	f.Add(".", false)
	f.Fuzz(func(t *testing.T, input string, workbook bool) {
		format := "csv"
		if workbook {
			format = "xlsx"
		}
		path, err := report.ResultsPath(input, format, "")
		if err != nil {
			return
		}
		if strings.EqualFold(path, input) {
			t.Errorf("the results of %q go to the sheet itself", input)
		}
		folder, _ := filepath.Split(input)
		if got, _ := filepath.Split(path); got != folder {
			t.Errorf("the results of %q go to %q, not beside it", input, path)
		}
		if filepath.Ext(path) != "."+format {
			t.Errorf("the results of %q go to %q, want the ending of %s", input, path, format)
		}
	})
}

// Every copy has a name of its own, and what it is a copy of stays.
func TestAside(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "people.results.csv", "noted")
	for _, want := range []string{"people.results.edited.csv", "people.results.edited.2.csv", "people.results.edited.3.csv"} {
		got, err := report.Aside(path)
		if err != nil || got != filepath.Join(dir, want) {
			t.Errorf("copied to %s, %v, want %s", got, err, want)
		}
		if diff := cmp.Diff("noted", folder(t, dir)[want]); diff != "" {
			t.Errorf("copy (-want +got):\n%s", diff)
		}
	}
	if got := folder(t, dir)["people.results.csv"]; got != "noted" {
		t.Errorf("the file holds %q", got)
	}
	if _, err := report.Aside(filepath.Join(dir, "missing.csv")); err == nil {
		t.Error("a missing file was copied")
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	old := put(t, dir, "old.csv", "email,result_status\nana@example.com,created\n")
	empty := put(t, dir, "empty.csv", "")
	o, rows := marked()
	for _, path := range []string{old, empty, filepath.Join(dir, "new.csv"), annotate(t, o, rows)} {
		if err := report.Check(t.Context(), path); err != nil {
			t.Errorf("Check(%s) = %v", path, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"old.csv": "email,result_status\nana@example.com,created\n", "empty.csv": ""}, folder(t, dir)); diff != "" {
		t.Errorf("folder after Check (-want +got):\n%s", diff)
	}

	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(old, link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:                                  "a folder",
		put(t, dir, "notes.csv", "precious"): "another file",
		put(t, dir, "sheet.csv", "email\nana@example.com\n"): "another file",
		link:                                 "a symbolic link",
		filepath.Join(dir, "no", "new.csv"):  "",
		filepath.Join(dir, "old.csv", "new"): "",
	} {
		refused(t, report.Check(t.Context(), path), want)
	}
	_, isTarget := errors.AsType[*durable.TargetError](report.Check(t.Context(), link))
	if !isTarget {
		t.Error("the error about a link doesn't wrap the one of package durable")
	}
}

// refused wants a PathError that says something and has a hint.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	if _, ok := errors.AsType[*report.PathError](err); !ok {
		t.Fatalf("error is %v, want a PathError", err)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error is %q, want it to say %q", err, want)
	}
	if batch.HintOf(err) == "" {
		t.Errorf("no hint with %q", err)
	}
}

// put writes a file and returns its path.
func put(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// folder returns the names and contents of a folder's files.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}
