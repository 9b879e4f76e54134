package batch

import (
	"strings"
	"testing"

	"mimebatch/batch/sheet"
)

func TestParseAddress(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want string
		code Code
	}{
		{"ana.ruiz@example.com", "ana.ruiz@example.com", ""},
		{"  Ana.Ruiz@Example.COM\u00a0", "ana.ruiz@example.com", ""},
		{"o'neil+mail@sub.example.co.uk", "o'neil+mail@sub.example.co.uk", ""},
		{"a_b-c=d/e@ex-am-ple.com", "a_b-c=d/e@ex-am-ple.com", ""},
		{"4711@4you.example", "4711@4you.example", ""},
		{"", "", EmailMissing},
		{" \u3000", "", EmailMissing},
		{"N/A", "", EmailMissing},
		{"-", "", EmailMissing},
		{"#N/A", "", CellError},
		{"ana.example.com", "", EmailSyntax},
		{"@example.com", "", EmailSyntax},
		{".ana@example.com", "", EmailSyntax},
		{"ana.@example.com", "", EmailSyntax},
		{"ana..ruiz@example.com", "", EmailSyntax},
		{"ána@example.com", "", EmailSyntax},
		{`CORP\ana@example.com`, "", EmailSyntax},
		{"ana,ruiz@example.com", "", EmailSyntax},
		{strings.Repeat("a", 65) + "@example.com", "", EmailSyntax},
		{"ana@" + strings.Repeat("example.", 31) + "com", "", EmailSyntax},
		{strings.Repeat("<", 1_000_000) + "ana@example.com", "", EmailSyntax},
		{"ana@example", "", EmailDomain},
		{"ana@", "", EmailDomain},
		{"ana@example..com", "", EmailDomain},
		{"ana@-example.com", "", EmailDomain},
		{"ana@example-.com", "", EmailDomain},
		{"ana@exa_mple.com", "", EmailDomain},
		{"ana@" + strings.Repeat("a", 64) + ".com", "", EmailDomain},
		{"ana@127.0.0.1", "", EmailDomain},
		{"ana@[127.0.0.1]", "", EmailDomain},
		{"ana@example.123", "", EmailDomain},
		{"ana@xn--a.com", "", EmailDomain},
	} {
		got, p := ParseAddress(tt.in)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("ParseAddress(%q) = %q, %q; want %q, %q", tt.in, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

func TestAddressHazards(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		want string
		code Code
	}{
		{"zero width and byte order mark at the edges", "\u200bana@example.com\ufeff", "ana@example.com", ""},
		{"bidi marks at the edges", "\u202aana@example.com\u202c\u200f", "ana@example.com", ""},
		{"zero width inside", "ana\u200b@example.com", "", InvisibleCharacter},
		{"soft hyphen inside", "ana@exam\u00adple.com", "", InvisibleCharacter},
		{"bidi isolate inside", "ana@\u2066example.com", "", InvisibleCharacter},
		{"blank inside", "ana ruiz@example.com", "", EmailBlank},
		{"blank before the @", "ana @example.com", "", EmailBlank},
		{"NBSP behind the @", "ana@\u00a0example.com", "", EmailBlank},
		{"line break inside", "ana@exam\nple.com", "", ControlCharacter},
		{"control character", "ana\x07@example.com", "", ControlCharacter},
		{"NUL", "ana@example.com\x00", "", ControlCharacter},
		{"lost character", "mu\ufffdoz@example.com", "", LostCharacter},
		{"not UTF-8", "mu\xf1oz@example.com", "", LostCharacter},

		{"C19 upper case", "ANA@EXAMPLE.COM", "ana@example.com", ""},
		{"C19 plus-address", "ana+hr@example.com", "ana+hr@example.com", ""},
		{"C19 trailing dot", "ana@example.com.", "ana@example.com", EmailAround},
		{"C19 quoted local part", `"ana"@example.com`, "", EmailSyntax},
		{"C19 smart dash in the domain", "ana@my–example.com", "", EmailTypographic},
		{"C19 non-breaking hyphen", "ana\u2011ruiz@example.com", "", EmailTypographic},
		{"C19 minus sign", "ana−ruiz@example.com", "", EmailTypographic},
		{"C19 smart apostrophe", "o’neil@example.com", "", EmailTypographic},
		{"C19 homoglyph in the domain", "ana@ex\u0430mple.com", "", EmailLookalike},
		{"C19 homoglyph in Punycode", "ana@xn--exmple-4nf.com", "", EmailLookalike},
		{"C19 homoglyph before the @", "\u0430na@example.com", "", EmailLookalike},
		{"C19 international domain", "ana@Bücher.example", "ana@xn--bcher-kva.example", ""},
		{"C19 international domain not composed", "ana@bu\u0308cher.example", "ana@xn--bcher-kva.example", ""},
		{"C19 sharp s", "ana@straße.example", "ana@xn--strae-oqa.example", ""},
		{"C19 domain of another alphabet", "ana@пример.example", "ana@xn--e1afmkfd.example", ""},

		{"angle brackets", "<ana@example.com>", "ana@example.com", EmailAround},
		{"mailto", "MAILTO:ana@example.com", "ana@example.com", EmailAround},
		{"mailto encoded", "mailto:ana%2Bhr@example.com", "", EmailSyntax},
		{"smart quotes", "“ana@example.com”", "ana@example.com", EmailAround},
		{"text mark", "'ana@example.com", "ana@example.com", EmailAround},
		{"trailing semicolon", "ana@example.com; ", "ana@example.com", EmailAround},
		{"name and address", "Ana Ruiz <ana@example.com>", "ana@example.com", EmailAround},
		{"quoted name and address", `"Ruiz, Ana" <ana@example.com>;`, "ana@example.com", EmailAround},
		{"full-width", "ａｎａ＠ｅｘａｍｐｌｅ。ｃｏｍ", "ana@example.com", EmailForms},
		{"letters of special forms in the domain", "ana@①example.com", "ana@1example.com", EmailForms},

		{"several by semicolon", "ana@example.com; bo@example.com", "", EmailSeveral},
		{"several by comma", "ana@example.com,bo@example.com", "", EmailSeveral},
		{"several by line break", "ana@example.com\nbo@example.com", "", EmailSeveral},
		{"several by slash", "ana@example.com / bo@example.com", "", EmailSeveral},
		{"several with names", "Ana <ana@example.com>, Bo <bo@example.com>", "", EmailSeveral},
		{"two @", "ana@bo@example.com", "", EmailSeveral},
	} {
		got, p := ParseAddress(tt.in)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("%s: ParseAddress(%q) = %q, %q; want %q, %q", tt.name, tt.in, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
		if p != nil && p.Warning && p.Detail != "read as "+got {
			t.Errorf("%s: detail %q", tt.name, p.Detail)
		}
	}
}

func TestReadAddressCompletesLogOnNames(t *testing.T) {
	for _, tt := range []struct {
		name   string
		in     sheet.Cell
		domain string
		want   string
		code   Code
	}{
		{"number format adds nothing", sheet.Cell{Text: "ana@example.org", Shown: "ana@example.org"}, "", "ana@example.org", ""},
		{"no domain given", text("SKING"), "", "", EmailSyntax},
		{"domain given", text("SKING"), "example.com", "sking@example.com", EmailCompleted},
		{"address stays", text("ana@example.org"), "example.com", "ana@example.org", ""},
		{"full-width @ stays", text("ana＠example.org"), "example.com", "ana@example.org", EmailForms},
		{"blank cell", text(" "), "example.com", "", EmailMissing},
		{"null word", text("nan"), "example.com", "", EmailMissing},
		{"error of a spreadsheet", text("#REF!"), "example.com", "", CellError},
		{"full name", text("Ana Ruiz"), "example.com", "", EmailBlank},
		{"the @ is missing", text("ana.example.com"), "example.com", "", EmailSyntax},
		{"domain only in the number format", sheet.Cell{Text: "naiya_k", Shown: "naiya_k@example.net"}, "", "naiya_k@example.net", ValueShown},
		{"number format before the domain given", sheet.Cell{Text: "naiya_k", Shown: "naiya_k@example.net"}, "example.com", "naiya_k@example.net", ValueShown},
		{"number format adds to an address", sheet.Cell{Text: "ana@example.org", Shown: "ana@example.org (new)"}, "", "ana@example.org", ValueShown},
		{"blank cell with a number format", sheet.Cell{Shown: "@example.net"}, "example.com", "", EmailMissing},
		{"number", sheet.Cell{Kind: sheet.Number, Text: "4711"}, "example.com", "", EmailNotText},
		{"date", sheet.Cell{Kind: sheet.Date, Text: "2026-12-01"}, "", "", EmailNotText},
		{"boolean", sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, "example.com", "", EmailNotText},
	} {
		got, p := readAddress(tt.in, tt.domain)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("%s: readAddress(%+v, %q) = %q, %q; want %q, %q", tt.name, tt.in, tt.domain, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"ana.ruiz@example.com", " A@B.C ", "a@b@c.d", "a;b@c.d", "ü@ü.example", "a@xn--bcher-kva.example", "\u200ba@b.example", "Ana <a@b.example>;",
		"mailto:'a@b.example'", "ａ＠ｂ。ｃ", "a@①.example", "a@ex\u0430mple.com", "a@b--c.de", "a@1.2-", "'a@b.c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, p := ParseAddress(s)
		if (p == nil || p.Warning) != (got != "") {
			t.Fatalf("ParseAddress(%q) = %q with problem %v", s, got, p)
		}
		// A full-width sign has to be looked at closely; the rest of the address stays what it is.
		if wide, _ := ParseAddress(strings.Replace(s, "@", "＠", 1)); wide != got {
			t.Fatalf("ParseAddress(%q) = %q, and with a full-width @ %q", s, got, wide)
		}
		if got == "" {
			return
		}
		if again, p := ParseAddress(got); p != nil || again != got {
			t.Fatalf("ParseAddress(%q) = %q, and of that %q, %v", s, got, again, p)
		}
		if strings.Count(got, "@") != 1 || got != strings.ToLower(got) || strings.ContainsAny(got, " \t\r\n;,\"<>") || !isPlain(got) {
			t.Fatalf("ParseAddress(%q) = %q", s, got)
		}
	})
}
