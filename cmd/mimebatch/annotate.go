package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"mimebatch/batch"
	"mimebatch/batch/report"
)

// annotate writes the sheet's rows to a workbook at path, every problem marked where it is.
func (a *app) annotate(ctx context.Context, path string, s *batch.Sheet) error {
	o := report.AnnotateOptions{
		Worksheet: s.Table.Sheet, Header: s.Table.Header, HeaderLine: s.Table.HeaderLine, Secret: s.Binding.Secret,
	}
	for _, w := range s.Warnings {
		o.Notes = append(o.Notes, w.Message)
	}
	if err := a.keepEdited(path, func(string) (bool, error) { return false, nil }); err != nil {
		return err
	}
	if err := report.Annotate(path, o, annotated(ctx, s)); err != nil {
		return err
	}
	a.infof("every problem is marked in %s", path)
	return nil
}

// annotatePath makes sure that a workbook can be written to path, and replaces nothing but an older one.
func annotatePath(ctx context.Context, sheetPath, path string) error {
	if path == "" {
		return nil
	}
	if !strings.EqualFold(filepath.Ext(path), ".xlsx") {
		return usageError("--annotate writes a workbook: let the name end in .xlsx, not %q", path)
	}
	_, err := report.ResultsPath(sheetPath, "xlsx", path)
	if err == nil {
		err = report.Check(ctx, path)
	}
	if e, ok := errors.AsType[*report.PathError](err); ok {
		hint := strings.ReplaceAll(e.Fix, "--out", "--annotate")
		if e.Err != nil {
			return &stop{code: exitFailed, err: fmt.Errorf("write --annotate %s: %w", path, e.Err), hint: hint}
		}
		return &stop{code: exitFailed, err: fmt.Errorf("write --annotate %s: %s", path, e.Msg), hint: hint}
	}
	return err
}

// annotated yields the sheet's lines below the header, those that are left out as they are.
func annotated(ctx context.Context, s *batch.Sheet) iter.Seq2[report.AnnotatedRow, error] {
	return func(yield func(report.AnnotatedRow, error) bool) {
		for l, err := range s.Lines(ctx) {
			if !yield(report.AnnotatedRow{Line: l.Line, Cells: l.Cells, Problems: l.Problems, Left: l.Left.String()}, err) {
				return
			}
		}
	}
}
