package sheet

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"os"
	"path"
	"strings"
)

// The bounds of a workbook's zip container. They keep a small file from filling the memory.
const (
	maxEntries   = 2000
	maxUnpacked  = 2 << 30  // bytes, of all parts
	maxRatio     = 200      // of unpacked to packed size, for parts above ratioApplies
	ratioApplies = 10 << 20 // bytes unpacked
)

const hintBomb = "no list of people looks like that: open the file in the spreadsheet program, copy the list into a new workbook, and save that"

// container is an open zip file with the parts of a workbook.
type container struct {
	file  *os.File
	parts map[string]*zip.File // by partKey
}

// partKey is a part's name as it is compared: names differ in capitals, slashes and a leading slash from program to program.
func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func openContainer(path string) (*container, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c := &container{file: f, parts: map[string]*zip.File{}}
	if err := c.index(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *container) close() { c.file.Close() }

func (c *container) index() error {
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(c.file, info.Size())
	if err != nil {
		return &DamageError{Place: "zip container", What: "it is cut short or damaged", Err: err}
	}
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
	return nil
}

// has tells whether there is a part of that name.
func (c *container) has(name string) bool { return c.parts[partKey(name)] != nil }

// open begins to read a part.
func (c *container) open(name string) (*part, error) {
	f := c.parts[partKey(name)]
	if f == nil {
		return nil, &DamageError{Place: name, What: "the part is missing"}
	}
	r, err := f.Open()
	if err != nil {
		return nil, &DamageError{Place: name, What: "the part can't be unpacked", Err: err}
	}
	return &part{name: name, zip: r, xml: xml.NewDecoder(r)}, nil
}

// decode reads a whole part into v, as [xml.Unmarshal] does.
func (c *container) decode(name string, v any) error {
	p, err := c.open(name)
	if err != nil {
		return err
	}
	defer p.close()
	root, err := p.root()
	if err != nil {
		return err
	}
	if err := p.xml.DecodeElement(v, &root); err != nil {
		return p.damage(err)
	}
	return p.finish()
}
