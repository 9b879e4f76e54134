package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/sheet"
)

// PathError says why results can't be written to a path.
type PathError struct {
	Path string
	Msg  string // what is wrong with it; "" if Err says it
	Fix  string // what to do
	Err  error
}

func (e *PathError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("write results to %q: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("write results to %q: %s", e.Path, e.Msg)
}

func (e *PathError) Unwrap() error { return e.Err }

// Hint tells what to do.
func (e *PathError) Hint() string { return e.Fix }

// The endings of file names that promise a table. The first of a family is what results are called.
var (
	csvEndings      = []string{".csv", ".tsv", ".tab", ".txt"}
	workbookEndings = []string{".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
)

// ResultsPath returns where the results of the sheet at path input go. The format is the sheet's real one, "csv" or "xlsx", as
// in [batch.Run], whatever its name says. If out is "", it is a file beside the sheet: onboarding.xlsx gives
// onboarding.results.xlsx, and a sheet that is such a file itself, handed in again, gives onboarding.results.2.xlsx. The
// error is a [*PathError] if the results must not go there: onto the sheet itself, through whatever links; onto a folder; under
// a name that Windows would change or that promises another format.
func ResultsPath(input, format, out string) (string, error) {
	path := out
	if path == "" {
		path = defaultPath(input, format)
	}
	refuse := func(msg, fix string) (string, error) {
		return "", &PathError{Path: path, Msg: msg, Fix: fix}
	}
	last, _ := utf8.DecodeLastRuneInString(path)
	switch ending := strings.ToLower(filepath.Ext(path)); {
	case strings.ContainsRune(path, 0):
		return refuse("a NUL character in the name", "give the file another name")
	case os.IsPathSeparator(path[len(path)-1]) || isFolder(path):
		return refuse("it is a folder", "name a file in it")
	case last == '.' || unicode.IsSpace(last):
		return refuse("the name ends in a dot or a blank", "remove it from the name")
	case otherFormat(ending, format):
		return refuse(fmt.Sprintf("the results are %s, the name says %s", strings.ToUpper(format), ending[1:]), "let the name end in ."+format)
	case durable.SameFile(input, path):
		return refuse("it is the sheet itself", "name another file: the sheet is never written to")
	}
	return path, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// otherFormat tells whether a file with that ending promises to be something else. An ending that promises nothing is fine.
func otherFormat(ending, format string) bool {
	if format == "csv" {
		return slices.Contains(workbookEndings, ending)
	}
	return slices.Contains(csvEndings, ending) || slices.Contains(workbookEndings[1:], ending)
}

var resultsName = regexp.MustCompile(`(?i)^(.+\.results)(?:\.(\d{1,3}))?$`)

// defaultPath gives the file beside the sheet. The same sheet always gives the same name, so that its results are replaced
// when they are made again.
func defaultPath(input, format string) string {
	folder, name := filepath.Split(input)
	stem := name
	if ending := filepath.Ext(name); slices.Contains(slices.Concat(csvEndings, workbookEndings), strings.ToLower(ending)) {
		stem = strings.TrimSuffix(name, ending)
	}
	if m := resultsName.FindStringSubmatch(stem); m != nil {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			n = 1
		}
		return fmt.Sprintf("%s%s.%d.%s", folder, m[1], n+1, format)
	}
	return folder + stem + ".results." + format
}

// errStop ends a write that is only tried.
var errStop = errors.New("stop")

// Check finds out whether [Results] or [Annotate] may and can write to path: its folder is there and takes new files, and the file
// is missing, empty, or older results or an older annotated sheet that may be written to and that no other program keeps locked.
// It leaves everything as it is.
func Check(ctx context.Context, path string) error {
	err := durable.WriteFile(path, 0o600, func(io.Writer) error { return errStop })
	if !errors.Is(err, errStop) {
		fix := batch.HintOf(err)
		if fix == "" {
			fix = "name a file in a folder that you may write to"
		}
		return &PathError{Path: path, Fix: fix, Err: err}
	}
	// A spreadsheet program on Windows locks the file that it shows, and the results couldn't replace it.
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &PathError{Path: path, Fix: "close it in the program that has it open, take away its write protection, or name another file", Err: err}
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return &PathError{Path: path, Err: err}
	}
	if info.Size() > 0 && !isResults(ctx, path) {
		return &PathError{Path: path, Msg: "another file of that name is there", Fix: "move it away, or name another file with --out"}
	}
	return nil
}

// Aside makes a copy of a file beside it, readable by its owner only (0600), and returns the copy's path:
// onboarding.results.edited.xlsx for onboarding.results.xlsx, or onboarding.results.edited.2.xlsx and so on if that is taken.
func Aside(path string) (string, error) {
	ending := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ending) + ".edited"
	aside := stem + ending
	for n := 2; exists(aside); n++ {
		aside = fmt.Sprintf("%s.%d%s", stem, n, ending)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("put older results aside: %w", err)
	}
	defer f.Close()
	err = durable.WriteFile(aside, 0o600, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("put older results aside: %w", err)
	}
	return aside, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// isResults tells whether a file is the results of a run, or an annotated sheet.
func isResults(ctx context.Context, path string) bool {
	_, err := sheet.Open(ctx, path, sheet.Options{Header: func(cells []string) int {
		if slices.Contains(cells, prefix+"status") || slices.Contains(cells, problemsHeading) {
			return 1
		}
		return 0
	}})
	return err == nil
}
