package batch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mimebatch/batch/sheet"
)

// DateLayout is how dates are kept and sent: the form that the API's documentation of update-user gives.
const DateLayout = "2006-01-02T15:04:05-0700"

func lower(s string) string { return strings.ToLower(s) }

// readBool reads a cell of a boolean field and returns "true" or "false".
func readBool(c sheet.Cell) (string, *Problem) {
	switch lower(trim(c.Text)) {
	case "true", "yes", "y", "1", "x":
		return "true", nil
	case "false", "no", "n", "0":
		return "false", nil
	}
	return "", &Problem{Code: BoolWord, Message: "not a yes or no", Hint: "write yes or no (true/false, y/n, 1/0, x for yes), or leave it blank"}
}

var (
	isoLayouts = []string{
		"2006-01-02", DateLayout, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
	}
	isoShape    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}([T ].*)?$`)
	otherShape  = regexp.MustCompile(`^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\b`)
	serialShape = regexp.MustCompile(`^\d{5}(\.\d+)?$`)
)

// readDate reads a cell of a date field and returns it in [DateLayout], in UTC. A date without a time zone is UTC.
func readDate(c sheet.Cell) (string, *Problem) {
	s := trim(c.Text)
	if (c.Kind == sheet.Date || c.Kind == sheet.Number) && !c.Date.IsZero() {
		return dateIn(c.Date)
	}
	for _, l := range isoLayouts {
		if t, err := time.Parse(l, s); err == nil {
			return dateIn(t)
		}
	}
	switch {
	case isoShape.MatchString(s):
		return "", &Problem{Code: DateImpossible, Message: "there is no such date", Hint: "check day, month and time"}
	case sureOrder(s):
		return "", &Problem{Code: DateUnreadable, Message: "not a date in a form that is read here", Hint: "write year-month-day, such as 2026-12-31, or make it a real date in the spreadsheet"}
	case otherShape.MatchString(s):
		return "", &Problem{Code: DateAmbiguous, Message: "day and month can't be told apart for sure", Hint: "write year-month-day, such as 2026-12-31, or make it a real date in the spreadsheet"}
	case serialShape.MatchString(s):
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			if t, ok := sheet.SerialDate(f, false); ok {
				return dateIn(t)
			}
		}
	}
	return "", &Problem{Code: DateUnreadable, Message: "not a date", Hint: "write year-month-day, such as 2026-12-31, or 2015-11-16T14:49:18+0000"}
}

// sureOrder tells whether day and month can be told apart in a date that isn't ISO 8601.
func sureOrder(s string) bool {
	m := otherShape.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[2])
	return len(m[1]) == 4 || (first > 12) != (second > 12)
}

func dateIn(t time.Time) (string, *Problem) {
	t = t.UTC()
	if t.Year() < 1970 || t.Year() > 2100 {
		return "", &Problem{Code: DateRange, Message: fmt.Sprintf("the year %d can't be meant", t.Year()), Hint: "check the year"}
	}
	return t.Format(DateLayout), nil
}

// readText reads a cell of a text field.
func readText(c sheet.Cell) (string, *Problem) {
	s := trim(c.Text)
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", &Problem{Code: ControlCharacter, Message: "a control character or line break inside", Hint: "type the cell again"}
	}
	return s, nil
}

// readPassword takes a cell's text as the password, to the byte. A cell of blanks alone is a blank cell.
func readPassword(c sheet.Cell) (Secret, *Problem) {
	switch c.Kind {
	case sheet.Date, sheet.Bool:
		return Secret{}, &Problem{Code: PasswordNotText, Message: "the spreadsheet took the password for a date or a yes/no", Hint: "format the column as text and type the password again"}
	}
	s := c.Text
	if c.Kind == sheet.Number {
		if strings.Trim(s, "0123456789") != "" || len(s) > 15 {
			return Secret{}, &Problem{Code: PasswordNotText, Message: "the spreadsheet took the password for a number and rounded it", Hint: "format the column as text and type the password again"}
		}
		return NewSecret(s), &Problem{Code: PasswordNumber, Warning: true, Message: "the spreadsheet took the password for a number: zeros in front of it are lost", Hint: "format the column as text and type the password again if it begins with zeros"}
	}
	switch t := lower(trim(s)); {
	case t == "nan" || t == "n/a" || t == "null" || t == "none" || t == "-" || len(t) >= 3 && strings.Trim(t, "*•●") == "":
		return Secret{}, &Problem{Code: PasswordPlaceholder, Message: "a placeholder, not a password", Hint: "leave the cell blank to keep the password, or fill in a real one"}
	case strings.ContainsFunc(s, unicode.IsControl):
		return Secret{}, &Problem{Code: ControlCharacter, Message: "a control character or line break inside the password", Hint: "type the password again"}
	case s != trim(s):
		return NewSecret(s), &Problem{Code: PasswordBlanks, Warning: true, Message: "the password begins or ends with a blank", Hint: "it is sent as it stands; remove the blank if it isn't meant"}
	case strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }):
		return NewSecret(s), &Problem{Code: PasswordNonASCII, Warning: true, Message: "the password has characters other than ASCII, which may prevent log-on", Hint: "use letters without accents, digits and plain signs"}
	}
	return NewSecret(s), nil
}
