package sheet

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

const (
	headerLines = 50 // lines with content among which the header is sought
	mostShown   = 80 // characters of a text that is kept to be shown
)

// Skip is a line above the header, which is no row.
type Skip struct {
	Line int
	// Doubtful is set if it may be more than a title or a note, unless [Options] named the header: it looks like a header
	// itself, or one of its cells is an address.
	Doubtful bool
}

// search is the search for the header in the first lines of a source.
type search struct {
	o      Options
	header []string // the best line so far, nil if there is none
	line   int      // its number
	score  int
	above  int // how many of seen are above it
	filled int // how many of its cells have content
	seen   []Seen
	width  int          // cells of the header, or else of the first line
	widths map[int]int  // how many lines have so many cells
	scored map[int]bool // lines, by number, that look like a header

	worksheet bool   // faults are of single cells
	anyHeader bool   // the first line is the header, whatever it says
	faulty    *Fault // of the line that is to be the header
}

// findHeader reads the first lines of src and finds the header: the line that the caller named, or else the one that the
// caller's function likes best, the first of several. If the caller named the columns there is none to be found.
// If the source breaks on the way, the search so far is returned with the error.
func findHeader(ctx context.Context, src source, o Options) (*search, error) {
	s := &search{o: o, widths: map[int]int{}, scored: map[int]bool{}, anyHeader: o.Header == nil}
	_, s.worksheet = src.(*xlsxSource)
	if s.anyHeader {
		s.o.Header = func([]string) int { return 1 }
	}
	if o.Columns != nil {
		s.header, s.width = o.Columns, len(o.Columns)
	}
	for len(s.seen) < headerLines || s.line == 0 && o.HeaderLine > 0 {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		l, err := src.next()
		if errors.Is(err, io.EOF) || err == nil && o.HeaderLine > 0 && s.line == 0 && l.number > o.HeaderLine {
			break
		}
		if err != nil {
			return s, err
		}
		if l.fault == nil && allBlank(l.cells) {
			continue
		}
		s.see(l)
	}
	return s, nil
}

func (s *search) see(l line) {
	names := make([]string, len(l.cells))
	width, filled := 0, 0
	for i, c := range l.cells {
		if names[i] = trim(c.Text); names[i] != "" {
			width = i + 1
			filled++
		}
	}
	names = names[:width]
	if len(s.seen) == 0 && s.width == 0 {
		s.width = len(l.cells)
	}
	// A cell that is broken beside the headings of a worksheet has nothing to do with them.
	sound := l.fault == nil || s.worksheet && l.faultAt >= width
	if !sound && s.faulty == nil && (s.o.HeaderLine == l.number || s.anyHeader && len(s.seen) == 0) {
		s.faulty = l.fault
	}
	if sound && s.faulty == nil {
		s.widths[len(l.cells)]++
		n := s.o.Header(names)
		s.scored[l.number] = n > 0
		switch {
		case s.isHeader(l.number, n, filled):
			s.header, s.line, s.score, s.above, s.width, s.filled = names, l.number, n, len(s.seen), len(l.cells), filled
		case s.line > 0 && s.o.HeaderLine == 0:
			s.score = max(s.score, n) // so that the second line of headings has its say against later ones
		}
	}
	shown := make([]string, width)
	for i, n := range names {
		shown[i] = shorten(n)
	}
	s.seen = append(s.seen, Seen{Line: l.number, Cells: shown})
}

// isHeader tells whether a line is the header rather than the best one so far.
func (s *search) isHeader(number, score, filled int) bool {
	switch {
	case s.o.Columns != nil:
		return false
	case s.o.HeaderLine > 0:
		return number == s.o.HeaderLine
	case score <= s.score:
		return false
	}
	// Of two lines of headings, one below the other, the first has the names that the program which wrote them goes by, the
	// second what people call the columns.
	directlyBelow := s.score > 0 && s.above == len(s.seen)-1
	return !directlyBelow || s.filled*5 < filled*4
}

// found tells whether there is a header, or none to be found.
func (s *search) found() bool {
	return s.faulty == nil && (s.score > 0 || s.line > 0) || s.o.Columns != nil && len(s.seen) > 0
}

// agreement is how many lines have as many cells as the header. That all have but one tells nothing.
func (s *search) agreement() int {
	if s.width < 2 {
		return 0
	}
	return s.widths[s.width]
}

// skipped returns the lines above the header.
func (s *search) skipped() []Skip {
	if s.o.Columns != nil {
		return nil
	}
	skips := make([]Skip, s.above)
	for i, seen := range s.seen[:s.above] {
		looksLike := s.scored[seen.Line] || slices.ContainsFunc(seen.Cells, isAddress)
		skips[i] = Skip{seen.Line, looksLike && s.o.HeaderLine == 0}
	}
	return skips
}

// noHeader is the error of a search that found none.
func (s *search) noHeader() *NoHeaderError {
	return &NoHeaderError{Asked: s.o.HeaderLine, Lines: s.seen, Fault: s.faulty}
}

// hasAddress tells whether one of the lines has a cell with an @.
func (s *search) hasAddress() bool {
	for _, seen := range s.seen {
		if slices.ContainsFunc(seen.Cells, func(c string) bool { return strings.Contains(c, "@") }) {
			return true
		}
	}
	return false
}

// isAddress tells a text that may be an address and nothing else.
func isAddress(text string) bool {
	before, behind, ok := strings.Cut(text, "@")
	return ok && before != "" && behind != "" && !strings.ContainsFunc(text, isBlank)
}

// shorten cuts a text to what is shown of it.
func shorten(s string) string {
	if len(s) <= mostShown {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == mostShown {
			return s[:i] + "…"
		}
	}
	return s
}
