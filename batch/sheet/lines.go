package sheet

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// The bounds of a CSV file's row, all its lines taken together.
const (
	maxCommas = 500_000   // separators, in quotes or not: encoding/csv takes far more memory for a cell than for its bytes
	fewCommas = 256 << 10 // bytes of a row up to which nobody counts them
)

var (
	errLongRow = errors.New("row has more than maxRow bytes")
	errWideRow = errors.New("row has more than maxCommas separators")
)

// lineReader cuts a text into lines and is an io.Reader that hands out one line, or the next part of it, in each Read. As
// encoding/csv asks for more only when it needs it, it has never read beyond the row that it returned, so that lines tells
// where in the text that row ended.
//
// Each line ends in LF or CRLF: a bare CR outside quotes becomes LF, and the last line gets an LF if it has none.
type lineReader struct {
	text  io.Reader
	comma byte

	buf   []byte // what was read of the text and not handed out, from start on
	start int
	noLF  int    // from start up to here there is no LF in buf
	cr    bool   // a CR in buf may end a line
	nuls  bool   // there is a NUL byte in buf
	end   bool   // there is no more text
	rest  []byte // of the current line, in buf
	lines int    // lines handed out
	err   error  // what ended the reading; io.EOF once a line was asked for and there was none

	// Of the row that is being read:
	size   int  // bytes handed out
	commas int  // separators handed out, once it is longer than fewCommas
	within bool // a quoted cell goes on in the next line
	nul    bool // there is a NUL byte in it
}

func newLineReader(text io.Reader, comma byte) *lineReader {
	return &lineReader{text: text, comma: comma, buf: make([]byte, 0, 64<<10)}
}

// nextRow says that the next line begins a row.
func (l *lineReader) nextRow() { l.size, l.commas, l.within, l.nul = 0, 0, false, false }

// Read implements io.Reader.
func (l *lineReader) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		if l.err == nil {
			l.rest, l.err = l.next()
		}
		if l.err != nil {
			return 0, l.err
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// next returns the next line with its end.
func (l *lineReader) next() ([]byte, error) {
	for {
		window := l.buf[l.start:]
		n := l.toLF()
		if l.cr {
			n = lineLength(window, n, l.comma, l.within, l.end)
		}
		if n == 0 && l.end {
			if len(window) == 0 {
				return nil, io.EOF
			}
			l.buf = append(l.buf, '\n')
			n = len(window) + 1
		}
		if most := maxRow - l.size; n > most || n == 0 && len(window) > most {
			return nil, errLongRow
		}
		if n > 0 {
			line := l.buf[l.start : l.start+n]
			l.start += n
			if err := l.see(line); err != nil {
				return nil, err
			}
			return line, nil
		}
		if err := l.fill(); err != nil {
			return nil, err
		}
	}
}

// toLF returns how many bytes lead to the next LF in buf, that included; 0 if there is none. It looks at each byte once, however
// many lines end before it in a CR.
func (l *lineReader) toLF() int {
	l.noLF = max(l.noLF, l.start)
	i := bytes.IndexByte(l.buf[l.noLF:], '\n')
	if i < 0 {
		l.noLF = len(l.buf)
		return 0
	}
	l.noLF += i
	return l.noLF + 1 - l.start
}

func (l *lineReader) see(line []byte) error {
	if line[len(line)-1] == '\r' {
		line[len(line)-1] = '\n'
	}
	l.lines++
	l.size += len(line)
	l.nul = l.nul || l.nuls && bytes.IndexByte(line, 0) >= 0
	// A blank line between rows belongs to none. Any other line that encoding/csv asks for in a row is one that a quoted
	// cell goes on in.
	l.within = l.within || len(line) > 2 || len(line) == 2 && line[0] != '\r'
	if l.size <= fewCommas {
		return nil
	}
	if l.commas += bytes.Count(line, []byte{l.comma}); l.commas > maxCommas {
		return errWideRow
	}
	return nil
}

// fill reads more of the text, as much as there is room for, so that the lines of a buffer can be told apart with few
// looks at it, however long they are and however little the text gives at once.
func (l *lineReader) fill() error {
	l.buf = append(l.buf[:0], l.buf[l.start:]...)
	l.start, l.noLF = 0, max(l.noLF-l.start, 0)
	if len(l.buf) == cap(l.buf) {
		l.buf = slices.Grow(l.buf, len(l.buf))
	}
	n, err := io.ReadFull(l.text, l.buf[len(l.buf):cap(l.buf)])
	l.buf = l.buf[:len(l.buf)+n]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		l.end, err = true, nil
	}
	l.nuls = bytes.IndexByte(l.buf, 0) >= 0
	crs := bytes.Count(l.buf, []byte{'\r'})
	l.cr = crs > 0 && crs != bytes.Count(l.buf, []byte("\r\n"))
	return err
}

// lineLength returns the length of the first line in text with its end, which is a bare CR or else the LF that toLF bytes
// lead to; 0 if more text is needed to know. Quoted tells that a quoted cell is open where text begins.
func lineLength(text []byte, toLF int, comma byte, quoted, end bool) int {
	before := text
	if toLF > 0 {
		before = bytes.TrimSuffix(text[:toLF-1], []byte{'\r'})
	}
	// The state machine costs more than the two searches, and few lines hold a CR.
	if bytes.IndexByte(before, '\r') >= 0 {
		if cr := bareCR(before, comma, quoted); cr >= 0 {
			if cr+1 < len(text) || end {
				return cr + 1
			}
			return 0
		}
	}
	return toLF
}

// bareCR returns the index of the first CR in text that is not in a quoted cell, -1 if there is none. It takes quotes as
// encoding/csv does.
func bareCR(text []byte, comma byte, quoted bool) int {
	const (
		fresh  = iota // at the beginning of a cell
		plain         // in a cell without quotes
		inside        // between the quotes of a cell
		closed        // behind a quote that closes a cell, or is the first of two
	)
	state := fresh
	if quoted {
		state = inside
	}
	for i, c := range text {
		switch {
		case state == inside:
			if c == '"' {
				state = closed
			}
		case c == '\r':
			return i
		case c == comma:
			state = fresh
		case c == '"' && state != plain:
			state = inside
		case c == '"' || state == closed:
			// A stray quote: the row is broken, and encoding/csv goes on behind this line.
			if cr := bytes.IndexByte(text[i:], '\r'); cr >= 0 {
				return i + cr
			}
			return -1
		default:
			state = plain
		}
	}
	return -1
}
