package durable

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// syncFolder does nothing: Windows offers no way to force a folder to the disk, and NTFS journals the rename itself.
func syncFolder(string) error { return nil }

// openShared opens a file that may be renamed and removed while it is open, which [os.OpenFile] doesn't allow here. A symbolic link is
// not followed. The permission bits mean nothing.
func openShared(path string, flag int, _ fs.FileMode) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	how := uint32(windows.OPEN_EXISTING)
	if flag&os.O_CREATE != 0 {
		how = windows.CREATE_NEW
	}
	const shared = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	const attributes = windows.FILE_ATTRIBUTE_NORMAL | windows.FILE_FLAG_OPEN_REPARSE_POINT
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, shared, nil, how, attributes, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// isOwn takes every file that this user may write to for theirs: the access lists decide that.
func isOwn(fs.FileInfo) bool { return true }
