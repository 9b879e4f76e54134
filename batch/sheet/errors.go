package sheet

import (
	"fmt"
	"strings"
)

// The states of a file. They have a Hint.
var (
	// ErrEmpty is a file of zero bytes.
	ErrEmpty error = &state{"the file is empty",
		"it has no bytes at all: a download that didn't finish, or a file that is still in the cloud; open it once in the spreadsheet program"}
	// ErrChanged is a file that is not the one that was opened any more.
	ErrChanged error = &state{"the file changed while it was read",
		"close it in the spreadsheet program and start again"}
)

// PathError says which file an error is of, and what was done with it. [Open], [OpenBytes] and [Table.Rows] return no other error.
type PathError struct {
	Op   string // "open" or "read"
	Path string // the name, if it was none of a file's
	Err  error
}

func (e *PathError) Error() string { return e.Op + " sheet " + e.Path + ": " + e.Err.Error() }
func (e *PathError) Unwrap() error { return e.Err }

type state struct{ msg, hint string }

func (e *state) Error() string { return e.msg }
func (e *state) Hint() string  { return e.hint }

// NotSheetError is a file that is something else than a table.
type NotSheetError struct {
	Found string // what it is, such as "a PDF document"
	hint  string
}

func (e *NotSheetError) Error() string { return "not a sheet: the file is " + e.Found }

// Hint tells what to do about it.
func (e *NotSheetError) Hint() string { return e.hint }

// EncodingError is a text of which nobody can say, or nobody said rightly, in which encoding it is.
type EncodingError struct {
	What string // what is wrong; never the text of a cell
	hint string
}

func (e *EncodingError) Error() string { return e.What }

// Hint tells what to do about it.
func (e *EncodingError) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return `open the file in the spreadsheet program and save it as "CSV UTF-8" or .xlsx`
}

// ProtectedError is a workbook that only a password opens.
type ProtectedError struct {
	Wrong   bool // there was a password, and it is not the one
	notUTF8 bool // it can't be the one: it is in another encoding
}

func (e *ProtectedError) Error() string {
	switch {
	case e.notUTF8:
		return "unlock workbook: the password is not UTF-8"
	case e.Wrong:
		return "unlock workbook: the password is wrong"
	}
	return "unlock workbook: it is protected with a password"
}

// Hint tells what to do about it.
func (e *ProtectedError) Hint() string {
	switch {
	case e.notUTF8:
		return "save the password file as UTF-8"
	case e.Wrong:
		return "capitals matter, and so do blanks at the end: try the same password in the spreadsheet program, then give it with --sheet-password-file FILE"
	}
	return "give its password with --sheet-password-file FILE"
}

// NoHeaderError is a table without a line that could be its header.
type NoHeaderError struct {
	Sheet string // the worksheet that was asked for, if any
	Asked int    // the line that was asked for, 0 if any
	// Fault is what is wrong with the line that was to be the header, nil if nothing is.
	Fault *Fault
	// Guessed is the encoding that the text was read in for want of a better one, "" if the bytes told it.
	Guessed string
	// Lines are the first lines, with the texts of their cells shortened. Without a header nobody knows which of them are
	// secret, so that Error does not show them.
	Lines []Seen
}

// Seen is a line that was looked at.
type Seen struct {
	Line  int
	Cells []string
}

func (e *NoHeaderError) Error() string {
	switch {
	case len(e.Lines) == 0:
		return "find header: there are no lines with text"
	case e.Fault != nil:
		return fmt.Sprintf("find header: line %d can't be one: %s", max(e.Asked, e.Lines[0].Line), e.Fault.Message)
	case e.Asked > 0:
		return fmt.Sprintf("find header: line %d has no text", e.Asked)
	}
	return fmt.Sprintf("find header: none of the lines from %d to %d names the columns", e.Lines[0].Line, e.Lines[len(e.Lines)-1].Line)
}

// Hint tells what to do about it.
func (e *NoHeaderError) Hint() string {
	switch {
	case e.Fault != nil:
		return e.Fault.Hint
	case len(e.Lines) == 0:
		return "the table may be in another worksheet, or in another file"
	case e.Asked > 0:
		return fmt.Sprintf("there is text on lines %d to %d", e.Lines[0].Line, e.Lines[len(e.Lines)-1].Line)
	case e.Guessed != "":
		return fmt.Sprintf("the text is not UTF-8 and was read as %s: if that isn't its encoding, name the right one with --encoding", e.Guessed)
	}
	return "write a line above the rows that names the columns"
}

// AmbiguousSheetError is a workbook of which several worksheets could be meant.
type AmbiguousSheetError struct {
	Sheets []string
}

func (e *AmbiguousSheetError) Error() string {
	return "choose worksheet: several could be meant: " + quoteAll(e.Sheets)
}

// Hint tells what to do about it.
func (e *AmbiguousSheetError) Hint() string {
	return fmt.Sprintf("say which one is meant: --sheet %q", e.Sheets[0])
}

// HiddenSheetError is a workbook in which only a hidden worksheet has a header: the visible ones are what somebody meant to
// hand in.
type HiddenSheetError struct {
	Sheet string
}

func (e *HiddenSheetError) Error() string {
	return fmt.Sprintf("choose worksheet: only %q has a header, and it is hidden", e.Sheet)
}

// Hint tells what to do about it.
func (e *HiddenSheetError) Hint() string {
	return fmt.Sprintf("check the heading of the visible worksheet; or use the hidden one: --sheet %q", e.Sheet)
}

// NoSheetError is a worksheet that isn't there.
type NoSheetError struct {
	Name   string
	Sheets []string // those that are there; none in a CSV file
}

func (e *NoSheetError) Error() string {
	if len(e.Sheets) == 0 {
		return fmt.Sprintf("find worksheet %q: the file has no worksheets", e.Name)
	}
	return fmt.Sprintf("find worksheet %q: the workbook has %s", e.Name, quoteAll(e.Sheets))
}

// Hint tells what to do about it.
func (e *NoSheetError) Hint() string {
	if len(e.Sheets) == 0 {
		return "leave the worksheet's name out"
	}
	return fmt.Sprintf("give the name of one that is there: --sheet %q", e.Sheets[0])
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ")
}

// DamageError is a file that is broken, or beyond the bounds of this package. Nothing of it is to be trusted.
type DamageError struct {
	Place string // where in the file: "line 7", "cell D17", "xl/workbook.xml"
	What  string // what is wrong there; never the text of a cell
	hint  string
	Err   error // the cause, if there is one
}

func (e *DamageError) Error() string { return e.Place + ": " + e.What }

// Hint tells what to do about it.
func (e *DamageError) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return "the file is damaged: get a fresh copy, or open it in the spreadsheet program, check it, and save it anew"
}

func (e *DamageError) Unwrap() error { return e.Err }
