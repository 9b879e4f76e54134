package batch

import (
	"strings"
	"testing"
)

func TestYesNoWordsMeanTheSameInAllLanguages(t *testing.T) {
	meaning := map[string]string{}
	for _, l := range yesNoWords {
		for value, words := range map[string]string{"true": l.yes, "false": l.no} {
			for w := range strings.FieldsSeq(words) {
				if other, ok := meaning[fold(w)]; ok && other != value {
					t.Errorf("%s: %q is %s, and %s in another language", l.language, w, value, other)
				}
				meaning[fold(w)] = value
			}
		}
	}
	for w := range meaning {
		if isNullWord(w) || isErrorWord(w) {
			t.Errorf("%q is yes or no, and no value", w)
		}
	}
}

func TestEveryWordCanBeFound(t *testing.T) {
	for name, words := range map[string][]string{
		"null": keys(nullWords), "error": keys(errorWords), "password": keys(passwordWords), "yes or no": keys(yesNoWord), "month": keys(monthWords()),
	} {
		for _, w := range words {
			if len(w) > longestWord {
				t.Errorf("%s: %q is too long to be looked up", name, w)
			}
			if fold(w) != w {
				t.Errorf("%s: %q can't be found: it is compared as %q", name, w, fold(w))
			}
		}
	}
	for w := range nullWords {
		if !isNullWord(w) {
			t.Errorf("%q is a null word, and isn't found", w)
		}
	}
	for w := range errorWords {
		if !isErrorWord(strings.ToUpper(w)) {
			t.Errorf("%q is no error", strings.ToUpper(w))
		}
	}
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestMonthNamesMeanOneMonth(t *testing.T) {
	names := map[string]int{}
	for _, year := range monthNames {
		months := strings.Fields(year)
		if len(months) != 12 {
			t.Errorf("%d months in %q", len(months), year)
		}
		for i, m := range months {
			if other, ok := names[fold(m)]; ok && other != i+1 {
				t.Errorf("%q is month %d and month %d", m, i+1, other)
			}
			names[fold(m)] = i + 1
		}
	}
	for in, want := range map[string]int{
		"JAN": 1, "Sept": 9, "déc": 12, "ott": 10, "out": 10, "mai": 5, "maj": 5, "mei": 5, "června": 6, "července": 7, "paź": 10, "mrz": 3, "Août": 8, "juil": 7,
		"jui": 0, "cer": 0, "ju": 0, "ma": 0, "monday": 0,
	} {
		if got, _ := find(monthWords(), in); got != want {
			t.Errorf("month of %q: %d, want %d", in, got, want)
		}
	}
}
