package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/durable"
)

// What a killed process has left beside a file goes when that file is written the next time, and nothing else: not what is still being
// written, nor what another file's writer has left, nor what only looks like it.
func TestKilledWriterLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "people.results.csv"), filepath.Join(dir, "other.results.csv")
	kill(t, startChild(t, writerFor, other))
	startChild(t, writerFor, path)
	startChild(t, asideFor, path)
	want := names(t, dir) // one, one and three
	kill(t, startChild(t, writerFor, path))
	if n := len(names(t, dir)); n != 6 {
		t.Fatalf("%d files, want 6", n)
	}
	kill(t, startChild(t, asideFor, path))
	left := slices.DeleteFunc(names(t, dir), func(name string) bool { return slices.Contains(want, name) })
	if len(left) != 3 {
		t.Fatalf("the last one that was killed has left %q", left)
	}
	// Names of this target's partial files, but of something else.
	prefix := left[0][:len(left[0])-26]
	for _, name := range []string{prefix + "short", prefix + strings.Repeat("A", 27), strings.ToUpper(prefix) + strings.Repeat("A", 26), ".partial-" + strings.Repeat("A", 26)} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	folder, link := prefix+strings.Repeat("B", 26), prefix+strings.Repeat("C", 26)
	if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, prefix+"short"), filepath.Join(dir, link)); err != nil {
		t.Fatal(err)
	}
	want = append(want, folder, link, filepath.Base(path))
	if err := durable.WriteFile(path, 0o600, text("whole")); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

// What is made aside is private, on the same drive, and gone afterwards, also after an error.
func TestAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.db")
	for _, want := range []error{nil, fs.ErrPermission} {
		err := durable.Aside(path, func(temp string) error {
			if filepath.Dir(temp) != dir {
				t.Errorf("aside is at %s", temp)
			}
			for _, name := range []string{temp, temp + "-wal"} {
				if err := os.WriteFile(name, nil, 0o600); err != nil {
					t.Error(err)
				}
			}
			if err := durable.Aside(path, func(string) error { return nil }); err != nil {
				t.Error(err)
			}
			if n := len(names(t, dir)); n != 3 {
				t.Errorf("%d files while it is in use", n)
			}
			return want
		})
		if (err != nil) != (want != nil) {
			t.Errorf("error %v, want %v", err, want)
		}
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
	if err := durable.Aside(filepath.Join(dir, "none", "file"), func(string) error { return nil }); err == nil {
		t.Error("something was made in a folder that isn't there")
	}
}
