package mimecast

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// listed is an account of a listing.
type listed struct {
	Email  string `json:"emailAddress"`
	Alias  bool   `json:"alias"`
	Type   string `json:"addressType"`
	Source string `json:"source"`
}

// company is a tenant that answers what is read to explain a refusal.
type company struct {
	domains, pending []string
	accounts         []listed
	noEdit           bool           // the role may not edit
	unknown          bool           // who is not there is unknown, rather than forbidden
	pages            int            // how many a listing has, if not one
	total            int            // how many accounts a listing says that it has, if it does
	broken           map[string]int // by function: the status that it answers instead
	mu               sync.Mutex     //
	calls            map[string]int // by function
	asked            []string       // addresses of update-user
}

func (c *company) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := path.Base(r.URL.Path)
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[name]++
	if status := c.broken[name]; status != 0 {
		w.WriteHeader(status)
		return
	}
	var q struct {
		Meta struct{ Pagination struct{ PageToken string } }
		Data []struct{ Domain, EmailAddress string }
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		w.WriteHeader(400)
		return
	}
	var data, fail []any
	pagination := map[string]any{}
	switch name {
	case "get-internal-domain", "get-pending-domain":
		domains := c.domains
		if name == "get-pending-domain" {
			domains = c.pending
		}
		for _, d := range domains {
			data = append(data, map[string]any{"domain": d})
		}
	case "get-internal-users":
		page, _ := strconv.Atoi(q.Meta.Pagination.PageToken)
		if page+1 < c.pages {
			pagination["next"] = strconv.Itoa(page + 1)
		}
		if c.total > 0 {
			pagination["totalCount"] = c.total
		}
		users := []listed{{Email: fmt.Sprintf("p%d@%s", page, q.Data[0].Domain)}}
		for _, a := range c.accounts {
			if batch.DomainOf(a.Email) == q.Data[0].Domain {
				users = append(users, a)
			}
		}
		data = append(data, map[string]any{"users": users})
	case "create-user":
		data = append(data, map[string]any{"emailAddress": q.Data[0].EmailAddress})
	case "update-user":
		email := q.Data[0].EmailAddress
		c.asked = append(c.asked, email)
		is := func(a listed) bool { return a.Email == email && a.Type != "forbidden" }
		if slices.Contains(c.domains, batch.DomainOf(email)) && !c.noEdit && slices.ContainsFunc(c.accounts, is) {
			data = append(data, map[string]any{"emailAddress": email})
			break
		}
		code, message := codeForbiddenForAddress, "0003 Forbidden To Perform Operation For Address"
		if c.unknown {
			code, message = codeNoUser, "unknown user"
		}
		fail = append(fail, map[string]any{"key": map[string]any{"emailAddress": email}, "errors": []any{map[string]any{"code": code, "message": message}}})
	}
	json.NewEncoder(w).Encode(map[string]any{"meta": map[string]any{"status": 200, "pagination": pagination}, "data": data, "fail": fail})
}

// example is a company with one domain, one that is pending, and addresses of every kind.
func example() *company {
	return &company{
		domains: []string{"example.com", "example.net"},
		pending: []string{"example.org"},
		accounts: []listed{
			{Email: "postmaster@example.com", Type: "created_manually", Source: "cloud"},
			{Email: "postmaster@example.net", Type: "created_manually", Source: "cloud"},
			{Email: "abuse@example.com", Type: "created_manually", Source: "cloud"},
			{Email: "alias@example.com", Alias: true, Type: "created_manually", Source: "cloud"},
			{Email: "list@example.com", Type: "dl_from_ldap", Source: "ldap"},
			{Email: "contact@example.com", Type: "contact_from_ldap", Source: "ldap"},
			{Email: "synced@example.com", Type: "created_by_ldap_sync", Source: "ldap"},
			{Email: "admin@example.com", Type: "forbidden", Source: "cloud"},
		},
	}
}

func refusedReply(code, message, field string) batch.Reply {
	return batch.Reply{Verdict: batch.Refused, HTTP: 200, RequestID: "req-1", Reason: batch.Reason{Code: code, Message: message, Field: field, Hint: "as it was"}}
}

var (
	forbidden = refusedReply(codeForbiddenForAddress, "0003 Forbidden To Perform Operation For Address", "")
	invalid   = refusedReply("err_validation_invalid_email_address", "Email address is not valid", "emailAddress")
)

// One code, several causes: which it is, and what to do.
func TestDiagnose(t *testing.T) {
	tests := []struct {
		name    string
		email   string
		reply   batch.Reply
		change  func(*company)
		finding string // what the message ends with, "" if the reply stays as it is
		hint    string // part of it
		alike   bool
	}{
		{"not internal", "ana@example.edu", forbidden, nil, "the domain example.edu is not an internal domain of this account", "registered and verified", false},
		{"pending", "ana@example.org", forbidden, nil, "the domain example.org is pending: it is registered, and not verified yet", "verification", false},
		{"pending may not be read", "ana@example.org", forbidden, func(c *company) { c.broken = map[string]int{"get-pending-domain": 403} },
			"the domain example.org is not an internal domain of this account", "registered and verified", false},
		{"no permission", "ana@example.com", forbidden, func(c *company) { c.noEdit = true },
			"other accounts of the domain are refused alike, so the app's role lacks Directories | Internal | Edit", "Directories | Internal | Edit", true},
		{"not there", "ana@example.com", forbidden, nil, "the domain is internal and the permission is there, but no such account", "created first", false},
		{"not there, by another code", "ana@example.com", refusedReply("err_user_not_found", "unknown user", ""), nil,
			"the domain is internal and the permission is there, but no such account", "created first", false},
		{"postmaster unknown too", "ana@example.com", refusedReply("err_user_not_found", "unknown user", ""), func(c *company) { c.noEdit, c.unknown = true, true },
			"the domain is internal, but no such account", "created first", false},
		{"postmaster unknown, protected", "admin@example.com", refusedReply("err_user_not_found", "unknown user", ""), func(c *company) { c.noEdit, c.unknown = true, true },
			"the account is there", "administrator", false},
		{"postmaster unknown, alias", "alias@example.com", refusedReply("err_user_not_found", "unknown user", ""), func(c *company) { c.noEdit, c.unknown = true, true },
			"the address is an alias of an account", "remove the alias", false},
		{"postmaster unknown, not among very many", "ana@example.com", refusedReply("err_user_not_found", "unknown user", ""),
			func(c *company) { c.noEdit, c.unknown, c.pages = true, true, 21 }, "", "", false},
		{"not among very many", "ana@example.com", forbidden, func(c *company) { c.pages = 21 },
			"the domain is internal and the permission is there, so the account is most likely not there", "in the console", false},
		{"not in a listing that is short", "ana@example.com", forbidden, func(c *company) { c.total = 99 },
			"the domain is internal and the permission is there, so the account is most likely not there", "in the console", false},
		{"alias", "alias@example.com", forbidden, nil, "the address is an alias of an account", "remove the alias", false},
		{"list", "list@example.com", forbidden, nil, "the address is a distribution list of the directory", "person's address", false},
		{"contact", "contact@example.com", forbidden, nil, "the address is a contact of the directory", "remove the contact", false},
		{"synced", "synced@example.com", forbidden, nil, "the account belongs to a directory that is synchronised", "in the directory", false},
		{"protected", "admin@example.com", forbidden, nil, "the account is there, and others of its domain can be edited", "administrator", false},
		{"the address to compare with", "postmaster@example.com", forbidden, func(c *company) { c.accounts[0].Type = "forbidden" }, "the account is there, and others of its domain can be edited", "administrator", false},
		{"domains can't be read", "ana@example.com", forbidden, func(c *company) { c.broken = map[string]int{"get-internal-domain": 503} }, "", "", false},
		{"pending domains are not answered", "ana@example.org", forbidden, func(c *company) { c.broken = map[string]int{"get-pending-domain": 503} }, "", "", false},
		{"nothing to compare with", "ana@example.com", forbidden, func(c *company) { c.broken = map[string]int{"update-user": 503} }, "", "", false},
		{"listing can't be read", "ana@example.com", forbidden, func(c *company) { c.broken = map[string]int{"get-internal-users": 503} }, "", "", false},

		{"invalid, not internal", "ana@example.edu", invalid, nil, "the domain example.edu is not an internal domain of this account", "registered and verified", false},
		{"invalid, pending", "ana@example.org", invalid, nil, "the domain example.org is pending: it is registered, and not verified yet", "verification", false},
		{"invalid, alias", "alias@example.com", invalid, nil, "the address is an alias of an account", "remove the alias", false},
		{"invalid, list", "list@example.com", invalid, nil, "the address is a distribution list of the directory", "person's address", false},
		{"invalid, contact", "contact@example.com", refusedReply("err_new", "Invalid user", ""), nil, "the address is a contact of the directory", "remove the contact", false},
		{"invalid, synced", "synced@example.com", invalid, nil, "the account belongs to a directory that is synchronised", "in the directory", false},
		{"invalid, for no reason", "ana@example.com", invalid, nil, "", "", false},
		{"invalid, listing can't be read", "alias@example.com", invalid, func(c *company) { c.broken = map[string]int{"get-internal-users": 503} }, "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			of := example()
			if tt.change != nil {
				tt.change(of)
			}
			c := client(t, serve(t, of.ServeHTTP).URL)
			got := c.Diagnose(t.Context(), tt.email, tt.reply)
			want := tt.reply
			if tt.finding != "" {
				want.Reason.Message += ": " + tt.finding
				want.Reason.Hint = got.Reason.Hint
				want.Alike = tt.alike
			}
			if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(got.Reason.Hint, tt.hint) {
				t.Errorf("hint %q, reply (-want +got):\n%s", got.Reason.Hint, diff)
			}
			if n := of.calls["get-internal-users"]; n > mostPages {
				t.Errorf("%d pages were read, want at most %d", n, mostPages)
			}
		})
	}
}

// How an address is written is found out without asking anybody.
func TestDiagnoseSyntax(t *testing.T) {
	of := example()
	c := client(t, serve(t, of.ServeHTTP).URL)
	got := c.Diagnose(t.Context(), "ana..ruiz@example.com", invalid)
	if !strings.HasPrefix(got.Reason.Message, invalid.Reason.Message+": ") || got.Reason.Hint == "as it was" || len(of.calls) != 0 {
		t.Errorf("calls %v, reply %+v", of.calls, got)
	}
}

// What has one cause only is left as it is, and nothing is read for it.
func TestDiagnoseNothing(t *testing.T) {
	of := example()
	c := client(t, serve(t, of.ServeHTTP).URL)
	whole, unknown, done := forbidden, forbidden, forbidden
	whole.Whole, unknown.Verdict, done.Verdict = true, batch.Unknown, batch.Done
	for name, r := range map[string]batch.Reply{
		"whole": whole, "unknown": unknown, "done": done,
		"another code":   refusedReply("err_validation_blank", "Name must not be blank", "name"),
		"a weak one":     refusedReply("err_validation_password_policy", "Password is not valid for the user", "password"),
		"exists":         refusedReply("err_emulated_address_exists", "Address already exists", ""),
		"invalid date":   refusedReply("err_new", "The date is not valid", ""),
		"nothing at all": {},
	} {
		if diff := cmp.Diff(r, c.Diagnose(t.Context(), "ana@example.com", r)); diff != "" {
			t.Errorf("%s: reply (-want +got):\n%s", name, diff)
		}
	}
	if len(of.calls) != 0 {
		t.Errorf("calls were made: %v", of.calls)
	}
}

// However many rows are refused, what explains them is read once a domain.
func TestDiagnoseReadsOnce(t *testing.T) {
	of := example()
	c := client(t, serve(t, of.ServeHTTP).URL)
	for _, fn := range []*function{c.updateUser, c.internalUsers, c.internalDomain} {
		fn.pacer.learned = true // or the calls would go one by one
	}
	var wg sync.WaitGroup
	for i := range 40 {
		for _, domain := range of.domains {
			wg.Go(func() {
				if r := c.Diagnose(t.Context(), fmt.Sprintf("n%d@%s", i, domain), forbidden); !strings.HasSuffix(r.Reason.Message, "no such account") {
					t.Errorf("reply is %+v", r)
				}
			})
		}
	}
	wg.Wait()
	of.mu.Lock()
	defer of.mu.Unlock()
	if diff := cmp.Diff(map[string]int{"get-internal-domain": 1, "update-user": 2, "get-internal-users": 2}, of.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// What can't be read is asked for once a domain too.
func TestDiagnoseFailsOnce(t *testing.T) {
	of := example()
	of.broken = map[string]int{"get-internal-users": 403, "get-pending-domain": 403}
	c := client(t, serve(t, of.ServeHTTP).URL)
	for i := range 5 {
		for _, domain := range []string{"example.com", "example.org"} {
			c.Diagnose(t.Context(), fmt.Sprintf("n%d@%s", i, domain), forbidden)
		}
	}
	if diff := cmp.Diff(map[string]int{"get-internal-domain": 1, "get-pending-domain": 1, "update-user": 1, "get-internal-users": 1}, of.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// A permission that was there for another account is not missing: a refused postmaster then proves nothing for the run.
func TestDiagnoseKnowsWhatWorked(t *testing.T) {
	of := example()
	c := client(t, serve(t, of.ServeHTTP).URL)
	if r := c.State(t.Context(), []string{"abuse@example.com"})[0]; r.Verdict != batch.Done {
		t.Fatalf("state is %+v", r)
	}
	of.mu.Lock()
	of.noEdit = true
	of.mu.Unlock()
	same := c.Diagnose(t.Context(), "ana@example.com", forbidden)
	if same.Alike || !strings.HasSuffix(same.Reason.Message, "no such account") {
		t.Errorf("in the domain where it worked: %+v", same)
	}
	other := c.Diagnose(t.Context(), "ana@example.net", forbidden)
	if other.Alike || !strings.HasSuffix(other.Reason.Message, "those of another domain are not") {
		t.Errorf("in another domain: %+v", other)
	}
}

// An account that was made after the listing was read is not said to be missing.
func TestDiagnoseKnowsWhatWasMade(t *testing.T) {
	of := example()
	c := client(t, serve(t, of.ServeHTTP).URL)
	if r := c.Diagnose(t.Context(), "ana@example.com", forbidden); !strings.HasSuffix(r.Reason.Message, "no such account") {
		t.Errorf("before: %+v", r)
	}
	if r := c.Do(t.Context(), []batch.Step{createAna()})[0]; r.Verdict != batch.Done {
		t.Fatalf("create: %+v", r)
	}
	if r := c.Diagnose(t.Context(), "ana@example.com", forbidden); !strings.Contains(r.Reason.Message, "the account is there") {
		t.Errorf("after: %+v", r)
	}
}
