package batch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"mimebatch/batch/sheet"
)

// tally is what the cells of a column are, where its heading doesn't tell enough.
type tally struct {
	column    int
	filled    int
	addresses int // have an @
	names     int // have a blank inside, as names of people have
	logOns    int // look like log-on names
	words     int // have a letter

	fits       func(sheet.Cell) bool // tells the cells that the column is meant to have; nil if any will do
	secret     bool                  // no cell may be quoted
	fit, unfit string                // the first cell that fits and the first that doesn't, as in `B2 holds "skip"`; "" for none
}

// readCells tallies the columns whose headings don't tell enough, all in one pass; it makes none if there is no such column.
func (b *binder) readCells(ctx context.Context) error {
	for i, m := range b.means {
		unsure := m.role == ofLogOn && !b.isFixed(Email) || m.role == ofUserName && !(b.isFixed(Email) && b.isFixed(Username))
		if unsure && b.open(i) {
			b.tallies = append(b.tallies, &tally{column: i})
		}
	}
	for _, c := range b.candidates[ActionField] {
		b.tallies = append(b.tallies, &tally{column: c.column, fits: isAction, secret: looksSecret(b.table.Header[c.column])})
	}
	for _, c := range b.candidates[PasswordNeverExpires] {
		if c.inverted && b.open(c.column) {
			b.tallies = append(b.tallies, &tally{column: c.column, fits: isYesNo})
		}
	}
	if there, _ := b.lonePart(); there != ofNothing && len(b.part(ofName)) > 0 {
		for _, i := range b.part(there) {
			if b.tally(i) == nil { // the mapping may know better what it is
				b.tallies = append(b.tallies, &tally{column: i})
			}
		}
	}
	if len(b.tallies) == 0 {
		return nil
	}
	people := false
	for row, err := range b.table.Rows(ctx) {
		if err != nil {
			return err
		}
		address := anyAddress(row.Cells)
		if b.passesOver(row, address, people) {
			continue
		}
		people = people || address
		for _, t := range b.tallies {
			if t.column < len(row.Cells) && (address || b.options.AllRows || !b.repeatsHeading(t.column, row.Cells[t.column])) {
				t.see(row.Cells[t.column], row.Line)
			}
		}
	}
	return nil
}

// passesOver tells whether a line counts for no column, because it will be left out or is broken: its cells may have moved. It
// knows no columns yet, so what a [sorter] asks of the address it asks of all cells.
func (b *binder) passesOver(row sheet.Row, address, people bool) bool {
	switch {
	case row.Fault != nil, row.Hidden && b.options.SkipHidden:
		return true
	case b.options.AllRows:
		return false
	case address:
		return !people && isExample(row.Cells)
	}
	first, filled := outline(row.Cells)
	return filled > 0 && (isExample(row.Cells) || isRuler(row.Cells) || isTotal(row.Cells[first:], filled))
}

// repeatsHeading tells whether a cell is its column's own heading, in the same words or others.
func (b *binder) repeatsHeading(column int, c sheet.Cell) bool {
	if sameHeading(c.Text) == sameHeading(b.table.Header[column]) {
		return true
	}
	m := meaningOf(c.Text)
	return m.role == ofField && slices.Contains(b.candidates[m.field], candidate{column, m.inverted})
}

// tally returns what the cells of a column are, nil if they were not read.
func (b *binder) tally(column int) *tally {
	for _, t := range b.tallies {
		if t.column == column {
			return t
		}
	}
	return nil
}

func (t *tally) see(c sheet.Cell, line int) {
	text := trim(c.Text)
	if text == "" {
		return
	}
	t.filled++
	switch {
	case strings.Contains(text, "@"):
		t.addresses++
	case strings.ContainsFunc(text, unicode.IsSpace):
		t.names++
	case looksLikeLogOn(text):
		t.logOns++
	}
	if strings.ContainsFunc(text, unicode.IsLetter) {
		t.words++
	}
	if t.fits == nil {
		return
	}
	first := &t.unfit
	if t.fits(c) {
		first = &t.fit
	}
	if *first == "" {
		*first = sheet.CellName(t.column, line) + " holds something"
		if !t.secret {
			*first = fmt.Sprintf("%s holds %q", sheet.CellName(t.column, line), shorten(c.Text))
		}
	}
}

// mayComplete tells whether a domain behind each cell may make addresses of them.
func (t *tally) mayComplete() bool { return t != nil && t.filled > 0 && t.names == 0 }

// areLogOns tells whether half of the cells or more look like log-on names.
func (t *tally) areLogOns() bool { return t.filled > 0 && t.logOns*2 >= t.filled }

// areWords tells whether most cells, if there are any, have letters in them: numbers and dates are no names.
func (t *tally) areWords() bool { return t.filled == 0 || t.words*2 > t.filled }

func isAction(c sheet.Cell) bool {
	_, ok := ParseMode(c.Text)
	return ok
}

func isYesNo(c sheet.Cell) bool {
	_, p := readBool(c)
	return p == nil
}
