package sheet

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// commentsPart has the texts of a worksheet's comments.
func commentsPart(comments []comment) []byte {
	x := []byte(xmlHead + `<comments ` + nsMain + `><authors><author>mimebatch</author></authors><commentList>`)
	for _, c := range comments {
		x = fmt.Appendf(x, `<comment ref="%s" authorId="0"><text>`, CellName(c.column, c.line))
		first, rest, more := strings.Cut(c.text, "\n")
		x = appendRun(x, `<b/>`, first)
		if more {
			x = appendRun(x, "", "\n"+rest)
		}
		x = append(x, `</text></comment>`...)
	}
	return append(x, `</commentList></comments>`...)
}

func appendRun(x []byte, bold, text string) []byte {
	x = append(x, `<r><rPr>`+bold+`<sz val="9"/><color indexed="81"/><rFont val="Tahoma"/><family val="2"/></rPr>`...)
	x = append(x, `<t xml:space="preserve">`...)
	x = appendXML(x, text)
	return append(x, `</t></r>`...)
}

// Sizes in pixels, as spreadsheet programs reckon them.
const (
	lineHeight   = 20
	commentWidth = 300
	perLine      = 44 // characters that a line of a comment takes
	commentLine  = 15
)

// A shape's number belongs to a block of them, which only one worksheet has.
const perBlock = 1024

func shapeBlocks(shapes int) int { return shapes/perBlock + 1 }

// drawingPart has the boxes that the comments are shown in. Their format is one from before XML workbooks, and programs rely on
// it: a comment without a box is one that they don't show. Block is the first block of shape numbers that is free.
func drawingPart(comments []comment, widths []int, block int) []byte {
	x := []byte(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" ` +
		`xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="`)
	for i := range shapeBlocks(len(comments)) {
		if i > 0 {
			x = append(x, ',')
		}
		x = fmt.Append(x, block+i)
	}
	x = append(x, `"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">`+
		`<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`...)
	for i, c := range comments {
		x = fmt.Appendf(x, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;visibility:hidden" `, block*perBlock+1+i)
		x = append(x, `fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>`+
			`<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`...)
		x = append(x, `<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>`...)
		x = appendAnchor(x, c, widths)
		x = fmt.Appendf(x, `</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`, c.line-1, c.column)
	}
	return append(x, `</xml>`...)
}

// appendAnchor adds where a comment's box is: right of its cell, as high as its text needs. Four pairs say it, each the number of a
// column or line and how far into that.
func appendAnchor(x []byte, c comment, widths []int) []byte {
	const gap = 15
	right, into := c.column+1, gap+commentWidth
	for {
		width := 64 // of a column that has none of its own
		if right < len(widths) {
			width = widths[right]*7 + 5
		}
		if into < width || right == maxColumn-1 {
			break
		}
		into -= width
		right++
	}
	top := max(c.line-2, 0)
	height := commentLine
	for l := range strings.SplitSeq(c.text, "\n") {
		height += commentLine * (1 + utf8.RuneCountInString(l)/perLine)
	}
	return fmt.Appendf(x, "%d, %d, %d, 10, %d, %d, %d, %d",
		c.column+1, gap, top, right, into, top+(10+height)/lineHeight, (10+height)%lineHeight)
}
