package sheet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch/sheet"
)

// All that a pass over a workbook tells.
type told struct {
	Sheet   string
	Header  []string
	Hidden  []int
	Merged  []sheet.Range
	Numbers []int          // of the lines, in order
	Lines   map[int]string // with all that is known of their cells
	Cells   map[int][]sheet.Cell
}

func tell(ctx context.Context, book []byte) (*told, error) {
	table, err := sheet.OpenBytes(ctx, "book.xlsx", book, byWords)
	if err != nil {
		return nil, err
	}
	got := &told{Sheet: table.Sheet, Header: table.Header, Hidden: table.HiddenColumns, Lines: map[int]string{}, Cells: map[int][]sheet.Cell{}}
	for r, err := range table.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		got.Numbers = append(got.Numbers, r.Line)
		got.Lines[r.Line] = fmt.Sprintf("%d %t %v %+v", r.Right, r.Hidden, r.Fault, r.Cells)
		got.Cells[r.Line] = slices.Clone(r.Cells)
	}
	got.Merged, _ = table.Merged()
	return got, nil
}

// span is a range of bytes.
type span struct{ from, to int }

// mutate damages content in one of the ways that files are damaged, and tells which of its bytes that concerns.
func mutate(r *rand.Rand, content []byte) (mutant []byte, at span, way string) {
	n := len(content)
	i := r.IntN(n)
	size := 1 + r.IntN(1<<r.IntN(12)) // small ones more often than large ones
	j := min(i+size, n)
	switch r.IntN(6) {
	case 0, 1:
		mutant = bytes.Clone(content)
		mutant[i] ^= 1 << r.IntN(8)
		return mutant, span{i, i + 1}, "flip"
	case 2:
		return bytes.Clone(content[:i]), span{i, n}, "cut"
	case 3:
		return slices.Concat(content[:i], content[j:]), span{i - 1, j + 1}, "delete"
	case 4:
		return slices.Concat(content[:j], content[i:]), span{i - 1, j + 1}, "duplicate"
	}
	k := min(j+1+r.IntN(size), n)
	return slices.Concat(content[:i], content[j:k], content[i:j], content[k:]), span{i - 1, k + 1}, "swap"
}

// mutantBooks are workbooks with every feature that is read.
func mutantBooks(t *testing.T) map[string][]byte {
	t.Helper()
	books := map[string][]byte{}
	header := []string{"Email", "Name", "Title", "Password"}
	at := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	var rows [][]sheet.Cell
	for i := range 12 {
		rows = append(rows, []sheet.Cell{
			{Text: fmt.Sprintf("user%d@example.com", i)}, {Text: fmt.Sprintf("User %d <&>", i)},
			{Kind: sheet.Date, Date: at.AddDate(0, 0, i)}, {Text: fmt.Sprintf("=Sunny\"Day%d", i)},
		})
	}
	books["our writer"] = write(t, sheet.WriteOptions{Format: sheet.XLSX, Header: header}, rows)
	books["our writer, many rows"] = people(t, 200)

	f := excelize.NewFile()
	set(t, f, "Sheet1", map[string]any{
		"A1": "List of people", "A3": "Email", "B3": "Name", "C3": "Title", "A4": "a@example.com", "B4": "Ann", "C4": 42, "A5": "b@example.com",
		"B5": true, "C5": -1.5, "A7": "c@example.com", "C7": at, "F7": "side", "A8": "_x000D_", "B8": "\u00e9\n\U0001F600", "A9": "d@example.com",
	})
	if err := f.MergeCell("Sheet1", "B8", "C9"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetRowVisible("Sheet1", 7, false); err != nil {
		t.Fatal(err)
	}
	if err := f.SetColVisible("Sheet1", "C", false); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("Notes"); err != nil {
		t.Fatal(err)
	}
	set(t, f, "Notes", map[string]any{"B2": "nothing to see"})
	books["excelize"] = save(t, f)

	var plain strings.Builder
	for i := 2; i < 12; i++ {
		fmt.Fprintf(&plain, `<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"><v>%d</v></c><c r="C%d" t="b"><v>1</v></c></row>`, i, i, 2+i%2, i, 45000+i, i)
	}
	shared := minimal(headerRow+plain.String()).change(t, "xl/sharedStrings.xml", "</sst>", "<si><t>Ann</t></si><si><r><t>Bo</t></r><r><t>b</t></r></si></sst>")
	books["shared strings"] = shared.zip(t)
	book1904 := shared.change(t, "xl/workbook.xml", "<sheets>", `<workbookPr date1904="1"/><sheets>`)
	books["1904"] = book1904.zip(t)
	books["merged cells"] = shared.change(t, worksheetPart, "</sheetData>", `</sheetData><mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="B4:C9"/></mergeCells>`).zip(t)
	books["hidden columns"] = shared.change(t, worksheetPart, "<sheetData>", `<cols><col min="2" max="3" width="9" hidden="1"/></cols><sheetData>`).zip(t)
	prefixed := regexp.MustCompile(`<(/?)(\w)`).ReplaceAllString(shared[worksheetPart], "<${1}x:$2")
	books["prefixed names"] = shared.with(parts{worksheetPart: strings.Replace(prefixed, "xmlns=", "xmlns:x=", 1)}).zip(t)
	books["ways to write XML"] = minimal(headerRow + `<!-- people --><row r='2' hidden='1'
		><c t='inlineStr' r='A2'><is><r><rPr><b/></rPr><t>An</t></r><r><t xml:space="preserve">n </t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c><c r="B2" t="str"><f>1</f><v><![CDATA[<&]]></v></c></row>` +
		`<?p x?><row r="4"><c r="A4" t="e"><v>#N/A</v></c><c r="B4" t="d"><v>2024-02-29</v></c></row><row r="5" spans="1:2"/><row r="6"><c r="A6"><f>1</f></c><c r="B6" t="str"><v>&#65;&amp;_x000D_</v></c></row>`).zip(t)
	books["number formats"] = shared.with(parts{"xl/styles.xml": `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="@&quot;@example.com&quot;"/>` +
		`<numFmt numFmtId="165" formatCode="00000000"/></numFmts><cellXfs><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`}).zip(t)
	books["no numbers of rows"] = minimal(`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>` + strings.Repeat(`<row><c t="str"><v>Ann</v></c><c><v>-1</v></c></row><row/>`, 5)).zip(t)
	return books
}

func mutantRand(book string) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(len(book)), uint64(book[0])))
}

// Whatever happens to a file on its way, a flipped bit, a cut, bytes lost, doubled or exchanged: it is refused, or read as if
// nothing had happened.
func TestXLSXMutantsOfFiles(t *testing.T) {
	mutants, refused := 0, 0
	for name, book := range mutantBooks(t) {
		want, err := tell(t.Context(), book)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := mutantRand(name)
		for range 200 {
			mutant, at, way := mutate(r, book)
			mutants++
			got, err := tell(t.Context(), mutant)
			if err != nil {
				refused++
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s at %v (-want +got):\n%s", name, way, at, diff)
			}
		}
	}
	t.Logf("%d mutants, %d refused", mutants, refused)
	if mutants < 1000 || refused < mutants/2 || refused == mutants {
		t.Errorf("%d mutants, %d refused: that shows little", mutants, refused)
	}
}

// xmlRow is where a row stands in the XML of a worksheet.
type xmlRow struct {
	span
	number int
}

// xmlRows finds the rows of a worksheet.
func xmlRows(text string) []xmlRow {
	var rows []xmlRow
	number := 0
	for _, m := range regexp.MustCompile(`<(?:x:)?row(?: r=["'](\d+))?`).FindAllStringSubmatchIndex(text, -1) {
		number++
		if m[2] >= 0 {
			number, _ = strconv.Atoi(text[m[2]:m[3]])
		}
		if len(rows) > 0 {
			rows[len(rows)-1].to = m[0]
		}
		rows = append(rows, xmlRow{span{m[0], strings.Index(text, "sheetData>")}, number})
	}
	if len(rows) > 0 {
		rows[len(rows)-1].to = strings.LastIndex(text, "sheetData>")
	}
	return rows
}

// What happens to the XML inside a workbook, by a program that packs it with a right checksum, is refused, or it concerns only
// what it could not but concern: the rows that were touched; the cells with shared strings; numbers and dates, whose style changed.
func TestXLSXMutantsOfXML(t *testing.T) {
	mutants, refused, same := 0, 0, 0
	for name, book := range mutantBooks(t) {
		want, err := tell(t.Context(), book)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := mutantRand(name)
		for _, part := range []string{worksheetPart, worksheetPart, worksheetPart, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"} {
			if !strings.Contains(string(book), part) {
				continue
			}
			text := partOf(t, book, part)
			for range 20 {
				mutant, at, way := mutate(r, []byte(text))
				if name == "no numbers of rows" && part == worksheetPart && way != "flip" && strings.Contains(text[max(at.from, 0):min(at.to, len(text))], "<row") {
					continue // rows that have no numbers can be taken out, and nothing tells
				}
				mutants++
				got, err := tell(t.Context(), replacePart(t, book, part, mutant))
				if err != nil {
					refused++
					continue
				}
				if cmp.Equal(want, got) {
					same++
					continue
				}
				var complaint string
				if part == worksheetPart {
					complaint = beyondRows(want, got, at, xmlRows(text))
				} else {
					complaint = beyondKind(want, got, part)
				}
				if complaint != "" {
					t.Errorf("%s, %s at %v of %s: %s (-want +got):\n%s\nfrom %q\nto %q", name, way, at, part, complaint, cmp.Diff(want, got), text, mutant)
				}
			}
		}
	}
	t.Logf("%d mutants, %d refused, %d read the same", mutants, refused, same)
	if mutants < 1000 || refused < mutants/2 || same == 0 || refused+same == mutants {
		t.Errorf("%d mutants, %d refused, %d read the same: that shows little", mutants, refused, same)
	}
}

// beyondRows tells what differs beyond the rows that were touched.
func beyondRows(want, got *told, at span, rows []xmlRow) string {
	touched := map[int]bool{}
	for i, row := range rows {
		if row.from < at.to && at.from < row.to {
			// A row may get another number, which moves it as far as the next.
			from, to := row.number, row.number+1
			if i+1 < len(rows) {
				to = rows[i+1].number
			}
			for line := from; line < to; line++ {
				touched[line] = true
			}
		}
	}
	header, last := rows[0].number, rows[len(rows)-1].number
	for _, row := range rows {
		if row.number < want.Numbers[0] {
			header = row.number
		}
	}
	if len(got.Numbers) < len(want.Numbers) && !touched[last] || len(got.Numbers) > len(want.Numbers) && !touched[last] {
		return "another number of lines"
	}
	if touched[header] {
		return ""
	}
	if !slices.Equal(want.Header, got.Header) {
		return "another header"
	}
	for _, line := range want.Numbers {
		if !touched[line] && want.Lines[line] != got.Lines[line] {
			return fmt.Sprintf("line %d differs", line)
		}
	}
	return ""
}

// beyondKind tells what differs beyond the cells that a part other than the worksheet decides about.
func beyondKind(want, got *told, part string) string {
	if !slices.Equal(want.Numbers, got.Numbers) {
		return "other lines"
	}
	for line, cells := range want.Cells {
		for i, c := range cells {
			if i >= len(got.Cells[line]) {
				if part == "xl/sharedStrings.xml" {
					break // the header is of shared strings, too
				}
				return fmt.Sprintf("cells of line %d are missing", line)
			}
			g := got.Cells[line][i]
			number := c.Kind == sheet.Number || c.Kind == sheet.Date
			switch {
			case part == "xl/sharedStrings.xml" && c.Kind == sheet.Text:
			case part != "xl/sharedStrings.xml" && (number || g.Text == c.Text && g.Kind == c.Kind):
			case g != c:
				return fmt.Sprintf("cell %s differs", sheet.CellName(i, line))
			}
		}
	}
	return ""
}

// replacePart packs a workbook anew with another content of one part.
func replacePart(t *testing.T, book []byte, name string, content []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if f.Name != name {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		entry, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(entry, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
