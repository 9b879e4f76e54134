package report

import (
	"fmt"
	"iter"
	"strings"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// problemsSheet is the name of the worksheet that lists the problems.
const problemsSheet = "Problems"

// The columns of the list. Neither these nor the lines below may look like a header of people.
var (
	listHeadings = [...]string{"Cell", "In column", "Kind", "What is wrong", "What it says", "What to do"}
	listWidths   = [...]int{10, 32, 10, 50, 40, 60}
)

// writeProblems writes the worksheet that lists the problems, each with a link to its cell.
func (a *annotation) writeProblems(rows iter.Seq2[AnnotatedRow, error]) error {
	name := problemsSheet
	if strings.EqualFold(a.Worksheet, name) {
		name += " found"
	}
	notes := a.notes()
	header := len(notes) + 3
	last := header + min(a.errors+a.warnings, mostListed)
	if err := a.book.Sheet(sheet.Layout{Name: name, Widths: listWidths[:], Last: last, Header: header}); err != nil {
		return err
	}
	if err := a.book.Line(1, []sheet.BookCell{says(fmt.Sprintf("What to mend in the worksheet %q", a.Worksheet), sheet.Title)}); err != nil {
		return err
	}
	for i, note := range notes {
		if err := a.book.Line(i+2, []sheet.BookCell{says(note, sheet.Plain)}); err != nil {
			return err
		}
	}
	var headings []sheet.BookCell
	for _, h := range listHeadings {
		headings = append(headings, says(h, sheet.Heading))
	}
	if err := a.book.Line(header, headings); err != nil {
		return err
	}
	return a.list(rows, header, last)
}

// notes are the lines above the list.
func (a *annotation) notes() []string {
	notes := []string{
		fmt.Sprintf("Errors: %d. Warnings: %d. Rows with problems: %d of %d.", a.errors, a.warnings, a.faulty, a.rows),
		"Rows with errors can't be used; warnings are worth a look. A click on a cell's name leads to the cell.",
	}
	if len(a.Secret) > 0 {
		notes = append(notes, "Passwords are left out. The sheet that this workbook was made of still has them.")
	}
	if a.marked > mostComments {
		notes = append(notes, fmt.Sprintf("Only the first %d of %d faulty cells have a comment. The others are coloured, and column %s tells of them too.",
			mostComments, a.marked, problemsHeading))
	}
	if n := a.errors + a.warnings; n > mostLinks {
		notes = append(notes, fmt.Sprintf("Only the first %d lines of the list lead to their cells by a click.", mostLinks))
	}
	if n := a.errors + a.warnings; n > mostListed {
		notes = append(notes, fmt.Sprintf("The list ends after %d of %d problems. Column %s tells of them all.", mostListed, n, problemsHeading))
	}
	if a.long > 0 {
		notes = append(notes, fmt.Sprintf("Cells that are cut because a workbook can't hold all of their text: %d.", a.long))
	}
	for _, n := range a.Notes {
		notes = append(notes, oneLine(n))
	}
	return notes
}

// list writes the problems on the lines behind the header's.
func (a *annotation) list(rows iter.Seq2[AnnotatedRow, error], header, last int) error {
	line := header
	for r, err := range rows {
		if err != nil {
			return err
		}
		for _, p := range r.Problems {
			if line == last {
				return nil
			}
			line++
			cells := a.listed(p)
			if line-header > mostLinks {
				cells[0].Look, cells[0].Link = sheet.Wrapped, ""
			}
			if err := a.book.Line(line, cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// listed gives the line of a problem. A heading or a value never stands alone in its cell: a line of such cells could be taken for
// the header of a table of people.
func (a *annotation) listed(p batch.Problem) []sheet.BookCell {
	column, value := "the whole row", ""
	if p.Column >= 0 {
		column = "column " + sheet.ColumnName(p.Column)
		if p.Column < len(a.Header) {
			column += fmt.Sprintf(" %q", a.Header[p.Column])
		}
	}
	if p.Value != "" {
		value = fmt.Sprintf("it says %q", p.Value)
	}
	cell := says(p.Cell(), sheet.Linked)
	cell.Link = sheet.CellLink(a.Worksheet, max(p.Column, 0), p.Line)
	kind := says(severity(p), worse(sheet.Plain, p))
	return []sheet.BookCell{cell, says(column, sheet.Wrapped), kind, says(sentence(p), sheet.Wrapped), says(value, sheet.Wrapped), says(p.Hint, sheet.Wrapped)}
}

// says is a cell with words of the program.
func says(text string, l sheet.Look) sheet.BookCell {
	return sheet.BookCell{Cell: sheet.Cell{Text: oneLine(text)}, Look: l}
}
