package mimecast

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch"
)

func TestMask(t *testing.T) {
	m := newMask([]batch.Secret{batch.NewSecret("Tr0ub&dor"), batch.NewSecret("Tr0ub&dor and more"), batch.NewSecret(" edges "), {}, batch.NewSecret(" ")})
	tests := []struct{ name, in, want string }{
		{"plain", "Name is too long", "Name is too long"},
		{"secret", "password Tr0ub&dor is weak", "password [redacted] is weak"},
		{"the longer secret", "Tr0ub&dor and more!", "[redacted]!"},
		{"written for a page", "Tr0ub&amp;dor", "[redacted]"},
		{"written for an address", "?p=Tr0ub%26dor", "?p=[redacted]"},
		{"hidden characters inside", "Tr0ub\u200b&dor", "[redacted]"},
		{"terminal", "a\x1b]0;x\x07b\x9bc\u202ed", "a]0;xbcd"},
		{"trimmed", "the word <edges> is weak", "the word <[redacted]> is weak"},
		{"lines", "a\r\nb\tc", "a  b c"},
		{"not UTF-8", "a\xffb", "ab"},
		{"long", strings.Repeat("é", 301), strings.Repeat("é", 299) + "…"},
		{"too long", strings.Repeat("e", maxText+1), tooLong},
		{"not long", strings.Repeat("é", 300), strings.Repeat("é", 300)},
	}
	for _, tt := range tests {
		if got := m.clean(tt.in); got != tt.want {
			t.Errorf("%s: clean(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
	for _, name := range []string{"req-Tr0ub&dor", "ana@example.com", strings.Repeat("x", maxText+1)} {
		if got := m.requestID(name); got != "" {
			t.Errorf("requestID(%q) = %q, want none", name, got)
		}
	}
	if got := m.requestID("abc def\x00é-1" + strings.Repeat("x", 200)); got != "abcdef-1"+strings.Repeat("x", 92) {
		t.Errorf("requestID: got %q", got)
	}
}

// However a message writes the password that it quotes, it isn't shown.
func TestMaskEncodings(t *testing.T) {
	const password = `Pässword<7>"x" & more`
	m := newMask([]batch.Secret{batch.NewSecret(password)})
	quoted, err := json.Marshal(password)
	if err != nil {
		t.Fatal(err)
	}
	ascii := strconv.QuoteToASCII(password)
	for name, said := range map[string]string{
		"JSON":                 string(quoted),
		"JSON in ASCII":        ascii[1 : len(ascii)-1],
		"upper case":           strings.ToUpper(password),
		"accents apart":        norm.NFD.String(password),
		"HTML":                 html.EscapeString(password),
		"HTML by names":        "P&auml;ssword&lt;7&gt;&quot;x&quot; &amp; more",
		"HTML by numbers":      "P&#228;ssword&#60;7&#62;&#x22;x&#x22; &#38; more",
		"path":                 url.PathEscape(password),
		"query":                url.QueryEscape(password),
		"base64":               base64.StdEncoding.EncodeToString([]byte(password)),
		"base64 for URLs":      base64.RawURLEncoding.EncodeToString([]byte(password)),
		"base64 with the user": base64.StdEncoding.EncodeToString([]byte("ana@example.com:" + password)),
		"hex":                  hex.EncodeToString([]byte(password)),
	} {
		got := strings.ReplaceAll(m.clean("the password "+said+" is too weak"), `"`, "")
		if got != redacted && got != "the password "+redacted+" is too weak" {
			t.Errorf("%s: %q is shown as %q", name, said, got)
		}
	}
	for _, said := range []string{"100% of 5 + 7 is \"too\" weak \\ &c.", "c29tZXRoaW5nIGVsc2U=", "%zz \\u00", "cafe 0123456789abcdef"} {
		if got := m.clean(said); got != said {
			t.Errorf("clean(%q) = %q", said, got)
		}
	}
}

// A value that is kept stays as it is, or isn't kept at all: it is compared with what was asked.
func TestMaskValue(t *testing.T) {
	m := newMask([]batch.Secret{batch.NewSecret("Tr0ub&dor")})
	for in, want := range map[string]string{
		"":                                   "",
		"Ana  Ruiz\u200b\t\x1b":              "Ana  Ruiz\u200b\t\x1b",
		"Tr0ub&dor":                          redacted,
		"Ana Tr0ub\u200b&dor":                redacted,
		"TR0UB&AMP;DOR":                      redacted,
		"VHIwdWImZG9y":                       redacted,
		strings.Repeat("é", maxText/2):       strings.Repeat("é", maxText/2),
		strings.Repeat("é", maxText/2) + "e": tooLong,
	} {
		if got := m.value(in); got != want {
			t.Errorf("value(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("password Tr0ub4dor", "Tr0ub4dor")
	f.Add("a\x1bb\xff\u2028", "b")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := newMask([]batch.Secret{batch.NewSecret(secret)}).clean(text)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxMessage || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("clean(%q) = %q", text, got)
		}
		// A secret with other characters may come about anew around what was blotted out.
		word := strings.Trim(secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
		if rest := strings.ReplaceAll(got, "[redacted]", "\n"); word && secret != "" && strings.Contains(strings.TrimSuffix(rest, "…"), secret) && !strings.Contains(got, "[redact…") {
			t.Errorf("clean(%q) shows the secret %q: %q", text, secret, got)
		}
	})
}
