package sheet

import (
	"fmt"
	"io"
)

// Writer writes a table. Close ends it and must be called, for only it tells whether all was written; it does not close what
// the Writer writes to. After an error every method returns that error. Use it from one goroutine at a time.
type Writer interface {
	// Row writes the next row, which may have fewer cells than the header has names, not more.
	Row(cells []Cell) error
	Close() error
}

// WriteOptions tell [NewWriter] what the table is.
type WriteOptions struct {
	Format Format
	Header []string // at least one name
	Comma  rune     // what separates the cells of a CSV file; ',' if it is 0
	Sheet  string   // the worksheet's name; "Sheet1" if it is ""
	// Rows is how many rows will be written. A workbook needs to know beforehand, and Close returns an error if there were
	// more or fewer.
	Rows int
}

// NewWriter begins a table on w with its header.
//
// CSV is UTF-8 with a byte order mark, without which Excel takes it for something older, and its lines end in CRLF. A text that
// a spreadsheet program would run as a formula gets an apostrophe in front.
//
// In XLSX, Number, Date and Bool cells are values of their kind, Date cells by their Date; if they have none, or one that a
// workbook can't hold, and likewise a Number with more digits than a workbook keeps, they are text. Control characters, which
// XML can't hold, are written as their pictures (␀). Cells of more than 32,767 characters are an error, and more than
// 1,048,575 rows are a [*TooLargeError]. The same cells always make the same bytes. Little is held in memory, whatever the number
// of rows, and nothing is on the disk but what w puts there.
func NewWriter(w io.Writer, o WriteOptions) (Writer, error) {
	if len(o.Header) == 0 {
		return nil, fmt.Errorf("write %s: the header is empty", o.Format)
	}
	k := &keptWriter{columns: len(o.Header)}
	var err error
	if o.Format == XLSX {
		k.w, err = newXLSXWriter(w, o)
	} else {
		k.w, err = newCSVWriter(w, o)
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// keptWriter is a Writer that keeps its first error.
type keptWriter struct {
	w       Writer
	columns int
	err     error
}

func (k *keptWriter) Row(cells []Cell) error {
	switch {
	case k.err != nil:
	case len(cells) > k.columns:
		k.err = fmt.Errorf("write row: it has %d cells, the header has %d", len(cells), k.columns)
	default:
		k.err = k.w.Row(cells)
	}
	return k.err
}

func (k *keptWriter) Close() error {
	if k.err == nil {
		k.err = k.w.Close()
	}
	return k.err
}
