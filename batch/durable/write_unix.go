//go:build unix

package durable

import (
	"errors"
	"io/fs"
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

// openShared opens a file that may be renamed and removed while it is open. A symbolic link is not followed.
func openShared(path string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag|syscall.O_NOFOLLOW, perm)
}

// isOwn tells whether a file is this user's.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
