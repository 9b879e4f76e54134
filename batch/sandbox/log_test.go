package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mimebatch/batch/sandbox"
)

func (c *client) readLog(query string) []sandbox.Call {
	c.t.Helper()
	r := c.do("GET", "/sandbox/log"+query, "", nil)
	if r.status != 200 || r.header.Get("Content-Type") != "application/x-ndjson" {
		c.t.Fatalf("HTTP %d %s", r.status, r.body)
	}
	var calls []sandbox.Call
	for line := range bytes.Lines(r.body) {
		var one sandbox.Call
		if err := json.Unmarshal(line, &one); err != nil {
			c.t.Fatalf("%s: %v", line, err)
		}
		calls = append(calls, one)
	}
	return calls
}

func TestLogTellsWhatWasExecuted(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Now: clock.Now})
	c.inject(sandbox.Fault{Kind: sandbox.CloseAfter, Function: "create-user"})
	c.post(createUser, `{"data":[{"emailAddress":"New@example.com"}]}`)
	c.post(createUser, `{"data":[{"emailAddress":"new@example.com"},{"emailAddress":"two@example.com","password":"weak"}]}`)
	c.post(updateUser, `{"data":[{"emailAddress":"new@example.com"},{"emailAddress":"ada@example.com","allowPop":true}]}`)
	last := c.post(getInternalDomain, `{}`)
	c.token = "wrong"
	c.post(getAccount, `{}`)
	c.post("/api/nowhere", `{}`)
	c.signed("/api/nowhere", `{}`)

	exists, policy := sandbox.DefaultCodes.Exists.Code, sandbox.DefaultCodes.Password.Code
	now := clock.Now()
	want := []sandbox.Call{
		{Seq: 1, Time: now, Function: "token", Path: "/oauth/token", Status: 200, Executed: []sandbox.Execution{{Done: sandbox.Done}}},
		{Seq: 2, Time: now, Function: "create-user", Path: createUser, By: "sandbox", Addresses: []string{"new@example.com"},
			Fault: sandbox.CloseAfter, Executed: []sandbox.Execution{{Address: "new@example.com", Done: sandbox.Created}}},
		{Seq: 3, Time: now, Function: "create-user", Path: createUser, By: "sandbox", Status: 200, Addresses: []string{"new@example.com", "two@example.com"},
			Executed: []sandbox.Execution{
				{Address: "new@example.com", Done: sandbox.Refused, Code: exists},
				{Address: "two@example.com", Done: sandbox.Refused, Code: policy},
			}},
		{Seq: 4, Time: now, Function: "update-user", Path: updateUser, By: "sandbox", Status: 200, Addresses: []string{"new@example.com", "ada@example.com"},
			Executed: []sandbox.Execution{
				{Address: "new@example.com", Done: sandbox.StateRead},
				{Address: "ada@example.com", Done: sandbox.Updated},
			}},
		{Seq: 5, Time: now, Function: "get-internal-domain", Path: getInternalDomain, By: "sandbox", Status: 200,
			RequestID: last.header.Get("X-Request-Id"), Executed: []sandbox.Execution{{Done: sandbox.Done}}},
		{Seq: 6, Time: now, Function: "get-account", Path: getAccount, Status: 401},
		{Seq: 7, Time: now, Path: "/api/nowhere", Status: 403},
		{Seq: 8, Time: now, Path: "/api/nowhere", Status: 404},
	}
	got := c.server.Log()
	for i, call := range got {
		if call.RequestID == "" {
			t.Errorf("call %d has no request id", call.Seq)
		}
		if i < len(want) && want[i].RequestID == "" {
			got[i].RequestID = ""
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, c.readLog(""), cmpopts.IgnoreFields(sandbox.Call{}, "RequestID")); diff != "" {
		t.Errorf("log over HTTP (-want +got):\n%s", diff)
	}
}

func TestLogIsBounded(t *testing.T) {
	c := start(t, sandbox.Options{LogSize: 3})
	seqs := func(calls []sandbox.Call) string {
		var all []int
		for _, call := range calls {
			all = append(all, call.Seq)
		}
		return fmt.Sprint(all)
	}
	for n, want := range []string{"[]", "[1]", "[1 2]", "[1 2 3]", "[2 3 4]", "[3 4 5]"} {
		if got := seqs(c.readLog("")); got != want {
			t.Errorf("after %d calls: %s, want %s", n, got, want)
		}
		c.post(getAccount, `{}`)
	}
	for after, want := range map[string]string{"-9": "[4 5 6]", "0": "[4 5 6]", "4": "[5 6]", "6": "[]", "99": "[]"} {
		if got := seqs(c.readLog("?after=" + after)); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
	if r := c.do("GET", "/sandbox/log?after=x", "", nil); r.status != http.StatusBadRequest {
		t.Errorf("HTTP %d, want 400", r.status)
	}
}

func TestLogHoldsNoLongTexts(t *testing.T) {
	c := serve(t, sandbox.Options{})
	objects := strings.Repeat(`{"emailAddress":"`+strings.Repeat("a", 1000)+`"},`, 500)
	c.post(updateUser, `{"data":[`+strings.TrimSuffix(objects, ",")+`]}`)
	c.post("/"+strings.Repeat("b", 1000), "")
	size := 0
	for _, call := range c.server.Log() {
		size += len(call.Path)
		for _, a := range call.Addresses {
			size += len(a)
		}
	}
	if size > 40_000 {
		t.Errorf("%d bytes of addresses and paths are kept", size)
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	c := start(t, sandbox.Options{Password: "Canary-admin", ClientSecret: "Canary-client"})
	c.form(form("sandbox", "Canary-client", "client_credentials"))
	c.token = tokenBy(t, c.server, "Canary-client")
	c.post(createUser, `{"data":[{"emailAddress":"new@example.com","password":"Canary-1"}]}`)
	c.post(createUser, `{"data":[{"emailAddress":"new@example.com","password":"Canary-2"}]}`)
	c.logIn("Basic-Cloud", "admin@example.com", "Canary-admin", "userName")
	for _, path := range []string{"/sandbox/log", "/sandbox/stats"} {
		body := string(c.do("GET", path, "", nil).body)
		for _, secret := range []string{"Canary", c.token, sandbox.DefaultKeys.SecretKey} {
			if strings.Contains(body, secret) {
				t.Errorf("%s tells %q", path, secret)
			}
		}
	}
}

// A change that can't be kept ends a call: the log tells how far it came, and calls nothing refused that was done.
func TestLogOfCallThatBrokeOff(t *testing.T) {
	left := 0 // changes that are kept
	c := serve(t, sandbox.Options{Tenant: furnished(), Changed: func(sandbox.Change) error {
		if left--; left < 0 {
			return errors.New("disk is full")
		}
		return nil
	}})
	done := []sandbox.Execution{{Done: sandbox.Done}}
	for _, tt := range []struct {
		name, path, body string
		kept             int
		want             []sandbox.Execution
	}{
		{"create after a refusal", createUser, `{"data":[{"emailAddress":"ada@example.com"},{"emailAddress":"new@example.com"}]}`, 0,
			[]sandbox.Execution{{Address: "ada@example.com", Done: sandbox.Refused, Code: sandbox.DefaultCodes.Exists.Code}}},
		{"second create", createUser, `{"data":[{"emailAddress":"one@example.com"},{"emailAddress":"two@example.com"}]}`, 1,
			[]sandbox.Execution{{Address: "one@example.com", Done: sandbox.Created}}},
		{"second group", createGroup, `{"data":[{"description":"A"},{"description":"B"}]}`, 1, done},
		{"first group", createGroup, `{"data":[{"description":"C"}]}`, 0, nil},
		{"second attribute", "/api/user/update-attributes",
			`{"data":[{"emailAddress":"ada@example.com","attributes":[{"name":"Department","value":"X"},{"name":"phoneNumber","value":"1"}]}]}`, 1, done},
		{"second address to purge", "/api/user/add-to-purge-list", `{"data":[{"emailAddresses":["ada@example.com","nina@example.net"]}]}`, 1, done},
		{"first address to purge", "/api/user/add-to-purge-list", `{"data":[{"emailAddresses":["nina@example.net"]}]}`, 0, nil},
	} {
		left = tt.kept
		if r := c.post(tt.path, tt.body); r.status != http.StatusInternalServerError {
			t.Errorf("%s: HTTP %d, want 500", tt.name, r.status)
		}
		calls := c.server.Log()
		if diff := cmp.Diff(tt.want, calls[len(calls)-1].Executed); diff != "" {
			t.Errorf("%s: executed (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The log knows addresses in whatever field a function takes them.
func TestLogOfAddressesInOtherFields(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	for _, tt := range []struct{ path, object, want string }{
		{"/api/user/add-to-purge-list", `{"emailAddresses":["Ada@example.com","nina@example.net"],"emailAddress":"x"}`, "[ada@example.com nina@example.net]"},
		{"/api/user/update-alias", `{"alias":"Other@example.com","aliasFor":"ada@example.com"}`, "[ada@example.com other@example.com]"},
		{"/api/user/add-delegate-user", `{"primaryAddress":"Nina@example.net","delegateAddress":"ada@example.com"}`, "[nina@example.net ada@example.com]"},
		{updateUser, `{"emailAddress":"ada@example.com","alias":"x@example.com"}`, "[ada@example.com]"},
		{updateUser, `{"emailAddress":7}`, "[]"},
	} {
		c.post(tt.path, `{"data":[`+tt.object+`]}`)
		calls := c.server.Log()
		if got := fmt.Sprint(calls[len(calls)-1].Addresses); got != tt.want {
			t.Errorf("%s %s: logged %s, want %s", tt.path, tt.object, got, tt.want)
		}
	}
}
