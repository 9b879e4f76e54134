package batch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mimebatch/batch"
)

// Whether a sheet can't be opened or breaks while it is read, its error names it once.
func TestSheetErrorNamesThePathOnce(t *testing.T) {
	dir := t.TempDir()
	missing, changing := filepath.Join(dir, "missing.csv"), filepath.Join(dir, "changing.csv")
	_, missed := batch.OpenSheet(t.Context(), missing, batch.SheetOptions{})
	_, blank := batch.OpenSheet(t.Context(), "standard input", batch.SheetOptions{Input: []byte{}})
	if err := os.WriteFile(changing, []byte("email\nana@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := batch.OpenSheet(t.Context(), changing, batch.SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(changing, []byte("email\nana@example.com\ncy@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var changed error
	for _, err := range s.All(t.Context()) {
		changed = err
	}
	for path, err := range map[string]error{missing: missed, "standard input": blank, changing: changed} {
		if err == nil || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
