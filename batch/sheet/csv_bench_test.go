package sheet_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mimebatch/batch/sheet"
)

// benchText is a list of 100,000 people as HR exports it, 12 columns wide.
func benchText() string {
	var b strings.Builder
	b.WriteString("Email,Name,Password,Title,Department,Location,Manager,Start,Active,Phone,Room,Notes\r\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "person.%d@example.com,Person %d,Xk7!pw-%d,Engineer,Research,\"Berlin, Mitte\",boss.%d@example.com,2026-01-%02d,yes,+49 30 %07d,B%d,\r\n",
			i, i, i*7919, i%97, i%28+1, i, i%300)
	}
	return b.String()
}

// Reading the rows of a CSV file may take 1.5 times as long as the baseline below.
func BenchmarkScanCSV(b *testing.B) {
	text := benchText()
	path := filepath.Join(b.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	table, err := sheet.Open(b.Context(), path, byWords)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		rows := 0
		for r, err := range table.Rows(b.Context()) {
			if err != nil || r.Fault != nil {
				b.Fatal(r, err)
			}
			rows++
		}
		if rows != 100_000 {
			b.Fatal(rows)
		}
	}
}

func BenchmarkScanCSVBaselineEncodingCSV(b *testing.B) {
	text := benchText()
	path := filepath.Join(b.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		r := csv.NewReader(f)
		r.ReuseRecord = true
		rows := 0
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			rows++
		}
		f.Close()
		if rows != 100_001 {
			b.Fatal(rows)
		}
	}
}

// Recognising a file reads it whole, for its hash and its encoding.
func BenchmarkOpenCSV(b *testing.B) {
	text := benchText()
	path := filepath.Join(b.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := sheet.Open(b.Context(), path, byWords); err != nil {
			b.Fatal(err)
		}
	}
}
