package mimecast

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
)

// Whatever the service answers, and however it repeats what it was sent, no secret comes out.
func TestCanary(t *testing.T) {
	// echo answers with all that the request holds, in every place that an answer has.
	echo := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			var q struct{ Data []json.RawMessage }
			key := json.RawMessage("null")
			if json.Unmarshal(sent, &q) == nil && len(q.Data) > 0 {
				key = q.Data[0]
			}
			text := r.Header.Get("Authorization") + " " + secretOfClient
			if strings.Contains(string(key), `"password"`) {
				text += " " + secretOfUser + " " + url.QueryEscape(secretOfUser) + " " + html.EscapeString(secretOfUser)
			}
			w.Header().Set("X-Request-Id", secretOfClient)
			w.Header().Set("Location", "https://"+url.PathEscape(secretOfClient)+"@example.net/")
			w.WriteHeader(status)
			io.WriteString(w, strings.NewReplacer("KEY", string(key), "SAID", text).Replace(body))
		}
	}
	const (
		classic = `{"meta":{"status":200},"data":[],"fail":[{"key":KEY,"errors":[{"code":"SAID","message":"SAID","field":"SAID"}]}]}`
		both    = `{"meta":{"status":200},"data":[KEY],"fail":[{"key":KEY,"errors":[{"code":"c","message":"SAID"}]}]}`
		flat    = `{"fail":[{"code":"SAID","message":"SAID"}]}`
		newer   = `{"errors":[{"code":"SAID","message":"SAID","field":"SAID"}]}`
		page    = `<html>SAID KEY</html>`
	)
	answers := map[string]http.HandlerFunc{
		"closed":  func(w http.ResponseWriter, r *http.Request) { hangUp(t, w, "") },
		"no HTTP": func(w http.ResponseWriter, r *http.Request) { hangUp(t, w, secretOfClient+" "+secretOfUser+"\r\n\r\n") },
		"cut": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10000")
			echo(200, classic)(w, r)
		},
		"stall": func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	}
	for _, status := range []int{200, 201, 302, 400, 401, 403, 404, 405, 408, 409, 418, 429, 500, 502, 503, 504} {
		for name, body := range map[string]string{"classic": classic, "both": both, "flat": flat, "newer": newer, "page": page} {
			answers[fmt.Sprintf("%d %s", status, name)] = echo(status, body)
		}
	}
	short := func(c *Config) { c.CallTimeout = 200 * time.Millisecond }
	for name, answer := range answers {
		t.Run("call, "+name, func(t *testing.T) {
			t.Parallel()
			change := func(*Config) {}
			if name == "stall" {
				change = short
			}
			s := serve(t, answer)
			provoke(t, client(t, s.URL, change))
		})
		t.Run("token, "+name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewUnstartedServer(answer)
			s.Config.ErrorLog = quiet()
			s.Start()
			defer s.Close()
			change := func(*Config) {}
			if name == "stall" {
				change = short
			}
			provoke(t, client(t, s.URL, change))
		})
	}
}

// provoke makes every call, and fails the test if anything that comes back shows a secret when it is printed.
func provoke(t *testing.T, c *Client) {
	step := createAna()
	outcome := []any{c.Do(t.Context(), []batch.Step{step})}
	step.Kind = batch.StepUpdate
	outcome = append(outcome, c.Do(t.Context(), []batch.Step{step, step}), c.State(t.Context(), []string{"ana@example.com"}))
	tenant, err := c.Tenant(t.Context())
	outcome = append(outcome, tenant, err)
	domains, err := c.Domains(t.Context())
	outcome = append(outcome, domains, err)
	accounts, err := c.Accounts(t.Context(), "example.com", "")
	outcome = append(outcome, accounts, err, batch.HintOf(err))
	for _, v := range outcome {
		asJSON, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		shown := fmt.Sprintf("%v\n%+v\n%#v\n%s", v, v, v, asJSON)
		if ce, ok := v.(*batch.CallError); ok {
			shown += fmt.Sprintf("%+v %#v", *ce, *ce)
		}
		if strings.Contains(shown, "canary") {
			t.Fatalf("a secret is shown: %+v", v)
		}
	}
}
