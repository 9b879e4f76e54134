package mimecast

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// lines is a writer that many may write to.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// One record a request: what was called, what came back, how long it took.
func TestLog(t *testing.T) {
	first := true
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req-1")
		if first {
			first = false
			say(401, `{"fail":[{"code":"token_expired","message":"m"}]}`)(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, "get-account") {
			hangUp(t, w, "")
			return
		}
		say(200, okAna)(w, r)
	})
	var out lines
	c := client(t, s.URL, func(c *Config) { c.Logger = out.logger() })
	if r := c.Do(t.Context(), []batch.Step{createAna()})[0]; r.Verdict != batch.Done {
		t.Fatalf("reply is %+v", r)
	}
	if _, err := c.Tenant(t.Context()); err == nil {
		t.Fatal("the tenant was told")
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if _, ok := r["took"]; !ok || r["level"] != "DEBUG" {
			t.Errorf("record %s", line)
		}
		got = append(got, fmt.Sprint(r["msg"], " ", r["method"], " ", r["path"], " ", r["try"], " ", r["status"], " ", r["request"], " ", r["code"], " ", r["verdict"]))
	}
	want := []string{
		"token POST /oauth/token <nil> 200 <nil> <nil> done",
		"call POST /api/user/create-user 1 401 req-1 token_expired <nil>",
		"token POST /oauth/token <nil> 200 <nil> <nil> done",
		"call POST /api/user/create-user 2 200 req-1 <nil> <nil>",
		"call POST /api/account/get-account 1 <nil> <nil> <nil> unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// What became of a call that was never sent is told too.
func TestLogNotSent(t *testing.T) {
	var out lines
	logged := func(c *Config) { c.Logger = out.logger() }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client(t, "http://localhost", logged).Do(ctx, []batch.Step{createAna()})
	discovering(t, say(503, ``), logged).Do(t.Context(), []batch.Step{createAna()})
	var got []string
	for line := range strings.Lines(out.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(r["msg"], " ", r["method"], " ", r["path"], " ", r["try"], " ", r["status"], " ", r["verdict"], " ", r["why"]))
	}
	want := []string{
		"call POST /api/user/create-user 1 <nil> not sent stopped before the call was sent",
		"call POST /api/login/discover-authentication 1 503 <nil> <nil>",
		"call POST /api/user/create-user 1 <nil> not sent the region is not known",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// Neither a secret nor an address gets into the log, whatever the service repeats.
func TestLogCanary(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		said, err := json.Marshal(r.Header.Get("Authorization") + " " + string(sent) + " ana@example.com")
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("X-Request-Id", r.Header.Get("Authorization")+" ana@example.com")
		fmt.Fprintf(w, `{"meta":{"status":200},"data":[],"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[{"code":%s,"message":%s}]}]}`, said, said)
	}
	var out lines
	logged := func(c *Config) { c.Logger = out.logger() }
	provoke(t, client(t, serve(t, echo).URL, logged))
	keyedTo := client(t, "http://localhost", func(c *Config) {
		*c = keyed(serveKeys(t, echo).URL)
		logged(c)
	})
	provoke(t, keyedTo)
	provoke(t, discovering(t, echo, logged))
	got := out.String()
	if strings.Count(got, "\n") < 12 || !strings.Contains(got, "/api/user/update-user") || !strings.Contains(got, "/api/login/discover-authentication") {
		t.Errorf("log is\n%s", got)
	}
	for _, secret := range []string{"canary", "@", "Bearer", "MC ", base64.StdEncoding.EncodeToString([]byte("canary-secret-key"))} {
		if strings.Contains(got, secret) {
			t.Errorf("the log shows %q:\n%s", secret, got)
		}
	}
}
