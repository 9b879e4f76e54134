package sheet

import (
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

const (
	sampleRows = 100 // rows that decide how wide the columns are
	minWidth   = 8   // of a column, in characters
	maxWidth   = 60
)

// xlsxWriter writes a workbook with one worksheet.
type xlsxWriter struct {
	book *Book
	o    WriteOptions

	rows   int      // given to Row
	sample [][]Cell // rows not yet given to book, for the columns' widths have to come first
	widths []int    // of the columns, in characters
	begun  bool     // the widths and the header were given to book
	line   []BookCell
}

func newXLSXWriter(w io.Writer, o WriteOptions) (*xlsxWriter, error) {
	if o.Sheet == "" {
		o.Sheet = "Sheet1"
	}
	x := &xlsxWriter{book: NewBook(w), o: o, widths: make([]int, len(o.Header))}
	for i, name := range o.Header {
		x.widths[i] = HeadingWidth(name)
	}
	// The worksheet begins when the widths are known. What is wrong with it is to be told now.
	if err := NewBook(io.Discard).Sheet(x.layout()); err != nil {
		return nil, fmt.Errorf("write XLSX: %w", err)
	}
	return x, nil
}

// HeadingWidth returns how wide a column needs to be for its heading, in characters, with room for the filter's button.
func HeadingWidth(heading string) int { return utf8.RuneCountInString(heading) + 3 }

// ColumnWidth returns how wide a column is best made that has texts of at most n characters: neither so narrow that it can't be
// seen nor so wide that nothing else can.
func ColumnWidth(n int) int { return min(max(n, minWidth), maxWidth) }

func (x *xlsxWriter) layout() Layout {
	l := Layout{Name: x.o.Sheet, Last: x.o.Rows + 1, Header: 1}
	for _, w := range x.widths {
		l.Widths = append(l.Widths, ColumnWidth(w))
	}
	return l
}

func (x *xlsxWriter) Row(cells []Cell) error {
	if x.rows++; x.rows > x.o.Rows {
		return fmt.Errorf("write row: %d rows were announced, this is one more", x.o.Rows)
	}
	if x.begun {
		return x.write(x.rows, cells)
	}
	for i, c := range cells {
		x.widths[i] = max(x.widths[i], utf8.RuneCountInString(c.Text)+1)
	}
	x.sample = append(x.sample, slices.Clone(cells))
	if len(x.sample) == sampleRows {
		return x.begin()
	}
	return nil
}

// begin gives the columns' widths, the header and the sample to the workbook.
func (x *xlsxWriter) begin() error {
	x.begun = true
	if err := x.book.Sheet(x.layout()); err != nil {
		return err
	}
	header := make([]BookCell, len(x.o.Header))
	for i, name := range x.o.Header {
		header[i] = BookCell{Cell: Cell{Text: name}, Look: Heading}
	}
	if err := x.book.Line(1, header); err != nil {
		return err
	}
	for i, cells := range x.sample {
		if err := x.write(i+1, cells); err != nil {
			return err
		}
	}
	x.sample = nil
	return nil
}

// write gives row n, from 1, to the workbook.
func (x *xlsxWriter) write(n int, cells []Cell) error {
	x.line = x.line[:0]
	for _, c := range cells {
		x.line = append(x.line, BookCell{Cell: c})
	}
	return x.book.Line(n+1, x.line)
}

func (x *xlsxWriter) Close() error {
	if x.rows != x.o.Rows {
		return fmt.Errorf("close workbook: %d rows were announced, %d written", x.o.Rows, x.rows)
	}
	if !x.begun {
		if err := x.begin(); err != nil {
			return err
		}
	}
	return x.book.Close()
}
