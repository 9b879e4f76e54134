package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// durationFlag is a flag that takes a duration, in days and weeks too. None is below 0.
type durationFlag time.Duration

func durationVar(flags *pflag.FlagSet, d *time.Duration, name string, value time.Duration, usage string) {
	*d = value
	flags.Var((*durationFlag)(d), name, usage)
}

func (d *durationFlag) String() string {
	if *d == 0 {
		return "0" // which help leaves out
	}
	return time.Duration(*d).String()
}

func (d *durationFlag) Type() string { return "duration" }

// Set reads the flag's value.
func (d *durationFlag) Set(s string) error {
	v, err := parseDuration(s)
	*d = durationFlag(v)
	return err
}

// someTimeFlag is a durationFlag that takes no 0.
type someTimeFlag time.Duration

func (d *someTimeFlag) String() string { return (*durationFlag)(d).String() }
func (d *someTimeFlag) Type() string   { return (*durationFlag)(d).Type() }

// Set reads the flag's value.
func (d *someTimeFlag) Set(s string) error {
	err := (*durationFlag)(d).Set(s)
	if err == nil && *d == 0 {
		err = fmt.Errorf("%q is no time at all: leave the flag out for no limit", s)
	}
	return err
}

// parseDuration reads a duration such as 1h30m, or a whole number of days or weeks.
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = parseAge(s)
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration such as 90s, 10m, 2h, 1d or 2w", s)
	case d < 0:
		return 0, fmt.Errorf("%q is below 0", s)
	}
	return d, nil
}
