package batch_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// benchRows is how many people the sheets of the benchmarks have: go test ./batch -bench Check -rows 1000000.
var benchRows = flag.Int("rows", 20_000, "people in the sheets of benchmarks")

// benchSheet writes a sheet of 12 columns.
func benchSheet(b *testing.B, format sheet.Format) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "people."+strings.ToLower(format.String()))
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	header := []string{
		"Email", "Display name", "Password", "Password never expires", "Force password change", "Archive start date",
		"Allow POP3", "Allow SMTP", "Account locked", "Account disabled", "Department", "Notes",
	}
	w, err := sheet.NewWriter(f, sheet.WriteOptions{Format: format, Comma: ',', Header: header, Rows: *benchRows})
	if err != nil {
		b.Fatal(err)
	}
	for i := range *benchRows {
		var cells []sheet.Cell
		for _, s := range []string{
			fmt.Sprintf("first.last%d@example.com", i), fmt.Sprintf("First Last %d", i), fmt.Sprintf("Sunny,\"Day\"%d", i), "no", "yes",
			"2026-12-01", "no", "no", "", "no", "Research", "",
		} {
			cells = append(cells, sheet.Cell{Text: s})
		}
		if err := w.Row(cells); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

// check is what the command of that name does with a sheet without problems.
func check(b *testing.B, path string) {
	for b.Loop() {
		s, err := batch.OpenSheet(b.Context(), path, batch.SheetOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if s.Rows != *benchRows || !s.Clean {
			b.Fatalf("%d rows, clean: %t", s.Rows, s.Clean)
		}
	}
	b.ReportMetric(float64(*benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCheckCSV(b *testing.B) { check(b, benchSheet(b, sheet.CSV)) }

// What an apply reads again of a sheet, to be compared with what a check and a bare scan take.
func BenchmarkPasswordsCSV(b *testing.B)  { passwords(b, benchSheet(b, sheet.CSV)) }
func BenchmarkPasswordsXLSX(b *testing.B) { passwords(b, benchSheet(b, sheet.XLSX)) }

func passwords(b *testing.B, path string) {
	for b.Loop() {
		p, err := batch.ReadPasswords(b.Context(), path, batch.SheetOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if p.Of(*benchRows + 1).IsZero() {
			b.Fatal("the last row has no password")
		}
	}
	b.ReportMetric(float64(*benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// The baseline of BenchmarkCheckCSV: a bare scan.
func BenchmarkCheckCSVBaselineEncodingCSV(b *testing.B) {
	data, err := os.ReadFile(benchSheet(b, sheet.CSV))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(data))
		r.ReuseRecord = true
		n := 0
		for ; ; n++ {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		if n != *benchRows+1 {
			b.Fatalf("%d records", n)
		}
	}
	b.ReportMetric(float64(*benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCheckXLSX(b *testing.B) { check(b, benchSheet(b, sheet.XLSX)) }

// The baseline of BenchmarkCheckXLSX: a bare scan of raw values, which sees neither damage nor dates.
func BenchmarkCheckXLSXBaselineExcelizeRows(b *testing.B) {
	path := benchSheet(b, sheet.XLSX)
	for b.Loop() {
		f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.Rows(f.GetSheetName(0))
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for ; rows.Next(); n++ {
			if _, err := rows.Columns(); err != nil {
				b.Fatal(err)
			}
		}
		if err := errors.Join(rows.Close(), f.Close()); err != nil || n != *benchRows+1 {
			b.Fatalf("%d rows, %v", n, err)
		}
	}
	b.ReportMetric(float64(*benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
