package sandbox

import (
	"bytes"
	"testing"
)

func FuzzReadState(f *testing.F) {
	whole := []byte(`{"accountCode":"C1","domains":[{"domain":"example.com"}]}` + "\n" +
		`{"emailAddress":"a@example.com"}` + "\n" + `{"emailAddress":"a@example.com","allowPop":true}` + "\n")
	f.Add([]byte(`{"accountCode":"C1","domains":[{"domain":"example.com"}],"attributes":[{"id":1,"name":"A"}]}`+"\n"+
		`{"user":{"emailAddress":"a@example.com"}}`+"\n"+`{"group":{"id":1,"description":"A"}}`+"\n"+
		`{"member":{"group":1,"domain":"example.org"}}`+"\n"+`{"value":{"attribute":1,"emailAddress":"a@example.com","value":"x"}}`+"\n"+
		`{"delegate":{"id":1,"primaryAddress":"a@example.com","delegateAddress":"b@example.com"}}`+"\n"+
		`{"group":{"id":1,"description":"A"},"gone":true}`+"\n"), 99)
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
		// What the changes have made of the tenant can be stored, and read again.
		if _, err := state.Tenant().normalized(); err != nil {
			t.Fatal(err)
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
