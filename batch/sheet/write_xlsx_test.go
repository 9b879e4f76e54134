package sheet_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch/sheet"
)

func TestWriteXLSX(t *testing.T) {
	at := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	day := at.Truncate(24 * time.Hour)
	text := func(s string) sheet.Cell { return sheet.Cell{Text: s} }
	for _, tt := range []struct {
		name       string
		cell, want sheet.Cell
	}{
		{"text", text("Ann"), text("Ann")},
		{"blanks and line ends", text(" a\tb\r\nc\rd\n"), text(" a\tb\r\nc\rd\n")},
		{"a formula's look", text("=1+1"), text("=1+1")},
		{"an escape's look", text("_x000D_ _x005F_ <&>"), text("_x000D_ _x005F_ <&>")},
		{"control characters", text("a\x00\x1bb"), text("a␀␛b")},
		{"longest", text(strings.Repeat("é", 32_767)), text(strings.Repeat("é", 32_767))},
		{"number", sheet.Cell{Kind: sheet.Number, Text: "-42.5"}, sheet.Cell{Kind: sheet.Number, Text: "-42.5"}},
		{"seventeen digits", sheet.Cell{Kind: sheet.Number, Text: "-0.30000000000000004"}, sheet.Cell{Kind: sheet.Number, Text: "-0.30000000000000004"}},
		{"exponent", sheet.Cell{Kind: sheet.Number, Text: "-1E3"}, sheet.Cell{Kind: sheet.Number, Text: "-1000"}},
		{"too many digits", sheet.Cell{Kind: sheet.Number, Text: "12345678901234567890"}, text("12345678901234567890")},
		{"no number", sheet.Cell{Kind: sheet.Number, Text: "NaN"}, text("NaN")},
		{"day", sheet.Cell{Kind: sheet.Date, Text: "29.2.24", Date: day}, sheet.Cell{Kind: sheet.Date, Text: "2024-02-29", Date: day}},
		{"day and time", sheet.Cell{Kind: sheet.Date, Date: at}, sheet.Cell{Kind: sheet.Date, Text: "2024-02-29T01:02:03", Date: at}},
		{"day that never was", sheet.Cell{Kind: sheet.Date, Text: "1900-02-29"}, text("1900-02-29")},
		{"day too early", sheet.Cell{Kind: sheet.Date, Text: "1066-10-14", Date: time.Date(1066, 10, 14, 0, 0, 0, 0, time.UTC)}, text("1066-10-14")},
		{"true", sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}},
		{"no bool", sheet.Cell{Kind: sheet.Bool, Text: "ja"}, text("ja")},
		{"error", sheet.Cell{Kind: sheet.Error, Text: "#N/A"}, text("#N/A")},
		{"nothing", sheet.Cell{}, sheet.Cell{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := sheet.WriteOptions{Format: sheet.XLSX, Header: []string{"Email", "Name"}, Sheet: "People"}
			table, rows := readBack(t, write(t, o, [][]sheet.Cell{{tt.cell, text("end")}}))
			if diff := cmp.Diff([][]sheet.Cell{{tt.want, text("end")}}, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if table.Sheet != "People" || table.Format != sheet.XLSX {
				t.Errorf("%v with worksheet %q", table.Format, table.Sheet)
			}
		})
	}
}

func TestWriteXLSXRefuses(t *testing.T) {
	newWriter := func(header string, rows int) sheet.Writer {
		w, err := sheet.NewWriter(io.Discard, sheet.WriteOptions{Format: sheet.XLSX, Header: []string{header}, Rows: rows})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	const most = 32_767
	w := newWriter("Email", 1)
	if err := w.Row([]sheet.Cell{{Text: strings.Repeat("x", most-1) + "😀"}}); err != nil {
		t.Fatal(err) // it is found when the sample is written
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "cell A2 is longer") {
		t.Errorf("a long cell: %v", err)
	}
	if err := newWriter(strings.Repeat("x", most+1), 0).Close(); err == nil {
		t.Error("a long name was written")
	}
	w = newWriter("Email", 1)
	if err := w.Close(); err == nil {
		t.Error("a row is missing, and no error")
	}
	w = newWriter("Email", 1)
	if err := w.Row(nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Row(nil); err == nil {
		t.Error("a row too many was written")
	}
}

func partOf(t *testing.T, book []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What other programs rely on: the dimension, the filter, the frozen header, the widths.
func TestWriteXLSXLayout(t *testing.T) {
	rows := make([][]sheet.Cell, 250)
	for i := range rows {
		rows[i] = []sheet.Cell{{Text: "user" + strconv.Itoa(i) + "@example.com"}, {Text: strings.Repeat("x", 500)}}
	}
	o := sheet.WriteOptions{Format: sheet.XLSX, Header: []string{"Email", "Name", "T"}, Sheet: "O'Brien & Co"}
	book := write(t, o, rows)
	part := partOf(t, book, "xl/worksheets/sheet1.xml")
	for _, want := range []string{
		`<dimension ref="A1:C251"/>`,
		`<autoFilter ref="A1:C251"/>`,
		`state="frozen"`,
		`<col min="1" max="1" width="19" customWidth="1"/><col min="2" max="2" width="60" customWidth="1"/><col min="3" max="3" width="8" customWidth="1"/>`,
		`<row r="251">`,
	} {
		if !strings.Contains(part, want) {
			t.Errorf("the worksheet has no %s", want)
		}
	}
	if strings.Contains(part, "filterMode") {
		t.Error("the worksheet says that its filter hides rows")
	}
	if strings.Index(part, "<dimension") > strings.Index(part, "<sheetData") {
		t.Error("the dimension comes behind the rows")
	}
	if want := `'O''Brien &amp; Co'!$A$1:$C$251`; !strings.Contains(partOf(t, book, "xl/workbook.xml"), want) {
		t.Errorf("the filter's reference is not %s", want)
	}
	if !bytes.Equal(book, write(t, o, rows)) {
		t.Error("the same rows make other bytes")
	}
	if _, got := readBack(t, book); len(got) != len(rows) {
		t.Errorf("%d rows, want %d", len(got), len(rows))
	}

	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	id, err := f.GetCellStyle(o.Sheet, "A1")
	if err != nil {
		t.Fatal(err)
	}
	if style, err := f.GetStyle(id); err != nil || style.Font == nil || !style.Font.Bold {
		t.Errorf("the header is not bold: %+v, %v", style, err)
	}
	if empty := partOf(t, write(t, o, nil), "xl/worksheets/sheet1.xml"); !strings.Contains(empty, `<dimension ref="A1:C1"/>`) {
		t.Error("a table without rows has the wrong dimension")
	}
}

// A worksheet of more than 16 MB leaves no plain text on the disk.
func TestWriteXLSXInMemory(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
	t.Chdir(dir)
	const rows = 700
	w, err := sheet.NewWriter(io.Discard, sheet.WriteOptions{Format: sheet.XLSX, Header: []string{"Email"}, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	row := []sheet.Cell{{Text: strings.Repeat("x", 30_000)}}
	for range rows {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > 0 {
		t.Errorf("there is a file %s", files[0].Name())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func FuzzWriteXLSX(f *testing.F) {
	f.Add("Ann", "=1+1", "_x000D_")
	f.Add("\r\n", " ", "_x005F__x000A_x000D_")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, s := range []string{a, b, c} {
			if len(s) > 1000 || strings.ToValidUTF8(s, "") != s || strings.ContainsAny(s, "\ufffe\uffff") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) }) {
				return // written otherwise
			}
		}
		rows := [][]sheet.Cell{{{Text: a}, {Text: b}, {Text: "end"}}, {{Text: c}, {Text: a}, {Text: "end"}}}
		o := sheet.WriteOptions{Format: sheet.XLSX, Header: []string{"Email", "Name", "Title"}}
		if _, got := readBack(t, write(t, o, rows)); !cmp.Equal(rows, got) {
			t.Errorf("rows (-want +got):\n%s", cmp.Diff(rows, got))
		}
	})
}

// Whatever the rows' XML is: what is yielded without an error is in order and within the bounds.
func FuzzWorksheet(f *testing.F) {
	f.Add(`<row r="2"><c r="A2" t="s"><v>1</v></c></row>`)
	f.Add(`<row/><row r="9" hidden="1"><c/><c t="inlineStr"><is><r><t>x</t></r></is></c><c r="C9"><f>1</f></c></row>`)
	f.Add(`<row r="3"><c t="d"><v>2024-02-29</v></c></row><row r="2"/>`)
	f.Fuzz(func(t *testing.T, rows string) {
		table, err := sheet.Open(t.Context(), writeFile(t, string(minimal(headerRow+rows).zip(t))), byWords)
		if err != nil {
			return
		}
		last := table.HeaderLine
		for r, err := range table.Rows(t.Context()) {
			if err != nil {
				return
			}
			if last++; r.Line != last || last > 1<<20 {
				t.Fatalf("line %d comes where %d is due", r.Line, last)
			}
			if len(r.Cells) > len(table.Header) || r.Fault == nil && !r.Blank() && len(r.Cells) != len(table.Header) {
				t.Fatalf("row %d has %d cells", r.Line, len(r.Cells))
			}
		}
	})
}
