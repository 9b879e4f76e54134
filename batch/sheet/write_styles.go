package sheet

import (
	"fmt"
	"strings"
)

// Look is how a cell of a [Book] looks.
type Look uint8

const (
	Plain   Look = iota
	Heading      // bold on a dark ground
	Title        // bold and large
	Red          // on light red
	Yellow       // on light yellow
	Wrapped      // on as many lines as it takes
	Linked       // blue and underlined
)

// looks are the parts of the styles, by Look: the numbers of font and fill as stylesPart lists them, and how the text stands.
var looks = [...]struct {
	font, fill int
	alignment  string
}{
	Plain:   {},
	Heading: {font: 1, fill: 2, alignment: `vertical="center"`},
	Title:   {font: 2},
	Red:     {fill: 3, alignment: `vertical="top"`},
	Yellow:  {fill: 4, alignment: `vertical="top"`},
	Wrapped: {alignment: `vertical="top" wrapText="1"`},
	Linked:  {font: 3, alignment: `vertical="top"`},
}

// format is how a cell's value is shown.
type format uint8

const (
	asItIs format = iota
	asText        // and what people type is text too
	asDay
	asTime
)

// formatIDs are the numbers of the formats. Those below 164 every program knows.
var formatIDs = [...]int{asItIs: 0, asText: 49, asDay: 164, asTime: 165}

// style numbers the combination of a look and a format.
func style(l Look, f format) int { return int(l)*len(formatIDs) + int(f) }

// stylesPart has a style for each look in each format.
func stylesPart() []byte {
	font := func(face string, size int, colour string) string {
		return fmt.Sprintf(`<font>%s<sz val="%d"/><color rgb="FF%s"/><name val="Calibri"/><family val="2"/></font>`, face, size, colour)
	}
	ground := func(colour string) string {
		return `<fill><patternFill patternType="solid"><fgColor rgb="FF` + colour + `"/><bgColor indexed="64"/></patternFill></fill>`
	}
	var x strings.Builder
	x.WriteString(xmlHead + `<styleSheet ` + nsMain + `>` +
		`<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="4">` + font("", 11, "000000") + font("<b/>", 11, "FFFFFF") + font("<b/>", 14, "000000") + font("<u/>", 11, "0563C1") + `</fonts>` +
		`<fills count="5"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
		ground("1F4E78") + ground("FFC7CE") + ground("FFEB9C") + `</fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>`)
	fmt.Fprintf(&x, `<cellXfs count="%d">`, len(looks)*len(formatIDs))
	for _, l := range looks {
		for _, id := range formatIDs {
			fmt.Fprintf(&x, `<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"`, id, l.font, l.fill)
			if l.alignment == "" {
				x.WriteString(`/>`)
			} else {
				x.WriteString(` applyAlignment="1"><alignment ` + l.alignment + `/></xf>`)
			}
		}
	}
	x.WriteString(`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`)
	return []byte(x.String())
}
