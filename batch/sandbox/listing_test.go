package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func TestListDomain(t *testing.T) {
	c := serve(t, sandbox.Options{})
	e := c.post(getInternalUsers, `{"meta":{"pagination":{"pageSize":100}},"data":[{"domain":"Example.NET"}]}`).envelope(t)
	row := func(address, name string) map[string]any {
		return map[string]any{"name": name, "emailAddress": address, "domain": "example.net", "alias": false,
			"addressType": "created_manually", "source": "cloud"}
	}
	want := []map[string]any{{
		"users": []any{
			row("abuse@example.net", "Domain abuse address"),
			row("nina@example.net", "Nina"),
			row("postmaster@example.net", "Domain postMaster address"),
		},
		"userCount": 3.0,
	}}
	if diff := cmp.Diff(want, e.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if p := e.Meta.Pagination; p.PageSize != 3 || p.TotalCount != 3 || p.Next != nil {
		t.Errorf("pagination %+v, want 3 of 3 and no next", p)
	}
}

func TestListRows(t *testing.T) {
	c := serve(t, sandbox.Options{})
	e := c.post(getInternalUsers, `{"data":[{"domain":"example.com"}]}`).envelope(t)
	var got []string
	for _, u := range e.Data[0]["users"].([]any) {
		u := u.(map[string]any)
		got = append(got, fmt.Sprint(u["emailAddress"], " ", u["alias"], " ", u["addressType"], " ", u["source"]))
	}
	want := []string{
		"abuse@example.com false created_manually cloud",
		"ada@example.com false created_manually cloud",
		"alias@example.com true created_manually cloud",
		"contact@example.com false contact_from_ldap ldap",
		"list@example.com false dl_from_ldap ldap",
		"postmaster@example.com false created_manually cloud",
		"synced@example.com false created_by_ldap_sync ldap",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// many is a tenant with n users in example.com, and one in example.net.
func many(n int) *sandbox.Tenant {
	t := tenant()
	t.Users = t.Users[len(t.Users)-1:]
	for i := range n - 2 {
		t.Users = append(t.Users, sandbox.User{EmailAddress: fmt.Sprintf("u%06d@example.com", i)})
	}
	return t
}

// list follows the pages of a listing.
func (c *client) list(data string, pageSize int) (addresses []string, pages []int) {
	c.t.Helper()
	paging := fmt.Sprintf(`{"pageSize":%d}`, pageSize)
	for {
		e := c.post(getInternalUsers, `{"meta":{"pagination":`+paging+`},"data":`+data+`}`).envelope(c.t)
		rows := e.Data[0]["users"].([]any)
		for _, u := range rows {
			addresses = append(addresses, u.(map[string]any)["emailAddress"].(string))
		}
		p := e.Meta.Pagination
		if p.PageSize != len(rows) || e.Data[0]["userCount"] != float64(len(rows)) {
			c.t.Fatalf("page of %d rows has pageSize %d, userCount %v", len(rows), p.PageSize, e.Data[0]["userCount"])
		}
		pages = append(pages, p.PageSize)
		if p.Next == nil {
			if p.TotalCount != len(addresses) {
				c.t.Fatalf("totalCount %d, but %d rows", p.TotalCount, len(addresses))
			}
			return addresses, pages
		}
		// The size is fixed in the token: what is asked besides it is ignored.
		paging = fmt.Sprintf(`{"pageSize":1,"pageToken":%q}`, *p.Next)
	}
}

func TestPaging(t *testing.T) {
	tests := []struct {
		users, pageSize int
		pages           []int
	}{
		{2, 1, []int{1, 1}},
		{7, 3, []int{3, 3, 1}},
		{6, 3, []int{3, 3}},
		{1200, 500, []int{500, 500, 200}},
		{1200, 501, []int{500, 500, 200}},
		{1200, 1 << 30, []int{500, 500, 200}},
		{3000, 499, []int{499, 499, 499, 499, 499, 499, 6}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.users, " by ", tt.pageSize), func(t *testing.T) {
			c := serve(t, sandbox.Options{Tenant: many(tt.users)})
			addresses, pages := c.list(`[{"domain":"example.com"}]`, tt.pageSize)
			if diff := cmp.Diff(tt.pages, pages); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
			if !slices.IsSorted(addresses) || len(slices.Compact(slices.Clone(addresses))) != tt.users {
				t.Errorf("%d addresses, want %d in order, none twice", len(addresses), tt.users)
			}
			everyone, _ := c.list(`[]`, tt.pageSize)
			if want := tt.users + 3; len(everyone) != want || !slices.IsSorted(everyone) {
				t.Errorf("%d addresses in all domains, want %d in order", len(everyone), want)
			}
		})
	}
}

func TestUnpagedStopsSilently(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: many(1200)})
	for _, body := range []string{
		`{"data":[{"domain":"example.com"}]}`,
		`{"meta":{"pagination":{}},"data":[{"domain":"example.com"}]}`,
		`{"data":[{}]}`,
		`{}`,
	} {
		e := c.post(getInternalUsers, body).envelope(t)
		p := e.Meta.Pagination
		if rows := len(e.Data[0]["users"].([]any)); rows != 999 || p.PageSize != 999 || p.TotalCount != 999 || p.Next != nil {
			t.Errorf("%s: %d rows, pagination %+v, want 999 and no sign of more", body, rows, p)
		}
	}
}

func TestBrokenPageToken(t *testing.T) {
	c := serve(t, sandbox.Options{})
	post := func(token, domain string) reply {
		return c.post(getInternalUsers, fmt.Sprintf(`{"meta":{"pagination":{"pageToken":%q}},"data":[{"domain":%q}]}`, token, domain))
	}
	e := c.post(getInternalUsers, `{"meta":{"pagination":{"pageSize":2}},"data":[{"domain":"example.com"}]}`).envelope(t)
	token := *e.Meta.Pagination.Next
	if r := post(token, "example.com"); r.status != 200 || r.envelope(t).Meta.Pagination.PageSize != 2 {
		t.Fatalf("good token: HTTP %d %s", r.status, r.body)
	}
	domains := c.post(getInternalDomain, `{}`).envelope(t)
	tests := map[string]reply{
		"cut":            post(token[:len(token)-20], "example.com"),
		"not base64":     post("%%%", "example.com"),
		"not zlib":       post("AAAA", "example.com"),
		"another id":     post(domains.Data[0]["id"].(string), "example.com"),
		"another domain": post(token, "example.net"),
	}
	for name, r := range tests {
		if r.status != 400 || len(r.body) != 0 || r.err != nil {
			t.Errorf("%s: HTTP %d %q, want 400 and nothing", name, r.status, r.body)
		}
	}
	if n := c.server.Stats().Calls["get-internal-users"]; n != 2 {
		t.Errorf("%d calls counted, want 2", n)
	}
}

func TestListRefused(t *testing.T) {
	c := serve(t, sandbox.Options{})
	tests := []struct {
		name, body, code, field string
	}{
		{"unknown domain", `{"data":[{"domain":"sub.example.com"}]}`, forbiddenCode, ""},
		{"pending domain", `{"data":[{"domain":"example.org"}]}`, forbiddenCode, ""},
		{"blank domain", `{"data":[{"domain":""}]}`, "err_validation_blank", "domain"},
		{"null domain", `{"data":[{"domain":null}]}`, "err_validation_null", "domain"},
		{"two domains", `{"data":[{"domain":"example.com"},{"domain":"example.net"}]}`, "err_validation_size", "data"},
		{"no page", `{"meta":{"pagination":{"pageSize":0}},"data":[]}`, "err_validation_value_not_allowed", "pageSize"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := c.post(getInternalUsers, tt.body)
			e := r.envelope(t)
			if r.status != 200 || len(e.Data) != 0 || len(e.Fail) != 1 {
				t.Fatalf("HTTP %d %s", r.status, r.body)
			}
			if got := e.Fail[0].Errors[0]; got.Code != tt.code || got.Field != tt.field {
				t.Errorf("refusal %+v, want %s %s", got, tt.code, tt.field)
			}
		})
	}
}

func TestDomainRequired(t *testing.T) {
	c := serve(t, sandbox.Options{DomainRequired: true})
	for body, want := range map[string]string{
		`{}`:                                  "err_validation_null domain",
		`{"data":[]}`:                         "err_validation_null domain",
		`{"data":[{}]}`:                       "err_validation_null domain",
		`{"data":[{"domain":null}]}`:          "err_validation_null domain",
		`{"data":[{"domain":"example.com"}]}`: "",
	} {
		got := ""
		if e := c.post(getInternalUsers, body).envelope(t); len(e.Fail) > 0 {
			got = e.Fail[0].Errors[0].Code + " " + e.Fail[0].Errors[0].Field
		}
		if got != want {
			t.Errorf("%s: refused by %q, want %q", body, got, want)
		}
	}
}

func TestDomains(t *testing.T) {
	c := serve(t, sandbox.Options{})
	com := map[string]any{"domain": "example.com", "sendOnly": false, "local": true, "inboundType": "any"}
	net := map[string]any{"domain": "example.net", "sendOnly": true, "local": false, "inboundType": "known"}
	tests := []struct {
		name, data string
		want       []map[string]any
		fail       int
	}{
		{"all", `[]`, []map[string]any{com, net}, 0},
		{"filter", `[{"domain":"EXAMPLE.net"}]`, []map[string]any{net}, 0},
		{"filters", `[{"domain":"example.net"},{"domain":"example.com"},{"domain":"example.net"}]`, []map[string]any{com, net}, 0},
		{"empty filter", `[{}]`, []map[string]any{com, net}, 0},
		{"pending", `[{"domain":"example.org"}]`, []map[string]any{}, 0},
		{"blank", `[{"domain":""}]`, []map[string]any{}, 1},
		{"too many", `[` + strings.Repeat(`{},`, 500) + `{}]`, []map[string]any{}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := c.post(getInternalDomain, `{"data":`+tt.data+`}`).envelope(t)
			for _, d := range e.Data {
				if id, _ := d["id"].(string); len(id) < 150 {
					t.Errorf("id %q is too short", id)
				}
				delete(d, "id")
			}
			if diff := cmp.Diff(tt.want, e.Data); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
			if len(e.Fail) != tt.fail {
				t.Errorf("fail %+v, want %d", e.Fail, tt.fail)
			}
		})
	}
}

func TestAccount(t *testing.T) {
	c := serve(t, sandbox.Options{})
	e := c.post(getAccount, `{"data":[]}`).envelope(t)
	if len(e.Data) != 1 {
		t.Fatalf("data %v", e.Data)
	}
	a := e.Data[0]
	if a["accountCode"] != "CTEST1" || a["accountName"] != "Test Ltd" || a["userCount"] != 10.0 {
		t.Errorf("account %v", a)
	}
	for _, field := range []string{"region", "type", "passphrase", "supportCode"} {
		if s, _ := a[field].(string); s == "" {
			t.Errorf("no %s in %v", field, a)
		}
	}
	if packages, _ := a["packages"].([]any); len(packages) == 0 {
		t.Errorf("no packages in %v", a)
	}
}
