package batch

import (
	"strings"
	"unicode/utf8"

	"mimebatch/batch/sheet"
)

// shortPassword is how many characters a password has at least without a warning.
const shortPassword = 8

// readPassword takes a cell's text as the password, to the byte: nothing is trimmed, composed or corrected. What can't be
// meant as a password, or can't be typed at a log-on, is refused. A cell of blanks alone is a blank cell, and gives no
// secret and no problem. Problems never tell what the cell holds.
func readPassword(c sheet.Cell) (Secret, *Problem) {
	s := c.Text
	t := trim(s)
	if t == "" {
		return Secret{}, nil
	}
	if c.Kind != sheet.Text || c.Shown != "" && c.Shown != s {
		return readPasswordNumber(c)
	}
	if isPlaceholder(t) {
		return Secret{}, &Problem{
			Code: PasswordPlaceholder, Message: "a placeholder, not a password",
			Hint: "leave the cell blank to keep the password, or fill in a real one",
		}
	}
	if p := untypable(s); p != nil {
		return Secret{}, p
	}
	return NewSecret(s), weak(s)
}

// readPasswordNumber reads a password that the spreadsheet took for something else than text, or shows otherwise than it is.
func readPasswordNumber(c sheet.Cell) (Secret, *Problem) {
	const hint = "format the column as text and type the password again"
	s := c.Text
	switch {
	case c.Kind != sheet.Text && c.Kind != sheet.Number:
		return Secret{}, &Problem{Code: PasswordNotText, Message: "the spreadsheet took the password for a date or a yes/no", Hint: hint}
	case c.Shown != "" && c.Shown != s:
		return Secret{}, &Problem{Code: PasswordNotText, Message: "the spreadsheet shows the password otherwise than it holds it", Hint: hint}
	case digits(s) != len(s) || len(s) > exactDigits:
		return Secret{}, &Problem{Code: PasswordNotText, Message: "the spreadsheet took the password for a number and changed it", Hint: hint}
	}
	return NewSecret(s), &Problem{
		Code: PasswordNumber, Warning: true, Message: "the spreadsheet took the password for a number: zeros in front of it are lost",
		Hint: hint + " if it begins with zeros",
	}
}

// isPlaceholder tells what stands in a password column in place of a password, of a trimmed text.
func isPlaceholder(s string) bool {
	if _, ok := find(passwordWords, s); ok || isNullWord(s) || isErrorWord(s) {
		return true
	}
	sign, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("*•●∙·⁎xX?.-_#", sign) && strings.Trim(s, string(sign)) == ""
}

// untypable finds characters that nobody can type at a log-on.
func untypable(s string) *Problem {
	if isPlain(s) {
		return nil
	}
	// The character isn't named: it is part of a password.
	p := unreadable(s)
	if p == nil {
		p = invisible(s, isStray)
	}
	if p != nil {
		p.Detail = ""
	}
	return p
}

// weak warns of what may keep a person from logging on.
func weak(s string) *Problem {
	switch {
	case s != trim(s):
		return &Problem{
			Code: PasswordBlanks, Warning: true, Message: "the password begins or ends with a blank",
			Hint: "it is sent as it stands; remove the blank if it isn't meant",
		}
	case isRewritten(s):
		return &Problem{
			Code: PasswordNumber, Warning: true, Message: "the password looks like a number that a spreadsheet rounded or wrote its own way",
			Hint: "take it from where it came from; format the column as text before typing it",
		}
	case !isPlain(s):
		return &Problem{
			Code: PasswordNonASCII, Warning: true, Message: "the password has characters other than ASCII, which may prevent log-on",
			Hint: "use letters without accents, digits and plain signs",
		}
	case len(s) < shortPassword:
		return &Problem{
			Code: PasswordShort, Warning: true, Message: "the password has fewer than 8 characters",
			Hint: "it may be refused: use a longer one",
		}
	}
	return nil
}
