package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
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
	success := `"emailAddress":"new@example.com"}],"fail":[]}`
	tests := []struct {
		fault    sandbox.Fault
		status   int    // 0: no answer
		body     string // a part of it
		executed bool
		err      bool // reading fails
	}{
		{sandbox.Fault{Kind: sandbox.Late, Delay: time.Millisecond}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.OddHeaders, Headers: map[string]string{"X-Odd": "1"}}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.CloseBefore}, 0, "", false, true},
		{sandbox.Fault{Kind: sandbox.CloseAfter}, 0, "", true, true},
		{sandbox.Fault{Kind: sandbox.ResetBefore}, 0, "", false, true},
		{sandbox.Fault{Kind: sandbox.ResetAfter}, 0, "", true, true},
		{sandbox.Fault{Kind: sandbox.CutBefore}, 200, `{"meta":{"status":200`, false, true},
		{sandbox.Fault{Kind: sandbox.CutAfter}, 200, `{"meta":{"status":200}`, true, true},
		{sandbox.Fault{Kind: sandbox.Drip, Delay: time.Microsecond}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.StatusBefore, Status: 503}, 503, "Service Unavailable", false, false},
		{sandbox.Fault{Kind: sandbox.StatusAfter, Status: 504}, 504, "Gateway Timeout", true, false},
		{sandbox.Fault{Kind: sandbox.Throttle, Reset: time.Second}, 429, `{"meta":{"status":429}`, false, false},
		{sandbox.Fault{Kind: sandbox.Garbage}, 200, "<html>", true, false},
		{sandbox.Fault{Kind: sandbox.WrongType}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.Huge}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.MetaStatus, Status: 403}, 200, fmt.Sprintf(empty, 403), false, false},
		{sandbox.Fault{Kind: sandbox.MetaStatusAfter, Status: 500}, 200, fmt.Sprintf(empty, 500), true, false},
		{sandbox.Fault{Kind: sandbox.EmptyData}, 200, fmt.Sprintf(empty, 200), true, false},
		{sandbox.Fault{Kind: sandbox.MissingEntry}, 200, fmt.Sprintf(empty, 200), true, false},
		{sandbox.Fault{Kind: sandbox.Swap}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.RefuseCode, Code: "err_made_up"}, 200,
			`"errors":[{"code":"err_made_up","message":"err_made_up","retryable":false}]`, false, false},
		{sandbox.Fault{Kind: sandbox.DeveloperKey}, 200, `"err_developer_key"`, false, false},
		{sandbox.Fault{Kind: sandbox.InvalidSignature}, 401, `{"meta":{"isLastToken":false,"status":401},"fail":[{"errors":[{` +
			`"code":"err_xdk_invalid_signature","message":"0004 Invalid Signature","retryable":false}]}]}`, false, false},
		{sandbox.Fault{Kind: sandbox.BindingExpired}, 418, `"err_xdk_binding_expired"`, false, false},
		{sandbox.Fault{Kind: sandbox.ExpireToken}, 401, `"token_expired"`, false, false},
		{sandbox.Fault{Kind: sandbox.Forbidden}, 403, `"app_forbidden"`, false, false},
		{sandbox.Fault{Kind: sandbox.SilentCreate}, 200, success, true, false},
		{sandbox.Fault{Kind: sandbox.Sync}, 200, success, true, false},
	}
	left := map[sandbox.FaultKind]bool{sandbox.Stall: true} // has a test of its own
	const body = `{"data":[{"emailAddress":"new@example.com"}]}`
	for _, tt := range tests {
		left[tt.fault.Kind] = true
		t.Run(string(tt.fault.Kind), func(t *testing.T) {
			var executed notices
			c := serve(t, sandbox.Options{Executed: executed.add})
			c.inject(tt.fault)
			r := c.post(createUser, body)
			if r.status != tt.status || (r.err != nil) != tt.err || !strings.Contains(string(r.body), tt.body) {
				t.Errorf("HTTP %d, error %v, body %.500s", r.status, r.err, r.body)
			}
			count := 0
			if tt.executed {
				count = 1
			}
			stats := c.server.Stats()
			if len(executed.list()) != count || stats.Calls["create-user"] != count || stats.Creates["new@example.com"] != count ||
				stats.Addresses["new@example.com"].Created != count {
				t.Errorf("executed %v, stats %+v, want %d", executed.list(), stats, count)
			}
			calls := c.server.Log()
			last := calls[len(calls)-1]
			if last.Fault != tt.fault.Kind || last.Status != tt.status || len(last.Executed) != count {
				t.Errorf("logged %+v, want HTTP %d and %d executed", last, tt.status, count)
			}
			// The next call goes through, and tells what is there.
			c.token = c.logOn()
			e := c.post(createUser, body).envelope(t)
			if got := len(e.Fail); got != count {
				t.Errorf("second create: %+v", e)
			}
		})
	}
	for _, kind := range sandbox.FaultKinds() {
		if !left[kind] {
			t.Errorf("no test of %s", kind)
		}
	}
}

func TestResetIsNoClose(t *testing.T) {
	c := serve(t, sandbox.Options{})
	for kind, reset := range map[sandbox.FaultKind]bool{sandbox.ResetAfter: true, sandbox.CloseAfter: false} {
		c.inject(sandbox.Fault{Kind: kind})
		if r := c.post(getAccount, `{}`); r.err == nil || errors.Is(r.err, io.EOF) == reset {
			t.Errorf("%s: error %v, want a reset: %v", kind, r.err, reset)
		}
	}
}

func TestHugeIsOverAMebibyteOfJSON(t *testing.T) {
	c := serve(t, sandbox.Options{})
	c.inject(sandbox.Fault{Kind: sandbox.Huge})
	r := c.post(updateUser, `{"data":[{"emailAddress":"ada@example.com"}]}`)
	if e := r.envelope(t); len(r.body) < 2<<20 || len(e.Data) != 1 {
		t.Errorf("%d bytes, %d entries", len(r.body), len(e.Data))
	}
}

func TestDripComesByteByByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Tenant: tenant(), Latency: time.Minute})
		token := tokenFrom(t, server)
		if err := server.Inject(sandbox.Fault{Kind: sandbox.Drip, Delay: time.Second}, sandbox.Fault{Kind: sandbox.Late, Delay: time.Hour}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []func(bytes int) time.Duration{
			func(bytes int) time.Duration { return time.Minute + time.Duration(bytes)*time.Second },
			func(int) time.Duration { return time.Minute + time.Hour },
		} {
			began := time.Now()
			r := httptest.NewRequest("POST", getAccount, strings.NewReader(`{}`))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if got := time.Since(began); got != want(w.Body.Len()) || w.Body.Len() == 0 {
				t.Errorf("%d bytes in %s, want %s", w.Body.Len(), got, want(w.Body.Len()))
			}
		}
	})
}

func TestOddRateHeaders(t *testing.T) {
	c := serve(t, sandbox.Options{})
	odd := map[string]string{"x-ratelimit-limit": "", "X-RateLimit-Remaining": "-5", "X-RateLimit-Reset": "soon", "Date": ""}
	for _, f := range []sandbox.Fault{
		{Kind: sandbox.OddHeaders, Headers: odd},
		{Kind: sandbox.Throttle, Reset: time.Second, Headers: odd},
		{Kind: sandbox.StatusAfter, Status: 500, Headers: odd},
	} {
		c.inject(f)
		h := c.post(getAccount, `{}`).header
		_, limit := h["X-Ratelimit-Limit"]
		if limit || h.Get("X-RateLimit-Remaining") != "-5" || h.Get("X-RateLimit-Reset") != "soon" || h.Get("Date") != "" {
			t.Errorf("%s: headers %v", f.Kind, h)
		}
	}
}

func TestWrongContentType(t *testing.T) {
	c := serve(t, sandbox.Options{})
	c.inject(sandbox.Fault{Kind: sandbox.WrongType})
	if got := c.post(getAccount, `{}`).header.Get("Content-Type"); got != "text/html" {
		t.Errorf("content type %q, want text/html", got)
	}
}

func TestEntryMissingFromData(t *testing.T) {
	const body = `{"data":[{"emailAddress":"ada@example.com"},{"emailAddress":"nina@example.net"},{"emailAddress":"gone@example.com"}]}`
	c := serve(t, sandbox.Options{})
	addresses := func() string {
		e := c.post(updateUser, body).envelope(t)
		var all []string
		for _, d := range e.Data {
			all = append(all, fmt.Sprint(d["emailAddress"]))
		}
		return fmt.Sprint(strings.Join(all, " "), " and ", len(e.Fail), " refused")
	}
	for _, tt := range []struct {
		fault sandbox.Fault
		want  string
	}{
		{sandbox.Fault{Kind: sandbox.MissingEntry}, "nina@example.net and 1 refused"},
		{sandbox.Fault{Kind: sandbox.MissingEntry, Address: "Nina@example.net"}, "ada@example.com and 1 refused"},
		{sandbox.Fault{Kind: sandbox.Swap}, "nina@example.net ada@example.com and 1 refused"},
		{sandbox.Fault{Kind: sandbox.MetaStatusAfter, Status: 500}, " and 0 refused"},
	} {
		c.inject(tt.fault)
		if got := addresses(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.fault, got, tt.want)
		}
	}
	if got := c.server.Stats().Addresses; got["nina@example.net"].Read != 4 || got["gone@example.com"].Refused != 4 {
		t.Errorf("executed %+v, want four of each", got)
	}
}

func TestRefusalToOrder(t *testing.T) {
	c := serve(t, sandbox.Options{})
	c.inject(sandbox.Fault{Kind: sandbox.RefuseCode, Code: "err_x", Message: "No, never", Field: "password", Status: 409})
	r := c.post(updateUser, `{"data":[{"emailAddress":"ada@example.com"},{"emailAddress":"nina@example.net"}]}`)
	e := r.envelope(t)
	if r.status != 409 || e.Meta.Status != 409 || len(e.Fail) != 2 || e.Fail[1].Key["emailAddress"] != "nina@example.net" {
		t.Fatalf("HTTP %d %s", r.status, r.body)
	}
	want := []refusal{{Code: "err_x", Message: "No, never", Field: "password"}}
	if diff := cmp.Diff(want, e.Fail[1].Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestSecondCreateSilentlySucceeds(t *testing.T) {
	c := serve(t, sandbox.Options{})
	const body = `{"data":[{"emailAddress":"ada@example.com","name":"Other"}]}`
	c.inject(sandbox.Fault{Kind: sandbox.SilentCreate, Function: "create-user"})
	if e := c.post(createUser, body).envelope(t); len(e.Data) != 1 || len(e.Fail) != 0 {
		t.Errorf("answer %+v, want a success", e)
	}
	if u := c.user("ada@example.com"); u.Name != "Ada" {
		t.Errorf("user %+v was changed", u)
	}
	if e := c.post(createUser, body).envelope(t); len(e.Fail) != 1 {
		t.Errorf("answer %+v, want a refusal again", e)
	}
	want := sandbox.Executions{Silent: 1, Refused: 1}
	if got := c.server.Stats().Addresses["ada@example.com"]; got != want {
		t.Errorf("executed %+v, want %+v", got, want)
	}
}

func TestDirectorySyncFlipsAccounts(t *testing.T) {
	var kept []sandbox.User
	c := serve(t, sandbox.Options{Changed: func(change sandbox.Change) error { kept = append(kept, *change.User); return nil }})
	c.inject(sandbox.Fault{Kind: sandbox.Sync, Count: 2})
	for _, want := range []bool{true, false} {
		e := c.post(updateUser, `{"data":[{"emailAddress":"synced@example.com"},{"emailAddress":"gone@example.com"}]}`).envelope(t)
		if len(e.Data) != 1 || e.Data[0]["accountDisabled"] != want || c.user("synced@example.com").AccountDisabled != want {
			t.Errorf("answer %+v, want accountDisabled %v", e, want)
		}
	}
	if len(kept) != 2 || !kept[0].AccountDisabled || kept[1].AccountDisabled {
		t.Errorf("kept %+v", kept)
	}
}

func TestFaultsOfTheWaysIn(t *testing.T) {
	c := serve(t, sandbox.Options{})
	body := form("sandbox", "sandbox", "client_credentials")
	// A fault without a function lets clients log on.
	c.inject(sandbox.Fault{Kind: sandbox.Forbidden})
	if r := c.form(body); r.status != 200 {
		t.Errorf("token: HTTP %d", r.status)
	}
	c.server.ClearFaults()
	c.inject(sandbox.Fault{Function: "token", Kind: sandbox.StatusBefore, Status: 502})
	c.inject(sandbox.Fault{Function: "login", Kind: sandbox.StatusBefore, Status: 503})
	c.inject(sandbox.Fault{Function: "discover-authentication", Kind: sandbox.StatusBefore, Status: 504})
	app := http.Header{"X-Mc-App-Id": {"sandbox"}}
	got := []int{
		c.post(getAccount, `{}`).status, c.form(body).status, c.form(body).status,
		c.do("POST", login, `{}`, app).status, c.do("POST", discover, `{}`, app).status,
	}
	if diff := cmp.Diff([]int{200, 502, 200, 503, 504}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestProbabilityIsSeeded(t *testing.T) {
	draw := func(o sandbox.Options, f sandbox.Fault) string {
		c := serve(t, o)
		f.Kind, f.Status, f.Count = sandbox.StatusBefore, 503, -1
		c.inject(f)
		var hits strings.Builder
		for range 200 {
			fmt.Fprint(&hits, c.post(getAccount, `{}`).status/500)
		}
		return hits.String()
	}
	first := draw(sandbox.Options{Seed: 7}, sandbox.Fault{Probability: 0.2})
	if n := strings.Count(first, "1"); n < 20 || n > 60 {
		t.Errorf("%d of 200 calls hit with probability 0.2", n)
	}
	if again := draw(sandbox.Options{Seed: 7}, sandbox.Fault{Probability: 0.2}); again != first {
		t.Errorf("the same seed drew\n%s\n%s", first, again)
	}
	if other := draw(sandbox.Options{Seed: 8}, sandbox.Fault{Probability: 0.2}); other == first {
		t.Error("another seed drew the same")
	}
	own := draw(sandbox.Options{Seed: 7}, sandbox.Fault{Probability: 0.2, Seed: 3})
	if again := draw(sandbox.Options{Seed: 8}, sandbox.Fault{Probability: 0.2, Seed: 3}); own == first || again != own {
		t.Errorf("a fault's own seed drew\n%s\n%s", own, again)
	}
	if always := draw(sandbox.Options{}, sandbox.Fault{}); strings.Contains(always, "0") {
		t.Errorf("without a probability and an end: %s", always)
	}
}

func TestFaultsLeft(t *testing.T) {
	c := serve(t, sandbox.Options{})
	c.inject(sandbox.Fault{Kind: sandbox.Garbage, Skip: 1, Count: 2})
	c.inject(sandbox.Fault{Kind: sandbox.Forbidden, Function: "create-user", Count: -1})
	for range 2 {
		c.post(getAccount, `{}`)
	}
	c.post(createUser, `{"data":[{"emailAddress":"ada@example.com"}]}`)
	want := []sandbox.Fault{{Kind: sandbox.Forbidden, Function: "create-user", Count: -1, Probability: 1}}
	if diff := cmp.Diff(want, c.server.Faults()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
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

// An answer without a body has no half: it is announced longer than it comes.
func TestCutOfNothing(t *testing.T) {
	c := serve(t, sandbox.Options{})
	const body = `{"meta":{"pagination":{"pageToken":"broken"}},"data":[]}`
	if r := c.post(getInternalUsers, body); r.status != 400 || r.err != nil || len(r.body) > 0 {
		t.Fatalf("HTTP %d %s, error %v, want an empty 400", r.status, r.body, r.err)
	}
	c.inject(sandbox.Fault{Kind: sandbox.CutAfter})
	if r := c.post(getInternalUsers, body); r.err == nil {
		t.Errorf("HTTP %d %s, which is whole", r.status, r.body)
	}
}

// A fault without a function waits for a call that it can do something to.
func TestFaultWaitsForItsFunction(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	c.inject(sandbox.Fault{Kind: sandbox.SilentCreate})
	c.inject(sandbox.Fault{Kind: sandbox.Sync})
	c.inject(sandbox.Fault{Kind: sandbox.Swap})
	c.post(getAccount, `{}`)
	if left := len(c.server.Faults()); left != 3 {
		t.Errorf("%d faults left, want 3", left)
	}
	c.post(updateUser, `{"data":[{"emailAddress":"ada@example.com"}]}`)
	if !c.user("ada@example.com").AccountDisabled {
		t.Error("the sync has not hit the call that concerns an address")
	}
	if e := c.post(createUser, `{"data":[{"emailAddress":"ada@example.com"}]}`).envelope(t); len(e.Data) != 1 {
		t.Errorf("answer %+v, want a success", e)
	}
}

// An address is found in whatever field a function takes it.
func TestFaultByAddressInOtherFields(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	for path, object := range map[string]string{
		"/api/user/add-to-purge-list":   `{"emailAddresses":["nina@example.net","Ada@example.com"]}`,
		"/api/user/update-alias":        `{"aliasFor":"Ada@example.com","alias":"other@example.com"}`,
		"/api/user/find-delegate-users": `{"primaryAddress":"Ada@example.com"}`,
	} {
		c.inject(sandbox.Fault{Kind: sandbox.StatusBefore, Status: 503, Address: "ada@example.com"})
		if r := c.post(path, `{"data":[`+object+`]}`); r.status != 503 {
			t.Errorf("%s: HTTP %d, want 503", path, r.status)
		}
		c.server.ClearFaults()
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
		{Kind: sandbox.Garbage, Count: -2},
		{Kind: sandbox.Garbage, Probability: -0.1},
		{Kind: sandbox.Garbage, Probability: 1.1},
		{Kind: sandbox.Garbage, Probability: math.NaN()},
		{Kind: sandbox.Garbage, Delay: -1},
		{Kind: sandbox.Garbage, Headers: map[string]string{"Content-Length": "1"}},
		{Kind: sandbox.Garbage, Headers: map[string]string{"A b": "1"}},
		{Kind: sandbox.Garbage, Headers: map[string]string{"": "1"}},
		{Kind: sandbox.Garbage, Headers: map[string]string{"A": "1\r\nB: 2"}},
		{Kind: sandbox.Late},
		{Kind: sandbox.OddHeaders},
		{Kind: sandbox.RefuseCode},
		{Kind: sandbox.RefuseCode, Code: "x", Status: 600},
		{Kind: sandbox.StatusBefore},
		{Kind: sandbox.StatusAfter, Status: 200},
		{Kind: sandbox.MetaStatus},
		{Kind: sandbox.SilentCreate, Function: "update-user"},
		{Kind: sandbox.Sync, Function: "get-internal-domain"},
		{Kind: sandbox.Sync, Function: "token"},
		{Kind: sandbox.Swap, Function: "token"},
		{Kind: sandbox.Swap, Function: "get-account"},
		{Kind: sandbox.Swap, Function: "users"},
		{Kind: sandbox.MissingEntry, Function: "token"},
		{Kind: sandbox.MissingEntry, Function: "users"},
		{Kind: sandbox.MissingEntry, Status: 500},
		{Kind: sandbox.MissingEntry, Code: "err_x"},
		{Kind: sandbox.CloseBefore, Headers: map[string]string{"A": "1"}},
		{Kind: sandbox.ResetAfter, Headers: map[string]string{"A": "1"}},
		{Kind: sandbox.Stall, Headers: map[string]string{"A": "1"}},
		{Kind: sandbox.Stall, Delay: time.Second},
		{Kind: sandbox.StatusBefore, Status: 500, Message: "x"},
		{Kind: sandbox.Garbage, Field: "x"},
		{Kind: sandbox.StatusBefore, Status: 500, Reset: time.Second},
		{Kind: sandbox.StatusAfter, Status: 429},
		{Kind: sandbox.MetaStatusAfter, Status: 429},
		{Kind: sandbox.Garbage, Function: "get-account", Address: "ada@example.com"},
	} {
		if err := c.server.Inject(f); err == nil {
			t.Errorf("Inject(%+v) took it", f)
		}
	}
	if err := c.server.Inject(sandbox.Fault{Kind: sandbox.Garbage}, sandbox.Fault{}); err == nil {
		t.Error("Inject took one that can't be among others")
	}
	if r := c.post(getAccount, `{}`); r.status != 200 || len(c.server.Faults()) > 0 {
		t.Errorf("HTTP %d after refused faults, %v", r.status, c.server.Faults())
	}
}
