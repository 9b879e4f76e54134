package sandbox_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func TestTokenShape(t *testing.T) {
	c := serve(t, sandbox.Options{})
	r := c.form(url.Values{"client_id": {"sandbox"}, "client_secret": {"sandbox"}, "grant_type": {"client_credentials"}})
	var got map[string]any
	r.decode(t, &got)
	token, _ := got["access_token"].(string)
	if len(token) < 28 || token == c.token {
		t.Errorf("access_token = %q, want a fresh one of 28 characters or more", token)
	}
	delete(got, "access_token")
	want := map[string]any{"token_type": "Bearer", "expires_in": 1799.0, "scope": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token answer (-want +got):\n%s", diff)
	}
}

func TestTokenRefused(t *testing.T) {
	c := serve(t, sandbox.Options{})
	guarded := start(t, sandbox.Options{ClientID: "my-id", ClientSecret: "my-Secret"})

	tests := []struct {
		name   string
		on     *client
		form   url.Values
		status int
		code   string
	}{
		{"wrong secret", c, form("sandbox", "Wr0ng-secret", "client_credentials"), 401, "unauthorized"},
		{"wrong id", c, form("wrong-id", "sandbox", "client_credentials"), 401, "unauthorized"},
		{"nothing", c, form("", "", "client_credentials"), 401, "unauthorized"},
		{"wrong grant", c, form("sandbox", "sandbox", "password"), 400, "unsupported_grant_type"},
		{"defaults on a guarded server", guarded, form("sandbox", "sandbox", "client_credentials"), 401, "unauthorized"},
		{"own credentials", guarded, form("my-id", "my-Secret", "client_credentials"), 200, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.on.form(tt.form)
			if r.status != tt.status {
				t.Fatalf("HTTP %d %s, want %d", r.status, r.body, tt.status)
			}
			if tt.code == "" {
				return
			}
			if code, message := r.flat(t); code != tt.code || message == "" {
				t.Errorf("code %q, message %q, want code %q", code, message, tt.code)
			}
			for _, secret := range []string{"Wr0ng-secret", "wrong-id"} {
				if strings.Contains(string(r.body), secret) {
					t.Errorf("answer repeats %q: %s", secret, r.body)
				}
			}
		})
	}
}

func form(id, secret, grant string) url.Values {
	return url.Values{"client_id": {id}, "client_secret": {secret}, "grant_type": {grant}}
}

// Many OAuth clients send their credentials so; what is in the form comes first.
func TestTokenForCredentialsInTheHeader(t *testing.T) {
	c := start(t, sandbox.Options{ClientID: "my-id", ClientSecret: "my-Secret"})
	grant := url.Values{"grant_type": {"client_credentials"}}
	for _, tt := range []struct {
		id, secret string
		form       url.Values
		status     int
	}{
		{"my-id", "my-Secret", grant, 200},
		{"my-id", "my-Secret", url.Values{"grant_type": {"client_credentials"}, "client_id": {"my-id"}}, 200},
		{"my-id", "Wr0ng-secret", grant, 401},
		{"my-id", "my-Secret", form("my-id", "Wr0ng-secret", "client_credentials"), 401},
		{"my-id", "Wr0ng-secret", form("my-id", "my-Secret", "client_credentials"), 200},
	} {
		r := c.do(http.MethodPost, "/oauth/token", tt.form.Encode(), http.Header{
			"Content-Type":  {"application/x-www-form-urlencoded"},
			"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(tt.id+":"+tt.secret))},
		})
		if r.status != tt.status {
			t.Errorf("header %s:%s, form %v: HTTP %d, want %d", tt.id, tt.secret, tt.form, r.status, tt.status)
		}
	}
}

func TestTokenNotFromQuery(t *testing.T) {
	c := serve(t, sandbox.Options{})
	query := form("sandbox", "sandbox", "client_credentials").Encode()
	r := c.do(http.MethodPost, "/oauth/token?"+query, "", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	if r.status == http.StatusOK {
		t.Error("credentials in the URL were taken")
	}
	if r := c.do(http.MethodGet, "/oauth/token", "", nil); r.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: HTTP %d, want 405", r.status)
	}
}

func TestTokenLife(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Now: clock.Now})
	expect := func(status int, code string) {
		t.Helper()
		r := c.post(getAccount, `{"data":[]}`)
		if r.status != status {
			t.Fatalf("HTTP %d %s, want %d", r.status, r.body, status)
		}
		if code == "" {
			return
		}
		if got, _ := r.flat(t); got != code {
			t.Errorf("code %q, want %q", got, code)
		}
	}
	clock.advance(1799*time.Second - time.Nanosecond)
	expect(200, "")
	clock.advance(time.Nanosecond)
	expect(401, "token_expired")

	c.token = c.logOn()
	expect(200, "")
	c.server.RevokeTokens()
	expect(401, "token_expired")

	c.token = c.logOn()
	expect(200, "")
	c.token = "." + c.token[1:]
	expect(401, "unauthorized")
	c.token = ""
	expect(401, "unauthorized")
}

func TestGateway(t *testing.T) {
	c := serve(t, sandbox.Options{})
	none := http.Header{}
	tests := []struct {
		name, method, path, body string
		header                   http.Header
		status                   int
		code                     string
	}{
		{"unknown path", "POST", "/api/user/delete-user", `{"data":[]}`, c.authorized(), 403, "app_forbidden"},
		{"unknown path without a token", "GET", "/", "", none, 403, "app_forbidden"},
		{"no token", "POST", getAccount, `{"data":[]}`, none, 401, "unauthorized"},
		{"no token and no JSON", "POST", getAccount, `{`, none, 401, "unauthorized"},
		{"other scheme", "POST", getAccount, `{"data":[]}`, http.Header{"Authorization": {"Basic " + c.token}}, 401, "unauthorized"},
		{"another server's token", "POST", getAccount, `{"data":[]}`, serve(t, sandbox.Options{}).authorized(), 401, "unauthorized"},
		{"GET", "GET", getAccount, "", c.authorized(), 405, "method_not_allowed"},
		{"PUT", "PUT", createUser, `{"data":[]}`, c.authorized(), 405, "method_not_allowed"},
		{"POST to the stats", "POST", "/sandbox/stats", "", none, 405, "method_not_allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := c.do(tt.method, tt.path, tt.body, tt.header)
			code, message := r.flat(t)
			if r.status != tt.status || code != tt.code || message == "" {
				t.Errorf("HTTP %d %s, want %d %s", r.status, r.body, tt.status, tt.code)
			}
			if r.header.Get("X-Request-Id") == "" {
				t.Error("no x-request-id")
			}
			if got := r.header.Get("X-RateLimit-Limit") != ""; got != strings.HasPrefix(tt.path, "/api/") && tt.code != "app_forbidden" {
				t.Errorf("rate limit headers: %v", got)
			}
		})
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	c := serve(t, sandbox.Options{})
	a, b := c.post(getAccount, `{}`).header.Get("X-Request-Id"), c.post(getAccount, `{}`).header.Get("X-Request-Id")
	if a == b {
		t.Errorf("two answers with x-request-id %q", a)
	}
}

func TestBodies(t *testing.T) {
	c := serve(t, sandbox.Options{})
	tests := []struct {
		name, body string
		status     int
		code       string // "" is an answer without fail entries
	}{
		{"no data", `{}`, 200, ""},
		{"empty data", `{"data":[]}`, 200, ""},
		{"unknown members", `{"data":[],"other":1,"meta":{"x":2}}`, 200, ""},
		{"null data", `{"data":null}`, 200, "err_deserialise"},
		{"null in data", `{"data":[{"domain":"example.com"},null]}`, 200, "err_deserialise"},
		{"nothing", ``, 400, "err_deserialise"},
		{"null", `null`, 400, "err_deserialise"},
		{"cut", `{"data":[`, 400, "err_deserialise"},
		{"more than one", `{"data":[]}{}`, 400, "err_deserialise"},
		{"an array", `[]`, 400, "err_deserialise"},
		{"data no array", `{"data":{}}`, 400, "err_deserialise"},
		{"no object in data", `{"data":["example.com"]}`, 400, "err_deserialise"},
		{"page size no number", `{"meta":{"pagination":{"pageSize":"ten"}}}`, 400, "err_deserialise"},
		{"as large as it may be", `{"data":[]` + strings.Repeat(" ", 1<<20-len(`{"data":[]}`)) + `}`, 200, ""},
		{"larger", `{"data":[]` + strings.Repeat(" ", 1<<20) + `}`, 413, "err_deserialise"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := c.post(getInternalDomain, tt.body)
			e := r.envelope(t)
			if r.status != tt.status || e.Meta.Status != tt.status {
				t.Fatalf("HTTP %d, meta.status %d, want %d: %s", r.status, e.Meta.Status, tt.status, r.body)
			}
			var code string
			if len(e.Fail) > 0 {
				code = e.Fail[0].Errors[0].Code
			}
			if code != tt.code || tt.code != "" && len(e.Data) > 0 {
				t.Errorf("fail code %q, want %q: %s", code, tt.code, r.body)
			}
		})
	}
}

func TestNullMessage(t *testing.T) {
	c := serve(t, sandbox.Options{})
	e := c.post(createUser, `{"data":[null]}`).envelope(t)
	want := []refusal{{Code: "err_deserialise", Message: "payload contains null objects"}}
	if diff := cmp.Diff(want, e.Fail[0].Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if e.Fail[0].Key != nil {
		t.Errorf("key = %v, want none", e.Fail[0].Key)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	twice := tenant()
	twice.Users = append(twice.Users, twice.Users[0])
	for name, o := range map[string]sandbox.Options{
		"tenant":          {Tenant: twice},
		"quota":           {Quota: sandbox.Quota{Calls: 5}},
		"create existing": {CreateExisting: "maybe"},
		"quotas":          {Quotas: map[string]sandbox.Quota{"get-account": {Calls: 0, Window: time.Second}}},
		"quota of nought": {Quotas: map[string]sandbox.Quota{"delete-user": sandbox.DefaultQuota}},
		"quota of token":  {Quotas: map[string]sandbox.Quota{"token": sandbox.DefaultQuota}},
		"keys":            {Keys: sandbox.Keys{AccessKey: "only"}},
		"secret key":      {Keys: sandbox.Keys{AppID: "a", AppKey: "b", AccessKey: "c", SecretKey: "not base64"}},
		"clock skew":      {ClockSkew: -1},
		"binding life":    {BindingLife: -1},
		"log size":        {LogSize: -1},
		"latency":         {Latency: -1},
		"create limit":    {CreateLimit: -1},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("New did not panic")
				}
			}()
			if _, err := sandbox.Make(o); err == nil {
				t.Error("Make took it")
			}
			sandbox.New(o)
		})
	}
}
