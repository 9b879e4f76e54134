package sheet

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	utf8BOM  = "\xef\xbb\xbf"
	nameUTF8 = "utf-8"
	nameLE   = "utf-16le"
	nameBE   = "utf-16be"
)

// textForm is how the characters of a text are written. The zero textForm is that of a text of which nothing is known yet.
type textForm struct {
	name     string            // IANA's, in small letters
	guessed  bool              // nothing says so but that the text is not UTF-8
	mark     int               // bytes of the byte order mark
	encoding encoding.Encoding // nil for UTF-8, which is passed on as it is
}

// byteOrderMarks are those that tell an encoding. A mark that begins another one comes behind it.
var byteOrderMarks = []struct{ bytes, name string }{
	{utf8BOM, nameUTF8},
	{"\xff\xfe\x00\x00", "utf-32"},
	{"\x00\x00\xfe\xff", "utf-32"},
	{"\xff\xfe", nameLE},
	{"\xfe\xff", nameBE},
}

// decode returns a text as UTF-8, without its byte order mark. Bytes that stand for no character become U+FFFD.
func (f textForm) decode(r io.Reader) *bufio.Reader {
	text := bufio.NewReader(r)
	_, _ = text.Discard(f.mark) // an error comes again with the text
	if f.encoding == nil {
		return text
	}
	return bufio.NewReader(transform.NewReader(text, f.encoding.NewDecoder()))
}

func (f textForm) isUTF16() bool { return f.name == nameLE || f.name == nameBE }

// namedForm returns the form that the caller names, the zero one if the name is "".
func namedForm(name string) (textForm, error) {
	if name == "" {
		return textForm{}, nil
	}
	// Where the two registries differ IANA's is what was asked for; the other one knows more nicknames.
	enc, err := ianaindex.IANA.Encoding(name)
	if err != nil || enc == nil {
		enc, _ = htmlindex.Get(name)
	}
	if enc != nil {
		if official, err := ianaindex.MIME.Name(enc); err == nil {
			return formOf(strings.ToLower(official), enc), nil
		}
	}
	return textForm{}, &EncodingError{
		What: fmt.Sprintf("%q is not the name of an encoding that is known here", name),
		hint: "use one of IANA's names, such as windows-1252, iso-8859-15, macintosh, shift_jis or utf-16le",
	}
}

func formOf(name string, enc encoding.Encoding) textForm {
	switch name {
	case nameUTF8:
		enc = nil
	case "utf-16", nameLE: // without a mark it is nearly always that one
		name, enc = nameLE, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case nameBE:
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return textForm{name: name, encoding: enc}
}

// formByHead tells the form of a text by its first bytes: by the byte order mark, by the caller's word, or by where the NUL
// bytes are. The zero textForm says that only the whole text can tell.
func formByHead(head []byte, o Options) (textForm, error) {
	named, err := namedForm(o.Encoding)
	if err != nil {
		return textForm{}, err
	}
	for _, m := range byteOrderMarks {
		if !bytes.HasPrefix(head, []byte(m.bytes)) {
			continue
		}
		form := formOf(m.name, nil)
		form.mark = len(m.bytes)
		switch {
		case m.name == "utf-32":
			return textForm{}, &EncodingError{What: "the text is UTF-32, which nothing else uses for sheets"}
		case named.name != "" && named.name != m.name && !(form.isUTF16() && strings.EqualFold(o.Encoding, "utf-16")):
			return textForm{}, &EncodingError{
				What: fmt.Sprintf("the text begins with the mark of %s, so that it isn't %s", m.name, named.name),
				hint: "leave --encoding out",
			}
		}
		return form, nil
	}
	if named.name != "" {
		return named, nil
	}
	return formByNULs(head), nil
}

// formByNULs recognises UTF-16 without a byte order mark: half of the characters or more are Latin, so that one of their two
// bytes is NUL, and no character has its NUL on the other side.
func formByNULs(head []byte) textForm {
	pairs := len(head) / 2
	var nuls [2]int
	for i, c := range head[:pairs*2] {
		if c == 0 {
			nuls[i%2]++
		}
	}
	switch {
	case pairs < 4: // it could be anything
	case nuls[0] == 0 && nuls[1]*2 >= pairs:
		return formOf(nameLE, nil)
	case nuls[1] == 0 && nuls[0]*2 >= pairs:
		return formOf(nameBE, nil)
	}
	return textForm{}
}

// settle decides what only the whole text can tell, of size bytes, and refuses a text that isn't what it seems.
//
// Bytes that are not UTF-8 make the text Windows-1252, which is what spreadsheet programs in the West write. But if other
// bytes of it are UTF-8 beyond ASCII, or the mark says so, then two texts were joined into one, and either guess would spoil
// names in silence. One character is enough for that: in Windows-1252 it would be two or three rare ones that hardly ever
// stand side by side.
func (f textForm) settle(in *input, o Options, seen utf8Scan) (textForm, error) {
	switch {
	case f.isUTF16() && (seen.size-int64(f.mark))%2 != 0:
		return f, &DamageError{Place: "end of the text", What: "the last character is cut in two: it is UTF-16, and has an odd number of bytes"}
	case f.encoding != nil:
		return f, nil
	case seen.stray < 0:
		f.name = nameUTF8
		return f, nil
	case o.Encoding != "":
		f.encoding = unicode.UTF8
		return f, nil
	case seen.wide < 0:
		return textForm{name: "windows-1252", guessed: true, encoding: charmap.Windows1252}, nil
	}
	wide, err := lineAt(in, seen.wide)
	if err != nil {
		return f, err
	}
	stray, err := lineAt(in, seen.stray)
	if err != nil {
		return f, err
	}
	return f, &EncodingError{
		What: fmt.Sprintf("the text is in two encodings: line %d is UTF-8, line %d is not", wide, stray),
		hint: "if two files were joined, give them one by one; if it is one, say which encoding it has, such as --encoding windows-1252; " +
			"with --encoding utf-8 each row that isn't is named",
	}
}

// lineAt returns the line of the text that the byte at an offset stands on, as a text editor counts.
func lineAt(in *input, offset int64) (int, error) {
	f, err := in.open()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	text := bufio.NewReader(io.LimitReader(f, offset))
	n := 1
	for last := byte(0); ; {
		c, err := text.ReadByte()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if c == '\r' || c == '\n' && last != '\r' {
			n++
		}
		last = c
	}
}
