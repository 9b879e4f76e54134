package mimecast

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"

	"mimebatch/batch"
)

// Tenant tells which account the credentials belong to. An app made for user management alone may not read the account:
// then its own id, or the access key, names the tenant, which it does as well, for an app belongs to one account.
func (c *Client) Tenant(ctx context.Context) (batch.Tenant, error) {
	const op = "read account"
	// The answer also holds a passphrase and a support code, which are none of ours.
	accounts, a, err := read[struct {
		Code string `json:"accountCode"`
		Name string `json:"accountName"`
	}](ctx, c, c.account, op, request{Data: []any{}})
	t := batch.Tenant{BaseURL: c.baseURL(), Sandbox: c.sandbox}
	if ce, ok := errors.AsType[*batch.CallError](err); ok && withheld(ce.Reply) {
		t.Key = clientKey(c.home.known(), c.caller)
		return t, nil
	}
	if err != nil {
		return batch.Tenant{}, err
	}
	if len(accounts) == 0 || accounts[0].Code == "" {
		return batch.Tenant{}, a.unreadable(op, "the answer holds no account code")
	}
	t.Account = a.mask.clean(accounts[0].Code)
	t.Key = "account:" + t.Account
	t.Name = a.mask.clean(accounts[0].Name)
	return t, nil
}

// withheld tells whether the service knows the caller and only doesn't let it read the account.
func withheld(r batch.Reply) bool {
	return r.Verdict == batch.Refused ||
		r.Verdict == batch.Fatal && (r.HTTP == http.StatusForbidden || r.HTTP == http.StatusNotFound || r.Reason.Code == codeAppForbidden)
}

// clientKey names the tenant by who calls it, a client id or an access key, and where.
func clientKey(base *url.URL, caller batch.Secret) string {
	sum := sha256.Sum256([]byte(base.Host + "\n" + caller.Reveal()))
	return "client:" + hex.EncodeToString(sum[:])[:16]
}
