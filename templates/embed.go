// Package templates holds the files that people open: the sheets to fill in, a workbook and a CSV for each purpose. They are made
// from the field table of package batch and are not edited by hand.
package templates

import "embed"

//go:generate go run mimebatch/batch/report/gen -out .

// Files holds every file by its name, such as onboarding.xlsx.
//
//go:embed *.xlsx *.csv
var Files embed.FS
