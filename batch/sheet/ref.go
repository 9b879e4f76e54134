package sheet

import (
	"bytes"
	"strconv"
)

// The bounds of a worksheet.
const (
	maxLine   = 1 << 20
	maxColumn = 1 << 14
)

// ColumnName returns the letters that a spreadsheet program shows above column i, counted from 0: A, B, ... Z, AA, AB.
func ColumnName(i int) string {
	var name [8]byte // enough for 26^8 columns
	at := len(name)
	for ; i >= 0 && at > 0; i = i/26 - 1 {
		at--
		name[at] = 'A' + byte(i%26)
	}
	return string(name[at:])
}

// CellName returns the name that a spreadsheet program gives a cell, such as D17. Columns count from 0, lines from 1.
func CellName(col, line int) string {
	return ColumnName(col) + strconv.Itoa(line)
}

// parseCell is the inverse of CellName for all cells that a worksheet can have. Small letters do as well.
func parseCell[T string | []byte](name T) (col, line int, ok bool) {
	col, n := parseColumn(name)
	line, ok = parseLine(name[n:])
	return col, line, ok && col >= 0
}

// parseColumn returns the column, from 0, whose name stands at the beginning of a cell's, and the length of that. The column is
// -1 if a worksheet has none of that name.
func parseColumn[T string | []byte](name T) (col, n int) {
	for ; n < len(name); n++ {
		letter := name[n] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		if col = col*26 + int(letter-'A') + 1; col > maxColumn {
			return -1, n
		}
	}
	return col - 1, n
}

// parseLine parses a line number of a worksheet: digits only, without leading zeros.
func parseLine[T string | []byte](s T) (int, bool) {
	if len(s) == 0 || s[0] == '0' {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		if n = n*10 + int(s[i]-'0'); n > maxLine {
			return 0, false
		}
	}
	return n, true
}

// parseRange parses the names of a block's first and last cell, such as A1:B2.
func parseRange(name []byte) (Range, bool) {
	first, last, ok := bytes.Cut(name, []byte{':'})
	if !ok {
		last = first
	}
	var r Range
	var isFirst, isLast bool
	r.FirstColumn, r.FirstLine, isFirst = parseCell(first)
	r.LastColumn, r.LastLine, isLast = parseCell(last)
	return r, isFirst && isLast && r.FirstColumn <= r.LastColumn && r.FirstLine <= r.LastLine
}
