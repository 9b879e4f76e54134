package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Unfit tells why files in a folder can't be relied on to be locked, shared between processes and forced to the disk: because it
// is on a network drive, or a program keeps it in step with a store elsewhere, which takes a file while it is written, or brings an old
// one back. It returns "" for a folder that is fit, and where the system doesn't tell. A folder that is not there yet is judged by
// where it would be made.
func Unfit(folder string) (why string, err error) {
	folder, there, err := resolve(folder)
	if err != nil {
		return "", fmt.Errorf("find folder: %w", err)
	}
	v, err := volumeOf(there)
	if err != nil {
		return "", fmt.Errorf("ask where folder %s is: %w", there, err)
	}
	if why := v.unfit(); why != "" {
		return why, nil
	}
	return synced(filepath.ToSlash(folder), syncRoots(), exists), nil
}

// resolve follows the links of a path as far as it is there, and returns it with the last folder of it that is.
func resolve(folder string) (path, there string, err error) {
	there, err = filepath.EvalSymlinks(folder)
	parent := filepath.Dir(folder)
	if !errors.Is(err, fs.ErrNotExist) || parent == folder {
		return there, there, err
	}
	if _, err := os.Lstat(folder); err == nil {
		return "", "", fmt.Errorf("the link %s leads nowhere", folder)
	}
	path, there, err = resolve(parent)
	return filepath.Join(path, filepath.Base(folder)), there, err
}

// volume is what the system tells of the drive that a folder is on.
type volume struct {
	system string // the file system's name in lower case, "" if it isn't told
	remote bool   // the system knows that it is elsewhere
}

// remoteSystems are file systems whose files are on another machine, or in another system that this one is a guest of.
var remoteSystems = map[string]bool{
	"nfs": true, "nfs4": true, "smb": true, "smb2": true, "smb3": true, "smbfs": true, "cifs": true, "9p": true, "afs": true, "afpfs": true,
	"ceph": true, "coda": true, "ncp": true, "ncpfs": true, "lustre": true, "gfs2": true, "ocfs2": true, "beegfs": true, "gpfs": true,
	"webdav": true, "ftp": true, "vboxsf": true, "vmhgfs": true, "prl_fs": true, "virtiofs": true, "virtio-fs": true,
	"macfuse": true, "osxfuse": true,
}

// localFUSE are those of the file systems made by programs that keep their files on this machine's disks.
var localFUSE = map[string]bool{"fuseblk": true, "fuse.fuse-overlayfs": true, "fuse.gocryptfs": true, "fuse.encfs": true, "fuse.ntfs-3g": true}

// unfit tells why files on the volume can't be relied on, "" if they can.
func (v volume) unfit() string {
	switch {
	case remoteSystems[v.system] || v.remote:
		if v.system == "" {
			return "it is on a network drive"
		}
		return "it is on a network drive (" + v.system + ")"
	case strings.HasPrefix(v.system, "fuse") && !localFUSE[v.system]:
		return "a program serves it, and maybe from elsewhere (" + v.system + ")"
	}
	return ""
}

// syncNames are what the folders of programs that keep folders in step are called, in lower case: the whole name, or what it begins
// with if that ends in a blank, hyphen or bracket.
var syncNames = []struct{ name, program string }{
	{"onedrive", "OneDrive"}, {"onedrive - ", "OneDrive"}, {"onedrive-", "OneDrive"},
	{"dropbox", "Dropbox"}, {"dropbox (", "Dropbox"}, {"dropbox-", "Dropbox"},
	{"google drive", "Google Drive"}, {"googledrive", "Google Drive"}, {"googledrive-", "Google Drive"},
	{"icloud drive", "iCloud"}, {"iclouddrive", "iCloud"}, {"com~apple~clouddocs", "iCloud"}, {"mobile documents", "iCloud"},
	{"box sync", "Box"}, {"box-box", "Box"}, {"pcloud drive", "pCloud"},
}

// syncMarkers are files and folders that such programs keep at the top of what they keep in step.
var syncMarkers = []struct{ name, program string }{
	{".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"},
	{".dropbox.cache", "Dropbox"},
	{".shortcut-targets-by-id", "Google Drive"}, {".tmp.drivedownload", "Google Drive"}, {".tmp.driveupload", "Google Drive"},
	{".stfolder", "Syncthing"}, {".nextcloudsync.log", "Nextcloud"}, {".owncloudsync.log", "ownCloud"}, {".megaignore", "MEGA"},
}

// synced tells by a folder's path, with slashes, that a program keeps it in step with a store elsewhere: by the folders that the
// system knows as such, by the names of the path, and by what lies in each of its folders.
func synced(path string, roots []string, exists func(path string) bool) (why string) {
	for _, root := range roots {
		root = strings.TrimSuffix(strings.ReplaceAll(root, `\`, "/"), "/")
		if len(path) >= len(root) && strings.EqualFold(path[:len(root)], root) && (len(path) == len(root) || path[len(root)] == '/') {
			return "it is kept in step with a store in the cloud (" + root + ")"
		}
	}
	for at := path; ; {
		parent, name, more := cutLast(at)
		if program := syncProgram(name); program != "" {
			return "it is in a folder of " + program
		}
		for _, m := range syncMarkers {
			if exists(at + "/" + m.name) {
				return m.program + " keeps it in step (" + at + ")"
			}
		}
		if !more {
			return ""
		}
		at = parent
	}
}

// syncProgram tells whose folder has that name, "" for nobody's.
func syncProgram(name string) string {
	name = strings.ToLower(name)
	for _, s := range syncNames {
		if name == s.name || strings.HasPrefix(name, s.name) && strings.ContainsAny(s.name[len(s.name)-1:], " -(") {
			return s.program
		}
	}
	return ""
}

// cutLast cuts the last name off a path.
func cutLast(path string) (parent, name string, more bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}
