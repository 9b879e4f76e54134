package main

import (
	"testing"

	"mimebatch/batch"
)

// A plan is made again as it was made, as far as its run tells how.
func TestPlanAgain(t *testing.T) {
	mapping := batch.Mapping{Columns: []batch.MappedColumn{{Heading: "Login", Field: batch.Email}}}
	for _, tt := range []struct {
		run  batch.Run
		want string
	}{
		{batch.Run{Kind: batch.OfSheet, Mode: batch.Upsert, SheetPath: "/s/people.csv"}, "mimebatch plan /s/people.csv --profile acme"},
		{batch.Run{Kind: batch.OfSheet, Mode: batch.Create, SheetPath: "/s/new people.xlsx", Reading: batch.SheetOptions{
			Worksheet: "New starters", HeaderLine: 4, Encoding: "utf-16", Username: "{{first}} {{last}}", Domain: "example.com",
			DateOrder: "dmy", Zone: "Europe/Berlin", SkipHidden: true, AllRows: true, Strict: true, Mapping: mapping,
		}}, "mimebatch plan '/s/new people.xlsx' --mode create --sheet 'New starters' --header-row 4 --encoding utf-16" +
			" --username '{{first}} {{last}}' --domain example.com --date-order dmy --time-zone Europe/Berlin" +
			" --skip-hidden --all-rows --strict --profile acme, with the same --map file"},
		{batch.Run{Kind: batch.OfSheet, Mode: batch.Update, SheetPath: "p.csv", Reading: batch.SheetOptions{Columns: []string{"email", "name"}}},
			"mimebatch plan p.csv --mode update --columns email,name --profile acme"},
		{batch.Run{Kind: batch.OfRetry, Of: "k3f9qa", Mode: batch.Create, SheetPath: "p.csv"}, "mimebatch retry k3f9qa --sheet p.csv --profile acme"},
		{batch.Run{Kind: batch.OfUndo, Of: "k3f9qa", SheetPath: "p.csv"}, "mimebatch undo k3f9qa --profile acme"},
	} {
		if got := (&app{profile: "acme"}).planAgain(tt.run); got != tt.want {
			t.Errorf("%s\nwant %s", got, tt.want)
		}
	}
}
