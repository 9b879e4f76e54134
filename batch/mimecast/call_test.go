package mimecast

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// hangUp closes the connection of a call, after it wrote text.
func hangUp(t *testing.T, w http.ResponseWriter, text string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	io.WriteString(conn, text)
	conn.Close()
}

// A call whose request went out and that got no whole answer may have been executed.
func TestLostAnswers(t *testing.T) {
	tests := []struct {
		name    string
		answer  func(t *testing.T, w http.ResponseWriter, r *http.Request)
		code    string
		message string
	}{
		{"closed", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			hangUp(t, w, "")
		}, codeNoAnswer, "the connection was closed"},
		{"closed after reading", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			hangUp(t, w, "")
		}, codeNoAnswer, "the connection was closed"},
		{"half a header", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			hangUp(t, w, "HTTP/1.1 200 OK\r\nContent-Le")
		}, codeNoAnswer, ""},
		{"not HTTP", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			hangUp(t, w, "220 mail.example.com ESMTP\r\n\r\n")
		}, codeNoAnswer, "no answer that can be understood"},
		{"endless header", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			hangUp(t, w, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 1<<20))
		}, codeNoAnswer, ""},
		{"half a body", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			hangUp(t, w, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"+okAna)
		}, codeCut, "the answer broke off"},
		{"more than is read", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, okAna+strings.Repeat(" ", maxAnswer))
		}, codeTooLarge, "the answer is too large"},
		{"broken gzip", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, okAna)
		}, codeCut, "the answer broke off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { tt.answer(t, w, r) })
			got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
			if got.Verdict != batch.Unknown || got.Reason.Code != tt.code || !strings.Contains(got.Reason.Message, tt.message) {
				t.Errorf("reply is %+v, want unknown, %s: %s", got, tt.code, tt.message)
			}
			if got.Sent.IsZero() || s.calls.Load() != 1 {
				t.Errorf("sent at %v; %d calls arrived", got.Sent, s.calls.Load())
			}
		})
	}
}

// The largest answer that is read is read whole.
func TestLargestAnswer(t *testing.T) {
	s := serve(t, say(200, okAna+strings.Repeat(" ", maxAnswer-len(okAna))))
	if got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]; got.Verdict != batch.Done {
		t.Errorf("reply is %+v", got)
	}
}

func TestTimeout(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	c := client(t, s.URL)
	c.timeout = 100 * time.Millisecond // of calls; the token keeps its own
	got := c.Do(t.Context(), []batch.Step{createAna()})[0]
	if got.Verdict != batch.Unknown || got.Reason != (batch.Reason{Code: codeNoAnswer, Message: "no answer within 0.1 s"}) {
		t.Errorf("reply is %+v", got)
	}
}

// When the run is stopped a call on its way still has the grace to come home. Given up after that it is in doubt: the service
// has the request.
func TestStoppedCallHasGrace(t *testing.T) {
	for _, tt := range []struct {
		name    string
		grace   time.Duration
		answer  string // as much of it as comes
		want    batch.Reason
		verdict batch.Verdict
	}{
		{"it comes home", 20 * time.Second, okAna, batch.Reason{}, batch.Done},
		{"it does not", 50 * time.Millisecond, "",
			batch.Reason{Code: codeNoAnswer, Message: "given up before the answer came, when the run was stopped"}, batch.Unknown},
		{"half of it does", 50 * time.Millisecond, okAna[:len(okAna)/2], batch.Reason{Code: codeCut, Message: "the answer broke off"}, batch.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				stop()
				if io.WriteString(w, tt.answer); tt.answer == okAna {
					return
				}
				if tt.answer != "" {
					_ = http.NewResponseController(w).Flush() // a failure shows in the reply
				}
				<-r.Context().Done()
			})
			c := client(t, s.URL, func(c *Config) { c.Grace = tt.grace })
			got := c.Do(ctx, []batch.Step{createAna()})[0]
			if got.Verdict != tt.verdict || got.Reason != tt.want || got.Sent.IsZero() || s.calls.Load() != 1 {
				t.Errorf("reply is %+v after %d calls", got, s.calls.Load())
			}
		})
	}
}

// A call that never left is known to be so.
func TestNotSent(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()

	t.Run("token", func(t *testing.T) {
		c := client(t, "http://"+closed.Addr().String())
		got := c.Do(t.Context(), []batch.Step{createAna()})[0]
		if got.Verdict != batch.NotSent || got.Reason.Code != codeNotSent || got.Reason.Hint == "" || !got.Sent.IsZero() {
			t.Errorf("reply is %+v", got)
		}
	})
	t.Run("call", func(t *testing.T) {
		s := serve(t, say(200, okAna))
		c := client(t, s.URL)
		if _, err := c.signer.(*bearer).get(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Close() // the next call needs a new connection
		s.Close()
		got := c.Do(t.Context(), []batch.Step{createAna()})[0]
		if got.Verdict != batch.NotSent || got.Reason.Code != codeNotSent || got.Reason.Hint == "" || !got.Sent.IsZero() {
			t.Errorf("reply is %+v", got)
		}
	})
	t.Run("the other side is no TLS server", func(t *testing.T) {
		s := serve(t, say(200, okAna))
		c := client(t, strings.Replace(s.URL, "http:", "https:", 1))
		got := c.Do(t.Context(), []batch.Step{createAna()})[0]
		if got.Verdict != batch.NotSent || got.Reason.Code != codeNotSent || s.calls.Load() != 0 {
			t.Errorf("reply is %+v", got)
		}
	})
}

// Redirects are not followed: they would take the token along. What was done before nobody tells.
func TestRedirect(t *testing.T) {
	elsewhere := serve(t, say(200, okAna))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
		if got.Verdict != batch.Unknown || got.HTTP != status || got.Reason.Code != codeRedirected || got.Reason.Hint == "" || s.calls.Load() != 1 {
			t.Errorf("reply is %+v", got)
		}
	}
	if n := elsewhere.calls.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// A call that may have been executed is not made again, whatever its answer says of the token or the app.
func TestInDoubtIsNotRepeated(t *testing.T) {
	const noApp = `"data":[],"fail":[{"errors":[{"code":"err_developer_key"}]}]}`
	for _, answer := range []struct {
		status int
		body   string
	}{
		{408, `{"fail":[{"code":"token_expired"}]}`},
		{202, `{"meta":{"status":200},` + noApp},
		{200, `{"meta":{"status":408},` + noApp},
		{200, `{"meta":{"status":429},` + noApp},
	} {
		s := serve(t, say(answer.status, answer.body))
		got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
		if got.Verdict != batch.Unknown || s.calls.Load() != 1 {
			t.Errorf("HTTP %d, %s: %d calls, reply %+v", answer.status, answer.body, s.calls.Load(), got)
		}
	}
}

// What goes over the wire.
func TestRequest(t *testing.T) {
	var header http.Header
	var path string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		header, path = r.Header.Clone(), r.URL.Path
		w.Header().Set("X-Request-Id", "req-1 é")
		io.WriteString(w, okAna)
	})
	begun := time.Now()
	got := client(t, s.URL+"/gate/", func(c *Config) { c.UserAgent = "mimebatch/1.0" }).signedBy(fixed{}).Do(t.Context(), []batch.Step{createAna()})[0]
	want := http.Header{
		"Accept":          {"application/json"},
		"Accept-Encoding": {"gzip"},
		"Authorization":   {"Bearer fixed"},
		"Content-Type":    {"application/json"},
		"User-Agent":      {"mimebatch/1.0"},
	}
	header.Del("Content-Length")
	if diff := cmp.Diff(want, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if path != "/gate/api/user/create-user" {
		t.Errorf("path is %s", path)
	}
	if got.RequestID != "req-1" || got.HTTP != 200 || got.Sent.Before(begun) || got.Received.Before(got.Sent) {
		t.Errorf("reply is %+v", got)
	}
}

// fixed signs with a token that never ends and can't be renewed.
type fixed struct{}

func (fixed) sign(_ context.Context, r *http.Request) error {
	r.Header.Set("Authorization", "Bearer fixed")
	return nil
}
func (fixed) renew(*http.Request, answer) bool     { return false }
func (fixed) secrets(*http.Request) []batch.Secret { return nil }

func (c *Client) signedBy(s signer) *Client {
	c.signer = s
	return c
}

// Cancelling ends waits, and not calls on their way.
func TestCancel(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		<-release
		io.WriteString(w, okAna)
	})
	c := client(t, s.URL)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var onItsWay, waiting batch.Reply
	wg.Go(func() { onItsWay = c.Do(ctx, []batch.Step{createAna()})[0] })
	<-arrived
	// The first answer is not there yet, so the second call waits for it.
	wg.Go(func() { waiting = c.Do(ctx, []batch.Step{createAna()})[0] })
	cancel()
	wg.Go(func() { close(release) })
	wg.Wait()
	if onItsWay.Verdict != batch.Done {
		t.Errorf("the call on its way: %+v", onItsWay)
	}
	if waiting.Verdict != batch.NotSent || waiting.Reason.Code != codeStopped || !waiting.Sent.IsZero() {
		t.Errorf("the call that waited: %+v", waiting)
	}
	if n := s.calls.Load(); n != 1 {
		t.Errorf("%d calls arrived", n)
	}

	_, err := c.Domains(ctx)
	if ce, ok := errors.AsType[*batch.CallError](err); !ok || ce.Reply.Verdict != batch.NotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("domains: %v", err)
	}
}

// A read that nobody waits for any more has no grace: it ends with its context.
func TestReadEndsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := client(t, serve(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // before that the server doesn't see who is gone
		cancel()
		<-r.Context().Done() // the caller is gone
	}).URL, func(c *Config) { c.CallTimeout = time.Hour })
	if _, err := c.Domains(ctx); err == nil {
		t.Error("no error")
	}
}
