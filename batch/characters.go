package batch

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// trim removes from both ends what nobody sees: blanks of every script, and the characters without width that come along
// with pasted text.
func trim(s string) string {
	if s == "" || isVisible(s[0]) && isVisible(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) })
}

// isVisible tells whether the byte is an ASCII character that can be seen.
func isVisible(b byte) bool { return b > ' ' && b < 0x7f }

// isPlain tells whether all of s is ASCII without control characters.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isInvisible tells characters that show nothing and take no room, among them the byte order mark, the soft hyphen and the
// signs that turn the direction of writing; and letters that are drawn as blanks.
func isInvisible(r rune) bool {
	const (
		softHyphen   = '\u00ad'
		firstBehind  = '\u034f'
		brailleBlank = '\u2800'
	)
	if r < firstBehind {
		return r == softHyphen
	}
	return r == brailleBlank || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// isJoiner tells the invisible characters that some scripts, and emoji, are spelt with.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// isStray tells invisible characters that nobody spells a word with.
func isStray(r rune) bool { return isInvisible(r) && !isJoiner(r) }

// isBreak tells control characters and line breaks.
func isBreak(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// first returns the first character of a kind.
func first(s string, is func(rune) bool) (rune, bool) {
	i := strings.IndexFunc(s, is)
	if i < 0 {
		return 0, false
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r, true
}

// codePoint names a character that can't be seen, or looks like another.
func codePoint(r rune) string { return fmt.Sprintf("it has %#U", r) }

// fold returns the form in which words are compared: lower case, without accents, and with plain characters for full-width
// and other special forms.
func fold(s string) string {
	bare := strings.Map(func(r rune) rune {
		// Marks of other scripts make other letters.
		if unicode.Is(unicode.Mn, r) && (r < '\u0370' || unicode.Is(unicode.Variation_Selector, r)) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKD.String(s)))
	return norm.NFC.String(plainLetters.Replace(bare))
}

// plainLetters writes letters that are not made of a letter and an accent as keyboards without them do.
var plainLetters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ı", "i", "ł", "l")

func lower(s string) string { return strings.ToLower(s) }
