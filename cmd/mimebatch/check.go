package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/sheet"
)

func (a *app) checkCommand() *cobra.Command {
	var f readingFlags
	var annotate string
	cmd := &cobra.Command{
		Use:   "check SHEET",
		Short: "Read and check a sheet, offline",
		Long: `Check reads the sheet to its end and prints every problem of every row with its cell, what is wrong and what
to do. It needs no tenant and no credentials. SHEET is a CSV file or a workbook, whatever its name; - is standard input.

What the bytes of a sheet don't tell can be said: which worksheet, row, encoding or order of dates. What a heading is
taken for is printed, and --map says it otherwise.

Exit status is 0 if every row can be used, and 5 if not.`,
		Args:        oneArg("sheet"),
		Annotations: map[string]string{sumsRows: ""},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.check(cmd.Context(), args[0], f, annotate)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&annotate, "annotate", "", "write the sheet's rows to a workbook, a `file` ending in .xlsx, with every problem marked where it is")
	return cmd
}

func (a *app) check(ctx context.Context, path string, f readingFlags, annotate string) error {
	sum := summary{Type: "summary"}
	err := func() error {
		if err := annotatePath(ctx, path, annotate); err != nil {
			return err
		}
		s, err := a.openSheet(ctx, path, f)
		if err != nil {
			return err
		}
		sum.read(s)
		n, err := a.problems(ctx, s)
		if err != nil {
			return err
		}
		sum.Invalid = n.invalid
		if annotate != "" {
			if err := a.annotate(ctx, annotate, s); err != nil {
				return err
			}
		}
		a.printCheck(s, n)
		if sum.Invalid > 0 || f.Strict && len(s.Warnings) > 0 {
			return &stop{code: exitSheet}
		}
		return nil
	}()
	return a.finish(sum, err)
}

// printCheck says how many rows can be used, and what became of every line.
func (a *app) printCheck(s *batch.Sheet, n found) {
	name := filepath.Base(s.Table.Path)
	rows := count(s.Rows, "row", "rows")
	switch {
	case n.invalid > 0:
		a.printf("%s: %s, %d can be used, %d can't\n", name, rows, s.Rows-n.invalid, n.invalid)
	case n.problems == 0:
		a.printf("%s: %s, no problems\n", name, rows)
	default:
		a.printf("%s: %s, all can be used\n", name, rows)
	}
	a.printf("%s\n", lines(s.Count()))
	if s.Options.Strict && len(s.Warnings) > 0 {
		a.printf("%s of the sheet as a whole: with --strict that is too many\n", count(len(s.Warnings), "warning", "warnings"))
	}
}

// lines says what became of every line of the file.
func lines(c batch.LineCount) string {
	parts := []string{count(c.Rows, "row", "rows")}
	for _, p := range []struct {
		n    int
		word string
	}{{c.Header, "header"}, {c.Above, "above it"}, {c.LeftOut, "left out"}, {c.Blank, "blank"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	return fmt.Sprintf("%s: %s", count(c.Total, "line", "lines"), strings.Join(parts, ", "))
}

// openSheet opens a sheet and says on standard error how it is read.
func (a *app) openSheet(ctx context.Context, path string, f readingFlags) (*batch.Sheet, error) {
	o, err := f.options(ctx, a, path)
	if err != nil {
		return nil, err
	}
	if err := saveMapPath(path, f.saveMap); err != nil {
		return nil, err
	}
	name := path
	if path == standardInput {
		name = "standard input"
	}
	s, err := batch.OpenSheet(ctx, name, o)
	if err != nil {
		return nil, err
	}
	a.describe(s)
	if err := a.line(sheetLineOf(s)); err != nil {
		return nil, err
	}
	for _, k := range s.Table.Skipped {
		if err := a.line(leftOutLine{"left_out", k.Line, "above_header", aboveHeader}); err != nil {
			return nil, err
		}
	}
	for _, l := range s.LeftOut {
		if err := a.line(leftOutLine{"left_out", l.Line, string(l.Kind), l.Kind.String()}); err != nil {
			return nil, err
		}
	}
	for _, w := range s.Warnings {
		a.warnf("%s", w.Message)
		if err := a.line(remarkOf(s, "warning", w)); err != nil {
			return nil, err
		}
	}
	for _, n := range s.Notices {
		a.infof("%s", n.Message)
		if err := a.line(remarkOf(s, "notice", n)); err != nil {
			return nil, err
		}
	}
	if f.saveMap != "" {
		return s, a.saveMap(f.saveMap, s)
	}
	return s, nil
}

// sheetLine is, under --json, what a sheet is taken for.
type sheetLine struct {
	Type      string                 `json:"type"`
	File      string                 `json:"file"`
	Format    string                 `json:"format"`
	Worksheet string                 `json:"worksheet,omitempty"`
	Encoding  string                 `json:"encoding,omitempty"`
	HeaderRow int                    `json:"header_row"` // 0 without a header
	Columns   map[batch.Field]string `json:"columns"`    // letters
	Opposite  []batch.Field          `json:"opposite,omitempty"`
	Joined    []string               `json:"username_of,omitempty"`
	Unused    []string               `json:"unused"`
}

func sheetLineOf(s *batch.Sheet) sheetLine {
	t := s.Table
	l := sheetLine{
		Type: "sheet", File: t.Path, Format: strings.ToLower(t.Format.String()), Worksheet: t.Sheet, Encoding: t.Encoding, HeaderRow: t.HeaderLine,
		Columns: map[batch.Field]string{}, Opposite: slices.Sorted(maps.Keys(s.Binding.Inverted)), Unused: []string{},
	}
	for f, c := range s.Binding.Columns {
		l.Columns[f] = sheet.ColumnName(c)
	}
	for _, c := range s.Binding.NameColumns() {
		l.Joined = append(l.Joined, sheet.ColumnName(c))
	}
	for _, c := range s.Binding.Unused(t.Header) {
		l.Unused = append(l.Unused, sheet.ColumnName(c))
	}
	return l
}

const aboveHeader = "above the header"

// leftOutLine is, under --json, a line that is not read as a person.
type leftOutLine struct {
	Type    string `json:"type"`
	Row     int    `json:"row"`
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// describe says what the sheet is taken for.
func (a *app) describe(s *batch.Sheet) {
	t := s.Table
	var how []string
	if t.Sheet != "" {
		how = append(how, fmt.Sprintf("worksheet %q", t.Sheet))
	} else if t.Encoding != "utf-8" {
		how = append(how, t.Encoding)
	}
	if t.Protected {
		how = append(how, "protected by a password")
	}
	if t.HeaderLine > 0 {
		how = append(how, fmt.Sprintf("header on line %d", t.HeaderLine))
	} else {
		how = append(how, "no header")
	}
	a.infof("%s: %s, %s", filepath.Base(t.Path), strings.Join(how, ", "), count(s.Rows, "row", "rows"))
	a.heads(s)
	if left := leftOut(s); left != "" {
		a.listed("left out:", left)
	}
}

// leftOut lists the lines that are not read as people, the reasons in the order of their first lines.
func leftOut(s *batch.Sheet) string {
	const most = 5 // lines of a reason that are named
	var reasons []string
	lines := map[string][]int{}
	add := func(line int, reason string) {
		if lines[reason] == nil {
			reasons = append(reasons, reason)
		}
		lines[reason] = append(lines[reason], line)
	}
	for _, k := range s.Table.Skipped {
		add(k.Line, aboveHeader)
	}
	for _, l := range s.LeftOut {
		add(l.Line, l.Kind.String())
	}
	var parts []string
	for _, r := range reasons {
		var named []string
		for _, l := range lines[r][:min(most, len(lines[r]))] {
			named = append(named, fmt.Sprint(l))
		}
		if more := len(lines[r]) - most; more > 0 {
			named = append(named, fmt.Sprintf("and %d more", more))
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", strings.Join(named, ", "), r))
	}
	switch len(s.Table.Skipped) + len(s.LeftOut) {
	case 0:
		return ""
	case 1:
		return "line " + parts[0]
	}
	return "lines " + strings.Join(parts, ", ")
}

// saveMapPath makes sure that a mapping can be written to path, and replaces nothing but an older one.
func saveMapPath(sheetPath, path string) error {
	if path == "" {
		return nil
	}
	const hint = "name another file with --save-map"
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &stop{code: exitFailed, err: fmt.Errorf("write --save-map: %w", err), hint: hint}
	case sheetPath != standardInput && durable.SameFile(sheetPath, path):
		return &stop{code: exitFailed, err: fmt.Errorf("write --save-map %s: it is the sheet itself", path), hint: hint}
	}
	if _, err := batch.ParseMapping(data); err != nil {
		return &stop{code: exitFailed, err: fmt.Errorf("write --save-map %s: another file of that name is there", path), hint: hint}
	}
	return nil
}

func (a *app) saveMap(path string, s *batch.Sheet) error {
	data := batch.MappingOf(s.Binding, s.Table, s.Options).YAML()
	err := durable.WriteFile(path, 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("write --save-map: %w", err)
	}
	a.infof("what the headings were taken for is in %s", path)
	return nil
}

// remarkLine is, under --json, something to know of the sheet as a whole.
type remarkLine struct {
	Type    string     `json:"type"`
	Code    batch.Code `json:"code"`
	Column  string     `json:"column,omitempty"`
	Message string     `json:"message"`
}

func remarkOf(s *batch.Sheet, kind string, r batch.Remark) remarkLine {
	l := remarkLine{Type: kind, Code: r.Code, Message: r.Message}
	if r.Column >= 0 {
		l.Column = heading(s, r.Column)
	}
	return l
}

// heads says which column is read as which field, and which are not read.
func (a *app) heads(s *batch.Sheet) {
	a.listed("columns:", columns(s))
	var unused []string
	for _, c := range s.Binding.Unused(s.Table.Header) {
		if s.Table.Header[c] == "" {
			unused = append(unused, sheet.ColumnName(c))
			continue
		}
		unused = append(unused, fmt.Sprintf("%s %q", sheet.ColumnName(c), s.Table.Header[c]))
	}
	if len(unused) > 0 {
		a.listed("kept, not used:", strings.Join(unused, ", "))
	}
}

// listed prints a list beside a heading.
func (a *app) listed(heading, list string) {
	const name = "mimebatch: "
	indent := name + strings.Repeat(" ", len(heading)+1)
	fmt.Fprintln(a.stderr, name+heading+" "+wrap(safe(list), len(indent), indent))
}

// columns lists which column is read as which field.
func columns(s *batch.Sheet) string {
	var parts []string
	for _, i := range batch.Fields() {
		if c, ok := s.Binding.Columns[i.Field]; ok {
			not := ""
			if s.Binding.Inverted[i.Field] {
				not = "not "
			}
			parts = append(parts, fmt.Sprintf("%s=%s%s", sheet.ColumnName(c), not, i.Field))
		}
		if joined := s.Binding.NameColumns(); i.Field == batch.Username && joined != nil {
			var names []string
			for _, c := range joined {
				names = append(names, sheet.ColumnName(c))
			}
			parts = append(parts, fmt.Sprintf("%s=%s", strings.Join(names, "+"), i.Field))
		}
	}
	return strings.Join(parts, " ")
}
