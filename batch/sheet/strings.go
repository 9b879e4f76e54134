package sheet

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxText bounds the bytes of a text as a workbook has it: each of a cell's characters may be written as an escape.
	maxText = maxCellChars * len("_x0000_")
	// maxStrings bounds the shared strings of a workbook.
	maxStrings = 32 << 20

	errLongText flaw = "a text is longer than a cell can be"
)

// The shared strings of a workbook stand in chunks of this many bytes. A string lies in one chunk, so that a cell's text is a
// piece of it, and never a copy.
const (
	chunkBits = 20
	chunkSize = 1 << chunkBits
)

// stringTable holds the shared strings of a workbook, for four bytes each beside their text: a string header for each of a
// million names would cost more than the names.
type stringTable struct {
	chunks []string
	last   *strings.Builder // the chunk that is being filled
	ends   []uint32         // of each string: its chunk, and in the low chunkBits where in it the string ends
}

// get returns string i, false if there is none.
func (t *stringTable) get(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	end := t.ends[i]
	start := end &^ (chunkSize - 1)
	if i > 0 {
		start = max(start, t.ends[i-1])
	}
	return t.chunks[end>>chunkBits][start&(chunkSize-1) : end&(chunkSize-1)], true
}

func (t *stringTable) add(text []byte) {
	const room = chunkSize - 1 // so that each end is told from the next chunk's beginning
	if t.last == nil || t.last.Len()+len(text) > room {
		t.last = &strings.Builder{}
		t.last.Grow(room)
		t.chunks = append(t.chunks, "")
	}
	t.last.Write(text)
	chunk := len(t.chunks) - 1
	t.chunks[chunk] = t.last.String()
	t.ends = append(t.ends, uint32(chunk)<<chunkBits|uint32(t.last.Len()))
}

// read reads the part of the shared strings.
func (t *stringTable) read(p *part) error {
	if err := p.root("sst"); err != nil {
		return err
	}
	var text []byte
	err := p.each(func() error {
		switch {
		case string(p.element) == "extLst":
			return p.skip()
		case string(p.element) != "si":
			return p.damage(errUnexpected)
		case len(t.ends) == maxStrings:
			return p.damage(flaw(fmt.Sprintf("there are more than %d shared strings", maxStrings)))
		}
		plain, ok := p.plain("<t>", "</t></si>")
		if !ok {
			plain, ok = p.plain(`<t xml:space="preserve">`, "</t></si>")
		}
		if ok {
			text = unescape(append(text[:0], plain...))
			t.add(text)
			return nil
		}
		var err error
		text, err = p.richText(text[:0])
		t.add(text)
		return err
	})
	if err != nil {
		return err
	}
	return p.finish()
}

// unescape decodes, in place, the characters that a workbook writes as _xHHHH_ because XML can't hold them.
func unescape(s []byte) []byte {
	if bytes.IndexByte(s, '_') < 0 {
		return s
	}
	const mark, length = "_x", len("_x0000_")
	out, rest := s[:0], s
	for {
		i := bytes.Index(rest, []byte(mark))
		if i < 0 || len(rest) < i+length {
			return append(out, rest...)
		}
		out = append(out, rest[:i]...)
		rest = rest[i:]
		code, err := strconv.ParseUint(string(rest[len(mark):length-1]), 16, 16)
		if r := rune(code); err == nil && rest[length-1] == '_' && utf8.ValidRune(r) {
			out = utf8.AppendRune(out, r)
			rest = rest[length:]
			continue
		}
		out = append(out, rest[0])
		rest = rest[1:]
	}
}
