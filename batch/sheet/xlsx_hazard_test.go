package sheet_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

const person = `<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="inlineStr"><is><t>Ann</t></is></c></row>`

// change returns the parts with a text in one of them replaced, which must be there.
func (p parts) change(t testing.TB, part, old, new string) parts {
	t.Helper()
	if !strings.Contains(p[part], old) {
		t.Fatalf("%s doesn't hold %q", part, old)
	}
	return p.with(parts{part: strings.Replace(p[part], old, new, 1)})
}

// checkLines wants the workbook to have these lines below its header.
func checkLines(t *testing.T, book parts, want ...string) *sheet.Table {
	t.Helper()
	table := openBook(t, book.zip(t))
	if diff := cmp.Diff(want, wholeLines(t, table)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	return table
}

// XML may be written in many ways that mean the same.
func TestXLSXWaysToWriteXML(t *testing.T) {
	plain := minimal(headerRow + person)
	text := plain[worksheetPart]
	units := utf16.Encode([]rune("\ufeff" + `<?xml version="1.0" encoding="UTF-16"?>` + text))
	wide := make([]byte, 0, len(units)*2)
	for _, u := range units {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, text := range map[string]string{
		"declaration":             `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + text,
		"byte order mark":         "\ufeff" + text,
		"UTF-16":                  string(wide),
		"comments":                strings.ReplaceAll(text, "<", "<!-- <row> & --><")[len("<!-- <row> & -->"):] + "<!-- end -->",
		"instructions":            strings.ReplaceAll(text, "><c", "><?p <c r='Z9'> ?><c"),
		"blanks":                  strings.ReplaceAll(strings.ReplaceAll(text, "<c", "\n\t <c"), "/sheetData>", "/sheetData\n>\n"),
		"single quotes":           strings.ReplaceAll(text, `"`, `'`),
		"other order":             strings.ReplaceAll(text, `r="A2" t="s"`, `s="0" t="s" cm="1" r="A2"`),
		"character data":          strings.Replace(text, "Ann", "<![CDATA[A]]>n<![CDATA[n]]>", 1),
		"references":              strings.Replace(text, "Ann", "&#65;n&#x6E;", 1),
		"references in names":     strings.Replace(text, `r="A2"`, `r="&#65;2"`, 1),
		"small cell names":        strings.Replace(text, `r="A2"`, `r="a2"`, 1),
		"attributes with prefix":  strings.Replace(text, `<row r="2"`, `<row x:r="9" r="2" x:hidden="1"`, 1),
		"empty cells in full":     strings.Replace(text, `</row></sheetData>`, `<c r="C2"></c></row></sheetData>`, 1),
		"extensions":              strings.Replace(text, `</sheetData>`, `</sheetData><extLst><ext><x:sheetData><row r="1"/></x:sheetData></ext></extLst>`, 1),
		"what comes before":       strings.Replace(text, `<sheetData>`, `<sheetPr><tabColor rgb="FF0000"/></sheetPr><dimension ref="A1"/><sheetViews><sheetView/></sheetViews><cols><col min="1" max="2"/></cols><sheetData>`, 1),
		"what comes behind":       strings.Replace(text, `</sheetData>`, `</sheetData><autoFilter ref="A1:B2"/><pageMargins left="1"/><drawing r:id="x"/>`, 1),
		"strict format's names":   strings.Replace(text, "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main", 1),
		"a comment of many bytes": strings.Replace(text, `<sheetData>`, `<!--`+strings.Repeat("x", 300_000)+`--><sheetData>`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			checkLines(t, plain.with(parts{worksheetPart: text}), "2: Name|Ann")
		})
	}
}

func TestXLSXSharedStrings(t *testing.T) {
	const cells = headerRow + `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>`
	table := func(more string) parts {
		return minimal(cells).change(t, "xl/sharedStrings.xml", "</sst>", more+"</sst>")
	}
	for name, tt := range map[string]struct{ more, want string }{
		"runs":              {`<si><r><rPr><b/><rFont val="Arial"/></rPr><t>bo</t></r><r><t xml:space="preserve">ld </t></r></si><si/>`, "2: bold |"},
		"reading aids":      {`<si><t>社員</t><rPh sb="0" eb="2"><t>シャイン</t></rPh><phoneticPr fontId="1"/></si><si><r><t>名</t></r><rPh sb="0" eb="1"><t>ナ</t></rPh><r><t>前</t></r></si>`, "2: 社員|名前"},
		"blanks kept":       {`<si><t xml:space="preserve"> a </t></si><si><t> b</t></si>`, "2:  a | b"},
		"escapes":           {`<si><t>a_x000D_</t></si><si><t>_x005F_x000D_</t></si>`, "2: a\r|_x000D_"},
		"escape over runs":  {`<si><r><t>_x00</t></r><r><t>0D_</t></r></si><si><t/></si>`, "2: _x000D_|"},
		"character data":    {`<si><t><![CDATA[<a>&]]></t></si><si><t>b</t></si>`, "2: <a>&|b"},
		"an extension":      {`<si><t>a</t></si><si><t>b</t></si><extLst><ext/></extLst>`, "2: a|b"},
		"prefixed":          {`<x:si><x:t>a</x:t></x:si><x:si><x:r><x:t>b</x:t></x:r></x:si>`, "2: a|b"},
		"blanks in between": {"\n <si>\n <t>a</t> </si>\n<si><r>\n<t>b</t></r> </si>", "2: a|b"},
	} {
		t.Run(name, func(t *testing.T) {
			checkLines(t, table(tt.more), tt.want)
		})
	}
	counted := func(n string) parts {
		return minimal(headerRow+person).change(t, "xl/sharedStrings.xml", "<sst ", `<sst count="9" uniqueCount="`+n+`" `)
	}
	for _, n := range []string{"", "1", "2", "3"} { // not all programs count well
		checkLines(t, counted(n), "2: Name|Ann")
	}
	checkDamage(t, table(`<si><t>a</t><x/></si>`).zip(t), "doesn't belong there")
	checkDamage(t, table(`<si><r><r><t>a</t></r></r></si>`).zip(t), "doesn't belong there")
	checkDamage(t, table(`<si><t>`+strings.Repeat("s3cret", 60_000)+`</t></si>`).zip(t), "a text is longer than a cell can be")
	checkDamage(t, table(`<si>`+strings.Repeat("<r><t>"+strings.Repeat("s3cret", 1000)+"</t></r>", 60)+`</si>`).zip(t), "a text is longer than a cell can be")
}

func TestXLSXLongestCells(t *testing.T) {
	for _, text := range []string{strings.Repeat("é", 32_767), strings.Repeat("😀", 16_383) + "x", strings.Repeat("_x0041_", 32_767)} {
		want := strings.ReplaceAll(text, "_x0041_", "A")
		book := minimal(headerRow+`<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="inlineStr"><is><t>`+text+`</t></is></c></row>`).
			change(t, "xl/sharedStrings.xml", "</sst>", "<si><t>"+text+"</t></si></sst>")
		for r, err := range openBook(t, book.zip(t)).Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Cells[0].Text != want || r.Cells[1].Text != want {
				t.Errorf("texts of %d and %d bytes, want %d", len(r.Cells[0].Text), len(r.Cells[1].Text), len(want))
			}
		}
	}
	for _, cell := range []string{
		`<c r="A2" t="str"><v>` + strings.Repeat("é", 32_768) + `</v></c>`,
		`<c r="A2" t="inlineStr"><is><t>` + strings.Repeat("é", 32_768) + `</t></is></c>`,
	} {
		checkDamage(t, minimal(headerRow+`<row r="2">`+cell+`</row>`).zip(t), "cell A2: its text is longer than 32767 characters")
	}
	checkDamage(t, minimal(headerRow+`<row r="2"><c r="A2" t="str"><v>`+strings.Repeat("_x0041_", 32_768)+`</v></c></row>`).zip(t), "a text is longer than a cell can be")
	var wide strings.Builder
	for col := range 1024 {
		text := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(col), byte(col >> 8)})) // so that it doesn't shrink too well
		fmt.Fprintf(&wide, `<c r="%s" t="str"><v>%s</v></c>`, sheet.CellName(col, 2), strings.Repeat(text, 300))
	}
	checkDamage(t, minimal(headerRow+`<row r="2">`+wide.String()+`</row>`).zip(t), "row 2 is longer than 16 MiB")
}

// A cell in the last column of 2,000 rows is no reason to make 16,384 cells of each.
func TestXLSXLastColumnInManyRows(t *testing.T) {
	var rows strings.Builder
	for line := 2; line < 2002; line++ {
		fmt.Fprintf(&rows, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, line, line)
	}
	checkDamage(t, minimal(headerRow+rows.String()).zip(t), "cell XFD2: it is behind column AMJ")
}

func TestXLSXTwoValues(t *testing.T) {
	for _, values := range []string{`<v>1</v><v>2</v>`, `<is><t>1</t></is><v>2</v>`, `<v>1</v><is><t>2</t></is>`, `<v/><v>1</v>`} {
		checkDamage(t, minimal(headerRow+`<row r="2"><c r="A2">`+values+`</c></row>`).zip(t), "a cell of row 2 has two values")
	}
}

func TestXLSXMergedCells(t *testing.T) {
	plain := minimal(headerRow + person)
	merged := func(xml string) parts {
		return plain.change(t, worksheetPart, "</sheetData>", "</sheetData>"+xml)
	}
	table := openBook(t, merged(`<sheetProtection/><mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="B7:XFD1048576"></mergeCell></mergeCells>`).zip(t))
	if _, ok := table.Merged(); ok {
		t.Error("merged cells are known before a pass")
	}
	wholeLines(t, table)
	got, ok := table.Merged()
	want := []sheet.Range{
		{FirstColumn: 0, FirstLine: 2, LastColumn: 0, LastLine: 4},
		{FirstColumn: 1, FirstLine: 7, LastColumn: 16_383, LastLine: 1_048_576},
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("merged cells %t (-want +got):\n%s", ok, diff)
	}
	none := openBook(t, merged(`<mergeCells/>`).zip(t))
	wholeLines(t, none)
	if got, ok := none.Merged(); len(got) > 0 || !ok {
		t.Errorf("merged cells %v, %t, want none", got, ok)
	}
	for _, ref := range []string{"", "A1:", "B2:A1", "A1:XFE1", "A1:A1048577", "$A$1:B2", "s3cret"} {
		checkDamage(t, merged(`<mergeCells><mergeCell ref="`+ref+`"/></mergeCells>`).zip(t), "after row 2: merged cells have no valid names")
	}
	checkDamage(t, merged(`<mergeCells><mergeCell/></mergeCells>`).zip(t), "merged cells have no valid names")
	checkDamage(t, merged(`<mergeCells><cell ref="A1:B2"/></mergeCells>`).zip(t), "doesn't belong there")
	var many strings.Builder
	for i := range 100_001 {
		fmt.Fprintf(&many, `<mergeCell ref="A%d:B%d"/>`, i+1, i+1)
	}
	checkDamage(t, merged(`<mergeCells>`+many.String()+`</mergeCells>`).zip(t), "more than 100000 merged cells")
}

// A number format may hold what the reader of the list takes for the cell's text.
func TestXLSXShown(t *testing.T) {
	book := minimal(headerRow + `<row r="2"><c r="A2" s="1" t="inlineStr"><is><t>ann</t></is></c><c r="B2" s="2"><v>501</v></c></row>` +
		`<row r="3"><c r="A3" s="1"><v>7</v></c><c r="B3" s="2"><v>12345</v></c></row>` +
		`<row r="4"><c r="A4" s="1" t="b"><v>1</v></c><c r="B4" s="2" t="str"><v>x</v></c></row>` +
		`<row r="5"><c r="A5" s="9" t="str"><v>x</v></c><c r="B5" s="2"><v>-7</v></c></row>` +
		`<row r="6"><c r="A6" s="1" t="s"><v>1</v></c><c r="B6" s="3"><v>7</v></c></row>`)
	book["xl/styles.xml"] = `<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="@&quot;@mail.example.com&quot;"/><numFmt numFmtId="165" formatCode="00000"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="49"/></cellXfs></styleSheet>`
	var got []string
	for r, err := range openBook(t, book.zip(t)).Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Cells {
			got = append(got, fmt.Sprintf("%s %q", c.Text, c.Shown))
		}
	}
	want := []string{
		`ann "ann@mail.example.com"`, `501 "00501"`, `7 ""`, `12345 ""`, `TRUE ""`, `x ""`, `x ""`, `-7 ""`, `Name "Name@mail.example.com"`, `7 ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}

func TestXLSXStyles(t *testing.T) {
	cell := headerRow + `<row r="2"><c r="A2" s="1"><v>45351</v></c></row>`
	styles := func(xml string) parts {
		return minimal(cell).with(parts{"xl/styles.xml": "<styleSheet>" + xml + "</styleSheet>"})
	}
	checkLines(t, styles(`<numFmts><numFmt numFmtId="164" formatCode="dd&quot;.&quot;mm"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs>`), "2: 2024-02-29|")
	checkLines(t, styles(`<cellXfs><xf/><xf numFmtId="164"/></cellXfs>`), "2: 45351|")
	checkLines(t, styles(`<numFmts><numFmt numFmtId="14" formatCode="0"/></numFmts><cellXfs><xf/><xf numFmtId="14"/></cellXfs>`), "2: 45351|")
	checkLines(t, styles(`<cellXfs><xf/><xf numFmtId="14"><alignment/></xf></cellXfs><dxfs><dxf><numFmt numFmtId="14" formatCode="0"/></dxf></dxfs>`), "2: 2024-02-29|")
	checkLines(t, styles(`<cellXfs><xf/><xf numFmtId=""/></cellXfs>`), "2: 45351|")
	checkDamage(t, styles(`<cellXfs><xf/><xf numFmtId="x"/></cellXfs>`).zip(t), "a number format has no valid number")
	checkDamage(t, styles(`<numFmts><numFmt numFmtId="-1"/></numFmts>`).zip(t), "a number format has no valid number")
}

func TestXLSXDayThatNeverWas(t *testing.T) {
	checkLines(t, minimal(headerRow+`<row r="2"><c r="A2" s="1"><v>60</v></c><c r="B2" s="1"><v>59</v></c></row><row r="3"><c r="A3" s="1"><v>0.75</v></c><c r="B3" s="1"><v>61.5</v></c></row>`),
		"2: 1900-02-29|1900-02-28", "3: 1899-12-31T18:00:00|1900-03-01T12:00:00")
}

// Rows that a filter hides are hidden rows, and are read.
func TestXLSXFilteredRows(t *testing.T) {
	book := minimal(headerRow+person+`<row r="3" hidden="1"><c r="A3"><v>-3</v></c></row><row r="4" hidden="true"><c r="A4"><v>-4</v></c></row>`).
		change(t, worksheetPart, "<sheetData>", `<sheetPr filterMode="1"/><sheetData>`).
		change(t, worksheetPart, "</sheetData>", `</sheetData><autoFilter ref="A1:B4"><filterColumn colId="0"><filters><filter val="Ann"/></filters></filterColumn></autoFilter>`)
	checkLines(t, book, "2: Name|Ann", "3 hidden: -3|", "4 hidden: -4|")
}

func TestXLSXHiddenColumns(t *testing.T) {
	book := minimal(headerRow+person).change(t, worksheetPart, "<sheetData>",
		`<cols><col min="2" max="16384" hidden="1"/><col min="1" max="1" hidden="0"/><col min="x" hidden="1"/><col min="2" max="2" hidden="1"/></cols><sheetData>`)
	if diff := cmp.Diff([]int{1}, openBook(t, book.zip(t)).HiddenColumns); diff != "" {
		t.Errorf("hidden columns (-want +got):\n%s", diff)
	}
}

// Neither macros nor links are followed: a workbook that has them is read as any other, and of the parts that they are in nothing.
func TestXLSXMacrosAndLinks(t *testing.T) {
	const rels = "xl/_rels/workbook.xml.rels"
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	plain := minimal(headerRow + `<row r="2"><c r="A2" t="str"><f>[1]People!A1</f><v>stored</v></c><c r="B2"><f>WEBSERVICE("http://127.0.0.1:1/")</f></c></row>`)
	checkLines(t, plain.with(parts{
		"xl/vbaProject.bin":                  "\xd0\xcf\x11\xe0 not read",
		"xl/externalLinks/externalLink1.xml": "<broken",
		rels: strings.Replace(plain[rels], "</Relationships>",
			`<Relationship Id="rId7" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>`+
				`<Relationship Id="rId8" Type="`+office+`externalLink" Target="externalLinks/externalLink1.xml"/>`+
				`<Relationship Id="rId9" Type="`+office+`sharedStrings" Target="http://127.0.0.1:1/x.xml" TargetMode="External"/></Relationships>`, 1),
	}), "2 formula: stored|")
}

func TestXLSXWorkbookDamage(t *testing.T) {
	plain := minimal(headerRow + person)
	const book, rels = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
	for name, tt := range map[string]struct {
		book parts
		says string
	}{
		"stranger among the sheets":        {plain.change(t, book, "<sheets>", "<sheets><sheeu/>"), "doesn't belong there"},
		"stranger among the relationships": {plain.change(t, rels, "<Relationship ", "<Relationshiq/><Relationship "), "doesn't belong there"},
		"other root of relationships":      {plain.with(parts{rels: "<x/>"}), "the root element is another one"},
		"too many sheets":                  {plain.change(t, book, "<sheets>", "<sheets>"+strings.Repeat("<sheet/>", 2000)), "too many elements of a kind"},
		"too many relationships":           {plain.change(t, rels, "<Relationship ", strings.Repeat("<Relationship/>", 2000)+"<Relationship "), "too many elements of a kind"},
		"two relationships of one name":    {plain.change(t, rels, `Id="rId2"`, `Id="rId1"`), "two relationships have one name"},
		"document type":                    {plain.with(parts{book: `<!DOCTYPE workbook SYSTEM "file:///etc/hostname">` + plain[book]}), "document type declaration"},
		"entity in the shared strings": {plain.with(parts{"xl/sharedStrings.xml": `<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>` + plain["xl/sharedStrings.xml"]}),
			"xl/sharedStrings.xml, byte 0: there is a document type declaration"},
	} {
		t.Run(name, func(t *testing.T) {
			checkDamage(t, tt.book.zip(t), tt.says)
		})
	}
}

// The place of damage tells the part, the byte and the last row that was whole.
func TestXLSXDamagePlace(t *testing.T) {
	book := minimal(headerRow + person + `<row r="3"><c r="A3" t="str"><v>s3cret&</v></c></row>`)
	at := strings.Index(book[worksheetPart], "s3cret&")
	checkDamage(t, book.zip(t), fmt.Sprintf("%s, byte %d, after row 2: the XML has a bare & or an unknown entity", worksheetPart, at))
}

// A chart that stands first is no table, and a sheet that only a macro can show is not chosen.
func TestXLSXChartFirstAndVeryHidden(t *testing.T) {
	const book, rels = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	plain := minimal(headerRow + person)
	sheets := plain.
		change(t, book, "<sheets>", `<sheets><sheet name="Chart" sheetId="8" r:id="rId8"/><sheet name="Secret" sheetId="9" state="veryHidden" r:id="rId9"/>`).
		change(t, rels, "</Relationships>", `<Relationship Id="rId8" Type="`+office+`chartsheet" Target="chartsheets/sheet1.xml"/>`+
			`<Relationship Id="rId9" Type="`+office+`worksheet" Target="worksheets/sheet9.xml"/></Relationships>`).
		with(parts{"xl/chartsheets/sheet1.xml": "<chartsheet/>", "xl/worksheets/sheet9.xml": plain[worksheetPart]})
	if table := checkLines(t, sheets, "2: Name|Ann"); table.Sheet != "People" {
		t.Errorf("worksheet %q", table.Sheet)
	}
	only := sheets.with(parts{worksheetPart: "<worksheet><sheetData/></worksheet>"})
	_, err := sheet.OpenBytes(t.Context(), "book.xlsx", only.zip(t), byWords)
	if hidden, ok := errors.AsType[*sheet.HiddenSheetError](err); !ok || hidden.Sheet != "Secret" {
		t.Errorf("only a very hidden worksheet has a header: %v", err)
	}
	checkDamage(t, sheets.change(t, rels, "chartsheet\"", "chartsheeu\"").zip(t), "a sheet is of an unknown kind")
}
