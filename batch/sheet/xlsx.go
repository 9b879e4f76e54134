package sheet

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// xlsxSource reads a worksheet.
type xlsxSource struct {
	container *container
	part      *part
	rows      rowScanner
	book      *workbook
	cells     []Cell
}

// openWorksheet begins to read a worksheet of a workbook.
func openWorksheet(ctx context.Context, in *input, name string, book *workbook) (*xlsxSource, error) {
	c, err := openContainer(in)
	if err != nil {
		return nil, err
	}
	p, err := c.open(ctx, name, maxUnpacked)
	if err != nil {
		c.close()
		return nil, err
	}
	return &xlsxSource{container: c, part: p, rows: rowScanner{part: p}, book: book}, nil
}

func (s *xlsxSource) close() {
	s.part.close()
	s.container.close()
}

func (s *xlsxSource) merged() []Range { return s.rows.merged }

func (s *xlsxSource) next() (line, error) {
	raw, err := s.rows.next()
	if err != nil {
		return line{}, err
	}
	l := line{number: raw.number, hidden: raw.hidden}
	if n := len(raw.cells); n > 0 {
		width := raw.cells[n-1].col + 1
		if width > maxColumns {
			what := fmt.Sprintf("it is behind column %s, the last one that is read", ColumnName(maxColumns-1))
			return line{}, s.damage(raw, raw.cells[n-1], what, hintWide)
		}
		l.cells = slices.Grow(s.cells[:0], width)[:width]
		s.cells = l.cells
	}
	text := string(raw.text) // one string for all the row's cells
	at := 0
	for _, rc := range raw.cells {
		clear(l.cells[at:rc.col])
		at = rc.col + 1
		cell, fault, err := s.cell(raw, rc, text[rc.start:rc.end])
		if err != nil {
			return line{}, err
		}
		l.cells[rc.col] = cell
		if fault != nil && l.fault == nil {
			l.fault, l.faultAt = fault, rc.col
		}
	}
	return l, nil
}

// cell reads the value of a cell, of which text is what the part has.
func (s *xlsxSource) cell(raw *rawRow, rc rawCell, text string) (Cell, *Fault, error) {
	if rc.formula && (!rc.stored || text == "" && rc.kind != kindText) {
		return Cell{}, &Fault{
			Code:    FaultFormula,
			Message: fmt.Sprintf("cell %s has a formula, but its result is not stored", CellName(rc.col, raw.number)),
			Hint:    "open the workbook in the spreadsheet program and save it, or replace the formula by its value",
		}, nil
	}
	c := Cell{Text: text}
	ok := true
	switch rc.kind {
	case kindShared:
		i, err := strconv.Atoi(text)
		if err == nil {
			c.Text, ok = s.book.strings.get(i)
		}
		if err != nil || !ok {
			return Cell{}, nil, s.damage(raw, rc, "its text is not among the shared strings", "")
		}
	case kindInline, kindText:
	case kindBool:
		c, ok = boolCell(text)
	case kindError:
		c.Kind, ok = Error, text != ""
	case kindDate:
		c, ok = isoCell(text)
	case kindNumber:
		c, ok = numberCell(text, s.book.format(rc.style), s.book.date1904)
	default:
		ok = false
	}
	switch {
	case !ok:
		return Cell{}, &Fault{
			Code:    FaultCell,
			Message: fmt.Sprintf("the value of cell %s is not of the type that the workbook says", CellName(rc.col, raw.number)),
			Hint:    "type that cell anew in the spreadsheet program",
		}, nil
	case tooLong(c.Text):
		return Cell{}, nil, s.damage(raw, rc, fmt.Sprintf("its text is longer than %d characters", maxCellChars), "")
	case strings.IndexByte(c.Text, 0) >= 0:
		return c, nulFault(), nil
	}
	if f := s.book.format(rc.style); f != nil && c.Kind == Text {
		if shown := f.ofText(c.Text); shown != c.Text {
			c.Shown = shown
		}
	}
	return c, nil, nil
}

func (s *xlsxSource) damage(raw *rawRow, rc rawCell, what, hint string) error {
	return &DamageError{Place: fmt.Sprintf("%s, cell %s", s.part.name, CellName(rc.col, raw.number)), What: what, hint: hint}
}

func boolCell(text string) (Cell, bool) {
	switch text {
	case "1", "true":
		return Cell{Kind: Bool, Text: "TRUE"}, true
	case "0", "false":
		return Cell{Kind: Bool, Text: "FALSE"}, true
	}
	return Cell{}, false
}

// isoCell reads a cell that has its date as text.
func isoCell(text string) (Cell, bool) {
	for _, layout := range []string{dayLayout, timeLayout, timeLayout + "Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			t = t.UTC().Round(time.Second)
			return Cell{Kind: Date, Text: dateText(t), Date: t}, true
		}
	}
	return Cell{}, false
}

// numberCell reads a cell that has a number. A date cell whose number is no date is a number.
func numberCell(text string, format *numberFormat, date1904 bool) (Cell, bool) {
	f, ok := parseNumber(text)
	if !ok {
		return Cell{}, false
	}
	if format != nil && format.date {
		if c, ok := serialCell(f, date1904); ok {
			return c, true
		}
	}
	const exact = 1e15 // up to here spreadsheet programs keep every digit
	c := Cell{Kind: Number, Text: text}
	if f == float64(int64(f)) && f > -exact && f < exact {
		if !isPlain(text) {
			c.Text = strconv.FormatInt(int64(f), 10)
		}
		if format != nil && f > 0 {
			if shown := format.ofDigits(c.Text); shown != c.Text {
				c.Shown = shown
			}
		}
	}
	c.Date, _ = SerialDate(f, date1904)
	return c, true
}
