package sheet

import (
	"strconv"
	"strings"
)

// isPlain tells whether a number consists of digits only, and has no zeros before them.
func isPlain(number string) bool {
	for i := range len(number) {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
	}
	return number[0] != '0' || len(number) == 1
}

// parseNumber parses a decimal number and nothing else that Go takes for one.
func parseNumber(text string) (float64, bool) {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && strings.IndexByte("+-.eE", c) < 0 {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}
