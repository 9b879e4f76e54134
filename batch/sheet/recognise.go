package sheet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"unicode/utf8"
)

// Format is the form of a file.
type Format uint8

const (
	CSV Format = iota
	XLSX
)

func (f Format) String() string {
	return [...]string{"CSV", "XLSX"}[f]
}

// headSize is how much of a file is looked at to recognise it, in bytes.
const headSize = 4 << 10

const (
	hintExport  = "export the list as .xlsx or CSV from the program it comes from"
	hintSaveAs  = "open the file in the spreadsheet program and save it as .xlsx or \"CSV UTF-8\""
	hintOldBook = "open the file in the spreadsheet program, take the password off if it has one, and save it as .xlsx or \"CSV UTF-8\""
)

// magics are the first bytes of what people send instead of a table.
var magics = []struct{ bytes, found, hint string }{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls workbook or a password-protected one", hintOldBook},
	{"%PDF", "a PDF document", hintExport},
	{"{\\rtf", "an RTF document", hintExport},
	{"\x1f\x8b", "a gzip archive", "unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"},
	{"Rar!", "a RAR archive", "unpack it first"},
	{"\x89PNG", "a PNG image", hintExport},
	{"\xff\xd8\xff", "a JPEG image", hintExport},
	{"GIF8", "a GIF image", hintExport},
	{"RIFF", "a media file", hintExport},
}

// marks are what texts begin with, after blanks and in small letters, that are no tables.
var marks = []struct{ prefix, found string }{
	{"<!doctype html", "an HTML page"},
	{"<html", "an HTML page"},
	{"<head", "an HTML page"},
	{"<body", "an HTML page"},
	{"<table", "an HTML page"},
	{"<?xml", "an XML document"},
	{"<!doctype", "an XML document"},
}

const utf8BOM = "\xef\xbb\xbf"

// recognise tells what a file is by its first bytes.
func recognise(head []byte) (Format, error) {
	if len(head) == 0 {
		return 0, ErrEmpty
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return XLSX, nil
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.bytes)) {
			return 0, &NotSheetError{Found: m.found, hint: m.hint}
		}
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return 0, &EncodingError{Found: "UTF-16"}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return 0, &NotSheetError{Found: "binary data", hint: hintSaveAs}
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte(utf8BOM)), " \t\r\n"))
	for _, m := range marks {
		if bytes.HasPrefix(text, []byte(m.prefix)) {
			return 0, &NotSheetError{Found: m.found, hint: hintSaveAs}
		}
	}
	return CSV, nil
}

// survey reads a file to its end. It returns what the file is and the SHA-256 of it, in hex.
func survey(ctx context.Context, r io.Reader) (Format, string, error) {
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	format, err := Format(0), error(nil)
	lines, carried := 0, 0 // carried are the first bytes of a character that the last piece cut off
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return 0, "", err
		}
		n, readErr := io.ReadFull(r, buf[carried:])
		end := errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF)
		if readErr != nil && !end {
			return 0, "", readErr
		}
		sum.Write(buf[carried : carried+n])
		piece := buf[:carried+n]
		if first {
			if format, err = recognise(piece[:min(n, headSize)]); err != nil {
				return 0, "", err
			}
		}
		carried = 0
		if format == CSV {
			if !end {
				carried = cutOff(piece)
			}
			whole := piece[:len(piece)-carried]
			if !utf8.Valid(whole) {
				return 0, "", &EncodingError{Found: "in an old encoding such as Windows-1252", Line: lines + invalidLine(whole)}
			}
			lines += bytes.Count(whole, []byte{'\n'})
			copy(buf, piece[len(whole):])
		}
		if end {
			return format, hex.EncodeToString(sum.Sum(nil)), nil
		}
	}
}

// cutOff returns how many bytes at the end of text begin a character and don't end it.
func cutOff(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

// invalidLine returns the number of the first line of text that is not UTF-8, counted from 1.
func invalidLine(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if n++; !utf8.Valid(line) {
			break
		}
	}
	return n
}
