package batch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"mimebatch/batch/sheet"
)

// Sheet is a table of people: its columns are bound to fields and its rows can be read, each with all of its problems.
// A Sheet is safe for use by one goroutine at a time.
type Sheet struct {
	Table   *sheet.Table
	Binding *Binding
	// Rows is how many rows it has, blank lines left out; Blank is how many of those there are.
	Rows, Blank int
	// Hidden is how many of the rows the spreadsheet program doesn't show; they count like the others. Beside is how many
	// cells with content stand to the right of the table and are left out.
	Hidden, Beside int

	twice map[string][]int // lines of each address that more than one row has
}

// OpenSheet opens the sheet at path, binds its columns and reads it once to its end, so that a broken file is found
// before anything else happens. The worksheet name may be "": then it is the one with a header.
// Errors are *[SheetError]s, but for context errors.
func OpenSheet(ctx context.Context, path, worksheet string) (*Sheet, error) {
	t, err := sheet.Open(ctx, path, sheet.Options{Sheet: worksheet, Header: HeaderScore})
	if err != nil {
		return nil, sheetError(path, err)
	}
	for _, k := range t.Skipped {
		if k.Doubtful {
			return nil, &SheetError{
				Path: path, Msg: fmt.Sprintf("line %d looks like a person or a header, and stands above the header that was found on line %d", k.Line, t.HeaderLine),
				Fix: "give each table a sheet of its own, and let nothing but titles and notes stand above its header",
			}
		}
	}
	b, err := bind(ctx, t)
	if err != nil {
		return nil, sheetError(path, err)
	}
	s := &Sheet{Table: t, Binding: b}
	if err := s.scan(ctx); err != nil {
		return nil, sheetError(path, err)
	}
	if s.Rows == 0 {
		return nil, &SheetError{Path: path, Msg: fmt.Sprintf("no rows below the header on line %d", t.HeaderLine), Fix: "fill in at least one person"}
	}
	return s, nil
}

func sheetError(path string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if noHeader, ok := errors.AsType[*sheet.NoHeaderError](err); ok {
		return &SheetError{Path: path, Msg: noHeader.Error(), Fix: headerHint(noHeader)}
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return &SheetError{Path: path, Err: file.Err} // which names the path only once
	}
	return &SheetError{Path: path, Err: err}
}

// headerHint says what a header needs, and which of the first lines' cells was nearly it. It shows no cell: without a header
// nobody knows which of them are passwords.
func headerHint(e *sheet.NoHeaderError) string {
	for _, line := range e.Lines {
		if slices.ContainsFunc(line.Cells, func(c string) bool { return strings.Contains(c, "@") }) {
			continue // a person
		}
		for i, c := range line.Cells {
			if near := nearField(c); near != "" {
				return fmt.Sprintf("did you mean %q in %s? A header names the columns, one of them %q", near, sheet.CellName(i, line.Line), Email)
			}
		}
	}
	return fmt.Sprintf("write a line above the people that names the columns, one of them %q", Email)
}

// rows reads the table's rows. In the results of an older run it takes away the sign by which texts were kept from being
// formulas there.
func (s *Sheet) rows(ctx context.Context) iter.Seq2[sheet.Row, error] {
	if !s.Binding.hasResults || s.Table.Format != sheet.CSV {
		return s.Table.Rows(ctx)
	}
	return func(yield func(sheet.Row, error) bool) {
		for raw, err := range s.Table.Rows(ctx) {
			for i, c := range raw.Cells {
				raw.Cells[i].Text = sheet.Unescape(c.Text)
			}
			if !yield(raw, err) {
				return
			}
		}
	}
}

// scan counts the rows and finds the addresses that more than one row has.
func (s *Sheet) scan(ctx context.Context) error {
	first := map[string]int{}
	s.twice = map[string][]int{}
	for raw, err := range s.rows(ctx) {
		if err != nil {
			return err
		}
		s.Beside += raw.Right
		if raw.Blank() {
			s.Blank++
			continue
		}
		s.Rows++
		if raw.Hidden {
			s.Hidden++
		}
		if raw.Fault != nil || s.mode(raw) == Skip {
			continue
		}
		email, p := ParseAddress(s.text(raw, Email))
		if p != nil {
			continue
		}
		if line, ok := first[email]; !ok {
			first[email] = raw.Line
		} else if lines := s.twice[email]; lines == nil {
			s.twice[email] = []int{line, raw.Line}
		} else {
			s.twice[email] = append(lines, raw.Line)
		}
	}
	return nil
}

// cell returns the row's cell of a field, the zero Cell if the sheet has no such column.
func (s *Sheet) cell(raw sheet.Row, f Field) sheet.Cell {
	i, ok := s.Binding.Columns[f]
	if !ok || i >= len(raw.Cells) {
		return sheet.Cell{}
	}
	return raw.Cells[i]
}

func (s *Sheet) text(raw sheet.Row, f Field) string { return s.cell(raw, f).Text }

// mode returns the row's own action, "" for none.
func (s *Sheet) mode(raw sheet.Row) Mode {
	m, _ := ParseMode(s.text(raw, ActionField))
	return m
}

// All reads the rows in the sheet's order, each with all of its problems. An error means that the file changed or broke
// since it was opened, and comes last.
func (s *Sheet) All(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for raw, err := range s.rows(ctx) {
			if err != nil {
				yield(Row{}, sheetError(s.Table.Path, err))
				return
			}
			if raw.Blank() {
				continue
			}
			if !yield(s.check(raw), nil) {
				return
			}
		}
	}
}

// check reads one row.
func (s *Sheet) check(raw sheet.Row) Row {
	r := Row{Line: raw.Line, Cells: s.withoutSecrets(raw)}
	if raw.Fault != nil {
		r.Problems = append(r.Problems, Problem{Line: raw.Line, Column: -1, Code: RowBroken, Message: raw.Fault.Message, Hint: raw.Fault.Hint})
		return r
	}
	r.Mode = s.mode(raw)
	if r.Mode == Skip {
		r.Email, _ = ParseAddress(s.text(raw, Email))
		return r
	}
	r.Settings = Settings{}
	for _, info := range fields {
		s.read(raw, info, &r)
	}
	if others := s.twice[r.Email]; r.Email != "" && len(others) > 1 {
		r.Problems = append(r.Problems, s.duplicate(raw, r.Email, others))
	}
	slices.SortStableFunc(r.Problems, func(p, q Problem) int { return p.Column - q.Column })
	return r
}

// read reads the row's cell of one field into r.
func (s *Sheet) read(raw sheet.Row, info FieldInfo, r *Row) {
	column, ok := s.Binding.Columns[info.Field]
	if !ok && info.Field != Email {
		return
	}
	c := s.cell(raw, info.Field)
	var value string
	var p *Problem
	switch {
	case c.Kind == sheet.Error:
		p = &Problem{Code: CellError, Message: "the spreadsheet shows an error here", Hint: "mend the formula, or type the value"}
	case info.Kind == KindAddress:
		value, p = ParseAddress(c.Text)
		r.Email = value
	case trim(c.Text) == "":
		return // leave as it is
	case info.Kind == KindText:
		value, p = readText(c)
	case info.Kind == KindBool:
		value, p = readBool(c)
	case info.Kind == KindDate:
		value, p = readDate(c)
	case info.Kind == KindSecret:
		r.Password, p = readPassword(c)
	case info.Kind == KindAction:
		return // bound only if every cell is an action; taken above
	}
	if p != nil {
		p.Line, p.Column, p.Field = raw.Line, column, info.Field
		if info.Kind != KindSecret {
			p.Value = shorten(c.Text)
		}
		r.Problems = append(r.Problems, *p)
	}
	if (p == nil || p.Warning) && (info.Create || info.Update) && info.Kind != KindSecret {
		r.Settings[info.Field] = value
	}
}

func (s *Sheet) duplicate(raw sheet.Row, email string, lines []int) Problem {
	const most = 5
	var others []string
	for _, l := range lines {
		if l != raw.Line {
			others = append(others, fmt.Sprint(l))
		}
	}
	if more := len(others) - most; more > 0 {
		others = append(others[:most], fmt.Sprintf("%d more", more))
	}
	noun := "row"
	if len(others) > 1 {
		noun = "rows"
	}
	return Problem{
		Line: raw.Line, Column: s.Binding.Columns[Email], Field: Email, Code: EmailDuplicate, Value: shorten(s.text(raw, Email)),
		Message: fmt.Sprintf("the same address as on %s %s", noun, strings.Join(others, ", ")),
		Hint:    "keep the row that is right and remove the others",
	}
}

// withoutSecrets returns the row's cells with those blanked that are, or may be, passwords. In a broken row of a CSV file
// nobody knows how far they moved, so all are blanked where a password can have come to stand.
func (s *Sheet) withoutSecrets(raw sheet.Row) []sheet.Cell {
	cells := slices.Clone(raw.Cells)
	shift := 0
	if raw.Fault != nil && s.Table.Format == sheet.CSV {
		switch missing := len(s.Table.Header) - len(cells); {
		case raw.Fault.Code == sheet.FaultRagged:
			shift = max(missing, -missing)
		default:
			shift = len(cells)
		}
	}
	for _, column := range s.Binding.Secret {
		for i := max(0, column-shift); i <= column+shift && i < len(cells); i++ {
			cells[i] = sheet.Cell{}
		}
	}
	return cells
}

// Passwords reads the sheet again and returns the passwords of its rows by line.
func (s *Sheet) Passwords(ctx context.Context) (map[int]Secret, error) {
	out := map[int]Secret{}
	for r, err := range s.All(ctx) {
		if err != nil {
			return nil, err
		}
		if !r.Password.IsZero() {
			out[r.Line] = r.Password
		}
	}
	return out, nil
}
