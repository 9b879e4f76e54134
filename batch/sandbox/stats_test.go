package sandbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func TestStats(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Now: clock.Now})
	c.post(createUser, `{"data":[{"emailAddress":"One@example.com"}]}`)
	c.post(createUser, `{"data":[{"emailAddress":"one@example.com"}]}`)
	c.post(getInternalUsers, `{}`)

	r := c.do("GET", "/sandbox/stats", "", nil)
	var got map[string]any
	r.decode(t, &got)
	want := map[string]any{
		"calls": map[string]any{"create-user": 2.0, "update-user": 0.0, "get-internal-users": 1.0,
			"get-internal-domain": 0.0, "get-account": 0.0},
		"users":     11.0,
		"creates":   map[string]any{"one@example.com": 1.0},
		"throttled": 0.0,
		"peak_per_second": map[string]any{"create-user": 2.0, "update-user": 0.0, "get-internal-users": 1.0,
			"get-internal-domain": 0.0, "get-account": 0.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	if r.header.Get("X-Request-Id") == "" || r.header.Get("X-RateLimit-Limit") != "" {
		t.Errorf("headers %v, want x-request-id and no limits", r.header)
	}
}

func TestPeakPerSecond(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Now: clock.Now, Quota: sandbox.Quota{Calls: 100, Window: time.Second}})
	// Calls at 0, 600, 1000, 1400, 1599 and 3000 ms: four of them lie within a second, from 600 to 1599.
	for _, after := range []time.Duration{0, 600, 400, 400, 199, 1401} {
		clock.advance(after * time.Millisecond)
		c.post(getAccount, `{}`)
	}
	if got := c.server.Stats().PeakPerSecond["get-account"]; got != 4 {
		t.Errorf("peak %d, want 4", got)
	}
	// A call 1,000 ms after another is not in the same second.
	for range 5 {
		clock.advance(time.Second)
		c.post(getInternalDomain, `{}`)
	}
	if got := c.server.Stats().PeakPerSecond["get-internal-domain"]; got != 1 {
		t.Errorf("peak %d, want 1", got)
	}
}

func TestStatsAreACopy(t *testing.T) {
	c := serve(t, sandbox.Options{})
	s := c.server.Stats()
	s.Creates["x@example.com"] = 1
	s.Calls["create-user"] = 1
	if got := c.server.Stats(); len(got.Creates) != 0 || got.Calls["create-user"] != 0 {
		t.Errorf("stats %+v changed by their reader", got)
	}
}
