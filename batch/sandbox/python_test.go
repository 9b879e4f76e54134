package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBodiesOfPython(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"single quotes", `{'data': [{'emailAddress': 'ada@example.com', 'name': 'Ada'}]}`, `{"data": [{"emailAddress": "ada@example.com", "name": "Ada"}]}`},
		{"constants", `{'a': True, 'b': False, 'c': None, 'd': 'True'}`, `{"a": true, "b": false, "c": null, "d": "True"}`},
		{"bare constants in JSON", `{"accountLocked": True}`, `{"accountLocked": true}`},
		{"apostrophe", `{'name': "O'Brien"}`, `{"name": "O'Brien"}`},
		{"both quotes", `{'name': 'a\'b"c'}`, `{"name": "a'b\"c"}`},
		{"escapes", `{'name': 'a\\b\n\x9b\u2028\U0001f600'}`, "{\"name\": \"a\\\\b\\n\u009b\\u2028\U0001f600\"}"},
		{"letters", `{'name': 'Zoë'}`, `{"name": "Zoë"}`},
		{"JSON", `{"name":"it's"}`, `{"name":"it's"}`},
		{"not terminated", `{'name': 'x`, `{'name': 'x`},
		{"neither", `name=x`, `name=x`},
		{"broken escape", `{'name': '\x9'}`, `{'name': '\x9'}`},
	}
	for _, tt := range tests {
		if got := string(fromPython([]byte(tt.body))); got != tt.want {
			t.Errorf("%s: %s became %s, want %s", tt.name, tt.body, got, tt.want)
		}
	}
}

// FuzzFromPython prints what is JSON as Python would, and wants the same back. JSON itself is never changed.
func FuzzFromPython(f *testing.F) {
	for _, s := range []string{`{"data":[{"emailAddress":"a@example.com","name":"O'Brien \"x\"","flag":true,"no":null}]}`, `"\u0000\\\u2028"`, `[1e3,-0.5,{}]`, `{'a': True}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := fromPython(body)
		if !json.Valid(body) {
			if !json.Valid(got) && !bytes.Equal(got, body) {
				t.Errorf("%q became %q, which is no JSON", body, got)
			}
			return
		}
		if !bytes.Equal(got, body) {
			t.Fatalf("JSON %q became %q", body, got)
		}
		var want any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		printed := printed(want)
		var again any
		d = json.NewDecoder(bytes.NewReader(fromPython([]byte(printed))))
		d.UseNumber()
		if err := d.Decode(&again); err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		if diff := cmp.Diff(want, again); diff != "" {
			t.Errorf("%s (-want +got):\n%s", printed, diff)
		}
	})
}

// printed is what Python's str makes of a value.
func printed(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return printedText(v)
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, printed(one))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case map[string]any:
		var all []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			all = append(all, printedText(k)+": "+printed(v[k]))
		}
		return "{" + strings.Join(all, ", ") + "}"
	}
	return fmt.Sprint(v)
}

func printedText(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			fmt.Fprintf(&b, `\%c`, r)
		case r == '\n':
			b.WriteString(`\n`)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}
