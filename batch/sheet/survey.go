package sheet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"unicode/utf8"
)

// surveyed is what one reading of a whole file tells.
type surveyed struct {
	format    Format
	sha256    string // of the file, in hex
	text      textForm
	protected bool // the file was a protected workbook, and the input now reads what was in it
}

// survey recognises a file, reads it to its end, and unlocks it if it is a protected workbook.
func survey(ctx context.Context, in *input, o Options) (*surveyed, error) {
	f, err := in.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	// The bytes that a piece left over are put right before the next one.
	const room = utf8.UTFMax
	buf := make([]byte, room+256<<10)
	var found recognised
	var scan utf8Scan
	rest := 0
	for first, last := true, false; !last; first = false {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(f, buf[room:])
		if last = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); err != nil && !last {
			return nil, err
		}
		read := buf[room : room+n]
		if first {
			if found, err = recognise(in.path, read, o); err != nil {
				return nil, err
			}
			scan = newUTF8Scan(found.text.mark)
		}
		sum.Write(read)
		if found.shape == shapeText {
			piece := buf[room-rest : room+n]
			rest = scan.add(piece, last)
			copy(buf[room-rest:room], piece[len(piece)-rest:])
		}
	}
	s := &surveyed{format: XLSX, sha256: hex.EncodeToString(sum.Sum(nil))}
	switch found.shape {
	case shapeText:
		s.format = CSV
		s.text, err = found.text.settle(in, o, scan)
	case shapeCompound:
		s.protected = true
		in.data, err = unlock(ctx, f, in.size(), o.Password)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}
