package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch/sheet"
)

// parts are the parts of a workbook by name.
type parts map[string]string

// minimal is a workbook with a worksheet that holds these rows, in XML.
func minimal(rows string) parts {
	return parts{
		"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
			`<sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>` +
			`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Email</t></si><si><t>Name</t></si></sst>`,
		"xl/styles.xml":        `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
			rows + `</sheetData></worksheet>`,
	}
}

const headerRow = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`

// with returns the parts with some of them replaced, or left out where they are "".
func (p parts) with(changes parts) parts {
	p = maps.Clone(p)
	for name, content := range changes {
		if p[name] = content; content == "" {
			delete(p, name)
		}
	}
	return p
}

func (p parts) zip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, p[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBook(t *testing.T, content []byte) *sheet.Table {
	t.Helper()
	return openText(t, string(content))
}

// save returns the bytes of a workbook that excelize made.
func save(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, f *excelize.File, worksheet string, cells map[string]any) {
	t.Helper()
	for cell, v := range cells {
		if err := f.SetCellValue(worksheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
}

func TestXLSXCells(t *testing.T) {
	date := func(s string) time.Time {
		at, err := time.Parse("2006-01-02T15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct {
		name, cell string
		want       sheet.Cell
		fault      sheet.FaultCode
	}{
		{"shared", `<c r="A2" t="s"><v>1</v></c>`, sheet.Cell{Text: "Name"}, ""},
		{"inline", `<c r="A2" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>`, sheet.Cell{Text: " a "}, ""},
		{"inline runs with reading aid", `<c r="A2" t="inlineStr"><is><r><rPr><b/></rPr><t>社</t></r><rPh sb="0" eb="1"><t>シャ</t></rPh><r><t>員</t></r><phoneticPr fontId="1"/></is></c>`, sheet.Cell{Text: "社員"}, ""},
		{"text of a formula", `<c r="A2" t="str"><f>A1&amp;"x"</f><v>a&lt;b</v></c>`, sheet.Cell{Text: "a<b"}, ""},
		{"empty text of a formula", `<c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c>`, sheet.Cell{}, ""},
		{"character data", `<c r="A2" t="str"><v><![CDATA[a&b]]></v></c>`, sheet.Cell{Text: "a&b"}, ""},
		{"escapes", `<c r="A2" t="inlineStr"><is><t>a_x000D__x000a_b_x005F_x000D_c_x00e9__xD800__x12_x_</t></is></c>`, sheet.Cell{Text: "a\r\nb_x000D_cé_xD800__x12_x_"}, ""},
		{"escaped NUL", `<c r="A2" t="inlineStr"><is><t>_x0000_</t></is></c>`, sheet.Cell{Text: "\x00"}, sheet.FaultNUL},
		{"true", `<c r="A2" t="b"><v>1</v></c>`, sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, ""},
		{"false", `<c r="A2" t="b"><v>0</v></c>`, sheet.Cell{Kind: sheet.Bool, Text: "FALSE"}, ""},
		{"neither", `<c r="A2" t="b"><v>2</v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"error", `<c r="A2" t="e"><v>#N/A</v></c>`, sheet.Cell{Kind: sheet.Error, Text: "#N/A"}, ""},
		{"ISO day", `<c r="A2" t="d"><v>2024-02-29</v></c>`, sheet.Cell{Kind: sheet.Date, Text: "2024-02-29", Date: date("2024-02-29T00:00:00")}, ""},
		{"ISO time", `<c r="A2" t="d"><v>2024-02-29T01:02:02.7</v></c>`, sheet.Cell{Kind: sheet.Date, Text: "2024-02-29T01:02:03", Date: date("2024-02-29T01:02:03")}, ""},
		{"no ISO day", `<c r="A2" t="d"><v>2023-02-29</v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"whole number", `<c r="A2"><v>45351</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "45351", Date: date("2024-02-29T00:00:00")}, ""},
		{"exponent", `<c r="A2"><v>4.5351E4</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "45351", Date: date("2024-02-29T00:00:00")}, ""},
		{"point zero", `<c r="A2" t="n"><v>45351.0</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "45351", Date: date("2024-02-29T00:00:00")}, ""},
		{"negative", `<c r="A2"><v>-7</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "-7"}, ""},
		{"fifteen digits", `<c r="A2"><v>9.99999999999999E14</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "999999999999999"}, ""},
		{"more digits stay", `<c r="A2"><v>12345678901234567890</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "12345678901234567890"}, ""},
		{"a fraction stays", `<c r="A2"><v>-1.5E-7</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "-1.5E-7"}, ""},
		{"no number", `<c r="A2"><v>abc</v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"infinite", `<c r="A2"><v>1E999</v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"what Go takes for a number", `<c r="A2"><v>0x1p4</v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"date", `<c r="A2" s="1"><v>45351</v></c>`, sheet.Cell{Kind: sheet.Date, Text: "2024-02-29", Date: date("2024-02-29T00:00:00")}, ""},
		{"date and time", `<c r="A2" s="1"><v>45351.75</v></c>`, sheet.Cell{Kind: sheet.Date, Text: "2024-02-29T18:00:00", Date: date("2024-02-29T18:00:00")}, ""},
		{"date that is none", `<c r="A2" s="1"><v>-1</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "-1"}, ""},
		{"style that is none", `<c r="A2" s="99"><v>-1</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "-1"}, ""},
		{"empty style", `<c r="A2" s=""><v>-1</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "-1"}, ""},
		{"formula with a value", `<c r="A2"><f>1+1</f><v>-2</v></c>`, sheet.Cell{Kind: sheet.Number, Text: "-2"}, ""},
		{"formula without a value", `<c r="A2"><f>1+1</f></c>`, sheet.Cell{}, sheet.FaultFormula},
		{"formula with an empty value", `<c r="A2"><f>1+1</f><v/></c>`, sheet.Cell{}, sheet.FaultFormula},
		{"text formula without a value", `<c r="A2" t="str"><f>A1</f></c>`, sheet.Cell{}, sheet.FaultFormula},
		{"unknown type", `<c r="A2" t="zz"><v>1</v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"shared, value absent", `<c r="A2" t="s"/>`, sheet.Cell{}, ""},
		{"number, value empty", `<c r="A2"><v></v></c>`, sheet.Cell{}, ""},
		{"boolean, value absent", `<c r="A2" t="b"/>`, sheet.Cell{}, ""},
		{"boolean, value empty", `<c r="A2" t="b"><v></v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"ISO day, value empty", `<c r="A2" t="d"><v/></c>`, sheet.Cell{}, sheet.FaultCell},
		{"error, value empty", `<c r="A2" t="e"><v></v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"unknown type, value empty", `<c r="A2" t="zz"><v ></v></c>`, sheet.Cell{}, sheet.FaultCell},
		{"no names of rows and cells", `<c t="b"><v>1</v></c>`, sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book := minimal(headerRow + `<row>` + tt.cell + `</row>`)
			n := 0
			for r, err := range openBook(t, book.zip(t)).Rows(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				n++
				if r.Blank() {
					r.Cells = make([]sheet.Cell, 1)
				}
				if diff := cmp.Diff(tt.want, r.Cells[0]); diff != "" {
					t.Errorf("cell (-want +got):\n%s", diff)
				}
				if (r.Fault != nil) != (tt.fault != "") || r.Fault != nil && r.Fault.Code != tt.fault {
					t.Errorf("fault is %+v, want %q", r.Fault, tt.fault)
				}
			}
			if n != 1 {
				t.Errorf("%d rows, want 1", n)
			}
		})
	}
}

func TestXLSX1904(t *testing.T) {
	book := minimal(headerRow + `<row r="2"><c r="A2" s="1"><v>43889</v></c><c r="B2" s="1"><v>60</v></c></row>`)
	book["xl/workbook.xml"] = strings.Replace(book["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="true"/><sheets>`, 1)
	if diff := cmp.Diff([]string{"2: 2024-02-29|1904-03-01"}, wholeLines(t, openBook(t, book.zip(t)))); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestXLSXLines(t *testing.T) {
	for _, tt := range []struct {
		name, rows string
		want       []string
	}{
		{"none", headerRow, nil},
		{"gaps and blanks", headerRow + `<row r="3"/><row r="4"><c r="B4" s="1"/></row><row r="6"><c r="B6" t="str"><v>x</v></c></row><row r="7"><c r="A7" t="str"><v> </v></c></row>`,
			[]string{"2", "3", "4", "5", "6: |x", "7"}},
		{"hidden", headerRow + `<row r="2" hidden="1"><c r="A2"><v>-1</v></c></row><row r="3" hidden="0"/>`, []string{"2 hidden: -1|", "3"}},
		{"right of the table", headerRow + `<row r="2"><c r="A2"><v>-1</v></c><c r="C2"><v>2</v></c><c r="D2" t="str"><v> </v></c><c r="E2"><f>1</f></c><c r="ALL2"><v>4</v></c></row><row r="3"><c r="C3"><v>5</v></c></row>`,
			[]string{"2 +2: -1|", "3 +1"}},
		{"style to the last column", headerRow + `<row r="2"><c r="A2"><v>-1</v></c><c r="XFD2" s="1"/></row>`, []string{"2: -1|"}},
		{"last row of all", headerRow + `<row r="2"><c><v>-1</v></c><c><v>-2</v></c></row>`, []string{"2: -1|-2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wholeLines(t, openBook(t, minimal(tt.rows).zip(t)))); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
	n := 0
	for r, err := range openBook(t, minimal(headerRow+`<row r="1048576"><c r="A1048576"><v>-1</v></c></row>`).zip(t)).Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; r.Blank() != (r.Line < 1_048_576) {
			t.Fatalf("line %d: %+v", r.Line, r)
		}
	}
	if n != 1_048_575 {
		t.Errorf("%d lines, want all", n)
	}
}

// What is broken is an error, and never a short reading.
func TestXLSXDamage(t *testing.T) {
	sheet1 := func(rows string) parts { return minimal(headerRow + rows) }
	change := func(part, old, new string) parts {
		p := sheet1(`<row r="2"><c r="A2"><v>1</v></c></row>`)
		if !strings.Contains(p[part], old) {
			t.Fatalf("%s doesn't hold %q", part, old)
		}
		return p.with(parts{part: strings.Replace(p[part], old, new, 1)})
	}
	const worksheet = "xl/worksheets/sheet1.xml"
	for _, tt := range []struct {
		name string
		book parts
		says string
	}{
		{"shared index too large", sheet1(`<row r="2"><c r="B2" t="s"><v>2</v></c></row>`), "cell B2: its text is not among the shared strings"},
		{"shared index negative", sheet1(`<row r="2"><c r="B2" t="s"><v>-1</v></c></row>`), "cell B2: its text is not among the shared strings"},
		{"shared index no number", sheet1(`<row r="2"><c r="B2" t="s"><v>s3cret</v></c></row>`), "cell B2: its text is not among the shared strings"},
		{"shared index empty", sheet1(`<row r="2"><c r="B2" t="s"><v></v></c></row>`), "cell B2: its text is not among the shared strings"},
		{"too many columns described", change(worksheet, `<sheetData>`, `<cols>`+strings.Repeat(`<col/>`, 16_385)+`</cols><sheetData>`), "too many elements of a kind"},
		{"rows out of order", sheet1(`<row r="5"/><row r="3"/>`), "row 3 comes out of order"},
		{"row twice", sheet1(`<row r="2"/><row r="2"/>`), "row 2 comes out of order"},
		{"row zero", sheet1(`<row r="0"/>`), "no valid number"},
		{"row negative", sheet1(`<row r="-1"/>`), "no valid number"},
		{"row too far down", sheet1(`<row r="1048577"/>`), "no valid number"},
		{"row far too far down", sheet1(`<row r="2147483647"/>`), "no valid number"},
		{"unnumbered row too far down", sheet1(`<row r="1048576"/><row/>`), "too many rows"},
		{"cells out of order", sheet1(`<row r="2"><c r="B2"/><c r="A2"/></row>`), "a cell of row 2 is out of order"},
		{"cell twice", sheet1(`<row r="2"><c r="A2"/><c r="A2"/></row>`), "a cell of row 2 is out of order"},
		{"cell of another row", sheet1(`<row r="2"><c r="A3"/></row>`), "a cell of row 2 is out of order"},
		{"cell behind the last column", sheet1(`<row r="2"><c r="XFE2"/></row>`), "a cell of row 2 is out of order or has no valid name"},
		{"unnamed cell behind the last column", sheet1(`<row r="2"><c r="XFD2"/><c/></row>`), "row 2 has too many cells"},
		{"cell too far right", sheet1(`<row r="2"><c r="AMK2"><v>1</v></c></row>`), "cell AMK2: it is behind column AMJ"},
		{"long text", sheet1(`<row r="2"><c r="A2" t="str"><v>` + strings.Repeat("😀", 16_384) + `</v></c></row>`), "cell A2: its text is longer than 32767 characters"},
		{"nested wrongly", sheet1(`<row r="2"><c r="A2"><v>1</c></v></row><row r="3"/>`), "after row 1: the XML's elements are nested wrongly"},
		{"bare &", sheet1(`<row r="2"><c r="A2" t="str"><v>s3cret&s3cret</v></c></row>`), "a bare & or an unknown entity"},
		{"unknown entity", sheet1(`<row r="2"><c r="A2" t="str"><v>&s3cret;</v></c></row>`), "a bare & or an unknown entity"},
		{"bare <", sheet1(`<row r="2"><c r="A2" t="str"><v>P<s3cret</v></c></row>`), "after row 1"},
		{"element in a text", sheet1(`<row r="2"><c r="A2" t="str"><v>P<b>x</b></v></c></row>`), "doesn't belong there"},
		{"not UTF-8", sheet1("<row r=\"2\"><c r=\"A2\" t=\"str\"><v>\xff</v></c></row>"), "the XML is not UTF-8"},
		{"control character", sheet1("<row r=\"2\"><c r=\"A2\" t=\"str\"><v>\x01</v></c></row>"), "isn't allowed"},
		{"cut XML", change(worksheet, `</c></row></sheetData></worksheet>`, `</c>`), "ends too early"},
		{"XML that stops after the rows", change(worksheet, `</worksheet>`, ``), "ends too early"},
		{"rows behind the root", change(worksheet, `</worksheet>`, `</worksheet><row/>`), "content behind the root element"},
		{"second root", change(worksheet, `</worksheet>`, `</worksheet>x`), "content behind the root element"},
		{"rows twice", change(worksheet, `</worksheet>`, `<sheetData><row/></sheetData></worksheet>`), "doesn't belong there"},
		{"text among the rows", sheet1(`=row r="2"/>`), "there is text between elements"},
		{"text among the cells", sheet1(`<row r="2">=c r="A2"/></row>`), "there is text between elements"},
		{"text in a cell", sheet1(`<row r="2"><c r="A2">s3cret</c></row>`), "there is text between elements"},
		{"stranger among the rows", sheet1(`<group><row r="2"/></group>`), "doesn't belong there"},
		{"stranger among the cells", sheet1(`<row r="2"><group/></row>`), "doesn't belong there"},
		{"stranger in a cell", sheet1(`<row r="2"><c r="A2"><w>1</w></c></row>`), "doesn't belong there"},
		{"document type", change(worksheet, `<worksheet`, `<!DOCTYPE worksheet [<!ENTITY e "x">]><worksheet`), "document type declaration"},
		{"other root", sheet1("").with(parts{worksheet: "<x/>"}), "the root element is another one"},
		{"shared strings cut", change("xl/sharedStrings.xml", `</t></si></sst>`, `</t>`), "xl/sharedStrings.xml"},
		{"stranger among the shared strings", change("xl/sharedStrings.xml", `<si><t>Name`, `<x/><si><t>Name`), "doesn't belong there"},
		{"other shared strings", sheet1("").with(parts{"xl/sharedStrings.xml": "<x/>"}), "the root element is another one"},
		{"shared strings missing", sheet1("").with(parts{"xl/sharedStrings.xml": ""}), "cell A1: its text is not among the shared strings"},
		{"styles cut", change("xl/styles.xml", `</cellXfs></styleSheet>`, ``), "xl/styles.xml"},
		{"styles missing", sheet1("").with(parts{"xl/styles.xml": ""}), "xl/styles.xml: the part is missing"},
		{"worksheet missing", sheet1("").with(parts{worksheet: ""}), "sheet1.xml: the part is missing"},
		{"workbook cut", change("xl/workbook.xml", `</workbook>`, ``), "xl/workbook.xml"},
		{"sheet that leads nowhere", change("xl/workbook.xml", `rId1`, `rId9`), "a sheet leads nowhere"},
		{"relationships cut", change("xl/_rels/workbook.xml.rels", `</Relationships>`, ``), "xl/_rels/workbook.xml.rels"},
		{"part twice", sheet1("").with(parts{"XL/Workbook.xml": "<workbook/>"}), "the part is there twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkDamage(t, tt.book.zip(t), tt.says)
		})
	}
}

// What is too wide for a list is not damaged, and nobody is told that it is.
func TestTooWide(t *testing.T) {
	for _, content := range []string{
		"Email,Name\n" + strings.Repeat(",", 1024) + "\n",
		"Email,Name\n" + strings.Repeat(",", 500_001) + "\n",
		string(minimal(headerRow + `<row r="2"><c r="AMK2"><v>1</v></c></row>`).zip(t)),
	} {
		table, err := sheet.OpenBytes(t.Context(), "-", []byte(content), byWords)
		if err == nil {
			_, err = lines(t, table)
		}
		if !strings.Contains(hint(err), "to the right of the list") {
			t.Errorf("error is %v, with hint %q", err, hint(err))
		}
	}
}

// checkDamage wants the workbook to be refused by Open or at the end of a pass.
func checkDamage(t *testing.T, content []byte, says string) {
	t.Helper()
	checkDamageOf(t, writeFile(t, string(content)), says)
}

func checkDamageOf(t *testing.T, path, says string) {
	t.Helper()
	table, err := sheet.Open(t.Context(), path, byWords)
	if err == nil {
		_, err = lines(t, table)
	}
	if _, ok := errors.AsType[*sheet.DamageError](err); !ok || !strings.Contains(err.Error(), says) || hint(err) == "" {
		t.Fatalf("error is %v, want a DamageError that says %q", err, says)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error quotes a cell: %v", err)
	}
}

// people is a workbook of excelize's with so many rows.
func people(t *testing.T, rows int) []byte {
	t.Helper()
	f := excelize.NewFile()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if err := sw.SetRow("A1", []any{"Email", "Name"}); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := sw.SetRow(sheet.CellName(0, i+2), []any{fmt.Sprintf("user%d@example.com", i*7919), fmt.Sprintf("Name %x", i*i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := sw.Flush(); err != nil {
		t.Fatal(err)
	}
	return save(t, f)
}

// Whichever byte of the worksheet's packed data is flipped, and wherever the file is cut, it shows.
func TestXLSXFlippedAndCut(t *testing.T) {
	const rows = 500
	whole := people(t, rows)
	if got := wholeLines(t, openBook(t, whole)); len(got) != rows {
		t.Fatalf("%d rows, want %d", len(got), rows)
	}
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == "xl/worksheets/sheet1.xml" })
	start, err := z.File[i].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	size := int64(z.File[i].CompressedSize64)
	for at := start; at < start+size; at += size/100 + 1 {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 0x10
		checkDamage(t, flipped, "")
	}
	for n := len(whole) - 1; n > 4; n -= len(whole)/50 + 1 {
		checkDamage(t, whole[:n], "zip container: it is cut short or damaged")
	}
}

func TestNotWorkbook(t *testing.T) {
	for _, tt := range []struct {
		book  parts
		found string
	}{
		{parts{"people.csv": "Email\n"}, "zip archive"},
		{parts{"word/document.xml": "<document/>"}, "Word"},
		{parts{"ppt/presentation.xml": "<presentation/>"}, "PowerPoint"},
		{parts{"xl/workbook.bin": "\x00"}, "xlsb"},
		{parts{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, "OpenDocument"},
		{parts{"xl/workbook.xml": "<other/>"}, "zip archive"},
	} {
		_, err := sheet.Open(t.Context(), writeFile(t, string(tt.book.zip(t))), byWords)
		if _, ok := errors.AsType[*sheet.NotSheetError](err); !ok || !strings.Contains(err.Error(), tt.found) || hint(err) == "" {
			t.Errorf("error is %v, want a NotSheetError that says %q", err, tt.found)
		}
	}
}

// The parts of a workbook may have any name that the relationships lead to.
func TestXLSXPartNames(t *testing.T) {
	plain := minimal(headerRow + `<row r="2"><c r="A2" t="s"><v>1</v></c></row>`)
	move := func(from, to, rels, old, new string) parts {
		p := plain.with(parts{from: "", to: plain[from]})
		if !strings.Contains(p[rels], old) {
			t.Fatalf("%s doesn't hold %q", rels, old)
		}
		p[rels] = strings.Replace(p[rels], old, new, 1)
		return p
	}
	const rels = "xl/_rels/workbook.xml.rels"
	prefixed := plain["xl/worksheets/sheet1.xml"]
	for _, tag := range []string{"worksheet", "sheetData", "row", "c", "v"} {
		prefixed = strings.NewReplacer("<"+tag+" ", "<x:"+tag+" ", "<"+tag+">", "<x:"+tag+">", "</"+tag+">", "</x:"+tag+">").Replace(prefixed)
	}
	for name, book := range map[string]parts{
		"as usual":          plain,
		"absolute target":   move("xl/worksheets/sheet1.xml", "data/Blatt.xml", rels, "worksheets/sheet1.xml", "/data/Blatt.xml"),
		"target above":      move("xl/worksheets/sheet1.xml", "sheet.xml", rels, "worksheets/sheet1.xml", "../sheet.xml"),
		"other capitals":    move("xl/worksheets/sheet1.xml", "xl/Worksheets/Sheet1.xml", rels, "worksheets/sheet1.xml", "worksheets/SHEET1.xml"),
		"backslashes":       move("xl/worksheets/sheet1.xml", `xl\worksheets\sheet1.xml`, rels, "worksheets/sheet1.xml", `worksheets\sheet1.xml`),
		"escaped target":    move("xl/worksheets/sheet1.xml", "xl/sheet 1.xml", rels, "worksheets/sheet1.xml", "sheet%201.xml"),
		"strict format":     plain.with(parts{rels: strings.ReplaceAll(plain[rels], "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")}),
		"no root relations": plain.with(parts{"_rels/.rels": ""}),
		"prefixed elements": plain.with(parts{"xl/worksheets/sheet1.xml": strings.Replace(prefixed, "xmlns=", "xmlns:x=", 1)}),
		"links outside": plain.with(parts{rels: strings.Replace(plain[rels], "</Relationships>",
			`<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="http://example.com/" TargetMode="External"/></Relationships>`, 1)}),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{"2: Name|"}, wholeLines(t, openBook(t, book.zip(t)))); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWorksheets(t *testing.T) {
	f := excelize.NewFile()
	for _, name := range []string{"Leavers", "Old", "Notes"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"Sheet1", "Leavers", "Old"} {
		set(t, f, name, map[string]any{"A1": "Email", "B1": "Name", "B2": name})
	}
	set(t, f, "Notes", map[string]any{"A1": "by Ann", "C3": "x"})
	visible := func(name string, yes bool) {
		if err := f.SetSheetVisible(name, yes); err != nil {
			t.Fatal(err)
		}
	}
	visible("Old", false)
	if err := f.AddChartSheet("Chart", &excelize.Chart{Type: excelize.Line, Series: []excelize.ChartSeries{{Values: "Sheet1!$A$1:$A$2"}}}); err != nil {
		t.Fatal(err)
	}

	both := writeFile(t, string(save(t, f)))
	_, err := sheet.Open(t.Context(), both, byWords)
	ambiguous, ok := errors.AsType[*sheet.AmbiguousSheetError](err)
	if !ok || !strings.Contains(hint(err), `--sheet "Sheet1"`) {
		t.Fatalf("two worksheets with a header: %v", err)
	}
	if diff := cmp.Diff([]string{"Sheet1", "Leavers"}, ambiguous.Sheets); diff != "" {
		t.Errorf("worksheets (-want +got):\n%s", diff)
	}
	for given, want := range map[string]string{"Leavers": "Leavers", "leavers": "Leavers", "Old": "Old"} {
		table, err := sheet.Open(t.Context(), both, sheet.Options{Sheet: given, Header: words})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"2: |" + want}, wholeLines(t, table)); diff != "" || table.Sheet != want {
			t.Errorf("worksheet %q of %q (-want +got):\n%s", table.Sheet, given, diff)
		}
	}
	_, err = sheet.Open(t.Context(), both, sheet.Options{Sheet: "Notes", Header: words})
	if none, ok := errors.AsType[*sheet.NoHeaderError](err); !ok || none.Sheet != "Notes" || len(none.Lines) != 2 {
		t.Errorf("a worksheet without a header: %v", err)
	}
	for _, name := range []string{"None", "Chart"} {
		_, err = sheet.Open(t.Context(), both, sheet.Options{Sheet: name, Header: words})
		missing, ok := errors.AsType[*sheet.NoSheetError](err)
		if !ok || hint(err) == "" {
			t.Fatalf("worksheet %s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"Sheet1", "Leavers", "Old", "Notes"}, missing.Sheets); diff != "" {
			t.Errorf("worksheets (-want +got):\n%s", diff)
		}
	}

	if err := f.DeleteSheet("Chart"); err != nil {
		t.Fatal(err)
	}
	visible("Leavers", false)
	if table := openBook(t, save(t, f)); table.Sheet != "Sheet1" {
		t.Errorf("worksheet %q, want the only one that is shown", table.Sheet)
	}
	set(t, f, "Sheet1", map[string]any{"A1": "", "B1": ""})
	set(t, f, "Leavers", map[string]any{"A1": "", "B1": ""})
	_, err = sheet.Open(t.Context(), writeFile(t, string(save(t, f))), sheet.Options{Header: words})
	if only, ok := errors.AsType[*sheet.HiddenSheetError](err); !ok || only.Sheet != "Old" || hint(err) == "" {
		t.Errorf("only a hidden worksheet has a header: %v", err)
	}
}
