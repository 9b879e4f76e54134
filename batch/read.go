package batch

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"
)

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
	// A page that moved while it was read can tell an account twice and miss another. Addresses that share a hash count as one:
	// that may refuse a listing that is whole, once in 30 million listings of a million accounts, and never lets a short one pass.
	distinct, seed := map[uint64]struct{}{}, maphash.MakeSeed()
	total := NotTold
	for page := ""; ; {
		p, err := retry(ctx, func() (Page, error) { return dir.Accounts(ctx, domain, page) })
		if err != nil {
			return err
		}
		before := len(distinct)
		for _, a := range p.Accounts {
			distinct[maphash.String(seed, a.Email)] = struct{}{}
			see(a)
		}
		total = max(total, p.Total)
		if p.Next == "" || len(p.Accounts) == 0 {
			break
		}
		if pages[p.Next] || len(distinct) == before {
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

// states reads the state of a few accounts, at most one call's worth; one reply an address, in order. An address that the
// answer for all of them says nothing of, or refuses with the others for a reason that may be another's, is asked for by
// itself. A reply that stays unknown although the service answers is returned as it is: that is a matter of its account.
func states(ctx context.Context, dir Directory, emails []string) ([]Reply, error) {
	alone := len(emails) == 1
	replies, err := retry(ctx, func() ([]Reply, error) {
		replies := dir.State(ctx, emails)
		for _, r := range replies {
			switch {
			case r.Verdict == Done, r.Verdict == Refused, r.Answered() && r.Verdict == Unknown && !alone:
			default:
				return replies, &CallError{Op: "read account state", Reply: r, Err: ctx.Err()}
			}
		}
		return replies, nil
	})
	if ce, ok := errors.AsType[*CallError](err); ok && ce.Reply.Verdict == Unknown && ce.Reply.Answered() && ctx.Err() == nil {
		return replies, nil
	}
	if err != nil || alone {
		return replies, err
	}
	for i, r := range replies {
		if r.Verdict == Done || r.Verdict == Refused && (!r.Whole || r.Alike) {
			continue
		}
		single, err := states(ctx, dir, emails[i:i+1])
		if err != nil {
			return replies, err
		}
		replies[i] = single[0]
	}
	return replies, nil
}

// ReadTenant tells which tenant dir is, and asks again where that makes sense. A tenant whose account can't be read has the
// names of its domains for a name, so that people know what they write to.
func ReadTenant(ctx context.Context, dir Directory) (Tenant, error) {
	t, err := retry(ctx, func() (Tenant, error) { return dir.Tenant(ctx) })
	if err != nil || t.Account != "" {
		return t, err
	}
	// Without a name it is still known by its key: those who need the domains will hear why they can't be read.
	if domains, err := ReadDomains(ctx, dir); err == nil {
		t.Name = domainNames(domains)
	}
	return t, ctx.Err()
}

// mostNamed is how many domains stand for a tenant.
const mostNamed = 2

// domainNames names domains as "example.com, example.org and 3 more".
func domainNames(domains []Domain) string {
	var names []string
	for _, d := range domains {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	few := names[:min(len(names), mostNamed)]
	return andMore(few, len(names)-len(few))
}

// ReadDomains lists the internal domains, and asks again where that makes sense.
func ReadDomains(ctx context.Context, dir Directory) ([]Domain, error) {
	return retry(ctx, func() ([]Domain, error) { return dir.Domains(ctx) })
}
