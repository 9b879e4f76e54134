package sheet

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// xmlText returns the XML in r as UTF-8, without a byte order mark, and the name of the encoding that it is in.
func xmlText(r io.Reader) (text io.Reader, encoding string) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(len(utf8BOM)) // an error comes again
	switch {
	case len(head) < 2:
	case string(head) == utf8BOM:
		_, _ = b.Discard(len(utf8BOM))
	case head[0] == 0xff && head[1] == 0xfe || head[0] == '<' && head[1] == 0:
		return &utf16Reader{in: b, order: binary.LittleEndian}, "utf-16"
	case head[0] == 0xfe && head[1] == 0xff || head[0] == 0 && head[1] == '<':
		return &utf16Reader{in: b, order: binary.BigEndian}, "utf-16"
	}
	return b, "utf-8"
}

// utf16Reader makes UTF-8 of UTF-16. Unlike the decoders of golang.org/x/text it replaces nothing: what isn't UTF-16 is an error.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	begun bool
	err   error
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	out := p[:0:len(p)]
	for u.err == nil && cap(out)-len(out) >= utf8.UTFMax {
		var r rune
		if r, u.err = u.next(); u.err == nil && (u.begun || r != '\ufeff') {
			out = utf8.AppendRune(out, r)
		}
		u.begun = true
	}
	if len(out) > 0 {
		return len(out), nil
	}
	return 0, u.err
}

func (u *utf16Reader) next() (rune, error) {
	first, err := u.unit()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	second, err := u.unit()
	r := utf16.DecodeRune(first, second)
	if err == nil && r == utf8.RuneError || errors.Is(err, io.EOF) {
		err = errUTF16
	}
	return r, err
}

func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	_, err := io.ReadFull(u.in, b[:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errUTF16
	}
	return rune(u.order.Uint16(b[:])), err
}

// charReader hands on UTF-8 as long as it consists of characters that XML may hold.
type charReader struct {
	in   io.Reader
	tail []byte // the first bytes of a character that what was handed out last was cut in
	err  error
}

// Read implements io.Reader. It needs room for more than one character.
func (c *charReader) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n := copy(p, c.tail)
	m, err := c.in.Read(p[n:])
	n += m
	legal, cut, flaw := legalXML(p[:n])
	c.tail = append(c.tail[:0], p[legal:legal+cut]...)
	switch {
	case flaw != nil:
		c.err = flaw
	case errors.Is(err, io.EOF) && cut > 0:
		c.err = errUTF8
	default:
		c.err = err
	}
	return legal, c.err
}

// legalXML returns how many bytes at the beginning of text are characters that XML may hold, and the length of a character that
// is cut off behind them, or what is wrong with the one there.
func legalXML(text []byte) (legal, cut int, err error) {
	const (
		ones = 0x0101010101010101
		tops = 0x80 * ones
	)
	for i := 0; i < len(text); {
		if rest := text[i:]; len(rest) >= 8 {
			// Eight bytes at once: a top bit is set if one of them is beyond ASCII, or borrows because it is below a blank.
			if word := binary.LittleEndian.Uint64(rest); (word|(word-' '*ones))&tops == 0 {
				i += 8
				continue
			}
		}
		// What a worksheet has of others stands together: text in another alphabet, or a line end with its indentation.
		for end := min(i+8, len(text)); i < end; {
			if c := text[i]; c < utf8.RuneSelf {
				if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
					return i, 0, errCharacter
				}
				i++
				continue
			}
			r, size := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError && size == 1 {
				if !utf8.FullRune(text[i:]) {
					return i, len(text) - i, nil
				}
				return i, 0, errUTF8
			}
			if !isXMLChar(r) {
				return i, 0, errCharacter
			}
			i += size
		}
	}
	return len(text), 0, nil
}
