package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// problemLine is a problem under --json.
type problemLine struct {
	Type     string      `json:"type"`
	Severity string      `json:"severity"`
	Row      int         `json:"row"`
	Sheet    string      `json:"sheet,omitempty"`
	Cell     string      `json:"cell,omitempty"`
	Column   string      `json:"column,omitempty"`
	Field    batch.Field `json:"field,omitempty"`
	Code     batch.Code  `json:"code"`
	Value    string      `json:"value,omitempty"`
	Message  string      `json:"message"`
	Detail   string      `json:"detail,omitempty"`
	Hint     string      `json:"hint"`
}

// found is how much is wrong with a sheet.
type found struct {
	problems int // warnings among them
	invalid  int // rows that can't be used
}

// problems prints every problem of every row. Under --json each is a line as soon as it is found; for people those of a kind
// stand together, errors first.
func (a *app) problems(ctx context.Context, s *batch.Sheet) (found, error) {
	var n found
	if s.Clean {
		return n, nil
	}
	groups := map[problemKind]*problemGroup{}
	for row, err := range s.All(ctx) {
		if err != nil {
			return n, err
		}
		n.problems += len(row.Problems)
		if row.Invalid() {
			n.invalid++
		}
		for _, p := range row.Problems {
			if a.json {
				if err := a.line(lineOf(s, p)); err != nil {
					return n, err
				}
				continue
			}
			kind := problemKind{p.Warning, p.Column, p.Code, p.Message, p.Hint}
			if groups[kind] == nil {
				groups[kind] = &problemGroup{kind: kind}
			}
			groups[kind].add(p)
		}
	}
	for _, g := range inOrder(groups) {
		a.printGroup(s, g)
	}
	return n, nil
}

func lineOf(s *batch.Sheet, p batch.Problem) problemLine {
	l := problemLine{
		Type: "problem", Severity: "error", Row: p.Line, Sheet: s.Table.Sheet, Field: p.Field, Code: p.Code,
		Value: p.Value, Message: p.Message, Detail: p.Detail, Hint: p.Hint,
	}
	if p.Warning {
		l.Severity = "warning"
	}
	if p.Column >= 0 {
		l.Cell = p.Cell()
		l.Column = heading(s, p.Column)
	}
	return l
}

func heading(s *batch.Sheet, column int) string {
	if column < len(s.Table.Header) {
		return s.Table.Header[column]
	}
	return ""
}

// problemKind is what the problems of a group have in common.
type problemKind struct {
	warning       bool
	column        int
	code          batch.Code
	message, hint string
}

// mostPlaces bounds how many problems of a kind are listed for people, and held.
const mostPlaces = 1000

// problemGroup holds the problems of a kind.
type problemGroup struct {
	kind   problemKind
	count  int
	places []place // the first of them
}

type place struct {
	line          int
	value, detail string
}

func (g *problemGroup) add(p batch.Problem) {
	if g.count++; len(g.places) < mostPlaces {
		g.places = append(g.places, place{p.Line, p.Value, p.Detail})
	}
}

// inOrder returns the groups, errors first, by the line of their first problem.
func inOrder(groups map[problemKind]*problemGroup) []*problemGroup {
	var out []*problemGroup
	for _, g := range groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(g, h *problemGroup) int {
		switch {
		case g.kind.warning != h.kind.warning && h.kind.warning:
			return -1
		case g.kind.warning != h.kind.warning:
			return 1
		}
		return cmp.Or(g.places[0].line-h.places[0].line, g.kind.column-h.kind.column, strings.Compare(string(g.kind.code), string(h.kind.code)))
	})
	return out
}

// printGroup prints the problems of a kind: what is wrong, what to do, and where.
func (a *app) printGroup(s *batch.Sheet, g *problemGroup) {
	k := g.kind
	what, paint := k.message, red
	if k.warning {
		what, paint = "warning: "+what, yellow
	}
	if k.column >= 0 {
		what += fmt.Sprintf(", in column %s", sheet.ColumnName(k.column))
		if h := heading(s, k.column); h != "" {
			what += fmt.Sprintf(" %q", h)
		}
	}
	what += fmt.Sprintf(" (%s)", count(g.count, "row", "rows"))
	a.headline(paint, what)
	a.printf("  ")
	a.prose("-> "+k.hint, "     ")
	if cells := g.bare(); cells != "" {
		a.printf("    ")
		a.prose(cells, "    ")
	}
	for _, p := range g.places {
		at := fmt.Sprintf("row %d", p.line)
		if k.column >= 0 {
			at = sheet.CellName(k.column, p.line)
		}
		var said []string
		if p.value != "" {
			said = append(said, fmt.Sprintf("%q", p.value))
		}
		if p.detail != "" {
			said = append(said, p.detail)
		}
		if len(said) == 0 {
			continue
		}
		// The cell's name takes nine columns, so that texts stand in one line below each other.
		a.printf("    %-8s ", at)
		a.prose(strings.Join(said, ": "), "             ")
	}
	if more := g.count - len(g.places); more > 0 {
		a.printf("    and %d more: --json lists them all, --annotate marks them\n", more)
	}
	a.printf("\n")
}

// bare lists the places of which there is nothing to be said but where they are, neighbours as a range.
func (g *problemGroup) bare() string {
	var parts []string
	name := func(line int) string {
		if g.kind.column >= 0 {
			return sheet.CellName(g.kind.column, line)
		}
		return fmt.Sprintf("row %d", line)
	}
	for i := 0; i < len(g.places); i++ {
		first := g.places[i]
		if first.value != "" || first.detail != "" {
			continue
		}
		last := first.line
		for i+1 < len(g.places) && g.places[i+1].line == last+1 && g.places[i+1].value == "" && g.places[i+1].detail == "" {
			i++
			last++
		}
		switch {
		case last > first.line+1:
			parts = append(parts, name(first.line)+" to "+name(last))
		case last > first.line:
			parts = append(parts, name(first.line), name(last))
		default:
			parts = append(parts, name(first.line))
		}
	}
	return strings.Join(parts, ", ")
}
