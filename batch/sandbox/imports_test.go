package sandbox

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzReadImportFile writes again what was read of a file, and wants to read the same.
func FuzzReadImportFile(f *testing.F) {
	f.Add([]byte("email,name,mobile\r\nada@example.com,\"Ada, L.\",+1 555 0100\r\n"))
	f.Add([]byte("name,email,email\nA,b@example.com\n,,,,\n"))
	f.Add([]byte("email\n\"x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		lines, ok := readImportFile(file)
		if !ok {
			return
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		records := [][]string{{"email", "name", "password", "mobile"}}
		for _, l := range lines {
			if l.email != strings.ToLower(strings.TrimSpace(l.email)) {
				t.Fatalf("address %q", l.email)
			}
			records = append(records, []string{l.email, l.name, l.password, l.mobile})
		}
		if err := w.WriteAll(records); err != nil {
			t.Fatal(err)
		}
		again, ok := readImportFile(out.Bytes())
		if diff := cmp.Diff(lines, again, cmp.AllowUnexported(importLine{})); diff != "" || !ok {
			t.Errorf("%q read again (-want +got):\n%s", file, diff)
		}
	})
}
