package sheet

import (
	"context"
	"slices"
)

// commas are the separators that are tried, the likelier ones first.
const commas = ",;\t|"

// findInCSV finds the separator and the header: the separator with which a line looks most like a header, or else with which
// most lines have the same number of cells.
func (t *Table) findInCSV(ctx context.Context, text textForm, o Options) error {
	if o.Sheet != "" {
		return &NoSheetError{Name: o.Sheet}
	}
	var best *search
	var bestErr error
	for i := range len(commas) {
		src, err := openCSV(t.in, text, commas[i])
		if err != nil {
			return err
		}
		s, err := findHeader(ctx, src, o)
		src.close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if best == nil || s.score > best.score || s.score == best.score && s.agreement() > best.agreement() {
			best, bestErr = s, err
			t.Comma = src.csv.Comma
		}
	}
	t.open = func(context.Context) (source, error) { return openCSV(t.in, text, byte(t.Comma)) }
	switch {
	case best.found():
		t.takeHeader(best) // what is broken behind the header the pass will find again
		return nil
	case bestErr != nil:
		return bestErr
	}
	e := best.noHeader()
	if text.guessed {
		e.Guessed = text.name
	}
	return e
}

// hit is a worksheet that has a header.
type hit struct {
	worksheet
	*search
	hiddenColumns []int
}

// findInWorkbook finds the worksheet and the header.
func (t *Table) findInWorkbook(ctx context.Context, o Options) error {
	c, err := openContainer(t.in)
	if err != nil {
		return err
	}
	defer c.close()
	book, err := openWorkbook(ctx, c)
	if err != nil {
		return err
	}
	groups, err := book.candidates(o.Sheet)
	if err != nil {
		return err
	}
	none := &NoHeaderError{Asked: o.HeaderLine}
	for i, sheets := range groups {
		var hits []hit
		var others []string
		for _, ws := range sheets {
			h, err := t.searchWorksheet(ctx, ws, book, o)
			if err != nil {
				return err
			}
			switch {
			case h.found():
				hits = append(hits, h)
			case none.Lines == nil:
				none = h.noHeader()
			}
			if h.hasAddress() {
				others = append(others, h.name)
			}
		}
		// Where the line was given, every worksheet that goes so far has one.
		if named := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.score == 0 }); len(named) > 0 {
			hits = named
		}
		switch {
		case len(hits) > 1:
			ambiguous := &AmbiguousSheetError{}
			for _, h := range hits {
				ambiguous.Sheets = append(ambiguous.Sheets, h.name)
			}
			return ambiguous
		case len(hits) == 1 && i > 0:
			return &HiddenSheetError{Sheet: hits[0].name}
		case len(hits) == 1:
			h := hits[0]
			t.Sheet, t.HiddenColumns = h.name, h.hiddenColumns
			t.Others = slices.DeleteFunc(others, func(name string) bool { return name == h.name })
			for _, rest := range groups[i+1:] {
				for _, ws := range rest {
					t.HiddenSheets = append(t.HiddenSheets, ws.name)
				}
			}
			t.open = func(ctx context.Context) (source, error) { return openWorksheet(ctx, t.in, h.part, book) }
			t.takeHeader(h.search)
			return nil
		}
	}
	none.Sheet = o.Sheet
	return none
}

func (t *Table) searchWorksheet(ctx context.Context, ws worksheet, book *workbook, o Options) (hit, error) {
	src, err := openWorksheet(ctx, t.in, ws.part, book)
	if err != nil {
		return hit{}, err
	}
	defer src.close()
	s, err := findHeader(ctx, src, o)
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

func (t *Table) takeHeader(s *search) {
	t.Header, t.HeaderLine, t.Skipped = s.header, s.line, s.skipped()
}
