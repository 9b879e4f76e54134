package sheet

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestRecognise(t *testing.T) {
	for _, tt := range []struct {
		name, head string
		want       Format
		found      string // in the error's words; "" for none
	}{
		{"text", "a,b\n", CSV, ""},
		{"text with a mark", "\xef\xbb\xbfa,b\n", CSV, ""},
		{"one byte", "a", CSV, ""},
		{"a tag in a cell", "<b>,x\n", CSV, ""},
		{"zip", "PK\x03\x04....", XLSX, ""},
		{"zip without entries", "PK\x05\x06....", XLSX, ""},
		{"old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", 0, "password-protected"},
		{"PDF", "%PDF-1.7\n\x00", 0, "PDF"},
		{"HTML", "<!DOCTYPE html>\n<html>", 0, "HTML"},
		{"HTML after blanks", "\xef\xbb\xbf \r\n\t<HTML>", 0, "HTML"},
		{"HTML table", "<table border=1>", 0, "HTML"},
		{"XML", "<?xml version=\"1.0\"?><Workbook>", 0, "XML"},
		{"gzip", "\x1f\x8b\x08\x00", 0, "gzip"},
		{"PNG", "\x89PNG\r\n\x1a\n\x00", 0, "PNG"},
		{"JPEG", "\xff\xd8\xff\xe0\x00", 0, "JPEG"},
		{"UTF-16 little end first", "\xff\xfea\x00,\x00", 0, "UTF-16"},
		{"UTF-16 big end first", "\xfe\xff\x00a\x00,", 0, "UTF-16"},
		{"NUL bytes", "a\x00b", 0, "binary"},
		{"nothing", "", 0, "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := recognise([]byte(tt.head))
			if tt.found == "" {
				if err != nil || got != tt.want {
					t.Errorf("recognise = %v, %v, want %v", got, err, tt.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.found) || hintOf(err) == "" {
				t.Errorf("error is %v with hint %q, want one that says %q", err, hintOf(err), tt.found)
			}
		})
	}
	if _, err := recognise(nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("no bytes: %v, want ErrEmpty", err)
	}
}

func hintOf(err error) string {
	h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err)
	if !ok {
		return ""
	}
	return h.Hint()
}

// A character may lie on the border of two pieces that the survey reads, and an invalid one may be anywhere.
func TestSurveyUTF8(t *testing.T) {
	const border = 256 << 10
	for _, tt := range []struct {
		name, text string
		line       int // that is not UTF-8; 0 if all is
	}{
		{"valid", "é\n€\n😀\n", 0},
		{"Windows-1252", "a\nb\nc\xe9d\n", 3},
		{"cut at the end", "a\n\xe2\x82", 2},
		{"late", strings.Repeat("a\n", border) + "\xff", border + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := survey(t.Context(), strings.NewReader(tt.text))
			checkEncoding(t, err, tt.line)
		})
	}
	for shift := range 5 {
		for _, char := range []string{"é", "€", "😀", "\xf0\x9f\x98a", "\x80"} {
			text := strings.Repeat("a", border-shift) + char + "\nend\n"
			line := 0
			if !utf8.ValidString(char) {
				line = 1
			}
			_, _, err := survey(t.Context(), iotest.HalfReader(strings.NewReader(text)))
			checkEncoding(t, err, line)
		}
	}
}

func checkEncoding(t *testing.T, err error, line int) {
	t.Helper()
	encoding, ok := errors.AsType[*EncodingError](err)
	if ok != (line > 0) || ok && (encoding.Line != line || encoding.Hint() == "") || !ok && err != nil {
		t.Errorf("error is %v, want one for line %d", err, line)
	}
}

func TestSurveyHash(t *testing.T) {
	_, sum, err := survey(t.Context(), bytes.NewReader([]byte("abc")))
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; err != nil || sum != want {
		t.Errorf("SHA-256 is %s, %v, want %s", sum, err, want)
	}
	if _, _, err := survey(t.Context(), iotest.ErrReader(errors.New("I/O error"))); err == nil || errors.Is(err, ErrEmpty) {
		t.Errorf("a disk that fails: %v", err)
	}
}
