package batch

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch/sheet"
)

const (
	// longestText is how many characters a text has without a warning.
	longestText = 255
	// exactDigits is how many digits of a number a spreadsheet keeps.
	exactDigits = 15
)

// readText reads a cell of a text field. Blanks and invisible characters at the edges are left out; inside, special blanks
// become plain ones and invisible characters go, with a warning. The ideographic space stays: names are written with it.
func readText(c sheet.Cell) (string, *Problem) {
	s := trim(c.Text)
	var warning *Problem
	if c.Kind != sheet.Text && s != "" {
		if warning = notText(c); !warning.Warning {
			return "", warning
		}
	}
	if c.Shown != "" && c.Shown != c.Text {
		s = trim(c.Shown)
		warning = shown().readAs(shorten(s))
	}
	if p := unreadable(s); p != nil {
		return "", p
	}
	if !isPlain(s) {
		composed := norm.NFC.String(s)
		if s = clean(composed); s != composed {
			warning = Problem{
				Code: TextCleaned, Message: "special blanks become plain ones, and invisible characters go",
				Hint: "type the text again to be rid of the warning",
			}.readAs(shorten(s))
		}
		if p := invisible(s, isStray); p != nil {
			return "", p
		}
		if p := unreadable(s); p != nil {
			return "", p
		}
	}
	switch {
	case warning != nil:
	case isRewritten(s):
		warning = &Problem{
			Code: NumberRewritten, Warning: true, Message: "looks like a number that a program rounded or wrote its own way",
			Hint: "compare it with where it came from; format the column as text and type it again",
		}
	case len(s) > longestText && utf8.RuneCountInString(s) > longestText:
		warning = &Problem{Code: TextLong, Warning: true, Message: "more than 255 characters", Hint: "check the text; it may be refused"}
	}
	return s, warning
}

// notText returns what is the matter with a text that the spreadsheet took for something else.
func notText(c sheet.Cell) *Problem {
	switch {
	case c.Kind != sheet.Number:
		return &Problem{
			Code: TextNotText, Message: "the spreadsheet took the text for a date or a yes/no",
			Hint: "format the column as text and type the cell again",
		}
	case isRounded(c.Text):
		return &Problem{
			Code: NumberRounded, Message: "the spreadsheet took the text for a number and rounded it",
			Hint: "format the column as text and type the cell again",
		}
	}
	return &Problem{
		Code: NumberZeros, Warning: true, Message: "the spreadsheet took the text for a number: zeros in front of it are lost",
		Hint: "format the column as text and type the cell again if it begins with zeros",
	}
}

// isRounded tells whether a Number cell's text isn't what was typed, or may not be.
func isRounded(s string) bool {
	n := 0
	for i := range len(s) {
		switch {
		case '0' <= s[i] && s[i] <= '9':
			n++
		case s[i] == 'E' || s[i] == 'e':
			return true
		}
	}
	return n > exactDigits
}

// isRewritten tells texts such as 1.23E+11, 1004.0 and 12345678901234500000, which are what programs make of long digits.
func isRewritten(s string) bool {
	whole := digits(s)
	switch rest := s[whole:]; {
	case whole == 0:
		return false
	case rest == "":
		return whole > exactDigits && strings.Trim(s[exactDigits:], "0") == ""
	case rest == ".0":
		return true
	default:
		if rest[0] == '.' || rest[0] == ',' {
			rest = rest[1+digits(rest[1:]):]
		}
		exponent, ok := strings.CutPrefix(rest, "E+")
		return ok && exponent != "" && digits(exponent) == len(exponent)
	}
}

// digits returns how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// clean makes plain blanks of special ones and leaves out what is invisible, but for the signs that turn the direction of
// writing: a text may show as another without them.
func clean(s string) string {
	return trim(norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000' || unicode.Is(unicode.Bidi_Control, r):
		case unicode.IsSpace(r):
			return ' '
		case isStray(r):
			return -1
		}
		return r
	}, s)))
}
