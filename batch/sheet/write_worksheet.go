package sheet

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// mostFrozen is how many lines may stay in sight: more would leave little room for those below.
	mostFrozen = 10
	// mostTextFormat bounds the texts that are formatted as text, for Excel shows number signs in place of longer ones.
	mostTextFormat = 255
	defaultHeight  = 15 // of a line, in points
	mostHeight     = 405
	flushAt        = 1 << 16
)

// worksheetWriter writes one worksheet.
type worksheetWriter struct {
	w        io.Writer
	layout   Layout
	names    []string // of the columns
	buf      []byte   // not yet written
	line     int      // the last that was written
	comments []comment
	links    []link
}

type comment struct {
	column, line int
	text         string
}

type link struct{ from, to string }

func newWorksheetWriter(w io.Writer, l Layout) *worksheetWriter {
	s := &worksheetWriter{w: w, layout: l}
	for i := range l.Widths {
		s.names = append(s.names, ColumnName(i))
	}
	s.begin()
	return s
}

// begin writes what stands before the lines.
func (s *worksheetWriter) begin() {
	l := s.layout
	s.put(xmlHead, `<worksheet `, nsMain, ` xmlns:r="`, relOffice, `"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`,
		`<dimension ref="A1:`, s.end(), `"/><sheetViews><sheetView workbookViewId="0">`)
	if 0 < l.Header && l.Header <= mostFrozen {
		s.buf = fmt.Appendf(s.buf, `<pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/>`, l.Header, l.Header+1)
		s.buf = fmt.Appendf(s.buf, `<selection pane="bottomLeft" activeCell="A%d" sqref="A%[1]d"/>`, l.Header+1)
	}
	s.put(`</sheetView></sheetViews><sheetFormatPr defaultRowHeight="`, strconv.Itoa(defaultHeight), `"/><cols>`)
	for i, width := range l.Widths {
		s.buf = fmt.Appendf(s.buf, `<col min="%d" max="%[1]d" width="%d" customWidth="1"`, i+1, width)
		if slices.Contains(l.Text, i) {
			s.buf = fmt.Appendf(s.buf, ` style="%d"`, style(Plain, asText))
		}
		s.put(`/>`)
	}
	s.put(`</cols><sheetData>`)
}

// end is the cell in the lower right corner of the table.
func (s *worksheetWriter) end() string {
	return CellName(len(s.layout.Widths)-1, max(s.layout.Last, s.layout.Header, 1))
}

func (s *worksheetWriter) put(texts ...string) {
	for _, t := range texts {
		s.buf = append(s.buf, t...)
	}
}

func (s *worksheetWriter) row(number int, cells []BookCell) error {
	switch {
	case number <= s.line || number > s.layout.Last:
		return fmt.Errorf("write line %d: the one before is %d, the last %d", number, s.line, s.layout.Last)
	case len(cells) > len(s.names):
		return fmt.Errorf("write line %d: it has %d cells, the worksheet %d columns", number, len(cells), len(s.names))
	}
	for i, c := range cells {
		if tooLong(c.Text) {
			return fmt.Errorf("write line %d: cell %s is longer than %d characters", number, CellName(i, number), maxCellChars)
		}
	}
	s.line = number
	at := strconv.Itoa(number)
	s.put(`<row r="`, at)
	if number == s.layout.Header {
		s.put(`" ht="20" customHeight="1`)
	} else if n := s.wrapped(cells); n > 1 {
		s.put(`" ht="`, strconv.Itoa(min(n*defaultHeight, mostHeight)))
	}
	s.put(`">`)
	for i, c := range cells {
		s.cell(i, at, c)
		if c.Comment != "" {
			s.comments = append(s.comments, comment{i, number, c.Comment})
		}
		if c.Link != "" {
			s.links = append(s.links, link{s.names[i] + at, c.Link})
		}
	}
	s.put(`</row>`)
	if len(s.buf) < flushAt {
		return nil
	}
	return s.flush()
}

// wrapped is how many lines of text the cells of a row take. Not every program finds out by itself.
func (s *worksheetWriter) wrapped(cells []BookCell) int {
	lines := 1
	for i, c := range cells {
		if c.Look == Wrapped {
			lines = max(lines, 1+utf8.RuneCountInString(c.Text)/max(s.layout.Widths[i], 1))
		}
	}
	return lines
}

// cell writes a cell as a value of its kind if it can be one, else as text. One that is blank and looks plain is left out.
func (s *worksheetWriter) cell(column int, line string, c BookCell) {
	kind, format, value := "", asItIs, ""
	switch c.Kind {
	case Number:
		if f, ok := parseNumber(c.Text); ok && keeps(f, c.Text) {
			value = strconv.FormatFloat(f, 'f', -1, 64)
		}
	case Date:
		if serial, ok := dateSerial(c.Date); ok && !c.Date.IsZero() {
			value, format = strconv.FormatFloat(serial, 'f', -1, 64), asDay
			if len(dateText(c.Date)) > len(dayLayout) {
				format = asTime
			}
		}
	case Bool:
		switch c.Text {
		case "TRUE":
			kind, value = ` t="b"`, "1"
		case "FALSE":
			kind, value = ` t="b"`, "0"
		}
	}
	blank := value == "" && c.Text == ""
	switch {
	case blank && c.Look == Plain:
		return
	case blank && slices.Contains(s.layout.Text, column):
		format = asText
	case value == "" && !blank:
		kind = ` t="inlineStr"`
		if len(c.Text) <= mostTextFormat {
			format = asText
		}
	}
	shown := style(c.Look, format)
	s.put(`<c r="`, s.names[column], line, `"`)
	if shown > 0 {
		s.put(` s="`, strconv.Itoa(shown), `"`)
	}
	switch {
	case blank:
		s.put(`/>`)
	case value != "":
		s.put(kind, `><v>`, value, `</v></c>`)
	default:
		s.put(kind, `><is>`)
		s.buf = appendRuns(s.buf, c.Text)
		s.put(`</is></c>`)
	}
}

// keeps tells whether a spreadsheet program, which has 15 digits, keeps all of a number's.
func keeps(f float64, text string) bool {
	if strconv.FormatFloat(f, 'f', -1, 64) == text {
		return true
	}
	mantissa, _, _ := strings.Cut(strings.ToUpper(text), "E")
	digits := strings.TrimLeft(strings.NewReplacer("+", "", "-", "", ".", "").Replace(mantissa), "0")
	return len(digits) <= 15
}

// close writes what stands behind the lines.
func (s *worksheetWriter) close() error {
	s.put(`</sheetData>`)
	if h := s.layout.Header; h > 0 {
		s.put(`<autoFilter ref="A`, strconv.Itoa(h), `:`, s.end(), `"/>`)
	}
	for i, l := range s.links {
		if i == 0 {
			s.put(`<hyperlinks>`)
		}
		s.put(`<hyperlink ref="`, l.from, `" location="`)
		s.buf = appendXML(s.buf, l.to)
		s.put(`"/>`)
	}
	if len(s.links) > 0 {
		s.put(`</hyperlinks>`)
	}
	// Texts of digits are meant: no program needs to mark them.
	s.put(`<pageSetup orientation="landscape" fitToHeight="0"/><ignoredErrors><ignoredError sqref="A1:`, s.end(), `" numberStoredAsText="1"/></ignoredErrors>`)
	if len(s.comments) > 0 {
		s.put(`<legacyDrawing r:id="rId1"/>`)
	}
	s.put(`</worksheet>`)
	return s.flush()
}

func (s *worksheetWriter) flush() error {
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

// appendRuns adds a text such that it is read as it is. Where it looks as if it had an escape, such as _x000D_, it is cut into
// runs: then there is nothing to take for one.
func appendRuns(x []byte, text string) []byte {
	if !strings.Contains(text, "_x") {
		return appendText(x, text)
	}
	for text != "" {
		n := strings.Index(text, "_x") + 1
		if n == 0 {
			n = len(text)
		}
		x = append(x, `<r>`...)
		x = appendText(x, text[:n])
		x = append(x, `</r>`...)
		text = text[n:]
	}
	return x
}

func appendText(x []byte, text string) []byte {
	if text[0] <= ' ' || text[len(text)-1] <= ' ' {
		x = append(x, `<t xml:space="preserve">`...)
	} else {
		x = append(x, `<t>`...)
	}
	x = appendXML(x, text)
	return append(x, `</t>`...)
}

// appendXML adds a text as XML has it, between tags or in an attribute. What XML can't hold is replaced: control characters by
// their pictures, what is no character by U+FFFD.
func appendXML(x []byte, text string) []byte {
	const pictures = '\u2400'
	done := 0
	for i, r := range text {
		with := ""
		switch {
		case r == '&':
			with = "&amp;"
		case r == '<':
			with = "&lt;"
		case r == '>':
			with = "&gt;"
		case r == '"':
			with = "&quot;"
		case r == '\t':
			with = "&#9;"
		case r == '\n':
			with = "&#10;"
		case r == '\r':
			with = "&#13;"
		case r < ' ':
			with = string(pictures + r)
		case r == utf8.RuneError || r == '\ufffe' || r == '\uffff':
			with = string(utf8.RuneError)
		default:
			continue
		}
		x = append(x, text[done:i]...)
		x = append(x, with...)
		_, size := utf8.DecodeRuneInString(text[i:])
		done = i + size
	}
	return append(x, text[done:]...)
}
