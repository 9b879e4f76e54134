package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// saved is when the workbooks say that they were saved.
var saved = time.Date(2026, time.November, 21, 9, 12, 0, 0, time.UTC)

// Private-use characters stand in for control characters until the workbook is
// repacked.
const (
	firstControl = '\uE000'
	lastControl  = firstControl + 0x1F
)

// standIn is the character that excelize gets to write for r. It would put a
// replacement character where a control character is.
func standIn(r rune) rune {
	if r < 0x20 {
		return firstControl + r
	}
	return r
}

// repack turns what excelize wrote into a workbook with the same bytes
// everywhere: parts sorted, dated and stored. It also writes into the parts
// what excelize can't: control characters, which XML forbids and workbooks
// therefore escape as _xHHHH_, and cells that hold an error.
func repack(written []byte, errors map[string]errorValue) ([]byte, error) {
	in, err := zip.NewReader(bytes.NewReader(written), int64(len(written)))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })

	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		content, err := read(part)
		if err != nil {
			return nil, err
		}
		for r := firstControl; r <= lastControl; r++ {
			content = bytes.ReplaceAll(content, []byte(string(r)), fmt.Appendf(nil, "_x%04X_", r-firstControl))
		}
		if strings.HasPrefix(part.Name, "xl/worksheets/") {
			if content, err = putErrors(content, errors); err != nil {
				return nil, err
			}
		}
		w, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Store, Modified: saved})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(content); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func read(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// putErrors gives the named cells of a worksheet, which are blank but for a
// style, their error values.
func putErrors(worksheet []byte, errors map[string]errorValue) ([]byte, error) {
	for cell, value := range errors {
		blank := regexp.MustCompile(`<c r="` + cell + `"( s="\d+")?(></c>|/>)`)
		if !blank.Match(worksheet) {
			return nil, fmt.Errorf("put %s into cell %s: the cell is not blank", value, cell)
		}
		filled := fmt.Sprintf(`<c r="%s"${1} t="e"><v>%s</v></c>`, cell, value)
		worksheet = blank.ReplaceAll(worksheet, []byte(filled))
	}
	return worksheet, nil
}
