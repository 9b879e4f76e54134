package sheet

import (
	"strings"
	"time"
	"unicode"
)

// Kind is what a cell is to the spreadsheet program. All cells of a CSV file are Text.
type Kind uint8

const (
	Text Kind = iota
	Number
	Date
	Bool
	Error // a formula that failed, such as #N/A
)

func (k Kind) String() string {
	return [...]string{"text", "number", "date", "bool", "error"}[k]
}

// Cell is one cell. The zero Cell is an empty one.
type Cell struct {
	// Text is what the cell says: a text as it is, not trimmed; a number in plain digits if it is whole and below 10^15, else
	// as the file has it; a date as 2006-01-02, or 2006-01-02T15:04:05 if it has a time of day; TRUE or FALSE; the error's name.
	Text string
	Kind Kind
	// Date is the time that a Number or Date stands for, to the second, in UTC; zero if there is none.
	Date time.Time
	// Shown is what a spreadsheet program shows where the cell's number format adds characters to a text, such as a domain, or
	// zeros to a whole number; "" where that is Text, or isn't known here.
	Shown string
}

// Range is a block of cells, the first and the last of them included. Columns count from 0, lines from 1.
type Range struct {
	FirstColumn, FirstLine, LastColumn, LastLine int
}

// Row is one line below the header.
type Row struct {
	Line int // from 1, as a spreadsheet program counts
	// Cells has one cell for each name of the header, unless there is a Fault; none if the line is blank. They are good until
	// the next row is yielded: clone what is to be kept. Until then they are the caller's to write into.
	Cells []Cell
	// Right is how many cells with content stand to the right of the header's last name, in a workbook.
	Right int
	// Hidden is set if the spreadsheet program doesn't show the line.
	Hidden bool
	// Fault is what is wrong with the row, nil if nothing is. Cells then holds what could be read.
	Fault *Fault
}

// Blank reports whether the line has nothing in the table's columns.
func (r Row) Blank() bool { return r.Fault == nil && len(r.Cells) == 0 }

// FaultCode names a kind of [Fault].
type FaultCode string

const (
	FaultRagged    FaultCode = "ragged"    // more or fewer cells than the header has names
	FaultQuote     FaultCode = "quote"     // a quote in the middle of a cell
	FaultSwallowed FaultCode = "swallowed" // a stray quote made one cell of several rows
	FaultNUL       FaultCode = "nul"       // a NUL byte
	FaultFormula   FaultCode = "formula"   // a formula without a stored value
	FaultCell      FaultCode = "cell"      // a cell whose value isn't of the type it claims
)

// Fault is what is wrong with one row. Its words never quote a cell.
type Fault struct {
	Code          FaultCode
	Message, Hint string
}

// isBlank tells characters that nobody sees in a cell: white space of every alphabet and what has no width.
func isBlank(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad':
		return true
	}
	return unicode.IsSpace(r)
}

func trim(s string) string { return strings.TrimFunc(s, isBlank) }

func (c Cell) blank() bool {
	return strings.IndexFunc(c.Text, func(r rune) bool { return !isBlank(r) }) < 0
}

func allBlank(cells []Cell) bool {
	for _, c := range cells {
		if !c.blank() {
			return false
		}
	}
	return true
}
