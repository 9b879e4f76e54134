package mimecast

import (
	"errors"
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
		{name: "refused for a key of another shape", status: 200, body: `{"meta":{"status":200},"fail":[{"key":"ana","errors":[{"code":"err_new","message":"m"}]}]}`, want: batch.Refused, code: "err_new", hint: "as the service gave it"},
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

		{name: "throttled", status: 429, header: header("X-RateLimit-Reset", "1500"), body: `{"fail":[]}`, want: batch.Throttled, code: codeRateLimit, wait: 1500 * time.Millisecond},
		{name: "throttled with Retry-After", status: 429, header: header("Retry-After", "3"), want: batch.Throttled, wait: 3 * time.Second},
		{name: "throttled with both", status: 429, header: header("X-RateLimit-Reset", "250", "Retry-After", "3"), want: batch.Throttled, wait: 250 * time.Millisecond},
		{name: "throttled, cut", status: 429, readErr: errors.New("reset"), want: batch.Throttled},
		{name: "throttled, with a code", status: 429, body: `{"fail":[{"code":"app_forbidden","message":"m"}]}`, want: batch.Throttled},

		{name: "moved", status: 302, header: header("Location", "https://example.net/"), want: batch.Fatal, code: codeRedirected, hint: "MIMECAST_BASE_URL"},
		{name: "empty 400", status: 400, want: batch.Refused, code: codeRefused, message: "HTTP 400"},
		{name: "400 with REST errors", status: 400, body: `{"errors":[{"code":"invalid_value","message":"not so","field":"emailAddress"}]}`, want: batch.Refused, code: "invalid_value", message: "not so", field: "emailAddress"},
		{name: "400 app unknown", status: 400, body: `{"fail":[{"errors":[{"code":"err_developer_key","message":"App ID is invalid"}]}]}`, want: batch.Fatal, code: "err_developer_key"},
		{name: "401", status: 401, body: `{"fail":[{"code":"token_expired","message":"m"}]}`, want: batch.Fatal, code: "token_expired", hint: "client secret"},
		{name: "401 without a message", status: 401, body: `{"fail":[{"code":"unauthorized"}]}`, want: batch.Fatal, code: "unauthorized", message: "token"},
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
			got := answered(tt.status, tt.header, tt.body, tt.readErr).about("ana@example.com", true, noon)
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
	const ana, cy = `{"emailAddress":"Ana@example.com"}`, `{"emailAddress":"cy@example.com"}`
	tests := []struct {
		name   string
		status int
		body   string
		want   []batch.Verdict
	}{
		{"all", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `,{"emailAddress":"bob@example.com"}]}`,
			[]batch.Verdict{batch.Done, batch.Done, batch.Done}},
		{"one refused", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `],"fail":[{"key":{"emailAddress":"BOB@example.com"},"errors":[{"code":"c"}]}]}`,
			[]batch.Verdict{batch.Done, batch.Refused, batch.Done}},
		{"one not spoken of", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `]}`,
			[]batch.Verdict{batch.Done, batch.Unknown, batch.Done}},
		{"one refused, nobody says who", 200, `{"meta":{"status":200},"data":[` + cy + `,` + ana + `],"fail":[{"errors":[{"code":"c"}]}]}`,
			[]batch.Verdict{batch.Done, batch.Unknown, batch.Done}},
		{"the call refused", 200, `{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"c"}]}]}`,
			[]batch.Verdict{batch.Refused, batch.Refused, batch.Refused}},
		{"success and refusal", 200, `{"meta":{"status":200},"data":[` + ana + `],"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[{"code":"c"}]}]}`,
			[]batch.Verdict{batch.Unknown, batch.Unknown, batch.Unknown}},
		{"HTTP 400", 400, `{"fail":[{"key":{"emailAddress":"bob@example.com"},"errors":[{"code":"c"}]}]}`,
			[]batch.Verdict{batch.Refused, batch.Refused, batch.Refused}},
		{"HTTP 502", 502, ``, []batch.Verdict{batch.Unknown, batch.Unknown, batch.Unknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := answered(tt.status, nil, tt.body, nil)
			var got []batch.Verdict
			for _, e := range emails {
				got = append(got, a.about(e, false, noon).Verdict)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTurnedAway(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"401", 401, ``, true},
		{"expired inside HTTP 200", 200, `{"fail":[{"code":"token_expired"}]}`, true},
		{"unauthorized with 403", 403, `{"fail":[{"code":"unauthorized"}]}`, true},
		{"expired, but something was done", 200, `{"meta":{"status":200},"data":[{}],"fail":[{"code":"token_expired"}]}`, false},
		{"expired, says a broken server", 500, `{"fail":[{"code":"token_expired"}]}`, false},
		{"forbidden", 403, `{"fail":[{"code":"app_forbidden"}]}`, false},
		{"done", 200, okAna, false},
	}
	for _, tt := range tests {
		if got := answered(tt.status, nil, tt.body, nil).turnedAway(); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Every code has a hint, and only verdicts that are refusals.
func TestCodes(t *testing.T) {
	for code, m := range codes {
		if m.hint == "" || m.verdict != "" && m.verdict != batch.Refused && m.verdict != batch.Fatal {
			t.Errorf("%s: %+v", code, m)
		}
	}
}
