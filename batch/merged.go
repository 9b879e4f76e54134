package batch

import (
	"fmt"
	"slices"

	"mimebatch/batch/sheet"
)

// A merged cell looks as if all of its rows and columns had its value, and only its first cell has it. Read as it is, "yes" for
// ten people would be "leave as it is" for nine of them.

// hiding returns the merged ranges that keep a value from cells that are read, by their first line.
func (s *Sheet) hiding(merged []sheet.Range) []sheet.Range {
	var out []sheet.Range
	for _, m := range merged {
		hides := slices.ContainsFunc(s.read, func(c int) bool {
			return c >= m.FirstColumn && c <= m.LastColumn && (c > m.FirstColumn || m.LastLine > m.FirstLine)
		})
		if hides && m.LastLine > s.Table.HeaderLine {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b sheet.Range) int { return a.FirstLine - b.FirstLine })
	return out
}

// cover finds the merged ranges that a row lies in, while the rows of a sheet pass by in order.
type cover struct {
	s    *Sheet
	next int // of s.merged
	open []sheet.Range
}

func (s *Sheet) covered() *cover { return &cover{s: s} }

// problems returns a problem for each cell of a row that is read and whose value a merged range keeps in another cell.
func (c *cover) problems(line int) []Problem {
	if c == nil {
		return nil
	}
	for ; c.next < len(c.s.merged) && c.s.merged[c.next].FirstLine <= line; c.next++ {
		c.open = append(c.open, c.s.merged[c.next])
	}
	c.open = slices.DeleteFunc(c.open, func(m sheet.Range) bool { return m.LastLine < line })
	var out []Problem
	for _, m := range c.open {
		for _, column := range c.s.read {
			if column < m.FirstColumn || column > m.LastColumn || column == m.FirstColumn && line == m.FirstLine {
				continue
			}
			out = append(out, Problem{
				Line: line, Column: column, Field: c.s.fieldAt(column), Code: CellMerged,
				Message: "the cell is merged with others, and has no value of its own",
				Detail:  fmt.Sprintf("the value stands in %s alone", sheet.CellName(m.FirstColumn, m.FirstLine)),
				Hint:    "unmerge the cells and fill in each",
			})
		}
	}
	return out
}
