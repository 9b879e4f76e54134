// Command gen makes the sheets to fill in, which package templates embeds: for each purpose a workbook and a CSV, from the
// field table of package batch. In folder templates:
//
//	go generate
//
// A workbook has two worksheets. "People" has a header, a note on each heading, the columns formatted so that a spreadsheet program
// takes addresses, names and passwords for text and dates for dates, lists of what can be answered down to the last line, and no
// people: an example person would be created sooner or later. "Instructions" explains each column on a line of its own, worded
// so that no line can be taken for a header of people.
//
// The same bytes come out at every run and with every release of Go: the order of columns is the field table's, time is a
// constant, and what is packed is stored uncompressed. A test keeps the files in step with this program.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", ".", "`folder` that the sheets are written to")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes all sheets into a folder.
func run(folder string) error {
	files, err := sheets()
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
