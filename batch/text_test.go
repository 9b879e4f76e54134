package batch

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch/sheet"
)

func text(s string) sheet.Cell { return sheet.Cell{Text: s} }

func codeOf(p *Problem) Code {
	if p == nil {
		return ""
	}
	return p.Code
}

func TestReadText(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   sheet.Cell
		want string
		code Code
	}{
		{"as it stands", text("Ana Ruiz"), "Ana Ruiz", ""},
		{"blanks and invisible characters at the edges", text("\ufeff\u00a0Ana Ruiz\u3000 \u200b"), "Ana Ruiz", ""},
		{"last name first", text("Ruiz, Ana"), "Ruiz, Ana", ""},
		{"suffixes and particles", text("Juan de la Cruz Jr., DDS"), "Juan de la Cruz Jr., DDS", ""},
		{"formula-like", text(`=HYPERLINK("x")`), `=HYPERLINK("x")`, ""},
		{"composed", text("Jose\u0301"), "José", ""},
		{"ideographic space", text("山田\u3000太郎"), "山田\u3000太郎", ""},
		{"emoji with joiner", text("Ana 👩\u200d💻"), "Ana 👩\u200d💻", ""},
		{"Persian with joiner", text("علی\u200cرضا"), "علی\u200cرضا", ""},
		{"NBSP inside", text("Team\u00a0Lead"), "Team Lead", TextCleaned},
		{"zero width and soft hyphen inside", text("A\u200bna Ru\u00adiz"), "Ana Ruiz", TextCleaned},
		{"bidi override", text("Ana\u202eziuR"), "", InvisibleCharacter},
		{"bidi mark", text("Ana\u200fRuiz"), "", InvisibleCharacter},
		{"control character", text("Ana\x07Ruiz"), "", ControlCharacter},
		{"line break", text("Ana\nRuiz"), "", ControlCharacter},
		{"line separator", text("Ana\u2028Ruiz"), "", ControlCharacter},
		{"tab", text("Ana\tRuiz"), "", ControlCharacter},
		{"NUL", text("Ana\x00"), "", ControlCharacter},
		{"lost character", text("Mu\ufffdoz"), "", LostCharacter},
		{"not UTF-8", text("Mu\xf1oz"), "", LostCharacter},
		{"null word", text("N/A"), "", NullWord},
		{"null word that hides", text("n\u200ba"), "", NullWord},
		{"error of a spreadsheet in a CSV file", text("#REF!"), "", CellError},
		{"error in German", text("#WERT!"), "", CellError},
		{"column too narrow", text("########"), "", CellError},
		{"C16 exponent", text("1.23E+11"), "1.23E+11", NumberRewritten},
		{"C16 exponent of an id", text("6.37702E+15"), "6.37702E+15", NumberRewritten},
		{"C16 exponent with comma", text("1,23E+11"), "1,23E+11", NumberRewritten},
		{"id as a fraction", text("1004.0"), "1004.0", NumberRewritten},
		{"more than 15 digits, zeros behind", text("12345678901234500000"), "12345678901234500000", NumberRewritten},
		{"more than 15 digits", text("12345678901234567890"), "12345678901234567890", ""},
		{"a comma behind digits", text("12,5"), "12,5", ""},
		{"digits", text("0987654321"), "0987654321", ""},
		{"not an exponent", text("3E+x"), "3E+x", ""},
		{"long", text(strings.Repeat("é", 256)), strings.Repeat("é", 256), TextLong},
		{"not yet long", text(strings.Repeat("é", 255)), strings.Repeat("é", 255), ""},
		{"C17 number", sheet.Cell{Kind: sheet.Number, Text: "4711"}, "4711", NumberZeros},
		{"C17 number shown with zeros", sheet.Cell{Kind: sheet.Number, Text: "4711", Shown: "004711"}, "004711", ValueShown},
		{"number with exponent", sheet.Cell{Kind: sheet.Number, Text: "1.2345678901234568E+16"}, "", NumberRounded},
		{"number of 16 digits", sheet.Cell{Kind: sheet.Number, Text: "1234567890123456"}, "", NumberRounded},
		{"rounded number shown with zeros", sheet.Cell{Kind: sheet.Number, Text: "1.2E+16", Shown: "00012"}, "", NumberRounded},
		{"text with a number format", sheet.Cell{Text: "Ruiz", Shown: "Ruiz (ext)"}, "Ruiz (ext)", ValueShown},
		{"date", sheet.Cell{Kind: sheet.Date, Text: "2026-02-01"}, "", TextNotText},
		{"boolean", sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, "", TextNotText},
	} {
		got, p := readText(tt.in)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("%s: readText(%+v) = %q, %q; want %q, %q", tt.name, tt.in, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

// checkWords holds a problem against what all have in common.
func checkWords(t *testing.T, p *Problem, value string) {
	t.Helper()
	if p == nil {
		return
	}
	if p.Message == "" || p.Hint == "" {
		t.Errorf("%s: no words", p.Code)
	}
	if p.Warning != (value != "") {
		t.Errorf("%s: warning is %v, and the value %q", p.Code, p.Warning, value)
	}
	if p.Line != 0 || p.Column != 0 || p.Field != "" || p.Value != "" {
		t.Errorf("%s: has a place already: %+v", p.Code, *p)
	}
}

func FuzzReadText(f *testing.F) {
	for _, s := range []string{"Ana Ruiz", "Ruiz, Ana", "Jose\u0301", "A\u200bna", "Team\u00a0Lead", "1.23E+11", "n/a", "山田\u3000太郎", "Ana\u202e", "e\u200b\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, p := readText(text(s))
		if trim(s) == "" {
			return // a blank cell, which is not asked for
		}
		if (p == nil || p.Warning) != (got != "") {
			t.Fatalf("readText(%q) = %q with problem %v", s, got, p)
		}
		if got == "" {
			return
		}
		if again, p := readText(text(got)); again != got || p != nil && p.Code == TextCleaned {
			t.Fatalf("readText(%q) = %q, and of that %q, %v", s, got, again, p)
		}
		if got != trim(got) || !norm.NFC.IsNormalString(got) || strings.ContainsFunc(got, unicode.IsControl) || strings.ContainsFunc(got, isStray) {
			t.Fatalf("readText(%q) = %q", s, got)
		}
	})
}
