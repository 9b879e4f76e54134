package mimecast

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

const (
	oneDomain  = `{"meta":{"status":200},"data":[{"domain":"example.com","sendOnly":false}],"fail":[]}`
	oneAccount = `{"meta":{"status":200,"pagination":{"pageSize":1}},"data":[{"users":[{"emailAddress":"ana@example.com","source":"ldap"}]}],"fail":[]}`
	theAccount = `{"meta":{"status":200},"data":[{"accountCode":"CTEST1","accountName":"Example Ltd","passphrase":"canary-passphrase","supportCode":"canary-support"}],"fail":[]}`
	notForUs   = `{"meta":{"status":200},"data":[],"fail":[{"key":{},"errors":[{"code":"err_xdk_operation_forbidden_for_address","message":"0003 Forbidden To Perform Operation For Address"}]}]}`
	noProduct  = `{"fail":[{"code":"app_forbidden","message":"Resource or method requested does not exist in any product assigned to the application."}]}`
)

// said is what a service answers for a function.
type said struct {
	status int
	body   string
}

// sound answers as a service does with which all is well, but for some functions.
func sound(but map[string]said) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		sent, _ := io.ReadAll(r.Body)
		a, ok := map[string]said{
			"get-internal-domain": {200, oneDomain}, "get-internal-users": {200, oneAccount}, "get-account": {200, theAccount},
			"update-user": {200, `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}],"fail":[]}`},
		}[name]
		if b, other := but[name]; other {
			a, ok = b, true
		}
		// The one account of a domain that is always there.
		if a.status == http.StatusOK && strings.Contains(string(sent), "postmaster@example.com") {
			a.body = `{"meta":{"status":200},"data":[{"emailAddress":"postmaster@example.com"}],"fail":[]}`
		}
		if !ok {
			a = said{403, noProduct}
		}
		w.Header().Set("X-RateLimit-Limit", "50")
		w.Header().Set("X-RateLimit-Remaining", "40")
		w.Header().Set("X-RateLimit-Reset", "2500")
		if a.status == http.StatusTooManyRequests {
			w.Header().Set("X-RateLimit-Reset", "20")
		}
		w.WriteHeader(a.status)
		io.WriteString(w, a.body)
	}
}

func TestCheckup(t *testing.T) {
	all := []string{"host", "proxy", "TLS", "clock", "credentials", "product", "role: read", "role: edit", "account", "domains", "rate", "directory"}
	upTo := func(last string) []string { return all[:slices.Index(all, last)+1] }
	instead := func(of string) []string {
		return append(upTo(of)[:slices.Index(all, of):slices.Index(all, of)], "service")
	}
	inside := func(code string) said {
		return said{200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"` + code + `","message":"m"}]}]}`}
	}
	const ana = "Ana@example.com"
	tests := map[string]struct {
		but    map[string]said
		write  string
		order  []string
		of     string // the check that is looked at
		status CheckStatus
		access bool
		found  string
		fix    string
	}{
		"all is well":        {nil, ana, all, "role: edit", CheckOK, true, "for ana@example.com with nothing to change", ""},
		"account":            {nil, "", all, "account", CheckOK, true, "Example Ltd (CTEST1)", ""},
		"edit not tested":    {nil, "", all, "role: edit", CheckSkipped, true, "--write-test", ""},
		"rate":               {nil, ana, all, "rate", CheckOK, false, "update-user: 50 calls, 40 left for 2.5 s", ""},
		"synced":             {nil, "", all, "directory", CheckOK, false, "example.com: 1 of the first 1", "in the directory"},
		"token dead":         {map[string]said{"get-internal-domain": {401, `{"fail":[{"code":"token_expired","message":"Token Expired"}]}`}}, "", upTo("credentials"), "credentials", CheckFailed, true, "token_expired", "client secret"},
		"access expired":     {map[string]said{"get-internal-domain": {418, ``}}, "", upTo("credentials"), "credentials", CheckFailed, true, "418", "new keys"},
		"service down":       {map[string]said{"get-internal-domain": {503, `<html>`}}, "", instead("credentials"), "service", CheckFailed, false, "HTTP 503", ""},
		"redirected":         {map[string]said{"get-internal-domain": {302, ``}}, "", instead("credentials"), "service", CheckFailed, false, "302", "MIMECAST_BASE_URL"},
		"throttled":          {map[string]said{"get-internal-domain": {429, ``}}, "", instead("credentials"), "service", CheckFailed, false, "rate limit", ""},
		"no product":         {map[string]said{"get-internal-domain": {403, noProduct}}, "", upTo("product"), "product", CheckFailed, true, "app_forbidden", "new app"},
		"half a product":     {map[string]said{"get-internal-users": {403, noProduct}}, "", upTo("product"), "product", CheckFailed, true, "app_forbidden", "new app"},
		"not Cloud Gateway":  {map[string]said{"get-internal-users": {404, ``}}, "", upTo("product"), "product", CheckFailed, true, "no such function", "Cloud Integrated"},
		"no such path":       {map[string]said{"get-internal-domain": {404, inside("err_new").body}}, "", upTo("product"), "product", CheckFailed, true, "err_new", "MIMECAST_BASE_URL"},
		"no domains for us":  {map[string]said{"get-internal-domain": {200, notForUs}}, "", upTo("role: read"), "role: read", CheckFailed, true, "0003", "Directories | Internal | Read"},
		"no accounts for us": {map[string]said{"get-internal-users": {403, ``}}, "", upTo("role: read"), "role: read", CheckFailed, true, "forbid", "Directories | Internal | Read"},
		"accounts fail":      {map[string]said{"get-internal-users": {500, ``}}, "", instead("product"), "service", CheckFailed, false, "HTTP 500", ""},
		"wrong question":     {map[string]said{"get-internal-users": inside("err_validation_blank")}, "", instead("product"), "service", CheckFailed, false, "err_validation_blank", "fill it in"},
		"unknown refusal":    {map[string]said{"get-internal-domain": inside("err_new")}, "", instead("credentials"), "service", CheckFailed, false, "err_new", "not one that is known"},
		"permission lacks":   {map[string]said{"get-internal-users": inside("err_xdk_forbidden")}, "", upTo("role: read"), "role: read", CheckFailed, true, "err_xdk_forbidden", "Read and Edit"},
		"licence lacks":      {map[string]said{"get-internal-users": {403, inside("err_licence_check_failed").body}}, "", upTo("product"), "product", CheckFailed, true, "err_licence", "ask Mimecast"},
		"403 with a reason":  {map[string]said{"get-internal-domain": {403, inside("err_xdk_client_unauthorized").body}}, "", upTo("credentials"), "credentials", CheckFailed, true, "err_xdk_client_unauthorized", "client secret"},
		"one not called":     {map[string]said{"get-internal-domain": {403, ``}}, "", upTo("role: read"), "product", CheckOK, true, "the function that reads domains", ""},
		"may not edit":       {map[string]said{"update-user": {403, ``}}, ana, all, "role: edit", CheckFailed, true, "forbid", ""},
		"nobody there":       {map[string]said{"update-user": {200, notForUs}}, ana, all, "role: edit", CheckWarned, true, "can't be told by ana@example.com", ""},
		"account withheld":   {map[string]said{"get-account": {403, ``}}, "", all, "account", CheckWarned, true, "can't be read with this role", "Account | Dashboard | Read"},
		"account fails":      {map[string]said{"get-account": {500, ``}}, "", all, "account", CheckWarned, true, "HTTP 500", ""},
		"no domain":          {map[string]said{"get-internal-domain": {200, `{"meta":{"status":200},"data":[],"fail":[]}`}}, "", all, "domains", CheckWarned, false, "no internal domain", "register"},
		"no domain, synced":  {map[string]said{"get-internal-domain": {200, nothing}}, "", all, "directory", CheckSkipped, false, "no domain", ""},
		"no domain, no list": {map[string]said{"get-internal-domain": {200, nothing}, "get-internal-users": {403, noProduct}}, "", upTo("product"), "product", CheckFailed, true, "app_forbidden", "new app"},
		"directory fails":    {map[string]said{"get-internal-users": {200, `{"meta":{"status":200},"data":[],"fail":[]}`}}, "", all, "directory", CheckWarned, false, "no list", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, sound(tt.but))
			found, order := looked(t, client(t, s.URL), CheckupOptions{WriteTest: tt.write})
			if !slices.Equal(order, tt.order) {
				t.Errorf("checks are %q, want %q", order, tt.order)
			}
			check := found[tt.of]
			if check.Status != tt.status || check.Access != tt.access || !strings.Contains(check.Found, tt.found) || !strings.Contains(check.Fix, tt.fix) {
				t.Errorf("%+v", check)
			}
			if text := fmt.Sprintf("%+v", found); strings.Contains(text, "canary") {
				t.Errorf("a secret is shown: %s", text)
			}
		})
	}
}

// A moment in which the service doesn't answer says nothing of credentials, product, or role.
func TestCheckupAsksAgain(t *testing.T) {
	for name, silence := range map[string]http.HandlerFunc{
		"throttled": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-RateLimit-Reset", "20")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"busy": say(503, `<html>`),
		"lost": func(w http.ResponseWriter, r *http.Request) { hangUp(t, w, "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			asked := map[string]int{}
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				fn := path.Base(r.URL.Path)
				mu.Lock()
				asked[fn]++
				first := asked[fn] == 1
				mu.Unlock()
				if first && strings.HasPrefix(fn, "get-") && fn != "get-pending-domain" {
					silence(w, r)
					return
				}
				sound(nil)(w, r)
			})
			found, _ := looked(t, client(t, s.URL), CheckupOptions{})
			for _, check := range []string{"credentials", "product", "role: read", "account", "domains", "directory"} {
				if found[check].Status != CheckOK {
					t.Errorf("%+v", found[check])
				}
			}
		})
	}
}

// A service that wants to be left alone for long is not asked again: the person is told instead.
func TestCheckupHasNoEndlessPatience(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	_, order := looked(t, client(t, s.URL), CheckupOptions{})
	if order[len(order)-1] != "service" || s.calls.Load() != 2 {
		t.Errorf("%d calls, checks are %q", s.calls.Load(), order)
	}
}

// Whoever waits longer than a moment is told for what.
func TestCheckupTellsWhatItWaitsFor(t *testing.T) {
	busy := &batch.CallError{Reply: batch.Reply{Verdict: batch.Throttled, Wait: 20 * time.Second, Reason: batch.Reason{Message: "the rate limit is reached"}}}
	lost := &batch.CallError{Reply: batch.Reply{Verdict: batch.NotSent}}
	for name, tt := range map[string]struct {
		answers []error
		after   time.Duration // each
		want    []string
	}{
		"at once":         {[]error{nil}, time.Second, nil},
		"at once, again":  {[]error{lost, nil}, time.Second, nil},
		"slow":            {[]error{nil}, 5 * time.Second, []string{"an answer of the service"}},
		"slow, and again": {[]error{lost, nil}, 5 * time.Second, []string{"an answer of the service", "an answer of the service"}},
		"throttled":       {[]error{busy, nil}, 0, []string{"20 s before asking again: the rate limit is reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []string
				x := &checkup{options: CheckupOptions{Waiting: func(what string) { told = append(told, what) }}}
				err := x.insist(t.Context(), func() error {
					<-time.After(tt.after)
					err := tt.answers[0]
					tt.answers = tt.answers[1:]
					return err
				})
				if diff := cmp.Diff(tt.want, told); err != nil || diff != "" {
					t.Errorf("error %v, told (-want +got):\n%s", err, diff)
				}
			})
		})
	}
}

// A clock that is wrong ends nothing, and is named where the signature is refused.
func TestWrongClockIsNamedWhereTheSignatureIsRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(7*time.Minute).UTC().Format(http.TimeFormat))
		say(401, `{"fail":[{"code":"err_xdk_invalid_signature","message":"Invalid Signature"}]}`)(w, r)
	})
	found, order := looked(t, client(t, "", func(c *Config) { *c = keyed(s.URL) }), CheckupOptions{})
	clock, refused := found["clock"], found["credentials"]
	if clock.Status != CheckWarned || !strings.Contains(clock.Found, "behind") || !strings.Contains(clock.Fix, "most likely why") {
		t.Errorf("%+v", clock)
	}
	if refused.Status != CheckFailed || !strings.Contains(refused.Fix, "clock is 7m0s behind") {
		t.Errorf("%+v in %q", refused, order)
	}
}

// What checks find is told without secrets, however the service repeats what it was sent.
func TestCheckupCanary(t *testing.T) {
	for _, status := range []int{200, 302, 400, 401, 403, 404, 418, 429, 500} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				text := r.Header.Get("Authorization") + " " + secretOfClient
				w.Header().Set("Date", secretOfClient)
				w.Header().Set("X-RateLimit-Limit", secretOfClient)
				w.WriteHeader(status)
				fmt.Fprintf(w, `{"meta":{"status":200},"data":[],"fail":[{"key":{"emailAddress":%q},"errors":[{"code":%q,"message":%q,"field":%q}]}]}`, text, text, text, text)
			})
			found, _ := looked(t, client(t, s.URL), CheckupOptions{WriteTest: "ana@example.com"})
			if text := fmt.Sprintf("%+v", found); strings.Contains(text, "canary") {
				t.Error(text)
			}
		})
	}
}
