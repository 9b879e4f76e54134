package main

import (
	"os"
	"path/filepath"

	"mimebatch/batch/report"
	"mimebatch/batch/sheet"
)

// keepEdited puts aside what is going to be replaced at path, if there is something and it isn't as it was left here: people write
// their notes into results, and mend an annotated sheet. A workbook shows by itself whether anybody saved it since; of other files
// known tells.
func (a *app) keepEdited(path string, known func(sha256 string) (bool, error)) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 || sheet.AsWritten(path) {
		return nil // what is wrong with it shows when it is replaced
	}
	sum, err := fileSHA256(path)
	if err != nil {
		return &report.PathError{Path: path, Err: err}
	}
	if left, err := known(sum); left || err != nil {
		return err
	}
	aside, err := report.Aside(path)
	if err != nil {
		return err
	}
	a.warnf("somebody seems to have written into the older %s; it is kept as %s", filepath.Base(path), aside)
	return nil
}
