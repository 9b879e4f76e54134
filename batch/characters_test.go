package batch

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTrimTakesBlanksAndInvisibleCharacters(t *testing.T) {
	for _, r := range "\t\n\r \u0085\u00a0\u1680\u2003\u2028\u202f\u205f\u3000" + // blanks
		"\ufeff\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\u115f\u3164\uffa0\u2800" {
		if got := trim(string(r) + "Ana" + string(r) + " "); got != "Ana" {
			t.Errorf("trim with %U: %q", r, got)
		}
		if got := trim("A" + string(r) + "a"); got != "A"+string(r)+"a" {
			t.Errorf("trim with %U inside: %q", r, got)
		}
	}
	for _, s := range []string{"", "a", "é", "✓", "…", "\x00a\x00"} {
		if got := trim(s); got != s {
			t.Errorf("trim(%q) = %q", s, got)
		}
	}
}

func TestInvisibleCharactersAreOnlyThose(t *testing.T) {
	for _, r := range " aé–’“…￼\u0600\ufe0f\ufffd😀" {
		if isInvisible(r) {
			t.Errorf("%U is invisible", r)
		}
	}
	for r := range rune(unicode.MaxRune) {
		if utf8.ValidRune(r) && isInvisible(r) && (unicode.IsLetter(r) && r != '\u115f' && r != '\u1160' && r != '\u3164' && r != '\uffa0' || unicode.IsDigit(r)) {
			t.Errorf("%U is invisible, and a letter or digit", r)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"YES": "yes", "Fałsz": "falsz", "SÍ": "si", "Si\u0301": "si", "ＹＥＳ": "yes", "１": "1", "✔\ufe0f": "✔", "März": "marz", "říjen": "rijen", "はい": "はい",
		"STRAẞE": "strasse", "Œuvre": "oeuvre", "Ærø": "aero", "DIŞI ı İ": "disi i i",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}
