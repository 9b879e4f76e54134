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
		col, line, ok := parseCell(tt.want)
		if !ok || col != tt.col || line != tt.line {
			t.Errorf("parseCell(%q) = %d, %d, %t, want %d, %d", tt.want, col, line, ok, tt.col, tt.line)
		}
	}
}

func TestParseCellRefuses(t *testing.T) {
	for _, name := range []string{"", "A", "1", "A0", "A01", "A-1", "A+1", "A1 ", " A1", "$A$1", "A1:B2", "Ä1", "[1", "XFE1", "A1048577", "AAAAAAAAAAAAAAAAA1", "A99999999999999999999"} {
		if col, line, ok := parseCell(name); ok {
			t.Errorf("parseCell(%q) = %d, %d, want false", name, col, line)
		}
	}
}

func FuzzCellName(f *testing.F) {
	for _, name := range []string{"A1", "d17", "XFD1048576", "XFE1", "A01", "@1"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		col, line, ok := parseCell(name)
		if !ok {
			return
		}
		if got := CellName(col, line); got != strings.ToUpper(name) {
			t.Errorf("CellName(parseCell(%q)) = %q", name, got)
		}
	})
}

func TestParseRange(t *testing.T) {
	for _, tt := range []struct {
		name string
		want Range
	}{
		{"A1:B2", Range{0, 1, 1, 2}},
		{"c7:C7", Range{2, 7, 2, 7}},
		{"D9", Range{3, 9, 3, 9}},
		{"A1:XFD1048576", Range{0, 1, maxColumn - 1, maxLine}},
	} {
		if got, ok := parseRange([]byte(tt.name)); !ok || got != tt.want {
			t.Errorf("parseRange(%q) = %v, %t, want %v", tt.name, got, ok, tt.want)
		}
	}
	for _, name := range []string{"", ":", "A1:", ":B2", "B2:A1", "A2:B1", "A1:B2:C3", "A:B", "1:2", "$A$1:$B$2", "A1:XFE1", "A1:A1048577", "A0:B1", "A1 B2"} {
		if got, ok := parseRange([]byte(name)); ok {
			t.Errorf("parseRange(%q) = %v, want false", name, got)
		}
	}
}
