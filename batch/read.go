package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
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
		if err == nil || ctx.Err() != nil {
			return v, err
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
	seen := map[string]bool{"": true}
	got, total := 0, 0
	for page := ""; ; {
		p, err := retry(ctx, func() (Page, error) { return dir.Accounts(ctx, domain, page) })
		if err != nil {
			return err
		}
		for _, a := range p.Accounts {
			see(a)
		}
		got += len(p.Accounts)
		total = max(total, p.Total)
		if p.Next == "" || len(p.Accounts) == 0 {
			break
		}
		if seen[p.Next] {
			return fmt.Errorf("list accounts of %s: the service gives the same page again and again", domain)
		}
		seen[p.Next] = true
		page = p.Next
	}
	if got < total {
		return &ShortListingError{Domain: domain, Got: got, Total: total}
	}
	return nil
}

// ShortListingError says that a listing ended before its end: it proves nothing of who is missing.
type ShortListingError struct {
	Domain     string
	Got, Total int
}

func (e *ShortListingError) Error() string {
	return fmt.Sprintf("list accounts of %s: the service says there are %d and gave %d", e.Domain, e.Total, e.Got)
}

// Hint tells what to do.
func (e *ShortListingError) Hint() string { return "accounts may have changed meanwhile: try again" }

// states reads the state of a few accounts, at most one call's worth; one reply an address, in order.
func states(ctx context.Context, dir Directory, emails []string) ([]Reply, error) {
	return retry(ctx, func() ([]Reply, error) {
		replies := dir.State(ctx, emails)
		for _, r := range replies {
			switch r.Verdict {
			case Unknown:
				if r.HTTP == http.StatusOK {
					continue // an answer that does not speak of this address: asking again changes nothing
				}
				fallthrough
			case Throttled, NotSent, Fatal:
				return replies, &CallError{Op: "read account state", Reply: r, Err: ctx.Err()}
			}
		}
		return replies, nil
	})
}
