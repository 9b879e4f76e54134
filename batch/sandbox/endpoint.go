package sandbox

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"time"
)

// An endpoint is a function with what stands in front of it. What changes in it is guarded by the server's lock.
type endpoint struct {
	*function
	admit func(*http.Request, time.Time) (by string, err error) // an error is one that unauthorized knows
	run   func(*http.Request, request) answer
	door  bool // a way in: a fault hits it only by name, and Options.Executed is not told
	free  bool // without a quota

	strangers window // of calls by unknown access keys
	throttled int
}

// paths returns all endpoints: the functions, which want proof of who calls, and the ways to get what proves it.
func (s *Server) paths() []*endpoint {
	var all []*endpoint
	for _, fn := range s.table() {
		run := func(_ *http.Request, asked request) answer { return fn.run(asked) }
		all = append(all, &endpoint{function: fn, admit: s.authenticate, run: run})
	}
	anybody := func(*http.Request, time.Time) (string, error) { return "", nil }
	return append(all,
		&endpoint{
			function: &function{path: "/oauth/token", name: "token", read: readForm},
			admit:    anybody, run: s.grant, door: true, free: true,
		},
		&endpoint{
			function: &function{path: "/api/login/discover-authentication", name: "discover-authentication", addresses: []string{emailAddress}},
			admit:    s.admitApp, run: s.discover, door: true,
		},
		&endpoint{
			function: &function{path: "/api/login/login", name: "login"},
			admit:    s.admitApp, run: s.login, door: true,
		},
	)
}

// A call is one request on its way through the stations that the package comment lists.
type call struct {
	server    *Server
	endpoint  *endpoint // nil for an unknown path
	request   *http.Request
	body      []byte
	unread    error // why body is not whole
	unproven  error // why it is not known who calls
	asked     request
	addresses []string // that it concerns
	executed  []Execution
	record    Call
}

func (c *call) serve(w http.ResponseWriter) {
	c.body, c.unread = io.ReadAll(http.MaxBytesReader(w, c.request.Body, maxBody))
	a := c.decide()
	if !c.endpoint.door {
		for _, x := range c.executed {
			c.server.options.Executed(c.endpoint.name, x.Address)
		}
		a.hold += c.server.options.Latency
	}
	a.deliver(w, c.request)
}

// stray answers and logs a call of a path that leads nowhere.
func (c *call) stray() answer {
	a := nowhere(c.request)
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.record.Time, c.record.Status = s.options.Now(), a.status
	s.log.add(c.record)
	return a
}

// decide settles what a call is answered, counts it and logs it.
func (c *call) decide() answer {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.record.Time = s.options.Now()
	c.record.By, c.unproven = c.endpoint.admit(c.request, c.record.Time)
	limits, granted := c.take()
	a := throttled()
	if granted {
		a = c.enter()
	}
	if a.limits == nil && !c.endpoint.free {
		a.limits = &limits
	}
	c.count(a)
	return a
}

// take spends a call of the quota. Whose access key is unknown spends from one that is set apart.
func (c *call) take() (limits, bool) {
	switch e := c.endpoint; {
	case e.free:
		return limits{}, true
	case errors.Is(c.unproven, errKeyUnknown):
		return e.strangers.take(strangersQuota, c.record.Time)
	default:
		return e.window.take(c.server.quota(e), c.record.Time)
	}
}

// enter takes a call that has its quota past the gateway and through its function, unless a fault comes in between.
func (c *call) enter() answer {
	if c.request.Method != cmp.Or(c.endpoint.method, http.MethodPost) {
		return wrongMethod()
	}
	if c.unproven != nil {
		return unauthorized(c.request, c.unproven)
	}
	if a, lacks := c.endpoint.withheld(c.request, c.server.options.Without); lacks {
		return a
	}
	if c.unread != nil {
		return unreadable(c.unread)
	}
	read := c.endpoint.read
	if read == nil {
		read = readJSON
	}
	asked, err := read(c.request, c.body)
	if err != nil {
		return unreadable(err)
	}
	asked.by, asked.at = c.record.By, c.record.Time
	c.asked = asked
	c.addresses = asked.addresses(c.endpoint.addresses)
	c.record.Addresses = logged(c.addresses)
	if fault, hit := c.server.faults.match(c); hit {
		c.record.Fault = fault.Kind
		return fault.strike(c)
	}
	return c.execute()
}

// execute runs the function, and notes what it did: a fault may give another answer.
func (c *call) execute() answer {
	before := c.server.changes
	a := c.endpoint.run(c.request, c.asked)
	c.executed = a.executed
	if len(c.executed) == 0 && c.server.changes > before {
		c.executed = []Execution{{Done: Done}} // as far as it came
	}
	c.record.Executed = logged(c.executed)
	return a
}

func (c *call) count(a answer) {
	s, e := c.server, c.endpoint
	if len(c.executed) > 0 {
		e.calls++
	}
	if a.status == http.StatusTooManyRequests {
		e.throttled++
		s.throttled++
	} else {
		e.peak.add(c.record.Time)
	}
	for _, x := range c.executed {
		if x.Address != "" {
			s.tally(x)
		}
	}
	if c.record.Status = a.status; a.delivery == none || a.delivery == reset || a.delivery == stalled {
		c.record.Status = 0
	}
	s.log.add(c.record)
}
