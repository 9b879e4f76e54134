package sheet

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStringTable(t *testing.T) {
	table := &stringTable{arena: []byte("abcdé"), ends: []uint32{0, 3, 3, 6}}
	for i, want := range []string{"", "abc", "", "dé"} {
		if got, ok := table.get(i); !ok || got != want {
			t.Errorf("get(%d) = %q, %t, want %q", i, got, ok, want)
		}
	}
	for _, i := range []int{-1, 4} {
		if got, ok := table.get(i); ok {
			t.Errorf("get(%d) = %q, want false", i, got)
		}
	}
}

// A text in which every underscore is escaped comes back as it was.
func FuzzUnescape(f *testing.F) {
	for _, text := range []string{"", "a_x000D_b", "_x005F_x000D_", "_x_x0041_", "_xD800_", "é_x00e9"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decode := func(s string) string { return string(unescape([]byte(s))) }
		if got := decode(strings.ReplaceAll(text, "_", "_x005F_")); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
		if got := decode(text); utf8.ValidString(text) && !utf8.ValidString(got) || len(got) > len(text) {
			t.Errorf("unescape(%q) = %q", text, got)
		}
	})
}
