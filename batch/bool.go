package batch

import "mimebatch/batch/sheet"

// readBool reads a cell of a boolean field and returns "true" or "false". It knows the words of yesNoWords, in any case and
// with or without accents.
func readBool(c sheet.Cell) (string, *Problem) {
	s := trim(c.Text)
	if value, ok := find(yesNoWord, s); ok {
		return value, nil
	}
	if p := unreadable(s); p != nil {
		return "", p
	}
	return "", &Problem{
		Code: BoolWord, Message: "not a yes or no",
		Hint: "write yes or no, or leave it blank; true/false, on/off, enabled/disabled, y/n, 1/0, x for yes, " +
			"ja/nein, oui/non, sí/no and the like do too",
	}
}
