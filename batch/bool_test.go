package batch

import (
	"testing"

	"mimebatch/batch/sheet"
)

func TestReadBool(t *testing.T) {
	for want, words := range map[string][]string{
		"true": {
			"true", "TRUE", "Yes", "y", "1", "1.0", "X", " x\u00a0", "on", "Enabled", "Ja", "J", "WAHR", "oui", "Vrai", "Sí", "si", "Sì", "S", "VERDADERO",
			"vero", "sim", "Verdadeiro", "waar", "tak", "Prawda", "ano", "PRAVDA", "sant", "はい", "○", "是", "真", "✓", "✔\ufe0f", "✅", "ＹＥＳ", "１", "\ufeffyes",
		},
		"false": {
			"false", "No", "N", "0", "0.0", "off", "DISABLED", "Nein", "FALSCH", "non", "Faux", "FALSO", "Não", "nao", "nee", "onwaar", "Nie", "Fałsz", "falsz", "ne",
			"nepravda", "nej", "FALSKT", "いいえ", "×", "否", "假", "偽", "✗", "❌",
		},
	} {
		for _, in := range words {
			if got, p := readBool(text(in)); got != want || p != nil {
				t.Errorf("readBool(%q) = %q, %v; want %q", in, got, p, want)
			}
		}
	}
	for code, words := range map[Code][]string{
		BoolWord: {
			"maybe", "2", "yes!", "-1", "01", "Actif", "Inactif", "Active", "Activo", "A", "L", "T", "F", "O", "Active - Payroll Eligible", "Not on payroll", "☒",
		},
		NullWord:         {"nan", "N/A", "NULL", "-", "—", "(blank)", "<NA>", `\N`, "なし"},
		CellError:        {"#N/A", "#REF!", "#NV", "####"},
		LostCharacter:    {"s\ufffd", "s\xed"},
		ControlCharacter: {"ye\x00s"},
	} {
		for _, in := range words {
			if got, p := readBool(text(in)); got != "" || codeOf(p) != code {
				t.Errorf("readBool(%q) = %q, %q; want %q", in, got, codeOf(p), code)
			}
		}
	}
}

func TestReadBoolOfCellsThatAreNotText(t *testing.T) {
	for _, tt := range []struct {
		in   sheet.Cell
		want string
		code Code
	}{
		{sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, "true", ""},
		{sheet.Cell{Kind: sheet.Bool, Text: "FALSE"}, "false", ""},
		{sheet.Cell{Kind: sheet.Number, Text: "1"}, "true", ""},
		{sheet.Cell{Kind: sheet.Number, Text: "0"}, "false", ""},
		{sheet.Cell{Kind: sheet.Number, Text: "2"}, "", BoolWord},
		{sheet.Cell{Kind: sheet.Date, Text: "2026-12-01"}, "", BoolWord},
	} {
		if got, p := readBool(tt.in); got != tt.want || codeOf(p) != tt.code {
			t.Errorf("readBool(%+v) = %q, %q; want %q, %q", tt.in, got, codeOf(p), tt.want, tt.code)
		}
	}
}

func FuzzReadBool(f *testing.F) {
	for _, s := range []string{"yes", "NON", "Sí", "1.0", "✓", "Inactif", "n/a", "#REF!", "\u200bja"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, p := readBool(text(s))
		if p == nil && got != "true" && got != "false" || p != nil && (got != "" || p.Warning) {
			t.Fatalf("readBool(%q) = %q with problem %v", s, got, p)
		}
		if again, p := readBool(text(" " + s + "\u00a0")); p == nil && again != got || p != nil && got != "" {
			t.Fatalf("readBool(%q) = %q, and with blanks around %q, %v", s, got, again, p)
		}
	})
}
