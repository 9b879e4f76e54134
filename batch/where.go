package batch

import (
	"cmp"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch/sheet"
)

// Where is a condition on the cells of a row, such as
//
//	start_date <= today and (department in ('Sales', 'Support') or not [Cost centre] is blank)
//
// A column is named by its heading, in brackets if that is more than a word or is one of the words that mean something here;
// capitals, accents, blanks and punctuation of the heading don't matter. It is compared, by = != < <= > or >=, with
//
//   - a text in single or double quotes, in which the quote itself is doubled: capitals and blanks around it don't matter
//   - a number, such as 20 or -0.5
//   - a date, such as 2026-12-31, or today, today+7, today-7: the time of day doesn't matter
//
// Or it is held against several by in and not in, or asked for by "is blank" and "is not blank". Not goes before and, and before or.
//
// A cell that is no number or date where one is asked for meets no condition and its opposite neither: its row is not taken.
type Where struct {
	root  condition
	today int // as days are counted
	order DateOrder
}

// WhereError says what is wrong with a condition.
type WhereError struct {
	At      int // the character, from 1
	Msg     string
	Columns []string // that there are
}

func (e *WhereError) Error() string { return fmt.Sprintf("character %d: %s", e.At, e.Msg) }

// Hint tells what to do.
func (e *WhereError) Hint() string {
	const most = 40
	var names []string
	for _, c := range e.Columns[:min(most, len(e.Columns))] {
		if trim(c) != "" {
			names = append(names, bracketed(c))
		}
	}
	return "the columns are " + andMore(names, len(e.Columns)-most)
}

// ParseWhere reads a condition on the rows of a sheet with this header, on that day. The order is that of day and month in the
// sheet's dates, "" if it isn't known. Its error is a *[WhereError].
func ParseWhere(text string, header []string, order DateOrder, today time.Time) (*Where, error) {
	p := whereParser{header: header, whole: text}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Where{root: root, today: dayOf(today), order: order}, nil
}

// String writes the condition as [ParseWhere] reads it.
func (w *Where) String() string { return w.root.String() }

// Selection is rows that meet a condition.
type Selection struct {
	Rows int // how many there are
	// Unread is how many rows don't meet it because a cell is no number or date, and UnreadAt the first 100 such cells.
	Unread   int
	UnreadAt []string

	bits []uint64
}

// Has tells whether a row of the run is among them.
func (s *Selection) Has(row int) bool {
	return row/64 < len(s.bits) && s.bits[row/64]&(1<<(row%64)) != 0
}

func (s *Selection) add(row int) {
	for row/64 >= len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	s.bits[row/64] |= 1 << (row % 64)
	s.Rows++
}

// Select returns those of the rows that meet the condition.
func (w *Where) Select(rows iter.Seq2[RowResult, error]) (*Selection, error) {
	s := &Selection{}
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		at := &cursor{cells: r.Cells, today: w.today, order: w.order, unread: -1}
		switch w.root.meets(at) {
		case isTrue:
			s.add(r.N)
		case isUnsure:
			if at.unread < 0 {
				break // blank
			}
			if s.Unread++; s.Unread <= 100 {
				s.UnreadAt = append(s.UnreadAt, sheet.CellName(at.unread, r.Line))
			}
		}
	}
	return s, nil
}

// truth is what a row says to a condition.
type truth int8

const (
	isFalse truth = iota
	isUnsure
	isTrue
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// cursor is a row under a condition.
type cursor struct {
	cells  []sheet.Cell
	today  int
	order  DateOrder
	unread int // the column of a cell that is not what is asked for, -1 for none
}

func (c *cursor) cell(column int) sheet.Cell {
	if column < len(c.cells) {
		return c.cells[column]
	}
	return sheet.Cell{}
}

// condition is a part of a Where.
type condition interface {
	meets(*cursor) truth
	String() string
}

type (
	either  []condition // one of them
	both    []condition // all of them
	inverse struct{ of condition }
	// compared is a comparison of a column with a value.
	compared struct {
		column column
		sign   string
		value  value
	}
	// among is the search of a column's cell among values.
	among struct {
		column column
		values []value
	}
	empty struct{ column column }
)

// column is one of the sheet's.
type column struct {
	index   int // from 0
	heading string
}

func (c column) String() string { return bracketed(c.heading) }

func bracketed(heading string) string { return "[" + strings.ReplaceAll(heading, "]", "]]") + "]" }

func (e either) meets(at *cursor) truth {
	best := isFalse
	for _, c := range e {
		best = max(best, c.meets(at))
	}
	return best
}

func (b both) meets(at *cursor) truth {
	worst := isTrue
	for _, c := range b {
		worst = min(worst, c.meets(at))
	}
	return worst
}

func (i inverse) meets(at *cursor) truth { return isTrue - i.of.meets(at) }

func (c compared) meets(at *cursor) truth {
	order, known := c.value.order(at, c.column.index)
	switch {
	case !known:
		return isUnsure
	case order < 0:
		return truthOf(c.sign == "<" || c.sign == "<=" || c.sign == "!=")
	case order > 0:
		return truthOf(c.sign == ">" || c.sign == ">=" || c.sign == "!=")
	}
	return truthOf(c.sign == "=" || c.sign == "<=" || c.sign == ">=")
}

func (a among) meets(at *cursor) truth {
	best := isFalse
	for _, v := range a.values {
		best = max(best, compared{a.column, "=", v}.meets(at))
	}
	return best
}

func (e empty) meets(at *cursor) truth { return truthOf(trim(at.cell(e.column.index).Text) == "") }

func (e either) String() string   { return joined(e, " or ") }
func (b both) String() string     { return joined(b, " and ") }
func (i inverse) String() string  { return "not " + enclosed(i.of) }
func (c compared) String() string { return c.column.String() + " " + c.sign + " " + c.value.String() }
func (e empty) String() string    { return e.column.String() + " is blank" }

func (a among) String() string {
	values := make([]string, len(a.values))
	for i, v := range a.values {
		values[i] = v.String()
	}
	return a.column.String() + " in (" + strings.Join(values, ", ") + ")"
}

func joined(conditions []condition, by string) string {
	parts := make([]string, len(conditions))
	for i, c := range conditions {
		parts[i] = enclosed(c)
	}
	return strings.Join(parts, by)
}

// enclosed writes a condition that is to be read as one.
func enclosed(c condition) string {
	switch c.(type) {
	case either, both:
		return "(" + c.String() + ")"
	}
	return c.String()
}

// value is what a column is compared with: a text, a number, a day, or a day counted from today.
type value struct {
	kind   valueKind
	text   string
	number float64
	days   int // since 1970, or from today
}

type valueKind int8

const (
	textValue valueKind = iota
	numberValue
	dayValue
	todayValue
)

func (v value) String() string {
	switch v.kind {
	case textValue:
		return "'" + strings.ReplaceAll(v.text, "'", "''") + "'"
	case numberValue:
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	case dayValue:
		return time.Unix(int64(v.days)*secondsOfDay, 0).UTC().Format(time.DateOnly)
	}
	if v.days == 0 {
		return "today"
	}
	return fmt.Sprintf("today%+d", v.days)
}

// order compares a cell with the value. It is not known if the cell is not of its kind.
func (v value) order(at *cursor, column int) (order int, known bool) {
	c := at.cell(column)
	switch v.kind {
	case textValue:
		return cmp.Compare(plainly(c.Text), plainly(v.text)), true
	case numberValue:
		if n, ok := numberIn(c); ok {
			return cmp.Compare(n, v.number), true
		}
	default:
		if day, ok := dayIn(c, at.order); ok {
			other := v.days
			if v.kind == todayValue {
				other += at.today
			}
			return cmp.Compare(day, other), true
		}
	}
	if at.unread < 0 && trim(c.Text) != "" {
		at.unread = column
	}
	return 0, false
}

// plainly is a text without what doesn't matter in comparing it.
func plainly(s string) string { return norm.NFC.String(lower(trim(s))) }

// numberIn reads a cell as a number in plain digits, as spreadsheets keep them.
func numberIn(c sheet.Cell) (float64, bool) {
	s := trim(c.Text)
	if c.Kind != sheet.Number && c.Kind != sheet.Text || strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

const secondsOfDay = 24 * 60 * 60

// dayIn reads a cell as a date in a form that leaves no doubt, but for what the order settles.
func dayIn(c sheet.Cell, order DateOrder) (days int, ok bool) {
	text, _ := readDate(c, order, nil)
	if text == "" {
		return 0, false
	}
	t, err := time.Parse(DateLayout, text)
	return dayOf(t), err == nil
}

// dayOf counts the day that t shows, from 1970.
func dayOf(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}
