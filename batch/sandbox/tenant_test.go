package sandbox_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func TestReadTenant(t *testing.T) {
	got, err := sandbox.ReadTenant(strings.NewReader(`{
		"accountCode": "C1", "quotas": {"create-user": "5/s", "login": "800/5s"},
		"domains": [{"domain": "Example.NET"}, {"domain": "example.com"}],
		"users": [{"emailAddress": "Zoe@Example.com"}, {"emailAddress": "Ada@example.net", "name": "Ada", "source": "ldap", "addressType": "dl_from_ldap"}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &sandbox.Tenant{
		AccountCode: "C1",
		Quotas: map[string]sandbox.Quota{
			"create-user": {Calls: 5, Window: time.Second}, "login": {Calls: 800, Window: 5 * time.Second},
		},
		Domains: []sandbox.Domain{{Domain: "example.com"}, {Domain: "example.net"}},
		Users: []sandbox.User{
			{EmailAddress: "ada@example.net", Name: "Ada", AddressType: "dl_from_ldap", Source: "ldap"},
			{EmailAddress: "zoe@example.com", Name: "zoe@example.com", AddressType: "created_manually", Source: "cloud"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tenant (-want +got):\n%s", diff)
	}
}

func TestReadTenantRefused(t *testing.T) {
	with := func(users string) string {
		return `{"accountCode":"C1","domains":[{"domain":"example.com"},{"domain":"example.org","pending":true}],"users":[` + users + `]}`
	}
	tests := []struct{ name, in, want string }{
		{"nothing", ``, "EOF"},
		{"unknown field", `{"accountCode":"C1","colour":"red"}`, `unknown field "colour"`},
		{"unknown field of a user", with(`{"emailAddress":"a@example.com","phone":"1"}`), `unknown field "phone"`},
		{"text after it", `{"accountCode":"C1"} x`, "text after the end"},
		{"no account code", `{}`, "no accountCode"},
		{"policy", `{"accountCode":"C1","passwordPolicy":{"classes":5}}`, "classes 5"},
		{"domain twice", `{"accountCode":"C1","domains":[{"domain":"example.com"},{"domain":"EXAMPLE.com"}]}`, `domains[1]: domain "example.com" is there twice`},
		{"no domain", `{"accountCode":"C1","domains":[{"domain":"localhost"}]}`, "not a domain"},
		{"address twice", with(`{"emailAddress":"a@example.com"},{"emailAddress":"A@example.com"}`), `users: address "a@example.com" is there twice`},
		{"unknown domain", with(`{"emailAddress":"a@example.net"}`), "in no domain"},
		{"pending domain", with(`{"emailAddress":"a@example.org"}`), "in no domain"},
		{"no address", with(`{"name":"A"}`), "not an address"},
		{"address type", with(`{"emailAddress":"a@example.com","addressType":"invented"}`), "unknown addressType"},
		{"source", with(`{"emailAddress":"a@example.com","source":"paper"}`), "unknown source"},
		{"alias for nobody", with(`{"emailAddress":"a@example.com","alias":true,"aliasFor":"b@example.com"}`), "which is no account"},
		{"alias for an alias", with(`{"emailAddress":"a@example.com","alias":true,"aliasFor":"b@example.com"},{"emailAddress":"b@example.com","alias":true}`), "which is no account"},
		{"no alias for one", with(`{"emailAddress":"a@example.com","aliasFor":"b@example.com"},{"emailAddress":"b@example.com"}`), "is no alias"},
		{"account code", with(`{"emailAddress":"a@example.com","accountCode":"C9"}`), `unknown accountCode "C9"`},
		{"users are no array", `{"accountCode":"C1","users":{}}`, "is not an array"},
		{"cut short", `{"accountCode":"C1","users":[`, "EOF"},
		{"an array", `[]`, "instead of {"},
		{"group without a name", `{"accountCode":"C1","groups":[{"id":1}]}`, "groups[0]: group 1 has no description"},
		{"group without an id", `{"accountCode":"C1","groups":[{"description":"A"}]}`, "id 0"},
		{"group twice", `{"accountCode":"C1","groups":[{"id":1,"description":"A"},{"id":1,"description":"B"}]}`, "id 1 is there twice"},
		{"group in none", `{"accountCode":"C1","groups":[{"id":1,"description":"A","parent":2}]}`, "group 1 lies in group 2, which is not there"},
		{"group in itself", `{"accountCode":"C1","groups":[{"id":1,"description":"A","parent":2},{"id":2,"description":"B","parent":1}]}`, "lies in itself"},
		{"group source", `{"accountCode":"C1","groups":[{"id":1,"description":"A","source":"paper"}]}`, "unknown source"},
		{"member of two kinds", `{"accountCode":"C1","groups":[{"id":1,"description":"A","members":[{"emailAddress":"a@example.com","domain":"example.com"}]}]}`, "want one of"},
		{"member that is none", `{"accountCode":"C1","groups":[{"id":1,"description":"A","members":[{"emailAddress":"a"}]}]}`, "not an address or a domain"},
		{"member twice", `{"accountCode":"C1","groups":[{"id":1,"description":"A","members":[{"domain":"example.com"},{"domain":"EXAMPLE.com"}]}]}`, `member "example.com" is there twice`},
		{"attribute without a name", `{"accountCode":"C1","attributes":[{"id":1}]}`, "attributes[0]"},
		{"attribute twice", `{"accountCode":"C1","attributes":[{"id":1,"name":"A"},{"id":1,"name":"B"}]}`, "id 1 is there twice"},
		{"attribute of no address", `{"accountCode":"C1","attributes":[{"id":1,"name":"A","values":{"Ada":"x"}}]}`, "not an address in lower case"},
		{"delegate of nobody", `{"accountCode":"C1","delegates":[{"id":1,"primaryAddress":"a@example.com","delegateAddress":"b@example.com"}]}`, "which is no account"},
		{"delegate without addresses", `{"accountCode":"C1","delegates":[{"id":1}]}`, "has no two addresses"},
		{"connection twice", `{"accountCode":"C1","connections":[{"id":1},{"id":1}]}`, "id 1 is there twice"},
		{"quota of nought", `{"accountCode":"C1","quotas":{"create-users":"5/s"}}`, "no function with a quota"},
		{"quota of the token", `{"accountCode":"C1","quotas":{"token":"5/s"}}`, "no function with a quota"},
		{"quota that is none", `{"accountCode":"C1","quotas":{"create-user":"5"}}`, "want calls/window"},
		{"quota of null", `{"accountCode":"C1","quotas":{"create-user":null}}`, "create-user: quota of 0 calls"},
		{"password changes", with(`{"emailAddress":"a@example.com","passwordChanges":-1}`), "negative passwordChanges"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := sandbox.ReadTenant(strings.NewReader(tt.in))
			if err == nil || !strings.HasPrefix(err.Error(), "read tenant: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestWriteTenantInOrder(t *testing.T) {
	given := furnished()
	var out bytes.Buffer
	if err := given.Write(&out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(furnished(), given); diff != "" {
		t.Errorf("Write changed the tenant (-before +after):\n%s", diff)
	}
	got, err := sandbox.ReadTenant(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range got.Users {
		if !strings.Contains(out.String(), `"`+u.EmailAddress+`"`) {
			t.Errorf("%s is not in\n%s", u.EmailAddress, out.String())
		}
	}
	if want := `"quotas": {"get-connection":"7/1.5s"}`; !strings.Contains(out.String(), want) {
		t.Errorf("no %s in\n%s", want, out.String())
	}
	if at, last := strings.Index(out.String(), "ada@"), strings.Index(out.String(), "synced@"); at < 0 || at > last {
		t.Errorf("users are not in order:\n%s", out.String())
	}
}

func TestSample(t *testing.T) {
	sample := sandbox.Sample()
	if len(sample.Domains) == 0 || len(sample.Users) == 0 {
		t.Fatalf("sample %+v is empty", sample)
	}
	sample.Users[0].Name = "changed"
	if sandbox.Sample().Users[0].Name == "changed" {
		t.Error("samples share their users")
	}
	if sandbox.New(sandbox.Options{}).Stats().Users < len(sample.Users) {
		t.Error("a server without a tenant does not serve the sample")
	}
}

func TestServerTenant(t *testing.T) {
	given := furnished()
	server := sandbox.New(sandbox.Options{Tenant: given})
	if diff := cmp.Diff(furnished(), given); diff != "" {
		t.Errorf("New changed the tenant (-before +after):\n%s", diff)
	}
	var out bytes.Buffer
	if err := server.Tenant().Write(&out); err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.ReadTenant(&out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(server.Tenant(), again); diff != "" {
		t.Errorf("tenant (-server +written and read):\n%s", diff)
	}
	if want := len(given.Users) + 4; len(again.Users) != want {
		t.Errorf("%d users, want %d: two more in each internal domain", len(again.Users), want)
	}
}

func FuzzReadTenant(f *testing.F) {
	var out bytes.Buffer
	if err := tenant().Write(&out); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte(`{"accountCode":"C","domains":[{"domain":"X.example"}],"users":[{"emailAddress":"A@x.example","name":"\u2028<&>"}]}`))
	out.Reset()
	if err := furnished().Write(&out); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte(`{"accountCode":"C","quotas":{"create-user":"5/1h2m"}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		read, err := sandbox.ReadTenant(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := read.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := sandbox.ReadTenant(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("%v\n%s", err, out.Bytes())
		}
		if diff := cmp.Diff(read, again); diff != "" {
			t.Errorf("tenant (-read +written and read):\n%s", diff)
		}
	})
}
