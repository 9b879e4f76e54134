package mimecast

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mimebatch/batch"
)

// discovering makes a client that asks for its region: whatever host it calls, it reaches a server that answers so.
func discovering(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	cert, roots := certify(t, -time.Hour, time.Hour, "api.mimecast.com", "us-api.mimecast.com")
	s := httptest.NewUnstartedServer(answer)
	s.Config.ErrorLog = quiet()
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.StartTLS()
	t.Cleanup(s.Close)
	c := client(t, "", append([]func(*Config){func(c *Config) {
		*c = keyed("")
		c.RootCAs = roots
	}}, change...)...)
	transport := c.http.Transport.(*http.Transport)
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}
	return c
}

// The region is asked for before the first call, once for all workers, and without a signature.
func TestDiscovery(t *testing.T) {
	var asked, called atomic.Int64
	c := discovering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/login/discover-authentication" {
			if want := "/grid/api/user/create-user"; r.Host != "us-api.mimecast.com" || r.URL.Path != want {
				t.Errorf("called %s at %s, want %s", r.URL.Path, r.Host, want)
			}
			called.Add(1)
			say(200, okAna)(w, r)
			return
		}
		asked.Add(1)
		body, err := io.ReadAll(r.Body)
		if want := `{"data":[{"emailAddress":"admin@example.com"}]}`; string(body) != want || err != nil {
			t.Errorf("asked with %s, error %v; want %s", body, err, want)
		}
		for _, name := range []string{"x-mc-date", "x-mc-req-id", "x-mc-app-id"} {
			if r.Header.Get(name) == "" {
				t.Errorf("asked without %s", name)
			}
		}
		if r.Header.Get("Authorization") != "" {
			t.Error("asked with a signature")
		}
		io.WriteString(w, `{"meta":{"status":200},"data":[{"region":{"api":"https://us-api.mimecast.com/grid"}}],"fail":[]}`)
	})
	c.createUser.pacer.learned = true // or the calls would go one by one
	if got, want := c.String(), "mimecast.Client(region not asked yet)"; got != want {
		t.Errorf("before: %s, want %s", got, want)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if r := c.Do(t.Context(), []batch.Step{createAna()})[0]; r.Verdict != batch.Done {
				t.Errorf("reply is %+v", r)
			}
		})
	}
	wg.Wait()
	if asked.Load() != 1 || called.Load() != 8 {
		t.Errorf("asked %d times, called %d times; want 1 and 8", asked.Load(), called.Load())
	}
	if got, want := c.String(), "mimecast.Client(https://us-api.mimecast.com/grid)"; got != want {
		t.Errorf("after: %s, want %s", got, want)
	}
}

// Where there is no region, or one to which keys must not go, nothing is called.
func TestDiscoveryRefused(t *testing.T) {
	region := func(api string) string {
		b, err := json.Marshal(api)
		if err != nil {
			t.Fatal(err)
		}
		return `{"meta":{"status":200},"data":[{"region":{"api":` + string(b) + `}}],"fail":[]}`
	}
	tests := []struct {
		name   string
		status int
		body   string
		want   batch.Verdict
		words  string
	}{
		{"unknown address", 200, `{"meta":{"status":200},"data":[{"authenticate":[]}],"fail":[]}`, batch.Fatal, "no account of the e-mail address"},
		{"no answer for it", 200, nothing, batch.Fatal, "no account of the e-mail address"},
		{"a host that is not the service's", 200, region("https://us-api.example.net"), batch.Fatal, "no address of the service"},
		{"a host that only looks like it", 200, region("https://us-api.mimecast.com.example.net"), batch.Fatal, "no address of the service"},
		{"a host that ends like it", 200, region("https://evilmimecast.com"), batch.Fatal, "no address of the service"},
		{"another port", 200, region("https://us-api.mimecast.com:8443"), batch.Fatal, "no address of the service"},
		{"not encrypted", 200, region("http://us-api.mimecast.com"), batch.Fatal, "no address of the service"},
		{"a user in it", 200, region("https://canary@us-api.mimecast.com"), batch.Fatal, "no address of the service"},
		{"this machine", 200, region("http://127.0.0.1:1"), batch.Fatal, "no address of the service"},
		{"no URL", 200, region("us"), batch.Fatal, "no address of the service"},
		{"refused", 200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_new","message":"m"}]}]}`, batch.Fatal, "the region is not known: m"},
		{"app unknown", 200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key","message":"m"}]}]}`, batch.Fatal, "the region is not known: m"},
		{"throttled", 429, ``, batch.NotSent, "rate limit"},
		{"broken", 503, ``, batch.NotSent, "HTTP 503"},
		{"a page", 200, `<html>`, batch.NotSent, "can't be understood"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := discovering(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/login/discover-authentication" {
					t.Errorf("%s was called", r.URL.Path)
				}
				say(tt.status, tt.body)(w, r)
			})
			got := c.Do(t.Context(), []batch.Step{createAna()})[0]
			if got.Verdict != tt.want || !strings.Contains(got.Reason.Message, tt.words) || !got.Sent.IsZero() || got.HTTP != 0 {
				t.Errorf("reply is %+v, want %s with %q", got, tt.want, tt.words)
			}
			if shown := fmt.Sprintf("%+v", got); strings.Contains(shown, "canary") || strings.Contains(shown, "admin@") {
				t.Errorf("reply shows too much: %s", shown)
			}
		})
	}
}

// Credentials go to the service's own hosts only.
func TestMayHaveKeys(t *testing.T) {
	for base, want := range map[string]bool{
		"https://us-api.mimecast.com":      true,
		"https://US-API.mimecast.com/":     true,
		"https://mimecast.com":             false,
		"https://example.com":              false,
		"https://us-api.mimecast.com:8443": false,
		"http://localhost":                 false,
	} {
		u, err := parseBase(base)
		if err != nil {
			t.Fatal(err)
		}
		if got := mayHaveKeys(u); got != want {
			t.Errorf("%s: %v, want %v", base, got, want)
		}
	}
}

// A region that couldn't be found out is asked for again by the next call.
func TestDiscoveryAgain(t *testing.T) {
	var asked atomic.Int64
	c := discovering(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/api/login/discover-authentication":
			say(200, okAna)(w, r)
		case asked.Add(1) == 1:
			say(503, ``)(w, r)
		default:
			io.WriteString(w, `{"meta":{"status":200},"data":[{"region":{"api":"https://us-api.mimecast.com"}}],"fail":[]}`)
		}
	})
	for i, want := range []batch.Verdict{batch.NotSent, batch.Done, batch.Done} {
		if r := c.Do(t.Context(), []batch.Step{createAna()})[0]; r.Verdict != want {
			t.Errorf("call %d: reply is %+v, want %s", i, r, want)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times, want 2", asked.Load())
	}
}

// A base URL that can't be one is not shown: it may hold a password.
func TestCheckBaseURL(t *testing.T) {
	for text, want := range map[string]bool{
		"https://us-api.mimecast.com": true, "http://127.0.0.1:8710": true,
		"": false, "http://u:canary@h": false, "https://u:canary@example.com": false, "https://example.com/?key=canary": false,
		"http://canary.example.com": false, "canary%zz://": false,
	} {
		err := CheckBaseURL(text)
		if (err == nil) != want || err != nil && (strings.Contains(err.Error()+batch.HintOf(err), "canary") || batch.HintOf(err) == "") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Every region has a name of its own and addresses that can be used.
func TestRegions(t *testing.T) {
	names := map[string]bool{}
	for _, r := range Regions() {
		if names[r.Name] || r.API1 == "" && r.API2 == "" {
			t.Errorf("region %+v", r)
		}
		names[r.Name] = true
		for _, base := range []string{r.API1, r.API2} {
			if base == "" {
				continue
			}
			if u, err := parseBase(base); err != nil || !mayHaveKeys(u) {
				t.Errorf("region %s: %s, error %v", r.Name, base, err)
			}
		}
	}
}
