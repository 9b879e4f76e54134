package durable

import (
	"bufio"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// systemsByMagic are the names of the file systems that are told by the number that statfs gives.
var systemsByMagic = map[uint32]string{
	unix.NFS_SUPER_MAGIC: "nfs", unix.SMB_SUPER_MAGIC: "smb", unix.CIFS_SUPER_MAGIC: "cifs", unix.SMB2_SUPER_MAGIC: "smb3",
	unix.V9FS_MAGIC: "9p", unix.AFS_SUPER_MAGIC: "afs", unix.AFS_FS_MAGIC: "afs", unix.CEPH_SUPER_MAGIC: "ceph",
	unix.CODA_SUPER_MAGIC: "coda", unix.NCP_SUPER_MAGIC: "ncp", unix.OCFS2_SUPER_MAGIC: "ocfs2", unix.FUSE_SUPER_MAGIC: "fuse",
	0x0bd00bd0: "lustre", 0x01161970: "gfs2", 0x19830326: "beegfs", 0x47504653: "gpfs", 0x786f4256: "vboxsf", 0xbacbacbc: "vmhgfs",
	0x7c7c6673: "prl_fs",
}

func volumeOf(folder string) (volume, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return volume{}, err
	}
	v := volume{system: systemsByMagic[uint32(fs.Type)]}
	if v.system != "fuse" {
		return v, nil
	}
	// Which program it is, only the list of mounts tells.
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return v, nil
	}
	defer mounts.Close()
	if system := mountedSystem(mounts, folder); system != "" {
		v.system = system
	}
	return v, nil
}

// mountedSystem finds in a list of mounts, in the form of /proc/self/mountinfo, the file system that a folder is on: that of the
// mount with the longest path, of several on one path that of the last. It returns "" if there is none.
func mountedSystem(mounts io.Reader, folder string) string {
	system, longest := "", 0
	lines := bufio.NewScanner(mounts)
	for lines.Scan() {
		before, after, ok := strings.Cut(lines.Text(), " - ")
		names, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(names) < 5 || len(kind) == 0 {
			continue
		}
		at := strings.TrimSuffix(mountNames.Replace(names[4]), "/")
		if len(at)+1 < longest || folder != at && !strings.HasPrefix(folder, at+"/") {
			continue
		}
		system, longest = kind[0], len(at)+1
	}
	return system
}

// mountNames undoes what the list does to characters that separate its words.
var mountNames = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// syncRoots is for systems that know of folders that are kept in step. This one doesn't.
func syncRoots() []string { return nil }
