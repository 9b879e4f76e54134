package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// barePart reads a part without a zip file, and without a goroutine.
func barePart(text string) *part {
	return &part{name: "part", xmlScanner: newXMLScanner(&charReader{in: strings.NewReader(text)}, "utf-8")}
}

// scanParts reads a worksheet and what its cells refer to. It returns what is read of the rows without an error, and checks that
// they are in order and within the bounds.
func scanParts(t *testing.T, worksheet, shared, styles string) []string {
	t.Helper()
	book := &workbook{strings: &stringTable{}}
	if err := book.strings.read(barePart(shared)); err != nil {
		return nil
	}
	var err error
	if book.styles, err = readStyles(barePart(styles)); err != nil {
		return nil
	}
	s := &xlsxSource{part: barePart(worksheet), book: book}
	s.rows.part = s.part
	var out []string
	for last := 0; ; {
		l, err := s.next()
		if errors.Is(err, io.EOF) {
			return append(out, fmt.Sprint(s.rows.hidden, s.merged()))
		}
		if err != nil {
			damage, ok := errors.AsType[*DamageError](err)
			if !ok || damage.Place == "" || damage.What == "" {
				t.Fatalf("error %v", err)
			}
			return nil
		}
		if l.number <= last || l.number > maxLine || len(l.cells) > maxColumns {
			t.Fatalf("line %d with %d cells comes after line %d", l.number, len(l.cells), last)
		}
		last = l.number
		for i, c := range l.cells {
			if tooLong(c.Text) || c.Kind == Text && !strings.Contains(c.Shown, c.Text) && c.Shown != "" {
				t.Fatalf("cell %s is %+v", CellName(i, last), c)
			}
		}
		out = append(out, fmt.Sprintf("%d %t %v %+v", l.number, l.hidden, l.fault, l.cells))
	}
}

// Whatever the parts hold: if they aren't refused, the rows are in order, and a comment or an instruction between elements
// changes nothing.
func FuzzXLSX(f *testing.F) {
	const shared = `<sst uniqueCount="2"><si><r><t>Em</t></r><r><t>ail</t></r><rPh><t>x</t></rPh></si><si/></sst>`
	const styles = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="@&quot;x&quot;"/></numFmts><cellXfs><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	f.Add(`<worksheet><cols><col min="1" max="2" hidden="1"/></cols><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Name</t></is></c></row>`+
		`<row r="9" hidden="1"/><row/></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`, shared, styles)
	f.Add(`<x:worksheet><x:sheetData><x:row r="3"><x:c r="B3" s="1"><x:v>45000.5</x:v></x:c><x:c r="D3" t="str"><x:f>1</x:f><x:v>_x000D_</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
		`<sst/>`, styles)
	f.Add(`<worksheet><sheetData><row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2024-02-29</v></c><c><f>1</f></c></row></sheetData></worksheet>`, shared, `<styleSheet/>`)
	f.Fuzz(func(t *testing.T, worksheet, shared, styles string) {
		got := scanParts(t, worksheet, shared, styles)
		if got == nil || strings.Contains(worksheet, "<!") || strings.Contains(worksheet, "<?") {
			return
		}
		annotated := strings.ReplaceAll(worksheet, "</", "<!-- > --><?p <?></")
		if diff := cmp.Diff(got, scanParts(t, annotated, shared, styles)); diff != "" {
			t.Errorf("%q with comments (-without +with):\n%s", worksheet, diff)
		}
	})
}
