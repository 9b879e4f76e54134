package sheet

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// numberFormat is what the number format of a cell's style means for the cell.
type numberFormat struct {
	date  bool     // numbers are dates or times
	text  []string // what is shown before, between and behind the places of a text; nil if nothing
	zeros []string // what is shown before, between and behind the digits of a whole number that is filled up with zeros
}

const (
	// longestCode bounds the code of a number format, in characters, as the format does.
	longestCode = 255
	// mostPlaces bounds the places that a number format has for a text or for digits.
	mostPlaces = 32
)

// parseFormat parses the code of a number format. What it doesn't understand shows nothing of its own.
func parseFormat(code string) numberFormat {
	if utf8.RuneCountInString(code) > longestCode {
		return numberFormat{}
	}
	sections := cutFormat(code)
	numbers := len(sections)
	switch {
	case numbers > 4:
		return numberFormat{}
	case slices.ContainsFunc(sections, formatSection.isDate):
		return numberFormat{date: true}
	}
	var f numberFormat
	// The fourth section is for texts, or else the last one if it has a place for them.
	if last := sections[numbers-1]; numbers == 4 || last.count("@") > 0 {
		numbers--
		f.text, _ = last.around("@")
	}
	if numbers > 0 {
		if zeros, ok := sections[0].around("0"); ok && len(zeros) > 2 { // one place is no filling up
			f.zeros = zeros
		}
	}
	return f
}

// ofText is how a text is shown.
func (f *numberFormat) ofText(text string) string {
	if f.text == nil || text == "" {
		return text
	}
	return strings.Join(f.text, text)
}

// ofDigits is how a whole number above 0 is shown.
func (f *numberFormat) ofDigits(digits string) string {
	places := len(f.zeros) - 1
	if places < 0 {
		return digits
	}
	if missing := places - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	first := len(digits) - places + 1 // digits in the first place
	var b strings.Builder
	for i, between := range f.zeros {
		b.WriteString(between)
		switch {
		case i == 0:
			b.WriteString(digits[:first])
		case i < places:
			b.WriteByte(digits[first+i-1])
		}
	}
	return b.String()
}

// formatSection is what a number format has between its semicolons.
type formatSection []formatToken

type formatToken struct {
	text  string
	shown bool // as it stands; else it means something
}

// cutFormat cuts the code of a number format.
func cutFormat(code string) []formatSection {
	sections := make([]formatSection, 1)
	add := func(text string, shown bool) {
		last := &sections[len(sections)-1]
		*last = append(*last, formatToken{text, shown})
	}
	for rest := code; rest != ""; {
		_, n := utf8.DecodeRuneInString(rest)
		switch rest[0] {
		case ';':
			sections = append(sections, nil)
		case '"':
			text, _, _ := strings.Cut(rest[1:], `"`)
			add(text, true)
			n = min(len(text)+len(`""`), len(rest))
		case '\\', '_', '*': // each takes the next character: shows it, is as wide, fills the cell with it
			_, next := utf8.DecodeRuneInString(rest[1:])
			if rest[0] == '\\' {
				add(rest[1:1+next], true)
			}
			n += next
		case '[':
			inside, _, _ := strings.Cut(rest, "]")
			n = min(len(inside)+len("]"), len(rest))
			add(rest[:n], false)
		default:
			add(rest[:n], false)
		}
		rest = rest[n:]
	}
	return sections
}

// count returns how many places the section has that are written so.
func (s formatSection) count(place string) int {
	n := 0
	for _, t := range s {
		if !t.shown && t.text == place {
			n++
		}
	}
	return n
}

// around returns what the section shows before, between and behind the places that are written so. It is nil and false if
// there are no places or far too many, if nothing is shown but one of them, or if there is something else with a meaning.
func (s formatSection) around(place string) ([]string, bool) {
	const bare = `$-+():!^&'~{}<>= ` // what is shown though it has no quotes
	parts := []string{""}
	for _, t := range s {
		currency, isMoney := strings.CutPrefix(t.text, "[$")
		switch last := &parts[len(parts)-1]; {
		case t.shown:
			*last += t.text
		case t.text == place:
			parts = append(parts, "")
		case isMoney:
			currency, _, _ = strings.Cut(strings.TrimSuffix(currency, "]"), "-")
			*last += currency
		case strings.Contains(bare, t.text):
			*last += t.text
		case !isColor(t.text):
			return nil, false
		}
	}
	if len(parts) == 1 || len(parts) > mostPlaces+1 || len(parts) == 2 && parts[0] == "" && parts[1] == "" {
		return nil, false
	}
	return parts, true
}

// isColor tells whether the token of a number format gives the cell a colour.
func isColor(token string) bool {
	name := strings.ToLower(strings.Trim(token, "[]"))
	switch name {
	case "black", "blue", "cyan", "green", "magenta", "red", "white", "yellow":
		return true
	}
	return strings.HasPrefix(name, "color")
}

// isDateFormat tells which of the built-in number formats show dates or times; some do so in East Asian editions only.
func isDateFormat(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// isDate tells whether the section shows part of a date or time.
func (s formatSection) isDate() bool {
	return slices.ContainsFunc(s, func(t formatToken) bool {
		// In brackets a time that has passed, such as hours beyond a day, is one letter, once or more often.
		part := strings.ToLower(strings.Trim(t.text, "[]"))
		return !t.shown && part != "" && strings.Contains("ymdhs", part[:1]) && strings.Trim(part, part[:1]) == ""
	})
}
