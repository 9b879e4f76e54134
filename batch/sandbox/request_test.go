package sandbox

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzParseRequest(f *testing.F) {
	for _, s := range []string{
		`{"data":[{"emailAddress":"a@example.com","name":null}]}`,
		`{"meta":{"pagination":{"pageSize":2,"pageToken":"x"}},"data":[{}]}`,
		`{"data":[null]}`, `{"data":null}`, `{}`, `null`, `[`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		asked, err := parseRequest(body)
		if err != nil {
			return
		}
		asked.addresses()
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
		if diff := cmp.Diff(asked.addresses(), second.addresses()); diff != "" || len(asked.data) != len(second.data) ||
			asked.pageToken != second.pageToken || !cmp.Equal(asked.pageSize, second.pageSize) {
			t.Errorf("%s\nread again as\n%s", body, b)
		}
	})
}
