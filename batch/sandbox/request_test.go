package sandbox

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Other people's clients write a byte order mark, or a page size as text; what is no number is not guessed at.
func TestParseRequestLeniently(t *testing.T) {
	paged := func(size string) string { return `{"meta":{"pagination":{"pageSize":` + size + `}},"data":[]}` }
	for body, want := range map[string]int{
		paged(`25`): 25, paged(`"25"`): 25, "\uFEFF" + paged(`25`): 25, "\uFEFF" + `{'meta': {'pagination': {'pageSize': '25'}}}`: 25,
	} {
		asked, err := parseRequest([]byte(body))
		if err != nil || asked.pageSize == nil || *asked.pageSize != want {
			t.Errorf("%s: %+v, %v", body, asked, err)
		}
	}
	for _, size := range []string{`""`, `" 25"`, `"x"`, `"null"`, `"2.5"`, `true`, `[25]`} {
		if asked, err := parseRequest([]byte(paged(size))); err == nil {
			t.Errorf("pageSize %s is read as %+v", size, asked)
		}
	}
	if asked, err := parseRequest([]byte(paged(`null`))); err != nil || asked.pageSize != nil {
		t.Errorf("pageSize null: %+v, %v", asked, err)
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, s := range []string{
		`{"data":[{"emailAddress":"a@example.com","name":null}]}`,
		`{"meta":{"pagination":{"pageSize":2,"pageToken":"x"}},"data":[{}]}`,
		"\uFEFF" + `{"meta":{"pagination":{"pageSize":"2"}},"data":[{}]}`,
		`{"data":[null]}`, `{"data":null}`, `{}`, `null`, `[`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		asked, err := parseRequest(body)
		if err != nil {
			return
		}
		asked.addresses([]string{emailAddress})
		// What was understood is understood the same when it is written again.
		again := map[string]any{"meta": map[string]any{"pagination": map[string]any{
			"pageSize": asked.pageSize, "pageToken": asked.pageToken,
		}}}
		var data []json.RawMessage
		for _, o := range asked.data {
			data = append(data, o.raw)
		}
		if data != nil {
			again["data"] = data
		}
		b, err := json.Marshal(again)
		if err != nil {
			t.Fatal(err)
		}
		second, err := parseRequest(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if diff := cmp.Diff(asked.addresses([]string{emailAddress}), second.addresses([]string{emailAddress})); diff != "" || len(asked.data) != len(second.data) ||
			asked.pageToken != second.pageToken || !cmp.Equal(asked.pageSize, second.pageSize) {
			t.Errorf("%s\nread again as\n%s", body, b)
		}
	})
}
