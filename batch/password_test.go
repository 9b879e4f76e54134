package batch

import (
	"strings"
	"testing"

	"mimebatch/batch/sheet"
)

func TestReadPassword(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   sheet.Cell
		want string
		code Code
	}{
		{"plain", text("Sunny-Day7"), "Sunny-Day7", ""},
		{"C22 equals", text("=SUM(A1:A9)"), "=SUM(A1:A9)", ""},
		{"C22 plus", text("+Sunny-Day7"), "+Sunny-Day7", ""},
		{"C22 minus", text("-Sunny-Day7"), "-Sunny-Day7", ""},
		{"C22 at", text("@Sunny-Day7"), "@Sunny-Day7", ""},
		{"C22 quote and comma", text(`"Sunny",'Day'7`), `"Sunny",'Day'7`, ""},
		{"C22 line break", text("Sunny\nDay7"), "", ControlCharacter},
		{"C22 beyond the BMP", text("Sunny-Day😀"), "Sunny-Day😀", PasswordNonASCII},
		{"blanks inside", text("Sunny  Day 7"), "Sunny  Day 7", ""},
		{"C21 blanks at the edges", text("  Sunny-Day7 "), "  Sunny-Day7 ", PasswordBlanks},
		{"C21 NBSP at the edge", text("Sunny-Day7\u00a0"), "Sunny-Day7\u00a0", PasswordBlanks},
		{"not ASCII", text("Sünny-Day7"), "Sünny-Day7", PasswordNonASCII},
		{"not composed", text("Su\u0308nny-Day7"), "Su\u0308nny-Day7", PasswordNonASCII},
		{"C16 rewritten by a spreadsheet", text("1.23E+15"), "1.23E+15", PasswordNumber},
		{"short", text("Sun-7"), "Sun-7", PasswordShort},
		{"blank cell", text(" \u00a0"), "", ""},
		{"trailing line break", text("Sunny-Day7\r\n"), "", ControlCharacter},
		{"NUL", text("Sunny\x00Day"), "", ControlCharacter},
		{"lost character", text("S\ufffdnny-Day7"), "", LostCharacter},
		{"byte order mark in front", text("\ufeffSunny-Day7"), "", InvisibleCharacter},
		{"zero width inside", text("Sunny\u200bDay7"), "", InvisibleCharacter},
		{"number", sheet.Cell{Kind: sheet.Number, Text: "12345678"}, "12345678", PasswordNumber},
		{"number shown with zeros", sheet.Cell{Kind: sheet.Number, Text: "4711", Shown: "00004711"}, "", PasswordNotText},
		{"text shown otherwise", sheet.Cell{Text: "Sunny-Day7", Shown: "Sunny-Day7!"}, "", PasswordNotText},
		{"number with exponent", sheet.Cell{Kind: sheet.Number, Text: "1.2345678901234568E+16"}, "", PasswordNotText},
		{"number of 16 digits", sheet.Cell{Kind: sheet.Number, Text: "1234567890123456"}, "", PasswordNotText},
		{"fraction", sheet.Cell{Kind: sheet.Number, Text: "12.5"}, "", PasswordNotText},
		{"negative number", sheet.Cell{Kind: sheet.Number, Text: "-5"}, "", PasswordNotText},
		{"date", sheet.Cell{Kind: sheet.Date, Text: "2026-12-01"}, "", PasswordNotText},
		{"boolean", sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, "", PasswordNotText},
	} {
		got, p := readPassword(tt.in)
		if got.Reveal() != tt.want || codeOf(p) != tt.code {
			t.Errorf("%s: readPassword(%q) = %q, %q; want %q, %q", tt.name, tt.in.Text, got.Reveal(), codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got.Reveal())
		if p != nil && p.Detail != "" {
			t.Errorf("%s: the problem tells of the password: %q", tt.name, p.Detail)
		}
	}
}

func TestPasswordPlaceholdersAreNeverSet(t *testing.T) {
	for _, in := range []string{
		"****", "*", "••••••", "●●●●", "xxxx", "XXXXXXXX", "........", "--------", "????", "nan", "NaN", "N/A", "NULL", "none", "-", "—", "TBD", "na", "(blank)",
		"password", "Password", "PASSWORT", "contraseña", "[redacted]", "<hidden>", " **** ", "#N/A", "#REF!", "####", "パスワード",
	} {
		if got, p := readPassword(text(in)); !got.IsZero() || codeOf(p) != PasswordPlaceholder {
			t.Errorf("readPassword(%q): %q, %q", in, got.Reveal(), codeOf(p))
		}
	}
}

func FuzzReadPassword(f *testing.F) {
	for _, s := range []string{"Sunny-Day7", " a ", "****", "=1+1", "S\u00fcnny", "a\x00b", "\u200bx", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, p := readPassword(text(s))
		if !got.IsZero() && got.Reveal() != s {
			t.Fatalf("readPassword(%q) = %q", s, got.Reveal())
		}
		if trim(s) != "" && (p == nil || p.Warning) == got.IsZero() {
			t.Fatalf("readPassword(%q): secret %v with problem %v", s, !got.IsZero(), p)
		}
		if p != nil && (p.Detail != "" || p.Value != "" || len(s) > 3 && strings.Contains(p.Message, s) && !got.IsZero() && !p.Warning) {
			t.Fatalf("readPassword(%q): the problem tells of it: %+v", s, *p)
		}
	})
}
