package sheet_test

import (
	"errors"
	"fmt"
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

// Two lines of headings: the first has the names that a program goes by, and stays the header; the second is a line below it.
func TestTwoHeaderRows(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		header     []string
		line       int
	}{
		{"keys and labels", "EMAIL,NAME,DEPT\nEmail,Name,Title\na,b,c\n", []string{"EMAIL", "NAME", "DEPT"}, 1},
		{"a title that is a word", "Email\nEmail,Name,Title\na,b,c\n", []string{"Email", "Name", "Title"}, 2},
		{"not directly below", "EMAIL,DEPT\nx,y\nEmail,Name\n", []string{"Email", "Name"}, 3},
		{"repeated later", "EMAIL,DEPT,CITY\nEmail,Name,Title\na,b,c\nEmail,Name,City\n", []string{"EMAIL", "DEPT", "CITY"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := openText(t, tt.text)
			if !slices.Equal(table.Header, tt.header) || table.HeaderLine != tt.line {
				t.Errorf("header %q on line %d, want %q on line %d", table.Header, table.HeaderLine, tt.header, tt.line)
			}
		})
	}
}

// The caller may say where the header is.
func TestHeaderLine(t *testing.T) {
	text := "Email,Name\n\nx;y,z\na,b\n"
	for _, tt := range []struct {
		line   int
		header []string
		lines  []string
	}{
		{1, []string{"Email", "Name"}, []string{"2", "3: x;y|z", "4: a|b"}},
		{3, []string{"x;y", "z"}, []string{"4: a|b"}},
	} {
		table, err := sheet.Open(t.Context(), writeFile(t, text), sheet.Options{Header: words, HeaderLine: tt.line})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(table.Header, tt.header) || table.HeaderLine != tt.line {
			t.Errorf("header %q on line %d, want %q on line %d", table.Header, table.HeaderLine, tt.header, tt.line)
		}
		got, err := lines(t, table)
		if err != nil || !slices.Equal(got, tt.lines) {
			t.Errorf("lines %q, %v; want %q", got, err, tt.lines)
		}
		for _, k := range table.Skipped {
			if k.Doubtful {
				t.Errorf("line %d is doubtful although the header was named", k.Line)
			}
		}
	}
	for _, line := range []int{2, 5} {
		_, err := sheet.Open(t.Context(), writeFile(t, text), sheet.Options{Header: words, HeaderLine: line})
		if e, ok := errors.AsType[*sheet.NoHeaderError](err); !ok || e.Asked != line {
			t.Errorf("header on line %d: %v, want a NoHeaderError", line, err)
		}
	}
}

// A table without a header has the columns that the caller names, and all of its lines are rows.
func TestColumnsWithoutHeader(t *testing.T) {
	table, err := sheet.Open(t.Context(), writeFile(t, "\na;b\nc;d\n"), sheet.Options{Header: words, Columns: []string{"email", "name"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := lines(t, table)
	if want := []string{"1", "2: a|b", "3: c|d"}; err != nil || !slices.Equal(got, want) || table.HeaderLine != 0 {
		t.Errorf("lines %q below line %d, %v; want %q below 0", got, table.HeaderLine, err, want)
	}
	if _, err := sheet.Open(t.Context(), writeFile(t, " \n"), sheet.Options{Columns: []string{"email"}}); err == nil {
		t.Error("a table without lines was found")
	}
}

// What is broken beside the headings doesn't hide them; a line that is to be the header and is broken itself is never passed over
// in favour of the first person.
func TestHeaderWithFault(t *testing.T) {
	const header = `<row r="1"><c r="A1" t="inlineStr"><is><t>Email</t></is></c><c r="B1" t="inlineStr"><is><t>Name</t></is></c>%s</row>` +
		`<row r="2"><c r="A2" t="inlineStr"><is><t>a@example.com</t></is></c></row>`
	beside := minimal(fmt.Sprintf(header, `<c r="F1"><f>TODAY()</f></c>`))
	within := minimal(fmt.Sprintf(header, `<c r="C1"><f>TODAY()</f></c><c r="D1" t="inlineStr"><is><t>Title</t></is></c>`))
	for _, o := range []sheet.Options{{Header: words}, {Header: words, HeaderLine: 1}, {}} {
		table, err := sheet.Open(t.Context(), writeFile(t, string(beside.zip(t))), o)
		if err != nil || !slices.Equal(table.Header, []string{"Email", "Name"}) {
			t.Errorf("%+v: %v", o, err)
		}
		_, err = sheet.Open(t.Context(), writeFile(t, string(within.zip(t))), o)
		e, ok := errors.AsType[*sheet.NoHeaderError](err)
		if !ok || (o.Header == nil || o.HeaderLine > 0) && !strings.Contains(e.Error(), "C1") {
			t.Errorf("%+v: %v, want a NoHeaderError", o, err)
		}
	}
	_, err := sheet.Open(t.Context(), writeFile(t, "Email,\"Na\"me\na,b\n"), sheet.Options{Header: words, HeaderLine: 1})
	if e, ok := errors.AsType[*sheet.NoHeaderError](err); !ok || !strings.Contains(e.Error(), "stray quote") || e.Hint() == "" {
		t.Errorf("a broken header: %v", err)
	}
}
