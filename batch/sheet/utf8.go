package sheet

import (
	"encoding/binary"
	"unicode/utf8"
)

// utf8Scan goes over a text piece by piece and finds where it is UTF-8 beyond ASCII, and where it is not UTF-8.
type utf8Scan struct {
	size  int64 // of the text so far
	wide  int64 // offset of the first character that is more than one byte long, -1 if there is none
	stray int64 // offset of the first byte that is in no character, -1 if there is none
}

func newUTF8Scan(mark int) utf8Scan {
	if mark > 0 {
		return utf8Scan{wide: 0, stray: -1}
	}
	return utf8Scan{wide: -1, stray: -1}
}

// add looks at the next piece of the text. It returns how many bytes at its end begin a character that the next piece may
// end: that one must begin with them. No piece comes behind the last.
func (s *utf8Scan) add(piece []byte, last bool) (rest int) {
	if !last {
		rest = cutOff(piece)
		piece = piece[:len(piece)-rest]
	}
	known := s.stray >= 0 && s.wide >= 0
	if !known && !(s.wide >= 0 && utf8.Valid(piece)) {
		s.search(piece)
	}
	s.size += int64(len(piece))
	return rest
}

func (s *utf8Scan) search(piece []byte) {
	for i := asciiLength(piece); i < len(piece); i += asciiLength(piece[i:]) {
		_, n := utf8.DecodeRune(piece[i:])
		switch {
		case n > 1 && s.wide < 0:
			s.wide = s.size + int64(i)
		case n == 1 && s.stray < 0:
			s.stray = s.size + int64(i)
		}
		if i += n; s.wide >= 0 && s.stray >= 0 {
			return
		}
	}
}

// asciiLength returns the length of the ASCII that text begins with.
func asciiLength(text []byte) int {
	i := 0
	for ; i+32 <= len(text); i += 32 {
		b := text[i : i+32]
		if (binary.LittleEndian.Uint64(b)|binary.LittleEndian.Uint64(b[8:])|
			binary.LittleEndian.Uint64(b[16:])|binary.LittleEndian.Uint64(b[24:]))&0x8080808080808080 != 0 {
			break
		}
	}
	for ; i < len(text) && text[i] < utf8.RuneSelf; i++ {
	}
	return i
}

// cutOff returns how many bytes at the end of text begin a character and don't end it.
func cutOff(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}
