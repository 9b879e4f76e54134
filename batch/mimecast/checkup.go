package mimecast

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"mimebatch/batch"
)

// CheckStatus says how a check went.
type CheckStatus string

// The ways a check can go.
const (
	CheckOK      CheckStatus = "ok"
	CheckWarned  CheckStatus = "warn" // a run can do without
	CheckFailed  CheckStatus = "fail" // no run can do without
	CheckSkipped CheckStatus = "skip" // not looked at
)

// Check is one thing that a run needs, looked at. Found and Fix are words for people, without secrets.
type Check struct {
	Name    string
	Status  CheckStatus
	Found   string
	Fix     string         // what to do, "" for nothing
	Access  bool           // it is a matter of credentials or permissions
	Tenant  *batch.Tenant  // of the check of the account, nil of others
	Domains []batch.Domain // of the check of the domains
}

// CheckupOptions say what to look at beside what can be read.
type CheckupOptions struct {
	WriteTest string            // the address of an account to ask update-user about, with no value to set; "" for none
	Waiting   func(what string) // is told, by whoever ranges over the checks, what is waited for that takes long; or nil
}

// Checkup looks, one after the other, at what a run needs, from the way to the service to what its role may do. It changes
// nothing. It ends early with a check that failed if those that follow could not go better, and when ctx does.
func (c *Client) Checkup(ctx context.Context, o CheckupOptions) iter.Seq[Check] {
	return func(yield func(Check) bool) {
		x := &checkup{Client: c, options: o}
		needed := []func(context.Context) Check{x.host, x.proxy, x.tls, x.clock, x.credentials, x.product, x.read}
		further := []func(context.Context) Check{x.edit, x.account, x.internal, x.granted, x.synced}
		for i, look := range append(needed, further...) {
			check := look(ctx)
			if ctx.Err() != nil || !yield(check) || check.Status == CheckFailed && i < len(needed) {
				return
			}
		}
	}
}

// checkup is what the checks so far have found.
type checkup struct {
	*Client
	options CheckupOptions

	way      way
	listing  error // of reading the domains
	domains  []batch.Domain
	accounts error // of reading a page of accounts
	quotas   []string
}

func (x *checkup) host(ctx context.Context) Check {
	x.await(func() { x.way = x.travel(ctx) })
	return x.way.host(x.timeout)
}

func (x *checkup) proxy(context.Context) Check {
	return Check{Name: "proxy", Status: CheckOK, Found: cmp.Or(x.way.proxy, "none")}
}

func (x *checkup) tls(context.Context) Check   { return x.way.handshake() }
func (x *checkup) clock(context.Context) Check { return x.way.clock(!x.isBearer()) }

// The checks of the service itself. What reading the domains and a page of accounts comes to tells of the first three.

func (x *checkup) credentials(ctx context.Context) Check {
	var a answer
	x.listing = x.insist(ctx, func() (err error) {
		x.domains, a, err = x.listDomains(ctx, x.internalDomain, "read domains")
		return err
	})
	x.note("get-internal-domain", a)
	if x.listing == nil {
		// Without a domain it is all accounts that are asked for.
		about := []any{}
		if len(x.domains) > 0 {
			about = append(about, map[string]string{"domain": x.domains[0].Name})
		}
		x.accounts = x.insist(ctx, func() (err error) {
			_, a, err = read[json.RawMessage](ctx, x.Client, x.internalUsers, "read accounts", request{
				Meta: &requestMeta{pageRequest{PageSize: 1}}, Data: about,
			})
			return err
		})
		x.note("get-internal-users", a)
	}
	check := Check{Name: "credentials", Status: CheckOK, Found: "the service gave a token", Access: true}
	if !x.isBearer() {
		check.Found = "the service accepts the signature"
	}
	switch because(x.listing) {
	case ofCredentials:
		return check.failed(x.listing)
	case ofService:
		return outage(x.listing)
	}
	return check
}

// outage is the check in whose place the service, asked again and again, gave an answer that tells nothing of the caller, or none.
func outage(err error) Check { return Check{Name: "service"}.failed(err) }

func (x *checkup) product(context.Context) Check {
	check := Check{Name: "product", Status: CheckOK, Found: "the app may call the functions that read domains and accounts", Access: true}
	if x.listing != nil {
		check.Found = "the app may call the function that reads domains" // the other was not called
	}
	for _, err := range []error{x.listing, x.accounts} {
		switch because(err) {
		case ofProduct:
			check = check.failed(err)
			if ce, _ := errors.AsType[*batch.CallError](err); noSuchPath(ce.Reply.HTTP) {
				// With a code of its own the hint is of an address, and none was asked about.
				check.Fix = statusReason(ce.Reply.HTTP).Hint
			}
			return check
		case ofCredentials, ofService:
			return outage(err)
		}
	}
	return check
}

func (x *checkup) read(context.Context) Check {
	check := Check{Name: "role: read", Status: CheckOK, Found: "domains and accounts can be read", Access: true}
	for _, err := range []error{x.listing, x.accounts} {
		if because(err) == ofPermission {
			check = check.failed(err)
			// The hint that comes with the refusal is for a call about an address.
			check.Fix = "give the app's role Directories | Internal | Read and Edit"
			return check
		}
	}
	return check
}

func (x *checkup) edit(ctx context.Context) Check {
	email := strings.ToLower(x.options.WriteTest)
	check := Check{Name: "role: edit", Access: true}
	if email == "" {
		check.Status, check.Found = CheckSkipped, "not tested; --write-test ADDRESS calls update-user for an account, with nothing to change"
		return check
	}
	var a answer
	x.await(func() { a = x.call(ctx, x.updateUser, request{Data: []any{asked(batch.Step{Email: email})}}) })
	x.note("update-user", a)
	reply := a.about([]string{email}, time.Now())[0]
	if reply.Verdict == batch.Refused {
		x.await(func() { reply = x.Diagnose(ctx, email, reply) })
	}
	err := &batch.CallError{Reply: reply, Err: a.err}
	switch {
	case reply.Verdict == batch.Done:
		check.Status, check.Found = CheckOK, "update-user was called for "+email+" with nothing to change, and answered the account"
	case reply.Verdict == batch.Fatal, reply.Alike:
		return check.failed(err)
	default:
		// It may be the address alone that is refused.
		check = check.failed(err)
		check.Status = CheckWarned
		check.Found = "can't be told by " + email + ": " + check.Found
	}
	return check
}

func (x *checkup) account(ctx context.Context) Check {
	check := Check{Name: "account", Status: CheckOK, Access: true}
	var t batch.Tenant
	err := x.insist(ctx, func() (err error) {
		t, err = x.Tenant(ctx)
		return err
	})
	switch {
	case err != nil:
		check = check.failed(err)
		check.Status = CheckWarned
		return check
	case t.Account == "":
		check.Status = CheckWarned
		check.Found = "its name and code can't be read with this role; the tenant is known by " + t.BaseURL + " and its domains"
		check.Fix = "give the role Account | Dashboard | Read, and they are shown before anything is written"
	case t.Name == "":
		check.Found = t.Account
	default:
		check.Found = fmt.Sprintf("%s (%s)", t.Name, t.Account)
	}
	check.Tenant = &t
	return check
}

// mostNamed is how many domains a check names.
const mostNamed = 12

func (x *checkup) internal(ctx context.Context) Check {
	check := Check{Name: "domains", Status: CheckOK, Domains: x.domains}
	if len(x.domains) == 0 {
		check.Status, check.Found, check.Fix = CheckWarned, "the tenant has no internal domain", "register one in the console: no user can be made without"
		return check
	}
	var names []string
	for _, d := range x.domains[:min(len(x.domains), mostNamed)] {
		name := readable(d.Name)
		if d.SendOnly {
			name += " (send-only)"
		}
		names = append(names, name)
	}
	check.Found = strings.Join(names, ", ")
	if more := len(x.domains) - len(names); more > 0 {
		check.Found += fmt.Sprintf(" and %d more", more)
	}
	var pending map[string]bool
	// That they can't be read is no matter: nothing can be done in them.
	x.await(func() { pending, _ = x.pendingDomains(ctx) })
	if len(pending) > 0 {
		check.Found += "; pending: " + strings.Join(slices.Sorted(maps.Keys(pending)), ", ")
	}
	return check
}

func (x *checkup) granted(context.Context) Check {
	if len(x.quotas) == 0 {
		return Check{Name: "rate", Status: CheckWarned, Found: "the answers don't tell how many calls are granted", Fix: "set a limit with --rate if the service turns calls away"}
	}
	return Check{Name: "rate", Status: CheckOK, Found: strings.Join(x.quotas, "; ")}
}

// note keeps what an answer tells of the quota of its function.
func (x *checkup) note(function string, a answer) {
	if q, ok := quotaOf(a.header); ok {
		x.quotas = append(x.quotas, fmt.Sprintf("%s: %d calls, %d left for %.1f s", function, q.limit, q.remaining, q.reset.Seconds()))
	}
}

// mostListed is of how many domains a page of accounts is looked at.
const mostListed = 3

func (x *checkup) synced(ctx context.Context) Check {
	check := Check{Name: "directory", Status: CheckOK}
	if len(x.domains) == 0 {
		check.Status, check.Found = CheckSkipped, "there is no domain whose accounts could be looked at"
		return check
	}
	var shares []string
	for _, d := range x.domains[:min(len(x.domains), mostListed)] {
		var page batch.Page
		err := x.insist(ctx, func() (err error) {
			page, err = x.Accounts(ctx, d.Name, "")
			return err
		})
		if err != nil {
			check = check.failed(err)
			check.Status = CheckWarned
			return check
		}
		n := 0
		for _, account := range page.Accounts {
			if account.Synced() {
				n++
			}
		}
		if n > 0 {
			shares = append(shares, fmt.Sprintf("%s: %d of the first %d", readable(d.Name), n, len(page.Accounts)))
		}
	}
	if len(shares) == 0 {
		check.Found = "no account that was looked at comes from a directory"
		return check
	}
	check.Found = "accounts that come from a directory: " + strings.Join(shares, ", ")
	check.Fix = "change their name and whether they are disabled in the directory: each sync overwrites both here"
	return check
}

// failed returns the check as it is after a call that did not do what it should.
func (k Check) failed(err error) Check {
	k.Status = CheckFailed
	if ce, ok := errors.AsType[*batch.CallError](err); ok {
		// What was being done is the check's own name.
		err = &batch.CallError{Op: "", Reply: ce.Reply, Err: ce.Err}
		k.Fix = ce.Hint()
	}
	k.Found = strings.TrimPrefix(err.Error(), ": ")
	return k
}

// How a question is repeated that was not answered.
const (
	mostAsked  = 3
	askedAfter = 500 * time.Millisecond
	// toldAfter is how long something takes before the person is told that it is waited for.
	toldAfter = 1500 * time.Millisecond
	// longestAsked is how long the service may want to be left alone: beyond that, to say so is the better answer.
	longestAsked = 30 * time.Second
)

// await does something, and tells that an answer is waited for if it takes long.
func (x *checkup) await(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(toldAfter):
		x.tell("an answer of the service")
		<-done
	}
}

func (x *checkup) tell(what string) {
	if x.options.Waiting != nil {
		x.options.Waiting(what)
	}
}

// insist asks until there is an answer that is one: a moment in which the service is busy, or the line is down, says nothing of
// who asks. What is asked must change nothing.
func (x *checkup) insist(ctx context.Context, ask func() error) error {
	for asked := 1; ; asked++ {
		var err error
		x.await(func() { err = ask() })
		ce, ok := errors.AsType[*batch.CallError](err)
		if !ok || asked == mostAsked || ce.Reply.Wait > longestAsked {
			return err
		}
		switch ce.Reply.Verdict {
		case batch.Throttled, batch.NotSent, batch.Unknown:
		default:
			return err
		}
		pause := max(askedAfter, ce.Reply.Wait)
		if pause > toldAfter {
			x.tell(fmt.Sprintf("%.0f s before asking again: %s", pause.Seconds(), ce.Reply.Reason.Message))
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// cause is what a refused call is a matter of.
type cause int

const (
	ofNothing     cause = iota // it was not refused
	ofCredentials              // who is calling
	ofProduct                  // what the app was made for
	ofPermission               // what the app's role allows
	ofService                  // anything else: the service, the way to it, or how it was asked
)

func because(err error) cause {
	if err == nil {
		return ofNothing
	}
	ce, ok := errors.AsType[*batch.CallError](err)
	if !ok {
		return ofService
	}
	r := ce.Reply
	switch r.Reason.Code {
	case codeAppForbidden, "err_licence_check_failed":
		return ofProduct
	case codeForbiddenForAddress, "err_xdk_forbidden":
		return ofPermission
	}
	switch _, known := meaningOf(r.Reason.Code); {
	case noSuchPath(r.HTTP):
		return ofProduct
	case r.HTTP == http.StatusForbidden && !known:
		return ofPermission
	case r.Verdict == batch.Fatal && !Unreachable(r):
		return ofCredentials
	}
	return ofService
}

func noSuchPath(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed
}

func (c *Client) isBearer() bool {
	_, ok := c.signer.(*bearer)
	return ok
}
