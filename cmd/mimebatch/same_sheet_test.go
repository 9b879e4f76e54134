package main

import (
	"testing"

	"mimebatch/batch"
)

// A plan is made again as it was made, as far as its run tells how.
func TestPlanAgain(t *testing.T) {
	for _, tt := range []struct {
		run  batch.Run
		want string
	}{
		{batch.Run{Kind: batch.OfSheet, SheetPath: "/s/people.csv"}, "mimebatch plan /s/people.csv --profile acme"},
		{batch.Run{Kind: batch.OfSheet, SheetPath: "/s/new people.xlsx", Options: []string{
			"--allow-domain=example.com", "--allow-domain=example.net", "--json=true", "--map=hr.yaml", "--mode=create", "--out=r.xlsx",
			"--protect=board.txt", "--sheet=New starters", "--skip-invalid=true", "--profile=other", "--yes=true",
		}}, "mimebatch plan '/s/new people.xlsx' --allow-domain example.com --allow-domain example.net --map hr.yaml --mode create" +
			" --protect board.txt --sheet 'New starters' --skip-invalid --profile acme"},
		{batch.Run{Kind: batch.OfRetry, Of: "k3f9qa", SheetPath: "p.csv", Options: []string{"--all-failed=true", "--sheet=old.csv"}},
			"mimebatch retry k3f9qa --sheet p.csv --all-failed --profile acme"},
		{batch.Run{Kind: batch.OfUndo, Of: "k3f9qa", SheetPath: "p.csv", Options: []string{"--protect=board.txt", "--purge=true"}},
			"mimebatch undo k3f9qa --protect board.txt --purge --profile acme"},
	} {
		if got := (&app{profile: "acme"}).planAgain(tt.run); got != tt.want {
			t.Errorf("%s\nwant %s", got, tt.want)
		}
	}
}
