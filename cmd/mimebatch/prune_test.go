package main

import (
	"fmt"
	"testing"
	"time"
)

func TestParseAge(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "12w": 84 * day, "36h": 36 * time.Hour, "0d": 0, "36500d": 36500 * day,
		"": -1, "d": -1, "90": -1, "-1d": -1, "1.5d": -1, "9 d": -1, "90D": -1, "36501d": -1, "99999999999999999999w": -1, "1y": -1,
	} {
		got, err := parseAge(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

// FuzzParseAge shows that an age that is read is the one that was written.
func FuzzParseAge(f *testing.F) {
	for _, s := range []string{"90d", "12w", "36h", "", "d", "-1d", "+1d", "007d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		age, err := parseAge(s)
		if err != nil {
			return
		}
		if again, err := parseAge(fmt.Sprintf("%dh", age/time.Hour)); err != nil || again != age || age < 0 {
			t.Errorf("%q is %v, and again %v, %v", s, age, again, err)
		}
	})
}
