package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A FaultKind is what goes wrong with a call.
type FaultKind string

// What each of them does is told by [FaultKind.Help].
const (
	Late       FaultKind = "latency"
	OddHeaders FaultKind = "headers"

	CloseBefore FaultKind = "close-before"
	CloseAfter  FaultKind = "close-after"
	ResetBefore FaultKind = "reset-before"
	ResetAfter  FaultKind = "reset-after"
	CutBefore   FaultKind = "cut-before"
	CutAfter    FaultKind = "cut-after"
	Drip        FaultKind = "drip"
	Stall       FaultKind = "stall"

	StatusBefore FaultKind = "status-before"
	StatusAfter  FaultKind = "status-after"
	Throttle     FaultKind = "throttle"

	Garbage         FaultKind = "garbage"
	WrongType       FaultKind = "content-type"
	Huge            FaultKind = "huge"
	MetaStatus      FaultKind = "meta-status"
	MetaStatusAfter FaultKind = "meta-status-after"
	EmptyData       FaultKind = "empty-data"
	MissingEntry    FaultKind = "missing-entry"
	Swap            FaultKind = "swap"

	RefuseCode       FaultKind = "code"
	DeveloperKey     FaultKind = "developer-key"
	InvalidSignature FaultKind = "invalid-signature"
	BindingExpired   FaultKind = "binding-expired"
	ExpireToken      FaultKind = "expire-token"
	Forbidden        FaultKind = "forbidden"

	SilentCreate FaultKind = "silent-create"
	Sync         FaultKind = "sync"
)

// FaultKinds returns all kinds, in the order that they are documented in.
func FaultKinds() []FaultKind {
	var all []FaultKind
	for _, e := range effects {
		all = append(all, e.kind)
	}
	return all
}

// Help tells in a few words what goes wrong, and which key it needs; "" for a kind that there is not.
func (k FaultKind) Help() string {
	e, _ := k.effect()
	if e.needs == "" {
		return e.help
	}
	return e.help + " (needs " + e.needs + ")"
}

// An effect is what a kind of fault does to a call: strike answers it, and the call is executed only if strike does so.
type effect struct {
	kind   FaultKind
	help   string
	needs  string // the key that it can't do without, if any
	takes  string // the other keys that have a part in it, beside those that tell which calls are hit
	strike func(Fault, *call) answer
	limits func(Fault) error    // refuses values that can't be; nil: none
	hits   func(*function) bool // the functions that it can do this to; nil: all
}

var effects = []effect{
	{Late, "execute, and hold the answer back by delay", "delay", "header", after(unchanged), nil, nil},
	{OddHeaders, "execute, and answer with the headers", "header", "delay", after(unchanged), nil, nil},

	{CloseBefore, "close the connection; not executed", "", "delay", instead(answer{delivery: none}), nil, nil},
	{CloseAfter, "execute, then close without an answer", "", "delay", after(delivered(none)), nil, nil},
	{ResetBefore, "reset the connection; not executed", "", "delay", instead(answer{delivery: reset}), nil, nil},
	{ResetAfter, "execute, then reset without an answer", "", "delay", after(delivered(reset)), nil, nil},
	{CutBefore, "half of an empty success; not executed", "", "delay header", cutBefore, nil, nil},
	{CutAfter, "execute, then break the answer off", "", "delay header", after(delivered(half)), nil, nil},
	{Drip, "execute, then answer with a delay for each byte", "", "delay header", after(dripping), nil, nil},
	{Stall, "execute, then never answer", "", "", after(delivered(stalled)), nil, nil},

	{StatusBefore, "HTTP status with a web page; not executed", "status", "delay header", statusBefore, errorStatus, nil},
	{StatusAfter, "execute, then HTTP status with a web page", "status", "delay header", after(statusAfter), lateStatus, nil},
	{Throttle, "HTTP 429 with reset; not executed", "", "reset delay header", throttle, nil, nil},

	{Garbage, "execute, then HTTP 200 with a web page", "", "delay header", after(garbage), nil, nil},
	{WrongType, "execute, and call the answer a web page", "", "delay header", after(wrongType), nil, nil},
	{Huge, "execute, and answer with 2 MiB", "", "delay header", after(huge), nil, nil},
	{MetaStatus, "HTTP 200 with meta.status; not executed", "status", "delay header", metaBefore, anyStatus, nil},
	{MetaStatusAfter, "execute, then HTTP 200 with meta.status", "status", "delay header", after(metaAfter), lateMeta, nil},
	{EmptyData, "execute, then HTTP 200 without data", "", "delay header", after(emptyData), nil, nil},
	{MissingEntry, "execute, and leave an entry of the answer out", "", "delay header", after(missingEntry), nil, hasEntries},
	{Swap, "execute, and answer in reverse order", "", "delay header", after(swap), nil, hasManyEntries},

	{RefuseCode, "refuse with code, message and field", "code", "status message field delay header", refuseEach, httpStatus, nil},
	{DeveloperKey, "HTTP 200 with err_developer_key; not executed", "", "delay header", unknownApp, nil, nil},
	{InvalidSignature, "HTTP 401, invalid signature; not executed", "", "delay header", instead(bareSignature()), nil, nil},
	{BindingExpired, "HTTP 418, binding expired; not executed", "", "delay header", bindingExpired, nil, nil},
	{ExpireToken, "HTTP 401, and all tokens are revoked", "", "delay header", expireToken, nil, nil},
	{Forbidden, "HTTP 403 app_forbidden; not executed", "", "delay header", instead(forbiddenApp()), nil, nil},

	{SilentCreate, "call the create of an existing address a success", "", "delay header", silentCreate, nil, creates},
	{Sync, "flip accountDisabled as a sync does, then execute", "", "delay header", directorySync, nil, concernsAddresses},
}

func (k FaultKind) effect() (effect, bool) {
	i := slices.IndexFunc(effects, func(e effect) bool { return e.kind == k })
	if i < 0 {
		return effect{}, false
	}
	return effects[i], true
}

// can tells whether the effect can be had on a function.
func (e effect) can(fn *function) bool { return e.hits == nil || e.hits(fn) }

func creates(fn *function) bool { return fn.name == "create-user" }

func concernsAddresses(fn *function) bool { return len(fn.addresses) > 0 }

// hasEntries tells whether a function answers in the classic envelope.
func hasEntries(fn *function) bool { return fn.name != "token" && fn.refuse == nil }

// hasManyEntries tells whether there can be more than one entry in the data that a function answers.
func hasManyEntries(fn *function) bool {
	switch fn.name {
	case "get-internal-users", "get-account", "find-groups", "get-group-members", "add-to-purge-list", "remove-from-purge-list",
		"import-users", "find-delegate-users", "login", "discover-authentication":
		return false
	}
	return hasEntries(fn)
}

// instead makes an effect that answers a call without executing it.
func instead(a answer) func(Fault, *call) answer { return func(Fault, *call) answer { return a } }

// after makes an effect that changes the answer of a call that was executed.
func after(change func(Fault, answer) answer) func(Fault, *call) answer {
	return func(f Fault, c *call) answer { return change(f, c.execute()) }
}

func unchanged(_ Fault, a answer) answer { return a }

func delivered(as delivery) func(Fault, answer) answer {
	return func(_ Fault, a answer) answer {
		a.delivery = as
		return a
	}
}

func cutBefore(Fault, *call) answer {
	a := metaStatus(http.StatusOK)
	a.delivery = half
	return a
}

func dripping(f Fault, a answer) answer {
	a.delivery, a.pause = drip, f.Delay
	return a
}

func statusBefore(f Fault, _ *call) answer { return gateway(f.Status) }

func statusAfter(f Fault, _ answer) answer { return gateway(f.Status) }

func throttle(f Fault, c *call) answer {
	a := throttled()
	a.limits = &limits{limit: c.server.quota(c.endpoint).Calls, reset: f.Reset}
	return a
}

func garbage(Fault, answer) answer { return page(http.StatusOK, "Service notice") }

func wrongType(_ Fault, a answer) answer {
	a.contentType = "text/html"
	return a
}

// huge keeps the answer valid: it is nothing but long.
func huge(_ Fault, a answer) answer {
	if rest, ok := bytes.CutPrefix(a.body, []byte("{")); ok {
		a.body = slices.Concat([]byte("{"), bytes.Repeat([]byte(" "), 2<<20), rest)
	}
	return a
}

func metaBefore(f Fault, _ *call) answer { return metaStatus(f.Status) }

func metaAfter(f Fault, _ answer) answer { return metaStatus(f.Status) }

func emptyData(Fault, answer) answer { return metaStatus(http.StatusOK) }

// missingEntry leaves out the entry whose emailAddress is the fault's address, or else the first. It leaves answers alone that have no data.
func missingEntry(f Fault, a answer) answer {
	if a.envelope == nil || len(a.envelope.Data) == 0 {
		return a
	}
	i := max(0, slices.IndexFunc(a.envelope.Data, func(entry any) bool {
		return f.Address != "" && strings.EqualFold(addressOf(entry), f.Address)
	}))
	e := *a.envelope
	e.Data = slices.Delete(slices.Clone(e.Data), i, i+1)
	return classic(a.status, e)
}

// addressOf returns what an entry of data has as its address.
func addressOf(entry any) string {
	var of struct{ EmailAddress string }
	// What doesn't fit has no address; what an answer holds can be marshalled.
	raw, _ := json.Marshal(entry)
	_ = json.Unmarshal(raw, &of)
	return of.EmailAddress
}

func swap(_ Fault, a answer) answer {
	if a.envelope == nil {
		return a
	}
	e := *a.envelope
	e.Data = slices.Clone(e.Data)
	slices.Reverse(e.Data)
	return classic(a.status, e)
}

// metaStatus is an envelope that tells a status of its own, with HTTP 200.
func metaStatus(status int) answer {
	a := classic(status, envelope{})
	a.status = http.StatusOK
	return a
}

func refuseEach(f Fault, c *call) answer {
	why := Refusal{f.Code, f.Message, f.Field}.refusal()
	status := cmp.Or(f.Status, http.StatusOK)
	if len(c.asked.data) == 0 {
		return refuseCall(status, why)
	}
	var e envelope
	for _, o := range c.asked.data {
		e.Fail = append(e.Fail, failure{Key: o.raw, Errors: []refusal{why}})
	}
	return classic(status, e)
}

func unknownApp(_ Fault, c *call) answer { return wrongApp(c.request) }

func bindingExpired(_ Fault, c *call) answer { return unauthorized(c.request, errBindingExpired) }

func expireToken(_ Fault, c *call) answer {
	c.server.tokens.revoke()
	return unauthorized(c.request, errTokenExpired)
}

func silentCreate(_ Fault, c *call) answer {
	o := &c.server.options
	defer func(was Existing) { o.CreateExisting = was }(o.CreateExisting)
	o.CreateExisting = Silent
	return c.execute()
}

// directorySync leaves an account as it is when its change can't be kept, as a sync does that goes wrong.
func directorySync(_ Fault, c *call) answer {
	for _, address := range c.addresses {
		found := c.server.directory.all.find(address)
		if found == nil || !found.isAccount() {
			continue
		}
		u := *found
		u.AccountDisabled = !u.AccountDisabled
		_ = c.server.change(Change{User: &u})
	}
	return c.execute()
}

// gateway is the answer of something in front of the service.
func gateway(status int) answer { return page(status, http.StatusText(status)) }

func page(status int, title string) answer {
	html := "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n"
	return answer{status: status, contentType: "text/html", body: []byte(html)}
}

var errExecuted429 = errors.New("status 429 is never said of what was executed")

func errorStatus(f Fault) error {
	if f.Status < 400 || f.Status > 599 {
		return fmt.Errorf("status %d, want 400 to 599", f.Status)
	}
	return nil
}

// lateStatus refuses 429, which the service is documented to say of nothing that it has executed.
func lateStatus(f Fault) error {
	if f.Status == http.StatusTooManyRequests {
		return errExecuted429
	}
	return errorStatus(f)
}

// lateMeta is lateStatus for meta.status.
func lateMeta(f Fault) error {
	if f.Status == http.StatusTooManyRequests {
		return errExecuted429
	}
	return anyStatus(f)
}

func anyStatus(f Fault) error {
	if f.Status < 1 {
		return fmt.Errorf("status %d, want one above 0", f.Status)
	}
	return nil
}

func httpStatus(f Fault) error {
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("status %d, want 200 to 599", f.Status)
	}
	return nil
}
