package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvSource reads a CSV file. Its line numbers count a row as one line however many its cells hold, as spreadsheet programs do.
type csvSource struct {
	file   io.Closer
	lines  *lineReader
	csv    *csv.Reader
	number int    // of the last line
	cells  []Cell // of a row
	// named is 1 if the first line of the text names the separator, else 0. That line is not counted, for no program shows it.
	named int
}

// openCSV begins to read a CSV text with the separator comma, or the one that the text itself names.
func openCSV(in *input, form textForm, comma byte) (*csvSource, error) {
	f, err := in.open()
	if err != nil {
		return nil, err
	}
	s := &csvSource{file: f}
	text := form.decode(f)
	head, _ := text.Peek(len("\"sep=;\"\r\n")) // an error comes again where the lines are read
	if named, n := separatorLine(head); n > 0 {
		s.named, comma = 1, named
		_, _ = text.Discard(n) // it was peeked at
	}
	s.lines = newLineReader(text, comma)
	s.csv = csv.NewReader(s.lines)
	s.csv.Comma = rune(comma)
	s.csv.FieldsPerRecord = -1
	s.csv.ReuseRecord = true
	return s, nil
}

// separatorLine returns the separator that a first line such as sep=; names, and the length of that line; 0 if it is
// another line.
func separatorLine(head []byte) (comma byte, length int) {
	const key = "sep="
	at := 0
	quoted := bytes.HasPrefix(head, []byte{'"'})
	if quoted {
		at++
	}
	if len(head) < at+len(key)+1 || !strings.EqualFold(string(head[at:at+len(key)]), key) {
		return 0, 0
	}
	at += len(key)
	comma = head[at]
	if comma < ' ' && comma != '\t' || comma > '~' || comma == '"' {
		return 0, 0
	}
	rest := head[at+1:]
	if quoted && !bytes.HasPrefix(rest, []byte{'"'}) {
		return 0, 0
	}
	rest = bytes.TrimPrefix(rest, []byte{'"'})
	for _, end := range []string{"\r\n", "\n", "\r"} {
		if bytes.HasPrefix(rest, []byte(end)) {
			return comma, len(head) - len(rest) + len(end)
		}
	}
	return 0, 0
}

func (s *csvSource) close() { s.file.Close() }

func (s *csvSource) merged() []Range { return nil }

func (s *csvSource) next() (line, error) {
	before := s.lines.lines
	s.lines.nextRow()
	cells, err := s.csv.Read()
	if err := s.lines.err; err != nil && !errors.Is(err, io.EOF) {
		switch {
		case errors.Is(err, errLongRow):
			return line{}, s.damage(before+1, fmt.Sprintf("the row is longer than %d MiB", maxRow>>20), hintOpenQuote)
		case errors.Is(err, errWideRow):
			return line{}, s.damage(before+1, fmt.Sprintf("the row has more than %d separators", maxCommas), hintWide)
		}
		return line{}, err
	}
	if err == nil {
		first, _ := s.csv.FieldPos(0)
		return s.row(before, first, cells)
	}
	if errors.Is(err, io.EOF) {
		if blank := s.lines.lines - before; blank > 0 {
			s.number += blank
			return line{number: s.number}, nil
		}
		return line{}, io.EOF
	}
	stray, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return line{}, err
	}
	fault, err := s.quoteFault(stray, cells)
	if err != nil {
		return line{}, err
	}
	l, err := s.row(before, stray.StartLine, cells)
	l.fault = fault
	return l, err
}

// row returns the line with these cells. The row begins on line first of the text, and the last one ended on line before.
func (s *csvSource) row(before, first int, texts []string) (line, error) {
	s.number += first - before
	if len(texts) > maxColumns {
		return line{}, s.damage(first, fmt.Sprintf("the row has more than %d columns", maxColumns), hintWide)
	}
	if len(texts) > len(s.cells) {
		s.cells = make([]Cell, len(texts))
	}
	l := line{number: s.number, cells: s.cells[:len(texts)], breaks: s.lines.lines > first || s.lines.cr}
	for i, text := range texts {
		if len(text) > maxCell {
			return line{}, s.damage(first, fmt.Sprintf("cell %s is longer than %d MiB", CellName(i, s.number), maxCell>>20), hintOpenQuote)
		}
		l.cells[i] = Cell{Text: text}
	}
	if s.lines.nul {
		l.fault = nulFault()
	}
	return l, nil
}

const hintOpenQuote = "look there for a quote that opens a cell and doesn't close it: close it, or write it twice if it belongs to the text"

// quoteFault tells what a stray quote does: within one line of the text it breaks the row; else nobody can say which rows it
// swallowed, and the file is broken. Cells are those before the one with the quote.
func (s *csvSource) quoteFault(err *csv.ParseError, cells []string) (*Fault, error) {
	opened := err.StartLine
	for _, c := range cells {
		opened += strings.Count(c, "\n")
	}
	switch {
	case errors.Is(err.Err, csv.ErrQuote) && errors.Is(s.lines.err, io.EOF):
		return nil, s.damage(opened, "a quote opens a cell here and never closes it", hintOpenQuote)
	case err.Line != err.StartLine:
		return nil, s.damage(opened, fmt.Sprintf("a cell with line breaks is quoted wrongly; the next stray quote is on line %d", s.textLine(err.Line)), hintOpenQuote)
	}
	return &Fault{
		Code:    FaultQuote,
		Message: fmt.Sprintf("a stray quote in column %s", ColumnName(len(cells))),
		Hint:    "a cell with a quote in it stands in quotes, and each quote in it is written twice",
	}, nil
}

func nulFault() *Fault {
	return &Fault{Code: FaultNUL, Message: "there is a NUL character in the row", Hint: "type the row's cells anew"}
}

// damage returns the error for a line of the text. In its words the line is the one that a text editor shows, for that is
// where such damage can be seen.
func (s *csvSource) damage(textLine int, what, hint string) error {
	return &DamageError{Place: fmt.Sprintf("line %d of the text", s.textLine(textLine)), What: what, hint: hint}
}

func (s *csvSource) textLine(n int) int { return s.named + n }
