package sheet

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// The bounds of a workbook's zip container. They keep a small file from filling the memory.
const (
	maxEntries   = 2000
	maxDirectory = 4 << 20  // bytes read to list the entries, which takes several times the memory
	maxUnpacked  = 2 << 30  // bytes, of all parts
	maxSmallPart = 32 << 20 // bytes unpacked, of a part that is neither a worksheet nor the shared strings
	maxRatio     = 200      // of unpacked to packed size, for parts above ratioApplies
	ratioApplies = 10 << 20 // bytes unpacked
)

// encrypted is the flag of a zip entry that says so.
const encrypted = 1

// container is an open zip file with the parts of a workbook.
type container struct {
	file  reading
	parts map[string]*zip.File // by partKey
}

// partKey is a part's name as it is compared: names differ in capitals, slashes and a leading slash from program to program.
func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func openContainer(in *input) (*container, error) {
	f, err := in.open()
	if err != nil {
		return nil, err
	}
	c := &container{file: f, parts: map[string]*zip.File{}}
	if err := c.index(in.size()); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *container) close() { c.file.Close() }

func (c *container) index(size int64) error {
	limit := &limitedReaderAt{r: c.file, left: maxDirectory}
	z, err := zip.NewReader(limit, size)
	switch {
	case errors.Is(err, errLargeDirectory):
		return &DamageError{Place: "zip container", What: "its directory is too large", hint: hintBomb}
	case err != nil:
		return &DamageError{Place: "zip container", What: "it is cut short or damaged", Err: err}
	}
	limit.lifted = true
	if len(z.File) > maxEntries {
		return &DamageError{Place: "zip container", What: fmt.Sprintf("it has more than %d entries", maxEntries), hint: hintBomb}
	}
	var unpacked uint64
	for _, f := range z.File {
		size := f.UncompressedSize64
		if unpacked += size; size > maxUnpacked || unpacked > maxUnpacked {
			return &DamageError{Place: "zip container", What: fmt.Sprintf("its parts are larger than %d GiB", maxUnpacked>>30), hint: hintBomb}
		}
		if size > ratioApplies && size/maxRatio > f.CompressedSize64 {
			return &DamageError{Place: f.Name, What: fmt.Sprintf("it unpacks to more than %d times its size", maxRatio), hint: hintBomb}
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		key := partKey(f.Name)
		if c.parts[key] != nil {
			return &DamageError{Place: f.Name, What: "the part is there twice"}
		}
		c.parts[key] = f
	}
	return checkOverlap(z.File)
}

// limitedReaderAt reads so many bytes, and no more until the limit is lifted.
type limitedReaderAt struct {
	r      io.ReaderAt
	left   int
	lifted bool
}

var errLargeDirectory = errors.New("zip directory is too large")

func (l *limitedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if l.lifted {
		return l.r.ReadAt(p, off)
	}
	if l.left -= len(p); l.left < 0 {
		return 0, errLargeDirectory
	}
	return l.r.ReadAt(p, off)
}

// checkOverlap refuses entries that share bytes: a small file could be of any size then.
func checkOverlap(files []*zip.File) error {
	type span struct {
		name        string
		begin, size uint64
	}
	spans := make([]span, len(files))
	for i, f := range files {
		begin, err := f.DataOffset()
		if err != nil {
			return &DamageError{Place: f.Name, What: "the part can't be found in the zip container", Err: err}
		}
		spans[i] = span{f.Name, uint64(begin), f.CompressedSize64}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.size, b.size)) })
	for i := 1; i < len(spans); i++ {
		if spans[i-1].size > spans[i].begin-spans[i-1].begin {
			return &DamageError{Place: spans[i].name, What: "it shares bytes with another part", hint: hintBomb}
		}
	}
	return nil
}

// has tells whether there is a part of that name.
func (c *container) has(name string) bool { return c.parts[partKey(name)] != nil }

// open begins to read a part that may have that many bytes.
func (c *container) open(ctx context.Context, name string, most uint64) (*part, error) {
	f := c.parts[partKey(name)]
	switch {
	case f == nil:
		return nil, &DamageError{Place: name, What: "the part is missing"}
	case f.UncompressedSize64 > most:
		return nil, &DamageError{Place: name, What: fmt.Sprintf("the part is larger than %d MiB", most>>20), hint: hintBomb}
	case f.Flags&encrypted != 0:
		return nil, &DamageError{Place: name, What: "the part is encrypted, in a way that no spreadsheet program does"}
	case f.CRC32 == 0 && f.UncompressedSize64 > 0: // archive/zip takes it for a checksum that wasn't written
		return nil, &DamageError{Place: name, What: "the part has no checksum"}
	}
	r, err := f.Open()
	if err != nil {
		return nil, &DamageError{Place: name, What: "the part can't be unpacked", Err: err}
	}
	return newPart(ctx, name, r), nil
}

// read opens a part, calls see with it, and closes it.
func (c *container) read(ctx context.Context, name string, most uint64, see func(p *part) error) error {
	p, err := c.open(ctx, name, most)
	if err != nil {
		return err
	}
	defer p.close()
	return see(p)
}
