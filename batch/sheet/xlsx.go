package sheet

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxCellChars bounds the text of a worksheet's cell, in UTF-16 units as spreadsheet programs count.
const maxCellChars = 32_767

// xlsxSource reads a worksheet.
type xlsxSource struct {
	container *container
	part      *part
	rows      rowScanner
	book      *workbook
}

// openWorksheet begins to read a worksheet of the workbook at path.
func openWorksheet(path, name string, book *workbook) (*xlsxSource, error) {
	c, err := openContainer(path)
	if err != nil {
		return nil, err
	}
	p, err := c.open(name)
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

func (s *xlsxSource) next() (line, error) {
	raw, err := s.rows.next()
	if err != nil {
		return line{}, err
	}
	l := line{number: raw.number, hidden: raw.hidden}
	if n := len(raw.cells); n > 0 {
		width := raw.cells[n-1].col + 1
		if width > maxColumns {
			return line{}, s.damage(raw, raw.cells[n-1], fmt.Sprintf("it is behind column %s, the last one that is read", ColumnName(maxColumns-1)))
		}
		l.cells = make([]Cell, width)
	}
	for _, rc := range raw.cells {
		cell, fault, err := s.cell(raw, rc)
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

// cell reads the value of a cell.
func (s *xlsxSource) cell(raw *rawRow, rc rawCell) (Cell, *Fault, error) {
	if rc.formula && (!rc.stored || rc.text == "" && rc.kind != "str") {
		return Cell{}, &Fault{
			Code:    FaultFormula,
			Message: fmt.Sprintf("cell %s has a formula, but its result is not stored", CellName(rc.col, raw.number)),
			Hint:    "open the workbook in the spreadsheet program and save it, or replace the formula by its value",
		}, nil
	}
	var c Cell
	ok := true
	switch rc.kind {
	case "s":
		i, err := strconv.Atoi(rc.text)
		if err == nil {
			c.Text, ok = s.book.strings.get(i)
		}
		if err != nil || !ok {
			return Cell{}, nil, s.damage(raw, rc, "its text is not among the shared strings")
		}
	case "inlineStr":
		c.Text = rc.text
	case "str":
		c.Text = string(unescape([]byte(rc.text)))
	case "b":
		c, ok = boolCell(rc.text)
	case "e":
		c = Cell{Kind: Error, Text: rc.text}
	case "d":
		c, ok = isoCell(rc.text)
	case "", "n":
		isDate := rc.style >= 0 && rc.style < len(s.book.dates) && s.book.dates[rc.style]
		c, ok = numberCell(rc.text, isDate, s.book.date1904)
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
		return Cell{}, nil, s.damage(raw, rc, fmt.Sprintf("its text is longer than %d characters", maxCellChars))
	case strings.IndexByte(c.Text, 0) >= 0:
		return c, nulFault(), nil
	}
	return c, nil, nil
}

func (s *xlsxSource) damage(raw *rawRow, rc rawCell, what string) error {
	return &DamageError{Place: fmt.Sprintf("%s, cell %s", s.part.name, CellName(rc.col, raw.number)), What: what}
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
func numberCell(text string, isDate, date1904 bool) (Cell, bool) {
	f, ok := parseNumber(text)
	if !ok {
		return Cell{}, false
	}
	if isDate {
		if c, ok := serialCell(f, date1904); ok {
			return c, true
		}
	}
	const exact = 1e15 // up to here spreadsheet programs keep every digit
	if f == float64(int64(f)) && f > -exact && f < exact {
		text = strconv.FormatInt(int64(f), 10)
	}
	c := Cell{Kind: Number, Text: text}
	c.Date, _ = SerialDate(f, date1904)
	return c, true
}

// parseNumber parses a decimal number and nothing else that Go takes for one.
func parseNumber(text string) (float64, bool) {
	if strings.Trim(text, "+-.eE0123456789") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// tooLong tells whether a text has more characters than a worksheet's cell can hold.
func tooLong(text string) bool {
	if len(text) <= maxCellChars {
		return false
	}
	n := utf8.RuneCountInString(text)
	for _, r := range text {
		if r > 0xffff {
			n++
		}
	}
	return n > maxCellChars
}
