package main

import (
	"errors"

	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
)

// The worksheets.
const (
	people       = "People"
	instructions = "Instructions"
)

// fontFamily is the one of cells without a style of their own.
const fontFamily = "Calibri"

// made is when the workbooks say that they were made.
const made = "2026-01-01T00:00:00Z"

// workbook makes a workbook to fill in.
func workbook(columns []batch.FieldInfo) (packed []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.NewSheet(instructions)
	err = errors.Join(err,
		f.SetSheetName("Sheet1", people),
		f.SetDocProps(&excelize.DocProperties{Creator: "mimebatch", LastModifiedBy: "mimebatch", Created: made, Modified: made}),
		f.SetAppProps(&excelize.AppProperties{Application: "mimebatch"}),
		fillPeople(f, columns),
		fillInstructions(f, columns),
		fitPage(f, people),
		fitPage(f, instructions),
	)
	if err != nil {
		return nil, err
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return pack(b.Bytes())
}

// fitPage makes all columns of a worksheet fit on one page when it is printed.
func fitPage(f *excelize.File, worksheet string) error {
	fit, landscape, wide, high := true, "landscape", 1, 0
	return errors.Join(
		f.SetSheetProps(worksheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		f.SetPageLayout(worksheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &high}),
	)
}

// putHeader writes a header from column A on.
func putHeader(f *excelize.File, worksheet string, line int, headings []string) error {
	from, err := excelize.CoordinatesToCellName(1, line)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(len(headings), line)
	if err != nil {
		return err
	}
	style, err := f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Family: fontFamily, Size: 11, Bold: true, Color: "FFFFFF"},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E78"}},
		Alignment: &excelize.Alignment{Vertical: "center"},
	})
	if err != nil {
		return err
	}
	return errors.Join(
		f.SetSheetDimension(worksheet, "A1:"+to), // excelize leaves it at A1, which some programs believe
		f.SetSheetRow(worksheet, from, &headings),
		f.SetCellStyle(worksheet, from, to, style),
		f.SetRowHeight(worksheet, line, 20),
	)
}
