package durable

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A partial file is named for the file that it is to become, its target, so that those which a killed process has left can be told
// from others. Whoever has made it holds a lock on it until it is renamed or removed: one that can be locked is nobody's any more.
// Files that belong to it have its name with a hyphen and more behind; they are made after it and removed before it.

// partialPrefix is what the names of a target's partial files begin with. Behind that they are as random as [rand.Text].
func partialPrefix(target string) string {
	sum := sha256.Sum256([]byte(filepath.Base(target)))
	return ".partial-" + hex.EncodeToString(sum[:6]) + "-"
}

// mostNames is how many names are tried for a partial file.
const mostNames = 10

// newPartial makes a partial file, open and locked, after those were removed that others have left.
func newPartial(target string, perm fs.FileMode) (*os.File, error) {
	folder, prefix := filepath.Dir(target), partialPrefix(target)
	clearPartials(folder, prefix)
	for range mostNames {
		f, err := openShared(filepath.Join(folder, prefix+rand.Text()), os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if err != nil {
			return nil, err
		}
		// Between its making and its locking somebody else may have taken it for one that was left. Where a file system has no
		// locks, nobody removes any.
		if err := lockFile(f); !errors.Is(err, errHeld) && (err != nil || isAt(f, f.Name())) {
			return f, nil
		}
		f.Close()
	}
	return nil, errors.New("another process removes its temporary files")
}

// isAt tells whether an open file is the one at path.
func isAt(f *os.File, path string) bool {
	is, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(is, there)
}

// clearPartials removes what killed processes have left. What can't be removed is no reason not to write.
func clearPartials(folder, prefix string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	length := len(prefix) + len(rand.Text())
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, prefix) && len(name) == length && e.Type().IsRegular() {
			clearPartial(filepath.Join(folder, name))
		}
	}
}

// clearPartial removes a partial file with all that belongs to it, unless it is in use or another user's.
func clearPartial(path string) {
	f, err := openShared(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || !isOwn(info) || lockFile(f) != nil || !isAt(f, path) {
		return
	}
	if removeParts(path) == nil {
		_ = os.Remove(path)
	}
}

// removeParts removes the files that belong to a partial file.
func removeParts(path string) error {
	folder, name := filepath.Split(path)
	entries, err := os.ReadDir(cmp.Or(folder, "."))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), name+"-") && e.Type().IsRegular() {
			err = errors.Join(err, os.Remove(filepath.Join(folder, e.Name())))
		}
	}
	return err
}

// Aside has do work with files beside a target that are not to stay: one at temp, which is not there yet, and others whose names
// begin with that. They are gone when it returns. If the process is killed, the next [WriteFile] or Aside for that target removes them.
func Aside(target string, do func(temp string) error) (err error) {
	f, err := newPartial(target, 0o600)
	if err != nil {
		return fmt.Errorf("make temporary file: %w", err)
	}
	defer func() {
		err = errors.Join(err, removeParts(f.Name()), os.Remove(f.Name()), f.Close())
	}()
	return do(f.Name() + "-file")
}
