package sandbox_test

import (
	"maps"
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
	clock.advance(500 * time.Millisecond)
	c.post(createUser, `{"data":[{"name":"nobody"}]}`)
	c.post(getInternalUsers, `{}`)
	c.post(updateUser, `{"data":[{"emailAddress":"one@example.com","allowPop":true},{"emailAddress":"ada@example.com"}]}`)

	r := c.do("GET", "/sandbox/stats", "", nil)
	var got map[string]any
	r.decode(t, &got)
	for _, member := range []string{"calls", "peak_per_second"} { // of all functions, called or not
		maps.DeleteFunc(got[member].(map[string]any), func(_ string, n any) bool { return n == 0.0 })
	}
	executions := func(created, updated, read, refused float64) map[string]any {
		return map[string]any{"created": created, "silent": 0.0, "updated": updated, "read": read, "refused": refused}
	}
	const first, last = "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.5Z"
	traffic := func(granted float64, first string, perSecond float64) map[string]any {
		return map[string]any{"granted": granted, "throttled": 0.0, "first": first, "last": last, "per_second": perSecond}
	}
	want := map[string]any{
		"calls":           map[string]any{"token": 1.0, "create-user": 3.0, "get-internal-users": 1.0, "update-user": 1.0},
		"users":           11.0,
		"creates":         map[string]any{"one@example.com": 1.0},
		"throttled":       0.0,
		"peak_per_second": map[string]any{"token": 1.0, "create-user": 3.0, "get-internal-users": 1.0, "update-user": 1.0},
		"duplicates":      []any{},
		"addresses": map[string]any{
			"one@example.com": executions(1, 1, 0, 1),
			"ada@example.com": executions(0, 0, 1, 0),
		},
		"traffic": map[string]any{
			"token":              map[string]any{"granted": 1.0, "throttled": 0.0, "first": first, "last": first, "per_second": 0.0},
			"create-user":        traffic(3, first, 4),
			"get-internal-users": traffic(1, last, 0),
			"update-user":        traffic(1, last, 0),
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	if r.header.Get("X-Request-Id") == "" || r.header.Get("X-RateLimit-Limit") != "" {
		t.Errorf("headers %v, want x-request-id and no limits", r.header)
	}
}

func TestDuplicateCreatesAreNamed(t *testing.T) {
	c := serve(t, sandbox.Options{CreateExisting: sandbox.Silent})
	c.post(createUser, `{"data":[{"emailAddress":"b@example.com"},{"emailAddress":"B@example.com"},{"emailAddress":"c@example.com"}]}`)
	c.post(createUser, `{"data":[{"emailAddress":"a@example.com"}]}`)
	c.post(createUser, `{"data":[{"emailAddress":"a@example.com"}]}`)
	c.post(createUser, `{"data":[{"emailAddress":"ada@example.com"}]}`)
	stats := c.server.Stats()
	if diff := cmp.Diff([]string{"a@example.com", "b@example.com"}, stats.Duplicates); diff != "" {
		t.Errorf("duplicates (-want +got):\n%s", diff)
	}
	want := map[string]sandbox.Executions{
		"a@example.com": {Created: 1, Silent: 1}, "b@example.com": {Created: 1, Silent: 1},
		"c@example.com": {Created: 1}, "ada@example.com": {Silent: 1},
	}
	if diff := cmp.Diff(want, stats.Addresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

func TestTrafficByFunction(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Now: clock.Now, Quotas: map[string]sandbox.Quota{"get-account": {Calls: 2, Window: time.Second}}})
	for range 4 {
		c.post(getAccount, `{}`)
		clock.advance(250 * time.Millisecond)
	}
	c.post(getAccount, `{}`)
	stats := c.server.Stats()
	start := newClock().Now()
	want := sandbox.Traffic{Granted: 3, Throttled: 2, First: start, Last: start.Add(time.Second), PerSecond: 2}
	if diff := cmp.Diff(want, stats.Traffic["get-account"]); diff != "" || stats.Throttled != 2 {
		t.Errorf("%d throttled, traffic (-want +got):\n%s", stats.Throttled, diff)
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
