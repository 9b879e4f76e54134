package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/durable"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "results.csv")
	for _, want := range []string{"first, and longer", "second"} {
		if err := durable.WriteFile(path, 0o600, text(want)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != want {
			t.Errorf("file holds %q, want %q", got, want)
		}
	}
	if diff := cmp.Diff([]string{"results.csv"}, names(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode())
	}
}

// While the new content is written nobody but the owner may read it, and the old content is still in place.
func TestWriteFileMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "results.csv")
	if err := durable.WriteFile(path, 0o600, text("old")); err != nil {
		t.Fatal(err)
	}
	err := durable.WriteFile(path, 0o600, func(w io.Writer) error {
		if got := read(t, path); got != "old" {
			t.Errorf("file holds %q meanwhile, want the old content", got)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Name() == "results.csv" {
				continue
			}
			if e.Name()[0] != '.' {
				t.Errorf("temporary file %q doesn't begin with a dot", e.Name())
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			if runtime.GOOS != "windows" && info.Mode() != 0o600 {
				t.Errorf("temporary file has mode %v, want 0600", info.Mode())
			}
		}
		if len(entries) != 2 {
			t.Errorf("folder holds %d files meanwhile, want 2", len(entries))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteFileFails(t *testing.T) {
	full := errors.New("no space left")
	fail := func(w io.Writer) error {
		if _, err := io.WriteString(w, "half of"); err != nil {
			return err
		}
		return full
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "results.csv")

	if err := durable.WriteFile(path, 0o600, fail); !errors.Is(err, full) {
		t.Errorf("error is %v, want %v", err, full)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}

	if err := durable.WriteFile(path, 0o600, text("old")); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(path, 0o600, fail); !errors.Is(err, full) {
		t.Errorf("error is %v, want %v", err, full)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = durable.WriteFile(path, 0o600, func(io.Writer) error { panic("damage") })
	}()
	if got := read(t, path); got != "old" {
		t.Errorf("file holds %q, want the old content", got)
	}
	if diff := cmp.Diff([]string{"results.csv"}, names(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}

	if err := durable.WriteFile(filepath.Join(dir, "none", "x"), 0o600, text("")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a missing folder: error is %v, want %v", err, fs.ErrNotExist)
	}
}

// The target turns into a folder after it was looked at: the rename itself fails.
func TestWriteFileRenameFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "results.csv")
	err := durable.WriteFile(path, 0o600, func(io.Writer) error { return os.Mkdir(path, 0o700) })
	if err == nil {
		t.Error("a folder was replaced")
	}
	if diff := cmp.Diff([]string{"results.csv"}, names(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

func TestWriteFileRefuses(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, link, os.DevNull} {
		err := durable.WriteFile(path, 0o600, func(io.Writer) error {
			t.Errorf("%s: written to", path)
			return nil
		})
		refused, ok := errors.AsType[*durable.TargetError](err)
		if !ok || refused.Path != path || refused.Hint() == "" {
			t.Errorf("WriteFile(%s) = %v, want a TargetError with a hint", path, err)
		}
	}
	if got := read(t, target); got != "old" {
		t.Errorf("the link's target holds %q", got)
	}
}
