//go:build crash && linux && amd64

package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A disk is what a power cut leaves of a folder. It takes what a process writes for lost until it was synced: the bytes of a file
// by a sync of the file, and that a file was made, renamed or removed by a sync of its folder.
type disk struct {
	files map[string]*diskFile // by path, as the process sees them
	names map[string]*diskFile // by path, as they would be found after a power cut
}

// diskFile is a file whatever it is called.
type diskFile struct {
	synced  []byte
	pending []diskWrite
}

// diskWrite is a write that was not synced, or with data nil a truncation.
type diskWrite struct {
	data   []byte
	offset int64 // where the data go, or the new size
}

func newDisk() *disk { return &disk{map[string]*diskFile{}, map[string]*diskFile{}} }

// change takes note of a change. A sync takes effect at once: cut the power before, for that of the sync itself.
func (d *disk) change(c *change, data []byte) {
	f := d.files[c.path]
	switch c.op {
	case opCreate:
		d.files[c.path] = &diskFile{}
	case opWrite:
		f.pending = append(f.pending, diskWrite{data, c.offset})
	case opTruncate:
		f.pending = append(f.pending, diskWrite{nil, c.size})
	case opRename:
		delete(d.files, c.path)
		d.files[c.to] = f
	case opRemove:
		delete(d.files, c.path)
	case opSync:
		if f != nil {
			f.synced, f.pending = f.content(len(f.pending)), nil
			return
		}
		inside := func(path string, _ *diskFile) bool { return filepath.Dir(path) == c.path }
		maps.DeleteFunc(d.names, inside)
		for path, f := range d.files {
			if inside(path, f) {
				d.names[path] = f
			}
		}
	}
}

// content is what a file holds after so many of its pending writes.
func (f *diskFile) content(pending int) []byte {
	b := slices.Clone(f.synced)
	for _, w := range f.pending[:pending] {
		b = w.apply(b)
	}
	return b
}

func (w diskWrite) apply(b []byte) []byte {
	end := w.offset + int64(len(w.data))
	if grow := end - int64(len(b)); grow > 0 {
		b = append(b, make([]byte, grow)...)
	}
	if w.data == nil {
		return b[:w.offset]
	}
	copy(b[w.offset:], w.data)
	return b
}

// torn returns the write with its second half missing.
func (w diskWrite) torn() diskWrite {
	if w.data != nil {
		w.data = w.data[:len(w.data)/2]
	}
	return w
}

// A cut is what is left of what was not synced when the power goes.
type cut string

const (
	cutDropped cut = "dropped" // nothing but half of the last write of each file
	cutTorn    cut = "torn"    // all, but for the second half of the last write of each file
	cutMixed   cut = "mixed"   // every other write, the latest first
)

var cuts = []cut{cutDropped, cutTorn, cutMixed}

// image writes what a power cut leaves into a folder: the files that are below root. Names are as they were synced.
func (d *disk) image(root, folder string, how cut) error {
	for path, f := range d.names {
		name, err := filepath.Rel(root, path)
		if err != nil || !filepath.IsLocal(name) {
			continue
		}
		to := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, f.after(how), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// after is what a file holds after a power cut.
func (f *diskFile) after(how cut) []byte {
	last := len(f.pending) - 1
	if last < 0 {
		return f.synced
	}
	if how == cutTorn {
		return f.pending[last].torn().apply(f.content(last))
	}
	b := slices.Clone(f.synced)
	for i, w := range f.pending {
		if how == cutMixed && (last-i)%2 == 0 {
			b = w.apply(b)
		}
	}
	if how == cutDropped {
		b = f.pending[last].torn().apply(b)
	}
	return b
}

// What a power cut leaves is what was synced, and some of the rest.
func TestCrashDisk(t *testing.T) {
	const folder, file, other = "/disk", "/disk/file", "/disk/other"
	write := func(path, text string, at int64) *change {
		return &change{op: opWrite, path: path, offset: at, size: int64(len(text)), to: text}
	}
	create, sync, syncFolder := &change{op: opCreate, path: file}, &change{op: opSync, path: file}, &change{op: opSync, path: folder}
	rename, remove := &change{op: opRename, path: file, to: other}, &change{op: opRemove, path: file}
	for _, tt := range []struct {
		name    string
		changes []*change
		want    map[cut]map[string]string
	}{
		{"nothing is left of a file whose folder was not synced", []*change{create, write(file, "abcd", 0), sync}, same(nil)},
		{"what is synced stays", []*change{create, write(file, "abcd", 0), sync, syncFolder}, same(map[string]string{"file": "abcd"})},
		{"what isn't may be lost, or torn", []*change{create, syncFolder, write(file, "abcd", 0), sync, write(file, "EF", 1), write(file, "ghij", 4)}, map[cut]map[string]string{
			cutDropped: {"file": "abcdgh"}, cutTorn: {"file": "aEFdgh"}, cutMixed: {"file": "abcdghij"},
		}},
		{"a truncation as well", []*change{create, syncFolder, write(file, "abcd", 0), sync, {op: opTruncate, path: file, size: 1}}, same(map[string]string{"file": "a"})},
		{"a name goes with its folder", []*change{create, write(file, "abcd", 0), sync, syncFolder, rename}, same(map[string]string{"file": "abcd"})},
		{"and comes with it", []*change{create, write(file, "abcd", 0), sync, syncFolder, rename, syncFolder}, same(map[string]string{"other": "abcd"})},
		{"a removal too", []*change{create, write(file, "abcd", 0), sync, syncFolder, remove}, same(map[string]string{"file": "abcd"})},
		{"until it is synced", []*change{create, write(file, "abcd", 0), sync, syncFolder, remove, syncFolder}, same(nil)},
	} {
		d := newDisk()
		for _, c := range tt.changes {
			data := []byte(nil)
			if c.op == opWrite {
				data = []byte(c.to)
			}
			d.change(c, data)
		}
		for _, how := range cuts {
			dir := t.TempDir()
			if err := d.image(folder, dir, how); err != nil {
				t.Fatal(err)
			}
			left, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, e := range left {
				text, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				got[e.Name()] = string(text)
			}
			if diff := cmp.Diff(tt.want[how], got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", tt.name, how, diff)
			}
		}
	}
}

// same is what every power cut leaves alike.
func same(files map[string]string) map[cut]map[string]string {
	return map[cut]map[string]string{cutDropped: files, cutTorn: files, cutMixed: files}
}
