package mimecast

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"mimebatch/batch"
)

// discoveryURL is the global address of API 1.0. It answers nothing but where an account is.
const discoveryURL = "https://api.mimecast.com"

// Region is a part of the world that has hosts of its own.
type Region struct {
	Name string // as people write it
	API1 string // the base URL of API 1.0, "" if none is known
	API2 string // the base URL of API 2.0, "" if none is known
}

// Regions returns the regions whose hosts are documented or known from use. Of the offshore region two names are told for API 1.0,
// je and jer: it is here by both, and asking for the region by an e-mail address tells which one is right.
func Regions() []Region {
	return []Region{
		{"global", "", DefaultBaseURL},
		{"us", "https://us-api.mimecast.com", "https://us-api.services.mimecast.com"},
		{"uk", "", "https://uk-api.services.mimecast.com"},
		{"eu", "https://eu-api.mimecast.com", ""},
		{"de", "https://de-api.mimecast.com", ""},
		{"usb", "https://usb-api.mimecast.com", ""},
		{"ca", "https://ca-api.mimecast.com", ""},
		{"za", "https://za-api.mimecast.com", ""},
		{"au", "https://au-api.mimecast.com", ""},
		{"je", "https://je-api.mimecast.com", ""},
		{"jer", "https://jer-api.mimecast.com", ""},
	}
}

// home is where the service is: given, or asked for before the first call, once for all. It is safe for concurrent use.
type home struct {
	given *url.URL                                // nil if it must be asked for
	ask   func(context.Context) (*url.URL, error) // its error is the context's, or an *unsigned
	asked memo[*url.URL]
}

func newHome(base string) (*home, error) {
	if base == "" {
		return &home{}, nil
	}
	given, err := parseBase(base)
	return &home{given: given}, err
}

// known returns the base URL, nil as long as it isn't known.
func (h *home) known() *url.URL {
	if h.given != nil {
		return h.given
	}
	r, _ := h.asked.look("")
	return r.value
}

// base returns the base URL.
func (h *home) base(ctx context.Context) (*url.URL, error) {
	if h.given != nil {
		return h.given, nil
	}
	return h.asked.get(ctx, "", h.ask)
}

// CheckBaseURL tells why a text can't be a base URL, nil if it can. Its errors have hints, and don't repeat the text, which may
// hold a password.
func CheckBaseURL(text string) error {
	_, err := parseBase(text)
	return err
}

// discover asks the service at global, by the function fn, where the account of an address is.
func (c *Client) discover(ctx context.Context, global *url.URL, k *keys, email string, fn *function) (*url.URL, error) {
	const op = "ask for the region"
	// The question is not signed: the keys go to nobody before it is known who may have them.
	a := c.callAt(ctx, global, k.stamp, fn, request{Data: []any{map[string]string{"emailAddress": email}}}, k.all()...)
	found, err := entries[struct {
		Region struct {
			API string `json:"api"`
		} `json:"region"`
	}](a, op)
	if err != nil {
		return nil, noRegion(err)
	}
	if len(found) == 0 || found[0].Region.API == "" {
		return nil, &unsigned{verdict: batch.Fatal, reason: batch.Reason{
			Code: codeNoRegion, Message: "the service knows no account of the e-mail address that was given to find its region",
			Hint: "check MIMECAST_EMAIL, or set MIMECAST_REGION or MIMECAST_BASE_URL instead",
		}}
	}
	base, err := parseBase(found[0].Region.API)
	if err != nil || !mayHaveKeys(base) {
		return nil, &unsigned{verdict: batch.Fatal, reason: batch.Reason{
			Code: codeNoRegion, Message: "the answer names a region that is no address of the service",
			Hint: "something between here and the service may answer in its place; set MIMECAST_BASE_URL to be sure where the keys go",
		}}
	}
	return base, nil
}

// mayHaveKeys tells whether credentials may be taken to where the discovery leads: to the service's own hosts only.
func mayHaveKeys(u *url.URL) bool {
	return u.Scheme == "https" && u.Port() == "" && strings.HasSuffix(u.Hostname(), ".mimecast.com")
}

// noRegion says why there is no region. Whatever became of the question, nothing of the call that needed it was sent, so that the
// code is not the question's.
func noRegion(err error) error {
	ce, ok := errors.AsType[*batch.CallError](err)
	if !ok || ce.Err != nil {
		return err
	}
	e := &unsigned{verdict: batch.NotSent, reason: ce.Reply.Reason, wait: ce.Reply.Wait}
	if v := ce.Reply.Verdict; v == batch.Fatal || v == batch.Refused {
		e.verdict = batch.Fatal
	}
	e.reason.Message = fmt.Sprintf("the region is not known: %s (%s)", e.reason.Message, e.reason.Code)
	e.reason.Code = codeNoRegion
	return e
}
