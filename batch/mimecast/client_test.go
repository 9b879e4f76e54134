package mimecast

import (
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mimebatch/batch"
)

const (
	secretOfClient = "canary-client-secret"
	secretOfUser   = "canary-pass & word"
)

// service is a small server that gives tokens, and answers calls as a test says.
type service struct {
	*httptest.Server
	tokens atomic.Int64 // given out, and so the number of the newest
	calls  atomic.Int64
}

// serve starts a service. It is closed when the test ends.
func serve(t *testing.T, answer http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_id") != "client-1" || r.FormValue("client_secret") != secretOfClient || r.FormValue("grant_type") != "client_credentials" {
			t.Errorf("the token was asked for with %v", r.PostForm)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"canary-token-%d","token_type":"Bearer","expires_in":1799,"scope":""}`, s.tokens.Add(1))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		answer(w, r)
	})
	s.Server = httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = quiet()
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// client makes a client of the service at url.
func client(t *testing.T, url string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		BaseURL: url, ClientID: "client-1", ClientSecret: batch.NewSecret(secretOfClient),
		Workers: 4, Rate: 1e5, CallTimeout: 20 * time.Second,
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// say answers every call alike.
func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// createAna is a step that creates an account with a password.
func createAna() batch.Step {
	return batch.Step{
		Row: 1, Line: 2, N: 1, Kind: batch.StepCreate, Email: "ana@example.com", Set: batch.Settings{batch.Username: "Ana Ruiz"},
		WithPassword: true, Password: batch.NewSecret(secretOfUser),
	}
}

func TestNew(t *testing.T) {
	tests := []struct {
		base string
		want string // part of the error, "" for none
	}{
		{"", ""},
		{"https://api.services.mimecast.com", ""},
		{"https://API.example.com:8443/mimecast/", ""},
		{"http://localhost:8080", ""},
		{"http://127.0.0.1:8080", ""},
		{"http://127.8.9.10", ""},
		{"http://[::1]:8080", ""},
		{"http://[::ffff:127.0.0.1]:8080", ""},
		{"http://example.com", "use https"},
		{"http://10.0.0.1", "use https"},
		{"http://127.0.0.1.example.com", "use https"},
		{"http://localhost.example.com", "use https"},
		{"http://0.0.0.0", "use https"},
		{"http://[::]", "use https"},
		{"ftp://example.com", "https://"},
		{"api.example.com", "host"},
		{"https://", "host"},
		{"https://:443", "host"},
		{"https://ana:canary-pass@example.com", "user or password"},
		{"https://example.com?x=canary-pass", "after the path"},
		{"https://example.com/#x", "after the path"},
		{"https://exa mple.com/canary-pass", "not a URL"},
	}
	for _, tt := range tests {
		_, err := New(Config{BaseURL: tt.base, ClientID: "id", ClientSecret: batch.NewSecret("s")})
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("New(%q): %v", tt.base, err)
		case tt.want != "" && (err == nil || !strings.Contains(strings.Replace(err.Error(), "nothing may follow the path", "after the path", 1), tt.want)):
			t.Errorf("New(%q): %v, want one with %q", tt.base, err, tt.want)
		case err != nil && (batch.HintOf(err) == "" || strings.Contains(err.Error(), "canary")):
			t.Errorf("New(%q): %v, hint %q", tt.base, err, batch.HintOf(err))
		}
	}
	good := Config{ClientID: "id", ClientSecret: batch.NewSecret("s")}
	for name, change := range map[string]func(*Config){
		"no credentials":         func(c *Config) { *c = Config{} },
		"no id":                  func(c *Config) { c.ClientID = "" },
		"no secret":              func(c *Config) { c.ClientSecret = batch.Secret{} },
		"both generations":       func(c *Config) { c.AppKey = batch.NewSecret("canary") },
		"negative rate":          func(c *Config) { c.Rate = -1 },
		"no rate":                func(c *Config) { c.Rate = math.NaN() },
		"negative share":         func(c *Config) { c.RateShare = -0.1 },
		"share above all":        func(c *Config) { c.RateShare = 1.1 },
		"no share":               func(c *Config) { c.RateShare = math.NaN() },
		"six updates a call":     func(c *Config) { c.UpdateBatch = 6 },
		"negative update batch":  func(c *Config) { c.UpdateBatch = -1 },
		"no time":                func(c *Config) { c.CallTimeout = -1 },
		"no grace":               func(c *Config) { c.Grace = -1 },
		"keys: no app id":        func(c *Config) { *c = keyed(""); c.AppID = "" },
		"keys: no app key":       func(c *Config) { *c = keyed(""); c.AppKey = batch.Secret{} },
		"keys: no access key":    func(c *Config) { *c = keyed(""); c.AccessKey = batch.Secret{} },
		"keys: no secret key":    func(c *Config) { *c = keyed(""); c.SecretKey = batch.Secret{} },
		"keys: two lines":        func(c *Config) { *c = keyed(""); c.AccessKey = batch.NewSecret("canary\nkey") },
		"keys: not base64":       func(c *Config) { *c = keyed(""); c.SecretKey = batch.NewSecret("canary!") },
		"keys: neither place":    func(c *Config) { *c = keyed(""); c.Email = "" },
		"keys: no address":       func(c *Config) { *c = keyed(""); c.Email = "canary" },
		"keys: base URL is none": func(c *Config) { *c = keyed("ftp://example.com") },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err == nil || batch.HintOf(err) == "" || strings.Contains(err.Error()+batch.HintOf(err), "canary") {
			t.Errorf("%s: %v, hint %q; want an error with a hint", name, err, batch.HintOf(err))
		}
	}
	for name, change := range map[string]func(*Config){
		"as fast as it goes": func(c *Config) { c.Rate = math.Inf(1) },
		"a share":            func(c *Config) { c.RateShare = 0.8 },
		"keys, by region":    func(c *Config) { *c = keyed("https://eu-api.mimecast.com") },
		"keys, by address":   func(c *Config) { *c = keyed("") },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is taken for a base URL is encrypted or stays on this machine, has no password in it, and reads the same again.
func FuzzParseBase(f *testing.F) {
	for _, s := range []string{DefaultBaseURL, "http://localhost:8080/x/", "http://[::1]", "https://a@b", "https://EXAMPLE.com//x/..?", "https://us-api.mimecast.com\\@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := parseBase(s)
		if err != nil {
			return
		}
		if u.Scheme != "https" && !isLoopback(u.Hostname()) || u.User != nil || u.Hostname() == "" || u.RawQuery != "" || !strings.HasSuffix(u.Path, "/") {
			t.Fatalf("parseBase(%q) = %v", s, u)
		}
		again, err := parseBase(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("parseBase(%q) = %v, read again: %v, error %v", s, u, again, err)
		}
	})
}

// The client keeps no secret where printing finds it.
func TestClientString(t *testing.T) {
	s := serve(t, say(200, okAna))
	c := client(t, s.URL)
	if r := c.Do(t.Context(), []batch.Step{createAna()})[0]; r.Verdict != batch.Done {
		t.Fatalf("create: %+v", r)
	}
	want := "mimecast.Client(" + s.URL + ")"
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{c, *c} {
			if got := fmt.Sprintf(format, v); got != want {
				t.Errorf("%s prints %q, want %q", format, got, want)
			}
		}
	}
}

// quiet is a log for servers whose connections are broken on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
