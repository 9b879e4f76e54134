package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
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
	file      []byte    // what import-users takes beside its arguments
	by        string    // who calls, as the audit log names them
	at        time.Time // when
}

// An object is one entry of data.
type object struct {
	raw    json.RawMessage // as it came, to be echoed
	fields map[string]json.RawMessage
}

// byteOrderMark is what some programs begin a text in UTF-8 with.
const byteOrderMark = "\uFEFF"

// parseRequest reads a body: JSON, or what Python prints of the same, with or without a byte order mark. The error is
// [errNull], or tells what can't be read.
func parseRequest(body []byte) (request, error) {
	top, err := members(fromPython(bytes.TrimPrefix(body, []byte(byteOrderMark))))
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
	if err := q.readPageSize(pagination["pageSize"]); err != nil {
		return err
	}
	return value(pagination["pageToken"], &q.pageToken)
}

// readPageSize reads a number or, as with booleans, a text of it.
func (q *request) readPageSize(raw json.RawMessage) error {
	var text string
	if json.Unmarshal(raw, &text) != nil || text == "" {
		return value(raw, &q.pageSize)
	}
	size, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("read request: pageSize: %w", err)
	}
	q.pageSize = &size
	return nil
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

// emailAddress is the field that has the address of an account in most functions.
const emailAddress = "emailAddress"

// addresses returns the addresses that the request has in some fields of its objects: in lower case, valid or not, and no
// more of one than a log holds.
func (q request) addresses(fields []string) []string {
	var all []string
	for _, o := range q.data {
		for _, field := range fields {
			for _, a := range o.texts(field) {
				all = append(all, clip(strings.ToLower(a)))
			}
		}
	}
	return all
}

// texts returns the text of a field, or those of a list in it.
func (o object) texts(field string) []string {
	var one string
	if json.Unmarshal(o.fields[field], &one) == nil && one != "" {
		return []string{one}
	}
	var many []string
	if json.Unmarshal(o.fields[field], &many) != nil {
		return nil
	}
	return many
}

// address returns what an object has as its address, as request.addresses does, or "".
func (o object) address() string {
	var s string
	if json.Unmarshal(o.fields[emailAddress], &s) != nil {
		return ""
	}
	return clip(strings.ToLower(s))
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

// required is present for a field that must be there.
func (r *reading) required(field string) bool {
	if _, ok := r.fields[field]; !ok {
		r.refuse(field, "err_validation_null", "cannot be null")
		return false
	}
	return r.present(field)
}

// need reads a required string.
func (r *reading) need(field string, into *string) bool {
	return r.required(field) && r.text(field, into)
}

// address reads a required address, in lower case.
func (r *reading) address(field string, into *string) bool {
	var s string
	if !r.need(field, &s) {
		return false
	}
	if !validAddress(s) {
		r.refuse(field, "err_validation_invalid_email_address", "Email address is not valid")
		return false
	}
	*into = strings.ToLower(s)
	return true
}

// texts reads a list of strings that are not blank.
func (r *reading) texts(field string, into *[]string) {
	if !r.present(field) {
		return
	}
	var all []string
	if err := json.Unmarshal(r.fields[field], &all); err != nil {
		r.refuse(field, "err_validation_value_not_allowed", "Field must be a list of strings")
		return
	}
	for _, s := range all {
		if strings.TrimSpace(s) == "" {
			r.refuse(field, "err_validation_blank", "if present, cannot be blank")
			return
		}
	}
	*into = all
}

// password checks a password against the policy and counts it. It goes nowhere from here.
func (r *reading) password(policy PasswordPolicy, weak refusal, changes *int) {
	var s string
	if !r.text("password", &s) {
		return
	}
	if !policy.allows(s) {
		r.refusals = append(r.refusals, weak)
		return
	}
	*changes++
}

// date reads a date and time with a zone, and keeps it as it was sent.
func (r *reading) date(field string, into *string) {
	var s string
	if !r.text(field, &s) {
		return
	}
	if _, err := parseTime(s); err != nil {
		r.refuse(field, "err_validation_invalid_date", "Date is not valid")
		return
	}
	*into = s
}

// moment reads a required date and time with a zone.
func (r *reading) moment(field string, into *time.Time) {
	var s string
	if !r.need(field, &s) {
		return
	}
	at, err := parseTime(s)
	if err != nil {
		r.refuse(field, "err_validation_invalid_date", "Date is not valid")
		return
	}
	*into = at
}

// timeFormat is how the service writes a date and time.
const timeFormat = "2006-01-02T15:04:05-0700"

// parseTime takes 2015-11-16T14:49:18+0000 as documented, or RFC 3339 as in examples.
func parseTime(s string) (time.Time, error) {
	at, err := time.Parse(timeFormat, s)
	if err != nil {
		return time.Parse(time.RFC3339, s)
	}
	return at, nil
}
