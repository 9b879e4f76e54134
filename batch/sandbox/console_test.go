package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

const faults = "/sandbox/faults"

func TestFaultsOverHTTP(t *testing.T) {
	c := serve(t, sandbox.Options{})
	expect := func(r reply, want string) {
		t.Helper()
		if got := string(r.body); r.status != 200 || got != want {
			t.Errorf("HTTP %d %s, want %s", r.status, got, want)
		}
	}
	const (
		forbidden = `{"count":"1","function":"get-account","kind":"forbidden","probability":"1"}`
		throttle  = `{"count":"-1","header":{"X-Ratelimit-Reset":"soon"},"kind":"throttle","probability":"0.5","reset":"1s"}`
		late      = `{"count":"1","delay":"5ms","kind":"latency","probability":"1"}`
	)
	expect(c.do("GET", faults, "", nil), `[]`)
	expect(c.do("POST", faults, `{"kind":"forbidden","function":"get-account"}`, nil), `[`+forbidden+`]`)
	expect(c.do("POST", faults, `[{"kind":"throttle","reset":"1s","count":-1,"probability":0.5,"header":{"x-ratelimit-reset":"soon"}},"latency,delay=5ms"]`, nil),
		`[`+forbidden+`,`+throttle+`,`+late+`]`)
	if r := c.post(getAccount, `{}`); r.status != http.StatusForbidden {
		t.Errorf("HTTP %d, want 403", r.status)
	}
	listed := c.do("GET", faults, "", nil)
	expect(listed, `[`+throttle+`,`+late+`]`)
	expect(c.do("DELETE", faults, "", nil), `[]`)
	if r := c.post(getAccount, `{}`); r.status != 200 {
		t.Errorf("HTTP %d, want 200", r.status)
	}
	// What is listed can be sent back.
	expect(c.do("POST", faults, string(listed.body), nil), string(listed.body))
}

func TestFaultsOverHTTPRefused(t *testing.T) {
	c := serve(t, sandbox.Options{})
	for body, want := range map[string]string{
		``:                                  "no fault",
		`{`:                                 "",
		`7`:                                 "",
		`{}`:                                "unknown kind",
		`"explode"`:                         "unknown kind",
		`{"kind":"stall","count":true}`:     "count is neither a text nor a number",
		`{"kind":"stall","colour":"red"}`:   `unknown key "colour"`,
		`{"kind":"stall","header":"a:b"}`:   "header",
		`{"kind":"stall","function":"x"}`:   `unknown function "x"`,
		`["stall",{"kind":"status-after"}]`: "status-after: needs status",
		`{"kind":"stall","count":0}`:        "count: 0 would never hit",
		`{"kind":"stall","function":null}`:  "function: no value",
		"stall\nclose-after,status=500":     "close-after: takes no status",
		"stall,count=0":                     "count: 0 would never hit",
		" \r\n\t":                           "no fault",
		`["stall",{"kind":"drip","colour":"red"}]`: `unknown key "colour"`,
		`{"kind":"latency","delay":5}`:             "missing unit",
		`[null]`:                                   "unknown kind",
		strings.Repeat(" ", 1<<20) + `"stall"`:     "payload is too large",
	} {
		r := c.do("POST", faults, body, nil)
		if r.status < 400 || !strings.Contains(strings.ReplaceAll(string(r.body), `\"`, `"`), want) {
			t.Errorf("%.50s: HTTP %d %s, want %q", body, r.status, r.body, want)
		}
	}
	if diff := cmp.Diff([]sandbox.Fault{}, c.server.Faults()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// A browser on the machine of whoever runs a sandbox must not carry orders to it that a web page gives.
func TestConsoleTakesNoOrdersOfWebPages(t *testing.T) {
	c := serve(t, sandbox.Options{})
	port := c.url[strings.LastIndex(c.url, ":"):]
	for _, tt := range []struct {
		host, origin string
		status       int
	}{
		{"127.0.0.1" + port, "", 200},
		{"127.8.9.1" + port, "", 200},
		{"localhost" + port, "", 200},
		{"LocalHost", "", 200},
		{"[::1]" + port, "", 200},
		{"[::1]", "", 200},
		{"127.0.0.1" + port, "https://www.example.com", 403},
		{"127.0.0.1" + port, "null", 403},
		{"rebound.example.com" + port, "", 403},
		{"localhost.example.com", "", 403},
		{"192.0.2.1" + port, "", 403},
		{"0.0.0.0" + port, "", 403},
	} {
		for _, method := range []string{"POST", "DELETE", "GET"} {
			r, err := http.NewRequestWithContext(t.Context(), method, c.url+faults, strings.NewReader(`"forbidden,count=-1"`))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = tt.host
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			resp, err := c.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("%s to host %s from %q: HTTP %d, want %d", method, tt.host, tt.origin, resp.StatusCode, tt.status)
			}
		}
	}
	if left := c.server.Faults(); len(left) > 0 {
		t.Errorf("faults %v", left)
	}
}

// What --fault takes the console takes as it is, one fault a line.
func TestFaultsOverHTTPAsText(t *testing.T) {
	c := serve(t, sandbox.Options{})
	const text = "\uFEFFclose-after,function=create-user,probability=0.05,count=-1\r\n\r\n  code,code=err_x,message=\"No, never\"\n"
	if r := c.do("POST", faults, text, http.Header{"Content-Type": {"text/plain"}}); r.status != 200 {
		t.Fatalf("HTTP %d %s", r.status, r.body)
	}
	want := []sandbox.Fault{
		{Kind: sandbox.CloseAfter, Function: "create-user", Probability: 0.05, Count: -1},
		{Kind: sandbox.RefuseCode, Code: "err_x", Message: "No, never", Probability: 1, Count: 1},
	}
	if diff := cmp.Diff(want, c.server.Faults()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// The console tells what it can do, also to those who look for it in the wrong place, and is never taken for the service.
func TestConsoleListsItself(t *testing.T) {
	c := serve(t, sandbox.Options{})
	for _, path := range []string{"/sandbox", "/sandbox/"} {
		r := c.do("GET", path, "", nil)
		for _, want := range []string{"GET    /sandbox/stats ", "GET    /sandbox/log ", "GET    /sandbox/faults ", "POST   /sandbox/faults ", "DELETE /sandbox/faults "} {
			if r.status != 200 || !strings.Contains(string(r.body), want) {
				t.Errorf("GET %s: HTTP %d, want %q in\n%s", path, r.status, want, r.body)
			}
		}
	}
	if r := c.do("GET", "/sandbox/stats/", "", nil); r.status != 200 {
		t.Errorf("a slash too many: HTTP %d", r.status)
	}
	if r := c.do("GET", "/sandbox/state", "", nil); r.status != http.StatusNotFound || !strings.Contains(string(r.body), "GET /sandbox/ lists") {
		t.Errorf("no path of the console: HTTP %d %s", r.status, r.body)
	}
	if r := c.do("GET", "/sandboxes", "", nil); !strings.Contains(string(r.body), "app_forbidden") {
		t.Errorf("no path below the console: HTTP %d %s", r.status, r.body)
	}
}

func TestConsoleMethods(t *testing.T) {
	c := serve(t, sandbox.Options{})
	for path, method := range map[string]string{"/sandbox/stats": "DELETE", "/sandbox/log": "POST", faults: "PUT"} {
		if r := c.do(method, path, "", nil); r.status != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: HTTP %d, want 405", method, path, r.status)
		}
	}
}
