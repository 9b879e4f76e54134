package batch

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"mimebatch/batch/sheet"
)

// The codes of remarks about the sheet as a whole, beside those of its columns.
const (
	EncodingGuessed Code = "encoding_guessed" // nothing says how the text is encoded
	HiddenRows      Code = "hidden_rows"
	HiddenColumn    Code = "hidden_column"
	CellsBeside     Code = "cells_beside" // to the right of the table
	OnePassword     Code = "one_password" // for everybody
	NoPasswords     Code = "no_passwords" // for nobody, in a sheet that was written without them
	OtherSheets     Code = "other_sheets" // worksheets that are not read
	HiddenSheets    Code = "hidden_sheets"
	DatesDecided    Code = "dates_decided" // the order of day and month is the column's own
	DatesZone       Code = "dates_zone"    // nobody said which time zone dates are in
)

// lonely is a line that may be a note, and the column of its only cell.
type lonely struct{ line, column int }

// facts are what only all rows together tell. They are gathered in one pass, with a few bytes a row.
type facts struct {
	seed      maphash.Seed
	addresses map[uint64]struct{} // hashes of all addresses
	suspects  map[uint64]struct{} // of those that seem to be there twice
	orders    dateOrders
	password  uint64   // the hash of the first one
	passwords int      // how many there are; -1 once two differ
	foreign   string   // where the first text with letters other than ASCII stands, and what it says
	decided   string   // which date showed the order
	beside    int      // the first line with cells to the right of the table
	notes     []lonely // lines that may be notes, since the last one that is a row for sure
	filled    []int    // how many rows have something in a column
	row       Row      // the one that is looked at
}

// scan reads all rows: it counts them, gathers the facts, and checks the rows until one has a problem.
func (s *Sheet) scan(ctx context.Context) error {
	f := &facts{
		seed: maphash.MakeSeed(), addresses: map[uint64]struct{}{}, suspects: map[uint64]struct{}{}, filled: make([]int, len(s.Table.Header)),
	}
	sort := sorter{s: s}
	for raw, err := range s.rows(ctx) {
		if err != nil {
			return err
		}
		if raw.Right > 0 && s.Beside == 0 {
			f.beside = raw.Line
		}
		s.Beside += raw.Right
		if raw.Blank() {
			s.Blank++
			continue
		}
		if kind := sort.kind(raw); kind != "" {
			if c, ok := s.contradicts(raw.Cells); ok && kind == LineHeadings {
				return &refusal{
					msg: fmt.Sprintf("line %d names the columns otherwise than the header on line %d: %s says %q", raw.Line, s.Table.HeaderLine,
						sheet.CellName(c, raw.Line), shorten(raw.Cells[c].Text)),
					hint: "give each table a sheet of its own, with one line of headings",
				}
			}
			s.LeftOut = append(s.LeftOut, LeftOut{raw.Line, kind})
			continue
		}
		s.Rows++
		if raw.Hidden {
			s.Hidden++
		}
		if s.mayBeNote(raw) {
			first, _ := outline(raw.Cells)
			f.notes = append(f.notes, lonely{raw.Line, first})
			continue
		}
		s.takeNotes(f, false) // they were rows without an address
		s.gather(raw, f)
	}
	s.takeNotes(f, true)
	slices.SortStableFunc(s.LeftOut, func(k, l LeftOut) int { return k.Line - l.Line })
	return s.settle(ctx, f)
}

// takeNotes decides about the lines that may be notes, once the line behind them is known. Such a line is a row after all if there
// are rows below it, or if most rows have something in its column.
func (s *Sheet) takeNotes(f *facts, end bool) {
	people := s.Rows - len(f.notes)
	for _, n := range f.notes {
		if !end || f.filled[n.column]*2 >= people {
			s.Clean = false
			continue
		}
		s.Rows--
		s.notes[n.line] = true
		s.LeftOut = append(s.LeftOut, LeftOut{n.line, LineNote})
	}
	f.notes = f.notes[:0]
}

// gather takes the facts of one row, and checks it if no row before it had a problem.
func (s *Sheet) gather(raw sheet.Row, f *facts) {
	f.row = Row{Problems: f.row.Problems[:0]}
	if s.Clean {
		s.check(raw, &f.row, nil)
		s.Clean = len(f.row.Problems) == 0
	} else {
		f.row.Email, f.row.Password = s.address(raw), s.password(raw)
	}
	if raw.Fault != nil || s.mode(raw) == Skip {
		return
	}
	for i := range min(len(raw.Cells), len(f.filled)) {
		if raw.Cells[i].Text != "" {
			f.filled[i]++
		}
	}
	if f.row.Email != "" {
		f.address(maphash.String(f.seed, f.row.Email))
	}
	if c, ok := s.Binding.Columns[ArchiveStartDate]; ok && s.order == "" {
		f.seeDate(raw.Cells[c], sheet.CellName(c, raw.Line))
	}
	if !f.row.Password.IsZero() {
		s.Secrets = true
		f.seePassword(maphash.String(f.seed, f.row.Password.Reveal()))
	}
	if s.Table.Guessed && f.foreign == "" {
		f.foreign = s.foreign(raw)
	}
}

// seeDate looks at a date's order, and remembers the first that showed it.
func (f *facts) seeDate(c sheet.Cell, name string) {
	before := f.orders.order()
	if f.orders.see(c); before == "" && f.orders.order() != "" {
		f.decided = fmt.Sprintf("%s %q", name, shorten(c.Text))
	}
}

func (f *facts) address(hash uint64) {
	if _, ok := f.addresses[hash]; ok {
		f.suspects[hash] = struct{}{}
		return
	}
	f.addresses[hash] = struct{}{}
}

func (f *facts) seePassword(hash uint64) {
	if f.passwords > 0 && hash != f.password {
		f.passwords = -1
		return
	}
	f.password = hash
	if f.passwords >= 0 {
		f.passwords++
	}
}

// address returns the row's address, "" if it can't be read or the row wants to be skipped.
func (s *Sheet) address(raw sheet.Row) string {
	if raw.Fault != nil || s.mode(raw) == Skip {
		return ""
	}
	email, _ := readAddress(s.cell(raw, Email), s.Options.Domain)
	return email
}

// foreign returns where the row's first text with characters other than plain ASCII stands and what it says, "" if there is none.
// Passwords don't count.
func (s *Sheet) foreign(raw sheet.Row) string {
	for i, c := range raw.Cells {
		if !isPlain(c.Text) && !slices.Contains(s.Binding.Secret, i) {
			return fmt.Sprintf("%s %q", sheet.CellName(i, raw.Line), shorten(c.Text))
		}
	}
	return ""
}

// settle draws the conclusions from the facts.
func (s *Sheet) settle(ctx context.Context, f *facts) error {
	if s.order == "" {
		s.order = f.orders.order()
	}
	s.notice(f)
	if err := s.findTwice(ctx, f); err != nil {
		return err
	}
	if merged, ok := s.Table.Merged(); ok {
		s.merged = s.hiding(merged)
	}
	// Each date may have been readable by itself, and yet not be one that goes with the others.
	s.Clean = s.Clean && len(s.twice) == 0 && len(s.merged) == 0 && s.order != bothOrders
	s.warn(f)
	return nil
}

// notice says how dates are read: in which time zone, and in which order if the column told.
func (s *Sheet) notice(f *facts) {
	c, ok := s.Binding.Columns[ArchiveStartDate]
	if !ok {
		return
	}
	column := fmt.Sprintf("dates in column %s %q", sheet.ColumnName(c), s.Table.Header[c])
	first := map[DateOrder]string{DayFirst: "the day", MonthFirst: "the month"}[s.order]
	switch {
	case f.decided != "" && first != "":
		s.Notices = append(s.Notices, Remark{DatesDecided, fmt.Sprintf(
			"%s are read with %s first, as %s shows, and in %s; --date-order and --time-zone say it otherwise", column, first, f.decided, s.zone), c})
	case s.Options.Zone == "":
		s.Notices = append(s.Notices, Remark{DatesZone, fmt.Sprintf("%s that name no time zone are in UTC; --time-zone says it otherwise", column), c})
	}
}

// findTwice finds the rows of each address that is there more than once. Different addresses may have the same hash, so the
// suspects are looked at by name.
func (s *Sheet) findTwice(ctx context.Context, f *facts) error {
	s.twice = map[string][]int{}
	if len(f.suspects) == 0 {
		return nil
	}
	sort := sorter{s: s}
	for raw, err := range s.rows(ctx) {
		if err != nil {
			return err
		}
		if raw.Blank() || sort.kind(raw) != "" {
			continue
		}
		email := s.address(raw)
		if _, ok := f.suspects[maphash.String(f.seed, email)]; ok && email != "" {
			s.twice[email] = append(s.twice[email], raw.Line)
		}
	}
	maps.DeleteFunc(s.twice, func(_ string, lines []int) bool { return len(lines) < 2 })
	return nil
}

// warn says what is to be known of the sheet as a whole.
func (s *Sheet) warn(f *facts) {
	t := s.Table
	add := func(code Code, column int, format string, args ...any) {
		s.Warnings = append(s.Warnings, Remark{code, fmt.Sprintf(format, args...), column})
	}
	if t.Guessed && f.foreign != "" {
		add(EncodingGuessed, -1, "the text is not UTF-8 and is read as %s: %s; if that looks wrong, name the encoding with --encoding", t.Encoding, f.foreign)
	}
	if len(t.Others) > 0 {
		add(OtherSheets, -1, "there are addresses in worksheets that are not read: %s; --sheet reads another one", quoted(t.Others))
	}
	if s.Hidden > 0 {
		add(HiddenRows, -1, "%s in the spreadsheet and read like the others; --skip-hidden leaves them out", plural(s.Hidden, "row is hidden", "rows are hidden"))
	}
	for _, c := range t.HiddenColumns {
		if slices.Contains(s.read, c) {
			add(HiddenColumn, c, "column %s %q is hidden in the spreadsheet and used like the others", sheet.ColumnName(c), t.Header[c])
		}
	}
	if s.Beside > 0 {
		add(CellsBeside, -1, "%s to the right of the table, the first in row %d: left out of the results too", plural(s.Beside, "cell stands", "cells stand"), f.beside)
	}
	const few = 3
	if f.passwords >= few {
		add(OnePassword, s.Binding.Columns[Password], "all %d people have the same password", f.passwords)
	}
	if c, ok := s.Binding.Columns[Password]; ok && !s.Secrets && slices.ContainsFunc(t.Header, IsResultHeading) {
		add(NoPasswords, c, "column %s %q gives nobody a password: results and annotated sheets are written without them", sheet.ColumnName(c), t.Header[c])
	}
	s.Warnings = append(s.Warnings, s.Binding.Warnings...)
	if len(t.HiddenSheets) > 0 {
		s.Notices = append(s.Notices, Remark{HiddenSheets, "hidden worksheets are not read: " + quoted(t.HiddenSheets), -1})
	}
	s.Notices = append(s.Notices, s.Binding.Notices...)
}

func quoted(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("%q", n))
	}
	return strings.Join(out, ", ")
}

// andMore lists words, and says how many more there are if any.
func andMore(words []string, more int) string {
	list := strings.Join(words, ", ")
	if more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
