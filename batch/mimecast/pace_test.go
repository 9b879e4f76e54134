package mimecast_test

import (
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// The pace is that of the function which is called the most.
func TestPace(t *testing.T) {
	_, c := rehearse(t, sandbox.Options{
		Quotas: map[string]sandbox.Quota{"update-user": {Calls: 500, Window: time.Second}, "create-user": {Calls: 800, Window: 5 * time.Second}},
	})
	if p := c.Pace(); p.Calls != 0 || p.Rate != 0 || p.Granted != 0 || p.Allowed <= 0 {
		t.Errorf("before the first call: %+v", p)
	}
	c.Do(t.Context(), []batch.Step{create("ana@example.com", "long enough")})
	if p := c.Pace(); p.Calls != 1 || p.Granted != 160 || p.Allowed != 160 {
		t.Errorf("after a create: %+v", p)
	}
	for range 3 {
		c.Do(t.Context(), []batch.Step{{Kind: batch.StepUpdate, Email: "bob@example.com", Set: batch.Settings{batch.AllowPOP: "true"}}})
	}
	if p := c.Pace(); p.Calls != 3 || p.Rate <= 0 {
		t.Errorf("after three updates: %+v", p)
	}
}
