package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

func write(t *testing.T, o sheet.WriteOptions, rows [][]sheet.Cell) []byte {
	t.Helper()
	var b bytes.Buffer
	o.Rows = len(rows)
	w, err := sheet.NewWriter(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readBack opens what was written, whose first line is the header.
func readBack(t *testing.T, content []byte) (*sheet.Table, [][]sheet.Cell) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "written")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Open(t.Context(), path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]sheet.Cell
	for r, err := range table.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Fault != nil {
			t.Fatalf("row %d has a fault: %+v", r.Line, *r.Fault)
		}
		rows = append(rows, slices.Clone(r.Cells))
	}
	return table, rows
}

// roundTrip writes rows of text and reads them again. A CSV file may gain an apostrophe, and a CRLF inside a cell becomes LF.
func roundTrip(t *testing.T, o sheet.WriteOptions, rows [][]sheet.Cell) {
	t.Helper()
	table, got := readBack(t, write(t, o, rows))
	plain := func(text string) string {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		return strings.TrimPrefix(text, "'")
	}
	for i := range got {
		for j := range got[i] {
			if want := rows[i][j].Text; plain(got[i][j].Text) != plain(want) {
				t.Errorf("row %d, column %d: wrote %q, read %q", i, j, want, got[i][j].Text)
			}
		}
	}
	if len(got) != len(rows) || len(table.Header) != len(o.Header) {
		t.Errorf("read %d rows of %d columns, wrote %d of %d", len(got), len(table.Header), len(rows), len(o.Header))
	}
}

func TestWriteCSV(t *testing.T) {
	text := func(texts ...string) []sheet.Cell {
		cells := make([]sheet.Cell, len(texts))
		for i, s := range texts {
			cells[i].Text = s
		}
		return cells
	}
	got := write(t, sheet.WriteOptions{Format: sheet.CSV, Header: []string{"Email", "=Name"}, Comma: ';'}, [][]sheet.Cell{
		text("a@example.com", "Ruiz, Ana"),
		text("a;b", "say \"hi\""),
		text("two\nlines", "\rx"),
		text(" x"),
		text(),
		{{Kind: sheet.Number, Text: "-5"}, {Kind: sheet.Number, Text: "-5.25"}},
		{{Kind: sheet.Number, Text: "-5+cmd"}, {Kind: sheet.Text, Text: "-5"}},
		text("=1+1", "@sum"),
		text("+49 30", "-"),
		text("\t=1", " \u00a0=1"),
		text("\"=1", "'+1"),
		text("＝1", "＠x"),
		text("a=1", "1-2"),
	})
	want := "\ufeffEmail;'=Name\r\n" +
		"a@example.com;\"Ruiz, Ana\"\r\n" +
		"\"a;b\";\"say \"\"hi\"\"\"\r\n" +
		"\"two\nlines\";\"'\rx\"\r\n" +
		"\" x\";\r\n" +
		";\r\n" +
		"-5;-5.25\r\n" +
		"'-5+cmd;'-5\r\n" +
		"'=1+1;'@sum\r\n" +
		"'+49 30;'-\r\n" +
		"\"'\t=1\";' \u00a0=1\r\n" +
		"\"'\"\"=1\";''+1\r\n" +
		"'＝1;'＠x\r\n" +
		"a=1;1-2\r\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	one := write(t, sheet.WriteOptions{Format: sheet.CSV, Header: []string{"Email"}}, [][]sheet.Cell{text(""), text("x")})
	if diff := cmp.Diff("\ufeffEmail\r\n\"\"\r\nx\r\n", string(one)); diff != "" {
		t.Errorf("one column (-want +got):\n%s", diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	header := []string{"Email", "Name"}
	for _, tt := range []struct {
		name string
		o    sheet.WriteOptions
	}{
		{"no header, CSV", sheet.WriteOptions{Format: sheet.CSV}},
		{"no header, XLSX", sheet.WriteOptions{Format: sheet.XLSX}},
		{"quote as separator", sheet.WriteOptions{Format: sheet.CSV, Header: header, Comma: '"'}},
		{"too many rows", sheet.WriteOptions{Format: sheet.XLSX, Header: header, Rows: 1_048_576}},
		{"too many columns", sheet.WriteOptions{Format: sheet.XLSX, Header: make([]string, 16_385)}},
		{"impossible worksheet name", sheet.WriteOptions{Format: sheet.XLSX, Header: header, Sheet: "a/b"}},
	} {
		if _, err := sheet.NewWriter(&bytes.Buffer{}, tt.o); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		w, err := sheet.NewWriter(&bytes.Buffer{}, sheet.WriteOptions{Format: format, Header: header, Rows: 1})
		if err != nil {
			t.Fatal(err)
		}
		wide := w.Row(make([]sheet.Cell, 3))
		if wide == nil {
			t.Errorf("%v: a row wider than the header was written", format)
		}
		if row, end := w.Row(nil), w.Close(); !errors.Is(row, wide) || !errors.Is(end, wide) {
			t.Errorf("%v: then Row returns %v and Close %v, want %v", format, row, end, wide)
		}
	}
}

type brokenDisk struct{}

func (brokenDisk) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteFails(t *testing.T) {
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		w, err := sheet.NewWriter(brokenDisk{}, sheet.WriteOptions{Format: format, Header: []string{"Email"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err == nil {
			t.Errorf("%v: the disk's error was lost", format)
		}
	}
}

func TestUnescape(t *testing.T) {
	for _, text := range []string{"", "Ann", "+Ann", "=1+1", "-", "@x", "\tx", " =x", "'", "'tis", "\"=x", "＝x", "'+Ann"} {
		var b bytes.Buffer
		w, err := sheet.NewWriter(&b, sheet.WriteOptions{Format: sheet.CSV, Comma: ',', Header: []string{"x", "y"}, Rows: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Row([]sheet.Cell{{Text: text}, {Text: "y"}}), w.Close()); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(&b)
		records, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := sheet.Unescape(records[1][0]); got != text {
			t.Errorf("%q is written as %q and taken back as %q", text, records[1][0], got)
		}
	}
}
