package batch

import (
	"slices"
	"strings"
	"unicode"

	"mimebatch/batch/sheet"
)

// LineKind names what a line below the header is that is no person. Kinds are part of --json.
type LineKind string

// The kinds of line that are left out. A line with an address is left out only if it is an example or hidden.
const (
	LineHeader   LineKind = "header_again"  // the header's own texts
	LineHeadings LineKind = "more_headings" // headings once more, in other words
	LineExample  LineKind = "example"       // a row that begins with "Example:"
	LineTotal    LineKind = "total"         // a total, a count, a page number, who made the report and when
	LineRuler    LineKind = "ruler"         // nothing but dashes and the like
	LineBeside   LineKind = "beside"        // only cells of a table that stands beside this one
	LineNote     LineKind = "note"          // one cell of text below the last person
	LineHidden   LineKind = "hidden"        // hidden in the spreadsheet, and not wanted
)

var lineWords = map[LineKind]string{
	LineHeader:   "the header again",
	LineHeadings: "a second line of headings",
	LineExample:  "an example",
	LineTotal:    "a total, a count or a note of the report",
	LineRuler:    "a ruled line",
	LineBeside:   "only cells of another table beside this one",
	LineNote:     "a note below the last person",
	LineHidden:   "hidden in the spreadsheet",
}

// String says in words what the line is.
func (k LineKind) String() string { return lineWords[k] }

// LeftOut is a line below the header that is not read as a person.
type LeftOut struct {
	Line int
	Kind LineKind
}

// sorter tells people from other lines while the lines of a sheet pass by from the first to the last.
type sorter struct {
	s      *Sheet
	people int // rows with an address so far
}

// kind tells what a line that isn't blank is, "" for a row. Which lines are notes is known only behind the last row, so the
// first pass calls none so.
func (k *sorter) kind(raw sheet.Row) LineKind {
	s := k.s
	switch {
	case raw.Hidden && s.Options.SkipHidden:
		return LineHidden
	case s.Options.AllRows || raw.Fault != nil && raw.Fault.Code != sheet.FaultRagged:
		return ""
	case k.people == 0 && isExample(raw.Cells):
		return LineExample
	case anyAddress(raw.Cells):
		k.people++
		return ""
	}
	first, filled := outline(raw.Cells)
	logOn := s.Options.Domain != "" && s.address(raw) != "" // a name that the domain makes an address
	switch {
	case filled == 0:
		return "" // broken altogether
	case s.isHeaderAgain(raw.Cells):
		return LineHeader
	case !logOn && isHeadingRow(raw.Cells) && announcesAddress(s.text(raw, Email)):
		return LineHeadings
	case isTotal(raw.Cells[first:], filled) && !s.mayBePerson(raw, first, logOn):
		return LineTotal
	case isRuler(raw.Cells):
		return LineRuler
	case s.gap > 0 && first >= s.gap:
		return LineBeside
	case s.notes[raw.Line]:
		return LineNote
	}
	if logOn {
		k.people++
	}
	return ""
}

// announcesAddress tells whether a text is the heading of a column of addresses or log-on names.
func announcesAddress(text string) bool {
	m := meaningOf(text)
	return m.field == Email || m.role == ofLogOn || m.role == ofUserName || m.role == ofOtherAddress
}

// mayBePerson tells whether a line that begins with a word of totals may be somebody of that name all the same.
func (s *Sheet) mayBePerson(raw sheet.Row, first int, logOn bool) bool {
	if s.text(raw, Password) != "" {
		return true
	}
	return (logOn || s.holdsName(first)) && mayBeName(raw.Cells[first].Text)
}

// contradicts returns the first cell of a line of headings that gives a column that is read another meaning than the header does.
func (s *Sheet) contradicts(headings []sheet.Cell) (column int, ok bool) {
	for _, c := range s.read {
		if c >= len(headings) || c >= len(s.Table.Header) {
			continue
		}
		here := meaningOf(headings[c].Text)
		if header := meaningOf(s.Table.Header[c]); here.role != ofNothing && header.role != ofNothing && here != header {
			return c, true
		}
	}
	return 0, false
}

// holdsName tells whether a column holds names of people, or a part of them.
func (s *Sheet) holdsName(column int) bool {
	if c, ok := s.Binding.Columns[Username]; ok && c == column || slices.Contains(s.Binding.NameColumns(), column) {
		return true
	}
	if column >= len(s.Table.Header) {
		return false
	}
	m := meaningOf(s.Table.Header[column])
	return m.field == Username || m.role >= ofUserName && m.role <= ofLast
}

// outline returns the first cell with content and how many there are.
func outline(cells []sheet.Cell) (first, filled int) {
	for i, c := range cells {
		if trim(c.Text) == "" {
			continue
		}
		if filled == 0 {
			first = i
		}
		filled++
	}
	return first, filled
}

// anyAddress tells whether a cell holds an address, or shows one.
func anyAddress(cells []sheet.Cell) bool {
	for _, c := range cells {
		if strings.IndexByte(c.Text, '@') >= 0 || strings.IndexByte(c.Shown, '@') >= 0 {
			return true
		}
	}
	return false
}

// isHeaderAgain tells whether a line says what the header says, in all cells that it fills.
func (s *Sheet) isHeaderAgain(cells []sheet.Cell) bool {
	for i, c := range cells {
		text := trim(c.Text)
		if text != "" && (i >= len(s.Table.Header) || !strings.EqualFold(text, s.Table.Header[i])) {
			return false
		}
	}
	return s.text(sheet.Row{Cells: cells}, Email) != ""
}

// findGap returns the first column of a table that stands beside this one, with a column without a heading between them; 0 if
// there is none. Of such a table no column is bound.
func (s *Sheet) findGap() int {
	last := 0
	for _, c := range s.Binding.Columns {
		last = max(last, c)
	}
	for i := last + 1; i < len(s.Table.Header)-1; i++ {
		if s.Table.Header[i] == "" {
			return i
		}
	}
	return 0
}

// mayBeNote tells whether a line has but one cell, with a few words in a column that isn't read and says nothing of people.
func (s *Sheet) mayBeNote(raw sheet.Row) bool {
	const fewest = 3 // words
	if s.text(raw, Email) != "" || s.Options.AllRows || raw.Fault != nil {
		return false
	}
	first, filled := outline(raw.Cells)
	if filled != 1 || slices.Contains(s.read, first) {
		return false
	}
	role := meaningOf(s.Table.Header[first]).role
	return (role == ofNothing || role == ofPerson) && raw.Cells[first].Kind == sheet.Text && len(strings.Fields(raw.Cells[first].Text)) >= fewest
}

// isRuler tells a line of dashes, stars and the like.
func isRuler(cells []sheet.Cell) bool {
	const least = 3
	longest := 0
	for _, c := range cells {
		text := trim(c.Text)
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSymbol(r) && !unicode.IsSpace(r) }) {
			return false
		}
		longest = max(longest, len(text))
	}
	return longest >= least
}

func isExample(cells []sheet.Cell) bool {
	first, filled := outline(cells)
	if filled == 0 {
		return false
	}
	word, _, marked := strings.Cut(strings.ReplaceAll(plainWords(cells[first].Text), "：", ":"), ":")
	return marked && exampleWords[strings.ReplaceAll(word, " ", "")]
}

// plainWords returns a text as the words that lines begin with are written.
func plainWords(text string) string {
	const most = 120 // runes of a note's beginning
	if len(text) > most*4 {
		text = text[:most*4]
	}
	return strings.Join(strings.Fields(fold(text)), " ")
}

// LineCount says what became of every line of the file.
type LineCount struct {
	Total   int
	Header  int // 1, or 0 if the sheet has none
	Above   int // lines with text above the header
	Rows    int
	LeftOut int // lines with text below the header that are no rows
	Blank   int
}

// Count returns what became of every line of the file.
func (s *Sheet) Count() LineCount {
	c := LineCount{Above: len(s.Table.Skipped), Rows: s.Rows, LeftOut: len(s.LeftOut), Blank: s.Blank}
	if h := s.Table.HeaderLine; h > 0 {
		c.Header = 1
		c.Blank += h - 1 - c.Above
	}
	c.Total = c.Header + c.Above + c.Rows + c.LeftOut + c.Blank
	return c
}
