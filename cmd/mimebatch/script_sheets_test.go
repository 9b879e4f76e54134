package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/ianaindex"
)

// The commands of scripts that make sheets, sound and unsound ones.

// workbook FILE NAME=CSV...: make a workbook of CSV files, a worksheet each. A cell such as date:2026-12-31, number:7 or
// bool:true becomes one of that type.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	f := excelize.NewFile()
	defer f.Close()
	for i, a := range args[1:] {
		name, file, _ := strings.Cut(a, "=")
		if i == 0 {
			ts.Check(f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			ts.Check(err)
		}
		r := csv.NewReader(strings.NewReader(ts.ReadFile(file)))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		ts.Check(err)
		for n, rec := range records {
			for c, text := range rec {
				cell, err := excelize.CoordinatesToCellName(c+1, n+1)
				ts.Check(err)
				ts.Check(f.SetCellValue(name, cell, typed(ts, text)))
			}
		}
	}
	w, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(f.Write(w), w.Close()))
}

func typed(ts *testscript.TestScript, text string) any {
	kind, value, _ := strings.Cut(text, ":")
	switch kind {
	case "date":
		v, err := time.Parse(time.DateOnly, value)
		ts.Check(err)
		return v
	case "number":
		v, err := strconv.ParseFloat(value, 64)
		ts.Check(err)
		return v
	case "bool":
		return value == "true"
	}
	return text
}

// alter FILE WORKSHEET CHANGE...: change a workbook. Changes: hidden=yes (the worksheet), row=N and column=C (hide them),
// merge=A2:A3, format=A2:CODE.
func cmdAlter(ts *testscript.TestScript, neg bool, args []string) {
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	name := args[1]
	for _, a := range args[2:] {
		change, value, _ := strings.Cut(a, "=")
		switch change {
		case "hidden":
			ts.Check(f.SetSheetVisible(name, false))
		case "row":
			n, err := strconv.Atoi(value)
			ts.Check(err)
			ts.Check(f.SetRowVisible(name, n, false))
		case "column":
			ts.Check(f.SetColVisible(name, value, false))
		case "merge":
			from, to, _ := strings.Cut(value, ":")
			ts.Check(f.MergeCell(name, from, to))
		case "format":
			cell, code, _ := strings.Cut(value, ":")
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			ts.Check(err)
			ts.Check(f.SetCellStyle(name, cell, cell, style))
		default:
			ts.Fatalf("unknown change %q", a)
		}
	}
	ts.Check(f.Save())
}

// encode NAME IN OUT: write a UTF-8 text in another encoding. With NAME+bom it begins with a byte order mark.
func cmdEncode(ts *testscript.TestScript, neg bool, args []string) {
	name, bom := strings.CutSuffix(args[0], "+bom")
	enc, err := ianaindex.IANA.Encoding(name)
	ts.Check(err)
	text := ts.ReadFile(args[1])
	if bom {
		text = "\ufeff" + text
	}
	if enc != nil { // nil is UTF-8
		text, err = enc.NewEncoder().String(text)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o600))
}

// protect PASSWORD IN OUT: encrypt a workbook.
func cmdProtect(ts *testscript.TestScript, neg bool, args []string) {
	data, err := excelize.Encrypt([]byte(ts.ReadFile(args[1])), &excelize.Options{Password: args[0]})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o600))
}

// flip FILE PERCENT: flip a bit of the byte that far into the file.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	data, at := within(ts, args)
	data[at] ^= 0x10
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// poke FILE OFFSET BYTE: set one byte of a file.
func cmdPoke(ts *testscript.TestScript, neg bool, args []string) {
	data := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	value, err := strconv.ParseUint(args[2], 10, 8)
	ts.Check(err)
	data[at] = byte(value)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// cut FILE PERCENT: cut the file off there.
func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	data, at := within(ts, args)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data[:at], 0o600))
}

func within(ts *testscript.TestScript, args []string) ([]byte, int) {
	data := []byte(ts.ReadFile(args[0]))
	percent, err := strconv.Atoi(args[1])
	ts.Check(err)
	return data, len(data) * percent / 100
}

// marks FILE WORKSHEET: print the cells of a workbook that have a comment, with its text on one line.
func cmdMarks(ts *testscript.TestScript, neg bool, args []string) {
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	comments, err := f.GetComments(args[1])
	ts.Check(err)
	for _, c := range comments {
		text := c.Text
		for _, run := range c.Paragraph {
			text += run.Text
		}
		fmt.Fprintf(ts.Stdout(), "%s %s\n", c.Cell, strings.Join(strings.Fields(text), " "))
	}
}
