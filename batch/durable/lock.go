package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// A LockFile is a held lock. Use it from one goroutine at a time.
type LockFile struct{ f *os.File }

// HeldError is a lock that another holder has, in this process or another.
type HeldError struct {
	Path string
	Info string // what the holder wrote; empty if it has not written yet
}

func (e *HeldError) Error() string {
	if e.Info == "" {
		return fmt.Sprintf("lock %s: another process holds it", e.Path)
	}
	return fmt.Sprintf("lock %s: held by %s", e.Path, e.Info)
}

// Hint tells what to do about it.
func (e *HeldError) Hint() string {
	return "wait until that process ends, or end it: the lock goes with it"
}

// errHeld is what the lock of the operating system says when another has it.
var errHeld = errors.New("lock is held")

// maxInfo bounds what is read of a holder's line, in bytes.
const maxInfo = 1024

// Lock takes the exclusive lock on the file at path, which is made if need be, and writes the line info into it for
// others to read: host, process id, since when. It does not wait: if another holds the lock the error is a [*HeldError].
// The operating system frees the lock when the process ends. The file stays, for removing it would let two processes
// lock two files of one name.
func Lock(path, info string) (*LockFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		if errors.Is(err, errHeld) {
			return nil, &HeldError{Path: path, Info: readInfo(f)}
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	l := &LockFile{f: f}
	if err := l.write(info); err != nil {
		return nil, fmt.Errorf("write lock file: %w", errors.Join(err, l.Unlock()))
	}
	return l, nil
}

// Unlock frees the lock and blanks the file. The lock is of no use afterwards.
func (l *LockFile) Unlock() error {
	// Closing the file is what frees the lock, so that there is no moment at which another holder's line could be blanked.
	if err := errors.Join(l.f.Truncate(0), l.f.Close()); err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

func (l *LockFile) write(info string) error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(strings.Join(strings.Fields(info), " ")+"\n"), 0)
	return err
}

// readInfo returns the first line that the holder wrote. A line that can't be read is no reason to say less than "held".
func readInfo(f *os.File) string {
	text, _ := io.ReadAll(io.NewSectionReader(f, 0, maxInfo))
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}
