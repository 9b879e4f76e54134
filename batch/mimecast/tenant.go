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
// then its own id names the tenant, which it does as well, for an app belongs to one account.
func (c *Client) Tenant(ctx context.Context) (batch.Tenant, error) {
	const op = "read account"
	t := batch.Tenant{Key: c.clientKey, BaseURL: c.baseURL(), Sandbox: c.sandbox}
	// The answer also holds a passphrase and a support code, which are none of ours.
	accounts, a, err := read[struct {
		Code string `json:"accountCode"`
		Name string `json:"accountName"`
	}](ctx, c, c.account, op, request{Data: []any{}})
	if ce, ok := errors.AsType[*batch.CallError](err); ok && withheld(ce.Reply) {
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

// clientKey names the tenant of a client id at a host.
func clientKey(base *url.URL, clientID string) string {
	sum := sha256.Sum256([]byte(base.Host + "\n" + clientID))
	return "client:" + hex.EncodeToString(sum[:])[:16]
}
