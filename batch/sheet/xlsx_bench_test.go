package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// benchRows is how many people the workbooks of the benchmarks have.
const benchRows = 100_000

// benchBook makes a workbook of 12 columns: with all texts in the cells, as programs write it that stream, or as spreadsheet
// programs save it, with shared strings, booleans and dates.
func benchBook(b *testing.B, shared bool) []byte {
	b.Helper()
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name, content string) {
		w, err := z.Create(name)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			b.Fatal(err)
		}
	}
	var rows, texts strings.Builder
	count := 0
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&#34;")
	text := func(name, s string) {
		s = escape.Replace(s)
		if shared {
			fmt.Fprintf(&rows, `<c r="%s" t="s"><v>%d</v></c>`, name, count)
			fmt.Fprintf(&texts, `<si><t>%s</t></si>`, s)
			count++
			return
		}
		fmt.Fprintf(&rows, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, name, s)
	}
	for line := 1; line <= benchRows+1; line++ {
		fmt.Fprintf(&rows, `<row r="%d">`, line)
		for col := range 12 {
			name := CellName(col, line)
			switch {
			case col == 0:
				text(name, fmt.Sprintf("first.last%d@example.com", line))
			case col == 1:
				text(name, fmt.Sprintf("First Last %d", line))
			case col == 2:
				text(name, fmt.Sprintf("Sunny,\"Day\"&<%d", line))
			case col == 10:
				text(name, fmt.Sprintf("ACC-%06d", line))
			case col == 11:
				text(name, fmt.Sprintf("group%d@example.com", line%50))
			case shared && col == 9:
				fmt.Fprintf(&rows, `<c r="%s" s="1"><v>%d</v></c>`, name, 45000+line%1000)
			case shared:
				fmt.Fprintf(&rows, `<c r="%s" t="b"><v>%d</v></c>`, name, line*col%2)
			case col == 9:
				text(name, "2026-12-01")
			default:
				text(name, [...]string{"yes", "no"}[line*col%2])
			}
		}
		rows.WriteString("</row>")
	}
	add("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>`+
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>`)
	add("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	add("xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="`+office+`"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+
		`<Relationship Id="rId1" Type="`+office+`/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="`+office+`/sharedStrings" Target="sharedStrings.xml"/>`+
		`<Relationship Id="rId3" Type="`+office+`/styles" Target="styles.xml"/></Relationships>`)
	add("xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`)
	add("xl/sharedStrings.xml", fmt.Sprintf(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="%d">%s</sst>`, count, texts.String()))
	add("xl/worksheets/sheet1.xml", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+rows.String()+`</sheetData></worksheet>`)
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// scan is a way to count the rows of a workbook.
type scan func(b *testing.B, book []byte) (rows int, err error)

// BenchmarkScanXLSX stands beside excelize, which sees neither damage nor dates.
func BenchmarkScanXLSX(b *testing.B) {
	for texts, shared := range map[string]bool{"inline": false, "shared": true} {
		book := benchBook(b, shared)
		for who, count := range map[string]scan{"ours": scanOurs, "excelize-Rows": scanExcelize} {
			b.Run(texts+"/"+who, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if rows, err := count(b, book); err != nil || rows != benchRows+1 {
						b.Fatalf("%d rows, %v", rows, err)
					}
				}
				b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

func scanOurs(b *testing.B, data []byte) (int, error) {
	in := &input{data: data}
	c, err := openContainer(in)
	if err != nil {
		return 0, err
	}
	defer c.close()
	book, err := openWorkbook(b.Context(), c)
	if err != nil {
		return 0, err
	}
	src, err := openWorksheet(b.Context(), in, book.sheets[0].part, book)
	if err != nil {
		return 0, err
	}
	defer src.close()
	for rows := 0; ; rows++ {
		if _, err := src.next(); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
	}
}

func scanExcelize(_ *testing.B, data []byte) (int, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
	if err != nil {
		return 0, err
	}
	rows, err := f.Rows("People")
	if err != nil {
		return 0, err
	}
	n := 0
	for ; rows.Next(); n++ {
		if _, err := rows.Columns(); err != nil {
			return n, err
		}
	}
	return n, errors.Join(rows.Close(), f.Close())
}
