package durable

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the system tells of a drive, on Linux, macOS and Windows, and whether files on it can be relied on.
func TestVolumeNetwork(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    volume
		want string // in the reason, "" if it is fit
	}{
		{"a local disk on Linux", volume{}, ""},
		{"NFS", volume{system: "nfs"}, "network drive (nfs)"},
		{"a Windows share", volume{system: "cifs"}, "network drive (cifs)"},
		{"a Windows share, SMB 3", volume{system: "smb3"}, "network drive (smb3)"},
		{"the host's folder in WSL and QEMU", volume{system: "9p"}, "network drive (9p)"},
		{"the host's folder in VirtualBox", volume{system: "vboxsf"}, "network drive (vboxsf)"},
		{"sshfs", volume{system: "fuse.sshfs"}, "fuse.sshfs"},
		{"rclone mount", volume{system: "fuse.rclone"}, "fuse.rclone"},
		{"an unnamed FUSE", volume{system: "fuse"}, "fuse"},
		{"NTFS on a local disk", volume{system: "fuseblk"}, ""},
		{"a container's own layers", volume{system: "fuse.fuse-overlayfs"}, ""},
		{"a local disk on macOS", volume{system: "apfs"}, ""},
		{"a server on macOS", volume{system: "smbfs", remote: true}, "network drive (smbfs)"},
		{"an unknown server on macOS", volume{system: "acme", remote: true}, "network drive (acme)"},
		{"macFUSE", volume{system: "macfuse"}, "network drive (macfuse)"},
		{"a mapped drive or share on Windows", volume{remote: true}, "network drive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.v.unfit(); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("unfit: %q, want %q", got, tt.want)
			}
		})
	}
}

// Folders that a program keeps in step with a store elsewhere are told by what the system has registered, by their names and by
// what lies in them.
func TestSyncedFolder(t *testing.T) {
	for _, tt := range []struct {
		path   string
		roots  []string
		exists []string
		want   string // in the reason, "" if it is fit
	}{
		{path: "/home/ana/.local/state/mimebatch"},
		{path: "/"},
		{path: "C:/Users/ana/AppData/Local/mimebatch", roots: []string{`C:\Users\ana\OneDrive`}},
		{path: "C:/Users/ana/Cloud/state", roots: []string{`C:\Users\Ana\Cloud\`}, want: "in the cloud"},
		{path: "C:/Users/ana/Cloud", roots: []string{`C:\Users\ana\Cloud`}, want: "in the cloud"},
		{path: "C:/Users/ana/Cloudless", roots: []string{`C:\Users\ana\Cloud`}},
		{path: "C:/Users/ana/OneDrive - Example Company/state", want: "OneDrive"},
		{path: "/Users/ana/Library/CloudStorage/OneDrive-ExampleCompany/state", want: "OneDrive"},
		{path: "/Users/ana/Library/CloudStorage/GoogleDrive-ana@example.com/My Drive", want: "Google Drive"},
		{path: "/Users/ana/Library/Mobile Documents/com~apple~CloudDocs/state", want: "iCloud"},
		{path: "C:/Users/ana/iCloudDrive", want: "iCloud"},
		{path: "/home/ana/Dropbox (Example)/state", want: "Dropbox"},
		{path: "/home/ana/dropboxes/state"},
		{path: "/srv/team/state", exists: []string{"/srv/team/.dropbox.cache"}, want: "Dropbox keeps it in step (/srv/team)"},
		{path: "/srv/team/state", exists: []string{"/srv/team/state/.stfolder"}, want: "Syncthing"},
		{path: "G:/My Drive/state", exists: []string{"G:/.shortcut-targets-by-id"}, want: "Google Drive"},
		{path: "/srv/team/state", exists: []string{"/srv/other/.stfolder"}},
	} {
		t.Run(tt.path, func(t *testing.T) {
			got := synced(tt.path, tt.roots, func(path string) bool { return slices.Contains(tt.exists, path) })
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("synced: %q, want %q", got, tt.want)
			}
		})
	}
}

// A folder of the machine's own is fit, and one that is not there yet is judged by where it would be; nothing is made for that.
func TestUnfitLocal(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{dir: "", dir + "/none": "", dir + "/none/nor/this": "", dir + "/Dropbox/state": "Dropbox", dir + "/none/Dropbox": "Dropbox"} {
		if why, err := Unfit(path); (why == "") != (want == "") || !strings.Contains(why, want) || err != nil {
			t.Errorf("Unfit(%s): %q, %v", path, why, err)
		}
	}
	if _, err := Unfit(filepath.Join(file, "below")); err == nil {
		t.Error("a folder in a file has a place")
	}
	if entries, err := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are there, %v", len(entries), err)
	}
}
