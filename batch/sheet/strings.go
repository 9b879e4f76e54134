package sheet

import (
	"bytes"
	"context"
	"strconv"
	"unicode/utf8"
)

// stringTable holds the shared strings of a workbook in one piece of memory: a string header for each of a million names
// would cost more than the names.
type stringTable struct {
	arena []byte
	ends  []uint32 // of each string in arena, which is smaller than a container may unpack to
}

// get returns string i, false if there is none.
func (t *stringTable) get(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return string(t.arena[start:t.ends[i]]), true
}

func readStrings(ctx context.Context, c *container, name string) (*stringTable, error) {
	p, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if root, err := p.root(); err != nil {
		return nil, err
	} else if root.Name.Local != "sst" {
		return nil, p.damage(errUnexpected)
	}
	t := &stringTable{}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		start, ok, err := p.child()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return t, p.finish()
		case start.Name.Local == "extLst":
			err = p.skip()
		case start.Name.Local != "si":
			err = p.damage(errUnexpected)
		default:
			t.arena, err = p.richText(t.arena)
			t.ends = append(t.ends, uint32(len(t.arena)))
		}
		if err != nil {
			return nil, err
		}
	}
}

// unescape decodes, in place, the characters that a workbook writes as _xHHHH_ because XML can't hold them.
func unescape(s []byte) []byte {
	const mark, length = "_x", len("_x0000_")
	out, rest := s[:0], s
	for {
		i := bytes.Index(rest, []byte(mark))
		if i < 0 || len(rest) < i+length {
			return append(out, rest...)
		}
		out = append(out, rest[:i]...)
		rest = rest[i:]
		code, err := strconv.ParseUint(string(rest[len(mark):length-1]), 16, 16)
		if r := rune(code); err == nil && rest[length-1] == '_' && utf8.ValidRune(r) {
			out = utf8.AppendRune(out, r)
			rest = rest[length:]
			continue
		}
		out = append(out, rest[0])
		rest = rest[1:]
	}
}
