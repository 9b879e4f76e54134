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
	for _, body := range []string{``, `x`, `[]`, `"text"`, `{"data":{}}`, `{"fail":["text"]}`, `{"meta":{"status":"200"}}`, `{} {}`,
		`{"data":[],"Data":[]}`, `{"x":{"a":1,"b":[{"a":2,"A":3}]}}`, `{"x":{"\u0061":1,"a":2}}`, `{"x":[{"\"":1,"b":2,"\u0022":3}]}`, `{"x":"{","X":"}"}`} {
		if _, ok := decode([]byte(body)); ok {
			t.Errorf("decode(%q): want false", body)
		}
	}
}

// What is not repeated is not taken for it: names of other objects, and values.
func TestNamesOnce(t *testing.T) {
	for _, body := range []string{
		`{"a":{"a":"a"},"b":["a","a",{"a":"b"},{"a":"b"}],"c":"a"}`, `{"":{},"x":{"":[]}}`, `[[],[{}],{"a":[]},"a","a"]`, `{"a":"\\","b":{"a":"{\"a\":1,\\"}}`, `"a"`, `7`, `null`,
	} {
		if repeatsName([]byte(body)) {
			t.Errorf("%s repeats no name", body)
		}
	}
}

// Plain letters are the same in both cases, and no other character is the same as another.
func TestSameAddress(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"az@example.com", "AZ@EXAMPLE.com", true},
		{"é@example.com", "é@example.com", true},
		{"a@example.com", "b@example.com", false},
		{"k@example.com", "\u212a@example.com", false},
		{"s@example.com", "ſ@example.com", false},
		{"@example.com", "`example.com", false},
		{"[@example.com", "{@example.com", false},
	}
	for _, tt := range tests {
		if got := sameAddress(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q are the same: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// Names are found as the decoder's own tokens tell them.
func FuzzNamesOnce(f *testing.F) {
	for _, body := range []string{okAna, `{"a":[{"b":{},"B":"\\"},"a"],"\u0041":"}"}`, `[{"a":1},{"a":1}]`, `{"ſtatus":1,"status":"{"}`, `{"\"":1,"\u0022":2}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) {
			return
		}
		want := tokensRepeatName(body)
		if got := repeatsName([]byte(body)); got != want {
			t.Fatalf("%s repeats a name: %v, want %v", body, got, want)
		}
	})
}

// tokensRepeatName is repeatsName by way of the decoder.
func tokensRepeatName(body string) bool {
	d := json.NewDecoder(strings.NewReader(body))
	var repeats func() bool
	repeats = func() bool {
		found := false
		names := map[string]bool{}
		switch token, _ := d.Token(); token {
		case json.Delim('{'):
			for d.More() {
				token, _ := d.Token()
				name := strings.ToLower(strings.ToUpper(token.(string)))
				found = names[name] || found
				names[name] = true
				found = repeats() || found
			}
			d.Token()
		case json.Delim('['):
			for d.More() {
				found = repeats() || found
			}
			d.Token()
		}
		return found
	}
	return repeats()
}

// Nothing panics, and an address is done only if HTTP 200, meta.status 200, an entry that names it, and no refusal of it say so.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		okAna, nothing, forbiddenAna, `{}`, `null`, `{"data":[null]}`, `{"fail":[{"code":"c"}]}`, `{"errors":[{"code":"c"}]}`,
		"{\"fail\":[{\"errors\":[{\"code\":\"\xf3\",\"message\":\" \"}]}]}",
		`{"meta":{"status":200},"data":[{"EMAILADDRESS":"ANA@example.com"}]}`,
		`{"meta":{"status":200},"data":[{"emailAddress":["ana@example.com"]}]}`,
		`{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"},{"emailAddress":"bob@example.com"}],"fail":[{"key":{"emailAddress":"ana@example.com"}}]}`,
		`{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}],"fail":[{"key":{"emailAddress":"bob@example.com"},"errors":[{"code":"c"}]}],"fail":[]}`,
		`{"meta":{"status":200,"Status":500},"data":[{"emailAddress":"ana@example.com"}],"errors":[{}]}`,
	} {
		f.Add(200, body, true)
		f.Add(403, body, false)
		f.Add(200, body, false)
	}
	f.Fuzz(func(t *testing.T, status int, body string, alone bool) {
		emails := []string{"ana@example.com", "bob@example.com"}
		if alone {
			emails = emails[:1]
		}
		for i, got := range answered(status, nil, body, nil).about(emails, noon) {
			switch got.Verdict {
			case batch.Done:
				if status != 200 || !confirms(body, emails[i], alone) {
					t.Fatalf("%s is done, with HTTP %d", emails[i], status)
				}
			case batch.Refused, batch.Throttled, batch.Unknown, batch.Fatal:
				if got.Account != nil || got.Reason.Code == "" || got.Reason.Message == "" || got.Whole && (alone || got.Verdict != batch.Refused) {
					t.Fatalf("reply is %+v", got)
				}
			default:
				t.Fatalf("verdict is %q", got.Verdict)
			}
		}
	})
}

// confirms tells, by other means than decode, whether an answer confirms an address.
func confirms(body, email string, alone bool) bool {
	var answer map[string]any
	if json.Unmarshal([]byte(strings.TrimPrefix(body, "\ufeff")), &answer) != nil {
		return false
	}
	member := func(v any, name string) any {
		object, _ := v.(map[string]any)
		for n, v := range object {
			if strings.EqualFold(n, name) {
				return v
			}
		}
		return nil
	}
	list := func(v any) []any { l, _ := v.([]any); return l }
	is := func(v any) bool { s, _ := v.(string); return strings.EqualFold(s, email) }
	if member(member(answer, "meta"), "status") != 200.0 {
		return false
	}
	for _, f := range list(member(answer, "fail")) {
		address := member(member(f, "key"), "emailAddress")
		if is(address) || alone && (address == nil || address == "") {
			return false
		}
	}
	if alone && len(list(member(answer, "errors"))) > 0 {
		return false
	}
	for _, entry := range list(member(answer, "data")) {
		if is(member(entry, "emailAddress")) {
			return true
		}
	}
	return false
}
