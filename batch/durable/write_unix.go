//go:build unix

package durable

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder forces a folder's entries to the disk. Some network and FUSE file systems can't sync a folder; there the rename
// is as durable as that file system makes it.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
