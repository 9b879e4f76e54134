package sheet

import (
	"fmt"
	"strings"
)

// row fits a line to the header.
func (t *Table) row(l line) Row {
	r := Row{Line: l.number, Cells: l.cells, Hidden: l.hidden, Fault: l.fault}
	width := len(t.Header)
	if t.Format == XLSX && len(r.Cells) > width {
		for _, c := range r.Cells[width:] {
			if !c.blank() {
				r.Right++
			}
		}
		r.Cells = r.Cells[:width:width]
	}
	if l.faultAt >= width && t.Format == XLSX {
		r.Fault = nil
	}
	switch {
	case r.Fault != nil:
		return r
	case allBlank(r.Cells):
		r.Cells = nil
		return r
	case t.Format == CSV:
		r.Fault = t.csvFault(r, l.breaks)
	}
	if r.Fault != nil {
		return r
	}
	// In a workbook the cells at the end of a row may be left out; in a CSV file there may be blank ones too many.
	if missing := width - len(r.Cells); missing > 0 {
		r.Cells = append(r.Cells, make([]Cell, missing)...)
	}
	r.Cells = r.Cells[:width:width]
	return r
}

// csvFault tells whether a CSV file's row has the wrong number of cells, or has swallowed others.
func (t *Table) csvFault(r Row, breaks bool) *Fault {
	width := len(t.Header)
	for i, c := range r.Cells {
		if breaks && width > 1 && swallowed(c.Text, t.Comma, width) {
			return &Fault{
				Code:    FaultSwallowed,
				Message: fmt.Sprintf("cell %s holds lines that look like rows of their own", CellName(i, r.Line)),
				Hint:    "look for a stray quote at the beginning of that cell: close it, or write it twice if it belongs to the text",
			}
		}
	}
	if len(r.Cells) < width || !allBlank(r.Cells[width:]) {
		return &Fault{
			Code:    FaultRagged,
			Message: fmt.Sprintf("the row has %s, the header has %d", cells(len(r.Cells)), width),
			Hint:    fmt.Sprintf("a cell with %q in it stands in quotes, and an empty cell keeps its %q", t.Comma, t.Comma),
		}
	}
	return nil
}

// swallowed tells whether one of the lines of a cell has as many cells as the header.
func swallowed(text string, comma rune, width int) bool {
	if strings.IndexByte(text, '\n') < 0 && strings.IndexByte(text, '\r') < 0 {
		return false
	}
	for l := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if strings.Count(l, string(comma))+1 >= width {
			return true
		}
	}
	return false
}

func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}
