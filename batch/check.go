package batch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"mimebatch/batch/sheet"
)

// Sheet is a table of people: its columns are bound to fields and its rows can be read, each with all of its problems.
// A Sheet is safe for use by one goroutine at a time.
type Sheet struct {
	Table   *sheet.Table
	Binding *Binding
	Options SheetOptions // how it is read: what the caller said, with the mapping's own options filled in
	// Rows is how many rows it has. The other lines below the header are Blank or LeftOut.
	Rows, Blank int
	LeftOut     []LeftOut
	// Hidden is how many of the rows the spreadsheet program doesn't show; they count like the others. Beside is how many
	// cells with content stand to the right of the table and are left out.
	Hidden, Beside int
	// Warnings and Notices are about the sheet as a whole, those about its columns among them.
	Warnings, Notices []Remark
	// Secrets is set if a row has a password.
	Secrets bool
	// Clean is set if no row has a problem.
	Clean bool

	readers []reader
	zone    *time.Location
	order   DateOrder
	twice   map[string][]int // lines of each address that more than one row has
	merged  []sheet.Range    // merged cells that matter, by their first line
	gap     int              // the first column of a table beside this one; 0 for none
	read    []int            // the columns that are read: of fields, and of parts of the display name
	notes   map[int]bool     // lines that are notes
}

// reader is how the cells of a field are read.
type reader struct {
	info     *FieldInfo
	column   int
	inverted bool
}

// OpenSheet opens the sheet at path, binds its columns and reads it once to its end, so that a broken file is found
// before anything else happens. Errors are *[SheetError]s, but for context errors.
func OpenSheet(ctx context.Context, path string, o SheetOptions) (*Sheet, error) {
	s, err := openSheet(ctx, path, o.merged())
	if err != nil {
		return nil, sheetError(path, err)
	}
	return s, nil
}

func openSheet(ctx context.Context, path string, o SheetOptions) (*Sheet, error) {
	s, err := bindSheet(ctx, path, o)
	if err != nil {
		return nil, err
	}
	if err := s.scan(ctx); err != nil {
		return nil, err
	}
	if s.Rows == 0 {
		return nil, s.noRows()
	}
	return s, nil
}

// bindSheet opens a sheet and binds its columns. Its rows were not looked at then.
func bindSheet(ctx context.Context, path string, o SheetOptions) (*Sheet, error) {
	zone, err := o.zone()
	if err != nil {
		return nil, err
	}
	t, err := openTable(ctx, path, o)
	if err != nil {
		return nil, err
	}
	for _, k := range t.Skipped {
		if k.Doubtful {
			return nil, &refusal{
				msg:  fmt.Sprintf("line %d looks like a person or a header, and stands above the header that was found on line %d", k.Line, t.HeaderLine),
				hint: fmt.Sprintf("if line %d is the header all the same, say so: --header-row %[1]d; else give each table a sheet of its own", t.HeaderLine),
			}
		}
	}
	b, err := bind(ctx, t, o)
	if err != nil {
		return nil, err
	}
	s := &Sheet{Table: t, Binding: b, Options: o, Clean: true, zone: zone, order: o.DateOrder, notes: map[int]bool{}}
	for i := range fields {
		info := &fields[i]
		if column, ok := b.Columns[info.Field]; ok {
			s.readers = append(s.readers, reader{info, column, b.Inverted[info.Field]})
			s.read = append(s.read, column)
		}
	}
	s.read = append(s.read, b.NameColumns()...)
	s.gap = s.findGap()
	return s, nil
}

// noRows is the error of a sheet without people. It tells of lines that were left out: they may be people after all.
func (s *Sheet) noRows() error {
	e := &refusal{msg: "no rows", hint: "fill in at least one person"}
	if s.Table.HeaderLine > 0 {
		e.msg = fmt.Sprintf("no rows below the header on line %d", s.Table.HeaderLine)
	}
	if n := len(s.LeftOut); n > 0 {
		e.hint = fmt.Sprintf("%s left out, the first of them line %d (%s); --all-rows reads them as people",
			plural(n, "line was", "lines were"), s.LeftOut[0].Line, s.LeftOut[0].Kind)
	}
	return e
}

func openTable(ctx context.Context, path string, o SheetOptions) (*sheet.Table, error) {
	if o.Input != nil {
		return sheet.OpenBytes(ctx, path, o.Input, o.table())
	}
	return sheet.Open(ctx, path, o.table())
}

func sheetError(path string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if e, ok := err.(*sheet.PathError); ok {
		err = e.Err // which doesn't name the path again
	}
	if e, ok := errors.AsType[*sheet.NoHeaderError](err); ok && e.Fault == nil && e.Asked == 0 && len(e.Lines) > 0 && e.Guessed == "" {
		return &SheetError{Path: path, Msg: e.Error(), Fix: headerHint(e)}
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
	return fmt.Sprintf("write a line above the people that names the columns, one of them %q; or name them here: --columns %[1]s,...; "+
		"or say which line it is: --header-row N, with --map FILE for what its headings mean", Email)
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
				if !slices.Contains(s.Binding.Secret, i) { // results have none: it was typed since
					raw.Cells[i].Text = sheet.Unescape(c.Text)
				}
			}
			if !yield(raw, err) {
				return
			}
		}
	}
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

// Line is a line of the sheet that isn't blank: a row, or one that is left out.
type Line struct {
	Row
	Left LineKind // why the line is left out, "" for a row; then Row has its Line and Cells only
}

// Lines reads the lines below the header that aren't blank in their order, each row with all of its problems. An error means
// that the file changed or broke since it was opened, and comes last.
func (s *Sheet) Lines(ctx context.Context) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		sort, covered := sorter{s: s}, s.covered()
		for raw, err := range s.rows(ctx) {
			if err != nil {
				yield(Line{}, sheetError(s.Table.Path, err))
				return
			}
			if raw.Blank() {
				continue
			}
			l := Line{Row: Row{Line: raw.Line, Cells: s.withoutSecrets(raw)}, Left: sort.kind(raw)}
			if l.Left == "" {
				l.Settings = Settings{}
				s.check(raw, &l.Row, covered)
				s.hideMoved(&l.Row)
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// All reads the rows in the sheet's order, each with all of its problems. An error means that the file changed or broke
// since it was opened, and comes last.
func (s *Sheet) All(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for l, err := range s.Lines(ctx) {
			if l.Left == "" && !yield(l.Row, err) {
				return
			}
		}
	}
}

// check reads one row into r, its settings only if r has room for them.
func (s *Sheet) check(raw sheet.Row, r *Row, covered *cover) {
	if raw.Fault != nil {
		r.Problems = append(r.Problems, Problem{Line: raw.Line, Column: -1, Code: RowBroken, Message: "the row is broken", Detail: raw.Fault.Message, Hint: raw.Fault.Hint})
		return
	}
	r.Mode = s.mode(raw)
	if r.Mode == Skip {
		r.Email, _ = readAddress(s.cell(raw, Email), s.Options.Domain)
		return
	}
	for i := range s.readers {
		s.readCell(raw, &s.readers[i], r)
	}
	if s.Binding.name != nil {
		s.joinName(raw, r)
	}
	if others := s.twice[r.Email]; r.Email != "" && len(others) > 1 {
		r.Problems = append(r.Problems, s.duplicate(raw, others))
	}
	r.Problems = append(r.Problems, covered.problems(raw.Line)...)
	if len(r.Problems) > 1 {
		slices.SortStableFunc(r.Problems, func(p, q Problem) int { return p.Column - q.Column })
	}
	if s.Options.Strict {
		for i := range r.Problems {
			r.Problems[i].Warning = false
		}
	}
}

// readCell reads the row's cell of one field into r.
func (s *Sheet) readCell(raw sheet.Row, from *reader, r *Row) {
	info := from.info
	var c sheet.Cell
	if from.column < len(raw.Cells) {
		c = raw.Cells[from.column]
	}
	var value string
	var p *Problem
	switch {
	case c.Kind == sheet.Error:
		p = cellError()
	case info.Kind == KindAddress:
		value, p = readAddress(c, s.Options.Domain)
		r.Email = value
	case trim(c.Text) == "":
		return // leave as it is
	case info.Kind == KindText:
		value, p = readText(c)
	case info.Kind == KindBool:
		value, p = readBool(c)
		if from.inverted {
			value = inverted(value)
		}
	case info.Kind == KindDate:
		value, p = readDate(c, s.order, s.zone)
	case info.Kind == KindSecret:
		r.Password, p = readPassword(c)
	case info.Kind == KindAction:
		return // bound only if every cell is an action; taken by check
	}
	if p != nil {
		p.Line, p.Column, p.Field = raw.Line, from.column, info.Field
		if info.Kind != KindSecret && !s.mayHaveMoved(info.Field, from.column, c.Text) {
			p.Value = shorten(c.Text)
		}
		r.Problems = append(r.Problems, *p)
	}
	if r.Settings != nil && (p == nil || p.Warning) && (info.Create || info.Update) && info.Kind != KindSecret {
		r.Settings[info.Field] = value
	}
}

// joinName joins the display name of a row from its cells.
func (s *Sheet) joinName(raw sheet.Row, r *Row) {
	name, problems := s.Binding.name.join(raw.Cells)
	for _, p := range problems {
		p.Line, p.Field, p.Value = raw.Line, Username, shorten(raw.Cells[p.Column].Text)
		r.Problems = append(r.Problems, p)
	}
	if name == "" {
		return
	}
	value, p := readText(sheet.Cell{Text: name})
	if p != nil {
		p.Line, p.Column, p.Field, p.Value = raw.Line, s.Binding.NameColumns()[0], Username, shorten(name)
		r.Problems = append(r.Problems, *p)
	}
	if r.Settings != nil && (p == nil || p.Warning) {
		r.Settings[Username] = value
	}
}

// inverted turns the value of a column that says the opposite.
func inverted(value string) string {
	switch value {
	case "true":
		return "false"
	case "false":
		return "true"
	}
	return value
}

// duplicate is the problem of a row whose address other rows have too.
func (s *Sheet) duplicate(raw sheet.Row, lines []int) Problem {
	const most = 5
	var others []string
	for _, l := range lines {
		if l != raw.Line && len(others) < most {
			others = append(others, fmt.Sprint(l))
		}
	}
	noun := "row"
	if len(others) > 1 {
		noun = "rows"
	}
	return Problem{
		Line: raw.Line, Column: s.Binding.Columns[Email], Field: Email, Code: EmailDuplicate, Value: shorten(s.text(raw, Email)),
		Message: "the address is there more than once",
		Detail:  fmt.Sprintf("also on %s %s", noun, andMore(others, len(lines)-1-len(others))),
		Hint:    "keep the row that is right and remove the others",
	}
}

// mayHaveMoved tells whether a cell that can't be read as a date or as yes or no may be a password: in a text, one comma that should
// have stood in quotes moves it to the right, and one that is missing to the left.
func (s *Sheet) mayHaveMoved(f Field, column int, text string) bool {
	const far, short = 2, 12
	info, _ := f.Info()
	if s.Table.Format != sheet.CSV || info.Kind != KindBool && info.Kind != KindDate {
		return false
	}
	letters, others, numeric := 0, 0, true
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			letters++
			numeric = false
		case r != ' ':
			others++
			numeric = numeric && strings.ContainsRune("0123456789-/.:,+", r)
		}
	}
	if numeric || others == 0 && letters <= short {
		return false // somebody's date, or somebody's words
	}
	return slices.ContainsFunc(s.Binding.Secret, func(secret int) bool { return column >= secret-1 && column <= secret+far })
}

// hideMoved blanks the cells that may be passwords that moved.
func (s *Sheet) hideMoved(r *Row) {
	for _, p := range r.Problems {
		if p.Column >= 0 && p.Column < len(r.Cells) && !p.Warning && s.mayHaveMoved(p.Field, p.Column, r.Cells[p.Column].Text) {
			r.Cells[p.Column] = sheet.Cell{}
		}
	}
}

// fieldAt returns the field of a column that is read.
func (s *Sheet) fieldAt(column int) Field {
	for _, r := range s.readers {
		if r.column == column {
			return r.info.Field
		}
	}
	return Username
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
