//go:build unix

package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"mimebatch/batch"
)

func TestPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(dir, "journal?")
	j := open(t, path)
	plan(t, j, batch.Run{ID: "r"}, people(1))
	if err := j.Begin(t.Context(), []batch.Attempt{attempt("r", 1, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	want := map[string]os.FileMode{dir: os.ModeDir | 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600}
	for path, mode := range want {
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
		} else if info.Mode() != mode {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), mode)
		}
	}
}
