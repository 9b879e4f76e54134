package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// A column is one of the onboarding sheet, counted from 0.
type column int

const (
	employeeID column = iota
	firstName
	lastName
	display
	email
	department
	location
	startDate
	password
	force
	pop
	smtp
	disabled
	archive
)

// A kind is how the cells of a column look.
type kind int

const (
	general kind = iota
	text
	date
	choice
)

// align is where cells of the kind, and the header above them, put what they
// hold.
func (k kind) align() string {
	if k == date || k == choice {
		return "center"
	}
	return "left"
}

var columns = []struct {
	header string
	width  float64
	kind   kind
}{
	employeeID: {"Employee ID", 11, text},
	firstName:  {"First name", 14, general},
	lastName:   {"Last name", 18, general},
	display:    {"Display Name", 28, general},
	email:      {"E-mail Address", 38, general},
	department: {"Department", 19, general},
	location:   {"Location", 13, general},
	startDate:  {"Start date", 12, date},
	password:   {"Password", 21, text},
	force:      {"Force Password Change", 11, choice},
	pop:        {"Allow POP3", 9, choice},
	smtp:       {"Allow SMTP", 9, choice},
	disabled:   {"Account Disabled", 10, choice},
	archive:    {"Archive Start Date", 12, date},
}

const (
	title      = "Starters and changes - December 2026"
	worksheet  = "New starters"
	font       = "Calibri"
	headerLine = 4
	firstLine  = headerLine + 1
)

// An errorValue is what a formula leaves in a cell when it can't be computed.
type errorValue string

// workbook lays the rows out as an export of a personnel system: a title, a
// note, a header in line 4 that stays in sight, and the rows below.
func workbook(rows [][]any, note string) ([]byte, error) {
	d := drawing{File: excelize.NewFile(), last: firstLine + len(rows) - 1, errors: make(map[string]errorValue)}
	defer d.Close()
	d.setUp()
	d.top(note)
	d.body()
	for i, row := range rows {
		for c, value := range row {
			d.put(cell(column(c), firstLine+i), value)
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	b, err := d.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return repack(b.Bytes(), d.errors)
}

// cell is the name that spreadsheet programs give to a cell.
func cell(c column, line int) string { return fmt.Sprintf("%c%d", 'A'+c, line) }

// A drawing is a workbook in the making.
type drawing struct {
	*excelize.File
	last int // line
	// errors are the error values by cell, for repack.
	errors map[string]errorValue
	err    error // the first one
}

func (d *drawing) try(err error) {
	if d.err == nil {
		d.err = err
	}
}

// look styles the cells from first to last.
func (d *drawing) look(first, last string, s *excelize.Style) {
	id, err := d.NewStyle(s)
	d.try(err)
	d.try(d.SetCellStyle(worksheet, first, last, id))
}

// setUp names the worksheet and makes it fit the paper.
func (d *drawing) setUp() {
	d.try(d.SetSheetName("Sheet1", worksheet))
	d.try(d.SetSheetDimension(worksheet, "A1:"+cell(archive, d.last)))
	d.try(d.SetPanes(worksheet, &excelize.Panes{
		Freeze: true, YSplit: headerLine, TopLeftCell: cell(employeeID, firstLine), ActivePane: "bottomLeft",
	}))
	d.try(d.SetSheetProps(worksheet, &excelize.SheetPropsOptions{FitToPage: new(true)}))
	d.try(d.SetPageLayout(worksheet, &excelize.PageLayoutOptions{
		Size: new(9), Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0), // A4
	}))
	d.try(d.SetHeaderFooter(worksheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&RPage &P of &N"}))
	d.try(d.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: worksheet, RefersTo: fmt.Sprintf("'%s'!$%d:$%d", worksheet, headerLine, headerLine),
	}))
	d.try(d.SetDocProps(&excelize.DocProperties{
		Title: title, Creator: "People Operations", LastModifiedBy: "People Operations",
		Created: saved.Format(time.RFC3339), Modified: saved.Format(time.RFC3339),
	}))
}

// top writes what stands above the rows.
func (d *drawing) top(note string) {
	d.try(d.MergeCell(worksheet, "A1", cell(archive, 1)))
	d.try(d.SetRowHeight(worksheet, 1, 26))
	d.try(d.SetRowHeight(worksheet, headerLine, 46))
	d.put("A1", title)
	d.look("A1", "A1", &excelize.Style{
		Font:      &excelize.Font{Family: font, Size: 15, Color: "1F3864", Bold: true},
		Alignment: &excelize.Alignment{Vertical: "center"},
	})
	d.put("A2", note)
	d.look("A2", "A2", &excelize.Style{
		Font: &excelize.Font{Family: font, Size: 9, Color: "7F7F7F", Italic: true},
	})
	for c, col := range columns {
		header := cell(column(c), headerLine)
		d.put(header, col.header)
		d.look(header, header, &excelize.Style{
			Font:      &excelize.Font{Family: font, Size: 11, Color: "FFFFFF", Bold: true},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F3864"}},
			Alignment: &excelize.Alignment{Horizontal: col.kind.align(), Vertical: "center", WrapText: true},
		})
	}
}

// body gives the columns their width and the rows their look.
func (d *drawing) body() {
	for c, col := range columns {
		style := &excelize.Style{
			Font:      &excelize.Font{Family: font, Size: 11},
			Border:    []excelize.Border{{Type: "bottom", Style: 1, Color: "D9D9D9"}},
			Alignment: &excelize.Alignment{Horizontal: col.kind.align()},
		}
		switch col.kind {
		case text:
			style.NumFmt = 49 // as typed, leading zeros included
		case date:
			style.CustomNumFmt = new("dd/mm/yyyy")
		}
		name := string(rune('A' + c))
		d.try(d.SetColWidth(worksheet, name, name, col.width))
		d.look(cell(column(c), firstLine), cell(column(c), d.last), style)
	}
}

// dayZero is the day from which spreadsheet programs count.
var dayZero = time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)

// put writes a value into a cell, as a cell of the value's own type. A string
// stays one, whatever it begins with.
func (d *drawing) put(cell string, value any) {
	switch v := value.(type) {
	case nil:
	case string:
		d.try(d.SetCellStr(worksheet, cell, strings.Map(standIn, v)))
	case bool:
		d.try(d.SetCellBool(worksheet, cell, v))
	case int:
		d.try(d.SetCellInt(worksheet, cell, int64(v)))
	case time.Time:
		d.try(d.SetCellInt(worksheet, cell, int64(v.Sub(dayZero)/(24*time.Hour))))
	case errorValue:
		d.errors[cell] = v
	default:
		d.try(fmt.Errorf("put value into cell %s: no cell holds a %T", cell, value))
	}
}
