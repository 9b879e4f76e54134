package report

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf16"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// writePeople writes the worksheet with the sheet's own lines.
func (a *annotation) writePeople(rows iter.Seq2[AnnotatedRow, error]) error {
	err := a.book.Sheet(sheet.Layout{Name: a.Worksheet, Widths: a.widths, Last: a.last, Header: a.HeaderLine, Text: a.Secret})
	if err != nil {
		return err
	}
	headed := a.HeaderLine == 0
	for r, err := range rows {
		if err != nil {
			return err
		}
		if !headed && r.Line > a.HeaderLine {
			headed = true
			if err := a.book.Line(a.HeaderLine, a.header()); err != nil {
				return err
			}
		}
		if err := a.book.Line(r.Line, a.line(r)); err != nil {
			return err
		}
	}
	if !headed {
		return a.book.Line(a.HeaderLine, a.header())
	}
	return nil
}

func (a *annotation) header() []sheet.BookCell {
	cells := make([]sheet.BookCell, len(a.widths))
	for i := range cells {
		cells[i].Look = sheet.Heading
		if i < len(a.Header) {
			cells[i].Text = cut(a.Header[i])
		}
	}
	for _, i := range a.Secret {
		cells[i].Comment = "Passwords are left out here.\nThe sheet that this one was made of still has them."
	}
	cells[a.words].Text = problemsHeading
	cells[a.words].Comment = "What to mend in the row.\nFilter this column to see only the rows that have problems."
	return cells
}

// line gives the cells of a line: its own, marked where they are faulty, and in words what is wrong.
func (a *annotation) line(r AnnotatedRow) []sheet.BookCell {
	cells := make([]sheet.BookCell, len(a.widths))
	for i, c := range r.Cells[:filled(r.Cells)] {
		cells[i].Cell = c
		if cells[i].Text = cut(c.Text); cells[i].Text != c.Text {
			cells[i].Comment = "This text is cut.\nA cell of a workbook can't hold all of it."
		}
	}
	if r.Line < a.HeaderLine {
		return cells
	}
	var words []string
	if r.Left != "" {
		words = append(words, "not read: "+r.Left)
	}
	for _, p := range r.Problems {
		words = append(words, fmt.Sprintf("%s: %s - %s", p.Cell(), sentence(p), p.Hint))
		at := max(p.Column, 0)
		mark(&cells[at], p)
		if p.Column < 0 {
			for i := range cells {
				cells[i].Look = worse(cells[i].Look, p)
			}
		}
	}
	for i := range cells {
		if cells[i].Comment == "" {
			continue
		}
		if a.commented++; a.commented > mostComments {
			cells[i].Comment = ""
		}
	}
	cells[a.words] = sheet.BookCell{Cell: sheet.Cell{Text: oneLine(strings.Join(words, "; "))}}
	return cells
}

// mark shows a problem at its cell.
func mark(c *sheet.BookCell, p batch.Problem) {
	c.Look = worse(c.Look, p)
	said := fmt.Sprintf("%s: %s\n%s", severity(p), sentence(p), p.Hint)
	if c.Comment != "" {
		said = c.Comment + "\n\n" + said
	}
	c.Comment = cut(said)
}

// worse returns how a cell looks that has one more problem.
func worse(l sheet.Look, p batch.Problem) sheet.Look {
	if p.Warning && l != sheet.Red {
		return sheet.Yellow
	}
	return sheet.Red
}

func severity(p batch.Problem) string {
	if p.Warning {
		return "warning"
	}
	return "error"
}

// sentence says what is wrong.
func sentence(p batch.Problem) string {
	if p.Detail == "" {
		return p.Message
	}
	return p.Message + ": " + p.Detail
}

// cut returns as much of a text as a workbook's cell holds, which counts in UTF-16 units.
func cut(text string) string {
	const most = 32_767
	if len(text) <= most {
		return text
	}
	units, keep := 0, 0
	for i, r := range text {
		if units < most { // one is left for the sign that something is missing
			keep = i
		}
		units += utf16.RuneLen(r)
	}
	if units <= most {
		return text
	}
	return text[:keep] + "…"
}
