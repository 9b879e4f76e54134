package mimecast

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mimebatch/batch"
)

func TestDomains(t *testing.T) {
	var body string
	c := recordBody(t, &body, `{"meta":{"status":200},"fail":[],"data":[
		{"id":"eNo1","domain":"Example.com","sendOnly":false,"local":false,"inboundType":"known"},
		{"id":"eNo2","domain":"example.net","sendOnly":true,"local":false,"inboundType":"any"}]}`)
	got, err := c.Domains(t.Context())
	want := []batch.Domain{{Name: "example.com"}, {Name: "example.net", SendOnly: true}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, domains (-want +got):\n%s", err, diff)
	}
	if want := `/api/domain/get-internal-domain {"data":[]}`; body != want {
		t.Errorf("sent %s, want %s", body, want)
	}
}

// A listing of domains is read to its end, and one that lacks some is an error: rows of those would be blocked.
func TestDomainsPages(t *testing.T) {
	tests := []struct {
		name  string
		pages map[string]string // by token
		want  []string          // nil for an error
	}{
		{"two pages", map[string]string{
			"":   `{"meta":{"status":200,"pagination":{"pageSize":2,"totalCount":3,"next":"n2"}},"data":[{"domain":"a.example.com"},{"domain":"b.example.com"}]}`,
			"n2": `{"meta":{"status":200,"pagination":{"pageSize":1,"totalCount":3}},"data":[{"domain":"c.example.com"}]}`,
		}, []string{"a.example.com", "b.example.com", "c.example.com"}},
		{"an empty last page that names another", map[string]string{
			"":   `{"meta":{"status":200,"pagination":{"totalCount":1,"next":"n2"}},"data":[{"domain":"a.example.com"}]}`,
			"n2": `{"meta":{"status":200,"pagination":{"totalCount":1,"next":"n3"}},"data":[]}`,
		}, []string{"a.example.com"}},
		{"none", map[string]string{"": `{"meta":{"status":200,"pagination":{"totalCount":0}},"data":[]}`}, []string{}},
		{"fewer than there are", map[string]string{"": `{"meta":{"status":200,"pagination":{"pageSize":1,"totalCount":2}},"data":[{"domain":"a.example.com"}]}`}, nil},
		{"a page that is missing", map[string]string{
			"":   `{"meta":{"status":200,"pagination":{"next":"n2"}},"data":[{"domain":"a.example.com"}]}`,
			"n2": `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"xdk_failure","message":"0007 Invalid token"}]}]}`,
		}, nil},
		{"no end", map[string]string{"": `{"meta":{"status":200,"pagination":{"next":"n1"}},"data":[{"domain":"a.example.com"}]}`,
			"n1": `{"meta":{"status":200,"pagination":{"next":"n1"}},"data":[{"domain":"a.example.com"}]}`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				var q struct {
					Meta struct{ Pagination struct{ PageToken string } }
				}
				if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
					t.Error(err)
				}
				io.WriteString(w, tt.pages[q.Meta.Pagination.PageToken])
			})
			c := client(t, s.URL)
			domains, err := c.Domains(t.Context())
			var got []string
			for _, d := range domains {
				got = append(got, d.Name)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" || (err != nil) != (tt.want == nil) {
				t.Errorf("error %v, domains (-want +got):\n%s", err, diff)
			}
			pending, err := c.pendingDomains(t.Context())
			if refused := tt.name == "a page that is missing"; !refused && ((err != nil) != (tt.want == nil) || len(pending) != len(tt.want)) {
				t.Errorf("pending are %v, error %v", pending, err)
			}
		})
	}
}

// The name of a domain is shown and kept, so nothing hides in it.
func TestDomainNames(t *testing.T) {
	var body string
	c := recordBody(t, &body, `{"meta":{"status":200},"data":[{"domain":"\u001b[2JExample\u202e.com\n"},{"domain":"`+secretOfClient+`.example.com"}]}`)
	want := []batch.Domain{{Name: "[2jexample.com"}, {Name: "[redacted].example.com"}}
	if got, err := c.Domains(t.Context()); err != nil || !cmp.Equal(want, got) {
		t.Errorf("error %v, domains %+v; want %+v", err, got, want)
	}
	pending, err := c.pendingDomains(t.Context())
	if want := map[string]bool{"[2jexample.com": true, "[redacted].example.com": true}; err != nil || !cmp.Equal(want, pending) {
		t.Errorf("error %v, pending %v; want %v", err, pending, want)
	}
	recorded := recordBody(t, &body, `{"meta":{"status":200},"data":[{"domain":"\u200b"}]}`)
	if got, err := recorded.Domains(t.Context()); err == nil {
		t.Errorf("domains are %v, want an error", got)
	}
}

func TestAccounts(t *testing.T) {
	tests := []struct {
		name, page, answer string
		want               batch.Page
		sent               string
	}{
		{"first page", "", `{"meta":{"status":200,"pagination":{"pageSize":2,"totalCount":3,"next":"n2"}},"fail":[],"data":[{"users":[
			{"name":"Domain abuse address","emailAddress":"abuse@example.com","domain":"example.com","alias":false,"addressType":"created_manually","source":"cloud"},
			{"name":"","emailAddress":"Ana@example.com","domain":"example.com","alias":true,"addressType":"created_by_ldap_sync","source":"ldap"}],"userCount":2}]}`,
			batch.Page{Next: "n2", Total: 3, Accounts: []batch.Account{
				{Email: "abuse@example.com", Type: "created_manually", Source: "cloud", Settings: batch.Settings{batch.Username: "Domain abuse address"}},
				{Email: "ana@example.com", Type: "created_by_ldap_sync", Source: "ldap", Alias: true, Settings: batch.Settings{}},
			}},
			`{"meta":{"pagination":{"pageSize":500}},"data":[{"domain":"example.com"}]}`},
		{"next page", "n2", `{"meta":{"status":200,"pagination":{"pageSize":1,"totalCount":3}},"fail":[],"data":[{"users":[{"emailAddress":"bob@example.com"}],"userCount":1}]}`,
			batch.Page{Total: 3, Accounts: []batch.Account{{Email: "bob@example.com", Settings: batch.Settings{}}}},
			`{"meta":{"pagination":{"pageSize":500,"pageToken":"n2"}},"data":[{"domain":"example.com"}]}`},
		{"as the documentation prints it", "", `{"fail":[],"meta":{"status":200},"data":[{"users":[{"alias":false,"addressType":"t","emaiLAddress":"ana@example.com"}],"usercount":1}]}`,
			batch.Page{Total: batch.NotTold, Accounts: []batch.Account{{Email: "ana@example.com", Type: "t", Settings: batch.Settings{}}}},
			`{"meta":{"pagination":{"pageSize":500}},"data":[{"domain":"example.com"}]}`},
		{"empty last page", "n3", `{"meta":{"status":200,"pagination":{"pageSize":10,"totalCount":20,"next":"n4"}},"data":[],"fail":[]}`,
			batch.Page{Next: "n4", Total: 20},
			`{"meta":{"pagination":{"pageSize":500,"pageToken":"n3"}},"data":[{"domain":"example.com"}]}`},
		{"nobody", "", `{"meta":{"status":200,"pagination":{"pageSize":0,"totalCount":0,"next":""}},"data":[{"users":[],"userCount":0}],"fail":[]}`,
			batch.Page{},
			`{"meta":{"pagination":{"pageSize":500}},"data":[{"domain":"example.com"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var body string
			c := recordBody(t, &body, tt.answer)
			got, err := c.Accounts(t.Context(), "example.com", tt.page)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("error %v, page (-want +got):\n%s", err, diff)
			}
			if want := "/api/user/get-internal-users " + tt.sent; body != want {
				t.Errorf("sent %s, want %s", body, want)
			}
		})
	}
}

// Reads that fail are errors of one type, named by what was being done.
func TestReadErrors(t *testing.T) {
	ops := map[string]func(*Client) error{
		"read domains": func(c *Client) error { _, err := c.Domains(t.Context()); return err },
		"list accounts of example.com": func(c *Client) error {
			_, err := c.Accounts(t.Context(), "example.com", "")
			return err
		},
		"read account": func(c *Client) error { _, err := c.Tenant(t.Context()); return err },
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   batch.Verdict
		not    string // the operation for which this is no error
	}{
		{"refused", say(200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"c","message":"m"}]}]}`), batch.Refused, "read account"},
		{"status inside", say(200, `{"meta":{"status":403},"data":[],"fail":[]}`), batch.Refused, "read account"},
		{"no status inside", say(200, `{"data":[],"fail":[]}`), batch.Unknown, ""},
		{"server error", say(503, ``), batch.Unknown, ""},
		{"throttled", say(429, ``), batch.Throttled, ""},
		{"forbidden", say(403, ``), batch.Fatal, "read account"},
		{"a page", say(200, `<html>`), batch.Unknown, ""},
		{"entries of another kind", say(200, `{"meta":{"status":200},"data":["text"],"fail":[]}`), batch.Unknown, ""},
		{"entries of another shape", say(200, `{"meta":{"status":200},"data":[{"users":[{"name":"Ana"}]}],"fail":[]}`), batch.Unknown, ""},
		{"entries of a third shape", say(200, `{"meta":{"status":200},"data":[{"accountName":"Ana"}],"fail":[]}`), batch.Unknown, ""},
		{"signed out", say(401, ``), batch.Fatal, ""},
		{"app unknown", say(200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key","message":"m"}]}]}`), batch.Fatal, ""},
	}
	for _, tt := range tests {
		for op, do := range ops {
			t.Run(tt.name+"/"+op, func(t *testing.T) {
				s := serve(t, tt.answer)
				err := do(client(t, s.URL))
				if tt.not == op {
					if err != nil {
						t.Errorf("error is %v, want none", err)
					}
					return
				}
				ce, ok := errors.AsType[*batch.CallError](err)
				if !ok || ce.Op != op || ce.Reply.Verdict != tt.want || ce.Reply.Reason.Message == "" {
					t.Errorf("error is %#v, want one of %q, %s", err, op, tt.want)
				}
			})
		}
	}
}
