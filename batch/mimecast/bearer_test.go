package mimecast

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mimebatch/batch"
)

// A dead token is renewed once for all the calls that it failed.
func TestRenew(t *testing.T) {
	const calls = 16
	var rejected sync.WaitGroup // all calls are turned away before any may come again
	rejected.Add(calls)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer canary-token-2" {
			rejected.Done()
			rejected.Wait()
			say(401, `{"fail":[{"code":"token_expired","message":"m"}]}`)(w, r)
			return
		}
		say(200, okAna)(w, r)
	})
	c := client(t, s.URL)
	c.createUser.pacer.learned = true // or the calls would go one by one
	var wg sync.WaitGroup
	replies := make([]batch.Reply, calls)
	for i := range replies {
		wg.Go(func() { replies[i] = c.Do(t.Context(), []batch.Step{createAna()})[0] })
	}
	wg.Wait()
	for _, r := range replies {
		if r.Verdict != batch.Done {
			t.Errorf("reply is %+v", r)
		}
	}
	if got := s.tokens.Load(); got != 2 {
		t.Errorf("%d tokens were fetched, want 2", got)
	}
	if got := s.calls.Load(); got != 2*calls {
		t.Errorf("%d calls were made, want %d", got, 2*calls)
	}
}

// A call turned away with a new token too is not made a third time.
func TestRenewedInVain(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
	}{{401, ``}, {401, `{"fail":[{"code":"unauthorized"}]}`}, {200, `{"fail":[{"code":"token_expired"}]}`}} {
		s := serve(t, say(tt.status, tt.body))
		got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
		if got.Verdict != batch.Fatal || got.Reason.Hint == "" || s.calls.Load() != 2 || s.tokens.Load() != 2 {
			t.Errorf("HTTP %d %s: %d calls, %d tokens, reply %+v", tt.status, tt.body, s.calls.Load(), s.tokens.Load(), got)
		}
	}
}

// A token that failed is dropped only while it is the current one.
func TestRenewLate(t *testing.T) {
	b := &bearer{token: batch.NewSecret("new")}
	dead := answered(401, nil, ``, nil)
	old, now := &http.Request{Header: header("Authorization", "Bearer old")}, &http.Request{Header: header("Authorization", "Bearer new")}
	if !b.renew(old, dead) || b.token.Reveal() != "new" {
		t.Error("the failure of an old token cost the new one")
	}
	if !b.renew(now, dead) || !b.token.IsZero() {
		t.Error("the token was kept")
	}
}

// pipes is a listener inside the process, for clients whose time is faked.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A token is renewed a minute before its end, or half its life before if that is less.
func TestTokenEnd(t *testing.T) {
	tests := []struct {
		name   string
		answer string
		until  time.Duration // it is good for; 0 is for ever
	}{
		{"documented", `{"access_token":"a","expires_in":1799}`, 1739 * time.Second},
		{"short", `{"access_token":"a","expires_in":30}`, 15 * time.Second},
		{"as text", `{"access_token":"a","expires_in":"1799"}`, 1739 * time.Second},
		{"unknown", `{"access_token":"a"}`, 0},
		{"very long", `{"access_token":"a","expires_in":99999999999}`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var fetched atomic.Int64
				p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if fetched.Add(1); r.URL.Path == "/oauth/token" {
						w.Header().Set("Content-Type", "application/json")
						io.WriteString(w, tt.answer)
					}
				})}
				go server.Serve(p)
				defer server.Close()
				c := client(t, "http://localhost")
				c.http.Transport.(*http.Transport).DialContext = p.dial
				defer c.Close()
				want := func(n int64, when string) {
					t.Helper()
					if _, err := c.signer.(*bearer).get(t.Context()); err != nil {
						t.Fatal(err)
					}
					if got := fetched.Load(); got != n {
						t.Errorf("%s: %d tokens fetched, want %d", when, got, n)
					}
				}
				want(1, "at first")
				if tt.until == 0 {
					after(24 * time.Hour)
					want(1, "a day later")
					return
				}
				after(tt.until - time.Second)
				want(1, "before")
				after(time.Second)
				want(2, "then")
				want(2, "again")
			})
		})
	}
}

// Whoever waits for a token can be stopped; the others get it.
func TestTokenWait(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth/token", func(w http.ResponseWriter, r *http.Request) {
		close(asked) // twice would panic
		<-release
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"access_token":"a","expires_in":1799}`)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	b := client(t, s.URL).signer.(*bearer)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := b.get(ctx)
		first <- err
	}()
	<-asked
	second := make(chan error)
	go func() {
		_, err := b.get(t.Context())
		second <- err
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that was stopped: %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the other: %v", err)
	}
}

func TestTokenRefused(t *testing.T) {
	tests := []struct {
		name    string
		status  int
		header  http.Header
		body    string
		want    batch.Verdict
		message string
		wait    time.Duration
	}{
		{name: "401", status: 401, body: `{"fail":[{"code":"unauthorized","message":"canary-client-secret is wrong"}]}`, want: batch.Fatal, message: "HTTP 401, unauthorized"},
		{name: "classic", status: 403, body: `{"fail":[{"errors":[{"code":"err_new"}]}]}`, want: batch.Fatal, message: "HTTP 403, err_new"},
		{name: "OAuth's own", status: 400, body: `{"error":"invalid_client","error_description":"canary-client-secret"}`, want: batch.Fatal, message: "HTTP 400, invalid_client"},
		{name: "OAuth's own with 200", status: 200, body: `{"error":"invalid_client"}`, want: batch.Fatal, message: "HTTP 200, invalid_client"},
		{name: "a code that is none", status: 400, body: `{"error":"client canary-client-secret"}`, want: batch.Fatal, message: "(HTTP 400)"},
		{name: "empty 404", status: 404, want: batch.Fatal, message: "no log-on at this address (HTTP 404)"},
		{name: "no such path", status: 403, body: `{"fail":[{"code":"app_forbidden"}]}`, want: batch.Fatal, message: "no log-on at this address (HTTP 403, app_forbidden)"},
		{name: "redirected", status: 302, header: header("Location", "https://example.net/canary"), want: batch.Fatal, message: "(HTTP 302)"},
		{name: "throttled", status: 429, header: header("X-RateLimit-Reset", "1500"), want: batch.NotSent, message: "HTTP 429", wait: 1500 * time.Millisecond},
		{name: "unavailable", status: 503, header: header("Retry-After", "2"), body: `<html>`, want: batch.NotSent, message: "HTTP 503", wait: 2 * time.Second},
		{name: "a page", status: 200, body: `<html>canary-client-secret</html>`, want: batch.NotSent, message: "can be understood"},
		{name: "no token in it", status: 200, body: `{"token_type":"Bearer"}`, want: batch.NotSent, message: "can be understood"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/oauth/token" {
					t.Errorf("a call of %s without a token", r.URL.Path)
				}
				for name := range tt.header {
					w.Header().Set(name, tt.header.Get(name))
				}
				w.Header().Set("Content-Type", "application/json")
				say(tt.status, tt.body)(w, r)
			}))
			s.Config.ErrorLog = quiet()
			s.Start()
			defer s.Close()
			got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
			if got.Verdict != tt.want || !strings.Contains(got.Reason.Message, tt.message) || got.Wait != tt.wait || got.HTTP != 0 || !got.Sent.IsZero() {
				t.Errorf("reply is %+v, want %s with %q and wait %v", got, tt.want, tt.message, tt.wait)
			}
			if strings.Contains(fmt.Sprintf("%+v", got), "canary") {
				t.Errorf("reply shows a secret: %+v", got)
			}
			if tt.want == batch.Fatal && got.Reason.Hint == "" {
				t.Error("no hint")
			}
		})
	}
}

// A base URL with a path is named as what is wrong where nobody lets in.
func TestBaseURLWithAPathIsNamed(t *testing.T) {
	s := serve(t, say(403, `{"fail":[{"code":"app_forbidden"}]}`)) // below /api/v2 there is no token either
	_, err := client(t, s.URL+"/api/v2").Domains(t.Context())
	if hint := batch.HintOf(err); !strings.Contains(hint, "MIMECAST_BASE_URL") || !strings.Contains(hint, "leave its path out, /api/v2,") {
		t.Errorf("%v; hint: %s", err, hint)
	}
	if n := strings.Count(err.Error(), "no token"); n != 1 {
		t.Errorf("%d times no token in: %v", n, err)
	}
}

// A code that is the secret itself is not shown, plain as it may look.
func TestTokenCodeIsSecret(t *testing.T) {
	s := httptest.NewServer(say(401, `{"fail":[{"code":"plain_secret"}]}`))
	defer s.Close()
	c := client(t, s.URL, func(c *Config) { c.ClientSecret = batch.NewSecret("plain_secret") })
	_, err := c.Domains(t.Context())
	if err == nil || strings.Contains(err.Error(), "plain_secret") {
		t.Errorf("domains: %v", err)
	}
}
