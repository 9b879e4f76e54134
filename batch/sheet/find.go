package sheet

import "context"

// commas are the separators that are tried, the likelier ones first.
const commas = ",;\t|"

// findInCSV finds the separator and the header: the separator with which a line looks most like a header, or else with which
// most lines have the same number of cells.
func (t *Table) findInCSV(ctx context.Context, o Options) (*search, error) {
	if o.Sheet != "" {
		return nil, &NoSheetError{Name: o.Sheet}
	}
	var best *search
	var bestErr error
	for i := range len(commas) {
		src, err := openCSV(t.Path, commas[i])
		if err != nil {
			return nil, err
		}
		s, err := findHeader(ctx, src, o.Header)
		src.close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if best == nil || s.score > best.score || s.score == best.score && s.agreement() > best.agreement() {
			best, bestErr = s, err
			t.Comma = src.csv.Comma
		}
	}
	t.open = func() (source, error) { return openCSV(t.Path, byte(t.Comma)) }
	switch {
	case best.score > 0:
		return best, nil // what is broken behind the header the pass will find again
	case bestErr != nil:
		return nil, bestErr
	}
	return nil, &NoHeaderError{Lines: best.seen}
}

// hit is a worksheet that has a header.
type hit struct {
	worksheet
	*search
	hiddenColumns []int
}

// findInWorkbook finds the worksheet and the header.
func (t *Table) findInWorkbook(ctx context.Context, o Options) (*search, error) {
	c, err := openContainer(t.Path)
	if err != nil {
		return nil, err
	}
	defer c.close()
	book, err := openWorkbook(ctx, c)
	if err != nil {
		return nil, err
	}
	groups, err := book.candidates(o.Sheet)
	if err != nil {
		return nil, err
	}
	none := &NoHeaderError{Sheet: o.Sheet}
	for i, sheets := range groups {
		var hits []hit
		for _, ws := range sheets {
			h, err := t.searchWorksheet(ctx, ws, book, o)
			if err != nil {
				return nil, err
			}
			if h.score > 0 {
				hits = append(hits, h)
			} else if none.Lines == nil {
				none.Lines = h.seen
			}
		}
		switch {
		case len(hits) > 1:
			ambiguous := &AmbiguousSheetError{}
			for _, h := range hits {
				ambiguous.Sheets = append(ambiguous.Sheets, h.name)
			}
			return nil, ambiguous
		case len(hits) == 1 && i > 0:
			return nil, &HiddenSheetError{Sheet: hits[0].name}
		case len(hits) == 1:
			h := hits[0]
			t.Sheet, t.HiddenColumns = h.name, h.hiddenColumns
			t.open = func() (source, error) { return openWorksheet(t.Path, h.part, book) }
			return h.search, nil
		}
	}
	return nil, none
}

func (t *Table) searchWorksheet(ctx context.Context, ws worksheet, book *workbook, o Options) (hit, error) {
	src, err := openWorksheet(t.Path, ws.part, book)
	if err != nil {
		return hit{}, err
	}
	defer src.close()
	s, err := findHeader(ctx, src, o.Header)
	if err != nil {
		return hit{}, err
	}
	h := hit{worksheet: ws, search: s}
	for _, col := range src.rows.hidden {
		if col < len(s.header) {
			h.hiddenColumns = append(h.hiddenColumns, col)
		}
	}
	return h, nil
}
