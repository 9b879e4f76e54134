package report

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// shape is how large the sheet is that comes back: the columns of its widest row, and its rows.
type shape struct{ columns, rows int }

// misfitError says that the rows have another shape than the table was made for.
type misfitError struct{ shape }

func (e *misfitError) Error() string {
	return fmt.Sprintf("fit rows into table: there are %d, of up to %d cells", e.rows, e.columns)
}

// table is a results sheet.
type table struct {
	shape
	options sheet.WriteOptions
	own     []int // the sheet's columns that come back, from 0
	added   []column
	line    []sheet.Cell // the row that is being written
}

func newTable(run batch.Run, s shape) (*table, error) {
	t := &table{shape: s, options: sheet.WriteOptions{Sheet: worksheetName(run.Worksheet), Rows: s.rows}, added: columns(run)}
	if run.Comma != "" {
		t.options.Comma, _ = utf8.DecodeRuneInString(run.Comma)
	}
	switch run.Format {
	case "csv":
		t.options.Format = sheet.CSV
	case "xlsx":
		t.options.Format = sheet.XLSX
	default:
		return nil, fmt.Errorf("no results can be made in format %q", run.Format)
	}
	for i := range s.columns {
		heading := ""
		if i < len(run.Header) {
			heading = run.Header[i]
		}
		if batch.IsResultHeading(heading) {
			continue
		}
		t.own = append(t.own, i)
		t.options.Header = append(t.options.Header, heading)
	}
	for _, c := range t.added {
		t.options.Header = append(t.options.Header, c.heading)
	}
	return t, nil
}

// worksheetName makes a worksheet's name one that every program takes. Not all programs that write workbooks keep to
// Excel's rules: at most 31 UTF-16 units, none of :\/?*[] and no apostrophe at either end.
func worksheetName(name string) string {
	var b strings.Builder
	units := 0
	for _, r := range name {
		if units += utf16.RuneLen(r); units > 31 {
			break
		}
		if strings.ContainsRune(`:\/?*[]`, r) || unicode.IsControl(r) {
			r = '_'
		}
		b.WriteRune(r)
	}
	return strings.Trim(b.String(), "'")
}

// filled is how many cells there are up to the last that holds something.
func filled(cells []sheet.Cell) int {
	n := len(cells)
	for n > 0 && cells[n-1].Text == "" {
		n--
	}
	return n
}

// write writes the header and all rows, and counts them. If they turn out to have another shape, the error is a *misfitError with
// the one that they have.
func (t *table) write(w io.Writer, rows iter.Seq2[batch.RowResult, error]) (batch.Counts, error) {
	out, err := sheet.NewWriter(w, t.options)
	if err != nil {
		return nil, err
	}
	counts, found := batch.Counts{}, shape{columns: t.columns}
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		counts[r.Status]++
		found.rows++
		found.columns = max(found.columns, filled(r.Cells))
		if found.columns > t.columns || found.rows > t.rows {
			continue // the rest is only looked at
		}
		if err := out.Row(t.row(r)); err != nil {
			return nil, err
		}
	}
	if found != t.shape {
		return nil, &misfitError{found}
	}
	return counts, out.Close()
}

// row gives the cells of a row, until the next: the sheet's own, then what was added.
func (t *table) row(r batch.RowResult) []sheet.Cell {
	t.line = t.line[:0]
	for _, i := range t.own {
		var c sheet.Cell
		if i < len(r.Cells) {
			c = r.Cells[i]
		}
		t.line = append(t.line, c)
	}
	for _, c := range t.added {
		t.line = append(t.line, c.cell(r))
	}
	return t.line
}
