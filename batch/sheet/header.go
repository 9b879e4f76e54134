package sheet

import (
	"context"
	"errors"
	"io"
	"strings"
)

const (
	headerLines = 50 // lines with content among which the header is sought
	mostShown   = 80 // characters of a text that is kept to be shown
)

// Skip is a line above the header, which is no row.
type Skip struct {
	Line int
	// Doubtful is set if it may be more than a title or a note: it looks like a header itself, or like a row, with an address
	// and at least half as many cells as the header has.
	Doubtful bool
}

// search is the search for the header in the first lines of a source.
type search struct {
	header []string // the best line so far, nil if there is none
	line   int      // its number
	score  int
	above  int // how many of seen are above it
	seen   []Seen
	width  int          // cells of the header, or else of the first line
	widths map[int]int  // how many lines have so many cells
	scored map[int]bool // lines, by number, that look like a header
}

// findHeader reads the first lines of src and finds the one that the caller's function likes best, the first of several.
// If the source breaks on the way, the search so far is returned with the error.
func findHeader(ctx context.Context, src source, score func([]string) int) (*search, error) {
	s := &search{widths: map[int]int{}, scored: map[int]bool{}}
	for len(s.seen) < headerLines {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		l, err := src.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, err
		}
		if l.fault == nil && allBlank(l.cells) {
			continue
		}
		s.see(l, score)
	}
	return s, nil
}

func (s *search) see(l line, score func([]string) int) {
	names := make([]string, len(l.cells))
	width := 0
	for i, c := range l.cells {
		if names[i] = trim(c.Text); names[i] != "" {
			width = i + 1
		}
	}
	names = names[:width]
	if len(s.seen) == 0 {
		s.width = len(l.cells)
	}
	if l.fault == nil {
		s.widths[len(l.cells)]++
		n := score(names)
		s.scored[l.number] = n > 0
		if n > s.score {
			s.header, s.line, s.score, s.above, s.width = names, l.number, n, len(s.seen), len(l.cells)
		}
	}
	shown := make([]string, width)
	for i, n := range names {
		shown[i] = shorten(n)
	}
	s.seen = append(s.seen, Seen{Line: l.number, Cells: shown})
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
	skips := make([]Skip, s.above)
	for i, seen := range s.seen[:s.above] {
		filled, address := 0, false
		for _, c := range seen.Cells {
			if c != "" {
				filled++
			}
			address = address || strings.Contains(c, "@")
		}
		skips[i] = Skip{seen.Line, s.scored[seen.Line] || address && filled*2 >= len(s.header)}
	}
	return skips
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
