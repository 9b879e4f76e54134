// Package durable makes files that are whole, private and owned by one process at a time.
//
// Whole: [WriteFile] never shows a half-written file. The content goes to a temporary file in the target's own folder, is
// forced to the disk, and is renamed over the target; then the folder is forced to the disk too, for a rename that only the
// page cache knows is lost at a power cut. A rename is atomic only inside one file system, hence the same folder. After a
// crash the target is the old file or the new one; at worst a temporary file named .partial-* lies beside it, readable by its
// owner only, until the same target is written the next time.
//
// Private: files and folders are made for their owner alone. On Windows the permission bits mean little, and the folder's
// access list, which new files inherit, is what protects them; [MakePrivate] gives a file a list of its own.
//
// Local: [Unfit] tells of folders where none of this can be promised.
//
// Owned: [Lock] is an advisory lock of the operating system, which frees it when the process ends, however it ends. So there
// are no stale locks to break and no process ids to second-guess; what a holder writes into the lock file is for people.
//
// Nothing here knows what the files hold.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// MkdirPrivate makes dir, and the parents it needs, for its owner only (0700). A folder that is there already is left as it is.
func MkdirPrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make private folder: %w", err)
	}
	return nil
}

// SameFile reports whether the two paths lead to one file, through whatever links. Paths that don't exist yet are the same if
// they would make the same file: one name in one folder.
func SameFile(a, b string) bool {
	statA, errA := os.Stat(a)
	statB, errB := os.Stat(b)
	switch {
	case errA == nil && errB == nil:
		return os.SameFile(statA, statB)
	case !errors.Is(errA, fs.ErrNotExist) || !errors.Is(errB, fs.ErrNotExist):
		return false
	}
	a, errA = filepath.Abs(a)
	b, errB = filepath.Abs(b)
	if errA != nil || errB != nil {
		return false
	}
	if a == b {
		return true
	}
	// The folders may be one folder under two names, as /tmp and /private/tmp are on macOS.
	parent := filepath.Dir(a)
	return parent != a && filepath.Base(a) == filepath.Base(b) && SameFile(parent, filepath.Dir(b))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
