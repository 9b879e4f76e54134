package durable

// syncFolder does nothing: Windows offers no way to force a folder to the disk, and NTFS journals the rename itself.
func syncFolder(string) error { return nil }
