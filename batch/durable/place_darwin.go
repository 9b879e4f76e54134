package durable

import "golang.org/x/sys/unix"

func volumeOf(folder string) (volume, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return volume{}, err
	}
	return volume{system: unix.ByteSliceToString(fs.Fstypename[:]), remote: fs.Flags&unix.MNT_LOCAL == 0}, nil
}

// syncRoots is for systems that know of folders that are kept in step. This one keeps them in folders of known names.
func syncRoots() []string { return nil }
