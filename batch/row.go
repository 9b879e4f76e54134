package batch

import (
	"fmt"

	"mimebatch/batch/sheet"
)

// Code names a kind of problem. Codes are part of --json.
type Code string

// The problems of a row.
const (
	EmailMissing        Code = "email_missing"
	EmailSyntax         Code = "email_syntax"
	EmailSeveral        Code = "email_several"
	EmailBlank          Code = "email_blank_inside"
	EmailDomain         Code = "email_domain"
	EmailDuplicate      Code = "email_duplicate"
	BoolWord            Code = "boolean_word"
	DateImpossible      Code = "date_impossible"
	DateAmbiguous       Code = "date_ambiguous"
	DateUnreadable      Code = "date_unreadable"
	DateRange           Code = "date_range"
	CellError           Code = "error_cell"
	ControlCharacter    Code = "control_character"
	PasswordPlaceholder Code = "password_placeholder"
	PasswordNotText     Code = "password_not_text"
	RowBroken           Code = "row_broken"

	// Warnings: the row is used as it is.
	PasswordBlanks   Code = "password_blanks"
	PasswordNonASCII Code = "password_non_ascii"
	PasswordNumber   Code = "password_number"
)

// Problem is one thing that is wrong with a row. It never holds a password.
type Problem struct {
	Line    int    // the row number that a spreadsheet program shows
	Column  int    // from 0; -1 where no single cell is to blame
	Field   Field  // "" where no field is
	Code    Code   // what kind of problem
	Value   string // the cell's text, shortened; "" for passwords
	Message string
	Hint    string // what to do
	Warning bool   // worth knowing, but the row can be used
}

// Cell returns the cell's name, such as D17, or "row 17" where no single cell is to blame.
func (p Problem) Cell() string {
	if p.Column < 0 {
		return fmt.Sprintf("row %d", p.Line)
	}
	return sheet.CellName(p.Column, p.Line)
}

// Mode says what may happen to people: whether they may be created, updated, or both. A row's own action
// is a Mode too, and may be Skip.
type Mode string

// The modes.
const (
	Upsert Mode = "upsert" // create who is missing, update who is there
	Create Mode = "create" // only create; who is there already is blocked
	Update Mode = "update" // only update; who is missing is blocked
	Skip   Mode = "skip"   // a row's own action: leave it out
)

// ParseMode reads a mode's word, in any case.
func ParseMode(s string) (Mode, bool) {
	switch m := Mode(lower(trim(s))); m {
	case Upsert, Create, Update, Skip:
		return m, true
	}
	return "", false
}

// Row is a line of the sheet after it was checked.
type Row struct {
	Line     int
	Cells    []sheet.Cell // as they came, blank where a password is or may be
	Email    string       // canonical, "" if it can't be read
	Mode     Mode         // the row's own action, "" for none
	Settings Settings     // what the row asks for, password left out
	Password Secret
	Problems []Problem
}

// Invalid tells whether a problem, other than a warning, keeps the row from being used.
func (r Row) Invalid() bool {
	for _, p := range r.Problems {
		if !p.Warning {
			return true
		}
	}
	return false
}
