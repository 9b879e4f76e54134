package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// TargetError is a path that [WriteFile] refuses to replace because it is not a plain file.
type TargetError struct {
	Path string
	Mode fs.FileMode // what is there
}

func (e *TargetError) Error() string {
	what := "not a regular file"
	switch {
	case e.Mode.IsDir():
		what = "a folder"
	case e.Mode&fs.ModeSymlink != 0:
		what = "a symbolic link"
	case e.Mode&fs.ModeDevice != 0:
		what = "a device"
	}
	return fmt.Sprintf("replace %s: it is %s", e.Path, what)
}

// Hint tells what to do about it.
func (e *TargetError) Hint() string {
	if e.Mode&fs.ModeSymlink != 0 {
		return "name the file that the link points to, or another file"
	}
	return "name another file"
}

// WriteFile replaces the file at path, atomically and durably, with what write writes. The file gets the permission bits perm.
// On an error the old file is as it was and nothing is left beside it, with one exception: if the folder can't be forced to
// the disk, the new file is in place but may not survive a power cut. The old file must be a regular one or missing, else
// the error is a [*TargetError]. What a process that was killed has left beside this file is removed first.
func WriteFile(path string, perm fs.FileMode, write func(io.Writer) error) error {
	if err := checkTarget(path); err != nil {
		return err
	}
	f, err := newPartial(path, perm)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := fill(f, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	// It is closed last, for that frees its lock. What it holds was forced to the disk.
	defer f.Close()
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("replace file: %w", errors.Join(err, os.Remove(f.Name())))
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("sync folder of %s: %w", path, err)
	}
	return nil
}

func checkTarget(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at old file: %w", err)
	case !info.Mode().IsRegular():
		return &TargetError{Path: path, Mode: info.Mode()}
	}
	return nil
}

// fill writes what write writes to a file and forces it to the disk. Unless it returns nil, also when write panics, the file is gone.
func fill(f *os.File, write func(io.Writer) error) (err error) {
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, os.Remove(f.Name()), f.Close())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	done = true
	return nil
}
