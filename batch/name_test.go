package batch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

func TestNameTemplateJoin(t *testing.T) {
	const header = "Email|Vorname|Middle Name|Nachname|Preferred Name"
	for _, tt := range []struct {
		template, row, want string
	}{
		{"{{first}} {{last}}", "|Ana|M|Ruiz|", "Ana Ruiz"},
		{"{{ First }} {{LAST}}", "|Ana|M|Ruiz|", "Ana Ruiz"},
		{"{{first}} {{last}}", "|\u00a0Ana |M| de la  Cruz|", "Ana de la  Cruz"},
		{"{{first}} {{last}}", "| ||Ruiz|", "Ruiz"},
		{"{{first}} {{last}}", "|Ana|||", "Ana"},
		{"{{first}} {{last}}", "a@example.com|||\u3000|x", ""},
		{"{{first}} {{middle}} {{last}}", "|Ana|M|Ruiz|", "Ana M Ruiz"},
		{"{{first}} {{middle}} {{last}}", "|Ana||Ruiz|", "Ana Ruiz"},
		{"{{last}}, {{first}} {{middle}}", "|Ana|M|Ruiz|", "Ruiz, Ana M"},
		{"{{last}}, {{first}} {{middle}}", "||M|Ruiz|", "Ruiz, M"},
		{"{{last}}, {{first}} {{middle}}", "|||Ruiz|", "Ruiz"},
		{"{{last}}, {{first}}", "|Ana|||", "Ana"},
		{"{{first}} ({{Preferred Name}}) {{last}}", "|Ana||Ruiz|Nina", "Ana (Nina) Ruiz"},
		{"{{first}} ({{Preferred Name}}) {{last}}", "|Ana||Ruiz|", "Ana Ruiz"},
		{"{{preferred  name}}", "||||Nina", "Nina"},
		{"{{first}} {{last}} (external)", "|Ana|||", "Ana (external)"},
		{"Dr. {{first}} {{last}}", "|||Ruiz|", "Dr. Ruiz"},
		{"{{first}} {{last}}", "|Jr.,||Ruiz -|", "Jr., Ruiz -"},
		{"{{Nachname}}-{{Nachname (column D)}}", "|||Ruiz|", "Ruiz-Ruiz"},
	} {
		b, table, err := bindLines(t, SheetOptions{Username: tt.template}, header, tt.row)
		if err != nil {
			t.Errorf("%s: %v", tt.template, err)
			continue
		}
		for row := range table.Rows(t.Context()) {
			if got, problems := b.name.join(row.Cells); got != tt.want || problems != nil {
				t.Errorf("%s of %q = %q, problems %v, want %q", tt.template, tt.row, got, problems, tt.want)
			}
		}
	}
}

// Each part is read like a text; its problems name its column.
func TestNameTemplateJoinProblems(t *testing.T) {
	b, _, err := bindLines(t, SheetOptions{Username: "{{last}}, {{first}} {{last}}"}, "Email|First name|Last name")
	if err != nil {
		t.Fatal(err)
	}
	type problem struct {
		Column  int
		Code    Code
		Warning bool
	}
	for _, tt := range []struct {
		name        string
		first, last sheet.Cell
		want        string
		problems    []problem
	}{
		{"texts", sheet.Cell{Text: "Ana"}, sheet.Cell{Text: "Ruiz"}, "Ruiz, Ana Ruiz", nil},
		{"an error", sheet.Cell{Text: "Ana"}, sheet.Cell{Text: "#N/A", Kind: sheet.Error}, "", []problem{{2, CellError, false}}},
		{"an error of a kind that is not known", sheet.Cell{Text: "Ana"}, sheet.Cell{Text: "#PYTHON!", Kind: sheet.Error}, "", []problem{{2, CellError, false}}},
		{"an error in words", sheet.Cell{Text: "#REF!"}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, CellError, false}}},
		{"a number", sheet.Cell{Text: "7", Kind: sheet.Number}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, TextNotText, false}}},
		{"a date", sheet.Cell{Text: "2026-12-01", Kind: sheet.Date}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, TextNotText, false}}},
		{"a yes", sheet.Cell{Text: "TRUE", Kind: sheet.Bool}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, TextNotText, false}}},
		{"a number that is shown with zeros", sheet.Cell{Text: "7", Kind: sheet.Number, Shown: "007"}, sheet.Cell{Text: "Ruiz"}, "Ruiz, 007 Ruiz", []problem{{1, ValueShown, true}}},
		{"a text to which the format adds", sheet.Cell{Text: "Ana", Shown: "Ana (ext)"}, sheet.Cell{Text: "Ruiz"}, "Ruiz, Ana (ext) Ruiz", []problem{{1, ValueShown, true}}},
		{"no value", sheet.Cell{Text: "Ana"}, sheet.Cell{Text: "N/A"}, "Ana", []problem{{2, NullWord, true}}},
		{"no values", sheet.Cell{Text: "null"}, sheet.Cell{Text: " - "}, "", []problem{{2, NullWord, true}, {1, NullWord, true}}},
		{"a lost character", sheet.Cell{Text: "In\ufffds"}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, LostCharacter, false}}},
		{"a control character", sheet.Cell{Text: "An\x00a"}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, ControlCharacter, false}}},
		{"a sign that turns the direction", sheet.Cell{Text: "An\u202ea"}, sheet.Cell{Text: "Ruiz"}, "", []problem{{1, InvisibleCharacter, false}}},
		{"a special blank", sheet.Cell{Text: "Ana\u00a0Maria"}, sheet.Cell{Text: "Ruiz"}, "Ruiz, Ana Maria Ruiz", []problem{{1, TextCleaned, true}}},
		{"two problems", sheet.Cell{Text: "An\x00a"}, sheet.Cell{Text: "N/A"}, "", []problem{{2, NullWord, true}, {1, ControlCharacter, false}}},
	} {
		name, problems := b.name.join([]sheet.Cell{{}, tt.first, tt.last})
		var got []problem
		for _, p := range problems {
			got = append(got, problem{p.Column, p.Code, p.Warning})
			if p.Message == "" || p.Hint == "" {
				t.Errorf("%s: nothing to read in %+v", tt.name, p)
			}
		}
		if diff := cmp.Diff(tt.problems, got); diff != "" || name != tt.want {
			t.Errorf("%s: %q, want %q; problems (-want +got):\n%s", tt.name, name, tt.want, diff)
		}
	}
	if name, problems := b.name.join([]sheet.Cell{{}, {Text: "Ana"}}); name != "Ana" || problems != nil {
		t.Errorf("of a short row: %q, problems %v", name, problems)
	}
}

// What is wrong with a part of the name is a problem of its cell, and a name of words for no value is left as it is.
func TestJoinedNameOfSheet(t *testing.T) {
	const text = "Email,First name,Last name\nana@example.com,Ana,N/A\nbo@example.com,null,-\ncy@example.com,Cy,#REF!\n"
	s, err := OpenSheet(t.Context(), "people.csv", SheetOptions{Input: []byte(text), Username: "{{first}} {{last}}"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		name, ok := r.Settings[Username]
		line := fmt.Sprintf("%q %v", name, ok)
		for _, p := range r.Problems {
			line += fmt.Sprintf(", %s %s %s %q %v", p.Cell(), p.Field, p.Code, p.Value, p.Warning)
		}
		got = append(got, line)
	}
	want := []string{
		`"Ana" true, C2 username null_word "N/A" true`,
		`"" false, B3 username null_word "null" true, C3 username null_word "-" true`,
		`"" false, C4 username error_cell "#REF!" false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestNameTemplateRefuses(t *testing.T) {
	const header = "Email|First name|Legal first name|Vornamen|Twice|Twice|Password|result_name"
	for _, tt := range []struct {
		template, msg, hint string
	}{
		{"{{first", "a brace without its partner", "{{first}} {{last}}"},
		{"first}}", "a brace without its partner", "{{first}} {{last}}"},
		{"{first}", "a brace without its partner", "{{first}} {{last}}"},
		{"{{first}", "a brace without its partner", "{{first}} {{last}}"},
		{"{{a{{first}}", "a brace without its partner", "{{first}} {{last}}"},
		{"{{ }}", "nothing between the braces", "{{first}} {{last}}"},
		{"Ana Ruiz", "it names no column", "{{first}} {{last}}"},
		{"{{last}}", "names {{last}}, and no column is that", "{{Email}}, {{First name}}, {{Legal first name}}, {{Vornamen}}, {{Twice}}, {{Twice}}"},
		{"{{Nick}}", "names {{Nick}}, and no column is that", "{{First name}}"},
		{"{{first}}", `which column is {{first}} in the template of the display name: B "First name" or C "Legal first name"?`, "{{First name (column B)}}"},
		{"{{twice}}", `E "Twice" or F "Twice"?`, "{{Twice (column E)}}"},
		{"{{Password}}", "no column is that", "{{Email}}"},
		{"{{result_name}}", "no column is that", "{{Email}}"},
	} {
		_, _, err := bindLines(t, SheetOptions{Username: tt.template}, header)
		if err == nil || !strings.Contains(err.Error(), tt.msg) {
			t.Errorf("%s: error %v, want %q in it", tt.template, err, tt.msg)
			continue
		}
		if hint := HintOf(err); !strings.Contains(hint, tt.hint) || strings.Contains(hint, "{{Password}}") {
			t.Errorf("%s: hint %q, want %q in it", tt.template, hint, tt.hint)
		}
	}
}

func TestNameTemplateColumns(t *testing.T) {
	b, table, err := bindLines(t, SheetOptions{Username: "{{last}}, {{first}} {{last}}"}, "Email|Nome|Cognome|Username|Reparto", "a@example.com|A|B|C|D")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{2, 1}, b.NameColumns()); diff != "" {
		t.Errorf("columns of the name (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 4}, b.Unused(table.Header)); diff != "" {
		t.Errorf("unused (-want +got):\n%s", diff)
	}
}

func FuzzParseName(f *testing.F) {
	f.Add("{{first}} {{last}}", "Ana", "")
	f.Add("{{last}}, {{first}} ({{x}})", "", "Ruiz")
	f.Fuzz(func(t *testing.T, template, first, last string) {
		tokens, bad := parseName(template)
		if bad != nil {
			return
		}
		var again strings.Builder
		n := &nameTemplate{}
		for i, tk := range tokens {
			if tk.placeholder {
				again.WriteString("{{" + tk.text + "}}")
				n.pieces = append(n.pieces, namePiece{column: i % 2})
			} else {
				again.WriteString(tk.text)
				n.pieces = append(n.pieces, namePiece{tk.text, -1})
			}
		}
		same, bad := parseName(again.String())
		if bad != nil {
			t.Fatalf("%q, made of %q, is refused: %v", again.String(), template, bad)
		}
		if diff := cmp.Diff(tokens, same, cmp.AllowUnexported(nameToken{})); diff != "" {
			t.Errorf("%q again (-want +got):\n%s", template, diff)
		}
		cells := []sheet.Cell{{Text: first}, {Text: last}}
		name, problems := n.join(cells)
		filled, faulty := false, false
		for _, p := range problems {
			faulty = faulty || !p.Warning
		}
		for _, c := range n.columns() {
			text, _ := readPart(cells[c])
			filled = filled || text != ""
			if !faulty && !strings.Contains(name, text) {
				t.Errorf("%q of %q and %q = %q", template, first, last, name)
			}
		}
		if (!filled || faulty) && name != "" {
			t.Errorf("%q of blanks = %q", template, name)
		}
	})
}
