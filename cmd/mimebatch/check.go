package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

func (a *app) checkCommand() *cobra.Command {
	var worksheet string
	cmd := &cobra.Command{
		Use:   "check SHEET",
		Short: "Read and check a sheet, offline",
		Long: `Check reads the sheet to its end and prints every problem of every row with its cell, what is wrong and what
to do. It needs no tenant and no credentials.

Exit status is 0 if every row can be used, and 5 if not.`,
		Args: oneArg("sheet"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.check(cmd.Context(), args[0], worksheet)
		},
	}
	worksheetFlag(cmd, &worksheet)
	return cmd
}

func worksheetFlag(cmd *cobra.Command, worksheet *string) {
	cmd.Flags().StringVar(worksheet, "sheet", "", "the worksheet's `name`, if more than one could be meant")
}

func (a *app) check(ctx context.Context, path, worksheet string) error {
	sum := summary{Type: "summary"}
	s, err := a.openSheet(ctx, path, worksheet)
	if err != nil {
		return a.finish(sum, err)
	}
	sum.Rows = s.Rows
	invalid, err := a.problems(ctx, s)
	if err != nil {
		return a.finish(sum, err)
	}
	sum.Invalid = invalid
	if invalid == 0 {
		a.printf("%s: %s, no problems\n", filepath.Base(path), count(s.Rows, "row", "rows"))
		return a.finish(sum, nil)
	}
	a.printf("%s: %s, %d can be used, %d can't\n", filepath.Base(path), count(s.Rows, "row", "rows"), s.Rows-invalid, invalid)
	return a.finish(sum, &stop{code: exitSheet})
}

// openSheet opens a sheet and says on standard error how it is read.
func (a *app) openSheet(ctx context.Context, path, worksheet string) (*batch.Sheet, error) {
	s, err := batch.OpenSheet(ctx, path, worksheet)
	if err != nil {
		return nil, err
	}
	t := s.Table
	where := "header on line"
	if t.Sheet != "" {
		where = fmt.Sprintf("worksheet %q, header on line", t.Sheet)
	}
	blank := ""
	if s.Blank > 0 {
		blank = fmt.Sprintf(", %s passed over", count(s.Blank, "blank line", "blank lines"))
	}
	a.infof("%s: %s %d, %s%s", filepath.Base(path), where, t.HeaderLine, count(s.Rows, "row", "rows"), blank)
	if n := len(t.Skipped); n > 0 {
		lines := make([]string, n)
		for i, k := range t.Skipped {
			lines[i] = fmt.Sprint(k.Line)
		}
		a.infof("above the header and not read as people: line %s", strings.Join(lines, ", "))
	}
	a.heads(s)
	if s.Hidden > 0 {
		if err := a.warn(count(s.Hidden, "row is hidden", "rows are hidden") + " in the spreadsheet and read like the others"); err != nil {
			return nil, err
		}
	}
	if s.Beside > 0 {
		if err := a.warn(count(s.Beside, "cell stands", "cells stand") + " to the right of the table: left out of the results too"); err != nil {
			return nil, err
		}
	}
	for _, c := range t.HiddenColumns {
		if !slices.Contains(s.Binding.Unused(t.Header), c) {
			if err := a.warn(fmt.Sprintf("column %s %q is hidden in the spreadsheet and used like the others", sheet.ColumnName(c), t.Header[c])); err != nil {
				return nil, err
			}
		}
	}
	for _, w := range s.Binding.Warnings {
		if err := a.warn(w); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// warn prints a warning, under --json as a line too.
func (a *app) warn(text string) error {
	a.warnf("%s", text)
	return a.line(struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}{"warning", text})
}

// heads says which column is read as which field, and which are not read.
func (a *app) heads(s *batch.Sheet) {
	a.listed("columns:", columns(s))
	var unused []string
	for _, c := range s.Binding.Unused(s.Table.Header) {
		unused = append(unused, fmt.Sprintf("%s %q", sheet.ColumnName(c), s.Table.Header[c]))
	}
	if len(unused) > 0 {
		a.listed("kept, not used:", strings.Join(unused, ", "))
	}
}

// listed prints a list under a heading, in lines of at most 80 columns.
func (a *app) listed(heading, list string) {
	for line := range strings.SplitSeq(wrap(list, 80-len("mimebatch: ")-len(heading)-1, ""), "\n") {
		a.infof("%s %s", heading, line)
		heading = strings.Repeat(" ", len(heading))
	}
}

// columns lists which column is read as which field.
func columns(s *batch.Sheet) string {
	var parts []string
	for _, i := range batch.Fields() {
		if c, ok := s.Binding.Columns[i.Field]; ok {
			parts = append(parts, fmt.Sprintf("%s=%s", sheet.ColumnName(c), i.Field))
		}
	}
	return strings.Join(parts, " ")
}

// problemLine is a problem under --json.
type problemLine struct {
	Type     string      `json:"type"`
	Severity string      `json:"severity"`
	Row      int         `json:"row"`
	Cell     string      `json:"cell,omitempty"`
	Column   string      `json:"column,omitempty"`
	Field    batch.Field `json:"field,omitempty"`
	Code     batch.Code  `json:"code"`
	Value    string      `json:"value,omitempty"`
	Message  string      `json:"message"`
	Hint     string      `json:"hint"`
}

// problems prints every problem of every row and returns how many rows can't be used.
func (a *app) problems(ctx context.Context, s *batch.Sheet) (invalid int, err error) {
	for row, err := range s.All(ctx) {
		if err != nil {
			return invalid, err
		}
		if row.Invalid() {
			invalid++
		}
		for _, p := range row.Problems {
			if err := a.problem(s, p); err != nil {
				return invalid, err
			}
		}
	}
	return invalid, nil
}

func (a *app) problem(s *batch.Sheet, p batch.Problem) error {
	l := problemLine{
		Type: "problem", Severity: "error", Row: p.Line, Field: p.Field, Code: p.Code,
		Value: p.Value, Message: p.Message, Hint: p.Hint,
	}
	if p.Warning {
		l.Severity = "warning"
	}
	if p.Column >= 0 {
		l.Cell = p.Cell()
		if p.Column < len(s.Table.Header) {
			l.Column = s.Table.Header[p.Column]
		}
	}
	what := p.Message
	if p.Warning {
		what = "warning: " + what
	}
	if p.Value != "" {
		what += fmt.Sprintf(": %q", p.Value)
	}
	// The cell's name takes nine columns, so that texts stand in one line below each other.
	const indent = "         "
	a.printf("%-8s ", p.Cell())
	a.prose(what, indent)
	a.printf("%s", indent)
	a.prose(p.Hint, indent)
	return a.line(l)
}

// prose prints text in lines of at most 80 columns, all but the first indented.
func (a *app) prose(text, indent string) {
	if !a.json {
		fmt.Fprintln(a.stdout, wrap(safe(text), 80-len(indent), indent))
	}
}
