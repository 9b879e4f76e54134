package sandbox_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func TestQuotaWindow(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Quota: sandbox.Quota{Calls: 2, Window: 500 * time.Millisecond}, Now: clock.Now})
	tests := []struct {
		after  time.Duration
		path   string
		status int
		limits string // limit, remaining, reset
	}{
		{0, getAccount, 200, "2 1 500"},
		{100 * time.Millisecond, getAccount, 200, "2 0 400"},
		{0, getAccount, 429, "2 0 400"},
		{0, getInternalDomain, 200, "2 1 500"},
		{399*time.Millisecond + time.Microsecond, getAccount, 429, "2 0 1"},
		{999 * time.Microsecond, getAccount, 200, "2 1 500"}, // the first call after the end opens the next window
		{2 * time.Second, getAccount, 200, "2 1 500"},
		{1500 * time.Microsecond, getAccount, 200, "2 0 499"},
	}
	for i, tt := range tests {
		clock.advance(tt.after)
		r := c.post(tt.path, `{}`)
		limits := strings.Join([]string{
			r.header.Get("X-RateLimit-Limit"), r.header.Get("X-RateLimit-Remaining"), r.header.Get("X-RateLimit-Reset"),
		}, " ")
		if r.status != tt.status || limits != tt.limits {
			t.Errorf("call %d: HTTP %d, limits %s, want %d, %s", i, r.status, limits, tt.status, tt.limits)
		}
	}
	if n := c.server.Stats().Throttled; n != 2 {
		t.Errorf("%d throttled, want 2", n)
	}
}

func TestThrottledIsNotExecuted(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Quota: sandbox.Quota{Calls: 1, Window: time.Second}, Now: clock.Now})
	c.post(createUser, `{"data":[{"emailAddress":"one@example.com"}]}`)
	r := c.post(createUser, `{"data":[{"emailAddress":"two@example.com"}]}`)
	e := r.envelope(t)
	if r.status != 429 || e.Meta.Status != 429 || len(e.Data) != 0 || len(e.Fail) != 1 || len(e.Fail[0].Errors) != 1 {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
	stats := c.server.Stats()
	if diff := cmp.Diff(map[string]int{"one@example.com": 1}, stats.Creates); diff != "" {
		t.Errorf("creates (-want +got):\n%s", diff)
	}
	if stats.Calls["create-user"] != 1 || stats.PeakPerSecond["create-user"] != 1 {
		t.Errorf("stats %+v, want one call", stats)
	}
}

func TestUnauthorizedSpendsQuota(t *testing.T) {
	c := serve(t, sandbox.Options{Quota: sandbox.Quota{Calls: 2, Window: time.Second}, Now: newClock().Now})
	c.token = "wrong"
	var got []string
	for range 3 {
		r := c.post(getAccount, `{}`)
		got = append(got, fmt.Sprint(r.status, " ", r.header.Get("X-RateLimit-Remaining")))
	}
	if diff := cmp.Diff([]string{"401 1", "401 0", "429 0"}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// A tenant's file tells the quotas it has; options come first.
func TestQuotaOfTheTenant(t *testing.T) {
	of := func(o sandbox.Options) string {
		o.Tenant = tenant()
		o.Tenant.Quotas = map[string]sandbox.Quota{"create-user": {Calls: 5, Window: time.Second}}
		c := serve(t, o)
		if diff := cmp.Diff(o.Tenant.Quotas, c.server.Tenant().Quotas); diff != "" {
			t.Errorf("quotas of the tenant served (-want +got):\n%s", diff)
		}
		limit := func(path string) string { return c.post(path, `{}`).header.Get("X-RateLimit-Limit") }
		return limit(createUser) + " " + limit(getAccount)
	}
	ten := sandbox.Quota{Calls: 10, Window: time.Second}
	for _, tt := range []struct {
		options sandbox.Options
		want    string
	}{
		{sandbox.Options{}, "5 800"},
		{sandbox.Options{Quota: ten}, "10 10"},
		{sandbox.Options{Quotas: map[string]sandbox.Quota{"get-account": ten}}, "5 10"},
		{sandbox.Options{Quotas: map[string]sandbox.Quota{"create-user": ten}}, "10 800"},
	} {
		if got := of(tt.options); got != tt.want {
			t.Errorf("limits %s, want %s", got, tt.want)
		}
	}
}

func TestQuotaOfOneFunction(t *testing.T) {
	c := serve(t, sandbox.Options{
		Quota:  sandbox.Quota{Calls: 7, Window: time.Second},
		Quotas: map[string]sandbox.Quota{"create-user": {Calls: 5, Window: time.Second}, "login": {Calls: 3, Window: time.Second}},
	})
	for path, want := range map[string]string{createUser: "5", getAccount: "7", login: "3", discover: "7"} {
		if got := c.post(path, `{}`).header.Get("X-RateLimit-Limit"); got != want {
			t.Errorf("%s: limit %s, want %s", path, got, want)
		}
	}
}

func TestDefaultQuota(t *testing.T) {
	c := serve(t, sandbox.Options{Now: newClock().Now})
	h := c.post(getAccount, `{}`).header
	if h.Get("X-RateLimit-Limit") != "800" || h.Get("X-RateLimit-Remaining") != "799" || h.Get("X-RateLimit-Reset") != "5000" {
		t.Errorf("headers %v", h)
	}
	if c.form(form("sandbox", "sandbox", "client_credentials")).header.Get("X-RateLimit-Limit") != "" {
		t.Error("the token endpoint tells a limit")
	}
}

func TestParseQuota(t *testing.T) {
	tests := []struct {
		in   string
		want sandbox.Quota
		ok   bool
	}{
		{"5/s", sandbox.Quota{Calls: 5, Window: time.Second}, true},
		{"800/5s", sandbox.Quota{Calls: 800, Window: 5 * time.Second}, true},
		{"100/500ms", sandbox.Quota{Calls: 100, Window: 500 * time.Millisecond}, true},
		{"7/m", sandbox.Quota{Calls: 7, Window: time.Minute}, true},
		{"7/1.5s", sandbox.Quota{Calls: 7, Window: 1500 * time.Millisecond}, true},
		{"", sandbox.Quota{}, false},
		{"5", sandbox.Quota{}, false},
		{"5/", sandbox.Quota{}, false},
		{"/s", sandbox.Quota{}, false},
		{"5/5", sandbox.Quota{}, false},
		{"0/s", sandbox.Quota{}, false},
		{"-1/s", sandbox.Quota{}, false},
		{"5/0s", sandbox.Quota{}, false},
		{"5/-1s", sandbox.Quota{}, false},
		{"5/us", sandbox.Quota{}, false},
		{"5/s/s", sandbox.Quota{}, false},
		{"99999999999999999999/s", sandbox.Quota{}, false},
	}
	for _, tt := range tests {
		got, err := sandbox.ParseQuota(tt.in)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseQuota(%q) = %v, %v, want %v, ok %v", tt.in, got, err, tt.want, tt.ok)
		}
	}
}

func FuzzParseQuota(f *testing.F) {
	for _, s := range []string{"5/s", "800/5s", "100/500ms", "1/1h2m3.5s", "x/y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := sandbox.ParseQuota(s)
		if err != nil {
			return
		}
		if again, err := sandbox.ParseQuota(q.String()); err != nil || again != q {
			t.Errorf("ParseQuota(%q) = %v, but ParseQuota of that is %v, %v", s, q, again, err)
		}
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var executedAt time.Time
		server := sandbox.New(sandbox.Options{
			Tenant:   tenant(),
			Latency:  time.Minute,
			Executed: func(string, string) { executedAt = time.Now() },
		})
		token := tokenFrom(t, server)
		began := time.Now()
		r := httptest.NewRequest("POST", getAccount, strings.NewReader(`{}`))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code != 200 || time.Since(began) != time.Minute || !executedAt.Equal(began) {
			t.Errorf("HTTP %d after %s, executed after %s", w.Code, time.Since(began), executedAt.Sub(began))
		}
	})
}

// tokenFrom logs on without a network.
func tokenFrom(t *testing.T, server *sandbox.Server) string {
	t.Helper()
	return tokenBy(t, server, "sandbox")
}

// tokenBy logs on with a secret of its own.
func tokenBy(t *testing.T, server *sandbox.Server, secret string) string {
	t.Helper()
	r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(form("sandbox", secret, "client_credentials").Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	var token struct {
		AccessToken string `json:"access_token"`
	}
	reply{body: w.Body.Bytes(), status: w.Code}.decode(t, &token)
	return token.AccessToken
}
