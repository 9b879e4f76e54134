//go:build unix

package durable

import "os"

// MakePrivate takes a file that is there away from everybody but its owner. What is no regular file stays as it is.
func MakePrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o600)
}
