package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"
)

var (
	errKeyUnknown     = errors.New("unknown access key")
	errSignature      = errors.New("signature does not match")
	errBindingExpired = errors.New("binding expired")
	errAppUnknown     = errors.New("unknown application id")
)

// authenticate tells who makes a call, by a token of API 2.0 or a signature of API 1.0. The error is one that [unauthorized]
// knows.
func (s *Server) authenticate(r *http.Request, now time.Time) (by string, err error) {
	scheme, proof, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		by, err = s.options.ClientID, s.tokens.check(strings.TrimSpace(proof), now)
	case signed(r):
		by, err = s.options.Administrator, s.checkSignature(r, proof, now)
	default:
		err = errTokenUnknown
	}
	if err != nil {
		return "", err
	}
	return by, nil
}

// signed tells whether a request speaks API 1.0.
func signed(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "MC")
}

// checkSignature checks accessKey:signature. Nothing but the signature is told of a call whose signature is wrong.
func (s *Server) checkSignature(r *http.Request, proof string, now time.Time) error {
	accessKey, signature, _ := strings.Cut(proof, ":")
	secret, expired, err := s.bindings.secretOf(strings.TrimSpace(accessKey), now)
	if err != nil {
		return err
	}
	shown, err := base64.StdEncoding.DecodeString(strings.TrimSpace(signature))
	if err != nil {
		return errSignature
	}
	date, id := r.Header.Get("x-mc-date"), r.Header.Get("x-mc-req-id")
	matches := func(uri string) bool { return hmac.Equal(shown, sign(secret, date, id, uri, s.bindings.keys.AppKey)) }
	if !matches(r.URL.EscapedPath()) && !matches(r.URL.RequestURI()) {
		return errSignature
	}
	if expired {
		return errBindingExpired
	}
	if at, err := parseDate(date); err != nil || at.Sub(now).Abs() > s.options.ClockSkew {
		return errSignature
	}
	return s.checkApp(r)
}

// sign is the signature of API 1.0. It covers neither the method nor the body.
func sign(secret []byte, date, id, uri, appKey string) []byte {
	h := hmac.New(sha1.New, secret)
	h.Write([]byte(date + ":" + id + ":" + uri + ":" + appKey))
	return h.Sum(nil)
}

// parseDate reads Tue, 24 Nov 2015 12:50:11 UTC, or GMT. The error is errSignature.
func parseDate(s string) (time.Time, error) {
	at, err := time.Parse("Mon, 2 Jan 2006 15:04:05 MST", s)
	if err != nil {
		return time.Time{}, errSignature
	}
	// Any other abbreviation is read as a zone of the same offset.
	if zone, _ := at.Zone(); zone != "UTC" && zone != "GMT" {
		return time.Time{}, errSignature
	}
	return at, nil
}

// checkApp is all that the ways in of API 1.0 want to know.
func (s *Server) checkApp(r *http.Request) error {
	if r.Header.Get("x-mc-app-id") != s.bindings.keys.AppID {
		return errAppUnknown
	}
	return nil
}

// unauthorized is the answer to a call that could not prove who makes it.
func unauthorized(r *http.Request, err error) answer {
	switch {
	case errors.Is(err, errKeyUnknown), errors.Is(err, errSignature):
		return refuseCall(http.StatusUnauthorized, invalidSignature)
	case errors.Is(err, errBindingExpired):
		return refuseCall(http.StatusTeapot, refusal{Code: "err_xdk_binding_expired", Message: "Binding has expired"})
	case errors.Is(err, errAppUnknown):
		return wrongApp(r)
	case errors.Is(err, errTokenExpired):
		return flat(http.StatusUnauthorized, "token_expired", "The access token has expired.")
	}
	return flat(http.StatusUnauthorized, "unauthorized", "The request carries no access token that is known here.")
}

var invalidSignature = refusal{Code: "err_xdk_invalid_signature", Message: "0004 Invalid Signature"}

// bareSignature is the other shape that an invalid signature was seen to be answered in.
func bareSignature() answer {
	type meta struct {
		IsLastToken bool `json:"isLastToken"`
		Status      int  `json:"status"`
	}
	return jsonAnswer(http.StatusUnauthorized, struct {
		Meta meta      `json:"meta"`
		Fail []failure `json:"fail"`
	}{meta{Status: http.StatusUnauthorized}, []failure{{Errors: []refusal{invalidSignature}}}})
}

// wrongApp is the one refusal of a caller that comes with HTTP 200.
func wrongApp(r *http.Request) answer {
	id := r.Header.Get("x-mc-app-id")
	return refuseCall(http.StatusOK, refusal{Code: "err_developer_key", Message: "App ID is invalid: " + id})
}
