package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
)

// lastRow is the last line of a worksheet.
const lastRow = 1_048_576

// fillPeople makes the worksheet that people are written into.
func fillPeople(f *excelize.File, columns []batch.FieldInfo) error {
	for i, c := range columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := errors.Join(prepareColumn(f, name, c), note(f, name+"1", c)); err != nil {
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
		err = errors.Join(setFormat(f, column, "yyyy-mm-dd"), expectDate(f, column))
	case batch.KindBool:
		err = offer(f, column, "yes", "no")
	case batch.KindAction:
		err = offer(f, column, string(batch.Create), string(batch.Update), string(batch.Upsert), string(batch.Skip))
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

// offer gives the cells of a column a list to choose from. Other words are refused.
func offer(f *excelize.File, column string, words ...string) error {
	v := validation(column)
	v.SetError(excelize.DataValidationErrorStyleStop, "Choose from the list", "Choose "+strings.Join(words, ", ")+", or leave the cell blank.")
	return errors.Join(v.SetDropList(words), f.AddDataValidation(people, v))
}

// expectDate has the cells of a column take dates. Anything else is asked about, not refused: it may be a point in time.
func expectDate(f *excelize.File, column string) error {
	v := validation(column)
	v.SetError(excelize.DataValidationErrorStyleWarning, "Is this a date?", "Write a date such as 2026-12-01. It then stands on the right of the cell.")
	return errors.Join(
		v.SetRange("DATE(1970,1,1)", "DATE(2100,12,31)", excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween),
		f.AddDataValidation(people, v),
	)
}

// validation is a rule for all cells of a column but its heading.
func validation(column string) *excelize.DataValidation {
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s2:%[1]s%d", column, lastRow))
	return v
}

// note puts what a column is for beside its heading.
func note(f *excelize.File, cell string, c batch.FieldInfo) error {
	text := c.Help
	if c.Example != "" {
		text += "\nExample: " + c.Example
	}
	const width, perLine = 280, 40 // in pixels and in characters
	return f.AddComment(people, excelize.Comment{
		Cell: cell, Author: "mimebatch", Width: width, Height: uint(40 + 20*(len(text)/perLine)),
		Paragraph: []excelize.RichTextRun{
			{Text: c.Title, Font: &excelize.Font{Family: fontFamily, Size: 10, Bold: true}},
			{Text: "\n" + text, Font: &excelize.Font{Family: fontFamily, Size: 10}},
		},
	})
}
