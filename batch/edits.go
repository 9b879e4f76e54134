package batch

import (
	"cmp"
	"context"
	"hash/maphash"
	"iter"
	"slices"

	"mimebatch/batch/sheet"
)

// SheetEdits is how a sheet differs from what a run holds of it. Passwords are not among what a run holds: whether they were
// changed can't be told. Neither can cells of columns that only one of the two has.
type SheetEdits struct {
	Added, Removed, Edited int       // rows
	Rows                   []RowEdit // the first of these rows in the order of the sheet, those that were removed last
	NewColumns             []string  // headings that the run doesn't have
	LostColumns            []string  // headings that the sheet doesn't have
}

// RowEdit is a row that was added, removed or edited.
type RowEdit struct {
	Line  int // in the sheet, 0 if it was removed
	Was   int // its line when the plan was made, 0 if it was added
	Email string
	Cells []CellEdit // those of an edited row that differ
}

// CellEdit is a cell of an edited row, both texts shortened.
type CellEdit struct {
	Heading       string
	Before, After string
}

// CompareSheet tells how a sheet differs from the rows of a run, the first few of them by their cells. A row is known by its
// address. One whose address is gone is the row that stands on its line now if nothing but the address differs: it was corrected.
// It ranges over the rows twice, and holds a few numbers of each. Only the plan of a whole sheet tells which rows were added.
func CompareSheet(ctx context.Context, run Run, rows iter.Seq2[RowResult, error], s *Sheet, most int) (SheetEdits, error) {
	p := newPairing(run, s)
	if err := p.pair(ctx, rows, func(RowResult) *unfinished { return nil }); err != nil {
		return SheetEdits{}, err
	}
	return p.edits(ctx, rows, most, func(pastRow) bool { return true }, run.Kind == OfSheet)
}

// pairing is which rows of a run and of a sheet are the same.
type pairing struct {
	run     Run
	sheet   *Sheet
	columns []place // that both have
	seed    maphash.Seed
	past    map[rowHash]pastRow
	added   map[int]cellHash // lines of the sheet whose address the run doesn't have
}

// place is where a column or a line was in the run and is in the sheet.
type place struct{ was, is int }

// rowKey is the address of a row, and the line of those that have none or one that an earlier row has too.
type rowKey struct {
	email string
	line  int
}

// rowHash stands for a rowKey: of a million rows, the texts would take more room than all the rest.
type rowHash uint64

// pastRow is a row of the run.
type pastRow struct {
	left      *unfinished
	line, now int32 // in the run, and in the sheet, 0 if it isn't there
	cells     cellHash
	edited    bool
}

// cellHash stands for the cells of a row in the columns that both have: all of them, and all but the address.
type cellHash struct{ all, rest uint32 }

func newPairing(run Run, s *Sheet) *pairing {
	p := &pairing{run: run, sheet: s, seed: maphash.MakeSeed(), past: map[rowHash]pastRow{}, added: map[int]cellHash{}}
	taken := map[int]bool{}
	for was, heading := range run.Header {
		for is, h := range s.Table.Header {
			if h == heading && !taken[is] {
				taken[is] = true
				if !slices.Contains(s.Binding.Secret, is) {
					p.columns = append(p.columns, place{was, is})
				}
				break
			}
		}
	}
	return p
}

// pair reads the rows of the run and of the sheet; left tells what is unfinished of a row of the run.
func (p *pairing) pair(ctx context.Context, rows iter.Seq2[RowResult, error], left func(RowResult) *unfinished) error {
	for r, err := range rows {
		if err != nil {
			return err
		}
		key := p.row(rowKey{email: r.Email})
		if _, twice := p.past[key]; twice || r.Email == "" {
			key = p.row(rowKey{r.Email, r.Line})
		}
		p.past[key] = pastRow{line: int32(r.Line), left: left(r), cells: p.hash(func(c place) string { return cellText(r.Cells, c.was) })}
	}
	for row, err := range p.sheet.All(ctx) {
		if err != nil {
			return err
		}
		key := p.row(rowKey{email: row.Email})
		was, known := p.past[key]
		if row.Email == "" || known && was.now != 0 {
			key = p.row(rowKey{row.Email, row.Line})
			was, known = p.past[key]
		}
		cells := p.hash(func(c place) string { return cellText(row.Cells, c.is) })
		if !known {
			p.added[row.Line] = cells
			continue
		}
		was.now, was.edited = int32(row.Line), was.cells != cells
		p.past[key] = was
	}
	for key, was := range p.past {
		if corrected, ok := p.added[int(was.line)]; ok && was.now == 0 && corrected.rest == was.cells.rest {
			delete(p.added, int(was.line))
			was.now, was.edited = was.line, true
			p.past[key] = was
		}
	}
	return nil
}

func (p *pairing) row(key rowKey) rowHash { return rowHash(maphash.Comparable(p.seed, key)) }

func (p *pairing) hash(text func(place) string) cellHash {
	var all, rest maphash.Hash
	all.SetSeed(p.seed)
	rest.SetSeed(p.seed)
	for _, c := range p.columns {
		cell := text(c)
		all.WriteString(cell)
		all.WriteByte(0)
		if c.is != p.sheet.Binding.Columns[Email] {
			rest.WriteString(cell)
			rest.WriteByte(0)
		}
	}
	return cellHash{uint32(all.Sum64()), uint32(rest.Sum64())}
}

// edits counts what is different about the rows of the run that of accepts, and tells the first of them.
func (p *pairing) edits(ctx context.Context, rows iter.Seq2[RowResult, error], most int, of func(pastRow) bool, added bool) (SheetEdits, error) {
	var e SheetEdits
	for i, h := range p.sheet.Table.Header {
		if !IsResultHeading(h) && h != "" && !slices.Contains(p.run.Header, h) && !slices.Contains(p.sheet.Binding.Secret, i) {
			e.NewColumns = append(e.NewColumns, h)
		}
	}
	for _, h := range p.run.Header {
		if !IsResultHeading(h) && h != "" && !slices.Contains(p.sheet.Table.Header, h) {
			e.LostColumns = append(e.LostColumns, h)
		}
	}
	var lines []place // 0 for none
	for _, was := range p.past {
		switch {
		case !of(was) || was.now != 0 && !was.edited:
			continue
		case was.now == 0:
			e.Removed++
		default:
			e.Edited++
		}
		lines = append(lines, place{int(was.line), int(was.now)})
	}
	if added {
		for line := range p.added {
			e.Added++
			lines = append(lines, place{0, line})
		}
	}
	slices.SortFunc(lines, func(a, b place) int {
		if gone := cmp.Compare(min(b.is, 1), min(a.is, 1)); gone != 0 {
			return gone
		}
		return cmp.Or(cmp.Compare(a.is, b.is), cmp.Compare(a.was, b.was))
	})
	lines = lines[:min(most, len(lines))]
	if len(lines) == 0 {
		return e, nil
	}
	var err error
	e.Rows, err = p.detail(ctx, rows, lines)
	return e, err
}

// detail tells the rows on these lines by their cells.
func (p *pairing) detail(ctx context.Context, rows iter.Seq2[RowResult, error], lines []place) ([]RowEdit, error) {
	out := make([]RowEdit, len(lines))
	was, is := map[int]int{}, map[int]int{}
	for i, l := range lines {
		out[i] = RowEdit{Line: l.is, Was: l.was}
		if l.was != 0 {
			was[l.was] = i
		}
		if l.is != 0 {
			is[l.is] = i
		}
	}
	before := make([]RowResult, len(lines))
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		if i, ok := was[r.Line]; ok {
			before[i], out[i].Email = r, r.Email
			delete(was, r.Line)
		}
		if len(was) == 0 {
			break
		}
	}
	for row, err := range p.sheet.All(ctx) {
		if err != nil {
			return nil, err
		}
		if i, ok := is[row.Line]; ok {
			out[i].Email = cmp.Or(row.Email, out[i].Email)
			if lines[i].was != 0 {
				out[i].Cells = p.cellEdits(before[i], row)
			}
			delete(is, row.Line)
		}
		if len(is) == 0 {
			break
		}
	}
	return out, nil
}

// cellEdits tells which cells of a row differ.
func (p *pairing) cellEdits(was RowResult, is Row) []CellEdit {
	var out []CellEdit
	for _, c := range p.columns {
		if before, after := cellText(was.Cells, c.was), cellText(is.Cells, c.is); before != after {
			out = append(out, CellEdit{p.sheet.Table.Header[c.is], shorten(before), shorten(after)})
		}
	}
	return out
}

// cellText returns the text of a cell, "" for one that a short row lacks.
func cellText(cells []sheet.Cell, column int) string {
	if column >= len(cells) {
		return ""
	}
	return cells[column].Text
}
