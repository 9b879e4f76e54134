package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mimebatch/batch"
)

// standardInput is the name of the sheet that comes on standard input.
const standardInput = "-"

// readingFlags are the flags of commands that read a sheet: what the person knows and the sheet doesn't tell.
type readingFlags struct {
	batch.SheetOptions
	columns      string
	dateOrder    string
	mapFile      string
	saveMap      string
	passwordFile string
}

func (f *readingFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Worksheet, "sheet", "", "the worksheet's `name`, if more than one could be meant")
	flags.IntVar(&f.HeaderLine, "header-row", 0, "the `number` of the row that names the columns (default: the one that looks like it)")
	flags.StringVar(&f.columns, "columns", "", "the columns' `names` of a sheet without a header, such as email,name,password; blank ones are not read")
	flags.StringVar(&f.Encoding, "encoding", "", "the text's encoding by its IANA `name`, such as windows-1252 or shift_jis (default: as the bytes tell)")
	flags.StringVar(&f.mapFile, "map", "", "a `file` that says what the headings mean")
	flags.StringVar(&f.saveMap, "save-map", "", "write what the headings were taken for to a `file` for --map")
	flags.StringVar(&f.Username, "username", "", "make the display name of other columns, such as \"{{first}} {{last}}\"")
	flags.StringVar(&f.Domain, "domain", "", "the `domain` of addresses that are log-on names only")
	flags.StringVar(&f.dateOrder, "date-order", "", "dmy, mdy or ymd: how to read dates such as 03/04/2026 (default: as the column's own dates tell)")
	flags.StringVar(&f.Zone, "time-zone", "", "the time zone of dates without one by its IANA `name`, such as Europe/Berlin (default: UTC)")
	flags.BoolVar(&f.SkipHidden, "skip-hidden", false, "leave out rows that are hidden in the spreadsheet")
	flags.BoolVar(&f.AllRows, "all-rows", false, "read every line below the header as a person, totals and notes too")
	flags.BoolVar(&f.Strict, "strict", false, "let warnings count as errors")
	sheetPasswordFlag(cmd, &f.passwordFile)
}

func sheetPasswordFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "sheet-password-file", "", "a `file` with the password of a protected workbook (default: ask)")
}

// options returns what the flags say of how to read the sheet at path.
func (f *readingFlags) options(ctx context.Context, a *app, path string) (batch.SheetOptions, error) {
	o := f.SheetOptions
	if f.HeaderLine < 0 {
		return o, usageError("--header-row takes a row's number, not %d", f.HeaderLine)
	}
	if f.columns != "" {
		if f.HeaderLine > 0 {
			return o, usageError("--columns is for sheets without a header, and --header-row names one")
		}
		for name := range strings.SplitSeq(f.columns, ",") {
			o.Columns = append(o.Columns, strings.TrimSpace(name))
		}
	}
	if f.dateOrder != "" {
		var ok bool
		if o.DateOrder, ok = batch.ParseDateOrder(f.dateOrder); !ok {
			return o, usageError("--date-order takes dmy, mdy or ymd, not %q", f.dateOrder)
		}
	}
	if _, err := batch.ParseZone(o.Zone); err != nil {
		return o, usageError("--time-zone takes an IANA name such as Europe/Berlin, not %q", o.Zone)
	}
	if o.Domain != "" {
		if _, p := batch.ParseAddress("a@" + o.Domain); p != nil {
			return o, usageError("--domain takes a mail domain such as example.com, not %q", o.Domain)
		}
	}
	if f.mapFile != "" {
		data, err := os.ReadFile(f.mapFile)
		if err != nil {
			return o, &stop{code: exitUsage, err: fmt.Errorf("read --map: %w", err)}
		}
		if o.Mapping, err = batch.ParseMapping(data); err != nil {
			return o, &stop{code: exitUsage, err: fmt.Errorf("read --map %s: %w", f.mapFile, err)}
		}
	}
	o.Password = a.sheetPassword(path, f.passwordFile)
	if path != standardInput {
		return o, nil
	}
	var err error
	o.Input, err = a.readInput(ctx)
	return o, err
}

// mostInput bounds a sheet on standard input, which is held in memory, in bytes.
const mostInput = 1 << 30

// readInput reads the sheet on standard input. An interrupt ends the wait for it.
func (a *app) readInput(ctx context.Context) ([]byte, error) {
	type input struct {
		data []byte
		err  error
	}
	read := make(chan input, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(a.stdin, mostInput+1))
		read <- input{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case in := <-read:
		switch {
		case in.err != nil:
			return nil, fmt.Errorf("read standard input: %w", in.err)
		case len(in.data) > mostInput:
			return nil, &batch.SheetError{Path: "standard input", Msg: fmt.Sprintf("it is larger than %d GiB", mostInput>>30), Fix: "give the name of the file instead"}
		}
		return in.data, nil
	}
}

// sheetPassword returns what tells the password of a protected workbook: the first line of a file, or the person at the
// terminal; nil if there is neither.
func (a *app) sheetPassword(path, file string) func(context.Context) (string, error) {
	switch {
	case file != "":
		return func(context.Context) (string, error) {
			data, err := os.ReadFile(file)
			if e, ok := errors.AsType[*fs.PathError](err); ok {
				err = e.Err
			}
			if err != nil {
				return "", &stop{code: exitUsage, err: fmt.Errorf("read --sheet-password-file %s: %w", file, err)}
			}
			line, _, _ := strings.Cut(string(data), "\n")
			return strings.TrimSuffix(line, "\r"), nil
		}
	case a.terminal && path != standardInput:
		return func(ctx context.Context) (string, error) { return a.askSecret(ctx, "Password of %s: ", path) }
	}
	return nil
}

// askSecret asks for a text that is not shown while it is typed.
func (a *app) askSecret(ctx context.Context, format string, args ...any) (string, error) {
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("ask for the password: %w", err)
	}
	fmt.Fprintf(a.stderr, format, safeArgs(args)...)
	defer fmt.Fprintln(a.stderr)
	type answer struct {
		text []byte
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		typed <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	case got := <-typed:
		if got.err != nil {
			return "", fmt.Errorf("ask for the password: %w", got.err)
		}
		return string(got.text), nil
	}
}
