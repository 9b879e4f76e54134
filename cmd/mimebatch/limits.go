package main

import (
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

// limitFlags are the flags that end a run before all rows are through.
type limitFlags struct {
	until       untilFlag
	maxDuration time.Duration
	maxFailures boundFlag
	maxChanges  boundFlag
}

func (f *limitFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&f.until, "until", "begin no row from this `time` on: the next 06:00, or 2026-12-31 06:00")
	flags.Var((*someTimeFlag)(&f.maxDuration), "max-duration", "begin no row after so `long`, such as 2h; pauses count")
	flags.Var(&f.maxFailures, "max-failures", "end when more rows are refused by this command, or more `N|N%` of those to be changed; applied again, it counts anew")
	flags.Var(&f.maxChanges, "max-changes", "begin nothing if more rows are to be changed, or more `N|N%` of the sheet's")
}

// limits returns the limits of a run of so many rows, of which so many are planned to be changed.
func (f *limitFlags) limits(rows, changes int) batch.Limits {
	return batch.Limits{
		Until: f.until.time, Duration: f.maxDuration,
		Failures: f.maxFailures.of(changes), Changes: f.maxChanges.of(rows),
	}
}

// untilFlag is a flag that takes a time.
type untilFlag struct {
	text string
	time time.Time
}

func (f *untilFlag) String() string { return f.text }
func (f *untilFlag) Type() string   { return "time" }

// Set reads the flag's value.
func (f *untilFlag) Set(s string) (err error) {
	f.text = s
	f.time, err = batch.ParseUntil(s, time.Now())
	return err
}

// boundFlag is a flag that takes a number of rows or a share of them.
type boundFlag struct{ bound *batch.Bound }

func (f *boundFlag) String() string {
	if f.bound == nil {
		return ""
	}
	return f.bound.String()
}

func (f *boundFlag) Type() string { return "N|N%" }

// Set reads the flag's value.
func (f *boundFlag) Set(s string) error {
	b, err := batch.ParseBound(s)
	f.bound = &b
	return err
}

// of returns how many of so many rows the flag allows, nil for any number.
func (f *boundFlag) of(rows int) *int {
	if f.bound == nil {
		return nil
	}
	return new(f.bound.Of(rows))
}
