package mimecast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"mimebatch/batch"
)

// mostPages is how many pages of a domain's listing are read to find out what an address is.
const mostPages = 20

// standing is what an address is in its domain.
type standing string

const (
	isNothing standing = "" // it isn't there
	isAccount standing = "account"
	isSynced  standing = "synced account"
	isAlias   standing = "alias"
	isList    standing = "list"
	isContact standing = "contact"
)

// probed is what came of trying to edit an account that every domain has.
type probed string

const (
	canEdit    probed = "can edit"
	cannotEdit probed = "cannot edit"
	notTold    probed = "" // it was refused otherwise than for want of the permission
)

// people is who is listed in a domain.
type people struct {
	standings map[string]standing
	all       bool // the listing was read to its end
}

// seen is what the client has learned of the tenant on the way, and what it read to tell the causes of refusals apart.
type seen struct {
	mu      sync.Mutex
	edits   map[string]bool // domains in which an account could be edited or made
	listing bool            // a listing was begun
	made    map[string]bool // accounts made since, which it may lack

	domains memo[map[string]bool] // the internal ones
	pending memo[map[string]bool] // those whose verification is not through; none if the service doesn't tell
	probes  memo[probed]          // by domain
	people  memo[people]          // by domain
}

// done notes that an account was edited or made.
func (s *seen) done(email string, made bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.edits == nil {
		s.edits, s.made = map[string]bool{}, map[string]bool{}
	}
	s.edits[batch.DomainOf(email)] = true
	if made && s.listing {
		s.made[email] = true
	}
}

// edited tells whether an account of the domain could be edited, and one of any.
func (s *seen) edited(domain string) (there, anywhere bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.edits[domain], len(s.edits) > 0
}

func (s *seen) wasMade(email string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.made[email]
}

func (s *seen) beginListing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listing = true
}

// Diagnose tells why an address was refused, where the service has one code for several causes.
func (c *Client) Diagnose(ctx context.Context, email string, r batch.Reply) batch.Reply {
	if r.Verdict != batch.Refused || r.Whole {
		return r
	}
	var d diagnosis
	var err error
	switch {
	case r.Reason.Code == codeForbiddenForAddress || r.Reason.Code == codeNoUser:
		d, err = c.whyForbidden(ctx, email)
	case callsInvalid(r.Reason):
		d, err = c.whyInvalid(ctx, email)
	}
	if err != nil || d.finding == "" {
		return r
	}
	r.Reason.Message += ": " + d.finding
	r.Reason.Hint = d.fix
	r.Alike = d.alike
	return r
}

// callsInvalid tells whether a refusal calls an address or a user invalid, rather than another of its values.
func callsInvalid(why batch.Reason) bool {
	if why.Field != "" && !strings.EqualFold(why.Field, "emailAddress") {
		return false
	}
	said := strings.ToLower(why.Code + " " + why.Message)
	contains := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(said, w) {
				return true
			}
		}
		return false
	}
	return contains("invalid", "not valid") && contains("user", "address", "email", "mailbox")
}

// diagnosis is a cause that was found, and what to do.
type diagnosis struct {
	finding, fix string
	alike        bool // it is not a matter of the address
}

// whyForbidden tells apart the causes of one code: the domain is not internal, the permission is missing, or the account isn't
// there or is none.
func (c *Client) whyForbidden(ctx context.Context, email string) (diagnosis, error) {
	domain := batch.DomainOf(email)
	if d, err := c.whyDomain(ctx, domain); err != nil || d.finding != "" {
		return d, err
	}
	there, anywhere := c.seen.edited(domain)
	edits := canEdit
	if !there {
		var err error
		if edits, err = c.probe(ctx, email, domain); err != nil {
			return diagnosis{}, err
		}
	}
	if edits == cannotEdit {
		finding := "other accounts of the domain are refused alike, so the app's role lacks Directories | Internal | Edit"
		if anywhere {
			finding = "other accounts of the domain are refused alike, and those of another domain are not"
		}
		return diagnosis{finding, fixRole + ", for all domains; no row that needs it goes through before", !anywhere}, nil
	}
	p, err := c.peopleOf(ctx, domain)
	if err != nil {
		return diagnosis{}, err
	}
	ofDomain, ofOthers := "the domain is internal and the permission is there", ", and others of its domain can be edited"
	if edits == notTold {
		ofDomain, ofOthers = "the domain is internal", ""
	}
	d := p.whatIs(email)
	switch {
	case d.finding != "":
	case p.standings[email] == isAccount || c.seen.wasMade(email):
		d = diagnosis{finding: "the account is there" + ofOthers,
			fix: "look at the account in the console: an administrator's can be kept from the app's role"}
	case p.all:
		d = diagnosis{finding: ofDomain + ", but no such account",
			fix: "check the address; a new account must be created first, or appear with the next directory synchronisation"}
	case edits == canEdit:
		d = diagnosis{finding: ofDomain + ", so the account is most likely not there",
			fix: "look for the address in the console; a new account must be created first, or appear with the next directory synchronisation"}
	}
	return d, nil
}

// whyInvalid tells what makes an address invalid: how it is written, its domain, or what is there under its name.
func (c *Client) whyInvalid(ctx context.Context, email string) (diagnosis, error) {
	if _, p := batch.ParseAddress(email); p != nil {
		return diagnosis{finding: p.Message, fix: p.Hint}, nil
	}
	domain := batch.DomainOf(email)
	if d, err := c.whyDomain(ctx, domain); err != nil || d.finding != "" {
		return d, err
	}
	p, err := c.peopleOf(ctx, domain)
	if err != nil {
		return diagnosis{}, err
	}
	return p.whatIs(email), nil
}

// whyDomain tells what is wrong with a domain, nothing if it is internal.
func (c *Client) whyDomain(ctx context.Context, domain string) (diagnosis, error) {
	internal, err := c.seen.domains.get(ctx, "", func(ctx context.Context) (map[string]bool, error) {
		domains, err := c.Domains(ctx)
		return named(domains), err
	})
	if err != nil || internal[domain] {
		return diagnosis{}, err
	}
	pending, err := c.seen.pending.get(ctx, "", c.pendingDomains)
	if err != nil {
		return diagnosis{}, err
	}
	if pending[domain] {
		return diagnosis{finding: fmt.Sprintf("the domain %s is pending: it is registered, and not verified yet", domain),
			fix: "finish its verification in the console, then retry"}, nil
	}
	return diagnosis{finding: fmt.Sprintf("the domain %s is not an internal domain of this account", domain),
		fix: "check the part behind the @; a domain of the company must be registered and verified in the console first"}, nil
}

// pendingDomains lists the domains that are registered and not verified yet. That it may not be read is no error: it has a
// permission of its own.
func (c *Client) pendingDomains(ctx context.Context) (map[string]bool, error) {
	domains, _, err := c.listDomains(ctx, c.pendingDomain, "read pending domains")
	if ce, ok := errors.AsType[*batch.CallError](err); ok && (ce.Reply.Verdict == batch.Refused || ce.Fatal()) {
		return nil, nil
	}
	return named(domains), err
}

// named returns domains by name.
func named(domains []batch.Domain) map[string]bool {
	names := map[string]bool{}
	for _, d := range domains {
		names[d.Name] = true
	}
	return names
}

// probe tries to edit an account that every domain has, by asking to change nothing of it.
func (c *Client) probe(ctx context.Context, email, domain string) (probed, error) {
	return c.seen.probes.get(ctx, domain, func(ctx context.Context) (probed, error) {
		other := "postmaster@" + domain
		if other == email {
			other = "abuse@" + domain
		}
		switch r := c.State(ctx, []string{other})[0]; {
		case r.Verdict == batch.Done:
			return canEdit, nil
		case r.Verdict == batch.Refused && r.Reason.Code == codeForbiddenForAddress:
			return cannotEdit, nil
		case r.Verdict == batch.Refused:
			return notTold, nil
		default:
			return notTold, cmp.Or[error](ctx.Err(), &batch.CallError{Op: "read " + other, Reply: r})
		}
	})
}

// peopleOf lists a domain, up to mostPages pages.
func (c *Client) peopleOf(ctx context.Context, domain string) (people, error) {
	return c.seen.people.get(ctx, domain, func(ctx context.Context) (people, error) {
		c.seen.beginListing()
		p := people{standings: map[string]standing{}}
		page, total := "", 1 // a domain has its postmaster: an empty listing proves nothing
		for range mostPages {
			listed, err := c.Accounts(ctx, domain, page)
			if err != nil {
				return people{}, err
			}
			for _, a := range listed.Accounts {
				p.standings[a.Email] = standingOf(a)
			}
			page, total = listed.Next, max(total, listed.Total)
			if page == "" || len(listed.Accounts) == 0 {
				p.all = page == "" && len(p.standings) >= total
				break
			}
		}
		return p, nil
	})
}

func standingOf(a batch.Account) standing {
	switch {
	case a.Alias:
		return isAlias
	case a.IsList():
		return isList
	case a.IsContact():
		return isContact
	case a.Synced():
		return isSynced
	}
	return isAccount
}

// whatIs tells what an address is, if that is why it can't be what was asked for, else nothing.
func (p people) whatIs(email string) diagnosis {
	switch p.standings[email] {
	case isAlias:
		return diagnosis{finding: "the address is an alias of an account", fix: "use the account's own address, or remove the alias first"}
	case isList:
		return diagnosis{finding: "the address is a distribution list of the directory", fix: "use a person's address, or change the list in the directory"}
	case isContact:
		return diagnosis{finding: "the address is a contact of the directory", fix: "remove the contact in the directory and let it synchronise first"}
	case isSynced:
		return diagnosis{finding: "the account belongs to a directory that is synchronised", fix: "change it in the directory, and let it synchronise"}
	}
	return diagnosis{}
}
