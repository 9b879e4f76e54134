package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Call is one line of the request log. It holds no body, no password, no token and no key.
type Call struct {
	Seq       int         `json:"seq"` // 1 for the first call; what is missing before the first line was dropped
	Time      time.Time   `json:"time"`
	Function  string      `json:"function,omitempty"` // "" for an unknown path
	Path      string      `json:"path"`
	Addresses []string    `json:"addresses,omitempty"` // that the call concerns, in lower case, up to a hundred
	By        string      `json:"by,omitempty"`        // who proved to make the call
	Status    int         `json:"status"`              // HTTP; 0 if no answer was meant to arrive
	Fault     FaultKind   `json:"fault,omitempty"`     // that hit the call
	Executed  []Execution `json:"executed,omitempty"`  // what was done, whatever the answer said, up to a hundred; none: nothing
	RequestID string      `json:"requestId"`           // as in x-request-id
}

// An Execution is what was done for one address, or with address "" by a call that concerns none.
type Execution struct {
	Address string `json:"address,omitempty"`
	Done    Deed   `json:"done"`
	Code    string `json:"code,omitempty"` // of what was refused
}

// A Deed is what an execution did.
type Deed string

const (
	Created   Deed = "created"
	Silenced  Deed = "silent"  // create-user said success for an address that existed, and changed nothing
	Updated   Deed = "updated" // update-user with a setting
	StateRead Deed = "read"    // update-user with the address alone
	Refused   Deed = "refused" // by a code
	Done      Deed = "done"    // any other function
)

const (
	maxLogged = 100 // addresses of a call
	maxText   = 320 // bytes of an address or a path: longer than any that is valid
)

// A log is a ring of the last calls.
type log struct {
	ring []Call
	most int
	seq  int
}

func (l *log) add(c Call) {
	l.seq++
	c.Seq = l.seq
	if len(l.ring) < l.most {
		l.ring = append(l.ring, c)
		return
	}
	l.ring[(l.seq-1)%l.most] = c
}

// after returns the calls with a higher number, in order.
func (l *log) after(seq int) []Call {
	var calls []Call
	for n := max(seq, l.seq-len(l.ring), 0) + 1; n <= l.seq; n++ {
		calls = append(calls, l.ring[(n-1)%l.most])
	}
	return calls
}

// Log returns the last calls, up to [Options.LogSize] of them, in the order in which they were let in.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.after(0)
}

// serveLog answers JSON Lines; ?after=SEQ leaves out what was read before.
func (s *Server) serveLog(r *http.Request) answer {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil && r.URL.Query().Has("after") {
		return flat(http.StatusBadRequest, "invalid_request", "after must be a number.")
	}
	s.mu.Lock()
	calls := s.log.after(after)
	s.mu.Unlock()
	a := answer{status: http.StatusOK, contentType: "application/x-ndjson"}
	for _, c := range calls {
		line, err := json.Marshal(c)
		if err != nil {
			panic("sandbox: marshal log: " + err.Error()) // only shapes of this package come here
		}
		a.body = append(append(a.body, line...), '\n')
	}
	return a
}

// logged returns as much of a list as a log can hold.
func logged[T any](all []T) []T { return all[:min(len(all), maxLogged)] }

// clip returns as much of a text as a log can hold, and keeps nothing else alive.
func clip(s string) string { return strings.Clone(s[:min(len(s), maxText)]) }
