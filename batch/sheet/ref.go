package sheet

import "strconv"

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

// ParseCellName is the inverse of [CellName] for all cells that a worksheet can have. Small letters do as well.
func ParseCellName(name string) (col, line int, ok bool) {
	i := 0
	for ; i < len(name); i++ {
		letter := name[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		if col = col*26 + int(letter-'A') + 1; col > maxColumn {
			return 0, 0, false
		}
	}
	line, ok = parseLine(name[i:])
	return col - 1, line, ok && col > 0
}

// parseLine parses a line number of a worksheet: digits only, without leading zeros.
func parseLine(s string) (int, bool) {
	if s == "" || s[0] == '0' {
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
