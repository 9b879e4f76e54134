package main

import (
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
)

// headerLine is the line of the instructions that names their columns.
const headerLine = 7

// helpWidth is the width of the column that explains, in characters.
const helpWidth = 100

// fillInstructions makes the worksheet that explains the columns.
func fillInstructions(f *excelize.File, columns []batch.FieldInfo) error {
	noGrid := false
	title, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 14, Bold: true}})
	if err != nil {
		return err
	}
	wrapped, err := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	err = errors.Join(
		f.SetSheetView(instructions, 0, &excelize.ViewOptions{ShowGridLines: &noGrid}),
		f.SetCellStr(instructions, "A1", "How to fill in the worksheet "+people),
		f.SetCellStyle(instructions, "A1", "A1", title),
		f.SetCellStr(instructions, "A2", "Write one person a row below the header, and keep the header as it is."),
		f.SetCellStr(instructions, "A3", `A blank cell means "leave as it is".`),
		f.SetCellStr(instructions, "A4", "Point at a heading to read what its column is for. Where there is a list, choose from it."),
		f.SetCellStr(instructions, "A5", "Look at passwords after typing them: spreadsheet programs correct quotes, capitals and the like while people type."),
		putHeader(f, instructions, headerLine, []string{"Column", "What to write", "Example"}),
		f.SetColWidth(instructions, "A", "A", 36),
		f.SetColWidth(instructions, "B", "B", helpWidth),
		f.SetColWidth(instructions, "C", "C", 26),
	)
	for i, c := range columns {
		name, nameErr := excelize.ColumnNumberToName(i + 1)
		line := headerLine + 1 + i
		err = errors.Join(err, nameErr,
			// A title alone in its cell would make the line of the address look like a header of people.
			f.SetSheetRow(instructions, fmt.Sprintf("A%d", line), &[]string{fmt.Sprintf("%s (column %s)", c.Title, name), c.Help, c.Example}),
			f.SetCellStyle(instructions, fmt.Sprintf("A%d", line), fmt.Sprintf("C%d", line), wrapped),
			// Not every program finds the height of wrapped text by itself.
			f.SetRowHeight(instructions, line, float64(18*(1+len(c.Help)/helpWidth))),
		)
	}
	return err
}
