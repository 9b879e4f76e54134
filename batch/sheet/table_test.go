package sheet_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

// words scores a line by the names that these tests use for columns.
func words(cells []string) int {
	n := 0
	for _, c := range cells {
		if slices.Contains([]string{"email", "name", "password", "title"}, strings.ToLower(c)) {
			n++
		}
	}
	return n
}

var byWords = sheet.Options{Header: words}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openText(t *testing.T, content string) *sheet.Table {
	t.Helper()
	table, err := sheet.Open(t.Context(), writeFile(t, content), byWords)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// lines returns the lines of a pass in short form: "2: a|b", "3 ragged: a", "4" for a blank line.
func lines(t *testing.T, table *sheet.Table) ([]string, error) {
	t.Helper()
	var out []string
	var end error
	at := table.HeaderLine
	for r, err := range table.Rows(t.Context()) {
		if end != nil {
			t.Fatal("something comes behind the error")
		}
		if end = err; err != nil {
			continue
		}
		if at++; r.Line != at {
			t.Fatalf("line %d comes where %d is due", r.Line, at)
		}
		out = append(out, short(r))
		if r.Fault == nil && !r.Blank() && len(r.Cells) != len(table.Header) {
			t.Fatalf("row %d has %d cells and no fault", r.Line, len(r.Cells))
		}
		if r.Fault != nil && (r.Fault.Message == "" || r.Fault.Hint == "") {
			t.Fatalf("row %d: the fault says nothing: %+v", r.Line, *r.Fault)
		}
	}
	return out, end
}

func short(r sheet.Row) string {
	s := fmt.Sprint(r.Line)
	if r.Fault != nil {
		s += " " + string(r.Fault.Code)
	}
	if r.Right > 0 {
		s += fmt.Sprintf(" +%d", r.Right)
	}
	if r.Hidden {
		s += " hidden"
	}
	if len(r.Cells) == 0 {
		return s
	}
	var texts []string
	for _, c := range r.Cells {
		texts = append(texts, c.Text)
	}
	return s + ": " + strings.Join(texts, "|")
}

func wholeLines(t *testing.T, table *sheet.Table) []string {
	t.Helper()
	got, err := lines(t, table)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func hint(err error) string {
	h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err)
	if !ok {
		return ""
	}
	return h.Hint()
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := sheet.Open(t.Context(), dir, byWords); hint(err) == "" {
		t.Errorf("a folder: %v", err)
	}
	if _, err := sheet.Open(t.Context(), filepath.Join(dir, "none"), byWords); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := sheet.Open(t.Context(), writeFile(t, ""), byWords); !errors.Is(err, sheet.ErrEmpty) || hint(err) == "" {
		t.Errorf("an empty file: %v", err)
	}
	path := writeFile(t, "Email,Name\na@example.com,Ann\n")
	named := sheet.Options{Header: words, Sheet: "People"}
	if _, err := sheet.Open(t.Context(), path, named); hint(err) == "" || !strings.Contains(err.Error(), "People") {
		t.Errorf("a worksheet of a CSV file: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sheet.Open(ctx, path, byWords); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
}

func TestNoHeader(t *testing.T) {
	path := writeFile(t, "\nAnn,ann@example.com,s3cret\n\nBob,bob@example.com,"+strings.Repeat("é", 200)+"\n")
	_, err := sheet.Open(t.Context(), path, byWords)
	none, ok := errors.AsType[*sheet.NoHeaderError](err)
	if !ok || none.Hint() == "" {
		t.Fatalf("error is %v, want a NoHeaderError with a hint", err)
	}
	want := []sheet.Seen{
		{Line: 2, Cells: []string{"Ann", "ann@example.com", "s3cret"}},
		{Line: 4, Cells: []string{"Bob", "bob@example.com", strings.Repeat("é", 79) + "…"}},
	}
	if diff := cmp.Diff(want, none.Lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if text := fmt.Sprintf("%v %+v", err, err); strings.Contains(text, "s3cret") || !strings.Contains(text, "from 2 to 4") {
		t.Errorf("error says %q", text)
	}
	if _, err := sheet.Open(t.Context(), writeFile(t, "\n \n"), byWords); err == nil || !strings.Contains(err.Error(), "no lines with text") {
		t.Errorf("blank lines only: %v", err)
	}
	// The header stands behind the lines that are searched.
	late := strings.Repeat("a,b\n", 50) + "Email,Name\n"
	if _, err := sheet.Open(t.Context(), writeFile(t, late), byWords); err == nil {
		t.Error("the 51st line was taken for the header")
	}
	if table := openText(t, late[4:]); table.HeaderLine != 50 {
		t.Errorf("header found on line %d, want 50", table.HeaderLine)
	}
}

func TestSkippedLines(t *testing.T) {
	table := openText(t, strings.Join([]string{
		"Worker report - as of 09/01/2026",
		"",
		`"Name: 1 of 3",,`,
		"Zoe,zoe@example.com,s3cret",
		"Email,Name,",
		"email,NAME,title",
		"EMAIL,Name,Title",
		"a@example.com,Ann,Dr",
	}, "\n"))
	if table.HeaderLine != 6 {
		t.Errorf("header is line %d, want the first of the best", table.HeaderLine)
	}
	want := []sheet.Skip{
		{Line: 1},
		{Line: 3},
		{Line: 4, Doubtful: true},
		{Line: 5, Doubtful: true},
	}
	if diff := cmp.Diff(want, table.Skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"7: EMAIL|Name|Title", "8: a@example.com|Ann|Dr"}, wholeLines(t, table)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestFirstLineIsHeader(t *testing.T) {
	table, err := sheet.Open(t.Context(), writeFile(t, "\nx;y\n1;2\n"), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x", "y"}, table.Header); diff != "" || table.HeaderLine != 2 {
		t.Errorf("header on line %d (-want +got):\n%s", table.HeaderLine, diff)
	}
}

// A Table can be read again and again, also in two passes at once, and stopped anywhere.
func TestPasses(t *testing.T) {
	table := openText(t, "Email,Name\na@example.com,Ann\nb@example.com,Bob\n")
	want := []string{"2: a@example.com|Ann", "3: b@example.com|Bob"}
	for outer := range table.Rows(t.Context()) {
		if diff := cmp.Diff(want, wholeLines(t, table)); diff != "" {
			t.Errorf("pass inside line %d (-want +got):\n%s", outer.Line, diff)
		}
	}
	for range table.Rows(t.Context()) {
		break
	}
}

func TestRowsCancelled(t *testing.T) {
	table := openText(t, "Email\n"+strings.Repeat("a@example.com\n", 100))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var end error
	for _, err := range table.Rows(ctx) {
		n++
		end = err
		cancel()
	}
	if !errors.Is(end, context.Canceled) || n != 2 {
		t.Errorf("%d yielded, the last one %v", n, end)
	}
}

func TestFileChanges(t *testing.T) {
	const before = "Email,Name\na@example.com,Ann\nb@example.com,Bob\n"
	for _, tt := range []struct {
		name   string
		change func(path string) error
	}{
		{"grows", func(path string) error { return os.WriteFile(path, []byte(before+"c@example.com,Cy\n"), 0o600) }},
		{"is cut inside a quote", func(path string) error { return os.WriteFile(path, []byte("Email,\"Name"), 0o600) }},
		{"is replaced by one of the same size and time", func(path string) error {
			was, err := os.Stat(path)
			other := path + ".new"
			return errors.Join(err, os.WriteFile(other, []byte(strings.ToUpper(before)), 0o600), os.Chtimes(other, time.Time{}, was.ModTime()), os.Rename(other, path))
		}},
		{"is saved again", func(path string) error { return os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := openText(t, before)
			var end error
			for r, err := range table.Rows(t.Context()) {
				if end = err; r.Line == 2 {
					if err := tt.change(table.Path); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !errors.Is(end, sheet.ErrChanged) || hint(end) == "" {
				t.Errorf("the pass in which it changed ends with %v", end)
			}
			if _, err := lines(t, table); !errors.Is(err, sheet.ErrChanged) {
				t.Errorf("the next pass ends with %v", err)
			}
		})
	}
	table := openText(t, before)
	if err := os.Remove(table.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := lines(t, table); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the file was removed: %v", err)
	}
}

// Whoever ranges over the rows may write into their cells: what comes later is not touched.
func TestRowCellsAreTheCallers(t *testing.T) {
	const text = "Email,Name\na@example.com,Ann\nb@example.com,Bob\nc@example.com,\n"
	book := minimal(headerRow + `<row r="2"><c t="str"><v>a@example.com</v></c><c t="str"><v>Ann</v></c></row>` +
		`<row r="3"><c t="str"><v>b@example.com</v></c><c t="str"><v>Bob</v></c></row><row r="4"><c t="str"><v>c@example.com</v></c></row>`)
	want := []sheet.Cell{said("a@example.com"), said("Ann"), said("b@example.com"), said("Bob"), said("c@example.com"), {}}
	for name, content := range map[string][]byte{"CSV": []byte(text), "XLSX": book.zip(t)} {
		var got []sheet.Cell
		for r, err := range openBook(t, content).Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Cells...)
			for i := range r.Cells {
				r.Cells[i] = sheet.Cell{Text: "x", Kind: sheet.Date, Date: time.Now(), Shown: "y"}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: cells (-want +got):\n%s", name, diff)
		}
	}
}
