package batch

import (
	"testing"
	"time"

	"mimebatch/batch/sheet"
)

func text(s string) sheet.Cell { return sheet.Cell{Text: s} }

func codeOf(p *Problem) Code {
	if p == nil {
		return ""
	}
	return p.Code
}

func TestReadBool(t *testing.T) {
	for in, want := range map[string]string{
		"true": "true", "TRUE": "true", "Yes": "true", "y": "true", "1": "true", "X": "true", " x\u00a0": "true",
		"false": "false", "No": "false", "N": "false", "0": "false",
	} {
		if got, p := readBool(text(in)); got != want || p != nil {
			t.Errorf("readBool(%q) = %q, %v; want %q", in, got, p, want)
		}
	}
	for _, in := range []string{"maybe", "2", "yes!", "-1", "on", "01"} {
		if got, p := readBool(text(in)); got != "" || codeOf(p) != BoolWord {
			t.Errorf("readBool(%q) = %q, %v", in, got, p)
		}
	}
}

func TestReadDate(t *testing.T) {
	date := time.Date(2015, 11, 16, 14, 49, 18, 0, time.UTC)
	for _, tt := range []struct {
		in   sheet.Cell
		want string
		code Code
	}{
		{text("2015-11-16T14:49:18+0000"), "2015-11-16T14:49:18+0000", ""},
		{text("2015-11-16T14:49:18Z"), "2015-11-16T14:49:18+0000", ""},
		{text("2015-11-16T14:49:18+02:00"), "2015-11-16T12:49:18+0000", ""},
		{text("2015-11-16T14:49:18.5Z"), "2015-11-16T14:49:18+0000", ""},
		{text(" 2015-11-16 "), "2015-11-16T00:00:00+0000", ""},
		{text("2015-11-16 14:49"), "2015-11-16T14:49:00+0000", ""},
		{text("42324"), "2015-11-16T00:00:00+0000", ""},
		{sheet.Cell{Kind: sheet.Date, Text: "2015-11-16T14:49:18", Date: date}, "2015-11-16T14:49:18+0000", ""},
		{sheet.Cell{Kind: sheet.Number, Text: "42324", Date: date}, "2015-11-16T14:49:18+0000", ""},
		{text("2026-02-30"), "", DateImpossible},
		{text("2026-13-01"), "", DateImpossible},
		{text("2026-02-20T25:00"), "", DateImpossible},
		{text("03/04/2026"), "", DateAmbiguous},
		{text("3.4.26"), "", DateAmbiguous},
		{text("13/14/2026"), "", DateAmbiguous},
		{text("2015/11/16"), "", DateUnreadable},
		{text("16.11.2015"), "", DateUnreadable},
		{text("11/16/2015"), "", DateUnreadable},
		{text("next Monday"), "", DateUnreadable},
		{text("1003-01-01"), "", DateRange},
		{text("99999"), "", DateRange},
		{sheet.Cell{Kind: sheet.Number, Text: "-5"}, "", DateUnreadable},
	} {
		got, p := readDate(tt.in)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("readDate(%+v) = %q, %q; want %q, %q", tt.in, got, codeOf(p), tt.want, tt.code)
		}
	}
}

func FuzzReadDate(f *testing.F) {
	for _, s := range []string{"2015-11-16T14:49:18+0000", "2026-02-30", "42324", "03/04/2026", "2015-11-16T14:49:18-11:30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, p := readDate(text(s))
		if (p == nil) == (got == "") {
			t.Fatalf("readDate(%q) = %q with problem %v", s, got, p)
		}
		if p == nil {
			if again, p := readDate(text(got)); again != got || p != nil {
				t.Fatalf("readDate(%q) = %q, and of that %q, %v", s, got, again, p)
			}
		}
	})
}

func TestReadText(t *testing.T) {
	if got, p := readText(text("\u00a0Ana Ruiz ")); got != "Ana Ruiz" || p != nil {
		t.Errorf("readText = %q, %v", got, p)
	}
	for _, in := range []string{"Ana\x07Ruiz", "Ana\nRuiz", "Ana\x00"} {
		if _, p := readText(text(in)); codeOf(p) != ControlCharacter {
			t.Errorf("readText(%q): %v", in, p)
		}
	}
}

func TestReadPassword(t *testing.T) {
	for _, tt := range []struct {
		in   sheet.Cell
		want string
		code Code
	}{
		{text("=Secret,1\""), "=Secret,1\"", ""},
		{text("  padded "), "  padded ", PasswordBlanks},
		{text("Pässword1"), "Pässword1", PasswordNonASCII},
		{sheet.Cell{Kind: sheet.Number, Text: "12345678"}, "12345678", PasswordNumber},
		{sheet.Cell{Kind: sheet.Number, Text: "1.2345678901234568E+16"}, "", PasswordNotText},
		{sheet.Cell{Kind: sheet.Number, Text: "1234567890123456"}, "", PasswordNotText},
		{sheet.Cell{Kind: sheet.Number, Text: "12.5"}, "", PasswordNotText},
		{text("****"), "", PasswordPlaceholder},
		{text("••••••"), "", PasswordPlaceholder},
		{text("N/A"), "", PasswordPlaceholder},
		{text("nan"), "", PasswordPlaceholder},
		{text("NULL"), "", PasswordPlaceholder},
		{text("-"), "", PasswordPlaceholder},
		{text("two\nlines"), "", ControlCharacter},
		{sheet.Cell{Kind: sheet.Date, Text: "2026-12-01"}, "", PasswordNotText},
		{sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, "", PasswordNotText},
	} {
		got, p := readPassword(tt.in)
		if got.Reveal() != tt.want || codeOf(p) != tt.code {
			t.Errorf("readPassword(%q) = %q, %q; want %q, %q", tt.in.Text, got.Reveal(), codeOf(p), tt.want, tt.code)
		}
		if p != nil && p.Warning != (tt.want != "") {
			t.Errorf("readPassword(%q): warning is %v", tt.in.Text, p.Warning)
		}
	}
}
