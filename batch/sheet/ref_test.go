package sheet

import (
	"strings"
	"testing"
)

func TestCellName(t *testing.T) {
	for _, tt := range []struct {
		col, line int
		want      string
	}{
		{0, 1, "A1"},
		{3, 17, "D17"},
		{25, 9, "Z9"},
		{26, 10, "AA10"},
		{51, 1, "AZ1"},
		{52, 1, "BA1"},
		{701, 1, "ZZ1"},
		{702, 1, "AAA1"},
		{maxColumn - 1, maxLine, "XFD1048576"},
	} {
		if got := CellName(tt.col, tt.line); got != tt.want {
			t.Errorf("CellName(%d, %d) = %q, want %q", tt.col, tt.line, got, tt.want)
		}
		col, line, ok := ParseCellName(tt.want)
		if !ok || col != tt.col || line != tt.line {
			t.Errorf("ParseCellName(%q) = %d, %d, %t, want %d, %d", tt.want, col, line, ok, tt.col, tt.line)
		}
	}
}

func TestParseCellNameRefuses(t *testing.T) {
	for _, name := range []string{"", "A", "1", "A0", "A01", "A-1", "A+1", "A1 ", " A1", "$A$1", "A1:B2", "Ä1", "[1", "XFE1", "A1048577", "AAAAAAAAAAAAAAAAA1", "A99999999999999999999"} {
		if col, line, ok := ParseCellName(name); ok {
			t.Errorf("ParseCellName(%q) = %d, %d, want false", name, col, line)
		}
	}
}

func FuzzCellName(f *testing.F) {
	for _, name := range []string{"A1", "d17", "XFD1048576", "XFE1", "A01", "@1"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		col, line, ok := ParseCellName(name)
		if !ok {
			return
		}
		if got := CellName(col, line); got != strings.ToUpper(name) {
			t.Errorf("CellName(ParseCellName(%q)) = %q", name, got)
		}
	})
}
