package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// errNull tells that data, or an object in it, is null.
var errNull = errors.New("payload contains null objects")

// A request is the body of a call: {"meta":{"pagination":{"pageSize","pageToken"}},"data":[…]}, all of it optional. Names
// are taken as they are written, never by another case, and unknown ones are ignored.
type request struct {
	pageSize  *int // nil: not asked for pages
	pageToken string
	data      []object
}

// An object is one entry of data.
type object struct {
	raw    json.RawMessage // as it came, to be echoed
	fields map[string]json.RawMessage
}

// parseRequest reads a body. The error is [errNull], or tells what can't be read.
func parseRequest(body []byte) (request, error) {
	top, err := members(body)
	if err != nil {
		return request{}, err
	}
	if top == nil {
		return request{}, fmt.Errorf("read request: not an object")
	}
	var asked request
	if err := asked.readMeta(top["meta"]); err != nil {
		return request{}, err
	}
	if err := asked.readData(top["data"]); err != nil {
		return request{}, err
	}
	return asked, nil
}

func (q *request) readMeta(raw json.RawMessage) error {
	meta, err := members(raw)
	if err != nil {
		return err
	}
	pagination, err := members(meta["pagination"])
	if err != nil {
		return err
	}
	if err := value(pagination["pageSize"], &q.pageSize); err != nil {
		return err
	}
	return value(pagination["pageToken"], &q.pageToken)
}

func (q *request) readData(raw json.RawMessage) error {
	if string(raw) == "null" {
		return errNull
	}
	var all []json.RawMessage
	if err := value(raw, &all); err != nil {
		return err
	}
	for _, raw := range all {
		fields, err := members(raw)
		if err != nil {
			return err
		}
		if fields == nil {
			return errNull
		}
		q.data = append(q.data, object{raw: raw, fields: fields})
	}
	return nil
}

// addresses returns the addresses that the request concerns, in lower case.
func (q request) addresses() []string {
	var all []string
	for _, o := range q.data {
		if a := o.address(); a != "" {
			all = append(all, a)
		}
	}
	return all
}

// address returns what an object has as its address, in lower case, valid or not.
func (o object) address() string {
	var s string
	if err := value(o.fields["emailAddress"], &s); err != nil {
		return ""
	}
	return strings.ToLower(s)
}

// members reads a JSON object; null and nothing at all are a nil map.
func members(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	err := value(raw, &m)
	return m, err
}

// value reads a JSON value into v, and leaves v alone when there is none.
func value(raw json.RawMessage, v any) error {
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	return nil
}

// A reading takes the fields of one object and gathers what is wrong with them. A field that is absent or wrong leaves its
// target alone.
type reading struct {
	fields   map[string]json.RawMessage
	refusals []refusal
}

func (r *reading) refuse(field, code, message string) {
	r.refusals = append(r.refusals, refusal{Code: code, Message: message, Field: field})
}

// present tells whether there is a value to read; null is refused.
func (r *reading) present(field string) bool {
	raw, ok := r.fields[field]
	if ok && string(raw) == "null" {
		r.refuse(field, "err_validation_null", "cannot be null")
		return false
	}
	return ok
}

// text reads a string that, if present, is not blank.
func (r *reading) text(field string, into *string) bool {
	if !r.present(field) {
		return false
	}
	var s string
	if err := json.Unmarshal(r.fields[field], &s); err != nil {
		r.refuse(field, "err_validation_value_not_allowed", "Field must be a string")
		return false
	}
	if strings.TrimSpace(s) == "" {
		r.refuse(field, "err_validation_blank", "if present, cannot be blank")
		return false
	}
	*into = s
	return true
}

// flag reads a boolean. The service takes it as a string, too, in any case.
func (r *reading) flag(field string, into *bool) {
	if !r.present(field) {
		return
	}
	if json.Unmarshal(r.fields[field], into) == nil {
		return
	}
	var s string
	switch err := json.Unmarshal(r.fields[field], &s); {
	case err == nil && strings.TrimSpace(s) == "":
		r.refuse(field, "err_validation_blank", "if present, cannot be blank")
	case strings.EqualFold(s, "true"):
		*into = true
	case strings.EqualFold(s, "false"):
		*into = false
	default:
		r.refuse(field, "err_validation_value_not_allowed", "Field must be one of [true, false]")
	}
}

// address reads the required emailAddress, in lower case.
func (r *reading) address(into *string) {
	const field = "emailAddress"
	if _, ok := r.fields[field]; !ok {
		r.refuse(field, "err_validation_null", "cannot be null")
		return
	}
	var s string
	if !r.text(field, &s) {
		return
	}
	if !validAddress(s) {
		r.refuse(field, "err_validation_invalid_email_address", "Email address is not valid")
		return
	}
	*into = strings.ToLower(s)
}

// password checks a password against the policy and counts it. It goes nowhere from here.
func (r *reading) password(policy PasswordPolicy, changes *int) {
	const field = "password"
	var s string
	if !r.text(field, &s) {
		return
	}
	if !policy.allows(s) {
		r.refuse(field, "err_validation_password_policy", "Password does not meet the password policy of the account")
		return
	}
	*changes++
}

// date reads a date and time with a zone: 2015-11-16T14:49:18+0000 as documented, or RFC 3339 as in examples.
func (r *reading) date(field string, into *string) {
	var s string
	if !r.text(field, &s) {
		return
	}
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if _, err := time.Parse(layout, s); err == nil {
			*into = s
			return
		}
	}
	r.refuse(field, "err_validation_invalid_date", "Date is not valid")
}
