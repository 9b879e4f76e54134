package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

// proof is what a call of API 1.0 is signed with, and how.
type proof struct {
	keys   sandbox.Keys
	date   string
	id     string
	uri    string // "" is the path
	scheme string
	colon  string // between access key and signature
}

func newProof(at time.Time) proof {
	return proof{
		keys: sandbox.DefaultKeys, date: at.UTC().Format("Mon, 02 Jan 2006 15:04:05 UTC"),
		id: "6f1c0a3e-7b52-4a76-9a0d-2b1f8f3d5c11", scheme: "MC ", colon: ":",
	}
}

// header signs a call of a path.
func (p proof) header(path string) http.Header {
	if p.uri != "" {
		path = p.uri
	}
	secret, err := base64.StdEncoding.DecodeString(p.keys.SecretKey)
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(strings.Join([]string{p.date, p.id, path, p.keys.AppKey}, ":")))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	h := http.Header{}
	h.Set("Authorization", p.scheme+p.keys.AccessKey+p.colon+signature)
	h.Set("x-mc-app-id", p.keys.AppID)
	h.Set("x-mc-date", p.date)
	h.Set("x-mc-req-id", p.id)
	return h
}

// signed sends a body to a function with the default keys.
func (c *client) signed(path, body string) reply {
	c.t.Helper()
	return c.do(http.MethodPost, path, body, newProof(time.Now()).header(path))
}

// The signature was computed by another program: printf '%s' "$date:$id:$uri:$appKey" | openssl dgst -sha1 -hmac sandbox.
func TestSignatureVector(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	c := start(t, sandbox.Options{Now: func() time.Time { return at }})
	h := http.Header{}
	h.Set("Authorization", "MC sandbox:BaK/RpOnlnVakcoeXYWoYayMbzc=")
	h.Set("x-mc-app-id", "sandbox")
	h.Set("x-mc-date", "Sun, 01 Mar 2026 09:00:00 UTC")
	h.Set("x-mc-req-id", "6f1c0a3e-7b52-4a76-9a0d-2b1f8f3d5c11")
	if r := c.do("POST", getAccount, `{"data":[]}`, h); r.status != 200 || len(r.envelope(t).Fail) > 0 {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
}

func TestSignatureTaken(t *testing.T) {
	clock := newClock()
	c := start(t, sandbox.Options{Now: clock.Now})
	const query = "/api/account/get-account?x=1"
	tests := []struct {
		name, path string
		change     func(*proof)
	}{
		{"as documented", getAccount, func(*proof) {}},
		{"blank after the colon", getAccount, func(p *proof) { p.colon = ": " }},
		{"scheme in lower case", getAccount, func(p *proof) { p.scheme = "mc  " }},
		{"GMT", getAccount, func(p *proof) { p.date = strings.Replace(p.date, "UTC", "GMT", 1) }},
		{"day without a nought", getAccount, func(p *proof) { p.date = strings.Replace(p.date, " 01 ", " 1 ", 1) }},
		{"path and query", query, func(p *proof) { p.uri = query }},
		{"path without the query", query, func(p *proof) { p.uri = getAccount }},
		{"no request id", getAccount, func(p *proof) { p.id = "" }},
		{"as late as it may be", getAccount, func(p *proof) { p.date = clock.Now().Add(-15 * time.Minute).Format("Mon, 02 Jan 2006 15:04:05 UTC") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProof(clock.Now())
			tt.change(&p)
			h := p.header(strings.TrimSuffix(tt.path, "?x=1"))
			if r := c.do("POST", tt.path, `{"data":[]}`, h); r.status != 200 || len(r.envelope(t).Data) != 1 {
				t.Errorf("HTTP %d %s", r.status, r.body)
			}
		})
	}
}

func TestSignatureRefused(t *testing.T) {
	clock := newClock()
	c := start(t, sandbox.Options{Now: clock.Now, Quota: sandbox.Quota{Calls: 800, Window: 5 * time.Second}})
	at := func(d time.Duration) string { return clock.Now().Add(d).Format("Mon, 02 Jan 2006 15:04:05 UTC") }
	const unknown, known = "5000", "800"
	tests := []struct {
		name  string
		sign  func(p proof) http.Header
		limit string
	}{
		{"access key", func(p proof) http.Header { p.keys.AccessKey = "other"; return p.header(getAccount) }, unknown},
		{"no access key", func(p proof) http.Header { return http.Header{"Authorization": {"MC"}} }, unknown},
		{"secret key", func(p proof) http.Header { p.keys.SecretKey = "b3RoZXI="; return p.header(getAccount) }, known},
		{"application key", func(p proof) http.Header { p.keys.AppKey = "other"; return p.header(getAccount) }, known},
		{"other path", func(p proof) http.Header { return p.header(createUser) }, known},
		{"other date", func(p proof) http.Header {
			h := p.header(getAccount)
			h.Set("x-mc-date", at(time.Second))
			return h
		}, known},
		{"other request id", func(p proof) http.Header { h := p.header(getAccount); h.Set("x-mc-req-id", "x"); return h }, known},
		{"no signature", func(p proof) http.Header { return http.Header{"Authorization": {"MC sandbox"}} }, known},
		{"signature no base64", func(p proof) http.Header { return http.Header{"Authorization": {"MC sandbox:%"}} }, known},
		{"too late", func(p proof) http.Header { p.date = at(-15*time.Minute - time.Second); return p.header(getAccount) }, known},
		{"too early", func(p proof) http.Header { p.date = at(15*time.Minute + time.Second); return p.header(getAccount) }, known},
		{"no date", func(p proof) http.Header { p.date = ""; return p.header(getAccount) }, known},
		{"other zone", func(p proof) http.Header {
			p.date = strings.Replace(p.date, "UTC", "PST", 1)
			return p.header(getAccount)
		}, known},
	}
	want := []refusal{{Code: "err_xdk_invalid_signature", Message: "0004 Invalid Signature"}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := c.do("POST", getAccount, `{"data":[]}`, tt.sign(newProof(clock.Now())))
			e := r.envelope(t)
			if r.status != 401 || e.Meta.Status != 401 || len(e.Fail) != 1 || r.header.Get("X-RateLimit-Limit") != tt.limit {
				t.Fatalf("HTTP %d, limit %s: %s", r.status, r.header.Get("X-RateLimit-Limit"), r.body)
			}
			if diff := cmp.Diff(want, e.Fail[0].Errors); diff != "" || e.Fail[0].Key != nil {
				t.Errorf("key %v, errors (-want +got):\n%s", e.Fail[0].Key, diff)
			}
		})
	}
	if n := c.server.Stats().Calls["get-account"]; n != 0 {
		t.Errorf("%d calls executed", n)
	}
}

func TestUnknownAccessKeysHaveAQuotaOfTheirOwn(t *testing.T) {
	clock := newClock()
	c := start(t, sandbox.Options{Now: clock.Now})
	p := newProof(clock.Now())
	c.do("POST", getAccount, `{}`, p.header(getAccount))
	p.keys.AccessKey = "other"
	for _, want := range []string{"4999", "4998"} {
		if got := c.do("POST", getAccount, `{}`, p.header(getAccount)).header.Get("X-RateLimit-Remaining"); got != want {
			t.Errorf("remaining %s, want %s", got, want)
		}
	}
	if got := c.do("POST", getAccount, `{}`, newProof(clock.Now()).header(getAccount)).header.Get("X-RateLimit-Remaining"); got != "798" {
		t.Errorf("remaining %s of the known key, want 798", got)
	}
}

func TestWrongApplicationIDComesWithHTTP200(t *testing.T) {
	c := start(t, sandbox.Options{})
	p := newProof(time.Now())
	p.keys.AppID = "INVALID"
	r := c.do("POST", getAccount, `{"data":[]}`, p.header(getAccount))
	e := r.envelope(t)
	want := []refusal{{Code: "err_developer_key", Message: "App ID is invalid: INVALID"}}
	if r.status != 200 || e.Meta.Status != 200 || len(e.Data) != 0 || r.header.Get("X-RateLimit-Limit") != "800" {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
	if diff := cmp.Diff(want, e.Fail[0].Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestSignedCallsGetAllOfTheService(t *testing.T) {
	c := start(t, sandbox.Options{Keys: sandbox.Keys{AppID: "app", AppKey: "key", AccessKey: "access", SecretKey: "c2VjcmV0"}})
	p := newProof(time.Now())
	if r := c.do("POST", createUser, `{}`, p.header(createUser)); r.status != 401 {
		t.Errorf("HTTP %d with the default keys of a server that has others", r.status)
	}
	p.keys = sandbox.Keys{AppID: "app", AppKey: "key", AccessKey: "access", SecretKey: "c2VjcmV0"}
	r := c.do("POST", createUser, `{"data":[{"emailAddress":"new@example.com"}]}`, p.header(createUser))
	if e := r.envelope(t); len(e.Data) != 1 {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
	if r := c.do("GET", createUser, "", p.header(createUser)); r.status != 405 {
		t.Errorf("GET: HTTP %d, want 405", r.status)
	}
	if r := c.do("POST", "/api/user/delete-user", "", p.header("/api/user/delete-user")); r.status != 404 || r.envelope(t).Meta.Status != 404 {
		t.Errorf("unknown path: HTTP %d %s, want 404", r.status, r.body)
	}
	if calls := c.server.Log(); calls[1].By != "admin@example.com" {
		t.Errorf("logged %+v, want the administrator", calls[1])
	}
}

func FuzzSignedDate(f *testing.F) {
	at := newClock().Now()
	server := sandbox.New(sandbox.Options{Tenant: tenant(), Now: func() time.Time { return at }})
	f.Add("Sun, 01 Mar 2026 09:00:00 UTC", "id", getAccount)
	f.Add("Sun, 1 Mar 2026 09:14:59 GMT", "", getAccount+"?x")
	f.Fuzz(func(t *testing.T, date, id, uri string) {
		p := newProof(at)
		p.date, p.id, p.uri = date, id, uri
		w := recorded(server, getAccount, p.header(getAccount))
		if w.Code != 200 {
			return
		}
		// What is taken is signed for this path, and tells a time that is near.
		if uri != getAccount {
			t.Fatalf("taken with uri %q", uri)
		}
		told, err := time.Parse("Mon, 2 Jan 2006 15:04:05 MST", date)
		if err != nil || told.Sub(at).Abs() > 15*time.Minute {
			t.Fatalf("taken with date %q", date)
		}
	})
}
