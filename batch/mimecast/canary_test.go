package mimecast

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mimebatch/batch"
)

// Whatever the service answers, and however it repeats what it was sent, no secret comes out.
func TestCanary(t *testing.T) {
	var sayings atomic.Int64
	// echo answers with all that the request holds, in every place that an answer has.
	echo := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			var q struct{ Data []json.RawMessage }
			key := json.RawMessage("null")
			if json.Unmarshal(sent, &q) == nil && len(q.Data) > 0 {
				key = q.Data[0]
			}
			// The caller knows its own secrets, and nobody else's.
			secrets := []string{r.Header.Get("Authorization"), secretOfClient}
			if r.Header.Get("x-mc-app-id") != "" {
				secrets = []string{r.Header.Get("Authorization"), "canary-app-key", "canary-access-key", "canary-secret-key"}
			}
			if strings.Contains(string(key), `"password"`) {
				secrets = append(secrets, secretOfUser)
			}
			name := secrets[1]
			var said []string
			for _, s := range secrets {
				said = append(said, s, "\u00a0"+strings.ToUpper(s), url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), base64.StdEncoding.EncodeToString([]byte(s)))
			}
			w.Header().Set("X-Request-Id", name)
			w.Header().Set("Location", "https://"+url.PathEscape(name)+"@example.net/")
			w.WriteHeader(status)
			io.WriteString(w, strings.NewReplacer("KEY", string(key), "SAID", said[sayings.Add(1)%int64(len(said))], "ALL", strings.Join(said, " ")).Replace(body))
		}
	}
	const (
		classic = `{"meta":{"status":200},"data":[],"fail":[{"key":KEY,"errors":[{"code":"SAID","message":"ALL","field":"SAID"}]}]}`
		both    = `{"meta":{"status":200},"data":[KEY],"fail":[{"key":KEY,"errors":[{"code":"c","message":"SAID"}]}]}`
		flat    = `{"fail":[{"code":"SAID","message":"SAID"}]}`
		newer   = `{"errors":[{"code":"SAID","message":"SAID","field":"SAID"}]}`
		entries = `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com","id":"SAID","name":"SAID","accountLocked":"ALL","domain":"SAID",
			"accountCode":"SAID","accountName":"SAID","users":[{"emailAddress":"SAID","name":"SAID","addressType":"SAID","source":"SAID"}]}],"fail":[]}`
		page = `<html>SAID KEY</html>`
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
		for name, body := range map[string]string{"classic": classic, "both": both, "flat": flat, "newer": newer, "entries": entries, "page": page} {
			answers[fmt.Sprintf("%d %s", status, name)] = echo(status, body)
		}
	}
	short := func(c *Config) { c.CallTimeout = 50 * time.Millisecond }
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
			change := func(*Config) {}
			if name == "stall" {
				change = short
			}
			provoke(t, discovering(t, answer, change))
			s := httptest.NewUnstartedServer(answer)
			s.Config.ErrorLog = quiet()
			s.Start()
			defer s.Close()
			provoke(t, client(t, s.URL, change))
			with := func(c *Config) {
				*c = keyed(s.URL)
				change(c)
			}
			provoke(t, client(t, s.URL, with))
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
	outcome = append(outcome, c.Diagnose(t.Context(), "ana@example.com", forbidden), c.Diagnose(t.Context(), "ana@example.com", invalid))
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
		// In lower case, as base64, or in hexadecimal digits.
		if strings.Contains(strings.ToLower(shown), "canary") || strings.Contains(shown, "Y2FuYXJ5") || strings.Contains(shown, "63616e617279") {
			t.Fatalf("a secret is shown: %+v", v)
		}
	}
}
