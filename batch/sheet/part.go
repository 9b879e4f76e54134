package sheet

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
)

// part reads the XML of a part of a workbook: strictly, to its end and to the end of its zip entry, where a wrong checksum shows.
// It walks from element to element; what it has to say of the current one, its scanner tells.
type part struct {
	name  string
	entry io.Closer
	ahead *readAhead
	*xmlScanner
	row int // the last row of a worksheet that was whole, 0 if there is none; for the words of errors
}

func newPart(ctx context.Context, name string, entry io.ReadCloser) *part {
	text, encoding := xmlText(entry)
	ahead := newReadAhead(ctx, &charReader{in: text})
	return &part{name: name, entry: entry, ahead: ahead, xmlScanner: newXMLScanner(ahead, encoding)}
}

func (p *part) close() {
	p.ahead.close()
	p.entry.Close()
}

// root goes to the outermost element, which must have that name.
func (p *part) root(name string) error {
	ok, err := p.child()
	if err != nil {
		return err
	}
	if !ok || string(p.element) != name {
		return p.damage(errRoot)
	}
	return nil
}

// child goes to the next element inside the current one, or returns false at the current one's end. Between elements there must
// be no text but blanks.
func (p *part) child() (bool, error) {
	for {
		token, err := p.next()
		switch {
		case err != nil:
			return false, p.damage(err)
		case token == startTag:
			return true, nil
		case token == endTag:
			return false, nil
		case !isBlankText(p.chars):
			return false, p.damage(errText)
		}
	}
}

// skip reads to the end of the element that was just begun.
func (p *part) skip() error {
	for outside := p.depth() - 1; p.depth() > outside; {
		if _, err := p.next(); err != nil {
			return p.damage(err)
		}
	}
	return nil
}

// finish reads the part to its end after the root element was closed.
func (p *part) finish() error {
	if _, err := p.next(); !errors.Is(err, io.EOF) {
		return p.damage(err)
	}
	return nil
}

// each calls see at each element inside the current one, which is to be read to its end, and reads to the current one's end.
func (p *part) each(see func() error) error {
	for {
		ok, err := p.child()
		if err != nil || !ok {
			return err
		}
		if err := see(); err != nil {
			return err
		}
	}
}

// list reads a whole part whose root element has that name, and calls see at each element inside it.
func (p *part) list(root string, see func() error) error {
	if err := p.root(root); err != nil {
		return err
	}
	if err := p.each(see); err != nil {
		return err
	}
	return p.finish()
}

// text appends the text of the current element to buf and reads to its end.
func (p *part) text(buf []byte) ([]byte, error) {
	for begin := len(buf); ; {
		token, err := p.next()
		switch {
		case err != nil:
			return buf, p.damage(err)
		case token == startTag:
			return buf, p.damage(errUnexpected)
		case token == endTag:
			return buf, nil
		case len(buf)-begin+len(p.chars) > maxText:
			return buf, p.damage(errLongText)
		}
		buf = append(buf, p.chars...)
	}
}

// escapedText is text, with the characters resolved that a workbook writes as _xHHHH_.
func (p *part) escapedText(buf []byte) ([]byte, error) {
	begin := len(buf)
	buf, err := p.text(buf)
	return buf[:begin+len(unescape(buf[begin:]))], err
}

// richText appends the text of the current element, which is a plain text or several runs of text, and reads to its end. The
// reading aids for East Asian text are left out.
func (p *part) richText(buf []byte) ([]byte, error) {
	begin, inRun := len(buf), false
	for {
		ok, err := p.child()
		switch {
		case err != nil:
			return buf, err
		case !ok && !inRun:
			return buf, nil
		case !ok:
			inRun = false
			continue
		}
		switch string(p.element) {
		case "t":
			if buf, err = p.escapedText(buf); err == nil && len(buf)-begin > maxText {
				err = p.damage(errLongText)
			}
		case "r":
			if inRun {
				return buf, p.damage(errUnexpected)
			}
			inRun = true
		case "rPh", "phoneticPr", "rPr", "extLst":
			err = p.skip()
		default:
			err = p.damage(errUnexpected)
		}
		if err != nil {
			return buf, err
		}
	}
}

// damage names the place of an error. That nobody wants the part any more is no damage.
func (p *part) damage(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	place := fmt.Sprintf("%s, byte %d", p.name, p.offset())
	if p.row > 0 {
		place = fmt.Sprintf("%s, after row %d", place, p.row)
	}
	what := "the part can't be read"
	own, isOwn := errors.AsType[flaw](err)
	switch {
	case isOwn:
		what = own.Error()
	case errors.Is(err, zip.ErrChecksum):
		what = "the part doesn't match its checksum"
	case errors.Is(err, zip.ErrFormat):
		what = "the part is larger than the zip container says"
	case errors.Is(err, io.ErrUnexpectedEOF):
		what = "the part ends too early"
	}
	return &DamageError{Place: place, What: what, Err: err}
}
