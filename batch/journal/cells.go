package journal

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"mimebatch/batch/sheet"
)

// cellsColumn writes and reads the cells of a row.
type cellsColumn struct{ cells *[]sheet.Cell }

func asCells(cells *[]sheet.Cell) cellsColumn { return cellsColumn{cells} }

// Value implements [driver.Valuer].
func (c cellsColumn) Value() (driver.Value, error) {
	out := make([]any, len(*c.cells))
	for i, cell := range *c.cells {
		if cell.Kind == sheet.Text {
			out[i] = cell.Text
		} else {
			out[i] = typedCell{cell.Kind.String(), cell.Text}
		}
	}
	return asJSON(&out).Value()
}

// Scan implements [database/sql.Scanner].
func (c cellsColumn) Scan(src any) error {
	if cells, ok := readPlain(src, (*plainJSON).cells); ok {
		*c.cells = cells
		return nil
	}
	var cells []anyCell
	if err := asJSON(&cells).Scan(src); err != nil {
		return err
	}
	*c.cells = make([]sheet.Cell, len(cells))
	for i, cell := range cells {
		(*c.cells)[i] = sheet.Cell(cell)
	}
	return nil
}

// typedCell is a cell that isn't text.
type typedCell struct {
	Kind string `json:"k"`
	Text string `json:"v"`
}

// cell returns the cell, unless there is no such kind.
func (t typedCell) cell() (sheet.Cell, bool) {
	kind, ok := kindOf(t.Kind)
	c := sheet.Cell{Kind: kind, Text: t.Text}
	if kind == sheet.Date {
		c.Date = dateOf(t.Text)
	}
	return c, ok
}

// anyCell reads a text or a typedCell.
type anyCell sheet.Cell

// UnmarshalJSON implements [json.Unmarshaler].
func (c *anyCell) UnmarshalJSON(b []byte) error {
	*c = anyCell{}
	if b[0] == '"' {
		return json.Unmarshal(b, &c.Text)
	}
	var t typedCell
	if err := json.Unmarshal(b, &t); err != nil {
		return err
	}
	cell, ok := t.cell()
	if !ok {
		return fmt.Errorf("no kind of cell: %q", t.Kind)
	}
	*c = anyCell(cell)
	return nil
}

func kindOf(word string) (sheet.Kind, bool) {
	for _, k := range []sheet.Kind{sheet.Number, sheet.Date, sheet.Bool, sheet.Error} {
		if k.String() == word {
			return k, true
		}
	}
	return 0, false
}

// dateOf reads the text of a date, in one of the two forms that [sheet.Cell] tells of. Zero is for a date that is none,
// such as the 29th of February 1900, which spreadsheets have.
func dateOf(text string) time.Time {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}
