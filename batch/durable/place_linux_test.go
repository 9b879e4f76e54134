package durable

import (
	"strings"
	"testing"
)

func TestMountedSystem(t *testing.T) {
	const mounts = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:50 / /home/ana/far rw,nosuid - fuse.sshfs ana@files.example.com:/ rw,user_id=1000
41 22 0:51 / /media/with\040blank rw master:1 - fuseblk /dev/sdb1 rw
42 40 0:52 / /home/ana/far/near rw - ext4 /dev/sdc1 rw
43 22 0:53 / /mnt rw - ext4 /dev/sdd1 rw
44 22 0:54 / /mnt rw - fuse.rclone remote: rw
a line that is none
`
	for folder, want := range map[string]string{
		"/":                       "ext4",
		"/home/ana":               "ext4",
		"/home/ana/far":           "fuse.sshfs",
		"/home/ana/far/state":     "fuse.sshfs",
		"/home/ana/farther":       "ext4",
		"/home/ana/far/near/x":    "ext4",
		"/media/with blank/dir":   "fuseblk",
		"/mnt/mounted over twice": "fuse.rclone",
	} {
		if got := mountedSystem(strings.NewReader(mounts), folder); got != want {
			t.Errorf("%s: %q, want %q", folder, got, want)
		}
	}
	if got := mountedSystem(strings.NewReader(""), "/"); got != "" {
		t.Errorf("no mounts: %q", got)
	}
}

// FuzzMountedSystem shows that no list of mounts brings the program down, and that the answer comes from it.
func FuzzMountedSystem(f *testing.F) {
	f.Add("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "/home")
	f.Add("22 1 8:1 / /home\\040x rw - fuse.sshfs x rw", "/home x")
	f.Fuzz(func(t *testing.T, mounts, folder string) {
		if got := mountedSystem(strings.NewReader(mounts), folder); !strings.Contains(mounts, " - ") && got != "" || !strings.Contains(mounts, got) {
			t.Errorf("%q is not in the list", got)
		}
	})
}
