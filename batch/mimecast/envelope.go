package mimecast

import (
	"encoding/json"
	"strings"
)

// envelope is the body of an answer, in one shape for the several that the service has.
type envelope struct {
	status   int // meta.status, 0 if there is none
	page     page
	data     []json.RawMessage
	refusals []refusal
}

type page struct {
	Total *int   `json:"totalCount"`
	Next  string `json:"next"`
}

// refusal is one reason that the service gives for not doing something.
type refusal struct {
	email                string // whom it is about, "" if it doesn't say
	code, message, field string
	classic              bool // of a function, rather than of the gateway in front of the functions
}

// reason is a refusal as it is written. There is more in it, such as retryable, which is false in all that was ever seen.
type reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field"`
}

// key is the object that a refusal is about, as it was sent, password and all: of it nothing but the address is read.
type key struct{ email string }

func (k *key) UnmarshalJSON(b []byte) error {
	var object struct {
		EmailAddress string `json:"emailAddress"`
	}
	// A key of another shape names no address.
	if json.Unmarshal(b, &object) == nil {
		k.email = object.EmailAddress
	}
	return nil
}

// decode reads the body of an answer: the classic envelope {"meta":{"status"},"data":[],"fail":[{"key","errors":[]}]}, the
// gateway's flat {"fail":[{"code","message"}]}, and the {"errors":[]} of the newer functions. It is false if body is none.
func decode(body []byte) (envelope, bool) {
	var w struct {
		Meta struct {
			Status     int  `json:"status"`
			Pagination page `json:"pagination"`
		} `json:"meta"`
		Data []json.RawMessage `json:"data"`
		Fail []struct {
			Key    *key     `json:"key"`
			Errors []reason `json:"errors"`
			reason
		} `json:"fail"`
		Errors []reason `json:"errors"`
	}
	if json.Unmarshal(body, &w) != nil {
		return envelope{}, false
	}
	e := envelope{status: w.Meta.Status, page: w.Meta.Pagination, data: w.Data}
	for _, f := range w.Fail {
		classic := f.Key != nil || len(f.Errors) > 0
		if len(f.Errors) == 0 {
			// Flat, or without a reason: it is a refusal all the same.
			f.Errors = []reason{f.reason}
		}
		for _, r := range f.Errors {
			why := refusal{code: r.Code, message: r.Message, field: r.Field, classic: classic}
			if f.Key != nil {
				why.email = f.Key.email
			}
			e.refusals = append(e.refusals, why)
		}
	}
	for _, r := range w.Errors {
		e.refusals = append(e.refusals, refusal{code: r.Code, message: r.Message, field: r.Field})
	}
	return e, true
}

// refusalsOf returns the refusals that concern an address; alone says that the call was about no other.
// One without an address is everybody's if nobody succeeded; else nobody can say whose it is.
func (e envelope) refusalsOf(email string, alone bool) []refusal {
	if alone {
		return e.refusals
	}
	var own, general []refusal
	for _, r := range e.refusals {
		switch {
		case strings.EqualFold(r.email, email):
			own = append(own, r)
		case r.email == "" && len(e.data) == 0:
			general = append(general, r)
		}
	}
	if len(own) > 0 {
		return own
	}
	return general
}
