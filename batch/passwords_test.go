package batch_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"mimebatch/batch"
)

// The passwords of a sheet that is read for nothing else are those of its rows, each on its own line.
func TestPasswordsAreThoseOfRows(t *testing.T) {
	const text = "Export of 1 September\n\nEmail,Name,Password,Action\nana@example.com,Ana,Sunny-Day1,\n\nbo@example.com,Bo,,\n" +
		"cy@example.com,Cy,\" with, blanks \",\nda@example.com,Da,n/a,\nEmail,Name,Password,Action\nel@example.com,El,Übung-Day2,\n\n\n\nfy@example.com,Fy,Sunny-Day3,skip\nTotal,6,,\n"
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := batch.OpenSheet(t.Context(), path, batch.SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := batch.ReadPasswords(t.Context(), path, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	if again.SHA256 != s.Table.SHA256 {
		t.Errorf("hash %s, want %s", again.SHA256, s.Table.SHA256)
	}
	ofSheet, err := s.Passwords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for row, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Mode == batch.Skip || row.Invalid() {
			continue
		}
		if !row.Password.IsZero() {
			found++
		}
		for _, p := range []*batch.Passwords{again, ofSheet} {
			if got := p.Of(row.Line); got.Reveal() != row.Password.Reveal() || got.IsZero() != row.Password.IsZero() {
				t.Errorf("line %d: %q, want %q", row.Line, got.Reveal(), row.Password.Reveal())
			}
		}
	}
	if found != 3 {
		t.Errorf("%d rows have a password", found)
	}
	for _, line := range []int{-1, 0, 1, 100} {
		if !again.Of(line).IsZero() {
			t.Errorf("line %d has a password", line)
		}
	}
	if !(*batch.Passwords)(nil).Of(1).IsZero() {
		t.Error("no passwords at all, and a line has one")
	}
}

func TestReadPasswordsOfNoSheet(t *testing.T) {
	_, err := batch.ReadPasswords(t.Context(), filepath.Join(t.TempDir(), "gone.csv"), batch.SheetOptions{})
	if _, ok := errors.AsType[*batch.SheetError](err); !ok {
		t.Errorf("error %v", err)
	}
}

func TestPasswordsNeverShow(t *testing.T) {
	s := openText(t, "Email,Password\nana@example.com,canary-Pa55word\n", batch.SheetOptions{})
	p, err := s.Passwords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{p, *p, []*batch.Passwords{p}, struct{ hidden batch.Passwords }{*p}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			if said := fmt.Sprintf(verb, v); strings.Contains(said, "canary") || strings.Contains(said, "99 97 110") || strings.Contains(said, "63616e617279") {
				t.Errorf("%s shows %s", verb, said)
			}
		}
	}
	if p.Of(2).Reveal() != "canary-Pa55word" {
		t.Error("it is not there")
	}
}

// What a password takes beside its text, so that a million of them leave room in 300 MB for the rest.
func TestPasswordsTakeLittle(t *testing.T) {
	const people, most = 50_000, 40 // bytes
	var b strings.Builder
	b.WriteString("Email,Password\n")
	for i := range people {
		fmt.Fprintf(&b, "p%d@example.com,Sunny-Day%07d\n", i, i)
	}
	s := openText(t, b.String(), batch.SheetOptions{})
	b.Reset()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	p, err := s.Passwords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if each := (int64(heap()) - int64(before)) / people; each > most {
		t.Errorf("a password takes %d bytes, want at most %d", each, most)
	}
	if p.Of(people+1).Reveal() != fmt.Sprintf("Sunny-Day%07d", people-1) {
		t.Error("the last one is another")
	}
	runtime.KeepAlive(s)
}
