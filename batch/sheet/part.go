package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// part reads the XML of a part of a workbook: strictly, to its end and to the end of its zip entry, where a wrong checksum shows.
type part struct {
	name string
	zip  io.ReadCloser
	xml  *xml.Decoder
	row  int // the last row of a worksheet that was whole, 0 if there is none; for the words of errors
}

func (p *part) close() { p.zip.Close() }

// flaw is damage that encoding/xml has no objection to.
type flaw string

func (f flaw) Error() string { return string(f) }

const (
	errTrailing   flaw = "there is content behind the root element"
	errDirective  flaw = "there is a document type declaration"
	errUnexpected flaw = "there is an element that doesn't belong there"
)

// token returns the next token, of which there must be one.
func (p *part) token() (xml.Token, error) {
	t, err := p.xml.Token()
	if err != nil {
		return nil, p.damage(err)
	}
	if _, ok := t.(xml.Directive); ok {
		return nil, p.damage(errDirective)
	}
	return t, nil
}

// root returns the start of the outermost element.
func (p *part) root() (xml.StartElement, error) {
	for {
		t, err := p.token()
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, ok := t.(xml.StartElement); ok {
			return start, nil
		}
	}
}

// child returns the start of the next element inside the current one, or false at the current one's end. Text between
// elements is passed over.
func (p *part) child() (xml.StartElement, bool, error) {
	for {
		t, err := p.token()
		if err != nil {
			return xml.StartElement{}, false, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t, true, nil
		case xml.EndElement:
			return xml.StartElement{}, false, nil
		}
	}
}

// skip reads to the end of the element that was just begun.
func (p *part) skip() error {
	if err := p.xml.Skip(); err != nil {
		return p.damage(err)
	}
	return nil
}

// finish reads the part to its end after the root element was closed.
func (p *part) finish() error {
	for {
		t, err := p.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return p.damage(err)
		}
		text, isText := t.(xml.CharData)
		_, isStart := t.(xml.StartElement)
		if isStart || isText && len(bytes.TrimSpace(text)) > 0 {
			return p.damage(errTrailing)
		}
	}
}

// text appends the text of the current element to buf and reads to its end.
func (p *part) text(buf []byte) ([]byte, error) {
	for {
		t, err := p.token()
		if err != nil {
			return buf, err
		}
		switch t := t.(type) {
		case xml.CharData:
			buf = append(buf, t...)
		case xml.StartElement:
			return buf, p.damage(errUnexpected)
		case xml.EndElement:
			return buf, nil
		}
	}
}

// richText appends the text of the current element, which is a plain text or several runs of text, and reads to its end. The
// reading aids for East Asian text are left out.
func (p *part) richText(buf []byte) ([]byte, error) {
	inRun := false
	for {
		start, ok, err := p.child()
		switch {
		case err != nil:
			return buf, err
		case !ok && !inRun:
			return buf, nil
		case !ok:
			inRun = false
		case start.Name.Local == "t":
			begin := len(buf)
			if buf, err = p.text(buf); err == nil {
				buf = append(buf[:begin], unescape(buf[begin:])...)
			}
		case start.Name.Local == "r" && !inRun:
			inRun = true
		default:
			err = p.skip()
		}
		if err != nil {
			return buf, err
		}
	}
}

// damage names the place of an error.
func (p *part) damage(err error) error {
	place := fmt.Sprintf("%s, byte %d", p.name, p.xml.InputOffset())
	if p.row > 0 {
		place = fmt.Sprintf("%s, after row %d", place, p.row)
	}
	// The words of encoding/xml are not passed on, for they quote the text, which may be secret.
	if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return &DamageError{Place: place, What: syntaxWords(syntax.Msg)}
	}
	what := "the part can't be read"
	own, isOwn := errors.AsType[flaw](err)
	switch {
	case isOwn:
		what = own.Error()
	case errors.Is(err, zip.ErrChecksum):
		what = "the part doesn't match its checksum"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		what = "the part ends too early"
	}
	return &DamageError{Place: place, What: what, Err: err}
}

// syntaxWords says what a syntax error is without its details.
func syntaxWords(msg string) string {
	for _, m := range [...]struct{ prefix, words string }{
		{"unexpected EOF", "the XML ends too early"},
		{"invalid UTF-8", "the XML is not UTF-8"},
		{"invalid character entity", "the XML has a bare & or an unknown entity"},
		{"illegal character code", "the XML has a character that isn't allowed"},
		{"element ", "the XML's elements are nested wrongly"},
		{"unexpected end element", "the XML's elements are nested wrongly"},
	} {
		if strings.HasPrefix(msg, m.prefix) {
			return m.words
		}
	}
	return "the XML is not well formed"
}
