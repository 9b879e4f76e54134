package mimecast

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

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
		{"not long", strings.Repeat("é", 300), strings.Repeat("é", 300)},
	}
	for _, tt := range tests {
		if got := m.clean(tt.in); got != tt.want {
			t.Errorf("%s: clean(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
	if got := m.requestID("abc def\x00é-1" + strings.Repeat("x", 200)); got != "abcdef-1"+strings.Repeat("x", 92) {
		t.Errorf("requestID: got %q", got)
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
