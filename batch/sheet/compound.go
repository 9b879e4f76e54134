package sheet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/richardlehane/mscfb"
)

const compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// The bounds of a compound file. They keep a damaged one from filling the memory, and from taking an hour.
const (
	maxSectors    = 1 << 20  // of an index, as the header tells them
	maxIndexReads = 1 << 14  // to learn what is in the file: two for each sector of the directory, and some others
	streamPiece   = 64 << 10 // bytes read at once: the time that a reading takes grows with the square of its sectors
)

// contents are the streams that tell what a compound file is that isn't a protected workbook.
var contents = []struct{ stream, found, hint string }{
	{"Workbook", "an old .xls workbook", hintOldBook},
	{"Book", "an old .xls workbook", hintOldBook},
	{"WordDocument", "an old Word document (.doc)", hintExport},
	{"PowerPoint Document", "an old PowerPoint presentation (.ppt)", hintExport},
	{"VisioDocument", "a Visio drawing", hintExport},
	{"__properties_version1.0", "an Outlook message (.msg)", "if the list is attached to it, save the attachment and give that"},
}

// compound is an OLE compound file: streams with names, as in a small disk. Old Office programs wrote their documents so, and
// protected workbooks still are.
type compound struct {
	file    *boundedReaderAt
	size    int64
	streams map[string]*mscfb.File // those that are in no folder
}

// openCompound reads what is in a compound file of size bytes.
func openCompound(r io.ReaderAt, size int64) (c *compound, err error) {
	defer damagedIfPanics(&err)
	if err := checkSectors(r, size); err != nil {
		return nil, err
	}
	c = &compound{file: &boundedReaderAt{r, maxIndexReads}, size: size, streams: map[string]*mscfb.File{}}
	index, err := mscfb.New(c.file)
	if err != nil {
		return nil, compoundDamage(err)
	}
	for _, f := range index.File {
		if len(f.Path) == 0 && !f.FileInfo().IsDir() && c.streams[f.Name] == nil {
			c.streams[f.Name] = f
		}
	}
	return c, nil
}

// checkSectors compares the numbers of sectors that the header tells with the size of the file. Memory is taken for them
// before any of them is read.
func checkSectors(r io.ReaderAt, size int64) error {
	var head [76]byte
	if n, err := r.ReadAt(head[:], 0); n < len(head) {
		return compoundDamage(err)
	}
	shift := min(binary.LittleEndian.Uint16(head[30:]), 12) // of a sector's size
	most := min(size>>shift, maxSectors)
	for _, at := range []int{40, 44, 64, 72} { // directory, FAT, mini FAT, DIFAT
		if n := int64(binary.LittleEndian.Uint32(head[at:])); n > most {
			return compoundDamage(nil)
		}
	}
	return nil
}

// stream reads a stream of at most so many bytes to its end.
func (c *compound) stream(name string, most int64) (data []byte, err error) {
	defer damagedIfPanics(&err)
	f := c.streams[name]
	switch {
	case f.Size < 0 || f.Size > c.size:
		return nil, compoundDamage(nil)
	case f.Size > most:
		return nil, &DamageError{Place: "protected workbook", What: fmt.Sprintf("stream %s is larger than %d MiB", name, most>>20), hint: hintBomb}
	}
	const smallest = 64                  // bytes of a sector
	c.file.left = f.Size/smallest*2 + 64 // a look into the index and a reading each
	data = make([]byte, f.Size)
	for read := 0; read < len(data); {
		n, err := f.Read(data[read:min(read+streamPiece, len(data))])
		if err != nil && !errors.Is(err, io.EOF) || n == 0 {
			return nil, compoundDamage(err)
		}
		read += n
	}
	return data, nil
}

// foreign tells what the file is if it holds no workbook that could be unlocked.
func (c *compound) foreign() error {
	for _, k := range contents {
		if c.streams[k.stream] != nil {
			return &NotSheetError{Found: k.found, hint: k.hint}
		}
	}
	return &NotSheetError{Found: "a document of an old Office program", hint: hintSaveAs}
}

func compoundDamage(err error) error {
	return &DamageError{Place: "compound file", What: "it is an old .xls workbook or a password-protected one, and cut short or damaged", Err: err}
}

// damagedIfPanics is deferred around the reader of compound files, which trusts the numbers in them.
func damagedIfPanics(err *error) {
	if p := recover(); p != nil {
		*err = compoundDamage(fmt.Errorf("read compound file: %v", p))
	}
}

// boundedReaderAt reads a number of times, and not more often.
type boundedReaderAt struct {
	r    io.ReaderAt
	left int64
}

var errTooManyReads = errors.New("too many sectors")

func (b *boundedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if b.left--; b.left < 0 {
		return 0, errTooManyReads
	}
	return b.r.ReadAt(p, off)
}
