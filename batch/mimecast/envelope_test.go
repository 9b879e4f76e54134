package mimecast

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, body string
		want       envelope
	}{
		{"page", `{"meta":{"status":200,"pagination":{"pageSize":2,"totalCount":42,"next":"n2"}},"data":[],"fail":[]}`,
			envelope{status: 200, page: page{new(42), "n2"}, data: []json.RawMessage{}}},
		{"classic refusal", `{"meta":{"status":401},"data":[],"fail":[{"errors":[{"code":"c","message":"m","retryable":false}]}]}`,
			envelope{status: 401, data: []json.RawMessage{}, refusals: []refusal{{code: "c", message: "m", classic: true}}}},
		{"refusal with a key", `{"fail":[{"key":{"emailAddress":"ana@example.com","password":"p"},"errors":[{"code":"c","field":"f"},{"code":"d"}]}]}`,
			envelope{refusals: []refusal{
				{email: "ana@example.com", code: "c", field: "f", classic: true},
				{email: "ana@example.com", code: "d", classic: true},
			}}},
		{"flat refusal", `{"fail":[{"code":"c","message":"m"}]}`, envelope{refusals: []refusal{{code: "c", message: "m"}}}},
		{"newer refusal", `{"errors":[{"code":"c","message":"m","field":"f"}]}`, envelope{refusals: []refusal{{code: "c", message: "m", field: "f"}}}},
		{"refusal without reason", `{"fail":[{"key":{"userName":"ana"},"errors":[]}]}`, envelope{refusals: []refusal{{classic: true}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := decode([]byte(tt.body))
			if !ok {
				t.Fatal("not decoded")
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(envelope{}, refusal{})); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
		})
	}
	for _, body := range []string{``, `x`, `[]`, `"text"`, `{"data":{}}`, `{"fail":["text"]}`, `{"meta":{"status":"200"}}`, `{} {}`} {
		if _, ok := decode([]byte(body)); ok {
			t.Errorf("decode(%q): want false", body)
		}
	}
}

// Nothing panics, and what doesn't hold the address in its data is never a success for it.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		okAna, nothing, forbiddenAna, `{}`, `null`, `{"data":[null]}`, `{"fail":[{"code":"c"}]}`, `{"errors":[{"code":"c"}]}`,
		"{\"fail\":[{\"errors\":[{\"code\":\"\xf3\",\"message\":\" \"}]}]}",
		`{"meta":{"status":200},"data":[{"EMAILADDRESS":"ANA@example.com"}]}`,
		`{"meta":{"status":200},"data":[{"emailAddress":["ana@example.com"]}]}`,
	} {
		f.Add(200, body, true)
		f.Add(403, body, false)
	}
	f.Fuzz(func(t *testing.T, status int, body string, alone bool) {
		const email = "ana@example.com"
		a := answered(status, nil, body, nil)
		got := a.about(email, alone, noon)
		switch got.Verdict {
		case batch.Done:
			var w struct{ Data []map[string]any }
			if err := json.Unmarshal([]byte(body), &w); err != nil || status != 200 {
				t.Fatalf("done, with status %d and error %v", status, err)
			}
			for _, entry := range w.Data {
				for name, v := range entry {
					if s, ok := v.(string); ok && strings.EqualFold(name, "emailAddress") && strings.EqualFold(s, email) {
						return
					}
				}
			}
			t.Fatalf("done, but the address is in no entry")
		case batch.Refused, batch.Throttled, batch.Unknown, batch.Fatal:
			if got.Account != nil || got.Reason.Code == "" || got.Reason.Message == "" {
				t.Fatalf("reply is %+v", got)
			}
		default:
			t.Fatalf("verdict is %q", got.Verdict)
		}
	})
}
