package sheet

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// firstSheet is the name of the worksheet that excelize begins a workbook with.
const firstSheet = "Sheet1"

const (
	sampleRows = 100 // rows that decide how wide the columns are
	minWidth   = 8   // of a column, in characters
	maxWidth   = 60
)

// noFolder is a path that no system can have a file under. excelize keeps a worksheet above 16 MB in a temporary file, in plain
// text, unless it can't make one: then it goes on in memory.
const noFolder = "\x00"

// xlsxWriter writes a workbook with one worksheet by excelize's StreamWriter.
type xlsxWriter struct {
	w      io.Writer
	o      WriteOptions
	file   *excelize.File
	stream *excelize.StreamWriter
	styles struct{ header, day, time int }

	rows   int      // given to Row
	sample [][]Cell // rows not yet given to stream, for the columns' widths have to come first
	widths []int    // of the columns, in characters
	begun  bool     // the widths and the header were given to stream
}

func newXLSXWriter(w io.Writer, o WriteOptions) (*xlsxWriter, error) {
	if o.Rows < 0 || o.Rows >= maxLine {
		return nil, fmt.Errorf("write XLSX: %d rows don't fit into a worksheet", o.Rows)
	}
	if len(o.Header) > maxColumn {
		return nil, fmt.Errorf("write XLSX: %d columns don't fit into a worksheet", len(o.Header))
	}
	if o.Sheet == "" {
		o.Sheet = firstSheet
	}
	x := &xlsxWriter{w: w, o: o, file: excelize.NewFile(excelize.Options{TmpDir: noFolder}), widths: make([]int, len(o.Header))}
	for i, name := range o.Header {
		x.widths[i] = utf8.RuneCountInString(name) + 3 // room for the filter's button
	}
	if err := x.prepare(); err != nil {
		return nil, fmt.Errorf("write XLSX: %w", err)
	}
	return x, nil
}

// prepare sets what concerns the worksheet as a whole. The order matters: the StreamWriter writes the dimension when it is
// made; a filter set before that would be written as one that hides rows; and only renaming the worksheet puts quotes into
// the filter's reference to it where the name needs them.
func (x *xlsxWriter) prepare() error {
	if err := x.file.SetDocProps(&excelize.DocProperties{Creator: "mimebatch"}); err != nil {
		return err
	}
	bold := &excelize.Style{Font: &excelize.Font{Bold: true, Family: "Calibri", Size: 11}}
	day, clock := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	for _, s := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&x.styles.header, bold},
		{&x.styles.day, &excelize.Style{CustomNumFmt: &day}},
		{&x.styles.time, &excelize.Style{CustomNumFmt: &clock}},
	} {
		var err error
		if *s.id, err = x.file.NewStyle(s.style); err != nil {
			return err
		}
	}
	area := "A1:" + CellName(len(x.o.Header)-1, x.o.Rows+1)
	if err := x.file.SetSheetDimension(firstSheet, area); err != nil {
		return err
	}
	var err error
	if x.stream, err = x.file.NewStreamWriter(firstSheet); err != nil {
		return err
	}
	if err := x.file.AutoFilter(firstSheet, area, nil); err != nil {
		return err
	}
	if err := x.file.SetSheetName(firstSheet, x.o.Sheet); err != nil {
		return err
	}
	x.stream.Sheet = x.o.Sheet
	return x.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (x *xlsxWriter) Row(cells []Cell) error {
	if err := checkWidth(cells, x.o.Header); err != nil {
		return err
	}
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

// begin gives the columns' widths, the header and the sample to the stream.
func (x *xlsxWriter) begin() error {
	x.begun = true
	for i, w := range slices.Backward(x.widths) { // excelize puts each before those it has
		if err := x.stream.SetColWidth(i+1, i+1, float64(min(max(w, minWidth), maxWidth))); err != nil {
			return fmt.Errorf("set width of column %s: %w", ColumnName(i), err)
		}
	}
	names := make([]any, len(x.o.Header))
	for i, name := range x.o.Header {
		if tooLong(name) {
			return fmt.Errorf("write header: column %s is longer than %d characters", ColumnName(i), maxCellChars)
		}
		names[i] = excelize.Cell{Value: whole(printable(name)), StyleID: x.styles.header}
	}
	if err := x.stream.SetRow("A1", names); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	for i, cells := range x.sample {
		if err := x.write(i+1, cells); err != nil {
			return err
		}
	}
	x.sample = nil
	return nil
}

// write gives row n, from 1, to the stream.
func (x *xlsxWriter) write(n int, cells []Cell) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		if tooLong(c.Text) {
			return fmt.Errorf("write row: cell %s is longer than %d characters", CellName(i, n+1), maxCellChars)
		}
		values[i] = x.value(c)
	}
	if err := x.stream.SetRow(CellName(0, n+1), values); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

// value returns what excelize takes for a cell; nil leaves the cell out.
func (x *xlsxWriter) value(c Cell) any {
	switch c.Kind {
	case Number:
		if f, ok := parseNumber(c.Text); ok && keeps(f, c.Text) {
			return f
		}
	case Date:
		if serial, ok := dateSerial(c.Date); ok && !c.Date.IsZero() {
			style := x.styles.day
			if len(dateText(c.Date)) > len(dayLayout) {
				style = x.styles.time
			}
			return excelize.Cell{Value: serial, StyleID: style}
		}
	case Bool:
		switch c.Text {
		case "TRUE":
			return true
		case "FALSE":
			return false
		}
	}
	if c.Text == "" {
		return nil
	}
	return whole(printable(c.Text))
}

// whole returns what excelize writes such that the text is read as it is. Where a text looks as if it had an escape, such as
// _x000D_, excelize tries to escape that and doesn't always succeed; cut into runs there is nothing to escape.
func whole(text string) any {
	if !strings.Contains(text, "_x") {
		return text
	}
	const cut = "\x00" // not in a printable text
	var runs []excelize.RichTextRun
	for run := range strings.SplitSeq(strings.ReplaceAll(text, "_x", "_"+cut+"x"), cut) {
		runs = append(runs, excelize.RichTextRun{Text: run})
	}
	return runs
}

// keeps tells whether a spreadsheet program, which has 15 digits, keeps all of a number's.
func keeps(f float64, text string) bool {
	if strconv.FormatFloat(f, 'f', -1, 64) == text {
		return true
	}
	mantissa, _, _ := strings.Cut(strings.ToUpper(text), "E")
	digits := strings.TrimLeft(strings.NewReplacer("+", "", "-", "", ".", "").Replace(mantissa), "0")
	return len(digits) <= 15
}

// printable returns the text with control characters replaced by their pictures: XML can't hold them.
func printable(text string) string {
	const pictures = '\u2400'
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return pictures + r
		}
		return r
	}, text)
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
	if err := x.stream.Flush(); err != nil {
		return fmt.Errorf("close worksheet: %w", err)
	}
	if err := x.file.Write(x.w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if err := x.file.Close(); err != nil {
		return fmt.Errorf("close workbook: %w", err)
	}
	return nil
}
