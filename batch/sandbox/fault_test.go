package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func (c *client) inject(f sandbox.Fault) {
	c.t.Helper()
	if err := c.server.Inject(f); err != nil {
		c.t.Fatal(err)
	}
}

func TestFaults(t *testing.T) {
	empty := `{"meta":{"status":%d},"data":[],"fail":[]}`
	tests := []struct {
		fault    sandbox.Fault
		status   int    // 0: no answer
		body     string // a part of it
		executed bool
		err      bool // reading fails
	}{
		{sandbox.Fault{Kind: sandbox.CloseBefore}, 0, "", false, true},
		{sandbox.Fault{Kind: sandbox.CloseAfter}, 0, "", true, true},
		{sandbox.Fault{Kind: sandbox.CutAfter}, 200, `{"meta":{"status":200}`, true, true},
		{sandbox.Fault{Kind: sandbox.StatusBefore, Status: 503}, 503, "Service Unavailable", false, false},
		{sandbox.Fault{Kind: sandbox.StatusAfter, Status: 504}, 504, "Gateway Timeout", true, false},
		{sandbox.Fault{Kind: sandbox.Throttle, Reset: time.Second}, 429, `{"meta":{"status":429}`, false, false},
		{sandbox.Fault{Kind: sandbox.Garbage}, 200, "<html>", true, false},
		{sandbox.Fault{Kind: sandbox.MetaStatus, Status: 403}, 200, fmt.Sprintf(empty, 403), false, false},
		{sandbox.Fault{Kind: sandbox.EmptyData}, 200, fmt.Sprintf(empty, 200), true, false},
		{sandbox.Fault{Kind: sandbox.ExpireToken}, 401, `"token_expired"`, false, false},
	}
	const body = `{"data":[{"emailAddress":"new@example.com"}]}`
	for _, tt := range tests {
		t.Run(string(tt.fault.Kind), func(t *testing.T) {
			var executed notices
			c := serve(t, sandbox.Options{Executed: executed.add})
			c.inject(tt.fault)
			r := c.post(createUser, body)
			if r.status != tt.status || (r.err != nil) != tt.err || !strings.Contains(string(r.body), tt.body) {
				t.Errorf("HTTP %d, error %v, body %s", r.status, r.err, r.body)
			}
			count := 0
			if tt.executed {
				count = 1
			}
			stats := c.server.Stats()
			if len(executed.list()) != count || stats.Calls["create-user"] != count || stats.Creates["new@example.com"] != count {
				t.Errorf("executed %v, stats %+v, want %d", executed.list(), stats, count)
			}
			// The next call goes through, and tells what is there.
			c.token = c.logOn()
			e := c.post(createUser, body).envelope(t)
			if got := len(e.Fail); got != count {
				t.Errorf("second create: %+v", e)
			}
		})
	}
}

func TestCutIsHalf(t *testing.T) {
	c := serve(t, sandbox.Options{})
	full := c.post(getAccount, `{}`).body
	c.inject(sandbox.Fault{Kind: sandbox.CutAfter})
	r := c.post(getAccount, `{}`)
	if r.status != 200 || r.err == nil || string(r.body) != string(full[:len(full)/2]) {
		t.Errorf("HTTP %d, error %v, %d of %d bytes", r.status, r.err, len(r.body), len(full))
	}
}

func TestThrottleFault(t *testing.T) {
	for reset, want := range map[time.Duration]string{
		1500 * time.Microsecond: "2",
		time.Minute:             "60000",
		0:                       "0",
		-time.Second:            "-1000",
	} {
		c := serve(t, sandbox.Options{})
		c.inject(sandbox.Fault{Kind: sandbox.Throttle, Reset: reset})
		h := c.post(getAccount, `{}`).header
		if h.Get("X-RateLimit-Reset") != want || h.Get("X-RateLimit-Remaining") != "0" || h.Get("X-RateLimit-Limit") != "800" {
			t.Errorf("reset %s: headers %v, want %s", reset, h, want)
		}
		if stats := c.server.Stats(); stats.Throttled != 1 || stats.PeakPerSecond["get-account"] != 0 {
			t.Errorf("stats %+v, want one throttled", stats)
		}
	}
}

func TestExpireTokenRevokesAll(t *testing.T) {
	c := serve(t, sandbox.Options{})
	other := *c
	other.token = c.logOn()
	c.inject(sandbox.Fault{Kind: sandbox.ExpireToken})
	c.post(getAccount, `{}`)
	if code, _ := other.post(getAccount, `{}`).flat(t); code != "token_expired" {
		t.Errorf("code %q with another token, want token_expired", code)
	}
}

func TestStall(t *testing.T) {
	executed := make(chan string, 1)
	c := serve(t, sandbox.Options{Executed: func(_, address string) { executed <- address }})
	c.inject(sandbox.Fault{Kind: sandbox.Stall})
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "POST", c.url+createUser, strings.NewReader(`{"data":[{"emailAddress":"new@example.com"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = c.authorized()
	answered := make(chan error)
	go func() {
		resp, err := c.http.Do(r)
		if err == nil {
			resp.Body.Close()
		}
		answered <- err
	}()
	if address := <-executed; address != "new@example.com" {
		t.Errorf("executed %q", address)
	}
	leave()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the call to be cancelled", err)
	}
	c.user("new@example.com")
}

func TestLatencyEndsWithTheClient(t *testing.T) {
	executed := make(chan struct{}, 1)
	c := serve(t, sandbox.Options{Latency: time.Hour, Executed: func(string, string) { executed <- struct{}{} }})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-executed
		leave()
	}()
	r, err := http.NewRequestWithContext(ctx, "POST", c.url+getAccount, strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = c.authorized()
	if resp, err := c.http.Do(r); !errors.Is(err, context.Canceled) {
		t.Errorf("answer %v, error %v, want the call to be cancelled", resp, err)
	}
	// The server is closed by the clean-up, which waits for calls that are still held.
}

func TestFaultMatching(t *testing.T) {
	const hit = 503
	fault := func(f sandbox.Fault) sandbox.Fault {
		f.Kind, f.Status = sandbox.StatusBefore, hit
		return f
	}
	update := func(addresses ...string) string {
		var objects []string
		for _, a := range addresses {
			objects = append(objects, `{"emailAddress":"`+a+`"}`)
		}
		return updateUser + ` {"data":[` + strings.Join(objects, ",") + `]}`
	}
	ada, nina := update("ada@example.com"), update("nina@example.net")
	tests := []struct {
		name   string
		faults []sandbox.Fault
		calls  []string
		want   []int
	}{
		{"once", []sandbox.Fault{fault(sandbox.Fault{})}, []string{ada, ada}, []int{hit, 200}},
		{"by function", []sandbox.Fault{fault(sandbox.Fault{Function: "get-account"})},
			[]string{ada, getAccount + " {}", getAccount + " {}"}, []int{200, hit, 200}},
		{"by address", []sandbox.Fault{fault(sandbox.Fault{Address: "NINA@example.net"})},
			[]string{ada, getAccount + " {}", nina, nina}, []int{200, 200, hit, 200}},
		{"by one of the addresses", []sandbox.Fault{fault(sandbox.Fault{Address: "nina@example.net"})},
			[]string{update("ada@example.com", "Nina@example.net")}, []int{hit}},
		{"skip and count", []sandbox.Fault{fault(sandbox.Fault{Address: "ada@example.com", Skip: 1, Count: 2})},
			[]string{ada, nina, ada, ada, ada}, []int{200, 200, hit, hit, 200}},
		{"in order", []sandbox.Fault{fault(sandbox.Fault{}), {Kind: sandbox.StatusBefore, Status: 502}},
			[]string{ada, ada, ada}, []int{hit, 502, 200}},
		{"a hit has not passed", []sandbox.Fault{fault(sandbox.Fault{}), {Kind: sandbox.StatusBefore, Status: 502, Skip: 1}},
			[]string{ada, ada, ada, ada}, []int{hit, 200, 502, 200}},
		{"only what could be executed", []sandbox.Fault{fault(sandbox.Fault{})},
			[]string{updateUser + ` {"data":null}`, ada}, []int{200, hit}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, sandbox.Options{})
			for _, f := range tt.faults {
				c.inject(f)
			}
			var got []int
			for _, call := range tt.calls {
				path, body, _ := strings.Cut(call, " ")
				got = append(got, c.post(path, body).status)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsThatCannotBe(t *testing.T) {
	c := serve(t, sandbox.Options{})
	for _, f := range []sandbox.Fault{
		{},
		{Kind: "explode"},
		{Kind: sandbox.Garbage, Function: "delete-user"},
		{Kind: sandbox.Garbage, Skip: -1},
		{Kind: sandbox.Garbage, Count: -1},
		{Kind: sandbox.StatusBefore},
		{Kind: sandbox.StatusAfter, Status: 200},
		{Kind: sandbox.MetaStatus},
	} {
		if err := c.server.Inject(f); err == nil {
			t.Errorf("Inject(%+v) took it", f)
		}
	}
	if r := c.post(getAccount, `{}`); r.status != 200 {
		t.Errorf("HTTP %d after refused faults", r.status)
	}
}
