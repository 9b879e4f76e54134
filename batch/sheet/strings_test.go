package sheet

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStringTable(t *testing.T) {
	long := strings.Repeat("é", maxText/2) // several of them need several chunks
	texts := []string{"", "abc", "", "dé", long, "", long, long, long, long, "x", "", long, long}
	table := &stringTable{}
	for _, text := range texts {
		table.add([]byte(text))
	}
	if len(table.chunks) < 2 {
		t.Fatalf("%d chunks", len(table.chunks))
	}
	for i, want := range texts {
		if got, ok := table.get(i); !ok || got != want {
			t.Errorf("get(%d) has %d bytes, %t, want %d", i, len(got), ok, len(want))
		}
	}
	for _, i := range []int{-1, len(texts)} {
		if got, ok := table.get(i); ok {
			t.Errorf("get(%d) has %d bytes, want false", i, len(got))
		}
	}
	if _, ok := (&stringTable{}).get(0); ok {
		t.Error("an empty table has a string")
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
