package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// read surveys a text and decodes it.
func read(t *testing.T, text string, o Options) (textForm, string, error) {
	t.Helper()
	in := &input{data: []byte(text)}
	s, err := survey(t.Context(), in, o)
	if err != nil {
		return textForm{}, "", err
	}
	r, err := in.open()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := io.ReadAll(s.text.decode(r))
	if err != nil {
		t.Fatal(err)
	}
	return s.text, string(decoded), nil
}

func TestEncoding(t *testing.T) {
	swap := func(text string) string {
		b := []byte(text)
		for i := 0; i+1 < len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
		return string(b)
	}
	for _, tt := range []struct {
		name, text, encoding string // Options.Encoding
		want                 string // the text
		is                   string // the encoding's name
		guessed              bool
	}{
		{name: "ASCII", text: "a,b", want: "a,b", is: "utf-8"},
		{name: "UTF-8", text: "é€😀", want: "é€😀", is: "utf-8"},
		{name: "UTF-8 with a mark", text: "\xef\xbb\xbfé", want: "é", is: "utf-8"},
		{name: "nothing but a mark", text: "\xef\xbb\xbf", want: "", is: "utf-8"},
		{name: "UTF-16 LE with a mark", text: wide("\ufeffé,€😀"), want: "é,€😀", is: "utf-16le"},
		{name: "UTF-16 BE with a mark", text: swap(wide("\ufeffé,€😀")), want: "é,€😀", is: "utf-16be"},
		{name: "UTF-16 LE without a mark", text: wide("Email,Name\nž"), want: "Email,Name\nž", is: "utf-16le"},
		{name: "UTF-16 BE without a mark", text: swap(wide("Email,Name\nž")), want: "Email,Name\nž", is: "utf-16be"},
		{name: "UTF-16 that is mostly not Latin, named", text: wide("氏名,名前\n"), encoding: "UTF-16LE", want: "氏名,名前\n", is: "utf-16le"},
		{name: "UTF-16 named without its order", text: swap(wide("\ufeffé")), encoding: "utf-16", want: "é", is: "utf-16be"},
		{name: "UTF-16 with half a pair", text: wide("\ufeffa") + "\x3d\xd8" + wide("b"), want: "a\ufffdb", is: "utf-16le"},
		{name: "Windows-1252", text: "Zo\xeb \x80 \x93x\x94\xa0", want: "Zoë € “x”\u00a0", is: "windows-1252", guessed: true},
		{name: "Windows-1252, bytes that it leaves out", text: "Zo\xeb\x81", want: "Zoë\ufffd", is: "windows-1252", guessed: true},
		{name: "Windows-1252, named", text: "Zo\xeb", encoding: "Windows-1252", want: "Zoë", is: "windows-1252"},
		{name: "Windows-1252 by a nickname", text: "Zo\xeb", encoding: "cp1252", want: "Zoë", is: "windows-1252"},
		{name: "Mac Roman, named", text: "Zo\x91\r\xa5", encoding: "macintosh", want: "Zoë\r•", is: "macintosh"},
		{name: "Latin-1, named", text: "Zo\xeb", encoding: "latin1", want: "Zoë", is: "iso-8859-1"},
		{name: "Shift JIS, named", text: "\x8e\x81\x96\xbc,a", encoding: "Shift_JIS", want: "氏名,a", is: "shift_jis"},
		{name: "Shift JIS, half a character before the separator", text: "\x8e,a\n", encoding: "shift_jis", want: "\ufffd,a\n", is: "shift_jis"},
		{name: "code page 850, named", text: "Zo\x89", encoding: "IBM850", want: "Zoë", is: "ibm850"},
		{name: "UTF-8, named, some of it is not", text: "é\n\xe9\nx\xe2\x82", encoding: "UTF-8", want: "é\n\ufffd\nx\ufffd", is: "utf-8"},
		{name: "UTF-8, named, with a mark", text: "\xef\xbb\xbfé", encoding: "utf8", want: "é", is: "utf-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			form, got, err := read(t, tt.text, Options{Encoding: tt.encoding})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if form.name != tt.is || form.guessed != tt.guessed {
				t.Errorf("it is %s, guessed %t, want %s, %t", form.name, form.guessed, tt.is, tt.guessed)
			}
		})
	}
}

func TestEncodingRefused(t *testing.T) {
	for _, tt := range []struct {
		name, text, encoding string
		says, hint           string
	}{
		{"two exports joined", "Zoë\r\nAnn\rBob\r\nZo\xeb", "", "line 1 is UTF-8, line 4 is not", "--encoding"},
		{"two exports joined, the other way round", "Zo\xeb\nAnn\nZoë\n", "", "line 3 is UTF-8, line 1 is not", "--encoding"},
		{"the mark of UTF-8 before other text", "\xef\xbb\xbfAnn\nZo\xeb", "", "line 1 is UTF-8, line 2 is not", "--encoding"},
		{"a mark that contradicts the name", wide("\ufeffAnn"), "windows-1252", "the mark of utf-16le, so that it isn't windows-1252", "leave --encoding out"},
		{"an unknown name", "Ann", "windows-1253½", "not the name of an encoding", "windows-1252"},
		{"a name for nothing", "Ann", "replacement", "not the name of an encoding", "windows-1252"},
		{"a name that is known and not read", "Ann", "utf-7", "not the name of an encoding", "windows-1252"},
		{"UTF-32", "\xff\xfe\x00\x00A\x00\x00\x00", "", "UTF-32", "CSV UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := read(t, tt.text, Options{Encoding: tt.encoding})
			_, ok := errors.AsType[*EncodingError](err)
			if !ok || !strings.Contains(err.Error(), tt.says) || !strings.Contains(hintOf(err), tt.hint) {
				t.Errorf("error is %v with hint %q, want one that says %q and %q", err, hintOf(err), tt.says, tt.hint)
			}
		})
	}
	for _, encoding := range []string{"", "utf-16le"} {
		_, _, err := read(t, wide("Email,Name\n")+"a", Options{Encoding: encoding})
		if _, ok := errors.AsType[*DamageError](err); !ok || !strings.Contains(err.Error(), "odd number") {
			t.Errorf("UTF-16 cut in a character, named %q: %v", encoding, err)
		}
	}
}

// A character may lie on the border of two pieces that the survey reads, and an invalid one may be anywhere.
func TestEncodingAcrossPieces(t *testing.T) {
	const border = 256 << 10
	for shift := range 6 {
		for _, char := range []string{"é", "€", "😀", "\xf0\x9f\x98a", "\x80", "\xe2\x82"} {
			text := strings.Repeat("a", border-shift) + char + "\nend\n"
			form, got, err := read(t, text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if valid := utf8.ValidString(char); valid != (form.name == "utf-8") || valid && got != text {
				t.Errorf("%q, %d bytes before the border, is taken for %s", char, shift, form.name)
			}
		}
	}
	late := strings.Repeat("a\n", border) + "é\n" + strings.Repeat("b\r\n", border) + "\xff"
	_, _, err := read(t, late, Options{})
	if _, ok := errors.AsType[*EncodingError](err); !ok || !strings.Contains(err.Error(), fmt.Sprintf("line %d is not", 2*border+2)) {
		t.Errorf("a stray byte on line %d: %v", 2*border+2, err)
	}
}

// Whatever the bytes are, what they decode to is UTF-8, and a text comes out of each Unicode encoding as it went in.
func FuzzEncoding(f *testing.F) {
	for _, s := range []string{"Email,Name\n", "Zoë 😀", "\xef\xbb\xbfé", "\xff\xfea\x00,\x00", "\xfe\xff\x00a", "Zo\xeb\x81", "é\xe9", "\x00\x00", "a\x00b\x00c\x00d\x00"} {
		f.Add(s, "")
	}
	f.Add("\x8e\x81\x96\xbc,a", "shift_jis")
	f.Add("\x1b$B;a\x1b(B", "iso-2022-jp")
	f.Add("\x84\x31\xa4\x37", "gb18030")
	f.Fuzz(func(t *testing.T, text, encoding string) {
		form, got, err := read(t, text, Options{Encoding: encoding})
		if err == nil {
			if !utf8.ValidString(got) {
				t.Errorf("%s is decoded to what is not UTF-8: %q", form.name, got)
			}
			if form.guessed && utf8.RuneCountInString(got) != len(text) {
				t.Errorf("%d bytes of %s are decoded to %q", len(text), form.name, got)
			}
			if form.encoding == nil && got != strings.TrimPrefix(text, utf8BOM) {
				t.Errorf("UTF-8 came out as %q", got)
			}
		}
		if !utf8.ValidString(text) {
			return
		}
		for _, mark := range []string{utf8BOM + text, wide("\ufeff" + text)} {
			_, got, err := read(t, mark, Options{})
			if _, ok := errors.AsType[*NotSheetError](err); ok {
				continue
			}
			if encoding, ok := errors.AsType[*EncodingError](err); ok && strings.HasPrefix(text, "\x00") && strings.Contains(encoding.What, "UTF-32") {
				continue
			}
			if err != nil || got != text {
				t.Errorf("%q came out as %q, %v", text, got, err)
			}
		}
	})
}
