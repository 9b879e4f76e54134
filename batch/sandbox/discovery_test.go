package sandbox_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

// recorded calls a server without a network.
func recorded(server *sandbox.Server, path string, h http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(`{"data":[]}`))
	r.Header = h
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w
}

func TestDiscovery(t *testing.T) {
	c := start(t, sandbox.Options{})
	app := http.Header{"X-Mc-App-Id": {"sandbox"}} // and no date
	here := map[string]any{"api": c.url}
	ways := []any{"Basic-Cloud", "Basic-AD"}
	tests := []struct {
		address string
		want    map[string]any // nil: refused
	}{
		{"Ada@Example.com", map[string]any{"emailAddress": "ada@example.com", "authenticate": ways, "region": here}},
		{"admin@example.com", map[string]any{"emailAddress": "admin@example.com", "authenticate": ways, "region": here}},
		{"nobody@example.com", map[string]any{"emailAddress": "nobody@example.com", "authenticate": []any{}}},
		{"alias@example.com", map[string]any{"emailAddress": "alias@example.com", "authenticate": []any{}}},
		{"no address", nil},
	}
	for _, tt := range tests {
		r := c.do("POST", discover, `{"data":[{"emailAddress":"`+tt.address+`"}]}`, app.Clone())
		e := r.envelope(t)
		if r.status != 200 || len(e.Data)+len(e.Fail) != 1 || r.header.Get("X-RateLimit-Limit") != "800" {
			t.Errorf("%s: HTTP %d %s", tt.address, r.status, r.body)
			continue
		}
		var got map[string]any
		if len(e.Data) == 1 {
			got = e.Data[0]
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.address, diff)
		}
	}
	if e := c.do("POST", discover, `{"data":[]}`, app.Clone()).envelope(t); len(e.Fail) != 1 {
		t.Errorf("answer %+v to no address", e)
	}
	if e := c.do("POST", discover, `{"data":[{"emailAddress":"ada@example.com"}]}`, nil).envelope(t); e.Fail[0].Errors[0].Code != "err_developer_key" {
		t.Errorf("answer %+v to no application id", e)
	}
}

func TestDiscoveryTellsTheSchemeInUse(t *testing.T) {
	server := httptest.NewTLSServer(sandbox.New(sandbox.Options{Tenant: tenant()}))
	t.Cleanup(server.Close)
	c := &client{t: t, http: server.Client(), url: server.URL}
	e := c.do("POST", discover, `{"data":[{"emailAddress":"ada@example.com"}]}`, http.Header{"X-Mc-App-Id": {"sandbox"}}).envelope(t)
	if diff := cmp.Diff(map[string]any{"api": server.URL}, e.Data[0]["region"]); diff != "" {
		t.Errorf("region (-want +got):\n%s", diff)
	}
}

// logIn asks for a binding; field is the name that the body gives the user's name.
func (c *client) logIn(scheme, email, password, field string) reply {
	c.t.Helper()
	h := http.Header{"X-Mc-App-Id": {"sandbox"}}
	h.Set("Authorization", scheme+" "+base64.StdEncoding.EncodeToString([]byte(email+":"+password)))
	return c.do("POST", login, `{"data":[{"`+field+`":"`+email+`"}]}`, h)
}

// keysOf returns the default keys with the binding that a login gave.
func keysOf(t *testing.T, r reply) sandbox.Keys {
	t.Helper()
	e := r.envelope(t)
	if r.status != 200 || len(e.Data) != 1 {
		t.Fatalf("HTTP %d %s", r.status, r.body)
	}
	keys := sandbox.DefaultKeys
	keys.AccessKey, _ = e.Data[0]["accessKey"].(string)
	keys.SecretKey, _ = e.Data[0]["secretKey"].(string)
	return keys
}

func TestLoginBindingSignsCallsUntilItExpires(t *testing.T) {
	clock := newClock()
	c := start(t, sandbox.Options{Now: clock.Now, BindingLife: time.Hour})
	first := keysOf(t, c.logIn("Basic-Cloud", "admin@example.com", "sandbox", "userName"))
	second := keysOf(t, c.logIn("Basic-AD", "Admin@example.com", "sandbox", "username"))
	if first == second {
		t.Error("two logins gave the same keys")
	}
	call := func(keys sandbox.Keys) reply {
		p := newProof(clock.Now())
		p.keys = keys
		return c.do("POST", getAccount, `{}`, p.header(getAccount))
	}
	for _, keys := range []sandbox.Keys{first, second} {
		if r := call(keys); r.status != 200 || len(r.envelope(t).Data) != 1 {
			t.Errorf("HTTP %d %s", r.status, r.body)
		}
	}
	mixed := first
	mixed.SecretKey = second.SecretKey
	if r := call(mixed); r.status != 401 {
		t.Errorf("HTTP %d with the secret of another binding", r.status)
	}
	clock.advance(time.Hour)
	r := call(first)
	if e := r.envelope(t); r.status != 418 || e.Meta.Status != 418 || e.Fail[0].Errors[0].Code != "err_xdk_binding_expired" {
		t.Errorf("HTTP %d %s, want 418", r.status, r.body)
	}
	if r := call(mixed); r.status != 401 {
		t.Errorf("HTTP %d: a wrong signature is told that the binding expired", r.status)
	}
	if r := call(sandbox.DefaultKeys); r.status != 200 {
		t.Errorf("HTTP %d: the server's own keys expired", r.status)
	}
}

func TestLoginBindingWithoutEnd(t *testing.T) {
	clock := newClock()
	c := start(t, sandbox.Options{Now: clock.Now})
	p := newProof(clock.Now())
	p.keys = keysOf(t, c.logIn("Basic-Cloud", "admin@example.com", "sandbox", "userName"))
	clock.advance(10 * 365 * 24 * time.Hour)
	p.date = newProof(clock.Now()).date
	if r := c.do("POST", getAccount, `{}`, p.header(getAccount)); r.status != 200 {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
}

func TestLoginRefused(t *testing.T) {
	c := start(t, sandbox.Options{Administrator: "Root@example.net", Password: "pass:word"})
	basic := func(proof string) http.Header {
		return http.Header{"X-Mc-App-Id": {"sandbox"}, "Authorization": {proof}}
	}
	good := "Basic-Cloud " + base64.StdEncoding.EncodeToString([]byte("root@example.net:pass:word"))
	wrong := "Basic-Cloud " + base64.StdEncoding.EncodeToString([]byte("root@example.net:Canary-wrong"))
	const name = `{"data":[{"userName":"root@example.net"}]}`
	tests := []struct {
		what, body string
		header     http.Header
		status     int
		code       string
	}{
		{"good", name, basic(good), 200, ""},
		{"wrong password", name, basic(wrong), 401, "err_emulated_login"},
		{"default password", name, basic("Basic-Cloud " + base64.StdEncoding.EncodeToString([]byte("root@example.net:sandbox"))), 401, "err_emulated_login"},
		{"other scheme", name, basic(strings.Replace(good, "Basic-Cloud", "Basic", 1)), 401, "err_emulated_login"},
		{"no proof", name, basic(""), 401, "err_emulated_login"},
		{"no base64", name, basic("Basic-Cloud %"), 401, "err_emulated_login"},
		{"other name in the body", `{"data":[{"userName":"ada@example.com"}]}`, basic(good), 401, "err_emulated_login"},
		{"no name in the body", `{"data":[{}]}`, basic(good), 200, "err_validation_null"},
		{"no object in the body", `{"data":[]}`, basic(good), 200, "err_validation_size"},
		{"application id", name, http.Header{"Authorization": {good}}, 200, "err_developer_key"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := c.do("POST", login, tt.body, tt.header)
			e := r.envelope(t)
			var code string
			if len(e.Fail) > 0 {
				code = e.Fail[0].Errors[0].Code
			}
			if r.status != tt.status || e.Meta.Status != tt.status || code != tt.code {
				t.Errorf("HTTP %d %s, want %d %s", r.status, r.body, tt.status, tt.code)
			}
			if tt.status == 401 && e.Fail[0].Key["userName"] == nil {
				t.Errorf("the object is not echoed: %s", r.body)
			}
			if strings.Contains(string(r.body), "Canary") || strings.Contains(string(r.body), "pass:word") {
				t.Errorf("the password is told: %s", r.body)
			}
		})
	}
}
