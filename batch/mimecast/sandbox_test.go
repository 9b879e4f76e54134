package mimecast_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
	"mimebatch/batch/sandbox"
)

// rehearse starts a sandbox and a client of it.
func rehearse(t *testing.T, o sandbox.Options, users ...sandbox.User) (*sandbox.Server, *mimecast.Client) {
	t.Helper()
	o.Tenant = &sandbox.Tenant{
		AccountCode: "CTEST1", AccountName: "Example Ltd",
		Domains:        []sandbox.Domain{{Domain: "example.com", Local: true, InboundType: "any"}, {Domain: "example.net", SendOnly: true, InboundType: "any"}},
		PasswordPolicy: sandbox.PasswordPolicy{MinLength: 8},
		Users:          append(users, sandbox.User{EmailAddress: "bob@example.com", Name: "Bob Ito", AccountLocked: true}),
	}
	server := sandbox.New(o)
	front := httptest.NewServer(server)
	c, err := mimecast.New(mimecast.Config{
		BaseURL: front.URL, ClientID: "sandbox", ClientSecret: batch.NewSecret("sandbox"), Workers: 8, Sandbox: true, CallTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		front.CloseClientConnections()
		front.Close()
	})
	return server, c
}

func create(email, password string) batch.Step {
	return batch.Step{
		Kind: batch.StepCreate, Email: email, Set: batch.Settings{batch.Username: "Ana Ruiz", batch.ForcePasswordChange: "true"},
		WithPassword: password != "", Password: batch.NewSecret(password),
	}
}

// A person from being nobody to being found with all settings.
func TestPerson(t *testing.T) {
	_, c := rehearse(t, sandbox.Options{})
	ctx := t.Context()

	tenant, err := c.Tenant(ctx)
	if want := (batch.Tenant{Key: "account:CTEST1", Account: "CTEST1", Name: "Example Ltd", BaseURL: tenant.BaseURL, Sandbox: true}); tenant != want || err != nil {
		t.Errorf("tenant is %+v, error %v; want %+v", tenant, err, want)
	}
	domains, err := c.Domains(ctx)
	if want := []batch.Domain{{Name: "example.com"}, {Name: "example.net", SendOnly: true}}; !slices.Equal(domains, want) || err != nil {
		t.Errorf("domains are %v, error %v", domains, err)
	}

	if r := c.State(ctx, []string{"ana@example.com"})[0]; r.Verdict != batch.Refused || r.Reason.Hint == "" {
		t.Errorf("state of nobody: %+v", r)
	}
	if r := c.Do(ctx, []batch.Step{create("ana@example.com", "short")})[0]; r.Verdict != batch.Refused || r.Reason.Field != "password" {
		t.Errorf("create with a weak password: %+v", r)
	}
	if r := c.Do(ctx, []batch.Step{create("ana@example.com", "long enough")})[0]; r.Verdict != batch.Done || r.Account.ID == "" || r.RequestID == "" {
		t.Errorf("create: %+v", r)
	}
	if r := c.Do(ctx, []batch.Step{create("ana@example.com", "long enough")})[0]; r.Verdict != batch.Refused {
		t.Errorf("create again: %+v", r)
	}

	replies := c.Do(ctx, []batch.Step{
		{Kind: batch.StepUpdate, Email: "bob@example.com", Set: batch.Settings{batch.AccountLocked: "false", batch.AllowPOP: "true"}},
		{Kind: batch.StepUpdate, Email: "nobody@example.com", Set: batch.Settings{batch.AllowPOP: "true"}},
		{Kind: batch.StepUpdate, Email: "ana@example.com", Set: batch.Settings{batch.ArchiveStartDate: "2026-12-01T00:00:00+0000", batch.AccountDisabled: "true"}},
	})
	for i, want := range []batch.Verdict{batch.Done, batch.Refused, batch.Done} {
		if replies[i].Verdict != want {
			t.Errorf("update %d: %+v, want %s", i, replies[i], want)
		}
	}
	if r := c.Diagnose(ctx, "nobody@example.com", replies[1]); r.Alike || !strings.HasSuffix(r.Reason.Message, "no such account") {
		t.Errorf("nobody: %+v", r)
	}
	elsewhere := c.State(ctx, []string{"ana@example.org"})[0]
	if r := c.Diagnose(ctx, "ana@example.org", elsewhere); r.Alike || !strings.Contains(r.Reason.Message, "example.org is not an internal domain") {
		t.Errorf("elsewhere: %+v", r)
	}
	state := c.State(ctx, []string{"ana@example.com", "bob@example.com"})
	for i, want := range []batch.Settings{
		{batch.Username: "Ana Ruiz", batch.ForcePasswordChange: "true", batch.AccountDisabled: "true", batch.AllowPOP: "false"},
		{batch.Username: "Bob Ito", batch.ForcePasswordChange: "false", batch.AccountLocked: "false", batch.AllowPOP: "true"},
	} {
		for f, v := range want {
			if state[i].Account == nil || state[i].Account.Settings[f] != v {
				t.Errorf("state %d: %+v, want %s=%s", i, state[i], f, v)
			}
		}
	}
}

// A listing of several pages is read to its end.
func TestPages(t *testing.T) {
	var users []sandbox.User
	for i := range 1200 {
		users = append(users, sandbox.User{EmailAddress: fmt.Sprintf("p%04d@example.com", i)})
	}
	_, c := rehearse(t, sandbox.Options{}, users...)
	found := map[string]bool{}
	next, pages := "", 0
	for {
		p, err := c.Accounts(t.Context(), "example.com", next)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, a := range p.Accounts {
			found[a.Email] = true
		}
		if next = p.Next; next == "" {
			if p.Total != len(found) {
				t.Errorf("%d accounts found, told are %d", len(found), p.Total)
			}
			break
		}
	}
	for _, u := range users {
		if !found[u.EmailAddress] {
			t.Errorf("%s was not found", u.EmailAddress)
		}
	}
	if pages != 3 {
		t.Errorf("%d pages, want 3", pages)
	}
}

// What each fault of the service comes to be, for a call that creates.
func TestFaults(t *testing.T) {
	tests := []struct {
		name     string
		fault    sandbox.Fault
		want     batch.Verdict
		executed bool
	}{
		{"closed before", sandbox.Fault{Kind: sandbox.CloseBefore}, batch.Unknown, false},
		{"closed after", sandbox.Fault{Kind: sandbox.CloseAfter}, batch.Unknown, true},
		{"cut", sandbox.Fault{Kind: sandbox.CutAfter}, batch.Unknown, true},
		{"bad gateway before", sandbox.Fault{Kind: sandbox.StatusBefore, Status: 502}, batch.Unknown, false},
		{"timeout after", sandbox.Fault{Kind: sandbox.StatusAfter, Status: 504}, batch.Unknown, true},
		{"bad request", sandbox.Fault{Kind: sandbox.StatusBefore, Status: 400}, batch.Refused, false},
		{"forbidden", sandbox.Fault{Kind: sandbox.StatusBefore, Status: 403}, batch.Fatal, false},
		{"throttled", sandbox.Fault{Kind: sandbox.Throttle, Reset: 10 * time.Millisecond}, batch.Throttled, false},
		{"a page", sandbox.Fault{Kind: sandbox.Garbage}, batch.Unknown, true},
		{"error inside", sandbox.Fault{Kind: sandbox.MetaStatus, Status: 500}, batch.Unknown, false},
		{"refusal inside", sandbox.Fault{Kind: sandbox.MetaStatus, Status: 403}, batch.Refused, false},
		{"nothing said", sandbox.Fault{Kind: sandbox.EmptyData}, batch.Unknown, true},
		{"token expired", sandbox.Fault{Kind: sandbox.ExpireToken}, batch.Done, true},
		{"token expired again and again", sandbox.Fault{Kind: sandbox.ExpireToken, Count: 9}, batch.Fatal, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			executed := 0
			server, c := rehearse(t, sandbox.Options{Executed: func(string, string) {
				mu.Lock()
				defer mu.Unlock()
				executed++
			}})
			if err := server.Inject(tt.fault); err != nil {
				t.Fatal(err)
			}
			r := c.Do(t.Context(), []batch.Step{create("ana@example.com", "long enough")})[0]
			if r.Verdict != tt.want {
				t.Errorf("reply is %+v, want %s", r, tt.want)
			}
			mu.Lock()
			defer mu.Unlock()
			if (executed == 1) != tt.executed || executed > 1 {
				t.Errorf("executed %d times, want executed %v", executed, tt.executed)
			}
		})
	}
}

// Eight workers use the quota and are never refused.
func TestQuota(t *testing.T) {
	server, c := rehearse(t, sandbox.Options{Quota: sandbox.Quota{Calls: 100, Window: 500 * time.Millisecond}})
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				if r := c.Do(t.Context(), []batch.Step{create(fmt.Sprintf("p%d.%d@example.com", i, j), "")})[0]; r.Verdict != batch.Done {
					t.Errorf("create: %+v", r)
				}
			}
		})
	}
	wg.Wait()
	if took := time.Since(begun); took < 1500*time.Millisecond {
		t.Errorf("400 calls took %v: more than 100 in half a second", took)
	}
	if n := len(server.Tenant().Users); n < 401 {
		t.Errorf("%d users", n)
	}
}
