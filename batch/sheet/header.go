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
	Line   int
	Text   string // for people: its cells, shortened; where one is an address the others are left out
	Reason string
}

// search is the search for the header in the first lines of a source.
type search struct {
	header []string // the best line so far, nil if there is none
	line   int      // its number
	score  int
	above  int // how many of seen are above it
	seen   []Seen
	width  int         // cells of the header, or else of the first line
	widths map[int]int // how many lines have so many cells
}

// findHeader reads the first lines of src and finds the one that the caller's function likes best, the first of several.
// If the source breaks on the way, the search so far is returned with the error.
func findHeader(ctx context.Context, src source, score func([]string) int) (*search, error) {
	s := &search{widths: map[int]int{}}
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
		if n := score(names); n > s.score {
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
		skips[i] = skip(seen)
	}
	return skips
}

func skip(seen Seen) Skip {
	var texts, addresses []string
	for _, c := range seen.Cells {
		if c != "" {
			texts = append(texts, c)
		}
		if strings.Contains(c, "@") {
			addresses = append(addresses, c)
		}
	}
	reason := "it is above the header"
	if len(addresses) > 0 {
		reason = "it is above the header, though it looks like a row"
		texts = addresses
	}
	return Skip{Line: seen.Line, Text: shorten(strings.Join(texts, " | ")), Reason: reason}
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
