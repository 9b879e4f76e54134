package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/mimecast"
)

// The exit codes. They are a promise to scripts. How the tenant is reached is a setting, and a wrong one is usage, be it from
// the command line, the environment, a file or a profile; who calls is a matter of credentials, also before any call.
const (
	exitDone        = 0   // all rows done, unchanged or skipped
	exitFailed      = 1   // could not go on
	exitUsage       = 2   // the command line or a setting is wrong; nobody was called
	exitIncomplete  = 3   // finished, but some rows are invalid, blocked, refused, unknown or not reached
	exitCredentials = 4   // credentials (none, not whole, not private, refused) or permission
	exitSheet       = 5   // the sheet can't be used as it is; nothing was sent
	exitGuard       = 6   // stopped by a guard or a limit
	exitBusy        = 7   // another mimebatch is working on this tenant
	exitInterrupted = 130 // stopped by a signal
)

const exitHelp = `Exit status:
  0    all rows are done, unchanged or skipped
  1    could not go on
  2    the command line or a setting is wrong: a flag, a region, an address, a
       profile, mapping, list or record that isn't there; nobody was called
  3    finished, but some rows are invalid, blocked, refused, unknown or not
       reached
  4    credentials (none, not whole, not private, refused) or permission
  5    the sheet isn't there or can't be used as it is; nothing was sent
  6    stopped by a guard or a limit
  7    another mimebatch is working on this tenant
  130  interrupted`

// stopHelp tells how a run is stopped.
const stopHelp = `The first Ctrl-C begins no more rows, waits for calls on their way, up to --grace, and writes the results;
another one, a second later or more, leaves at once, and so does Ctrl-\; the journal is good all the same. --until,
--max-duration and --max-failures stop the same way. Every stop tells the command that goes on.`

// stop is an error that carries what the person should know: an exit code, and what to do.
type stop struct {
	code int
	err  error // nil if everything was said already
	hint string
}

func (e *stop) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *stop) Unwrap() error { return e.err }

// Hint tells what to do.
func (e *stop) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return batch.HintOf(e.err)
}

func usageError(format string, args ...any) error {
	return &stop{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// hintOf tells what to do about an error, "" if there is nothing to say.
func (a *app) hintOf(err error) string {
	switch hint := batch.HintOf(err); {
	case hint != "":
		return hint
	case errors.Is(err, context.Canceled):
		return a.resumption()
	case errors.Is(err, syscall.ENOSPC):
		return "free some space on that disk, then try again"
	case errors.Is(err, syscall.EIO):
		return "check that disk, then try again"
	case errors.Is(err, fs.ErrPermission):
		return "see whose that file and its folder are, or name another place"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return "check the name; a path is looked for from the folder that you are in"
	case exitCode(err) == exitUsage:
		return a.command.CommandPath() + " --help tells more"
	}
	return ""
}

// exitCode is the one place where an error becomes a number.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if s, ok := errors.AsType[*stop](err); ok {
		return s.code
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if _, ok := errors.AsType[*batch.SheetError](err); ok {
		return exitSheet
	}
	if c, ok := errors.AsType[*batch.CallError](err); ok && c.Fatal() && !mimecast.Unreachable(c.Reply) {
		return exitCredentials
	}
	if c, ok := errors.AsType[*batch.CircuitError](err); ok && c.Reply.Alike {
		return exitCredentials
	}
	if _, ok := errors.AsType[*batch.LimitError](err); ok {
		return exitGuard
	}
	if _, ok := errors.AsType[*durable.HeldError](err); ok {
		return exitBusy
	}
	return exitFailed
}

// resumption tells what to do after an interrupt.
func (a *app) resumption() string {
	switch u := a.underway.Load(); {
	case u != nil:
		return "to go on: " + u.next
	case a.resume != "":
		return "to go on: " + a.resume
	case a.sends():
		return "the same command begins anew"
	}
	return ""
}

// sends tells whether the command reads a tenant for what is then sent to it, by itself or by apply.
func (a *app) sends() bool {
	_, ok := a.command.Annotations[sends]
	return ok
}

// words puts an error into words.
func (a *app) words(err error) string {
	var all []string
	for _, e := range parts(err) {
		switch {
		case !errors.Is(e, context.Canceled):
			all = append(all, e.Error())
		case a.sends() && !a.sent:
			all = append(all, "interrupted; nothing was sent")
		default:
			all = append(all, "interrupted")
		}
	}
	return strings.Join(all, "\n")
}

// parts returns the errors that were joined, one after another.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, parts(e)...)
	}
	return all
}

// report prints an error and its hint.
func (a *app) report(err error) {
	if err == nil {
		return
	}
	for _, e := range parts(err) {
		if s, ok := errors.AsType[*stop](e); ok && s.err == nil {
			continue
		}
		a.errorf("%s", a.words(e))
		if begun := a.underway.Load() != nil; begun && errors.Is(e, context.Canceled) {
			continue // how to go on was said when it ended
		}
		if hint := a.hintOf(e); hint != "" {
			a.hintf("%s", hint)
		}
	}
}
