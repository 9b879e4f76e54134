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

// table is the shape of a results sheet.
type table struct {
	options sheet.WriteOptions
	own     []int // the sheet's columns that come back, from 0
	added   []column
}

// measure decides on the shape. That takes a look at all rows, for one may have more cells than the header.
func measure(run batch.Run, rows iter.Seq2[batch.RowResult, error]) (*table, error) {
	t := &table{options: sheet.WriteOptions{Sheet: worksheetName(run.Worksheet)}, added: columns(run)}
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
	width := len(run.Header)
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		t.options.Rows++
		width = max(width, filled(r.Cells))
	}
	for i := range width {
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

// write writes the header and all rows, and counts them.
func (t *table) write(w io.Writer, rows iter.Seq2[batch.RowResult, error], counts batch.Counts) error {
	out, err := sheet.NewWriter(w, t.options)
	if err != nil {
		return err
	}
	for r, err := range rows {
		if err != nil {
			return err
		}
		if err := out.Row(t.row(r)); err != nil {
			return err
		}
		counts[r.Status]++
	}
	return out.Close()
}

// row gives the cells of a row: the sheet's own, then what was added.
func (t *table) row(r batch.RowResult) []sheet.Cell {
	cells := make([]sheet.Cell, 0, len(t.options.Header))
	for _, i := range t.own {
		var c sheet.Cell
		if i < len(r.Cells) {
			c = r.Cells[i]
		}
		cells = append(cells, c)
	}
	for _, c := range t.added {
		cells = append(cells, c.cell(r))
	}
	return cells
}
