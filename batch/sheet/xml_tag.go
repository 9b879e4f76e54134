package sheet

import "bytes"

// xmlAttr is where in buf an attribute stands, which costs the garbage collector nothing.
type xmlAttr struct {
	name, nameEnd   int  // with its prefix
	value, valueEnd int  // as it is written
	plain           bool // the value stands for itself
}

func (x *xmlScanner) scanEndTag(rest []byte) (xmlToken, int, error) {
	if x.depth() == 0 {
		return noToken, 0, errNesting
	}
	open := x.path[x.depths[len(x.depths)-1]:]
	n := len("</") + len(open)
	if n >= len(rest) {
		return noToken, 0, nil
	}
	if !bytes.Equal(rest[len("</"):n], open) || byteClass[rest[n]]&nameByte != 0 {
		return noToken, 0, errNesting
	}
	n = skipBlanks(rest, n)
	switch {
	case n == len(rest):
		return noToken, 0, nil
	case rest[n] != '>':
		return noToken, 0, errMalformed
	}
	x.pop()
	return endTag, n + 1, nil
}

func (x *xmlScanner) pop() {
	last := len(x.depths) - 1
	x.path, x.depths = x.path[:x.depths[last]], x.depths[:last]
}

func (x *xmlScanner) scanStartTag(rest []byte) (xmlToken, int, error) {
	name, local, ok := xmlName(rest[1:])
	switch {
	case !ok:
		return noToken, 0, errMalformed
	case name == nil:
		return noToken, 0, nil
	case x.rooted && x.depth() == 0:
		return noToken, 0, errTrailing
	}
	n, err := x.scanAttrs(rest, 1+len(name))
	if err != nil || n == len(rest) {
		return noToken, 0, err
	}
	empty := rest[n] == '/'
	if empty {
		n++
	}
	switch {
	case n == len(rest):
		return noToken, 0, nil
	case rest[n] != '>':
		return noToken, 0, errMalformed
	case x.depth() == maxDepth:
		return noToken, 0, errDeep
	}
	x.depths = append(x.depths, len(x.path))
	x.path = append(x.path, name...)
	x.element = name[local:]
	x.rooted, x.closing = true, empty
	return startTag, n + 1, nil
}

// scanAttrs reads attributes from rest[n:] on into attrs. It returns where something else begins: len(rest) if that, or the last
// attribute, lies beyond.
func (x *xmlScanner) scanAttrs(rest []byte, n int) (int, error) {
	x.attrs = x.attrs[:0]
	for {
		begin := n
		n = skipBlanks(rest, n)
		if n == len(rest) || rest[n] == '>' || rest[n] == '/' || rest[n] == '?' {
			return n, nil
		}
		name, _, ok := xmlName(rest[n:])
		switch {
		case !ok || n == begin:
			return 0, errMalformed
		case name == nil:
			return len(rest), nil
		}
		a := xmlAttr{name: x.at + n, nameEnd: x.at + n + len(name), plain: true}
		n += len(name)
		if n = skipBlanks(rest, n); n == len(rest) {
			return n, nil
		}
		if rest[n] != '=' {
			return 0, errMalformed
		}
		n++
		if n = skipBlanks(rest, n); n == len(rest) {
			return n, nil
		}
		quote := rest[n]
		if quote != '"' && quote != '\'' {
			return 0, errMalformed
		}
		n++
		a.value = x.at + n
		for ; n < len(rest) && rest[n] != quote; n++ {
			if byteClass[rest[n]]&special == 0 || rest[n] == '>' {
				continue
			}
			if a.plain = false; rest[n] == '<' {
				return 0, errMalformed
			}
		}
		if n == len(rest) {
			return n, nil
		}
		a.valueEnd = x.at + n
		if !a.plain {
			if _, err := resolveReferences(nil, x.buf[a.value:a.valueEnd]); err != nil {
				return 0, err
			}
		}
		if err := x.addAttr(a); err != nil {
			return 0, err
		}
		n++
	}
}

func (x *xmlScanner) addAttr(a xmlAttr) error {
	if len(x.attrs) == maxAttrs {
		return errDeep
	}
	for _, b := range x.attrs {
		if bytes.Equal(x.buf[b.name:b.nameEnd], x.buf[a.name:a.nameEnd]) {
			return errRepeated
		}
	}
	x.attrs = append(x.attrs, a)
	return nil
}

// attr returns the value of the attribute with that name, which has no prefix; nil if there is none. It is good until attr or
// next is called again.
func (x *xmlScanner) attr(name string) []byte {
	for i := range x.attrs {
		if string(x.attrName(i)) == name {
			return x.attrValue(i)
		}
	}
	return nil
}

// attrName returns the name of attribute i with its prefix.
func (x *xmlScanner) attrName(i int) []byte { return x.buf[x.attrs[i].name:x.attrs[i].nameEnd] }

// attrValue returns the value of attribute i with its references resolved and its line ends made LF.
func (x *xmlScanner) attrValue(i int) []byte {
	a := x.attrs[i]
	value := x.buf[a.value:a.valueEnd]
	if a.plain {
		return value
	}
	x.resolved, _ = resolveReferences(x.resolved[:0], value) // scanAttrs has seen the error
	return x.resolved
}

// The classes of bytes.
const (
	nameFirst = 1 << iota // may begin a name
	nameByte              // may be in a name
	special               // is not what it stands for in a text or the value of an attribute, or has a meaning there
	blank                 // separates, and is no text
)

var byteClass = func() (class [256]byte) {
	for c := range class {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		switch c := byte(c); {
		case letter:
			class[c] = nameFirst | nameByte
		case c >= '0' && c <= '9' || c == ':' || c == '-' || c == '.':
			class[c] = nameByte
		case c == '&' || c == '<' || c == '>':
			class[c] = special
		case c == '\r':
			class[c] = special | blank
		case c == ' ' || c == '\n' || c == '\t':
			class[c] = blank
		}
	}
	return class
}()

// xmlName returns the name that text begins with, nil if it may be longer than text, and where behind its prefix it goes on.
// It is false if there is no name, or not one that is read: one or two words of ASCII, with a colon between them.
func xmlName(text []byte) (name []byte, local int, ok bool) {
	n := 0
	for ; n < len(text) && byteClass[text[n]]&nameByte != 0; n++ {
		if text[n] == ':' {
			if local > 0 {
				return nil, 0, false
			}
			local = n + 1
		}
	}
	switch {
	case n == len(text):
		return nil, 0, true
	case n == local || byteClass[text[0]]&nameFirst == 0 || byteClass[text[local]]&nameFirst == 0:
		return nil, 0, false
	}
	return text[:n], local, text[n] < 0x80
}

// localName is a name without its prefix.
func localName(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// skipBlanks returns where text goes on behind the blanks from n on.
func skipBlanks(text []byte, n int) int {
	for n < len(text) && byteClass[text[n]]&blank != 0 {
		n++
	}
	return n
}

// isBlankText tells whether there are only blanks in a text.
func isBlankText(text []byte) bool { return skipBlanks(text, 0) == len(text) }
