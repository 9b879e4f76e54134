package sheet

import "unicode/utf8"

func (x *xmlScanner) scanText(rest []byte) (xmlToken, int, error) {
	n, plain := 0, true
	for n < len(rest) && rest[n] != '<' {
		switch class := byteClass[rest[n]]; {
		case class&special == 0:
		case rest[n] != '>':
			plain = false
		case n >= 2 && rest[n-1] == ']' && rest[n-2] == ']':
			return noToken, 0, errMalformed
		}
		n++
	}
	switch {
	case n == len(rest) && x.end == nil:
		return noToken, 0, nil
	case x.depth() == 0 && !isBlankText(rest[:n]):
		return noToken, 0, x.outside()
	case x.depth() == 0:
		return noToken, n, nil
	case plain:
		x.chars = rest[:n]
		return characters, n, nil
	}
	var err error
	x.resolved, err = resolveReferences(x.resolved[:0], rest[:n])
	x.chars = x.resolved
	return characters, n, err
}

// resolveReferences appends text to buf with its references to entities and characters resolved and its line ends made LF.
func resolveReferences(buf, text []byte) ([]byte, error) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '&':
			r, n := reference(text[i+1:])
			if n == 0 {
				return buf, errReference
			}
			if !isXMLChar(r) {
				return buf, errCharacter
			}
			buf = utf8.AppendRune(buf, r)
			i += n
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				buf = append(buf, '\n')
			}
		default:
			buf = append(buf, text[i])
		}
	}
	return buf, nil
}

// plainLines appends text to buf with its line ends made LF.
func plainLines(buf, text []byte) []byte {
	for i, c := range text {
		if c != '\r' {
			buf = append(buf, c)
		} else if i+1 == len(text) || text[i+1] != '\n' {
			buf = append(buf, '\n')
		}
	}
	return buf
}

// reference returns the character that a reference stands for, and the length of the reference, with its semicolon and without
// its &; 0 if it isn't one.
func reference(text []byte) (rune, int) {
	for _, e := range [...]struct {
		name string
		r    rune
	}{{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}} {
		if len(text) >= len(e.name) && string(text[:len(e.name)]) == e.name {
			return e.r, len(e.name)
		}
	}
	if len(text) == 0 || text[0] != '#' {
		return 0, 0
	}
	at, base := 1, rune(10)
	if len(text) > 1 && text[1] == 'x' {
		at, base = 2, 16
	}
	first, r := at, rune(0)
	for ; at < len(text) && text[at] != ';'; at++ {
		c, digit := rune(text[at]), rune(-1)
		switch {
		case c >= '0' && c <= '9':
			digit = c - '0'
		case base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f':
			digit = c | 0x20 - 'a' + 10
		}
		if digit < 0 {
			return 0, 0
		}
		r = min(r*base+digit, utf8.MaxRune+1)
	}
	if at == first || at == len(text) {
		return 0, 0
	}
	return r, at + 1
}

// isXMLChar tells whether XML may hold the character.
func isXMLChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= utf8.MaxRune
}
