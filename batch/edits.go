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
	Moved                  bool      // rows that both have stand in another order
}

// RowEdit is a row that was added, removed or edited.
type RowEdit struct {
	Line  int        // in the sheet, 0 if it was removed
	Was   int        // its line when the plan was made, 0 if it was added
	Email string     // its address, or the text that stands for one and can't be read
	Cells []CellEdit // those of an edited row that differ
}

// CellEdit is a cell of an edited row, both texts shortened.
type CellEdit struct {
	Heading       string
	Before, After string
}

// CompareSheet tells how a sheet differs from the rows of a run, the first few of them by their cells. A row is known by its
// address. One whose address is gone is the row that stands in its place now if its address was corrected: nothing else differs,
// and what names the person, or is in columns that mean nothing here, is there and on no other row.
// It ranges over the rows twice, and holds a few numbers of each. Only the plan of a whole sheet tells which rows were added.
func CompareSheet(ctx context.Context, run Run, rows iter.Seq2[RowResult, error], s *Sheet, most int) (SheetEdits, error) {
	p := newPairing(run, s)
	if err := p.pair(ctx, rows, func(RowResult) *unfinished { return nil }); err != nil {
		return SheetEdits{}, err
	}
	p.correct(func(pastRow) bool { return true })
	return p.edits(ctx, rows, most, func(pastRow) bool { return true }, run.Kind == OfSheet)
}

// pairing is which rows of a run and of a sheet are the same.
type pairing struct {
	run     Run
	sheet   *Sheet
	columns []sharedColumn
	seed    maphash.Seed
	past    map[rowHash]pastRow
	added   map[rowHash]addedRow
	retried map[int32]*unfinished // what other retries of the run did of those that were added, by line
	moved   bool
}

// sharedColumn is a column that both have.
type sharedColumn struct {
	place
	address bool
	tells   bool // who a row is
}

// place is where a column or a line was in the run and is in the sheet.
type place struct{ was, is int }

func wasAt(p place) int { return p.was }
func isAt(p place) int  { return p.is }

// rowKey is the address of a row, and the line of those that have none or one that an earlier row has too.
type rowKey struct {
	email string
	line  int
}

// rowHash stands for a rowKey: of a million rows, the texts would take more room than all the rest.
type rowHash uint64

// pastRow is a row of the run.
type pastRow struct {
	left              *unfinished
	n                 int32 // its place in the run
	line, now         int32 // in the run, and in the sheet, 0 if it isn't there
	cells             cellHash
	edited, corrected bool // corrected is its address
}

// addedRow is a row of the sheet that the run doesn't have.
type addedRow struct {
	n     int32 // its place among the rows of the sheet
	line  int32
	cells cellHash
	old   bool // a run that this one is a retry of had it
}

// cellHash stands for the cells of a row in the columns that both have: all of them, all but the address, and those that tell who
// the row is, 0 if they are blank.
type cellHash struct{ all, rest, who uint32 }

func newPairing(run Run, s *Sheet) *pairing {
	p := &pairing{run: run, sheet: s, seed: maphash.MakeSeed(), past: map[rowHash]pastRow{}, added: map[rowHash]addedRow{}, retried: map[int32]*unfinished{}}
	settings := map[int]bool{}
	for f, column := range s.Binding.Columns {
		settings[column] = f != Username
	}
	taken := map[int]bool{}
	for was, heading := range run.Header {
		for is, h := range s.Table.Header {
			if h == heading && !taken[is] {
				taken[is] = true
				if !slices.Contains(s.Binding.Secret, is) {
					tells := !settings[is] && !IsResultHeading(h)
					p.columns = append(p.columns, sharedColumn{place{was, is}, is == s.Binding.Columns[Email], tells})
				}
				break
			}
		}
	}
	return p
}

// pair reads the rows of the run and of the sheet, and pairs them by their addresses; left tells what is unfinished of a row of
// the run.
func (p *pairing) pair(ctx context.Context, rows iter.Seq2[RowResult, error], left func(RowResult) *unfinished) error {
	for r, err := range rows {
		if err != nil {
			return err
		}
		key := p.row(rowKey{email: r.Email})
		if _, twice := p.past[key]; twice || r.Email == "" {
			key = p.row(rowKey{r.Email, r.Line})
		}
		p.past[key] = pastRow{n: int32(r.N), line: int32(r.Line), left: left(r), cells: p.hash(r.Cells, wasAt)}
	}
	n, last := int32(0), int32(0)
	for row, err := range p.sheet.All(ctx) {
		if err != nil {
			return err
		}
		n++
		key := p.row(rowKey{email: row.Email})
		was, known := p.past[key]
		if row.Email == "" || known && was.now != 0 {
			key = p.row(rowKey{row.Email, row.Line})
			was, known = p.past[key]
		}
		cells := p.hash(row.Cells, isAt)
		if !known {
			if _, twice := p.added[key]; twice {
				key = p.row(rowKey{row.Email, row.Line})
			}
			p.added[key] = addedRow{n: n, line: int32(row.Line), cells: cells}
			continue
		}
		p.moved = p.moved || was.line < last
		last = was.line
		was.now, was.edited = int32(row.Line), was.cells != cells
		p.past[key] = was
	}
	return nil
}

// recall reads the rows of a run before this one: what it did is added to the rows that are unfinished, and a row that it has is
// none that was added, if it is an origin, one that this run is a retry of. Another retry may have it for an address that was
// corrected, and what it did of that is kept.
func (p *pairing) recall(rows iter.Seq2[RowResult, error], origin bool, left func(RowResult) *unfinished) error {
	for r, err := range rows {
		if err != nil {
			return err
		}
		key, byLine := p.row(rowKey{email: r.Email}), p.row(rowKey{r.Email, r.Line})
		if r.Email == "" {
			key = byLine
		}
		for _, k := range []rowHash{key, byLine} {
			if row, ok := p.added[k]; ok {
				if !origin {
					p.retried[row.line] = cmp.Or(p.retried[row.line], untouched).after(left(r))
					continue
				}
				row.old = true
				p.added[k] = row
			}
		}
		if was := p.past[key]; was.left != nil {
			was.left = was.left.after(left(r))
			p.past[key] = was
		}
	}
	return nil
}

// correct pairs the rows of the run that of accepts and whose address is gone with those that stand in their place now, where no more
// than the address seems to be corrected. That is their line, or their place among the rows: results that are handed in as the sheet
// have lost the lines between.
func (p *pairing) correct(of func(pastRow) bool) {
	onLine, inOrder := map[int32]rowHash{}, map[int32]rowHash{} // those that are gone
	like := map[uint32]int{}                                    // how many rows say the same of who they are as one of these
	for key, was := range p.past {
		if was.now == 0 && was.cells.who != 0 && of(was) {
			onLine[was.line], inOrder[was.n] = key, key
			like[was.cells.who] = 0
		}
	}
	if len(like) == 0 {
		return
	}
	count := func(c cellHash) {
		if n, ok := like[c.who]; ok {
			like[c.who] = n + 1
		}
	}
	for _, was := range p.past {
		count(was.cells)
	}
	for _, row := range p.added {
		count(row.cells)
	}
	for key, row := range p.added {
		for _, old := range []rowHash{onLine[row.line], inOrder[row.n]} {
			if was, ok := p.past[old]; ok && !row.old && was.now == 0 && was.cells.rest == row.cells.rest && like[was.cells.who] == 2 {
				delete(p.added, key)
				was.now, was.edited, was.corrected = row.line, true, true
				p.past[old] = was
				break
			}
		}
	}
}

func (p *pairing) row(key rowKey) rowHash { return rowHash(maphash.Comparable(p.seed, key)) }

func (p *pairing) hash(cells []sheet.Cell, at func(place) int) cellHash {
	var all, rest, who maphash.Hash
	all.SetSeed(p.seed)
	rest.SetSeed(p.seed)
	who.SetSeed(p.seed)
	told := false
	for _, c := range p.columns {
		cell := cellText(cells, at(c.place))
		all.WriteString(cell)
		all.WriteByte(0)
		if !c.address {
			rest.WriteString(cell)
			rest.WriteByte(0)
		}
		if c.tells {
			told = told || trim(cell) != ""
			who.WriteString(cell)
			who.WriteByte(0)
		}
	}
	h := cellHash{all: uint32(all.Sum64()), rest: uint32(rest.Sum64())}
	if told {
		h.who = max(1, uint32(who.Sum64()))
	}
	return h
}

// edits counts what is different about the rows of the run that of accepts, and tells the first of them.
func (p *pairing) edits(ctx context.Context, rows iter.Seq2[RowResult, error], most int, of func(pastRow) bool, added bool) (SheetEdits, error) {
	e := SheetEdits{Moved: p.moved}
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
		for _, row := range p.added {
			e.Added++
			lines = append(lines, place{0, int(row.line)})
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
			before[i], out[i].Email = r, cmp.Or(r.Email, p.address(r.Cells, wasAt))
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
			out[i].Email = cmp.Or(row.Email, out[i].Email, p.address(row.Cells, isAt))
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

// address returns the text of the cell that an address stands in.
func (p *pairing) address(cells []sheet.Cell, at func(place) int) string {
	for _, c := range p.columns {
		if c.address {
			return shorten(trim(cellText(cells, at(c.place))))
		}
	}
	return ""
}

// cellText returns the text of a cell, "" for one that a short row lacks.
func cellText(cells []sheet.Cell, column int) string {
	if column >= len(cells) {
		return ""
	}
	return cells[column].Text
}
