package sheet_test

import (
	"slices"
	"strings"
	"testing"

	"mimebatch/batch/sheet"
)

// The header is the first line with the highest score; of the lines above it none is lost.
func FuzzHeader(f *testing.F) {
	f.Add("Email,Name\na,b\n")
	f.Add("x\n\nname\nEmail,Name,x\nemail,name\n")
	f.Add("Email;Name\n\"Title\",x\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\"\r") {
			return // so that lines are lines
		}
		table, err := sheet.Open(t.Context(), writeFile(t, text), byWords)
		if err != nil {
			return
		}
		split := func(line string) []string {
			var cells []string
			for c := range strings.SplitSeq(line, string(table.Comma)) {
				cells = append(cells, strings.TrimSpace(c))
			}
			return cells
		}
		lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
		if first := strings.ToLower(lines[0]); len(first) == len("sep=;") && strings.HasPrefix(first, "sep=") && len(lines) > 1 {
			lines = lines[1:]
		}
		score := words(table.Header)
		if score == 0 {
			t.Fatalf("header %q has no word", table.Header)
		}
		for i, line := range lines[:table.HeaderLine-1] {
			if n := words(split(line)); n >= score {
				t.Errorf("line %d scores %d, the header on line %d %d", i+1, n, table.HeaderLine, score)
			}
			skipped := slices.ContainsFunc(table.Skipped, func(s sheet.Skip) bool { return s.Line == i+1 })
			if blank := strings.Trim(line, " \t,;|") == ""; !skipped && !blank && strings.ToValidUTF8(line, "") == line && isPlain(line) {
				t.Errorf("line %d is lost: %q", i+1, line)
			}
		}
	})
}

func isPlain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' || r < ' ' && r != '\t' })
}
