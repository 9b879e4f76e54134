package sheet

import (
	"bytes"
	"encoding/binary"
	"io"
	"path/filepath"
	"slices"
	"strings"
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
	hintUnpack  = "unpack it first"
	hintDecrypt = "decrypt it first"
	hintLock    = "a program that has the workbook open keeps it, and deletes it in the end: close the workbook there, and give the workbook's own path"
)

// magics are the first bytes of what people send instead of a table.
var magics = []struct{ bytes, found, hint string }{
	{"\x09\x00\x04\x00", "an old .xls workbook", hintOldBook},
	{"\x09\x02\x06\x00", "an old .xls workbook", hintOldBook},
	{"\x09\x04\x06\x00", "an old .xls workbook", hintOldBook},
	{"%PDF-", "a PDF document", hintExport},
	{"{\\rtf", "an RTF document", hintExport},
	{"\x1f\x8b", "a gzip archive", hintUnpack},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", hintUnpack},
	{"Rar!\x1a\x07", "a RAR archive", hintUnpack},
	{"\xfd7zXZ\x00", "an xz archive", hintUnpack},
	{"\x28\xb5\x2f\xfd", "a Zstandard archive", hintUnpack},
	{"\x89PNG\r\n\x1a\n", "a PNG image", hintExport},
	{"\xff\xd8\xff", "a JPEG image", hintExport},
	{"GIF87a", "a GIF image", hintExport},
	{"GIF89a", "a GIF image", hintExport},
	{"II*\x00", "a TIFF image", hintExport},
	{"MM\x00*", "a TIFF image", hintExport},
	{"SQLite format 3\x00", "an SQLite database", hintExport},
	{"\x00\x01\x00\x00Standard ", "an Access database", hintExport},
	{"bplist00", "an Apple property list, such as stands in for a file that is still in iCloud", "open the file once in the Finder, so that it is fetched"},
	{"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut", "give the path of the file that it leads to"},
	{"age-encryption.org/", "an encrypted file (age)", hintDecrypt},
	{"-----BEGIN AGE ENCRYPTED FILE", "an encrypted file (age)", hintDecrypt},
	{"-----BEGIN PGP MESSAGE", "an encrypted message (PGP)", hintDecrypt},
}

// marks are what texts begin with, after blanks and in small letters, that are no tables. Within is a word that must be
// somewhere in the head too.
var marks = []struct{ prefix, within, found, hint string }{
	{"<!doctype html", "", "an HTML page", hintSaveAs},
	{"<html", "", "an HTML page", hintSaveAs},
	{"<head", "", "an HTML page", hintSaveAs},
	{"<body", "", "an HTML page", hintSaveAs},
	{"<table", "", "an HTML page", hintSaveAs},
	{"<meta ", "", "an HTML page", hintSaveAs},
	{"<style", "", "an HTML page", hintSaveAs},
	{"<?xml", "urn:schemas-microsoft-com:office:spreadsheet", "an XML Spreadsheet 2003 workbook", hintSaveAs},
	{"<?xml", "progid=\"excel.sheet\"", "an XML Spreadsheet 2003 workbook", hintSaveAs},
	{"<?xml", "urn:oasis:names:tc:opendocument", "a flat OpenDocument file", hintSaveAs},
	{"<?xml", "<html", "an HTML page", hintSaveAs},
	{"<?xml", "", "an XML document", hintSaveAs},
	{"<!doctype", "", "an XML document", hintSaveAs},
	{"<!--", "<html", "an HTML page", hintSaveAs},
	{"<workbook", "urn:schemas-microsoft-com:office:spreadsheet", "an XML Spreadsheet 2003 workbook", hintSaveAs},
	{"mime-version:", "", "a web archive (MHTML)", hintSaveAs},
	{"id;pwxl", "", "a SYLK file", hintSaveAs},
	{"id;pscalc", "", "a SYLK file", hintSaveAs},
	{"id;pcalcooo", "", "a SYLK file", hintSaveAs},
	{"table", "\nvectors", "a DIF file", hintSaveAs},
	{"[internetshortcut]", "", "a link to a web page", "download the list from there as .xlsx or CSV"},
	{"begin:vcard", "", "a vCard file", hintExport},
}

// shape is what has to be done to read a file.
type shape uint8

const (
	shapeText shape = iota
	shapeZip
	shapeCompound
)

// recognised is what the first bytes of a file tell.
type recognised struct {
	shape shape
	text  textForm
}

// recognise tells what a file is by its first bytes: at least headSize of them, or all that it has. Its name matters only
// for the lock files that stand beside open workbooks, of which some have no content.
func recognise(path string, head []byte, o Options) (recognised, error) {
	size := len(head)
	head = head[:min(size, headSize)]
	switch {
	case isLock(filepath.Base(path), head, size):
		return recognised{}, &NotSheetError{Found: "the lock file of an open workbook", hint: hintLock}
	case size == 0:
		return recognised{}, ErrEmpty
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return recognised{shape: shapeZip}, nil
	case bytes.HasPrefix(head, []byte(compoundMagic)):
		return recognised{shape: shapeCompound}, nil
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.bytes)) {
			return recognised{}, &NotSheetError{Found: m.found, hint: m.hint}
		}
	}
	if found := binaryFile(head); found != "" {
		return recognised{}, &NotSheetError{Found: found, hint: hintExport}
	}
	form, err := formByHead(head, o)
	if err != nil {
		return recognised{}, err
	}
	if form.name == "" {
		if err := refuseBinary(head); err != nil {
			return recognised{}, err
		}
	}
	text, _ := io.ReadAll(form.decode(bytes.NewReader(head))) // the last character may be cut
	return recognised{shape: shapeText, text: form}, foreignText(text)
}

// isLock tells the files that programs keep beside an open workbook: ~$people.xlsx with the name of who has it open, first in
// bytes and then in UTF-16, or .~lock.people.xlsx# with the same as text.
func isLock(name string, head []byte, size int) bool {
	const excelSize, wide = 165, 55
	switch {
	case strings.HasPrefix(name, ".~lock.") && strings.HasSuffix(name, "#"):
		return true
	case strings.HasPrefix(name, "~$") && size < 1<<10 && (size == 0 || bytes.IndexByte(head, 0) >= 0) && !bytes.HasPrefix(head, []byte("PK")):
		return true
	case size != excelSize || head[0] == 0 || head[0] >= wide:
		return false
	}
	n := head[0]
	padding := bytes.Trim(head[1+n:wide], " \x00")
	return len(padding) == 0 && binary.LittleEndian.Uint16(head[wide:]) == uint16(n)
}

// binaryFile names a picture, film or sound whose mark does not stand at its very beginning, and a file whose mark could be the
// beginning of a text.
func binaryFile(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")) && bytes.IndexByte(head, 0) >= 0:
		return "a Parquet file"
	case len(head) < 12:
	case bytes.HasPrefix(head, []byte("RIFF")) && slices.Contains([]string{"WEBP", "WAVE", "AVI "}, string(head[8:12])),
		head[0] == 0 && string(head[4:8]) == "ftyp":
		return "a picture, a film or a sound"
	}
	return ""
}

// refuseBinary refuses what is no text of bytes. A table may hold some control characters, and then those rows are refused; a file
// of another kind is full of them.
func refuseBinary(head []byte) error {
	controls, nuls := 0, 0
	for _, c := range head {
		switch {
		case c == 0:
			nuls++
			controls++
		case c < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1a\x1b", rune(c)):
			controls++
		}
	}
	switch {
	case nuls == len(head):
		return &NotSheetError{Found: "nothing but NUL bytes", hint: "its content was lost when it was written or copied: get a fresh copy"}
	case controls > 2+len(head)/32:
		return &NotSheetError{Found: "binary data", hint: hintSaveAs}
	}
	return nil
}

// foreignText refuses a text that is something else than a table.
func foreignText(head []byte) error {
	text := bytes.ToLower(bytes.TrimLeft(head, " \t\r\n\ufeff"))
	for _, m := range marks {
		if bytes.HasPrefix(text, []byte(m.prefix)) && bytes.Contains(text, []byte(m.within)) {
			return &NotSheetError{Found: m.found, hint: m.hint}
		}
	}
	switch {
	case !isJSON(text):
		return nil
	case bytes.Contains(text, []byte("docs.google.com")), bytes.Contains(text, []byte(`"doc_id"`)):
		return &NotSheetError{Found: "a link to a Google sheet", hint: "open it in Google Sheets and download it there as .xlsx or CSV"}
	}
	return &NotSheetError{Found: "a JSON document", hint: hintExport}
}

// isJSON tells whether a text begins as JSON objects do, or an array of values.
func isJSON(text []byte) bool {
	for _, open := range []string{"[", "{"} {
		rest, ok := bytes.CutPrefix(text, []byte(open))
		if !ok {
			continue
		}
		rest = bytes.TrimLeft(rest, " \t\r\n")
		return len(rest) > 0 && (rest[0] == '"' || open == "[" && (rest[0] == '{' || rest[0] == '['))
	}
	return false
}
