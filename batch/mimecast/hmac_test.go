package mimecast

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mimebatch/batch"
)

// keyed has credentials of API 1.0.
func keyed(base string) Config {
	return Config{
		BaseURL: base, Email: "admin@example.com", AppID: "app-1", AppKey: batch.NewSecret("canary-app-key"), AccessKey: batch.NewSecret("canary-access-key"),
		SecretKey: batch.NewSecret(base64.StdEncoding.EncodeToString([]byte("canary-secret-key"))), Workers: 4, Rate: 1e5, CallTimeout: 20 * time.Second,
	}
}

func keyedClient(t *testing.T, base string) *Client {
	t.Helper()
	return client(t, base, func(c *Config) { *c = keyed(base) })
}

// serveKeys starts a server that answers calls as a test says, if they are signed with the keys of keyed.
func serveKeys(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mac := hmac.New(sha1.New, []byte("canary-secret-key"))
		io.WriteString(mac, r.Header.Get("x-mc-date")+":"+r.Header.Get("x-mc-req-id")+":"+r.URL.Path+":canary-app-key")
		want := "MC canary-access-key:" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if got := r.Header.Get("Authorization"); got != want || r.Header.Get("x-mc-app-id") != "app-1" {
			t.Errorf("%s is signed %q by %q, want %q", r.URL, got, r.Header.Get("x-mc-app-id"), want)
		}
		answer(w, r)
	}))
	s.Config.ErrorLog = quiet()
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// What is signed, by numbers that another program worked out.
func TestSignature(t *testing.T) {
	k, err := newKeys(Config{AppKey: batch.NewSecret("example app key"), SecretKey: batch.NewSecret(" ZXhhbXBsZSBzZWNyZXQga2V5\n")})
	if err != nil {
		t.Fatal(err)
	}
	got := k.signature("Sat, 01 Jan 2000 00:00:00 UTC", "11111111-2222-4333-8444-555555555555", "/api/user/create-user")
	if want := "TbPyXbZzsnVJaxIDuHIqoEMvgBU="; got != want {
		t.Errorf("signature is %q, want %q", got, want)
	}
}

// The time is that of the request, in UTC wherever the computer is.
func TestStamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it begins with the year 2000
		req := &http.Request{Header: http.Header{}}
		if err := (stamp{"app-1"}).sign(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if got, want := req.Header.Get("x-mc-date"), "Sat, 01 Jan 2000 00:00:00 UTC"; got != want {
			t.Errorf("date is %q, want %q", got, want)
		}
		if req.Header.Get("Authorization") != "" {
			t.Error("a stamp is no signature")
		}
	})
}

// Every call has an id of its own, the repeated one too.
func TestRequestIDs(t *testing.T) {
	var mu sync.Mutex
	ids := map[string]bool{}
	s := serveKeys(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		id := r.Header.Get("x-mc-req-id")
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) || ids[id] {
			t.Errorf("id %q is none, or was there before", id)
		}
		ids[id] = true
		if len(ids)%2 == 1 {
			say(200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key","message":"App ID is invalid: app-1"}]}]}`)(w, r)
			return
		}
		say(200, okAna)(w, r)
	})
	c := keyedClient(t, s.URL)
	for range 3 {
		if r := c.Do(t.Context(), []batch.Step{createAna()})[0]; r.Verdict != batch.Done {
			t.Errorf("reply is %+v", r)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(ids) != 6 {
		t.Errorf("%d calls, want 3 turned away once and repeated", len(ids))
	}
}

// What the service says of the keys: an app that it doesn't know is asked for once more, nothing else.
func TestKeysRefused(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		calls  int64
		code   string
		hint   string
	}{
		{"app unknown for good", 200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key","message":"App ID is invalid: app-1"}]}]}`,
			2, "err_developer_key", "application id"},
		{"invalid signature", 401, `{"meta":{"status":401},"data":[],"fail":[{"errors":[{"code":"err_xdk_invalid_signature","message":"0004 Invalid Signature"}]}]}`,
			1, "err_xdk_invalid_signature", "don't belong together"},
		{"bare 401", 401, ``, 1, codeUnauthorized, "keys"},
		{"binding expired", 418, `{"meta":{"status":418},"data":[],"fail":[{"errors":[{"code":"err_xdk_binding_expired","message":"m"}]}]}`,
			1, "err_xdk_binding_expired", "new keys"},
		{"bare 418", 418, ``, 1, codeExpired, "new keys"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int64
			s := serveKeys(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				say(tt.status, tt.body)(w, r)
			})
			got := keyedClient(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
			if got.Verdict != batch.Fatal || got.Reason.Code != tt.code || !strings.Contains(got.Reason.Hint, tt.hint) || calls.Load() != tt.calls {
				t.Errorf("%d calls, reply %+v; want %d, %s with %q", calls.Load(), got, tt.calls, tt.code, tt.hint)
			}
		})
	}
}

// Without the permission to read the account, the access key names the tenant, and is not shown.
func TestTenantByAccessKey(t *testing.T) {
	s := serveKeys(t, say(200, forbiddenAna))
	got, err := keyedClient(t, s.URL).Tenant(t.Context())
	if err != nil || !strings.HasPrefix(got.Key, "client:") || strings.Contains(fmt.Sprint(got), "canary") {
		t.Errorf("error %v, tenant %+v", err, got)
	}
}
