package journal

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

// FuzzCells: cells that a sheet can yield come back as they were.
func FuzzCells(f *testing.F) {
	f.Add("ana@example.com", uint8(sheet.Text), int64(0))
	f.Add("<&>\"\\\u2028\x00\ufffd", uint8(sheet.Text), int64(0))
	f.Add("12.50", uint8(sheet.Number), int64(0))
	f.Add("", uint8(sheet.Date), int64(1798761599))
	f.Add("", uint8(sheet.Date), int64(1798675200))
	f.Add("1900-02-29", uint8(sheet.Date), int64(0))
	f.Add("TRUE", uint8(sheet.Bool), int64(0))
	f.Add("#N/A", uint8(sheet.Error), int64(0))
	f.Fuzz(func(t *testing.T, text string, kind uint8, second int64) {
		// A sheet's texts are valid UTF-8.
		cell := sheet.Cell{Text: strings.ToValidUTF8(text, "?"), Kind: sheet.Kind(kind % 5)}
		if cell.Kind == sheet.Date {
			// Its text and its time say the same, in the years 1 to 9999.
			const span = 9998 * 365 * 24 * 3600
			first := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)
			cell.Date = time.Unix(first.Unix()+(second%span+span)%span, 0).UTC()
			cell.Text = strings.TrimSuffix(cell.Date.Format("2006-01-02T15:04:05"), "T00:00:00")
		}
		want := []sheet.Cell{cell, {}, cell}
		stored, err := asCells(&want).Value()
		if err != nil {
			t.Fatal(err)
		}
		var got []sheet.Cell
		if err := asCells(&got).Scan(stored); err != nil {
			t.Fatalf("read %v: %v", stored, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stored as %v (-want +got):\n%s", stored, diff)
		}
	})
}

// FuzzStoredCells: whatever stands in the column, reading it is an error or gives cells that are stored and read alike.
func FuzzStoredCells(f *testing.F) {
	for _, s := range []string{`["a",{"k":"date","v":"2026-12-31"}]`, `[]`, `[null]`, `["a"`, `[{"k":"text","v":"a"}]`, `[1]`, `[{"k":"date"}]`, `{}`, `null`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		var cells, again []sheet.Cell
		if asCells(&cells).Scan(stored) != nil {
			return
		}
		text, err := asCells(&cells).Value()
		if err != nil {
			t.Fatal(err)
		}
		if err := asCells(&again).Scan(text); err != nil {
			t.Fatalf("read %v: %v", text, err)
		}
		if diff := cmp.Diff(cells, again); diff != "" {
			t.Errorf("stored as %v (-first +second):\n%s", text, diff)
		}
	})
}

func TestCellsAsStored(t *testing.T) {
	cells := []sheet.Cell{{Text: "Ana & Bo"}, {}, {Text: "7", Kind: sheet.Number}, {Text: "2026-12-31", Kind: sheet.Date}}
	const want = `["Ana & Bo","",{"k":"number","v":"7"},{"k":"date","v":"2026-12-31"}]`
	got, err := asCells(&cells).Value()
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("stored as %v, want %s", got, want)
	}
}
