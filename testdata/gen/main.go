// Command gen makes the sample sheets of testdata/sheets and the tenant that
// the sandbox starts with, batch/sandbox/tenant.json.
//
// They are made together because they speak of the same people. Every person
// of a sheet is either new, and then no account of the tenant has the address,
// or is there already, and then the tenant holds what the sheet changes, or
// asks for again:
//
//	onboarding.xlsx         250 people: 206 new, 60 of them with settings that
//	                        need a second step; 24 cloud accounts with one
//	                        difference each, 4 accounts made by mail flow,
//	                        4 synchronised ones, 12 that are as asked
//	onboarding-faulty.xlsx  the same sheet with twelve faults
//	onboarding-faulty.txt   those faults, one a line: cell, tab, what is wrong
//	migration.csv           1,000 people: 950 new, 50 there, everyone with at
//	                        least one setting
//	password-reset.csv      300 people, all of them cloud accounts
//
// All people are made up, all domains are reserved for documentation. The same
// files come out byte for byte at every run: chance is a generator with a
// fixed seed, time is a constant, and what is packed is stored uncompressed,
// so that the bytes don't depend on the release of a compressor. A test of
// cmd/mimebatch keeps the committed files in step with this program. From the
// repository's root:
//
//	go run ./testdata/gen
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", ".", "`directory` under which testdata/sheets and batch/sandbox/tenant.json are written")
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

// run makes all files under the directory out.
func run(out string) error {
	var (
		people = newCrowd()
		t      = newTenant()
	)
	starters := onboarding(people, t)
	clean, err := workbook(starters, "Exported 21/11/2026 by People Operations")
	if err != nil {
		return fmt.Errorf("make onboarding workbook: %w", err)
	}
	spoilt, list, err := spoil(starters)
	if err != nil {
		return fmt.Errorf("spoil onboarding rows: %w", err)
	}
	faulty, err := workbook(spoilt, "Exported 20/11/2026 by People Operations")
	if err != nil {
		return fmt.Errorf("make faulty onboarding workbook: %w", err)
	}
	mailboxes, err := migration(people, t)
	if err != nil {
		return fmt.Errorf("make migration sheet: %w", err)
	}
	resets, err := passwordReset(people, t)
	if err != nil {
		return fmt.Errorf("make password reset sheet: %w", err)
	}
	t.addBystanders(people)
	accounts, err := t.encode()
	if err != nil {
		return fmt.Errorf("make tenant: %w", err)
	}

	for path, content := range map[string][]byte{
		"testdata/sheets/onboarding.xlsx":        clean,
		"testdata/sheets/onboarding-faulty.xlsx": faulty,
		"testdata/sheets/onboarding-faulty.txt":  list,
		"testdata/sheets/migration.csv":          mailboxes,
		"testdata/sheets/password-reset.csv":     resets,
		"batch/sandbox/tenant.json":              accounts,
	} {
		path = filepath.Join(out, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make directory: %w", err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("write file: %w", err)
		}
	}
	return nil
}
