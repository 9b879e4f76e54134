package sheet

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// rawRow is a row of a worksheet as its part has it.
type rawRow struct {
	number int
	hidden bool
	cells  []rawCell // in order of their columns, those with nothing in them left out
	text   []byte    // of the cells, one behind the other
}

// rawCell is a cell of a worksheet as its part has it.
type rawCell struct {
	col        int
	kind       cellKind
	style      int  // the attribute s
	start, end int  // of the text of v, or of is, in that of the row
	stored     bool // v or is is there
	formula    bool // f is there
}

// cellKind is the attribute t of a cell.
type cellKind uint8

const (
	kindNumber cellKind = iota
	kindShared
	kindInline
	kindText // of a formula
	kindBool
	kindError
	kindDate
	kindUnknown
)

// needsText tells whether a value without text is a flaw, and doesn't make the cell blank.
func (k cellKind) needsText() bool { return k != kindNumber && k != kindInline && k != kindText }

func parseKind(t []byte) cellKind {
	switch string(t) {
	case "n", "":
		return kindNumber
	case "s":
		return kindShared
	case "inlineStr":
		return kindInline
	case "str":
		return kindText
	case "b":
		return kindBool
	case "e":
		return kindError
	case "d":
		return kindDate
	}
	return kindUnknown
}

// maxMerged bounds the merged cells of a worksheet.
const maxMerged = 100_000

// rowScanner reads the rows of a worksheet's part. It alone knows the XML of worksheets, and knows nothing of what the cells
// mean. It sees to it that rows and cells are in order, and that the part is whole.
type rowScanner struct {
	part   *part
	row    rawRow
	digits []byte // the number of row, as the names of its cells have it

	begun  bool
	err    error   // what ended the reading
	hidden []int   // columns that are not shown; known once the first row was read
	merged []Range // known once all was read
}

// next returns the next row, which is good until next is called again; io.EOF after the part was read to its end.
func (s *rowScanner) next() (*rawRow, error) {
	if s.err == nil {
		s.err = s.read()
	}
	if s.err != nil {
		return nil, s.err
	}
	s.part.row = s.row.number
	return &s.row, nil
}

func (s *rowScanner) read() error {
	if !s.begun {
		s.begun = true
		if err := s.part.root("worksheet"); err != nil {
			return err
		}
		if err := s.aside(); err != nil {
			return err
		}
	}
	ok, err := s.part.child()
	switch {
	case err != nil:
		return err
	case ok && string(s.part.element) == "row":
		return s.readRow()
	case ok:
		return s.part.damage(errUnexpected)
	}
	if err := s.aside(); err != nil {
		return err
	}
	return s.part.damage(errUnexpected) // rows once more
}

// aside reads what stands beside the rows: to where rows begin, or to the part's end, where it returns io.EOF.
func (s *rowScanner) aside() error {
	for {
		ok, err := s.part.child()
		if err != nil {
			return err
		}
		if !ok {
			if err := s.part.finish(); err != nil {
				return err
			}
			return io.EOF
		}
		switch string(s.part.element) {
		case "sheetData":
			return nil
		case "cols":
			err = s.readColumns()
		case "mergeCells":
			err = s.readMerged()
		default:
			err = s.part.skip()
		}
		if err != nil {
			return err
		}
	}
}

func (s *rowScanner) readColumns() error {
	var hidden [maxColumns]bool
	count := 0
	err := s.part.each(func() error {
		if count++; count > maxColumn {
			return s.part.damage(errMany)
		}
		first, _ := strconv.Atoi(string(s.part.attr("min")))
		last, _ := strconv.Atoi(string(s.part.attr("max")))
		if isTrue(s.part.attr("hidden")) {
			for col := max(first, 1); col <= min(last, maxColumns); col++ {
				hidden[col-1] = true
			}
		}
		return s.part.skip()
	})
	for col, yes := range hidden {
		if yes {
			s.hidden = append(s.hidden, col)
		}
	}
	return err
}

func (s *rowScanner) readMerged() error {
	return s.part.each(func() error {
		r, ok := parseRange(s.part.attr("ref"))
		switch {
		case string(s.part.element) != "mergeCell":
			return s.part.damage(errUnexpected)
		case !ok:
			return s.part.damage(flaw("merged cells have no valid names"))
		case len(s.merged) == maxMerged:
			return s.part.damage(flaw(fmt.Sprintf("there are more than %d merged cells", maxMerged)))
		}
		s.merged = append(s.merged, r)
		return s.part.skip()
	})
}

func (s *rowScanner) readRow() error {
	number := s.row.number + 1
	s.row = rawRow{number: number, hidden: isTrue(s.part.attr("hidden")), cells: s.row.cells[:0], text: s.row.text[:0]}
	if r := s.part.attr("r"); r != nil {
		n, ok := parseLine(r)
		if !ok {
			return s.part.damage(flaw("a row has no valid number"))
		}
		if n < number {
			return s.part.damage(flaw(fmt.Sprintf("row %d comes out of order", n)))
		}
		s.row.number = n
	}
	if s.row.number > maxLine {
		return s.part.damage(flaw("there are too many rows"))
	}
	s.digits = strconv.AppendInt(s.digits[:0], int64(s.row.number), 10)
	for next := 0; ; {
		ok, err := s.part.child()
		if err != nil || !ok {
			return err
		}
		switch string(s.part.element) {
		case "c":
			next, err = s.readCell(next)
		case "extLst":
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
func (s *rowScanner) readCell(least int) (int, error) {
	cell := rawCell{col: least, start: len(s.row.text)}
	for i := range s.part.attrs {
		switch string(s.part.attrName(i)) {
		case "r":
			name := s.part.attrValue(i)
			col, n := parseColumn(name)
			if col < least || !bytes.Equal(name[n:], s.digits) {
				return 0, s.part.damage(flaw(fmt.Sprintf("a cell of row %d is out of order or has no valid name", s.row.number)))
			}
			cell.col = col
		case "t":
			cell.kind = parseKind(s.part.attrValue(i))
		case "s":
			cell.style, _ = strconv.Atoi(string(s.part.attrValue(i))) // what can't be read is the plain style, as in spreadsheet programs
		}
	}
	if cell.col >= maxColumn {
		return 0, s.part.damage(flaw(fmt.Sprintf("row %d has too many cells", s.row.number)))
	}
	for !s.readPlain(&cell) {
		ok, err := s.part.child()
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		if err := s.readCellPart(&cell); err != nil {
			return 0, err
		}
	}
	if len(s.row.text) > maxRow {
		return 0, s.part.damage(flaw(fmt.Sprintf("row %d is longer than %d MiB", s.row.number, maxRow>>20)))
	}
	if cell.end = len(s.row.text); cell.end > cell.start || cell.formula || cell.stored && cell.kind.needsText() {
		s.row.cells = append(s.row.cells, cell)
	}
	return cell.col + 1, nil
}

// readPlain reads a cell's value and its end if they are written in the plainest way, as most are.
func (s *rowScanner) readPlain(cell *rawCell) bool {
	if cell.stored {
		return false
	}
	open, end := "<v>", "</v></c>"
	if cell.kind == kindInline {
		open, end = "<is><t>", "</t></is></c>"
	}
	text, ok := s.part.plain(open, end)
	if !ok {
		return false
	}
	s.row.text = append(s.row.text, text...)
	if cell.kind == kindText || cell.kind == kindInline {
		s.row.text = s.row.text[:cell.start+len(unescape(s.row.text[cell.start:]))]
	}
	cell.stored = true
	return true
}

// readCellPart reads an element within a cell.
func (s *rowScanner) readCellPart(cell *rawCell) error {
	var err error
	switch string(s.part.element) {
	case "v", "is":
		switch {
		case cell.stored:
			err = s.part.damage(flaw(fmt.Sprintf("a cell of row %d has two values", s.row.number)))
		case s.part.element[0] == 'i':
			s.row.text, err = s.part.richText(s.row.text)
		case cell.kind == kindText || cell.kind == kindInline:
			s.row.text, err = s.part.escapedText(s.row.text)
		default:
			s.row.text, err = s.part.text(s.row.text)
		}
		cell.stored = true
	case "f":
		cell.formula = true
		err = s.part.skip()
	case "extLst":
		err = s.part.skip()
	default:
		err = s.part.damage(errUnexpected)
	}
	return err
}
