package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// How passing failures are repeated. A wait that the service asks for wins over these.
const (
	mostTries = 3
	backoff0  = 500 * time.Millisecond
	backoffN  = 30 * time.Second
	// mostThrottled bounds how often one call is repeated because of the rate limit.
	mostThrottled = 100
	longestPause  = 5 * time.Minute
	// longestSilence bounds the pauses while the service doesn't answer at all.
	longestSilence = 15 * time.Second
)

// backoff is how long to wait after the n-th failure in a row, from 0: equal jitter, so that it never collapses to nothing.
func backoff(n int) time.Duration {
	d := min(backoffN, backoff0<<min(n, 10))
	return d/2 + rand.N(d/2)
}

// pauseFor is how long to keep away after the n-th throttled answer in a row, from 0.
func pauseFor(wait time.Duration, n int) time.Duration {
	if wait <= 0 {
		return backoff(n)
	}
	wait = min(wait, longestPause)
	// The floor keeps a service that says "1 ms" for ever from being asked for ever; the jitter spreads the workers.
	wait = max(wait, min(backoff0, time.Duration(n)*10*time.Millisecond))
	return wait + rand.N(wait/10+1)
}

// sleep waits for d or the context's end.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// retry repeats a call that only reads until it is answered, mostTries times at most.
func retry[T any](ctx context.Context, call func() (T, error)) (T, error) {
	failed, throttled := 0, 0
	for {
		v, err := call()
		if err == nil {
			return v, nil
		}
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		ce, ok := errors.AsType[*CallError](err)
		if !ok {
			return v, err
		}
		var wait time.Duration
		switch ce.Reply.Verdict {
		case Throttled:
			if throttled++; throttled > mostThrottled {
				return v, err
			}
			wait = pauseFor(ce.Reply.Wait, throttled-1)
		case NotSent, Unknown:
			if failed++; failed == mostTries {
				return v, err
			}
			wait = max(backoff(failed-1), min(ce.Reply.Wait, longestPause))
		default:
			return v, err
		}
		if err := sleep(ctx, wait); err != nil {
			return v, err
		}
	}
}

// listing reads the accounts of a domain to the end. Only if it returns nil has see been given all of them.
func listing(ctx context.Context, dir Directory, domain string, see func(Account)) error {
	pages := map[string]bool{"": true}
	distinct := map[string]bool{} // a page that moved while it was read can tell an account twice and miss another
	total := NotTold
	for page := ""; ; {
		p, err := retry(ctx, func() (Page, error) { return dir.Accounts(ctx, domain, page) })
		if err != nil {
			return err
		}
		for _, a := range p.Accounts {
			distinct[a.Email] = true
			see(a)
		}
		total = max(total, p.Total)
		if p.Next == "" || len(p.Accounts) == 0 {
			break
		}
		if pages[p.Next] {
			return fmt.Errorf("list accounts of %s: the service gives the same page again and again", domain)
		}
		pages[p.Next] = true
		page = p.Next
	}
	// An empty listing is believed only if the service says that it is one: a domain has its abuse and postmaster addresses.
	if len(distinct) < total || len(distinct) == 0 && total == NotTold {
		return &ShortListingError{Domain: domain, Got: len(distinct), Total: total}
	}
	return nil
}

// ShortListingError says that a listing ended before its end: it proves nothing of who is missing.
type ShortListingError struct {
	Domain     string
	Got, Total int
}

func (e *ShortListingError) Error() string {
	if e.Total == NotTold {
		return fmt.Sprintf("list accounts of %s: the service gave none and did not say that there are none", e.Domain)
	}
	return fmt.Sprintf("list accounts of %s: the service says there are %d and gave %d", e.Domain, e.Total, e.Got)
}

// Hint tells what to do.
func (e *ShortListingError) Hint() string { return "accounts may have changed meanwhile: try again" }

// states reads the state of a few accounts, at most one call's worth; one reply an address, in order. A reply that stays
// unknown although the service answers is returned as it is: that is a matter of its account.
func states(ctx context.Context, dir Directory, emails []string) ([]Reply, error) {
	replies, err := retry(ctx, func() ([]Reply, error) {
		replies := dir.State(ctx, emails)
		for _, r := range replies {
			switch r.Verdict {
			case Throttled, NotSent, Unknown, Fatal:
				return replies, &CallError{Op: "read account state", Reply: r, Err: ctx.Err()}
			}
		}
		return replies, nil
	})
	if ce, ok := errors.AsType[*CallError](err); ok && ce.Reply.Verdict == Unknown && ce.Reply.Answered() && ctx.Err() == nil {
		return replies, nil
	}
	return replies, err
}

// ReadTenant tells which tenant dir is, and asks again where that makes sense.
func ReadTenant(ctx context.Context, dir Directory) (Tenant, error) {
	return retry(ctx, func() (Tenant, error) { return dir.Tenant(ctx) })
}

// ReadDomains lists the internal domains, and asks again where that makes sense.
func ReadDomains(ctx context.Context, dir Directory) ([]Domain, error) {
	return retry(ctx, func() ([]Domain, error) { return dir.Domains(ctx) })
}
