package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A FaultKind is what goes wrong with a call.
type FaultKind string

const (
	CloseBefore  FaultKind = "close-before"  // the connection is closed; not executed
	CloseAfter   FaultKind = "close-after"   // executed, then the connection is closed without an answer
	CutAfter     FaultKind = "cut-after"     // executed, then half of the answer's body, then the connection is closed
	StatusBefore FaultKind = "status-before" // HTTP Status; not executed
	StatusAfter  FaultKind = "status-after"  // executed, then HTTP Status
	Throttle     FaultKind = "throttle"      // HTTP 429 with Reset; not executed
	Garbage      FaultKind = "garbage"       // executed, then HTTP 200 with a page of HTML
	MetaStatus   FaultKind = "meta-status"   // HTTP 200, meta.status Status, data and fail empty; not executed
	EmptyData    FaultKind = "empty-data"    // executed, then HTTP 200, meta.status 200, data and fail empty
	ExpireToken  FaultKind = "expire-token"  // all tokens revoked, HTTP 401 token_expired; not executed
	Stall        FaultKind = "stall"         // executed, then no answer until the client goes away
)

// A Fault is something to go wrong with the calls that it matches. A call matches by its function and its addresses once it
// is past the quota, the token and the reading of its body.
type Fault struct {
	Function string        // as in Stats: create-user; "" is any
	Address  string        // one of the addresses of the call, in any case; "" is any
	Skip     int           // matching calls to let pass first; one that an earlier fault hits has not passed
	Count    int           // calls to hit; 0 is 1
	Kind     FaultKind     // what goes wrong
	Status   int           // of StatusBefore, StatusAfter (400 to 599) and MetaStatus (above 0)
	Reset    time.Duration // of Throttle: what X-RateLimit-Reset tells, rounded up to milliseconds, however absurd
}

// Inject adds a fault, after those that are there. It refuses a fault that could never do what it says.
func (s *Server) Inject(f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := slices.ContainsFunc(s.functions, func(fn *function) bool { return fn.name == f.Function })
	if f.Function != "" && !known {
		return fmt.Errorf("inject fault: unknown function %q", f.Function)
	}
	if err := f.check(); err != nil {
		return fmt.Errorf("inject fault: %w", err)
	}
	f.Address = strings.ToLower(f.Address)
	f.Count = max(f.Count, 1)
	s.faults = append(s.faults, &f)
	return nil
}

func (f Fault) check() error {
	if f.Skip < 0 || f.Count < 0 {
		return errors.New("skip and count must not be negative")
	}
	switch f.Kind {
	case StatusBefore, StatusAfter:
		if f.Status < 400 || f.Status > 599 {
			return fmt.Errorf("%s with status %d, want 400 to 599", f.Kind, f.Status)
		}
	case MetaStatus:
		if f.Status < 1 {
			return fmt.Errorf("%s with status %d, want one above 0", f.Kind, f.Status)
		}
	case CloseBefore, CloseAfter, CutAfter, Throttle, Garbage, EmptyData, ExpireToken, Stall:
	default:
		return fmt.Errorf("unknown kind %q", f.Kind)
	}
	return nil
}

// faults are the faults that still have calls to hit, in the order they were injected.
type faults []*Fault

// match returns the fault that hits a call, if any, and counts.
func (fs *faults) match(function string, addresses []string) (Fault, bool) {
	for i, f := range *fs {
		if f.Function != "" && f.Function != function || f.Address != "" && !slices.Contains(addresses, f.Address) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Count--
		if f.Count == 0 {
			*fs = slices.Delete(*fs, i, i+1)
		}
		return *f, true
	}
	return Fault{}, false
}

// before returns the answer of a fault that comes instead of an execution.
func (f Fault) before(q Quota) (answer, bool) {
	switch f.Kind {
	case CloseBefore:
		return answer{delivery: none}, true
	case StatusBefore:
		return gateway(f.Status), true
	case Throttle:
		a := throttled()
		a.limits = &limits{limit: q.Calls, reset: f.Reset}
		return a, true
	case MetaStatus:
		return metaStatus(f.Status), true
	case ExpireToken:
		return unauthorized(errTokenExpired), true
	}
	return answer{}, false
}

// after returns what a fault makes of the answer to a call that was executed.
func (f Fault) after(a answer) answer {
	settled := a.settled
	switch f.Kind {
	case CloseAfter:
		a.delivery = none
	case CutAfter:
		a.delivery = half
	case Stall:
		a.delivery = stalled
	case StatusAfter:
		a = gateway(f.Status)
	case Garbage:
		a = page(http.StatusOK, "Service notice")
	case EmptyData:
		a = metaStatus(http.StatusOK)
	}
	a.settled = settled
	return a
}

// metaStatus is an envelope that tells a status of its own, with HTTP 200.
func metaStatus(status int) answer {
	a := classic(status, envelope{})
	a.status = http.StatusOK
	return a
}

// gateway is the answer of something in front of the service.
func gateway(status int) answer { return page(status, http.StatusText(status)) }

func page(status int, title string) answer {
	html := "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n"
	return answer{status: status, contentType: "text/html", body: []byte(html)}
}
