package mimecast

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// answered is the answer that a response makes.
func answered(status int, h http.Header, body string, readErr error) answer {
	if h == nil {
		h = http.Header{}
	}
	return newAnswer(&http.Response{StatusCode: status, Header: h}, []byte(body), readErr, newMask(nil))
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

const (
	okAna        = `{"meta":{"status":200},"data":[{"id":"x1","emailAddress":"ana@example.com"}],"fail":[]}`
	nothing      = `{"meta":{"status":200},"data":[],"fail":[]}`
	forbiddenAna = `{"meta":{"status":200},"data":[],"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[
		{"code":"err_xdk_operation_forbidden_for_address","message":"0003 Forbidden To Perform Operation For Address","retryable":false}]}]}`
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name    string
		status  int
		header  http.Header
		body    string
		readErr error
		want    batch.Verdict
		code    string
		message string        // part of it
		field   string        //
		hint    string        // part of it
		wait    time.Duration //
	}{
		{name: "done", status: 200, body: okAna, want: batch.Done},
		{name: "done in another case", status: 200, body: strings.Replace(okAna, "ana@example", "Ana@EXAMPLE", 1), want: batch.Done},
		{name: "done without fail", status: 200, body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}]}`, want: batch.Done},
		{name: "done with null fail", status: 200, body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}],"fail":null}`, want: batch.Done},
		{name: "neither", status: 200, body: nothing, want: batch.Unknown, code: codeNoEntry},
		{name: "entry of another", status: 200, body: strings.Replace(okAna, "ana@", "bob@", 1), want: batch.Unknown, code: codeNoEntry},
		{name: "entry without address", status: 200, body: `{"meta":{"status":200},"data":[{"id":"x1"}],"fail":[]}`, want: batch.Unknown, code: codeNoEntry},
		{name: "entry is null", status: 200, body: `{"meta":{"status":200},"data":[null],"fail":[]}`, want: batch.Unknown, code: codeNoEntry},
		{name: "address is a number", status: 200, body: `{"meta":{"status":200},"data":[{"emailAddress":7}],"fail":[]}`, want: batch.Unknown, code: codeNoEntry},
		{name: "success and refusal", status: 200, want: batch.Unknown, code: codeContradictory,
			body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}],"fail":[{"key":{"emailAddress":"ANA@example.com"},"errors":[{"code":"c"}]}]}`},
		{name: "entry, but meta.status 403", status: 200, want: batch.Unknown, code: codeContradictory,
			body: `{"meta":{"status":403},"data":[{"emailAddress":"ana@example.com"}],"fail":[]}`},
		{name: "entry without meta", status: 200, body: `{"data":[{"emailAddress":"ana@example.com"}],"fail":[]}`, want: batch.Unknown, code: codeContradictory},

		{name: "refused", status: 200, body: forbiddenAna, want: batch.Refused,
			code: "err_xdk_operation_forbidden_for_address", message: "0003 Forbidden", hint: "Directories | Internal | Edit"},
		{name: "refused with field", status: 200, want: batch.Refused, code: "err_validation_invalid_email_address", field: "emailAddress",
			body: `{"meta":{"status":200},"data":[],"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[{"field":"emailAddress","code":"err_validation_invalid_email_address","message":"Email address is not valid"}]}]}`},
		{name: "refused for two reasons", status: 200, want: batch.Refused, code: "err_validation_blank", message: "blank; too short", field: "name",
			body: `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_validation_blank","message":"blank","field":"name"},{"code":"x","message":"too short","field":"password"}]}]}`},
		{name: "refused without key", status: 200, body: `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_deserialise","message":"payload contains null objects"}]}]}`, want: batch.Refused, code: "err_deserialise"},
		{name: "refused for a key of another shape", status: 200, body: `{"meta":{"status":200},"fail":[{"key":"ana","errors":[{"code":"err_new","message":"m"}]}]}`, want: batch.Refused, code: "err_new", hint: "support"},
		{name: "refused without meta", status: 200, body: `{"fail":[{"errors":[{"code":"err_user_not_found","message":"unknown user"}]}],"data":[]}`, want: batch.Refused, code: "err_user_not_found"},
		{name: "refused flat", status: 200, body: `{"fail":[{"code":"err_new","message":"m"}]}`, want: batch.Refused, code: "err_new", message: "m"},
		{name: "refused without a reason", status: 200, body: `{"meta":{"status":200},"data":[],"fail":[{}]}`, want: batch.Refused, code: codeRefused},
		{name: "the app is unknown", status: 200, want: batch.Fatal, code: "err_developer_key", message: "App ID is invalid",
			body: `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key","message":"App ID is invalid: MADEUP","retryable":false}]}]}`},
		{name: "meta.status 400", status: 200, body: `{"meta":{"status":400},"data":[],"fail":[]}`, want: batch.Refused, code: codeRefused, message: "status 400 inside"},
		{name: "meta.status 403", status: 200, body: `{"meta":{"status":403},"data":[],"fail":[]}`, want: batch.Refused, code: codeRefused},
		{name: "meta.status 500", status: 200, body: `{"meta":{"status":500},"data":[{"emailAddress":"ana@example.com"}],"fail":[]}`, want: batch.Unknown, code: codeServerError},
		{name: "meta.status 500 and refused", status: 200, body: strings.Replace(forbiddenAna, "200", "500", 1), want: batch.Unknown},
		{name: "meta.status 302", status: 200, body: `{"meta":{"status":302},"data":[],"fail":[]}`, want: batch.Unknown},
		{name: "no meta.status", status: 200, body: `{}`, want: batch.Unknown, code: codeUnreadable},
		{name: "null", status: 200, body: `null`, want: batch.Unknown, code: codeUnreadable},
		{name: "empty", status: 200, body: ``, want: batch.Unknown, code: codeUnreadable},
		{name: "a page", status: 200, body: `<html>Service notice</html>`, want: batch.Unknown, code: codeUnreadable},
		{name: "text after the end", status: 200, body: okAna + `x`, want: batch.Unknown, code: codeUnreadable},
		{name: "cut", status: 200, body: okAna[:40], readErr: errors.New("unexpected EOF"), want: batch.Unknown, code: codeCut},
		{name: "whole, but the end is missing", status: 200, body: okAna, readErr: errors.New("unexpected EOF"), want: batch.Unknown, code: codeCut},
		{name: "too large", status: 200, body: okAna + strings.Repeat(" ", maxAnswer), want: batch.Unknown, code: codeTooLarge},
		{name: "HTTP 204", status: 204, want: batch.Unknown, code: codeUnreadable},

		{name: "refusal of another", status: 200, want: batch.Unknown, code: codeNoEntry,
			body: strings.Replace(forbiddenAna, "ana@", "bob@", 1)},
		{name: "entry, and the refusal of another", status: 200, want: batch.Done,
			body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}],"fail":[{"key":{"emailAddress":"bob@example.com"},"errors":[{"code":"c"}]}]}`},
		{name: "entry, and a refusal of nobody", status: 200, want: batch.Unknown, code: codeContradictory,
			body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com"}],"fail":[{"errors":[{"code":"c"}]}]}`},
		{name: "entry, but HTTP 400", status: 400, body: okAna, want: batch.Unknown, code: codeContradictory},
		{name: "entry, but HTTP 429", status: 429, body: okAna, want: batch.Unknown, code: codeContradictory},
		{name: "entry twice, refused once", status: 200, want: batch.Unknown, code: codeContradictory,
			body: strings.Replace(forbiddenAna, `"data":[]`, `"data":[{"emailAddress":"ana@example.com"},{"emailAddress":"ANA@example.com"}]`, 1)},
		{name: "fail twice, the second empty", status: 200, want: batch.Unknown, code: codeUnreadable,
			body: `{"meta":{"status":200},"fail":[{"errors":[{"code":"c"}]}],"data":[{"emailAddress":"ana@example.com"}],"fail":[]}`},
		{name: "fail in two spellings", status: 200, want: batch.Unknown, code: codeUnreadable,
			body: `{"meta":{"status":200},"Fail":[{"errors":[{"code":"c"}]}],"data":[{"emailAddress":"ana@example.com"}],"fail":[]}`},
		{name: "meta.ſtatus", status: 200, want: batch.Unknown, code: codeUnreadable,
			body: `{"meta":{"status":500,"ſtatus":200},"data":[{"emailAddress":"ana@example.com"}]}`},
		{name: "address twice in an entry", status: 200, want: batch.Unknown, code: codeUnreadable,
			body: `{"meta":{"status":200},"data":[{"emailAddress":"bob@example.com","emailaddress":"ana@example.com"}]}`},
		{name: "address with the sign for Kelvin", status: 200, want: batch.Unknown, code: codeNoEntry,
			body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com\u212a"},{"emailAddress":"ana\u212a@example.com"}]}`},
		{name: "address is not UTF-8", status: 200, body: strings.Replace(okAna, "ana@", "ana\xff@", 1), want: batch.Unknown, code: codeNoEntry},
		{name: "nested too deep", status: 200, want: batch.Unknown, code: codeUnreadable,
			body: `{"meta":{"status":200},"data":[{"emailAddress":"ana@example.com","x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}]}`},
		{name: "with a byte order mark", status: 200, body: "\ufeff" + okAna, want: batch.Done},
		{name: "called a page", status: 200, header: header("Content-Type", "text/html"), body: okAna, want: batch.Done},
		{name: "meta.status 401", status: 200, body: `{"meta":{"status":401},"data":[],"fail":[]}`, want: batch.Fatal, code: codeUnauthorized, hint: "client secret"},
		{name: "meta.status 418", status: 200, body: `{"meta":{"status":418},"data":[],"fail":[]}`, want: batch.Fatal, code: codeExpired, hint: "new keys"},
		{name: "meta.status 429", status: 200, body: `{"meta":{"status":429},"data":[],"fail":[{"errors":[{"code":"c"}]}]}`, want: batch.Unknown},
		{name: "a code without words", status: 200, body: `{"fail":[{"code":"token_expired"}]}`, want: batch.Fatal, code: "token_expired", message: "doesn't accept the token", hint: "half an hour"},
		{name: "a family of codes", status: 200, want: batch.Refused, code: "err_thing_already_exists", message: "it is there", hint: "plan again",
			body: `{"meta":{"status":200},"data":[],"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[{"code":"err_thing_already_exists","message":"it is there"}]}]}`},

		{name: "throttled", status: 429, header: header("X-RateLimit-Reset", "1500"), body: `{"fail":[]}`, want: batch.Throttled, code: codeRateLimit, wait: 1500 * time.Millisecond},
		{name: "throttled with Retry-After", status: 429, header: header("Retry-After", "3"), want: batch.Throttled, wait: 3 * time.Second},
		{name: "throttled with both", status: 429, header: header("X-RateLimit-Reset", "250", "Retry-After", "3"), want: batch.Throttled, wait: 250 * time.Millisecond},
		{name: "throttled, cut", status: 429, readErr: errors.New("reset"), want: batch.Throttled},
		{name: "throttled, with a code", status: 429, body: `{"fail":[{"code":"app_forbidden","message":"m"}]}`, want: batch.Throttled},

		{name: "moved", status: 302, header: header("Location", "https://example.net/"), want: batch.Unknown, code: codeRedirected, hint: "MIMECAST_BASE_URL"},
		{name: "moved, with a code", status: 307, body: `{"fail":[{"code":"app_forbidden","message":"m"}]}`, want: batch.Unknown, code: "app_forbidden"},
		{name: "empty 400", status: 400, want: batch.Refused, code: codeRefused, message: "HTTP 400"},
		{name: "400 with REST errors", status: 400, body: `{"errors":[{"code":"invalid_value","message":"not so","field":"emailAddress"}]}`, want: batch.Refused, code: "invalid_value", message: "not so", field: "emailAddress"},
		{name: "400 app unknown", status: 400, body: `{"fail":[{"errors":[{"code":"err_developer_key","message":"App ID is invalid"}]}]}`, want: batch.Fatal, code: "err_developer_key"},
		{name: "401", status: 401, body: `{"fail":[{"code":"token_expired","message":"m"}]}`, want: batch.Fatal, code: "token_expired", hint: "client secret"},
		{name: "401 without a message", status: 401, body: `{"fail":[{"code":"unauthorized"}]}`, want: batch.Fatal, code: "unauthorized", message: "token", hint: "client secret"},
		{name: "401 bare", status: 401, want: batch.Fatal, code: codeUnauthorized, hint: "client secret"},
		{name: "401 invalid signature", status: 401, body: `{"meta":{"isLastToken":false,"status":401},"fail":[{"errors":[{"code":"err_xdk_invalid_signature","message":"0004 Invalid Signature"}]}]}`, want: batch.Fatal, code: "err_xdk_invalid_signature"},
		{name: "403", status: 403, body: `<html>`, want: batch.Fatal, code: codeForbidden, hint: "product"},
		{name: "403 app forbidden", status: 403, want: batch.Fatal, code: "app_forbidden", hint: "make a new app",
			body: `{"fail":[{"code":"app_forbidden","message":"Resource or method requested does not exist in any product assigned to the application."}]}`},
		{name: "403 of an address", status: 403, body: forbiddenAna, want: batch.Refused, code: "err_xdk_operation_forbidden_for_address"},
		{name: "403 unknown code", status: 403, body: `{"fail":[{"code":"denied","message":"m"}]}`, want: batch.Fatal, code: "denied", hint: "role"},
		{name: "404", status: 404, body: `{"fail":[{"code":"not_found","message":"m"}]}`, want: batch.Fatal, code: "not_found", hint: "Cloud Integrated"},
		{name: "404 of a function", status: 404, body: `{"meta":{"status":404},"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[{"code":"err_new","message":"m"}]}]}`, want: batch.Refused, code: "err_new"},
		{name: "405", status: 405, want: batch.Fatal, code: codeNoFunction, hint: "MIMECAST_BASE_URL"},
		{name: "408", status: 408, want: batch.Unknown, code: codeServerError},
		{name: "409", status: 409, want: batch.Refused, code: codeRefused},
		{name: "418", status: 418, body: `{"meta":{"status":418},"data":[],"fail":[{"errors":[{"code":"err_xdk_binding_expired","message":"m"}]}]}`, want: batch.Fatal, code: "err_xdk_binding_expired"},
		{name: "422", status: 422, want: batch.Refused},
		{name: "500", status: 500, body: okAna, want: batch.Unknown, code: codeServerError, message: "HTTP 500"},
		{name: "502", status: 502, body: `<html>`, want: batch.Unknown, code: codeServerError},
		{name: "503", status: 503, header: header("Retry-After", "7", "X-RateLimit-Reset", "90"), want: batch.Unknown, code: codeServerError, wait: 7 * time.Second},
		{name: "504 with a code", status: 504, body: `{"fail":[{"code":"app_forbidden","message":"GatewayTimeout"}]}`, want: batch.Unknown, message: "GatewayTimeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := answered(tt.status, tt.header, tt.body, tt.readErr).about([]string{"ana@example.com"}, noon)[0]
			if got.Verdict != tt.want || got.HTTP != tt.status || got.Wait != tt.wait {
				t.Errorf("got %s, HTTP %d, wait %v; want %s, HTTP %d, wait %v", got.Verdict, got.HTTP, got.Wait, tt.want, tt.status, tt.wait)
			}
			why := got.Reason
			if tt.code != "" && why.Code != tt.code || !strings.Contains(why.Message, tt.message) || tt.field != "" && why.Field != tt.field || !strings.Contains(why.Hint, tt.hint) {
				t.Errorf("reason is %+v, want code %q, message with %q, field %q, hint with %q", why, tt.code, tt.message, tt.field, tt.hint)
			}
			if (got.Account != nil) != (tt.want == batch.Done) {
				t.Errorf("account is %v with verdict %s", got.Account, got.Verdict)
			}
			if tt.want == batch.Done && why != (batch.Reason{}) || tt.want != batch.Done && (why.Code == "" || why.Message == "") {
				t.Errorf("reason is %+v with verdict %s", why, got.Verdict)
			}
		})
	}
}

// A call about several addresses is answered for each by itself.
func TestJudgeSeveral(t *testing.T) {
	emails := []string{"ana@example.com", "bob@example.com", "cy@example.com"}
	const (
		ana   = `{"emailAddress":"Ana@example.com"}`
		bob   = `{"emailAddress":"bob@example.com"}`
		cy    = `{"emailAddress":"cy@example.com"}`
		other = `{"emailAddress":"dan@example.com"}`
		all   = ana + `,` + bob + `,` + cy
		noBob = `{"key":{"emailAddress":"BOB@example.com"},"errors":[{"code":"c"}]}`
	)
	const (
		done    = string(batch.Done)
		refused = string(batch.Refused)
		whole   = string(batch.Refused) + " as a whole"
		unknown = string(batch.Unknown)
		fatal   = string(batch.Fatal)
	)
	tests := []struct {
		name   string
		status int
		body   string
		want   [3]string
	}{
		{"all", 200, `{"meta":{"status":200},"data":[` + cy + `,` + bob + `,` + ana + `]}`, [3]string{done, done, done}},
		{"one refused", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `],"fail":[` + noBob + `]}`, [3]string{done, refused, done}},
		{"one not spoken of", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `]}`, [3]string{done, unknown, done}},
		{"none spoken of", 200, nothing, [3]string{unknown, unknown, unknown}},
		{"one refused, nobody says who", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `],"fail":[{"errors":[{"code":"c"}]}]}`, [3]string{done, unknown, done}},
		{"all done, and somebody refused", 200, `{"meta":{"status":200},"data":[` + all + `],"fail":[{"errors":[{"code":"c"}]}]}`, [3]string{unknown, unknown, unknown}},
		{"one refused, the others too", 200, `{"meta":{"status":200},"data":[],"fail":[` + noBob + `,{"errors":[{"code":"c"}]}]}`, [3]string{whole, refused, whole}},
		{"the call refused", 200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"c"}]}]}`, [3]string{whole, whole, whole}},
		{"the call refused by the gateway", 200, `{"fail":[{"code":"c"}]}`, [3]string{whole, whole, whole}},
		{"the call refused inside", 200, `{"meta":{"status":400},"data":[],"fail":[]}`, [3]string{whole, whole, whole}},
		{"success and refusal", 200, `{"meta":{"status":200},"data":[` + ana + `,` + bob + `],"fail":[` + noBob + `]}`, [3]string{done, unknown, unknown}},
		{"an address twice", 200, `{"meta":{"status":200},"data":[` + ana + `,` + ana + `,` + bob + `]}`, [3]string{done, done, unknown}},
		{"others are none of ours", 200, `{"meta":{"status":200},"data":[` + all + `,` + other + `],"fail":[{"key":` + other + `,"errors":[{"code":"c"}]}]}`, [3]string{done, done, done}},
		{"others don't count", 200, `{"meta":{"status":200},"data":[` + other + `,` + other + `,` + other + `],"fail":[]}`, [3]string{unknown, unknown, unknown}},
		{"a refusal of another", 200, `{"meta":{"status":200},"data":[],"fail":[{"key":` + other + `,"errors":[{"code":"c"}]}]}`, [3]string{unknown, unknown, unknown}},
		{"the app is unknown", 200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key"}]}]}`, [3]string{fatal, fatal, fatal}},
		{"HTTP 400", 400, `{"fail":[` + noBob + `]}`, [3]string{whole, refused, whole}},
		{"empty HTTP 400", 400, ``, [3]string{whole, whole, whole}},
		{"HTTP 409, and one done", 409, `{"meta":{"status":409},"data":[` + ana + `],"fail":[` + noBob + `]}`, [3]string{unknown, refused, whole}},
		{"HTTP 502", 502, ``, [3]string{unknown, unknown, unknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got [3]string
			for i, r := range answered(tt.status, nil, tt.body, nil).about(emails, noon) {
				got[i] = string(r.Verdict)
				if r.Whole {
					got[i] += " as a whole"
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

// What turned a call away unexecuted is told from what only looks like it.
func TestTurnedAway(t *testing.T) {
	const unknownApp = `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key","message":"App ID is invalid: MADEUP"}]}]}`
	tests := []struct {
		name      string
		status    int
		body      string
		tokenDead bool
		unknown   bool
	}{
		{"401", 401, ``, true, false},
		{"401, but something was done", 401, okAna, false, false},
		{"expired inside HTTP 200", 200, `{"fail":[{"code":"token_expired"}]}`, true, false},
		{"unauthorized with 403", 403, `{"fail":[{"code":"unauthorized"}]}`, true, false},
		{"expired, but something was done", 200, `{"meta":{"status":200},"data":[{}],"fail":[{"code":"token_expired"}]}`, false, false},
		{"expired, says a broken server", 500, `{"fail":[{"code":"token_expired"}]}`, false, false},
		{"forbidden", 403, `{"fail":[{"code":"app_forbidden"}]}`, false, false},
		{"done", 200, okAna, false, false},
		{"app unknown", 200, unknownApp, false, true},
		{"app unknown, but something was done", 200, strings.Replace(unknownApp, "[]", "[{}]", 1), false, false},
		{"expired, in too long a time", 408, `{"fail":[{"code":"token_expired"}]}`, false, false},
		{"expired, says somebody on the way", 302, `{"fail":[{"code":"token_expired"}]}`, false, false},
		{"app unknown, and accepted", 202, unknownApp, false, false},
		{"app unknown, in too long a time", 200, strings.Replace(unknownApp, "200", "408", 1), false, false},
		{"app unknown, and too many calls", 200, strings.Replace(unknownApp, "200", "429", 1), false, false},
		{"app unknown, says a broken server", 200, strings.Replace(unknownApp, "200", "500", 1), false, false},
	}
	for _, tt := range tests {
		a := answered(tt.status, nil, tt.body, nil)
		if a.tokenDead() != tt.tokenDead || a.appUnknown() != tt.unknown {
			t.Errorf("%s: token dead %v, app unknown %v", tt.name, a.tokenDead(), a.appUnknown())
		}
	}
	if noCall(batch.NotSent, batch.Reason{}).appUnknown() {
		t.Error("a call that was never sent was turned away")
	}
}

// Of several refusals the one that says the most decides; what the others say follows.
func TestJudgeSeveralRefusals(t *testing.T) {
	const (
		plain   = `{"code":"err_new","message":"it is so","field":"other"}`
		blank   = `{"code":"err_validation_blank","message":"it is blank","field":"name"}`
		silent  = `{"code":"err_validation_null"}`
		nothing = `{"message":"alas"}`
		noApp   = `{"code":"err_developer_key","message":"no such app"}`
	)
	tests := []struct {
		name string
		errs []string
		want batch.Reply // with part of the hint
	}{
		{"fatal above all", []string{plain, blank, noApp}, batch.Reply{Verdict: batch.Fatal,
			Reason: batch.Reason{Code: "err_developer_key", Message: "no such app; it is so; it is blank", Hint: "application id"}}},
		{"a known code above one that isn't", []string{nothing, plain, blank}, batch.Reply{Verdict: batch.Refused,
			Reason: batch.Reason{Code: "err_validation_blank", Message: "it is blank; alas; it is so", Field: "name", Hint: "fill it in"}}},
		{"a code above none", []string{nothing, plain}, batch.Reply{Verdict: batch.Refused,
			Reason: batch.Reason{Code: "err_new", Message: "it is so; alas", Field: "other", Hint: "support"}}},
		{"the first of equals", []string{silent, blank}, batch.Reply{Verdict: batch.Refused,
			Reason: batch.Reason{Code: "err_validation_null", Message: "a value is missing; it is blank", Hint: "fill it in"}}},
		{"the same twice", []string{plain, plain}, batch.Reply{Verdict: batch.Refused,
			Reason: batch.Reason{Code: "err_new", Message: "it is so", Field: "other", Hint: "support"}}},
	}
	for _, tt := range tests {
		body := `{"meta":{"status":200},"data":[],"fail":[{"errors":[` + strings.Join(tt.errs, ",") + `]}]}`
		got := answered(200, nil, body, nil).about([]string{"ana@example.com"}, noon)[0]
		tt.want.HTTP = 200
		if strings.Contains(got.Reason.Hint, tt.want.Reason.Hint) {
			tt.want.Reason.Hint = got.Reason.Hint
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: reply (-want +got):\n%s", tt.name, diff)
		}
	}
}

// A refusal for want of a permission or a licence meets every row, so it counts towards stopping the run; one of the address
// doesn't.
func TestJudgeAlike(t *testing.T) {
	for code, want := range map[string]bool{
		"err_xdk_forbidden": true, "err_licence_check_failed": true,
		codeForbiddenForAddress: false, "err_validation_blank": false, "err_new": false, "": false, codeAppUnknown: false,
	} {
		got := answered(200, nil, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"`+code+`"}]}]}`, nil).about([]string{"ana@example.com"}, noon)[0]
		if got.Alike != want {
			t.Errorf("%s: reply is %+v, want alike %v", code, got, want)
		}
	}
	for _, status := range []int{403, 500} {
		if got := answered(status, nil, `{"fail":[{"code":"err_xdk_forbidden"}]}`, nil).about([]string{"ana@example.com"}, noon)[0]; got.Alike {
			t.Errorf("HTTP %d: reply is %+v", status, got)
		}
	}
}

// An answer full of refusals is judged about as fast as it is read: one that is 32 times as long takes about that much longer, and not
// the thousand times that it would if each refusal, or each word, were held against all others.
func TestJudgeFloodOfRefusals(t *testing.T) {
	emails := []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"}
	m := newMask([]batch.Secret{batch.NewSecret("a password"), batch.NewSecret("a token")})
	judge := func(body []byte) time.Duration {
		begun := time.Now()
		replies := newAnswer(&http.Response{StatusCode: 200, Header: http.Header{}}, body, nil, m).about(emails, noon)
		took := time.Since(begun)
		for _, r := range replies {
			if r.Verdict != batch.Refused || r.Reason.Message == "" || len(r.Reason.Message) > 4*maxMessage {
				t.Errorf("reply is %+v", r)
			}
		}
		return took
	}
	for name, flood := range map[string]func(size int) []byte{"refusals": manyRefusals, "one message": oneLongRefusal} {
		whole, part := flood(maxAnswer/4), flood(maxAnswer/128)
		long, short := judge(whole), judge(part)
		for try := 1; long > 160*short; try++ { // the quickest of a few has the least in it of what else the machine does
			if try == 5 {
				t.Errorf("%s: judging %d bytes took %v, and %d bytes %v", name, len(whole), long, len(part), short)
				break
			}
			long, short = min(long, judge(whole)), min(short, judge(part))
		}
	}
}

// manyRefusals is an answer of about that size, with as many refusals as fit.
func manyRefusals(size int) []byte {
	body := []byte(`{"meta":{"status":200},"data":[],"fail":[{}`)
	for i := 0; len(body) < size-100; i++ {
		body = fmt.Appendf(body, `,{"message":"m%d"}`, i)
	}
	return append(body, `]}`...)
}

// oneLongRefusal is an answer of about that size, with one refusal whose message looks like something encoded.
func oneLongRefusal(size int) []byte {
	return []byte(`{"fail":[{"message":"` + strings.Repeat("MTIzNDU2Nzg ", size/12-10) + `"}]}`)
}

// A code that is known is the service's and no secret, whatever a password looks like.
func TestKnownCodesAreShown(t *testing.T) {
	body := `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"CODE","message":"the user is unknown"}]}]}`
	m := newMask([]batch.Secret{batch.NewSecret("user")})
	for code, want := range map[string]string{codeNoUser: codeNoUser, "err_user_new": "err_[redacted]_new"} {
		a := newAnswer(&http.Response{StatusCode: 200, Header: http.Header{}}, []byte(strings.Replace(body, "CODE", code, 1)), nil, m)
		if got := a.about([]string{"ana@example.com"}, noon)[0].Reason; got.Code != want || got.Message != "the [redacted] is unknown" {
			t.Errorf("%s: reason is %+v, want code %s", code, got, want)
		}
	}
}

// Every code has words, a way out, and only verdicts that are refusals; one that is not known has none of them.
func TestCodes(t *testing.T) {
	for code, m := range codes {
		if m.says == "" || m.fix == "" || m.verdict != "" && m.verdict != batch.Refused && m.verdict != batch.Fatal {
			t.Errorf("%s: %+v", code, m)
		}
	}
	tests := []struct {
		code string
		want string // part of the hint; "" for a code that is not known
	}{
		{"err_xdk_operation_forbidden_for_address", "isn't there"},
		{"app_forbidden", "make a new app"},
		{"err_folder_group_member_already_exists", "nothing needs to be done"},
		{"err_address_already_exists", "plan again"},
		{"err_managed_url_exists_code", "tell its makers"},
		{"err_validation_password_policy", "message names it"},
		{"err_validation_blank", "empty"},
		{"validation", ""},
		{"err_new", ""},
		{"", ""},
	}
	for _, tt := range tests {
		m, known := meaningOf(tt.code)
		if known != (tt.want != "") || !strings.Contains(m.hint(), tt.want) {
			t.Errorf("%q is known: %v, hint %q; want %q", tt.code, known, m.hint(), tt.want)
		}
	}
}

// A wrong signature is explained by the clock, if that is what is wrong.
func TestClockSkew(t *testing.T) {
	const body = `{"meta":{"status":401},"data":[],"fail":[{"errors":[{"code":"err_xdk_invalid_signature","message":"0004 Invalid Signature"}]}]}`
	tests := []struct {
		name string
		date string
		want string
	}{
		{"ahead", noon.Add(-12 * time.Minute).Format(http.TimeFormat), "clock is 12m0s ahead"},
		{"behind", noon.Add(2 * time.Hour).Format(http.TimeFormat), "clock is 2h0m0s behind"},
		{"right", noon.Add(-2 * time.Minute).Format(http.TimeFormat), "copy all of them again"},
		{"not told", "", "copy all of them again"},
	}
	for _, tt := range tests {
		got := answered(401, header("Date", tt.date), body, nil).about([]string{"ana@example.com"}, noon)[0]
		if got.Verdict != batch.Fatal || got.Reason.Message != "0004 Invalid Signature" || !strings.Contains(got.Reason.Hint, tt.want) {
			t.Errorf("%s: reply is %+v, want a hint with %q", tt.name, got, tt.want)
		}
	}
}
