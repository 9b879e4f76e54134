package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// tokens returns the tokens of a part of a workbook in short form, those of one text joined.
func tokens(in io.Reader, encoding string) ([]string, error) {
	x := newXMLScanner(&charReader{in: in}, encoding)
	var out []string
	chars := ""
	for {
		token, err := x.next()
		if token != characters && chars != "" {
			out, chars = append(out, fmt.Sprintf("%q", chars)), ""
		}
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return out, err
		case token == characters:
			chars += string(x.chars)
		case token == endTag:
			out = append(out, "/")
		case token == startTag:
			s := string(x.element)
			for i := range x.attrs {
				s += fmt.Sprintf(" %s=%q", localName(x.attrName(i)), x.attrValue(i))
			}
			out = append(out, s)
		}
	}
}

// theirTokens is tokens by encoding/xml.
func theirTokens(text string) ([]string, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	var out []string
	chars, depth := "", 0
	for {
		token, err := d.Token()
		if _, isChars := token.(xml.CharData); !isChars && chars != "" {
			switch token.(type) {
			case xml.Comment, xml.ProcInst:
			default:
				out, chars = append(out, fmt.Sprintf("%q", chars)), ""
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return out, err
		}
		switch t := token.(type) {
		case xml.CharData:
			if depth > 0 {
				chars += string(t)
			}
		case xml.EndElement:
			depth--
			out = append(out, "/")
		case xml.StartElement:
			depth++
			s := t.Name.Local
			for _, a := range t.Attr {
				s += fmt.Sprintf(" %s=%q", a.Name.Local, a.Value)
			}
			out = append(out, s)
		}
	}
}

var wellFormed = []struct {
	name, text string
	want       []string
}{
	{"empty element", `<a/>`, []string{"a", "/"}},
	{"empty element with blanks", "<a\t\n/>\r\n", []string{"a", "/"}},
	{"declaration", `<?xml version="1.0" encoding="UTF-8" standalone='yes'?><a/>`, []string{"a", "/"}},
	{"declaration without encoding", `<?xml version='1.0'?><a/>`, []string{"a", "/"}},
	{"blanks and comments around", " <!-- <x> & --><?p <x> & ?>\n<a/>\n<!----><?p?>", []string{"a", "/"}},
	{"both quotes", `<a b='"1"' c="'2'"/>`, []string{`a b="\"1\"" c="'2'"`, "/"}},
	{"blanks around equals", "<a b\n=\t'1'\r/>", []string{`a b="1"`, "/"}},
	{"greater in an attribute", `<a b="/>"/>`, []string{`a b="/>"`, "/"}},
	{"prefixes", `<x:a xmlns:x="u" x:b="1"><x:c></x:c ></x:a>`, []string{`a x="u" b="1"`, "c", "/", "/"}},
	{"names", `<_a-b.c1 d_-.2=""/>`, []string{`_a-b.c1 d_-.2=""`, "/"}},
	{"entities", `<a b="&lt;&amp;&quot;">&lt;&gt;&amp;&quot;&apos;</a>`, []string{`a b="<&\""`, `"<>&\"'"`, "/"}},
	{"numbers of characters", `<a>&#65;&#x1f600;&#x0000041;&#9;&#xD;</a>`, []string{"a", `"A😀A\t\r"`, "/"}},
	{"line ends", "<a b='1\r2'>1\r\n2\r3\n4\r\r\n</a>", []string{`a b="1\n2"`, `"1\n2\n3\n4\n\n"`, "/"}},
	{"character data", "<a>x<![CDATA[<&]]]]>&gt;&amp;<![CDATA[]]><![CDATA[\r\n]]></a>", []string{"a", `"x<&]]>&\n"`, "/"}},
	{"comment in a text", "<a>1<!-- - -->2<?p?>3</a>", []string{"a", `"123"`, "/"}},
	{"brackets in a text", "<a>]]&gt; ] ]> ></a>", []string{"a", `"]]> ] ]> >"`, "/"}},
	{"other alphabets", "<a b='社員'>é😀\ufffd</a>", []string{`a b="社員"`, "\"é😀\ufffd\"", "/"}},
	{"nested", "<a><b><c/></b><b/></a>", []string{"a", "b", "c", "/", "/", "b", "/", "/"}},
	{"a long text", "<a>" + strings.Repeat("0123456789", 20_000) + "</a>", []string{"a", `"` + strings.Repeat("0123456789", 20_000) + `"`, "/"}},
}

func TestXMLWellFormed(t *testing.T) {
	for _, tt := range wellFormed {
		t.Run(tt.name, func(t *testing.T) {
			theirs, err := theirTokens(tt.text)
			if err != nil {
				t.Fatalf("encoding/xml refuses it: %v", err)
			}
			if diff := cmp.Diff(tt.want, theirs); diff != "" {
				t.Errorf("tokens of encoding/xml (-want +got):\n%s", diff)
			}
			for name, in := range map[string]io.Reader{
				"whole":            strings.NewReader(tt.text),
				"byte by byte":     iotest.OneByteReader(strings.NewReader(tt.text)),
				"data with an end": iotest.DataErrReader(strings.NewReader(tt.text)),
			} {
				if name == "byte by byte" && len(tt.text) > 1000 {
					in = iotest.HalfReader(strings.NewReader(tt.text))
				}
				got, err := tokens(in, "utf-8")
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("tokens %s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

var malformed = []struct {
	name, text string
	want       error
}{
	{"nothing", "", errCut},
	{"blanks only", " \n", errCut},
	{"no root", "<!-- x -->", errCut},
	{"unclosed", "<a><b></b>", errCut},
	{"cut in a tag", "<a", errCut},
	{"cut in an end tag", "<a></a", errCut},
	{"cut in an attribute", `<a b="1`, errCut},
	{"cut behind an attribute's name", `<a b`, errCut},
	{"cut in a comment", "<a><!-- ", errCut},
	{"cut in a comment's end", "<a/><!-- --", errCut},
	{"cut in character data", "<a><![CDATA[x]]", errCut},
	{"cut in an instruction", "<a/><?p ", errCut},
	{"cut behind less", "<a><", errCut},
	{"cut in a mark", "<a><![CD", errCut},
	{"nested wrongly", "<a><b></a></b>", errNesting},
	{"end without a beginning", "<a/></a>", errNesting},
	{"other prefix", "<x:a></y:a>", errNesting},
	{"longer end", "<a></ab>", errNesting},
	{"shorter end", "<ab></a></ab>", errNesting},
	{"other capitals", "<a></A>", errNesting},
	{"attribute in an end tag", "<a></a b='1'>", errMalformed},
	{"blank before an end tag's name", "<a></ a>", errNesting},
	{"second root", "<a/><b/>", errTrailing},
	{"text behind the root", "<a/>x", errTrailing},
	{"character data behind the root", "<a/><![CDATA[x]]>", errTrailing},
	{"reference behind the root", "<a/>&#32;", errTrailing},
	{"text before the root", "x<a/>", errMalformed},
	{"NUL before the root", "\x00<a/>", errCharacter},
	{"byte order mark within", "<a/>\ufeff", errTrailing},
	{"bare &", "<a>x & y</a>", errReference},
	{"bare & at the end", "<a>x&</a>", errReference},
	{"bare & in an attribute", `<a b="&"/>`, errReference},
	{"& without its semicolon", "<a>&amp</a>", errReference},
	{"unknown entity", "<a>&nbsp;</a>", errReference},
	{"entity in capitals", "<a>&LT;</a>", errReference},
	{"empty reference", "<a>&;</a>", errReference},
	{"empty number", "<a>&#;</a>", errReference},
	{"empty hexadecimal number", "<a>&#x;</a>", errReference},
	{"capital X", "<a>&#X41;</a>", errReference},
	{"letter in a decimal number", "<a>&#4a;</a>", errReference},
	{"sign in a number", "<a>&#+65;</a>", errReference},
	{"number of NUL", "<a>&#0;</a>", errCharacter},
	{"number of a control character", "<a>&#31;</a>", errCharacter},
	{"number of half a pair", "<a>&#xD800;</a>", errCharacter},
	{"number of no character", "<a>&#xFFFE;</a>", errCharacter},
	{"number too large", "<a>&#x110000;</a>", errCharacter},
	{"number far too large", "<a>&#99999999999999999999999;</a>", errCharacter},
	{"bare <", "<a>1 < 2</a>", errMalformed},
	{"< in an attribute", `<a b="<"/>`, errMalformed},
	{"end of character data in a text", "<a>]]></a>", errMalformed},
	{"attribute without a value", "<a b/>", errMalformed},
	{"attribute without quotes", "<a b=1/>", errMalformed},
	{"attribute twice", `<a b="1" c="2" b="1"/>`, errRepeated},
	{"attributes without a blank", `<a b="1"c="2"/>`, errMalformed},
	{"slash within a tag", "<a / b='1'>", errMalformed},
	{"question mark within a tag", "<a ?>", errMalformed},
	{"name with a digit first", "<1/>", errMalformed},
	{"attribute with a digit first", "<a 1='1'/>", errMalformed},
	{"colon first", "<:a/>", errMalformed},
	{"colon last", "<a:/>", errMalformed},
	{"two colons", "<a:b:c/>", errMalformed},
	{"digit behind the colon", "<a:1/>", errMalformed},
	{"name in another alphabet", "<é/>", errMalformed},
	{"name with another alphabet", "<aé/>", errMalformed},
	{"two hyphens in a comment", "<a><!-- -- --></a>", errMalformed},
	{"three hyphens at a comment's end", "<a><!-- ---></a>", errMalformed},
	{"half a comment", "<a><!- x --></a>", errDirective},
	{"document type", `<!DOCTYPE a><a/>`, errDirective},
	{"entities of its own", `<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`, errDirective},
	{"entity outside", `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>`, errDirective},
	{"character data in small letters", "<a><![cdata[x]]></a>", errDirective},
	{"declaration behind a blank", ` <?xml version="1.0"?><a/>`, errMalformed},
	{"declaration within", `<a><?xml version="1.0"?></a>`, errMalformed},
	{"declaration in capitals", `<?XML version="1.0"?><a/>`, errMalformed},
	{"declaration without a version", `<?xml encoding="utf-8"?><a/>`, errMalformed},
	{"version behind the encoding", `<?xml encoding="utf-8" version="1.0"?><a/>`, errMalformed},
	{"standalone before the encoding", `<?xml version="1.0" standalone="yes" encoding="utf-8"?><a/>`, errMalformed},
	{"standalone in capitals", `<?xml version="1.0" standalone="YES"?><a/>`, errMalformed},
	{"unknown word in a declaration", `<?xml version="1.0" lang="en"?><a/>`, errMalformed},
	{"other version", `<?xml version="1.1"?><a/>`, errMalformed},
	{"declaration that goes on", `<?xml version="1.0" / ?><a/>`, errMalformed},
	{"other encoding", `<?xml version="1.0" encoding="windows-1252"?><a/>`, errEncoding},
	{"declaration of UTF-16 in UTF-8", `<?xml version="1.0" encoding="UTF-16"?><a/>`, errEncoding},
	{"instruction without a name", "<a><??></a>", errMalformed},
	{"instruction with a wrong name", "<a><?p!?></a>", errMalformed},
	{"not UTF-8", "<a>\xff</a>", errUTF8},
	{"not UTF-8 in a comment", "<a><!--\xc3( --></a>", errUTF8},
	{"half a character at the end", "<a/><!-- --> \xe2\x82", errUTF8},
	{"overlong", "<a>\xc0\x80</a>", errUTF8},
	{"half a pair in UTF-8", "<a>\xed\xa0\x80</a>", errUTF8},
	{"control character", "<a>\x01</a>", errCharacter},
	{"control character in an attribute", "<a b='\x1f'/>", errCharacter},
	{"no character", "<a>\uffff</a>", errCharacter},
	{"too deep", strings.Repeat("<a>", maxDepth+1), errDeep},
	{"too many attributes", "<a" + manyAttrs(maxAttrs+1) + "/>", errDeep},
	{"text without end", "<a>" + strings.Repeat(" ", 2*maxToken), errLong},
	{"tag without end", "<a" + strings.Repeat(" ", 2*maxToken), errLong},
	{"comment without end", "<!--" + strings.Repeat(" ", 2*maxToken), errLong},
}

func manyAttrs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` a%d=""`, i)
	}
	return b.String()
}

func TestXMLMalformed(t *testing.T) {
	for _, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tokens(strings.NewReader(tt.text), "utf-8"); !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
			if len(tt.text) < 10_000 {
				if _, err := tokens(iotest.OneByteReader(strings.NewReader(tt.text)), "utf-8"); !errors.Is(err, tt.want) {
					t.Errorf("byte by byte: error is %v, want %v", err, tt.want)
				}
			}
		})
	}
}

// However much a hostile part sends, little of it is kept.
func TestXMLBufferIsBounded(t *testing.T) {
	x := newXMLScanner(&charReader{in: strings.NewReader("<a>" + strings.Repeat(" ", 4*maxToken))}, "utf-8")
	for {
		if _, err := x.next(); err != nil {
			break
		}
	}
	if cap(x.buf) > 4*maxToken {
		t.Errorf("the buffer has %d bytes", cap(x.buf))
	}
}

func TestXMLErrorStays(t *testing.T) {
	x := newXMLScanner(strings.NewReader("<a><b></a>"), "utf-8")
	var errs []error
	for range 6 {
		_, err := x.next()
		errs = append(errs, err)
	}
	for _, err := range errs[2:] {
		if !errors.Is(err, errNesting) {
			t.Fatalf("errors are %v", errs)
		}
	}
}

func TestXMLUTF16(t *testing.T) {
	const text = `<?xml version="1.0" encoding="UTF-16"?><a b="é">社😀</a>`
	encode := func(text string, high int) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(text)) {
			pair := [2]byte{byte(u), byte(u)}
			pair[high], pair[1-high] = byte(u>>8), byte(u)
			out = append(out, pair[:]...)
		}
		return out
	}
	for name, raw := range map[string][]byte{
		"big end first":                 encode("\ufeff"+text, 0),
		"little end first":              encode("\ufeff"+text, 1),
		"big end first without mark":    encode(text, 0),
		"little end first without mark": encode(text, 1),
	} {
		for _, in := range []io.Reader{bytes.NewReader(raw), iotest.OneByteReader(bytes.NewReader(raw))} {
			converted, encoding := xmlText(in)
			got, err := tokens(converted, encoding)
			if diff := cmp.Diff([]string{`a b="é"`, `"社😀"`, "/"}, got); err != nil || diff != "" {
				t.Errorf("%s: %v, tokens (-want +got):\n%s", name, err, diff)
			}
		}
	}
	for name, raw := range map[string][]byte{
		"half a unit":            append(encode("\ufeff"+text, 0), 0),
		"half a pair":            append(encode("\ufeff<a>", 0), 0xd8, 0, 0, '<'),
		"half a pair at the end": append(encode("\ufeff<a/>", 0), 0xd8, 0),
		"second half first":      append(encode("\ufeff<a>", 0), 0xdc, 0, 0, '<'),
	} {
		converted, encoding := xmlText(bytes.NewReader(raw))
		if _, err := tokens(converted, encoding); !errors.Is(err, errUTF16) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	converted, encoding := xmlText(strings.NewReader("\ufeff<a>\ufeff</a>"))
	if got, err := tokens(converted, encoding); err != nil || !cmp.Equal(got, []string{"a", `"\ufeff"`, "/"}) {
		t.Errorf("UTF-8 with a byte order mark: %q, %v", got, err)
	}
}

// Whatever encoding/xml refuses is refused; whatever both accept says the same.
func FuzzXML(f *testing.F) {
	for _, tt := range wellFormed {
		if len(tt.text) < 1000 {
			f.Add(tt.text)
		}
	}
	for _, tt := range malformed {
		if len(tt.text) < 1000 {
			f.Add(tt.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := tokens(strings.NewReader(text), "utf-8")
		slow, slowErr := tokens(iotest.OneByteReader(strings.NewReader(text)), "utf-8")
		if diff := cmp.Diff(got, slow); !errors.Is(slowErr, err) || diff != "" {
			t.Errorf("%q gives %v, byte by byte %v; tokens (-at once +byte by byte):\n%s", text, err, slowErr, diff)
		}
		if err != nil {
			return
		}
		theirs, err := theirTokens(text)
		if err != nil {
			t.Fatalf("encoding/xml refuses %q: %v", text, err)
		}
		if diff := cmp.Diff(theirs, got); diff != "" {
			t.Errorf("%q (-encoding/xml +ours):\n%s", text, diff)
		}
	})
}

// The quick check of eight bytes at once finds what a check of each character finds.
func FuzzLegalXML(f *testing.F) {
	f.Add([]byte("0123456789\x00"))
	f.Add([]byte("01234567é\t\r\n89\xff"))
	f.Add([]byte("0123456\x1f\x20\x7f\x80"))
	f.Add([]byte("社員\uffff01234567\xe7\xa4"))
	f.Fuzz(func(t *testing.T, text []byte) {
		legal, cut, err := legalXML(text)
		want := 0
		for i, r := range string(text) {
			if !isXMLChar(r) || r == '\ufffd' && !bytes.HasPrefix(text[i:], []byte("\ufffd")) {
				break
			}
			want = i + len(string(r))
		}
		if legal != want || (err == nil) != (legal+cut == len(text)) {
			t.Errorf("%q: %d legal bytes, %d of a cut character, %v; want %d", text, legal, cut, err, want)
		}
	})
}
