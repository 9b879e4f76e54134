package sheet

import (
	"bytes"
	"io"
	"io/fs"
	"os"
)

// input is the bytes that a table is read from: those of a file on the disk, or some in memory.
type input struct {
	path  string
	stamp fs.FileInfo // of the file when it was opened first
	data  []byte      // what is read in place of the file, nil to read the file
}

// reading is one reading of an input.
type reading interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func (in *input) open() (reading, error) {
	if in.data != nil {
		return memory{bytes.NewReader(in.data)}, nil
	}
	f, err := os.Open(in.path)
	if err != nil || in.stamp == nil {
		return f, err
	}
	// Asked of the open file, for Windows finds out which file a stamp is of only when it is compared first.
	now, err := f.Stat()
	if err == nil && !in.same(now) {
		err = ErrChanged
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// same tells whether that is the file that was opened first, as it was then.
func (in *input) same(now fs.FileInfo) bool {
	return os.SameFile(now, in.stamp) && now.Size() == in.stamp.Size() && now.ModTime().Equal(in.stamp.ModTime())
}

func (in *input) size() int64 {
	if in.data != nil {
		return int64(len(in.data))
	}
	return in.stamp.Size()
}

// changed compares the file with what was opened.
func (in *input) changed() error {
	if in.stamp == nil {
		return nil
	}
	now, err := os.Stat(in.path)
	if err != nil {
		return err
	}
	if !in.same(now) {
		return ErrChanged
	}
	return nil
}
