package batch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mimebatch/batch/sheet"
)

// Binding says which column holds which field.
type Binding struct {
	Columns map[Field]int // field to column, from 0
	Secret  []int         // columns that hold or may hold passwords, the password column among them
	// Warnings name what is not used and may have been meant to be.
	Warnings []string

	hasResults bool // the sheet is the results of an older run
}

// Unused returns the columns that no field is bound to, from 0, those of an older run's results left out.
func (b *Binding) Unused(header []string) []int {
	used := map[int]bool{}
	for _, c := range b.Columns {
		used[c] = true
	}
	var out []int
	for i, h := range header {
		if !used[i] && !IsResultHeading(h) {
			out = append(out, i)
		}
	}
	return out
}

// HeaderScore tells how many fields a line names if it is a header that can be bound, which takes a column
// for the address; else 0. It is what [sheet.Options] asks for.
func HeaderScore(cells []string) int {
	seen := map[Field]bool{}
	address := false
	for _, c := range cells {
		f := fieldOf(c)
		if f == "" || IsResultHeading(c) {
			continue
		}
		seen[f] = true
		address = address || f == Email || isUserName(c)
	}
	if !address {
		return 0
	}
	return len(seen)
}

// bindError is a header that cannot be bound.
type bindError struct{ msg, hint string }

func (e *bindError) Error() string { return e.msg }
func (e *bindError) Hint() string  { return e.hint }

// bind matches the header of t to fields. Where a heading alone doesn't tell, it reads the column's cells.
func bind(ctx context.Context, t *sheet.Table) (*Binding, error) {
	candidates := map[Field][]int{}
	b := &Binding{Columns: map[Field]int{}}
	for i, h := range t.Header {
		f := fieldOf(h)
		if looksSecret(h) {
			b.Secret = append(b.Secret, i)
			if f != Password {
				b.warn("column %s %q may hold passwords: its cells are left out of the results", sheet.ColumnName(i), h)
			}
		}
		if IsResultHeading(h) {
			b.hasResults = true
			continue
		}
		if f != "" {
			candidates[f] = append(candidates[f], i)
		} else if near := nearField(h); near != "" {
			b.warn("column %s %q is not used: did you mean %q?", sheet.ColumnName(i), h, near)
		}
	}
	if err := b.settleUserName(ctx, t, candidates); err != nil {
		return nil, err
	}
	if err := b.settleAction(ctx, t, candidates); err != nil {
		return nil, err
	}
	for _, i := range fields {
		cols := candidates[i.Field]
		slices.Sort(cols)
		switch len(cols) {
		case 0:
		case 1:
			b.Columns[i.Field] = cols[0]
		default:
			return nil, &bindError{
				msg:  fmt.Sprintf("which column is %s: %s?", i.Field, headings(t, cols)),
				hint: "rename the heading of the column that is not meant, or remove the column",
			}
		}
	}
	if _, ok := b.Columns[Email]; !ok {
		return nil, &bindError{
			msg:  fmt.Sprintf("no column for the e-mail address in the header on line %d", t.HeaderLine),
			hint: `name one column "email"`,
		}
	}
	return b, nil
}

func (b *Binding) warn(format string, args ...any) {
	b.Warnings = append(b.Warnings, fmt.Sprintf(format, args...))
}

// settleUserName decides what a "user name" column is: the address if most of its cells are addresses, else the display name.
func (b *Binding) settleUserName(ctx context.Context, t *sheet.Table, candidates map[Field][]int) error {
	var names []int
	for _, i := range candidates[Username] {
		if !isUserName(t.Header[i]) {
			names = append(names, i)
			continue
		}
		filled, addresses := 0, 0
		for row, err := range t.Rows(ctx) {
			if err != nil {
				return err
			}
			if row.Fault != nil {
				continue // its cells may have moved
			}
			if i < len(row.Cells) && trim(row.Cells[i].Text) != "" {
				filled++
				if strings.Contains(row.Cells[i].Text, "@") {
					addresses++
				}
			}
		}
		if addresses*2 > filled {
			candidates[Email] = append(candidates[Email], i)
			b.warn("column %s %q holds addresses: it is taken for the e-mail address", sheet.ColumnName(i), t.Header[i])
			continue
		}
		names = append(names, i)
	}
	candidates[Username] = names
	return nil
}

// settleAction binds an action column only if its cells are actions: HR exports have "Action: Hire" columns.
func (b *Binding) settleAction(ctx context.Context, t *sheet.Table, candidates map[Field][]int) error {
	var keep []int
	for _, i := range candidates[ActionField] {
		actions, other := 0, ""
		for row, err := range t.Rows(ctx) {
			if err != nil {
				return err
			}
			if row.Fault != nil || i >= len(row.Cells) || trim(row.Cells[i].Text) == "" {
				continue
			}
			if _, ok := ParseMode(row.Cells[i].Text); ok {
				actions++
			} else if other == "" {
				other = fmt.Sprintf("%s holds %q", sheet.CellName(i, row.Line), shorten(row.Cells[i].Text))
			}
		}
		if other == "" {
			keep = append(keep, i)
			continue
		}
		also := ""
		if actions > 0 {
			also = fmt.Sprintf("; the %d cells that hold one of these are not followed either", actions)
		}
		b.warn("column %s %q is kept but not used: %s, which is not create, update, upsert or skip%s", sheet.ColumnName(i), t.Header[i], other, also)
	}
	candidates[ActionField] = keep
	return nil
}

func headings(t *sheet.Table, cols []int) string {
	var parts []string
	for _, c := range cols {
		parts = append(parts, fmt.Sprintf("%s %q", sheet.ColumnName(c), t.Header[c]))
	}
	return strings.Join(parts, " or ")
}

// shorten cuts a cell's text to what fits a message.
func shorten(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
