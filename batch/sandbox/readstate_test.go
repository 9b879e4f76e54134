package sandbox

import (
	"bytes"
	"testing"
)

func FuzzReadState(f *testing.F) {
	whole := []byte(`{"accountCode":"C1","domains":[{"domain":"example.com"}]}` + "\n" +
		`{"emailAddress":"a@example.com"}` + "\n" + `{"emailAddress":"a@example.com","allowPop":true}` + "\n")
	f.Add(whole, 7)
	f.Add(whole, len(whole))
	f.Fuzz(func(t *testing.T, file []byte, cut int) {
		state, err := readState(bytes.NewReader(file))
		if err != nil {
			return
		}
		if state.size > int64(len(file)) || file[state.size-1] != '\n' {
			t.Fatalf("%d of %d bytes are whole lines", state.size, len(file))
		}
		// However a good file is cut after its first line, it opens, and keeps no more than whole lines.
		first := bytes.IndexByte(file, '\n') + 1
		cut = max(first, min(cut, len(file)))
		short, err := readState(bytes.NewReader(file[:cut]))
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if want := int64(bytes.LastIndexByte(file[:cut], '\n') + 1); short.size != want {
			t.Errorf("cut at %d: %d bytes are whole lines, want %d", cut, short.size, want)
		}
	})
}
