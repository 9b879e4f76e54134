package main

import (
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
)

// lastRow is the last line with a list of answers in yes/no columns.
const lastRow = 1000

// fillPeople makes the worksheet that people are written into.
func fillPeople(f *excelize.File, columns []batch.FieldInfo) error {
	for i, c := range columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := prepareColumn(f, name, c); err != nil {
			return fmt.Errorf("prepare column %q: %w", c.Title, err)
		}
	}
	return errors.Join(
		// After the columns, because a column's format replaces that of its cells.
		putHeader(f, people, 1, titles(columns)),
		f.SetPanes(people, &excelize.Panes{
			Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
			Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
		}),
	)
}

// prepareColumn makes a column ready for what its field holds.
func prepareColumn(f *excelize.File, column string, c batch.FieldInfo) error {
	width := len(c.Title) + 4
	var err error
	switch c.Kind {
	case batch.KindAddress, batch.KindText, batch.KindSecret:
		width = max(width, 28)
		err = setFormat(f, column, "@")
	case batch.KindDate:
		err = setFormat(f, column, "yyyy-mm-dd")
	case batch.KindBool:
		err = offerYesNo(f, column)
	}
	return errors.Join(err, f.SetColWidth(people, column, column, float64(width)))
}

func setFormat(f *excelize.File, column, format string) error {
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	return f.SetColStyle(people, column, style)
}

// offerYesNo gives the cells of a column a list to choose from.
func offerYesNo(f *excelize.File, column string) error {
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s2:%[1]s%d", column, lastRow))
	v.SetError(excelize.DataValidationErrorStyleStop, "Yes or no", "Choose yes or no, or leave the cell blank.")
	return errors.Join(v.SetDropList([]string{"yes", "no"}), f.AddDataValidation(people, v))
}
