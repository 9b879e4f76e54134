package batch

import (
	"fmt"

	"mimebatch/batch/sheet"
)

// Code names a kind of problem. Codes are part of --json.
type Code string

// The problems that keep a row from being used.
const (
	RowBroken          Code = "row_broken"
	CellMerged         Code = "cell_merged"         // its value is in another cell
	CellError          Code = "error_cell"          // the spreadsheet's own error, such as #N/A
	ControlCharacter   Code = "control_character"   // NUL, a line break
	InvisibleCharacter Code = "invisible_character" // no width, or turns the direction of writing
	LostCharacter      Code = "lost_character"      // U+FFFD
	NullWord           Code = "null_word"           // N/A, null, -

	EmailMissing     Code = "email_missing"
	EmailSyntax      Code = "email_syntax"
	EmailSeveral     Code = "email_several"
	EmailBlank       Code = "email_blank_inside"
	EmailDomain      Code = "email_domain"
	EmailTypographic Code = "email_typographic" // dashes and quotes that a text program made
	EmailLookalike   Code = "email_lookalike"   // letters of two alphabets
	EmailNotText     Code = "email_not_text"    // a number, date or boolean
	EmailDuplicate   Code = "email_duplicate"

	BoolWord Code = "boolean_word"

	DateImpossible Code = "date_impossible"
	DateAmbiguous  Code = "date_ambiguous"   // 03/04/2026
	DateMixed      Code = "date_mixed"       // in a column that has both orders
	DateOrderOther Code = "date_order_other" // not in the order that was asked for
	DateUnreadable Code = "date_unreadable"
	DateRange      Code = "date_range"
	DateZone       Code = "date_zone" // a time zone's name, such as EST

	TextNotText   Code = "text_not_text"  // a date or boolean
	NumberRounded Code = "number_rounded" // by the spreadsheet

	PasswordPlaceholder Code = "password_placeholder"
	PasswordNotText     Code = "password_not_text"
)

// The warnings: the row is used, as the warning says.
const (
	ValueShown Code = "value_shown" // what a number format adds is taken too

	EmailAround    Code = "email_around"    // brackets, quotes or a name around the address are left out
	EmailForms     Code = "email_forms"     // full-width and other special letters are read as plain ones
	EmailCompleted Code = "email_completed" // with the domain that was given

	DateSerial Code = "date_serial" // a number of days
	DateTwice  Code = "date_twice"  // the clock shows this time twice

	TextCleaned     Code = "text_cleaned"
	TextLong        Code = "text_long"
	NumberRewritten Code = "number_rewritten" // 1.23E+11
	NumberZeros     Code = "number_zeros"     // zeros in front may be lost

	PasswordBlanks   Code = "password_blanks"
	PasswordNonASCII Code = "password_non_ascii"
	PasswordNumber   Code = "password_number"
	PasswordShort    Code = "password_short"

	// An error where day, month and year are all numbers.
	DateTwoDigitYear Code = "date_two_digit_year"
)

// Problem is one thing that is wrong with a row. It never holds a password.
type Problem struct {
	Line    int    // the row number that a spreadsheet program shows
	Column  int    // from 0; -1 where no single cell is to blame
	Field   Field  // "" where no field is
	Code    Code   // what kind of problem
	Value   string // the cell's text, shortened; "" for passwords
	Message string // the same for all problems of a kind, but for the limits that it tells
	Detail  string // what only this one has, such as the other rows with the address; may be ""
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
	Purge  Mode = "purge"  // of an undo: update, and queue what the run created for purging
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
