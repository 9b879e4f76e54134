package sheet

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// flaw is what is wrong with XML. Its words never quote any.
type flaw string

func (f flaw) Error() string { return string(f) }

const (
	errCut        flaw = "the XML ends too early"
	errUTF8       flaw = "the XML is not UTF-8"
	errUTF16      flaw = "the XML is not UTF-16"
	errEncoding   flaw = "the XML is in another encoding than UTF-8 and UTF-16"
	errCharacter  flaw = "the XML has a character that isn't allowed"
	errReference  flaw = "the XML has a bare & or an unknown entity"
	errNesting    flaw = "the XML's elements are nested wrongly"
	errMalformed  flaw = "the XML is not well formed"
	errRepeated   flaw = "the XML has an attribute twice"
	errDirective  flaw = "there is a document type declaration"
	errTrailing   flaw = "there is content behind the root element"
	errUnexpected flaw = "there is an element that doesn't belong there"
	errText       flaw = "there is text between elements"
	errRoot       flaw = "the root element is another one"
	errMany       flaw = "there are too many elements of a kind"
	errLong       flaw = "there is a text or a tag of more than 1 MiB"
	errDeep       flaw = "there are too many elements within each other, or too many attributes"
)

// The bounds of XML. No worksheet comes near them.
const (
	firstBuffer = 128 << 10 // bytes
	maxToken    = 1 << 20   // bytes
	maxDepth    = 256
	maxAttrs    = 64
)

// xmlToken is a kind of what XML consists of.
type xmlToken uint8

const (
	noToken xmlToken = iota // what tells nothing: a comment, an instruction, a blank outside the root element
	startTag
	endTag // comes for an empty element's tag, too
	characters
)

// xmlScanner cuts a stream of legal characters in UTF-8 into the tokens of XML, and sees to it that they are well formed, from
// the first byte to the last: it refuses whatever encoding/xml refuses, and most of what encoding/xml is lenient with. It
// refuses document type declarations as well, and with them all entities but the five that XML has of its own, and names
// with letters that are not ASCII. Prefixes of names are not resolved.
//
// It is as quick as it is because each token lies in its buffer in one piece, and is handed out in place.
type xmlScanner struct {
	in       io.Reader
	encoding string // that in was converted from: what an XML declaration may say
	end      error  // what ended in; io.EOF if it was read to its end

	buf    []byte // of what was read; buf[at:] is still to be scanned
	at     int
	before int64 // bytes of the stream before buf

	path    []byte // the names of the open elements, one behind the other
	depths  []int  // where in path each begins
	rooted  bool   // the root element has begun
	closing bool   // the last tag was that of an empty element

	// Of the token that next returned, good until it is called again:
	element []byte // the name of an element, without its prefix
	attrs   []xmlAttr
	chars   []byte // characters, with references resolved and line ends made LF

	resolved []byte // the memory behind chars where it isn't buf
}

func newXMLScanner(in io.Reader, encoding string) *xmlScanner {
	return &xmlScanner{in: in, encoding: encoding, buf: make([]byte, 0, firstBuffer)}
}

// offset is how many bytes of the stream were scanned.
func (x *xmlScanner) offset() int64 { return x.before + int64(x.at) }

// depth is how many elements are open.
func (x *xmlScanner) depth() int { return len(x.depths) }

// next returns the next token, or io.EOF when the stream has ended behind the root element. Any other error comes again and
// again.
func (x *xmlScanner) next() (xmlToken, error) {
	if x.closing {
		x.closing = false
		x.pop()
		return endTag, nil
	}
	for {
		token, n, err := x.scan(x.buf[x.at:])
		if err != nil {
			return noToken, err
		}
		x.at += n
		if token != noToken {
			return token, nil
		}
		if n == 0 {
			if err := x.more(); err != nil {
				return noToken, err
			}
		}
	}
}

// plain is a way around next for what nearly all cells and shared strings are: open, then a text that stands for itself, then
// end, which closes what open has opened and the current element. If that is what comes, whole and not too long, it returns the
// text and leaves the current element; else it does nothing.
func (x *xmlScanner) plain(open, end string) (text []byte, ok bool) {
	current := x.path[x.depths[len(x.depths)-1]:]
	closed := end[strings.LastIndexByte(end, '/')+1 : len(end)-1]
	rest := x.buf[x.at:]
	if x.closing || closed != string(current) || !bytes.HasPrefix(rest, []byte(open)) {
		return nil, false
	}
	n := len(open)
	for n < len(rest) && byteClass[rest[n]]&special == 0 {
		n++
	}
	if n-len(open) > maxText || !bytes.HasPrefix(rest[n:], []byte(end)) {
		return nil, false
	}
	x.at += n + len(end)
	x.pop()
	return rest[len(open):n], true
}

// more reads more of the stream into buf.
func (x *xmlScanner) more() error {
	rest := len(x.buf) - x.at
	switch {
	case errors.Is(x.end, io.EOF) && (rest > 0 || x.depth() > 0 || !x.rooted):
		return errCut
	case x.end != nil:
		return x.end
	case rest >= maxToken:
		return errLong
	}
	x.before += int64(x.at)
	x.buf, x.at = append(x.buf[:0], x.buf[x.at:]...), 0
	if rest > cap(x.buf)/2 {
		x.buf = slices.Grow(x.buf, cap(x.buf))
	}
	n, err := x.in.Read(x.buf[rest:cap(x.buf)])
	x.buf, x.end = x.buf[:rest+n], err
	return nil
}

// scan finds the first token of rest, and how long it is: 0 if rest doesn't hold all of it.
func (x *xmlScanner) scan(rest []byte) (xmlToken, int, error) {
	switch {
	case len(rest) == 0:
		return noToken, 0, nil
	case rest[0] != '<':
		return x.scanText(rest)
	case len(rest) == 1:
		return noToken, 0, nil
	}
	switch rest[1] {
	case '/':
		return x.scanEndTag(rest)
	case '?':
		n, err := x.scanInstruction(rest)
		return noToken, n, err
	case '!':
		return x.scanMarked(rest)
	}
	return x.scanStartTag(rest)
}

// outside is the error for what must not be outside the root element.
func (x *xmlScanner) outside() error {
	if x.rooted {
		return errTrailing
	}
	return errMalformed
}

// scanInstruction scans a processing instruction or the XML declaration.
func (x *xmlScanner) scanInstruction(rest []byte) (int, error) {
	end := bytes.Index(rest, []byte("?>"))
	if end < 0 {
		return 0, nil
	}
	n := end + len("?>")
	name, _, ok := xmlName(rest[len("<?"):n])
	if !ok || name == nil {
		return 0, errMalformed
	}
	behind := len("<?") + len(name)
	if behind < end && byteClass[rest[behind]]&blank == 0 {
		return 0, errMalformed
	}
	if !strings.EqualFold(string(name), "xml") {
		return n, nil
	}
	if string(name) != "xml" || x.offset() > 0 {
		return 0, errMalformed
	}
	at, err := x.scanAttrs(rest[:n], behind)
	if err != nil {
		return 0, err
	}
	if at != end || !x.isDeclaration() {
		return 0, errMalformed
	}
	if declared := x.attr("encoding"); declared != nil && !strings.EqualFold(string(declared), x.encoding) {
		return 0, errEncoding
	}
	return n, nil
}

// isDeclaration tells whether the attributes are those of an XML declaration, in the order that they must have.
func (x *xmlScanner) isDeclaration() bool {
	left := []string{"version", "encoding", "standalone"}
	for i := range x.attrs {
		at := slices.Index(left, string(x.attrName(i)))
		if at < 0 {
			return false
		}
		left = left[at+1:]
	}
	standalone := x.attr("standalone")
	return string(x.attr("version")) == "1.0" && (standalone == nil || string(standalone) == "yes" || string(standalone) == "no")
}

// scanMarked scans what begins with an exclamation mark: comments and character data.
func (x *xmlScanner) scanMarked(rest []byte) (xmlToken, int, error) {
	const comment, data = "<!--", "<![CDATA["
	switch {
	case bytes.HasPrefix(rest, []byte(comment)):
		i := bytes.Index(rest[len(comment):], []byte("--"))
		n := len(comment) + i + len("-->")
		switch {
		case i < 0 || n > len(rest):
			return noToken, 0, nil
		case rest[n-1] != '>':
			return noToken, 0, errMalformed
		}
		return noToken, n, nil
	case bytes.HasPrefix(rest, []byte(data)):
		if x.depth() == 0 {
			return noToken, 0, x.outside()
		}
		i := bytes.Index(rest[len(data):], []byte("]]>"))
		if i < 0 {
			return noToken, 0, nil
		}
		x.chars = rest[len(data) : len(data)+i]
		if bytes.IndexByte(x.chars, '\r') >= 0 {
			x.resolved = plainLines(x.resolved[:0], x.chars)
			x.chars = x.resolved
		}
		return characters, len(data) + i + len("]]>"), nil
	case strings.HasPrefix(comment, string(rest[:min(len(rest), len(comment))])), strings.HasPrefix(data, string(rest[:min(len(rest), len(data))])):
		return noToken, 0, nil
	}
	return noToken, 0, errDirective
}
