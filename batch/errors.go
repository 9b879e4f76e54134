package batch

import (
	"errors"
	"fmt"
)

// CallError is a call to the tenant that did not do what it should.
type CallError struct {
	Op    string // what was being done, such as "read domains"
	Reply Reply
	Err   error // the cause, if there is one besides the reply; context errors stay recognisable
}

func (e *CallError) Error() string {
	r := e.Reply.Reason
	switch {
	case r.Code != "" && r.Message != "":
		return fmt.Sprintf("%s: %s (%s)", e.Op, r.Message, r.Code)
	case r.Message != "" || r.Code != "":
		return fmt.Sprintf("%s: %s%s", e.Op, r.Message, r.Code)
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Op, e.Reply.Verdict)
}

func (e *CallError) Unwrap() error { return e.Err }

// Hint tells what to do.
func (e *CallError) Hint() string { return e.Reply.Reason.Hint }

// Fatal tells whether the call failed for want of valid credentials or a permission.
func (e *CallError) Fatal() bool { return e.Reply.Verdict == Fatal }

// SheetError says that a sheet can't be used as it is. Nothing was sent.
type SheetError struct {
	Path string
	Msg  string
	Fix  string // what to do
	Err  error
}

func (e *SheetError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return e.Path + ": " + e.Msg
}

func (e *SheetError) Unwrap() error { return e.Err }

// Hint tells what to do.
func (e *SheetError) Hint() string {
	if e.Fix != "" {
		return e.Fix
	}
	return HintOf(e.Err)
}

// ErrRows is returned when the rows of a results sheet don't add up to the rows of its plan.
var ErrRows = errors.New("rows don't add up")

// HintOf returns the first hint in err's chain, "" for none.
func HintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}

// refusal says why a sheet can't be used as it is, and what to do; a [SheetError] adds which sheet it is.
type refusal struct{ msg, hint string }

func (e *refusal) Error() string { return e.msg }
func (e *refusal) Hint() string  { return e.hint }
