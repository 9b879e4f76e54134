package batch

import (
	"strings"
	"unicode/utf8"
)

// unreadable returns what keeps a trimmed text of any kind from being read, nil if nothing does. Invisible characters
// are not looked for: kinds differ in what they allow.
func unreadable(s string) *Problem {
	switch {
	case isErrorWord(s):
		return cellError()
	case isNullWord(s):
		return &Problem{
			Code: NullWord, Message: "a word for no value, not a value", Hint: "leave the cell blank if nothing is meant, or fill in the value",
		}
	case isPlain(s):
		return nil
	case strings.ContainsRune(s, utf8.RuneError):
		return &Problem{
			Code: LostCharacter, Message: "a character was lost when the text was converted earlier (U+FFFD)",
			Hint: "take the text from where it came from, or type it again",
		}
	}
	if r, ok := first(s, isBreak); ok {
		return &Problem{
			Code: ControlCharacter, Message: "a control character or line break inside", Detail: codePoint(r), Hint: "type the cell again",
		}
	}
	return nil
}

// cellError is the problem of a cell that shows one of the spreadsheet's own errors, such as #N/A.
func cellError() *Problem {
	return &Problem{Code: CellError, Message: "the spreadsheet shows an error here", Hint: "mend the formula, or type the value"}
}

// invisible returns the problem of a text with an invisible character of a kind, nil if it has none.
func invisible(s string, is func(rune) bool) *Problem {
	r, ok := first(s, is)
	if !ok {
		return nil
	}
	return &Problem{
		Code: InvisibleCharacter, Message: "an invisible character inside", Detail: codePoint(r),
		Hint: "type the cell again rather than pasting it",
	}
}

// readAs returns the warning with the value that it led to.
func (p Problem) readAs(value string) *Problem {
	p.Detail, p.Warning = "read as "+value, true
	return &p
}

// shown is the problem of a text to which the cell's number format adds.
func shown() Problem {
	return Problem{
		Code: ValueShown, Message: "the cell's number format adds to what the cell holds, and what is shown is used",
		Hint: "check that it is what is meant; type the whole text into the cell to be sure",
	}
}
