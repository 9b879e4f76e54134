package batch

import (
	"testing"
	"time"

	"mimebatch/batch/sheet"
)

// What most cells are must cost little: each of these is read a million times in a large sheet.
var usualCells = map[string]func() bool{
	"address": func() bool { v, p := readAddress(text("first.last12345@example.com"), ""); return v != "" && p == nil },
	"boolean": func() bool { v, p := readBool(text("no")); return v != "" && p == nil },
	"number":  func() bool { v, p := readBool(sheet.Cell{Kind: sheet.Number, Text: "1"}); return v != "" && p == nil },
	"name":    func() bool { v, p := readText(text("First Last 12345")); return v != "" && p == nil },
	"accents": func() bool { v, p := readText(text("José Muñoz")); return v != "" && p == nil },
}

func TestUsualCellsAllocateNothing(t *testing.T) {
	for name, read := range usualCells {
		if !read() {
			t.Errorf("%s: not read", name)
		}
		if n := testing.AllocsPerRun(100, func() { read() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func benchCell(b *testing.B, read func() bool) {
	b.ReportAllocs()
	for b.Loop() {
		if !read() {
			b.Fatal("not read")
		}
	}
}

func BenchmarkReadAddress(b *testing.B)     { benchCell(b, usualCells["address"]) }
func BenchmarkReadBool(b *testing.B)        { benchCell(b, usualCells["boolean"]) }
func BenchmarkReadText(b *testing.B)        { benchCell(b, usualCells["name"]) }
func BenchmarkReadTextAccents(b *testing.B) { benchCell(b, usualCells["accents"]) }
func BenchmarkReadPassword(b *testing.B) {
	benchCell(b, func() bool { v, p := readPassword(text(`Sunny,"Day"12345`)); return !v.IsZero() && p == nil })
}

func BenchmarkReadAddressUpperCase(b *testing.B) {
	benchCell(b, func() bool { v, p := readAddress(text("First.Last12345@Example.com"), ""); return v != "" && p == nil })
}

func BenchmarkReadDate(b *testing.B) {
	for name, s := range map[string]string{"ISO": "2026-12-01", "RFC3339": "2026-12-01T10:00:00Z", "slashes": "13/04/2026", "month": "15-Mar-2021"} {
		b.Run(name, func(b *testing.B) {
			benchCell(b, func() bool { v, p := readDate(text(s), "", time.UTC); return v != "" && p == nil })
		})
	}
}
