package report

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"unicode/utf8"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/sheet"
)

// problemsHeading is the heading of the column that [Annotate] adds.
const problemsHeading = prefix + "problems"

const (
	// mostComments bounds the comments. The time that LibreOffice needs to open them grows with the square of their number: it is
	// 8 s for 2,000, and minutes for 10,000.
	mostComments = 2000
	// mostLinks bounds the links, of which Excel takes 65,530 in a worksheet.
	mostLinks = 50_000
	// mostListed bounds the list of problems, which is to fit into a worksheet.
	mostListed = 1_000_000
)

// AnnotateOptions tell [Annotate] what the sheet is.
type AnnotateOptions struct {
	Worksheet  string   // its worksheet's name, "" for a CSV file
	Header     []string // the headings of its columns
	HeaderLine int      // the line that they stand on; 0 if the sheet has no header
	Secret     []int    // the columns, from 0, that are blank because they hold passwords, as in [batch.Binding]
	Notes      []string // what else there is to know of the sheet, each a line above the list of its problems
}

// AnnotatedRow is a line of a sheet, with what is wrong with it.
type AnnotatedRow struct {
	Line     int          // its number in the sheet
	Cells    []sheet.Cell // as they came, passwords blank
	Problems []batch.Problem
	Left     string // why the line is left out, "" for a row
}

// Annotate writes a workbook with the lines of a sheet, whatever the sheet's own format was, that shows what is wrong with them: it
// is what people send back to those who know better. Each line stands on the number that it has in the sheet. The package comment
// describes the rest.
//
// The rows are those of the sheet in ascending order, also those above the header that are to come back, but not the header; lines
// that aren't among them are blank. Annotate ranges over rows three times, wants the same each time, and holds none. The file is written whole or
// not at all, readable by its owner only (0600). The error wraps a [*sheet.TooLargeError] if the sheet has more lines or columns
// than a worksheet takes.
func Annotate(path string, o AnnotateOptions, rows iter.Seq2[AnnotatedRow, error]) error {
	a := newAnnotation(o)
	if err := a.measure(rows); err != nil {
		return fmt.Errorf("measure sheet: %w", err)
	}
	err := durable.WriteFile(path, 0o600, func(w io.Writer) error {
		a.book = sheet.NewBook(w)
		if err := a.writePeople(rows); err != nil {
			return err
		}
		if err := a.writeProblems(rows); err != nil {
			return err
		}
		return a.book.Close()
	})
	if err != nil {
		return fmt.Errorf("write annotated sheet: %w", err)
	}
	return nil
}

// annotation is an annotated workbook in the making.
type annotation struct {
	AnnotateOptions
	book   *sheet.Book
	widths []int // of the columns, in characters
	words  int   // the column that tells a row's problems in words
	last   int   // the sheet's last line

	rows, faulty     int // rows of the table, and those that have problems
	errors, warnings int
	marked           int // cells that are to have a comment
	commented        int // cells that have one
	long             int // cells of which a workbook can't hold all
}

func newAnnotation(o AnnotateOptions) *annotation {
	a := &annotation{AnnotateOptions: o, last: o.HeaderLine}
	if a.Worksheet = worksheetName(o.Worksheet); a.Worksheet == "" {
		a.Worksheet = "Sheet1"
	}
	for _, heading := range o.Header {
		a.widths = append(a.widths, sheet.HeadingWidth(heading))
	}
	return a
}

// measure finds out what has to be known before the first line is written.
func (a *annotation) measure(rows iter.Seq2[AnnotatedRow, error]) error {
	for r, err := range rows {
		if err != nil {
			return err
		}
		a.last = max(a.last, r.Line)
		cells := r.Cells[:filled(r.Cells)]
		a.widen(len(cells))
		for i, c := range cells {
			if cut(c.Text) != c.Text {
				a.long++
			}
			if r.Line > a.HeaderLine {
				a.widths[i] = max(a.widths[i], utf8.RuneCountInString(c.Text)+1)
			}
		}
		if r.Line > a.HeaderLine && r.Left == "" && len(cells)+len(r.Problems) > 0 {
			a.rows++
		}
		a.count(r.Problems)
	}
	// An annotated workbook may be annotated again.
	if a.words = slices.Index(a.Header, problemsHeading); a.words < 0 {
		a.words = len(a.widths)
		a.widen(a.words + 1)
	}
	for i, w := range a.widths {
		a.widths[i] = sheet.ColumnWidth(w)
	}
	a.widths[a.words] = 100
	return nil
}

// widen makes the workbook at least so many columns wide.
func (a *annotation) widen(columns int) {
	for len(a.widths) < columns {
		a.widths = append(a.widths, 0)
	}
}

// count counts the problems of a row.
func (a *annotation) count(problems []batch.Problem) {
	if len(problems) == 0 {
		return
	}
	a.faulty++
	cells := map[int]bool{}
	for _, p := range problems {
		a.widen(p.Column + 1)
		cells[max(p.Column, 0)] = true
		if p.Warning {
			a.warnings++
		} else {
			a.errors++
		}
	}
	a.marked += len(cells)
}
