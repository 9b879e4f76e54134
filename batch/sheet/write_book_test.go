package sheet_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch/sheet"
)

// one is a line of one cell.
func one(c sheet.BookCell) []sheet.BookCell { return []sheet.BookCell{c} }

func said(text string) sheet.Cell { return sheet.Cell{Text: text} }

// writeBook makes a workbook of two worksheets, the first of which has so many comments.
func writeBook(t *testing.T, comments int) []byte {
	t.Helper()
	var out bytes.Buffer
	b := sheet.NewBook(&out)
	err := b.Sheet(sheet.Layout{Name: "O'Brien & Co", Widths: []int{20, 8}, Header: 3, Last: comments + 3, Text: []int{1}})
	err = errors.Join(err, b.Line(1, one(sheet.BookCell{Cell: said("A title"), Look: sheet.Title})), b.Line(3, []sheet.BookCell{{Cell: said("Email")}, {Cell: said("Name")}}))
	for i := range comments {
		err = errors.Join(err, b.Line(i+4, []sheet.BookCell{{}, {Look: sheet.Red, Comment: fmt.Sprintf("a \"bold\" <line>\nand %d", i)}}))
	}
	link := sheet.BookCell{Cell: said("B4"), Look: sheet.Linked, Link: sheet.CellLink("O'Brien & Co", 1, 4), Comment: "the other"}
	err = errors.Join(err, b.Sheet(sheet.Layout{Name: "Second", Widths: []int{8}, Last: 9}), b.Line(9, one(link)), b.Close())
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBook(t *testing.T) {
	made := writeBook(t, 2)
	f, err := excelize.OpenReader(bytes.NewReader(made))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if diff := cmp.Diff([]string{"O'Brien & Co", "Second"}, f.GetSheetList()); diff != "" {
		t.Fatalf("worksheets (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	for _, name := range f.GetSheetList() {
		comments, err := f.GetComments(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range comments {
			for i, run := range c.Paragraph {
				if run.Font.Bold != (i == 0) {
					t.Errorf("%s: bold is %v in %q", c.Cell, run.Font.Bold, run.Text)
				}
				got[name+" "+c.Cell] += run.Text
			}
		}
	}
	want := map[string]string{
		"O'Brien & Co B4": "a \"bold\" <line>\nand 0", "O'Brien & Co B5": "a \"bold\" <line>\nand 1", "Second A9": "the other",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	if ok, target, err := f.GetCellHyperLink("Second", "A9"); !ok || target != "'O''Brien & Co'!B4" || err != nil {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	first := partOf(t, made, "xl/worksheets/sheet1.xml")
	for _, part := range []string{`<dimension ref="A1:B5"/>`, `ySplit="3"`, `<autoFilter ref="A3:B5"/>`, `<col min="2" max="2" width="8" customWidth="1" style="1"/>`} {
		if !strings.Contains(first, part) {
			t.Errorf("the worksheet has no %s", part)
		}
	}
	if second := partOf(t, made, "xl/worksheets/sheet2.xml"); strings.Contains(second, "autoFilter") || strings.Contains(second, "pane") {
		t.Error("a worksheet without a header has a filter or a frozen line")
	}
	if !bytes.Equal(made, writeBook(t, 2)) {
		t.Error("the same calls make other bytes")
	}
}

// The boxes of comments have numbers of their own, in blocks that their worksheet claims.
func TestAsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.xlsx")
	check := func(want bool) {
		t.Helper()
		if got := sheet.AsWritten(path); got != want {
			t.Errorf("as written: %v, want %v", got, want)
		}
	}
	made := writeBook(t, 2)
	if err := os.WriteFile(path, made, 0o600); err != nil {
		t.Fatal(err)
	}
	check(true)
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.SetCellValue("Second", "A9", "called him"), f.Save(), f.Close()); err != nil {
		t.Fatal(err)
	}
	check(false)
	if err := os.WriteFile(path, made[:len(made)-30], 0o600); err != nil {
		t.Fatal(err)
	}
	check(false)
	if err := os.WriteFile(path, []byte("email,result_status\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check(false)
}

func TestBookCommentNumbers(t *testing.T) {
	made := writeBook(t, 2500)
	first, second := partOf(t, made, "xl/drawings/vmlDrawing1.vml"), partOf(t, made, "xl/drawings/vmlDrawing2.vml")
	for _, want := range []string{`data="1,2,3"`, `id="_x0000_s1025"`, `id="_x0000_s3524"`, `<x:Row>2502</x:Row><x:Column>1</x:Column>`} {
		if !strings.Contains(first, want) {
			t.Errorf("the first worksheet's boxes have no %s", want)
		}
	}
	for _, want := range []string{`data="4"`, `id="_x0000_s4097"`, `<x:Row>8</x:Row><x:Column>0</x:Column>`} {
		if !strings.Contains(second, want) {
			t.Errorf("the second worksheet's boxes have no %s", want)
		}
	}
}

// A header far below would leave no room for the lines that people scroll through.
func TestBookFreezesHeader(t *testing.T) {
	for header, want := range map[int]bool{0: false, 1: true, 10: true, 11: false} {
		var out bytes.Buffer
		b := sheet.NewBook(&out)
		if err := errors.Join(b.Sheet(sheet.Layout{Name: "x", Widths: []int{8}, Header: header, Last: 20}), b.Close()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(partOf(t, out.Bytes(), "xl/worksheets/sheet1.xml"), "<pane"); got != want {
			t.Errorf("header on line %d: frozen is %v, want %v", header, got, want)
		}
		if names := strings.Contains(partOf(t, out.Bytes(), "xl/workbook.xml"), "definedName"); names != (header > 0) {
			t.Errorf("header on line %d: the workbook has names of ranges: %v", header, names)
		}
	}
}

// A line is as high as the texts in it that wrap.
func TestBookWrapsText(t *testing.T) {
	var out bytes.Buffer
	b := sheet.NewBook(&out)
	long := said(strings.Repeat("word ", 9))
	err := errors.Join(b.Sheet(sheet.Layout{Name: "x", Widths: []int{20}, Last: 2}),
		b.Line(1, one(sheet.BookCell{Cell: long, Look: sheet.Wrapped})), b.Line(2, one(sheet.BookCell{Cell: long})), b.Close())
	if err != nil {
		t.Fatal(err)
	}
	part := partOf(t, out.Bytes(), "xl/worksheets/sheet1.xml")
	if !strings.Contains(part, `<row r="1" ht="45">`) || !strings.Contains(part, `<row r="2">`) {
		t.Errorf("the heights are not right in %s", part)
	}
}

func TestBookRefuses(t *testing.T) {
	for _, name := range []string{"", "a/b", "'x", "x'", "a:b", "[x]", "x?", "x*", `x\`, strings.Repeat("𝄞", 16), "\xff", "TAKEN"} {
		b := sheet.NewBook(io.Discard)
		if err := b.Sheet(sheet.Layout{Name: "Taken", Widths: []int{8}}); err != nil {
			t.Fatal(err)
		}
		if err := b.Sheet(sheet.Layout{Name: name, Widths: []int{8}}); err == nil {
			t.Errorf("a worksheet was named %q", name)
		}
	}
	for _, l := range []sheet.Layout{{Name: "x", Widths: []int{8}, Last: 1<<20 + 1}, {Name: "x", Widths: make([]int, 1<<14+1), Last: 1}} {
		large, ok := errors.AsType[*sheet.TooLargeError](sheet.NewBook(io.Discard).Sheet(l))
		if !ok || large.Hint() == "" {
			t.Errorf("%d lines of %d columns are no error", l.Last, len(l.Widths))
		}
	}
	begun := func(b *sheet.Book) error {
		return errors.Join(b.Sheet(sheet.Layout{Name: "x", Widths: []int{8}, Last: 5}), b.Line(3, nil))
	}
	nothing := func(*sheet.Book) error { return nil }
	for _, tt := range []struct {
		name          string
		before, wrong func(b *sheet.Book) error
	}{
		{"the same line twice", begun, func(b *sheet.Book) error { return b.Line(3, nil) }},
		{"an earlier line", begun, func(b *sheet.Book) error { return b.Line(2, nil) }},
		{"a line too many", begun, func(b *sheet.Book) error { return b.Line(6, nil) }},
		{"a cell too many", begun, func(b *sheet.Book) error { return b.Line(4, make([]sheet.BookCell, 2)) }},
		{"a text too long", begun, func(b *sheet.Book) error {
			return b.Line(5, one(sheet.BookCell{Cell: said(strings.Repeat("x", 32_768))}))
		}},
		{"a worksheet of the same name", begun, func(b *sheet.Book) error { return b.Sheet(sheet.Layout{Name: "X", Widths: []int{8}}) }},
		{"a worksheet without columns", begun, func(b *sheet.Book) error { return b.Sheet(sheet.Layout{Name: "y"}) }},
		{"a line without a worksheet", nothing, func(b *sheet.Book) error { return b.Line(1, nil) }},
		{"a workbook without a worksheet", nothing, func(b *sheet.Book) error { return b.Close() }},
	} {
		b := sheet.NewBook(io.Discard)
		if err := tt.before(b); err != nil {
			t.Fatal(err)
		}
		first := tt.wrong(b)
		if first == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		for does, err := range map[string]error{"Sheet": b.Sheet(sheet.Layout{Name: "z", Widths: []int{8}}), "Line": b.Line(5, nil), "Close": b.Close()} {
			if !errors.Is(err, first) {
				t.Errorf("%s: then %s returns %v, want %v", tt.name, does, err, first)
			}
		}
	}
}

// A disk that fails once, and then works again, leaves no workbook that seems whole.
func TestBookFailsOnce(t *testing.T) {
	b := sheet.NewBook(&brokenOnce{})
	layout := sheet.Layout{Name: "x", Widths: []int{8}, Last: 1000}
	long := one(sheet.BookCell{Cell: said(base64.StdEncoding.EncodeToString(random(20_000)))})
	err := b.Sheet(layout)
	for n := 1; err == nil && n <= layout.Last; n++ {
		err = b.Line(n, long)
	}
	if !errors.Is(err, os.ErrClosed) || !errors.Is(b.Close(), err) {
		t.Errorf("writing ends with %v, Close with %v", err, b.Close())
	}
}

// brokenOnce fails at its first Write.
type brokenOnce struct{ io.Writer }

func (b *brokenOnce) Write(p []byte) (int, error) {
	if b.Writer == nil {
		b.Writer = io.Discard
		return 0, os.ErrClosed
	}
	return b.Writer.Write(p)
}

// random returns bytes that can't be packed.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // which never fails
	return b
}

// What XML can't hold is replaced by something that can be seen.
func TestBookReplacesWhatXMLCannotHold(t *testing.T) {
	o := sheet.WriteOptions{Format: sheet.XLSX, Header: []string{"Email"}}
	_, rows := readBack(t, write(t, o, [][]sheet.Cell{{said("a\x00b\uffffc\xffd")}}))
	if got, want := rows[0][0].Text, "a␀b\ufffdc\ufffdd"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
}

func BenchmarkWriteXLSX(b *testing.B) {
	const lines, columns = 10_000, 14
	row := make([]sheet.Cell, columns)
	values := make([]any, columns)
	header := make([]string, columns)
	for i := range row {
		header[i] = fmt.Sprintf("Column %d", i)
	}
	fill := func(n int) {
		for i := range row {
			row[i].Text = fmt.Sprintf("value%d-%d@example.com", n*7919%100_003, i)
			values[i] = row[i].Text
		}
	}
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w, err := sheet.NewWriter(io.Discard, sheet.WriteOptions{Format: sheet.XLSX, Header: header, Rows: lines})
			for n := range lines {
				fill(n)
				err = errors.Join(err, w.Row(row))
			}
			if err := errors.Join(err, w.Close()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("excelize-StreamWriter", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f := excelize.NewFile()
			w, err := f.NewStreamWriter("Sheet1")
			for n := range lines {
				fill(n)
				err = errors.Join(err, w.SetRow(sheet.CellName(0, n+1), values))
			}
			if err := errors.Join(err, w.Flush(), f.Write(io.Discard), f.Close()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
