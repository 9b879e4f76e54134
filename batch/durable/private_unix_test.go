//go:build unix

package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"mimebatch/batch/durable"
)

// Others lose the right to read a file; a folder, and what isn't there, stay as they are.
func TestMakePrivate(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]fs.FileMode{0o644: 0o600, 0o660: 0o600, 0o600: 0o600, 0o400: 0o400} {
		path := filepath.Join(dir, mode.String())
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := durable.MakePrivate(path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%v became %v, %v; want %v", mode, info.Mode(), err, want)
		}
	}
	if err := durable.MakePrivate(dir); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the folder became %v, %v", info.Mode(), err)
	}
	if err := durable.MakePrivate(filepath.Join(dir, "none")); err == nil {
		t.Error("a missing file was made private")
	}
}
