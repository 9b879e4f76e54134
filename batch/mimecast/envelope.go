package mimecast

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"unicode/utf8"
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
		EmailAddress   string   `json:"emailAddress"`
		EmailAddresses []string `json:"emailAddresses"`
	}
	// A key of another shape, or of several addresses, names none.
	if json.Unmarshal(b, &object) == nil {
		k.email = object.EmailAddress
		if len(object.EmailAddresses) == 1 {
			k.email = cmp.Or(k.email, object.EmailAddresses[0])
		}
	}
	return nil
}

// decode reads the body of an answer: the classic envelope {"meta":{"status"},"data":[],"fail":[{"key","errors":[]}]}, the
// gateway's flat {"fail":[{"code","message"}]}, and the {"errors":[]} of the newer functions. It is false if body is none, or
// says something twice: of two values of one name the decoder would keep one, and a refusal could go under.
func decode(body []byte) (envelope, bool) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
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
	if json.Unmarshal(body, &w) != nil || repeatsName(body) {
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

// repeatsName tells whether an object in body, which is valid JSON, has two members of one name, as the decoder takes names: in
// any case.
func repeatsName(body []byte) bool {
	type member struct {
		object int
		name   string
	}
	members := map[member]bool{}
	var around []int // the number of each object that is open, 0 for an array
	objects := 0
	named := false // a string that comes now is a name
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{':
			objects++
			around = append(around, objects)
			named = true
		case '[':
			around = append(around, 0)
			named = false
		case '}', ']':
			around = around[:len(around)-1]
		case ',':
			named = around[len(around)-1] != 0
		case ':':
			named = false
		case '"':
			begin := i
			for i++; body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
			if named {
				m := member{around[len(around)-1], foldName(body[begin : i+1])}
				if members[m] {
					return true
				}
				members[m] = true
			}
		}
	}
	return false
}

// foldName returns a quoted name without regard to case.
func foldName(quoted []byte) string {
	name := string(quoted[1 : len(quoted)-1])
	plain := true
	for _, b := range quoted {
		plain = plain && b < utf8.RuneSelf && b != '\\'
	}
	if plain {
		return strings.ToLower(name)
	}
	if json.Unmarshal(quoted, &name) != nil {
		return name
	}
	// Upper case first: the decoder also takes ſ for s and K for k.
	return strings.ToLower(strings.ToUpper(name))
}

// finding is what an answer holds for one of the addresses that its call was about.
type finding struct {
	user     user
	entry    bool // data has an entry for it
	own      bool // there is an entry or a refusal that names it
	refusals []refusal
}

// findings returns what there is for each of the addresses that a call was about. What is said of others is ignored.
//
// A refusal that names nobody is everybody's if nobody succeeded. If some did, nobody can say whose it is, and it is not held
// against those who are in data; those who aren't are not spoken of. If all did, it contradicts every one of them.
func (e envelope) findings(emails []string) []finding {
	found := make([]finding, len(emails))
	everybody := true
	for i, email := range emails {
		f := &found[i]
		f.user, f.entry = e.user(email)
		everybody = everybody && f.entry
	}
	for i, email := range emails {
		f := &found[i]
		for _, r := range e.refusals {
			if sameAddress(r.email, email) {
				f.own = true
				f.refusals = append(f.refusals, r)
			}
		}
		if len(emails) == 1 || !f.own && (everybody || len(e.data) == 0) {
			f.refusals = nil
			for _, r := range e.refusals {
				if r.email == "" || sameAddress(r.email, email) {
					f.refusals = append(f.refusals, r)
				}
			}
		}
		f.own = f.own || f.entry
	}
	return found
}

// sameAddress compares addresses without regard to the case of plain letters. Other letters that fold together, such as K and
// the sign for Kelvin, are not the same.
func sameAddress(a, b string) bool { return plainLower(a) == plainLower(b) }

func plainLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
