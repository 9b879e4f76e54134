package batch

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestGuardsBlock(t *testing.T) {
	all := Guards{Protected: map[string]bool{"ceo@example.com": true}, Own: "admin@example.com", Domains: []string{"example.com", "example.org"}}
	for _, tt := range []struct {
		guards Guards
		email  string
		code   string // "" if it goes ahead
	}{
		{all, "ana@example.com", ""},
		{all, "ana@example.org", ""},
		{all, "ana@example.net", CodeOutside},
		{all, "ana@sub.example.com", CodeOutside},
		{all, "ceo@example.com", CodeProtected},
		{all, "ceo@example.org", ""},
		{all, "admin@example.com", CodeOwn},
		{all, "postmaster@example.com", CodeRole},
		{all, "abuse@example.net", CodeRole},
		{all, "abuse.desk@example.com", ""},
		{Guards{}, "ana@example.net", ""},
		{Guards{}, "ceo@example.com", ""},
		{Guards{}, "postmaster@example.net", CodeRole},
		{Guards{}, "abuse@example.net", CodeRole},
		{Guards{Domains: []string{}}, "ana@example.net", CodeOutside},
	} {
		why, blocked := tt.guards.Blocks(tt.email)
		if why.Code != tt.code || blocked != (tt.code != "") {
			t.Errorf("%s: %v %+v, want %q", tt.email, blocked, why, tt.code)
		}
		if blocked && (why.Message == "" || why.Hint == "") {
			t.Errorf("%s: %+v doesn't say why or what to do", tt.email, why)
		}
	}
}

func TestParseDomain(t *testing.T) {
	for in, want := range map[string]string{
		"example.com": "example.com", " @Example.COM ": "example.com", "bücher.example.com": "xn--bcher-kva.example.com",
		"example": "", "": "", "*.example.com": "", "a@example.com": "", "192.0.2.1": "",
	} {
		got, err := ParseDomain(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestReadProtected(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // addresses in order
		err        string
	}{
		{"one a line", "# the board\nceo@example.com\r\n\n  CFO@Example.com\n", "ceo@example.com cfo@example.com", ""},
		{"the last line has no end", "ceo@example.com", "ceo@example.com", ""},
		{"a CSV", "Name,Email\n\"Boss, Big\",Ceo@example.com\nSmall,cfo@example.com\n", "ceo@example.com cfo@example.com", ""},
		{"a CSV of Excel", "\ufeffE Mail;EMAIL \r\nx;ceo@example.com\r\n", "ceo@example.com", ""},
		{"a CSV with tabs", "\"email\"\tname\nceo@example.com\tBoss\n", "ceo@example.com", ""},
		{"a column alone", "email\nceo@example.com\n", "ceo@example.com", ""},
		{"nothing", "\n# nobody\n", "", "there is no address in it"},
		{"a header alone", "name,email\n", "", "there is no address in it"},
		{"no address", "ceo@example.com\nthe boss\n", "", `line 2: "the boss": `},
		{"several in a line", "ceo@example.com, cfo@example.com\n", "", "line 1: "},
		{"another heading", "mail\nceo@example.com\n", "", `line 1: "mail": `},
		{"a blank cell", "email,name\nceo@example.com,Boss\n,Nobody\n", "", "row 2 below the header: "},
		{"a cell too few", "name,email\nBoss\n", "", "read it as a CSV: "},
		{"two columns", "email,name,Email\nceo@example.com,Boss,cfo@example.com\n", "", "2 of its columns are named email"},
		{"the heading is in another cell's quotes", "\"name, email\",mail\nBoss,ceo@example.com\n", "", "row 1 below the header: "},
		{"a domain", "ceo@example.com\n *@example.com\n", "", `line 2: "*@example.com": addresses are taken as they stand`},
		{"a pattern", "email\nc?o@example.com\n", "", `row 1 below the header: "c?o@example.com": addresses are taken as they stand`},
		{"alternatives", "{ceo,cfo}@example.com\n", "", `line 1: "{ceo,cfo}@example.com": addresses are taken as they stand`},
		{"UTF-16", "\xff\xfec\x00e\x00o\x00@\x00", "", "line 1: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadProtected(strings.NewReader(tt.text))
			if (err == nil) != (tt.err == "") || err != nil && !strings.HasPrefix(err.Error(), tt.err) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if d := cmp.Diff(strings.Fields(tt.want), slices.Sorted(maps.Keys(got)), cmp.Transformer("", func(s []string) string { return strings.Join(s, " ") })); d != "" {
				t.Errorf("addresses (-want +got):\n%s", d)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := ReadProtected(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// A list that can be read protects every address that stands in it, and reads the same when it is written one a line.
func FuzzReadProtected(f *testing.F) {
	for _, s := range []string{"ceo@example.com\n#x\ncfo@example.com", "name,email\nBoss,ceo@example.com\n", "email;x\n\"ceo@example.com\";1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadProtected(bytes.NewReader(data))
		if err != nil {
			return
		}
		written := strings.Join(slices.Sorted(maps.Keys(got)), "\n")
		again, err := ReadProtected(strings.NewReader(written))
		if d := cmp.Diff(got, again); err != nil || d != "" {
			t.Fatalf("%q: read again (-want +got, %v):\n%s", data, err, d)
		}
		for email := range got {
			if _, blocked := (Guards{Protected: got}).Blocks(email); !blocked {
				t.Fatalf("%s is not protected", email)
			}
		}
		if n := strings.Count(strings.ToLower(string(data)), "@"); n < len(got) {
			t.Fatalf("%d addresses of %d", len(got), n)
		}
	})
}
