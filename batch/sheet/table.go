package sheet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// Options tell [Open] what the caller is looking for.
type Options struct {
	// Sheet is the name of the worksheet, or the name but for capitals. If it is "" the workbook must have one with a header.
	Sheet string
	// Header tells how many of these texts, trimmed, are words that the caller knows as column names; 0 says that the line is
	// no header. If Header is nil the first line with content is the header.
	Header func(cells []string) int
}

// Table is a table in a file. A Table does not change and holds no file open; it is safe for concurrent use.
type Table struct {
	Path   string
	Format Format
	Sheet  string // the worksheet's name, "" for CSV
	SHA256 string // of the file, in hex
	// Header has the names of the columns as written, trimmed. A blank one may stand between others, not behind the last.
	Header     []string
	HeaderLine int
	Comma      rune   // what separates the cells of a CSV file
	Skipped    []Skip // lines above the header that are not blank
	// HiddenColumns are the columns, from 0, that the spreadsheet program doesn't show.
	HiddenColumns []int

	open  func() (source, error)
	stamp fs.FileInfo
}

// Open recognises the file at path, finds the header, and returns the table below it. The whole file has then been read once
// for its hash, but its rows have not: whether the file is whole only a pass over [Table.Rows] tells.
//
// Beside errors of the file system it returns [ErrEmpty], [ErrChanged], [*NotSheetError], [*EncodingError], [*NoHeaderError],
// [*NoSheetError], [*AmbiguousSheetError] and [*DamageError]. They have a method Hint that tells what to do.
func Open(ctx context.Context, path string, o Options) (*Table, error) {
	t, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open sheet %s: %w", path, err)
	}
	return t, nil
}

func open(ctx context.Context, path string, o Options) (*Table, error) {
	stamp, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !stamp.Mode().IsRegular() {
		return nil, &NotSheetError{Found: "a folder or a device", hint: "give the path of a file"}
	}
	if o.Header == nil {
		o.Header = func([]string) int { return 1 }
	}
	t := &Table{Path: path, stamp: stamp}
	if t.Format, t.SHA256, err = surveyFile(ctx, path); err != nil {
		return nil, err
	}
	find := t.findInCSV
	if t.Format == XLSX {
		find = t.findInWorkbook
	}
	s, err := find(ctx, o)
	if changed := t.changed(); changed != nil {
		return nil, changed
	}
	if err != nil {
		return nil, err
	}
	t.Header, t.HeaderLine, t.Skipped = s.header, s.line, s.skipped()
	return t, nil
}

func surveyFile(ctx context.Context, path string) (Format, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	return survey(ctx, f)
}

// changed compares the file with what was opened.
func (t *Table) changed() error {
	now, err := os.Stat(t.Path)
	if err != nil {
		return err
	}
	if now.Size() != t.stamp.Size() || !now.ModTime().Equal(t.stamp.ModTime()) {
		return ErrChanged
	}
	return nil
}

// Rows reads the file anew and yields each line below the header, in order: rows, broken rows, and blank lines. It needs little
// memory whatever the file's size, but for the shared strings of a workbook, which the Table keeps. Each ranging over it is
// a pass of its own.
//
// If there is an error it comes last, and says that the file is broken (a [*DamageError]), that it changed since Open
// ([ErrChanged]), that it can't be read any more, or that ctx ended. Then nothing that the pass yielded is to be trusted.
func (t *Table) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		stopped, err := t.pass(ctx, func(r Row) bool { return yield(r, nil) })
		if stopped {
			return
		}
		// A file that changes looks damaged now and then. That it changed is what explains it.
		if changed := t.changed(); changed != nil {
			err = changed
		}
		if err != nil {
			yield(Row{}, fmt.Errorf("read sheet %s: %w", t.Path, err))
		}
	}
}

// pass yields the lines below the header until yield says no, in which case it returns true.
func (t *Table) pass(ctx context.Context, yield func(Row) bool) (stopped bool, err error) {
	src, err := t.open()
	if err != nil {
		return false, err
	}
	defer src.close()
	for at := t.HeaderLine; ; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		l, err := src.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if l.number <= t.HeaderLine {
			continue
		}
		for at++; at < l.number; at++ {
			if !yield(Row{Line: at}) {
				return true, nil
			}
		}
		if !yield(t.row(l)) {
			return true, nil
		}
	}
}
