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

// ErrCircuit says that a run was stopped because one call after another failed for a reason that is not the row's. What was
// not sent is open: applying the run again goes on with it. It comes in a *[CircuitError].
var ErrCircuit = errors.New("one call after another failed")

// CircuitError is [ErrCircuit] with the reason.
type CircuitError struct {
	Calls int   // that failed in a row
	Reply Reply // of the last of them
}

func (e *CircuitError) Error() string {
	call := CallError{Op: "the service doesn't answer", Reply: e.Reply}
	if e.Reply.heard() {
		call.Op = fmt.Sprintf("%d calls in a row failed for a reason that is not the row's", e.Calls)
	}
	return call.Error()
}

// Unwrap returns [ErrCircuit].
func (e *CircuitError) Unwrap() error { return ErrCircuit }

// Hint tells what to do.
func (e *CircuitError) Hint() string {
	first := e.Reply.Reason.Hint
	switch {
	case first != "":
	case e.Reply.heard():
		first = "find out what the reason means"
	default:
		first = "wait until the service answers"
	}
	return first + "; then apply the run again: it goes on with the rows that were not reached"
}

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
