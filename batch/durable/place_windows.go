package durable

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

func volumeOf(folder string) (volume, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return volume{}, err
	}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(folder) + `\`)
	if err != nil {
		return volume{}, err
	}
	return volume{remote: windows.GetDriveType(root) == windows.DRIVE_REMOTE}, nil
}

// syncRootsKey is where programs that keep folders in step with the cloud register, each with a key of its own.
const syncRootsKey = `SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager`

// syncRoots returns the folders that are registered as kept in step. What can't be read is taken for none: the names of the folders
// tell as well.
func syncRoots() []string {
	var roots []string
	for _, name := range []string{"OneDrive", "OneDriveConsumer", "OneDriveCommercial"} {
		if root := os.Getenv(name); root != "" {
			roots = append(roots, root)
		}
	}
	programs, err := registry.OpenKey(registry.LOCAL_MACHINE, syncRootsKey, registry.ENUMERATE_SUB_KEYS)
	if err != nil {
		return roots
	}
	defer programs.Close()
	names, err := programs.ReadSubKeyNames(-1)
	if err != nil {
		return roots
	}
	for _, name := range names {
		roots = append(roots, userRoots(syncRootsKey+`\`+name+`\UserSyncRoots`)...)
	}
	return roots
}

// userRoots returns the folders of one program, which are the values of a key by user.
func userRoots(path string) []string {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE)
	if err != nil {
		return nil
	}
	defer key.Close()
	users, err := key.ReadValueNames(-1)
	if err != nil {
		return nil
	}
	var roots []string
	for _, user := range users {
		if root, _, err := key.GetStringValue(user); err == nil && root != "" {
			roots = append(roots, root)
		}
	}
	return roots
}
