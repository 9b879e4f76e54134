package report_test

import (
	"os"
	"testing"

	"mimebatch/batch/report"
)

// Linux keeps the file of a running program from being written to, even by root. It stands for a file
// that a spreadsheet program on Windows has open.
func TestCheckLocked(t *testing.T) {
	running, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	refused(t, report.Check(t.Context(), running), "text file busy")
}
