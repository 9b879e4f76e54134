package batch

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want string
		code Code
	}{
		{"ana.ruiz@example.com", "ana.ruiz@example.com", ""},
		{"  Ana.Ruiz@Example.COM\u00a0", "ana.ruiz@example.com", ""},
		{"\u200bana@example.com\ufeff", "ana@example.com", ""},
		{"o'neil+mail@sub.example.co.uk", "o'neil+mail@sub.example.co.uk", ""},
		{"ana@bücher.example", "ana@xn--bcher-kva.example", ""},
		{"", "", EmailMissing},
		{" \u3000", "", EmailMissing},
		{"ana.example.com", "", EmailSyntax},
		{"@example.com", "", EmailSyntax},
		{".ana@example.com", "", EmailSyntax},
		{"ana..ruiz@example.com", "", EmailSyntax},
		{"ána@example.com", "", EmailSyntax},
		{`"ana"@example.com`, "", EmailSyntax},
		{strings.Repeat("a", 65) + "@example.com", "", EmailSyntax},
		{"ana\x07@example.com", "", EmailSyntax},
		{"ana@example.com; bo@example.com", "", EmailSeveral},
		{"ana@example.com,bo@example.com", "", EmailSeveral},
		{"ana@bo@example.com", "", EmailSeveral},
		{"ana ruiz@example.com", "", EmailBlank},
		{"ana@exam ple.com", "", EmailBlank},
		{"ana@example", "", EmailDomain},
		{"ana@", "", EmailDomain},
		{"ana@example..com", "", EmailDomain},
		{"ana@-example.com", "", EmailDomain},
		{"ana@exa_mple.com", "", EmailDomain},
		{"ana@127.0.0.1", "", EmailDomain},
		{"ana@[127.0.0.1]", "", EmailDomain},
	} {
		got, p := ParseAddress(tt.in)
		var code Code
		if p != nil {
			code = p.Code
			if p.Message == "" || p.Hint == "" {
				t.Errorf("ParseAddress(%q): no words: %+v", tt.in, p)
			}
		}
		if got != tt.want || code != tt.code {
			t.Errorf("ParseAddress(%q) = %q, %q; want %q, %q", tt.in, got, code, tt.want, tt.code)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ana.ruiz@example.com", " A@B.C ", "a@b@c.d", "a;b@c.d", "ü@ü.example", "a@xn--bcher-kva.example", "\u200ba@b.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, p := ParseAddress(s)
		if (p == nil) == (got == "") {
			t.Fatalf("ParseAddress(%q) = %q with problem %v", s, got, p)
		}
		if p != nil {
			return
		}
		again, p := ParseAddress(got)
		if p != nil || again != got {
			t.Fatalf("ParseAddress(%q) = %q, and of that %q, %v", s, got, again, p)
		}
		if strings.Count(got, "@") != 1 || got != strings.ToLower(got) || strings.ContainsAny(got, " \t\r\n;,\"<>") {
			t.Fatalf("ParseAddress(%q) = %q", s, got)
		}
	})
}
