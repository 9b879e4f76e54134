package main_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestSheetsAreInStep makes the sample sheets and the sandbox's tenant anew and
// wants them byte for byte as they are committed.
func TestSheetsAreInStep(t *testing.T) {
	root := filepath.Join("..", "..")
	made := t.TempDir()
	gen := exec.CommandContext(t.Context(), "go", "run", "./testdata/gen", "-out", made)
	gen.Dir = root
	if out, err := gen.CombinedOutput(); err != nil {
		t.Fatalf("make sheets: %v\n%s", err, out)
	}

	var compared int
	err := fs.WalkDir(os.DirFS(made), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		compared++
		want, err := os.ReadFile(filepath.Join(made, path))
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Errorf("read committed file: %v", err)
			return nil
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what testdata/gen makes: run go run ./testdata/gen", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if compared == 0 {
		t.Error("testdata/gen made no file")
	}
}
