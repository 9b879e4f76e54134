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
			"--allow-domain=Example.com", "--json=true", "--map=hr.yaml", "--mode=create", "--out=r.xlsx",
			"--protect=board.txt", "--sheet=New starters", "--skip-invalid=true", "--profile=other", "--yes=true",
		}, Guards: &batch.ToldGuards{List: "/s/board.txt", Domains: []string{"example.com", "example.net"}}},
			"mimebatch plan '/s/new people.xlsx' --map hr.yaml --mode create --sheet 'New starters' --skip-invalid" +
				" --allow-domain example.com --allow-domain example.net --protect /s/board.txt --profile acme"},
		{batch.Run{Kind: batch.OfRetry, Of: "k3f9qa", SheetPath: "p.csv", Options: []string{"--all-failed=true", "--sheet=old.csv"}},
			"mimebatch retry k3f9qa --sheet p.csv --all-failed --profile acme"},
		{batch.Run{Kind: batch.OfUndo, Of: "k3f9qa", SheetPath: "p.csv", Options: []string{"--purge=true"}, Guards: &batch.ToldGuards{List: "board.txt"}},
			"mimebatch undo k3f9qa --purge --protect board.txt --profile acme"},
	} {
		if got := (&app{profile: "acme"}).planAgain(tt.run); got != tt.want {
			t.Errorf("%s\nwant %s", got, tt.want)
		}
	}
}
