package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRetry(t *testing.T) {
	call := func(v Verdict, wait time.Duration) error {
		return &CallError{Op: "read", Reply: Reply{Verdict: v, Wait: wait}}
	}
	for _, tt := range []struct {
		name    string
		answers []error // nil: it is answered
		calls   int
		least   time.Duration
		most    time.Duration
		ok      bool
	}{
		{"at once", []error{nil}, 1, 0, 0, true},
		{"after a lost answer", []error{call(Unknown, 0), nil}, 2, backoff0 / 2, backoff0, true},
		{"never", []error{call(NotSent, 0), call(NotSent, 0), call(NotSent, 0)}, 3, backoff0, 3 * backoff0, false},
		{"refused", []error{call(Refused, 0)}, 1, 0, 0, false},
		{"fatal", []error{call(Fatal, 0)}, 1, 0, 0, false},
		{"throttled for its time", []error{call(Throttled, 2*time.Second), call(Throttled, 2*time.Second), nil}, 3, 4 * time.Second, 5 * time.Second, true},
		{"some other error", []error{errors.New("no call")}, 1, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, began := 0, time.Now()
				_, err := retry(t.Context(), func() (int, error) {
					err := tt.answers[n]
					n++
					return n, err
				})
				took := time.Since(began)
				if n != tt.calls || (err == nil) != tt.ok || took < tt.least || took > tt.most {
					t.Errorf("%d calls in %v, error %v; want %d in %v to %v, ok %v", n, took, err, tt.calls, tt.least, tt.most, tt.ok)
				}
			})
		})
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := retry(ctx, func() (int, error) {
			return 0, &CallError{Op: "read", Reply: Reply{Verdict: Throttled, Wait: time.Minute}}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// told is a tenant that answers for itself, its domains and the state of its accounts.
type told struct {
	Directory
	tenant  Tenant
	domains []Domain
	deaf    bool // to the question for its domains
	state   func(emails []string) []Reply
	calls   []int // how many addresses each question for states was about
}

func (d *told) Tenant(context.Context) (Tenant, error) { return d.tenant, nil }

func (d *told) Domains(context.Context) ([]Domain, error) {
	if d.deaf {
		return nil, &CallError{Op: "read domains", Reply: Reply{Verdict: Fatal, HTTP: 403}}
	}
	return d.domains, nil
}

func (d *told) State(_ context.Context, emails []string) []Reply {
	d.calls = append(d.calls, len(emails))
	return d.state(emails)
}

// A tenant whose account can't be read is known to people by its domains.
func TestReadTenantNamesItsDomains(t *testing.T) {
	domains := func(names ...string) (ds []Domain) {
		for _, n := range names {
			ds = append(ds, Domain{Name: n})
		}
		return ds
	}
	for _, tt := range []struct {
		dir  told
		want string
	}{
		{told{tenant: Tenant{Key: "k", Account: "C1", Name: "Company"}, domains: domains("example.com")}, "Company"},
		{told{tenant: Tenant{Key: "k"}, domains: domains("example.com")}, "example.com"},
		{told{tenant: Tenant{Key: "k"}, domains: domains("example.org", "example.com")}, "example.com, example.org"},
		{told{tenant: Tenant{Key: "k"}, domains: domains("example.org", "e.example.com", "example.net", "d.example.com", "example.com")}, "d.example.com, e.example.com and 3 more"},
		{told{tenant: Tenant{Key: "k"}}, ""},
		{told{tenant: Tenant{Key: "k"}, deaf: true}, ""},
	} {
		got, err := ReadTenant(t.Context(), &tt.dir)
		if err != nil || got.Name != tt.want || got.Key != "k" {
			t.Errorf("tenant %+v, error %v; want the name %q", got, err, tt.want)
		}
	}
}

// The state of a few accounts: one address that gets no answer of its own is asked for alone, and takes no other along.
func TestStates(t *testing.T) {
	is := func(v Verdict, http int) Reply { return Reply{Verdict: v, HTTP: http} }
	all := func(r Reply) func([]string) []Reply {
		return func(emails []string) []Reply { return slices.Repeat([]Reply{r}, len(emails)) }
	}
	// b gives the address b one reply in a call about all, and another one when it is asked for alone. A whole one is everybody's.
	b := func(together, alone Reply) func([]string) []Reply {
		return func(emails []string) []Reply {
			if together.Whole && len(emails) > 1 {
				return all(together)(emails)
			}
			out := all(is(Done, 200))(emails)
			if i := slices.Index(emails, "b"); i >= 0 && len(emails) > 1 {
				out[i] = together
			} else if i >= 0 {
				out[i] = alone
			}
			return out
		}
	}
	whole, alike := is(Refused, 200), is(Refused, 200)
	whole.Whole, alike.Whole, alike.Alike = true, true, true
	for _, tt := range []struct {
		name     string
		state    func([]string) []Reply
		calls    []int
		verdicts []Verdict // nil for an error
	}{
		{"told", all(is(Done, 200)), []int{3}, []Verdict{Done, Done, Done}},
		{"refused", b(is(Refused, 200), is(Done, 200)), []int{3}, []Verdict{Done, Refused, Done}},
		{"missing from the answer", b(is(Unknown, 200), is(Done, 200)), []int{3, 1}, []Verdict{Done, Done, Done}},
		{"missing from every answer", b(is(Unknown, 200), is(Unknown, 200)), []int{3, 1, 1, 1}, []Verdict{Done, Unknown, Done}},
		{"refused as a whole for the sake of one", b(whole, is(Refused, 200)), []int{3, 1, 1, 1}, []Verdict{Done, Refused, Done}},
		{"refused as a whole for everybody", all(alike), []int{3}, []Verdict{Refused, Refused, Refused}},
		{"no answer", all(is(Unknown, 503)), []int{3, 3, 3}, nil},
		{"credentials died", all(is(Fatal, 401)), []int{3}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := &told{state: tt.state}
				replies, err := states(t.Context(), dir, []string{"a", "b", "c"})
				if (err != nil) != (tt.verdicts == nil) {
					t.Fatalf("error %v", err)
				}
				var got []Verdict
				for _, r := range replies {
					got = append(got, r.Verdict)
				}
				if d := cmp.Diff(tt.verdicts, got); err == nil && d != "" {
					t.Errorf("verdicts (-want +got):\n%s", d)
				}
				if d := cmp.Diff(tt.calls, dir.calls); d != "" {
					t.Errorf("addresses of each call (-want +got):\n%s", d)
				}
			})
		})
	}
}

// A listing that never ends is an error, whatever its pages are called.
func TestListingThatNeverEnds(t *testing.T) {
	page := 0
	dir := &endless{next: func() string { page++; return fmt.Sprint("page ", page) }}
	err := listing(t.Context(), dir, "example.com", func(Account) {})
	if err == nil || !strings.Contains(err.Error(), "again and again") || page > 3 {
		t.Errorf("error %v after %d pages", err, page)
	}
}

// endless lists the same account on page after page.
type endless struct {
	script
	next func() string
}

func (e *endless) Accounts(context.Context, string, string) (Page, error) {
	return Page{Accounts: []Account{{Email: "ana@example.com"}}, Next: e.next(), Total: NotTold}, nil
}
