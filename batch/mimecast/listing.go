package mimecast

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"mimebatch/batch"
)

// pageSize is the most accounts that a page of get-internal-users is known to hold. A call that asks for no page stops at
// 999 without a word.
const pageSize = 500

// Domains lists the internal domains.
func (c *Client) Domains(ctx context.Context) ([]batch.Domain, error) {
	const op = "read domains"
	rows, a, err := read[struct {
		Domain   string `json:"domain"`
		SendOnly bool   `json:"sendOnly"`
	}](ctx, c, c.internalDomain, op, request{Data: []any{}})
	if err != nil {
		return nil, err
	}
	domains := make([]batch.Domain, len(rows))
	for i, r := range rows {
		if r.Domain == "" {
			return nil, a.unreadable(op, "the answer holds a domain without a name")
		}
		domains[i] = batch.Domain{Name: strings.ToLower(r.Domain), SendOnly: r.SendOnly}
	}
	return domains, nil
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
				Email: strings.ToLower(u.EmailAddress), Type: u.AddressType, Source: u.Source, Alias: u.Alias, Settings: batch.Settings{},
			}
			if u.Name != "" {
				account.Settings[batch.Username] = u.Name
			}
			p.Accounts = append(p.Accounts, account)
		}
	}
	return p, nil
}

// read makes a call that changes nothing, and decodes the entries of its answer. Its errors are of type *[batch.CallError].
func read[T any](ctx context.Context, c *Client, fn *function, op string, r request) ([]T, answer, error) {
	a := c.call(ctx, fn, r)
	refusals := a.envelope.refusals
	whole := finding{entry: a.envelope.status == http.StatusOK && len(refusals) == 0, refusals: refusals}
	if reply := a.judge(whole, time.Now()); reply.Verdict != batch.Done {
		return nil, a, &batch.CallError{Op: op, Reply: reply, Err: a.err}
	}
	entries := make([]T, len(a.envelope.data))
	for i, raw := range a.envelope.data {
		if json.Unmarshal(raw, &entries[i]) != nil {
			return nil, a, a.unreadable(op, flawReason(codeUnreadable).Message)
		}
	}
	return entries, a, nil
}

// unreadable is the error of an answer that is a success and doesn't hold what it should.
func (a answer) unreadable(op, message string) error {
	reply := a.reply
	reply.Verdict = batch.Unknown
	reply.Reason = batch.Reason{Code: codeUnreadable, Message: message}
	return &batch.CallError{Op: op, Reply: reply}
}
