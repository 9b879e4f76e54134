package sheet

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
)

// rawRow is a row of a worksheet as its part has it.
type rawRow struct {
	number int
	hidden bool
	cells  []rawCell // in order of their columns, those with nothing in them left out; good until the next row is read
}

// rawCell is a cell of a worksheet as its part has it.
type rawCell struct {
	col     int
	kind    string // the attribute t
	style   int    // the attribute s
	text    string // of v, or of is
	stored  bool   // v or is is there
	formula bool   // f is there
}

// rowScanner reads the rows of a worksheet's part. It alone knows the XML of worksheets, and knows nothing of what the cells
// mean. It sees to it that rows and cells are in order, and that the part is whole.
type rowScanner struct {
	part *part
	row  rawRow
	text []byte

	begun, ended bool
	hidden       []int // columns that are not shown; known once the first row was read
}

// next returns the next row, io.EOF after the part was read to its end.
func (s *rowScanner) next() (*rawRow, error) {
	if !s.begun {
		s.begun = true
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	if s.ended {
		return nil, io.EOF
	}
	start, ok, err := s.part.child()
	switch {
	case err != nil:
		return nil, err
	case !ok:
		if err := s.finish(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	case start.Name.Local != "row":
		return nil, s.part.damage(errUnexpected)
	}
	if err := s.readRow(start); err != nil {
		return nil, err
	}
	s.part.row = s.row.number
	return &s.row, nil
}

// begin reads to the first row.
func (s *rowScanner) begin() error {
	root, err := s.part.root()
	if err != nil {
		return err
	}
	if root.Name.Local != "worksheet" {
		return s.part.damage(errUnexpected)
	}
	for {
		start, ok, err := s.part.child()
		switch {
		case err != nil:
			return err
		case !ok:
			s.ended = true
			return s.part.finish()
		case start.Name.Local == "sheetData":
			return nil
		case start.Name.Local == "cols":
			err = s.readColumns()
		default:
			err = s.part.skip()
		}
		if err != nil {
			return err
		}
	}
}

// finish reads what comes behind the rows.
func (s *rowScanner) finish() error {
	s.ended = true
	for {
		start, ok, err := s.part.child()
		switch {
		case err != nil:
			return err
		case !ok:
			return s.part.finish()
		case start.Name.Local == "sheetData":
			return s.part.damage(errUnexpected)
		}
		if err := s.part.skip(); err != nil {
			return err
		}
	}
}

func (s *rowScanner) readColumns() error {
	for {
		start, ok, err := s.part.child()
		if err != nil || !ok {
			return err
		}
		first, _ := strconv.Atoi(attr(start, "min"))
		last, _ := strconv.Atoi(attr(start, "max"))
		if isTrue(attr(start, "hidden")) {
			for col := max(first, 1); col <= min(last, maxColumns); col++ {
				s.hidden = append(s.hidden, col-1)
			}
		}
		if err := s.part.skip(); err != nil {
			return err
		}
	}
}

func (s *rowScanner) readRow(start xml.StartElement) error {
	number := s.row.number + 1
	s.row = rawRow{number: number, cells: s.row.cells[:0]}
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "r":
			n, ok := parseLine(a.Value)
			if !ok {
				return s.part.damage(flaw("a row has no valid number"))
			}
			if n < number {
				return s.part.damage(flaw(fmt.Sprintf("row %d comes out of order", n)))
			}
			s.row.number = n
		case "hidden":
			s.row.hidden = isTrue(a.Value)
		}
	}
	if s.row.number > maxLine {
		return s.part.damage(flaw("there are too many rows"))
	}
	for next := 0; ; {
		start, ok, err := s.part.child()
		switch {
		case err != nil || !ok:
			return err
		case start.Name.Local == "c":
			next, err = s.readCell(start, next)
		case start.Name.Local == "extLst":
			err = s.part.skip()
		default:
			err = s.part.damage(errUnexpected)
		}
		if err != nil {
			return err
		}
	}
}

// readCell reads a cell, which is in column least or to the right of it, and returns the column behind it.
func (s *rowScanner) readCell(start xml.StartElement, least int) (int, error) {
	cell := rawCell{col: least}
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "r":
			col, line, ok := ParseCellName(a.Value)
			if !ok || line != s.row.number || col < least {
				return 0, s.part.damage(flaw(fmt.Sprintf("a cell of row %d is out of order or has no valid name", s.row.number)))
			}
			cell.col = col
		case "t":
			cell.kind = a.Value
		case "s":
			cell.style, _ = strconv.Atoi(a.Value) // what can't be read is the plain style, as in spreadsheet programs
		}
	}
	if cell.col >= maxColumn {
		return 0, s.part.damage(flaw(fmt.Sprintf("row %d has too many cells", s.row.number)))
	}
	s.text = s.text[:0]
	for {
		child, ok, err := s.part.child()
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		switch child.Name.Local {
		case "v":
			cell.stored = true
			s.text, err = s.part.text(s.text)
		case "is":
			cell.stored = true
			s.text, err = s.part.richText(s.text)
		case "f":
			cell.formula = true
			err = s.part.skip()
		case "extLst":
			err = s.part.skip()
		default:
			err = s.part.damage(errUnexpected)
		}
		if err != nil {
			return 0, err
		}
	}
	if len(s.text) > 0 || cell.formula {
		cell.text = string(s.text)
		s.row.cells = append(s.row.cells, cell)
	}
	return cell.col + 1, nil
}

// attr returns the value of an attribute, "" if there is none.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
