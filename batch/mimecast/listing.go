package mimecast

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mimebatch/batch"
)

// pageSize is the most accounts that a page of get-internal-users is known to hold. A call that asks for no page stops at
// 999 without a word.
const pageSize = 500

// mostDomainPages bounds a listing of domains that never ends.
const mostDomainPages = 100

// Domains lists the internal domains, by a call for each page.
func (c *Client) Domains(ctx context.Context) ([]batch.Domain, error) {
	domains, _, err := c.listDomains(ctx, c.internalDomain, "read domains")
	return domains, err
}

// listDomains reads a listing of domains to its end, with the last answer of it. One that lacks some of those it tells of is an
// error, for domains that aren't listed are taken for none.
func (c *Client) listDomains(ctx context.Context, fn *function, op string) ([]batch.Domain, answer, error) {
	var domains []batch.Domain
	ask := request{Data: []any{}}
	for page := 1; ; page++ {
		rows, a, err := read[struct {
			Domain   string `json:"domain"`
			SendOnly bool   `json:"sendOnly"`
		}](ctx, c, fn, op, ask)
		if err != nil {
			return nil, a, err
		}
		for _, r := range rows {
			name := strings.ToLower(a.mask.clean(r.Domain))
			if name == "" {
				return nil, a, a.unreadable(op, "the answer holds a domain without a name")
			}
			domains = append(domains, batch.Domain{Name: name, SendOnly: r.SendOnly})
		}
		switch p := a.envelope.page; {
		case p.Next != "" && len(rows) > 0:
			if page == mostDomainPages {
				return nil, a, a.unreadable(op, "the listing of domains doesn't end")
			}
			ask.Meta = &requestMeta{pageRequest{PageSize: pageSize, PageToken: p.Next}}
		case p.Total != nil && len(domains) < *p.Total:
			return nil, a, a.unreadable(op, fmt.Sprintf("the service tells of %d domains and lists %d", *p.Total, len(domains)))
		default:
			return domains, a, nil
		}
	}
}

// Accounts lists a page of the accounts of a domain.
func (c *Client) Accounts(ctx context.Context, domain, page string) (batch.Page, error) {
	op := "list accounts of " + domain
	// The documentation also prints emaiLAddress: decoding doesn't mind the case.
	lists, a, err := read[struct {
		Users *[]struct {
			Name         string `json:"name"`
			EmailAddress string `json:"emailAddress"`
			Alias        bool   `json:"alias"`
			AddressType  string `json:"addressType"`
			Source       string `json:"source"`
		} `json:"users"`
	}](ctx, c, c.internalUsers, op, request{
		Meta: &requestMeta{pageRequest{PageSize: pageSize, PageToken: page}},
		Data: []any{map[string]string{"domain": domain}},
	})
	if err != nil {
		return batch.Page{}, err
	}
	p := batch.Page{Next: a.envelope.page.Next, Total: batch.NotTold}
	if t := a.envelope.page.Total; t != nil {
		p.Total = *t
	}
	// The last page may have no list at all; a first one without it tells nothing of who is there.
	if page == "" && len(lists) == 0 {
		return batch.Page{}, a.unreadable(op, "the answer holds no list of accounts")
	}
	for _, l := range lists {
		if l.Users == nil {
			return batch.Page{}, a.unreadable(op, "the answer holds no list of accounts")
		}
		for _, u := range *l.Users {
			if u.EmailAddress == "" {
				return batch.Page{}, a.unreadable(op, "the answer holds an account without an address")
			}
			account := batch.Account{
				Email: strings.ToLower(a.mask.value(u.EmailAddress)), Type: a.mask.value(u.AddressType), Source: a.mask.value(u.Source),
				Alias: u.Alias, Settings: batch.Settings{},
			}
			if u.Name != "" {
				account.Settings[batch.Username] = a.mask.value(u.Name)
			}
			p.Accounts = append(p.Accounts, account)
		}
	}
	return p, nil
}

// read makes a call that changes nothing, and decodes the entries of its answer. Its errors are of type *[batch.CallError].
func read[T any](ctx context.Context, c *Client, fn *function, op string, r request) ([]T, answer, error) {
	a := c.call(ctx, fn, r)
	found, err := entries[T](a, op)
	return found, a, err
}

// entries decodes what an answer holds, if it is a success as a whole. Its errors are of type *[batch.CallError].
func entries[T any](a answer, op string) ([]T, error) {
	refusals := a.envelope.refusals
	whole := finding{entry: a.envelope.status == http.StatusOK && len(refusals) == 0, refusals: refusals}
	if reply := a.judge(whole, time.Now()); reply.Verdict != batch.Done {
		return nil, &batch.CallError{Op: op, Reply: reply, Err: a.err}
	}
	found := make([]T, len(a.envelope.data))
	for i, raw := range a.envelope.data {
		if json.Unmarshal(raw, &found[i]) != nil {
			return nil, a.unreadable(op, flawReason(codeUnreadable).Message)
		}
	}
	return found, nil
}

// unreadable is the error of an answer that is a success and doesn't hold what it should.
func (a answer) unreadable(op, message string) error {
	reply := a.reply
	reply.Verdict = batch.Unknown
	reply.Reason = batch.Reason{Code: codeUnreadable, Message: message}
	return &batch.CallError{Op: op, Reply: reply}
}
