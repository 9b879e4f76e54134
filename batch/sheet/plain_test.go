package sheet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const plainStyles = `<styleSheet><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>`

// plainCell is a cell in a worksheet, and among shared strings, as nearly all programs write it.
func plainCell(kind, value string, formula, inline bool) (worksheet, shared string) {
	f := ""
	if formula {
		f = "<f>1</f>"
	}
	v := "<v>" + value + "</v>"
	if inline {
		v = "<is><t>" + value + "</t></is>"
	}
	cells := fmt.Sprintf(`<c r="A1" t="%s" s="1">%s%s</c><c r="C1"><v>7</v></c><c r="D1" t="s"><v>1</v></c>`, kind, f, v)
	return `<worksheet><sheetData><row>` + cells + `</row><row r="9"/></sheetData></worksheet>`,
		`<sst><si><t>` + value + `</t></si><si><t xml:space="preserve">` + value + ` </t></si></sst>`
}

// roundabout writes the same XML such that the way around the tokens doesn't fit.
func roundabout(xml string) string {
	return strings.NewReplacer("</v>", "</v >", "</t>", "</t\n>", "</is>", "</is >").Replace(xml)
}

// A value that is read around the tokens is the value that the tokens tell, or both are refused.
func FuzzPlainCells(f *testing.F) {
	for _, value := range []string{"", "1", "45000.5", " a ", "é😀", "a_x000D_b_x005F_", "_x0000_", "a&amp;b", "a\rb\r\n", "a>b", "]]>", "&", "1e5", "a\nb", strings.Repeat("_x0041_", 300)} {
		for _, kind := range []string{"", "s", "inlineStr", "str", "b", "e", "d", "zz"} {
			f.Add(kind, value, false, kind == "inlineStr")
		}
		f.Add("str", value, true, false)
		f.Add("n", value, true, true)
	}
	f.Fuzz(func(t *testing.T, kind, value string, formula, inline bool) {
		if strings.ContainsAny(kind, `"<&`) || strings.Contains(value, "<") {
			return
		}
		worksheet, shared := plainCell(kind, value, formula, inline)
		want := scanParts(t, roundabout(worksheet), roundabout(shared), plainStyles)
		if diff := cmp.Diff(want, scanParts(t, worksheet, shared, plainStyles)); diff != "" {
			t.Errorf("%q of kind %q (-by tokens +around them):\n%s", value, kind, diff)
		}
	})
}

// The way around the tokens is taken where it fits whole, and else nothing has happened.
func TestXMLPlain(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string
		ok         bool
	}{
		{"text", "<c><v>a</v></c>", "a", true},
		{"no text", "<c><v></v></c>", "", true},
		{"other alphabets", "<c><v>é😀</v></c>", "é😀", true},
		{"line ends and quotes", "<c><v>a\n\t\"'</v></c>", "a\n\t\"'", true},
		{"longest", "<c><v>" + strings.Repeat("x", maxText) + "</v></c>", strings.Repeat("x", maxText), true},
		{"too long", "<c><v>" + strings.Repeat("x", maxText+1) + "</v></c>", "", false},
		{"reference", "<c><v>&amp;</v></c>", "", false},
		{"CR", "<c><v>a\r</v></c>", "", false},
		{"greater", "<c><v>]]></v></c>", "", false},
		{"blank in a tag", "<c><v>a</v ></c>", "", false},
		{"attribute", "<c><v x='1'>a</v></c>", "", false},
		{"more behind it", "<c><v>a</v><f/></c>", "", false},
		{"empty tag", "<c/>", "", false},
		{"prefix", "<x:c><v>a</v></c>", "", false},
		{"other element", "<d><v>a</v></c>", "", false},
		{"cut", "<c><v>a</v></c", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := newXMLScanner(strings.NewReader(""), "utf-8")
			x.buf = append(x.buf, tt.text...)
			if _, err := x.next(); err != nil {
				t.Fatal(err)
			}
			before, depth := x.at, x.depth()
			text, ok := x.plain("<v>", "</v></c>")
			if ok != tt.ok || string(text) != tt.want {
				t.Errorf("plain = %d bytes, %t, want %d, %t", len(text), ok, len(tt.want), tt.ok)
			}
			if ok && (x.at != len(tt.text) || x.depth() != depth-1) || !ok && (x.at != before || x.depth() != depth) {
				t.Errorf("then byte %d is next in %d elements", x.at, x.depth())
			}
		})
	}
}
