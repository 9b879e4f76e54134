package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"mimebatch/batch/journal"
	"mimebatch/batch/report"
	"mimebatch/batch/sheet"
)

// keepEdited puts aside what is going to be replaced at path, if there is something and it isn't as it was left here: people write
// their notes into results, and mend an annotated sheet.
func (a *app) keepEdited(path string, asLeft func() (bool, error)) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return nil // what is wrong with it shows when it is replaced
	}
	if same, err := asLeft(); same || err != nil {
		return err
	}
	aside, err := report.Aside(path)
	if err != nil {
		return err
	}
	a.warnf("the older %s was changed by somebody; it is kept as %s", filepath.Base(path), aside)
	return nil
}

// leftByRun tells whether results are as a run of the journal left them. A workbook shows by itself whether anybody saved it since.
func leftByRun(ctx context.Context, j *journal.Journal, format, path string) (bool, error) {
	if format == "xlsx" {
		return sheet.AsWritten(path)
	}
	sum, err := fileSHA256(path)
	if err != nil {
		return false, fmt.Errorf("look at older results: %w", err)
	}
	return j.LeftResults(ctx, sum)
}
