package sheet

import (
	"context"
	"iter"
	"os"
	"sync"
)

// Options tell [Open] what the caller is looking for, and what it knows that the file doesn't tell. The zero Options find
// the table by the bytes of the file alone.
type Options struct {
	// Sheet is the name of the worksheet, or the name but for capitals. If it is "" the workbook must have one with a header.
	Sheet string
	// Header tells how many of these texts, trimmed, are words that the caller knows as column names; 0 says that the line is
	// no header. If Header is nil the first line with content is the header.
	Header func(cells []string) int
	// HeaderLine is the line of the header, as a spreadsheet program counts; 0 to find it.
	HeaderLine int
	// Columns are the names of the columns of a table that has no header: its first line with content is a row.
	Columns []string
	// Encoding is the IANA name of a text's encoding, such as "windows-1252" or "shift_jis"; "" to recognise it.
	Encoding string
	// Password asks for the password of a protected workbook. It is called once, and only for such a one.
	Password func(context.Context) (string, error)
}

// Table is a table in a file. A Table holds no file open; it is safe for concurrent use.
type Table struct {
	Path   string
	Format Format
	Sheet  string // the worksheet's name, "" for CSV
	SHA256 string // of the file, in hex
	// Header has the names of the columns as written, trimmed. A blank one may stand between others, not behind the last.
	Header     []string
	HeaderLine int    // 0 if the table has no header, and Header is what Options named
	Comma      rune   // what separates the cells of a CSV file
	Skipped    []Skip // lines above the header that are not blank
	// Others are the worksheets that are not read although an @ is in their first lines, and HiddenSheets those that are not read
	// because they are hidden; both only if Options named no worksheet.
	Others, HiddenSheets []string
	// HiddenColumns are the columns, from 0, that the spreadsheet program doesn't show.
	HiddenColumns []int
	// Encoding is the name of a text's encoding. Guessed is set if nothing in the file says so: the bytes are not UTF-8, and
	// the encoding is the one that most such files have.
	Encoding string
	Guessed  bool
	// Protected is set if the workbook was encrypted with a password.
	Protected bool

	in   *input
	open func(context.Context) (source, error)

	mu     sync.Mutex
	merged []Range
	passed bool // a pass reached the end, so that merged is known
}

// Open recognises the file at path, finds the header, and returns the table below it. The whole file has then been read once
// for its hash, but its rows have not: whether the file is whole only a pass over [Table.Rows] tells.
//
// Its error is a [*PathError] with an error of the file system in it, or with [ErrEmpty], [ErrChanged], a [*NotSheetError],
// [*EncodingError], [*ProtectedError], [*NoHeaderError], [*NoSheetError], [*AmbiguousSheetError], [*HiddenSheetError] or
// [*DamageError]. Those have a method Hint that tells what to do.
func Open(ctx context.Context, path string, o Options) (*Table, error) {
	t, err := openFile(ctx, path, o)
	if err != nil {
		return nil, &PathError{"open", path, err}
	}
	return t, nil
}

// OpenBytes is [Open] for what is in memory, such as what came from standard input. The name stands for the path. The table
// keeps the data.
func OpenBytes(ctx context.Context, name string, data []byte, o Options) (*Table, error) {
	if data == nil {
		data = []byte{}
	}
	t, err := open(ctx, &input{path: name, data: data}, o)
	if err != nil {
		return nil, &PathError{"open", name, err}
	}
	return t, nil
}

func openFile(ctx context.Context, path string, o Options) (*Table, error) {
	stamp, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !stamp.Mode().IsRegular() {
		return nil, &NotSheetError{Found: "a folder or a device", hint: "give the path of a file"}
	}
	return open(ctx, &input{path: path, stamp: stamp}, o)
}

func open(ctx context.Context, in *input, o Options) (*Table, error) {
	t, err := find(ctx, in, o)
	// A file that changes looks like something else now and then. That it changed is what explains it.
	if changed := in.changed(); changed != nil {
		return nil, changed
	}
	return t, err
}

func find(ctx context.Context, in *input, o Options) (*Table, error) {
	seen, err := survey(ctx, in, o)
	if err != nil {
		return nil, err
	}
	t := &Table{Path: in.path, Format: seen.format, SHA256: seen.sha256, Protected: seen.protected, in: in}
	if t.Format == XLSX {
		return t, t.findInWorkbook(ctx, o)
	}
	t.Encoding, t.Guessed = seen.text.name, seen.text.guessed
	return t, t.findInCSV(ctx, seen.text, o)
}

// Rows reads the file anew and yields each line below the header, in order: rows, broken rows, and blank lines. It needs little
// memory whatever the file's size, but for the shared strings of a workbook, which the Table keeps. Each ranging over it is
// a pass of its own, which parses a little ahead in a goroutine that has ended when the loop has.
//
// If there is an error, a [*PathError] too, it comes last, and says that the file is broken (a [*DamageError]), that it changed since Open
// ([ErrChanged]), that it can't be read any more, or that ctx ended. Then nothing that the pass yielded is to be trusted.
func (t *Table) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		stopped, err := t.ahead(ctx, func(r Row) bool { return yield(r, nil) })
		if stopped {
			return
		}
		// A file that changes looks damaged now and then. That it changed is what explains it.
		if changed := t.in.changed(); changed != nil {
			err = changed
		}
		if err != nil {
			yield(Row{}, &PathError{"read", t.Path, err})
		}
	}
}

func (t *Table) keepMerged(ranges []Range) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.merged, t.passed = ranges, true
}

// Merged returns the ranges of cells that a workbook shows as one. A worksheet tells them behind its rows, so that they are
// known only after a pass over [Table.Rows] came to its end without an error: until then ok is false.
func (t *Table) Merged() (ranges []Range, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.merged, t.passed
}
