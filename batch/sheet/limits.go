package sheet

import "unicode/utf8"

// The bounds of a row in either format.
const (
	maxColumns = 1024     // with content
	maxRow     = 16 << 20 // bytes, all its texts taken together
	maxCell    = 1 << 20  // bytes of a text; in a workbook maxCellChars is less
)

const (
	hintWide = "delete what stands to the right of the list, and save the file again"
	hintBomb = "no list of people looks like that: open the file in the spreadsheet program, copy the list into a new workbook, and save that"
)

// maxCellChars bounds the text of a worksheet's cell, in UTF-16 units as spreadsheet programs count.
const maxCellChars = 32_767

// tooLong tells whether a text has more characters than a worksheet's cell can hold.
func tooLong(text string) bool {
	if len(text) <= maxCellChars {
		return false
	}
	n := utf8.RuneCountInString(text)
	for _, r := range text {
		if r > 0xffff {
			n++
		}
	}
	return n > maxCellChars
}
