package durable_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"mimebatch/batch/durable"
)

func TestSameFile(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(path(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(path("a"), path("hard")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path("folder"), path("link")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)

	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{path("a"), path("a"), true},
		{path("a"), "a", true},
		{path("a"), "./folder/../a", true},
		{path("a"), path("hard"), true},
		{path("a"), path("b"), false},
		{path("a"), path("new"), false},
		{path("new"), path("a"), false},
		{path("new"), "new", true},
		{path("new"), "newer", false},
		{path("folder/new"), path("link/new"), true},
		{path("folder/new/er"), path("link/new/er"), true},
		{path("folder/new"), path("new"), false},
		{path("a/below"), path("a/below"), false}, // can't be made
	} {
		if got := durable.SameFile(tt.a, tt.b); got != tt.want {
			t.Errorf("SameFile(%q, %q) = %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestMkdirPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := durable.MkdirPrivate(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		info, err := os.Stat(d)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, want 0700", d, info.Mode())
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.MkdirPrivate(file); err == nil {
		t.Error("a file was taken for a folder")
	}
}
