package main

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "1d": 24 * time.Hour, "2w": 14 * 24 * time.Hour,
		"": -1, "-1s": -1, "-1d": -1, "1.5d": -1, "1y": -1, "90": -1, "d": -1, "1d12h": -1,
	} {
		got, err := parseDuration(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

// FuzzParseDuration shows that a duration that is read is not below 0, and is the same when it is written and read again.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"0", "90s", "1h30m", "1d", "2w", "-1s", "1.5h", "9999999h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if err != nil {
			return
		}
		if again, err := parseDuration(d.String()); err != nil || again != d || d < 0 {
			t.Errorf("%q is %v, and again %v, %v", s, d, again, err)
		}
	})
}
