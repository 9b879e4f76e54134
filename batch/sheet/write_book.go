package sheet

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Book writes a workbook: its worksheets one after the other, of which there is at least one, each line by line. It holds little,
// whatever the number of lines: the comments and links of the worksheet that is being written. The same calls always make the
// same bytes, and nothing is on the disk but what the Book's writer puts there. Close must be called, for only it tells whether
// all was written; after an error every method returns that error. Use it from one goroutine at a time.
//
// What cells come out as, [NewWriter] tells.
type Book struct {
	zip    *zip.Writer
	sheets []Layout
	open   *worksheetWriter // the worksheet that is being written, nil if there is none yet
	noted  []bool           // which worksheets have comments
	shapes int              // blocks of shape numbers that are taken
	err    error            // the first of all
}

// Layout says what a worksheet of a [Book] is like.
type Layout struct {
	Name   string
	Widths []int // of the table's columns, in characters; there is at least one
	Last   int   // the table's last line, from 1
	// Header is the line that names the columns. It stays in sight when people scroll, and from it on the lines can be
	// filtered. 0 if there is none.
	Header int
	Text   []int // columns, from 0, in whose blank cells anything that people type is text
}

// BookCell is a cell of a [Book]: its value, and what it is shown with.
type BookCell struct {
	Cell
	Look    Look
	Comment string // pops up when people point at the cell; its first line is bold
	Link    string // the cell of the workbook that a click leads to, as [CellLink] names it
}

// CellLink names a cell of a worksheet for [BookCell].Link.
func CellLink(sheet string, column, line int) string {
	return quoteSheet(sheet) + "!" + CellName(column, line)
}

// quoteSheet gives a worksheet's name as formulas have it.
func quoteSheet(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// TooLargeError is a table that doesn't fit into a worksheet.
type TooLargeError struct{ Lines, Columns int }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("fit table into worksheet: it has %d lines of %d columns, a worksheet %d of %d", e.Lines, e.Columns, maxLine, maxColumn)
}

// Hint tells what to do about it.
func (e *TooLargeError) Hint() string { return "split the sheet in two" }

// NewBook begins a workbook on w.
func NewBook(w io.Writer) *Book {
	z := zip.NewWriter(w)
	// Half the time for a fifth more bytes.
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	return &Book{zip: z}
}

// Sheet begins the next worksheet. The error is a [*TooLargeError] if the table doesn't fit into one.
func (b *Book) Sheet(l Layout) error {
	return b.keep(func() error { return b.beginSheet(l) })
}

// keep writes, unless there was an error.
func (b *Book) keep(write func() error) error {
	if b.err == nil {
		b.err = write()
	}
	return b.err
}

func (b *Book) beginSheet(l Layout) error {
	if len(l.Widths) == 0 {
		return errors.New("begin worksheet: it has no columns")
	}
	if l.Last > maxLine || len(l.Widths) > maxColumn {
		return &TooLargeError{Lines: l.Last, Columns: len(l.Widths)}
	}
	if err := b.checkName(l.Name); err != nil {
		return err
	}
	if err := b.endSheet(); err != nil {
		return err
	}
	if len(b.sheets) == 0 {
		// Programs that tell files by their bytes know a workbook by the name of its first part.
		if err := b.part("_rels/.rels", []byte(packageRels)); err != nil {
			return err
		}
	}
	b.sheets = append(b.sheets, l)
	w, err := b.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.sheets)))
	if err != nil {
		return fmt.Errorf("begin worksheet: %w", err)
	}
	b.open = newWorksheetWriter(w, l)
	return nil
}

// checkName keeps to Excel's rules for the names of worksheets.
func (b *Book) checkName(name string) error {
	if name == "" || !utf8.ValidString(name) || len(utf16.Encode([]rune(name))) > 31 ||
		strings.ContainsAny(name, `:\/?*[]`) || strings.Trim(name, "'") != name {
		return fmt.Errorf("name worksheet %q: spreadsheet programs don't take this name", name)
	}
	for _, s := range b.sheets {
		if strings.EqualFold(s.Name, name) {
			return fmt.Errorf("name worksheet %q: the workbook has one of this name", name)
		}
	}
	return nil
}

// Line writes a line of the worksheet that [Book.Sheet] began last. Numbers count from 1 and ascend; the lines between are blank.
func (b *Book) Line(number int, cells []BookCell) error {
	return b.keep(func() error {
		if b.open == nil {
			return fmt.Errorf("write line %d: there is no worksheet yet", number)
		}
		return b.open.row(number, cells)
	})
}

func (b *Book) endSheet() error {
	if b.open == nil {
		return nil
	}
	s, n := b.open, len(b.sheets)
	if err := s.close(); err != nil {
		return fmt.Errorf("close worksheet: %w", err)
	}
	b.noted = append(b.noted, len(s.comments) > 0)
	if len(s.comments) == 0 {
		return nil
	}
	if err := b.part(fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", n), sheetRels(n)); err != nil {
		return err
	}
	if err := b.part(fmt.Sprintf("xl/comments%d.xml", n), commentsPart(s.comments)); err != nil {
		return err
	}
	first := b.shapes + 1
	b.shapes += shapeBlocks(len(s.comments))
	return b.part(fmt.Sprintf("xl/drawings/vmlDrawing%d.vml", n), drawingPart(s.comments, s.layout.Widths, first))
}

// part writes a part that is held in memory.
func (b *Book) part(name string, content []byte) error {
	w, err := b.zip.Create(name)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := w.Write(content); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// Close ends the workbook. It does not close what the Book writes to.
func (b *Book) Close() error { return b.keep(b.close) }

func (b *Book) close() error {
	if len(b.sheets) == 0 {
		return errors.New("close workbook: it has no worksheet")
	}
	if err := b.endSheet(); err != nil {
		return err
	}
	for _, p := range []struct {
		name    string
		content []byte
	}{
		{"xl/styles.xml", stylesPart()},
		{"xl/workbook.xml", workbookPart(b.sheets)},
		{"xl/_rels/workbook.xml.rels", workbookRels(len(b.sheets))},
		// The last two are what AsWritten looks at.
		{coreName, []byte(corePart)},
		{typesName, contentTypes(b.noted)},
	} {
		if err := b.part(p.name, p.content); err != nil {
			return err
		}
	}
	if err := b.zip.Close(); err != nil {
		return fmt.Errorf("close workbook: %w", err)
	}
	return nil
}

// AsWritten tells whether the workbook at path is as a [Book] wrote it: whatever program saves it has another order of parts, and
// tells its own name or a time where a Book tells neither. What is no workbook, or can't be read, is not.
func AsWritten(path string) bool {
	z, err := zip.OpenReader(path)
	if err != nil {
		return false
	}
	defer z.Close()
	last := len(z.File) - 1
	if last < 1 || z.File[last].Name != typesName || z.File[last-1].Name != coreName {
		return false
	}
	f, err := z.File[last-1].Open()
	if err != nil {
		return false
	}
	defer f.Close()
	core, err := io.ReadAll(io.LimitReader(f, int64(len(corePart)+1)))
	return err == nil && string(core) == corePart
}
