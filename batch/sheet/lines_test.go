package sheet

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, strings.Repeat("x", len(p))), nil
}

// A text without a line end is given up at the bound of a row, however long it is.
func TestLineReaderEndless(t *testing.T) {
	text := &endless{}
	l := newLineReader(text, ',')
	if n, err := l.Read(make([]byte, 4096)); n > 0 || !errors.Is(err, errLongRow) {
		t.Errorf("Read = %d, %v, want errLongRow", n, err)
	}
	if text.read > 3*maxRow || cap(l.buf) > 3*maxRow {
		t.Errorf("%d bytes were read into a buffer of %d", text.read, cap(l.buf))
	}
}

// A disk that fails is not the end of the text.
func TestLineReaderFails(t *testing.T) {
	broken := errors.New("I/O error")
	l := newLineReader(iotest.ErrReader(broken), ',')
	if _, err := l.Read(make([]byte, 4096)); !errors.Is(err, broken) {
		t.Errorf("Read = %v, want the disk's error", err)
	}
}

// However many lines end in a CR, what was searched for an LF is not searched again: an LF that is put there afterwards is
// not found.
func TestLineReaderSearchesOnce(t *testing.T) {
	const line, lines = "a,b\r", 100_000 // several buffers
	for name, text := range map[string]string{
		"no LF":                  strings.Repeat(line, lines),
		"LF behind many of them": strings.Repeat(strings.Repeat(line, lines/10)+"a,b\n", 10),
	} {
		l := newLineReader(strings.NewReader(text), ',')
		for at := 0; ; at += len(line) {
			l.nextRow()
			got, err := l.next()
			if errors.Is(err, io.EOF) && at == len(text) {
				break
			}
			if err != nil || len(got) != len(line) {
				t.Fatalf("%s: the line at byte %d is %q, %v", name, at, got, err)
			}
			if b := l.start + len("a,"); b < l.noLF {
				l.buf[b] = '\n'
			}
		}
	}
}
