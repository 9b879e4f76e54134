package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"

	"mimebatch/batch/durable"
)

// PlaceError is a folder in which a journal can't be relied on.
type PlaceError struct {
	Folder string
	Why    string
}

func (e *PlaceError) Error() string {
	return fmt.Sprintf("folder %s is no place for it: %s", e.Folder, e.Why)
}

// Hint tells what to do.
func (e *PlaceError) Hint() string {
	return "name a file on a disk of this machine with --journal FILE, in a folder that no program copies elsewhere"
}

// CheckPlace returns a *[PlaceError] if a journal at that path, which need not be there yet, can't be relied on. It makes nothing.
func CheckPlace(path string) error {
	folder := filepath.Dir(path)
	why, err := durable.Unfit(folder)
	if err == nil && why != "" {
		err = &PlaceError{folder, why}
	}
	return err
}

// AccessError is a journal that can't be written to, or one in a folder in which no file can be made.
type AccessError struct{ Err error }

func (e *AccessError) Error() string { return e.Err.Error() }
func (e *AccessError) Unwrap() error { return e.Err }

// Hint tells what to do.
func (e *AccessError) Hint() string {
	return "you must be able to write to the journal, and to its folder, for files are made beside it: see whose they are, or name " +
		"another journal with --journal FILE"
}

// denied makes an *[AccessError] of an error that comes of missing rights.
func denied(err error) error {
	code := primaryCode(err)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || code == sqlite3.SQLITE_CANTOPEN || code == sqlite3.SQLITE_READONLY {
		return &AccessError{err}
	}
	return err
}

// makeFile makes the file, and the folders it needs, unless it is there.
func makeFile(path string) error {
	if err := CheckPlace(path); err != nil {
		return err
	}
	if err := durable.MkdirPrivate(filepath.Dir(path)); err != nil {
		return err
	}
	// A file that is there is not even opened: to close it would drop the locks that this process has on it already.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		err = f.Close()
	case errors.Is(err, fs.ErrExist):
		err = nil
	}
	if err != nil {
		return err
	}
	// A link that leads nowhere is refused: SQLite would make the file that it names, readable by all.
	return durable.MakePrivate(path)
}

// endings are what the names of SQLite's files have behind the journal's: the database itself, its write-ahead log, and what the
// processes share of that.
var endings = [...]string{"", "-wal", "-shm"}

// leftOpen tells whether the file was not closed by the last that had it open, or another still has it: a write-ahead log is left.
func leftOpen(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// errGone says that a file is no longer what its name leads to.
var errGone = errors.New("the journal was deleted or replaced while it was in use")

// files are the open files of a journal, and what was at their paths when they were opened.
type files map[string]os.FileInfo

// identify takes note of which files a journal's are, and takes them away from others.
func identify(path string) (files, error) {
	f := files{}
	for _, ending := range endings {
		if err := durable.MakePrivate(path + ending); err != nil {
			return nil, err
		}
		info, err := os.Stat(path + ending)
		if err != nil {
			return nil, err
		}
		f[path+ending] = info
	}
	return f, nil
}

// gone returns an error if one of the files is no longer at its path.
func (f files) gone() error {
	for path, was := range f {
		is, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(was, is):
			return fmt.Errorf("%w: %s", errGone, filepath.Base(path))
		case err != nil:
			return err
		}
	}
	return nil
}
