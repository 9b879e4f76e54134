package sandbox

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// A PasswordPolicy is what a password must be. The zero value allows everything. The service's own rules are not public;
// these are made up after what its console offers.
type PasswordPolicy struct {
	MinLength int `json:"minLength"` // characters
	Classes   int `json:"classes"`   // how many of: lower case, upper case, digit, other; at most 4
}

func (p PasswordPolicy) check() error {
	if p.MinLength < 0 || p.Classes < 0 || p.Classes > 4 {
		return fmt.Errorf("passwordPolicy: minLength %d, classes %d: want 0 or more, and 0 to 4", p.MinLength, p.Classes)
	}
	return nil
}

func (p PasswordPolicy) allows(password string) bool {
	var lower, upper, digit, other int
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return utf8.RuneCountInString(password) >= p.MinLength && lower+upper+digit+other >= p.Classes
}
