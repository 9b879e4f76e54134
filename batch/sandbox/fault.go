package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// A Fault is something to go wrong with the calls that it matches. A call matches by its function and its addresses once it
// is past the quota, the proof of who calls and the reading of its body.
type Fault struct {
	Function    string  // as in Stats: create-user; or a way in: token, login, discover-authentication; "" is any that Kind can hit but a way in
	Address     string  // one of the addresses that the call concerns, in whatever field, in any case; "" is any
	Skip        int     // matching calls to let pass first; one that an earlier fault hits has not passed
	Probability float64 // of a matching call to be hit, above 0 to 1; 0 is 1
	Seed        uint64  // of the draw; 0 draws from Options.Seed. Calls that come in the same order are hit in the same order
	Count       int     // calls to hit; 0 is 1, -1 is no end
	Kind        FaultKind
	Status      int               // HTTP, 400 to 599; of RefuseCode 0 is 200; of MetaStatus and MetaStatusAfter meta.status
	Reset       time.Duration     // of Throttle: what X-RateLimit-Reset tells, rounded up to milliseconds, however absurd
	Delay       time.Duration     // how long the answer is held back; of Drip, the pause before each byte
	Code        string            // of RefuseCode
	Message     string            // of RefuseCode; "" is Code
	Field       string            // of RefuseCode; "" is none
	Headers     map[string]string // of the answer, instead of what it has; "" leaves one out
}

// Inject adds faults, after those that are there: all of them, or with an error none. It refuses a fault that could never do
// what it says.
func (s *Server) Inject(fs ...Fault) error {
	for _, f := range fs {
		if err := f.check(); err != nil {
			return fmt.Errorf("inject fault: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range fs {
		s.faults.arm(f, s.options.Seed)
	}
	return nil
}

// Faults returns the faults that can still hit, in order, with what is left of Skip and Count.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := make([]Fault, len(s.faults.armed))
	for i, f := range s.faults.armed {
		left[i] = f.Fault
	}
	return left
}

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.armed = nil
}

func (f Fault) check() error {
	if f.Skip < 0 || f.Count < -1 {
		return errors.New("skip must not be negative, nor count less than -1")
	}
	if !(f.Probability >= 0 && f.Probability <= 1) { // NaN is in no range
		return fmt.Errorf("probability %v, want 0 to 1", f.Probability)
	}
	if f.Delay < 0 {
		return errors.New("delay must not be negative")
	}
	for name, value := range f.Headers {
		if err := checkHeader(name, value); err != nil {
			return err
		}
	}
	e, ok := f.Kind.effect()
	if !ok {
		return fmt.Errorf("unknown kind %q", f.Kind)
	}
	if err := e.check(f); err != nil {
		return fmt.Errorf("%s: %w", f.Kind, err)
	}
	return nil
}

// check refuses a fault that the effect can't have, that sets what has no part in it, or leaves out what it needs.
func (e effect) check(f Fault) error {
	given := f.given()
	for _, key := range given {
		if key != e.needs && !slices.Contains(strings.Fields(e.takes), key) {
			return fmt.Errorf("takes no %s", key)
		}
	}
	if e.needs != "" && !slices.Contains(given, e.needs) {
		return fmt.Errorf("needs %s", e.needs)
	}
	if err := e.checkTarget(f); err != nil {
		return err
	}
	if e.limits == nil {
		return nil
	}
	return e.limits(f)
}

// given returns the keys that are set of those that tell how calls are hit.
func (f *Fault) given() []string {
	var keys []string
	for _, s := range f.settings() {
		if !s.aims && s.text() != "" {
			keys = append(keys, s.name)
		}
	}
	if len(f.Headers) > 0 {
		keys = append(keys, headerKey)
	}
	return keys
}

// checkTarget refuses a fault of a function that it could never hit.
func (e effect) checkTarget(f Fault) error {
	if f.Function == "" {
		return nil
	}
	all := new(Server).paths()
	i := slices.IndexFunc(all, func(e *endpoint) bool { return e.name == f.Function })
	switch {
	case i < 0:
		return fmt.Errorf("unknown function %q", f.Function)
	case !e.can(all[i].function):
		return fmt.Errorf("can't be of %s", f.Function)
	case f.Address != "" && len(all[i].addresses) == 0:
		return fmt.Errorf("%s concerns no address", f.Function)
	}
	return nil
}

// checkHeader refuses what net/http would not send as it is.
func checkHeader(name, value string) error {
	const tokenText = alphanumeric + "!#$%&'*+-.^_`|~"
	if name == "" || strings.Trim(name, tokenText) != "" {
		return fmt.Errorf("%q is not the name of a header", name)
	}
	switch textproto.CanonicalMIMEHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Connection":
		return fmt.Errorf("header %s is not to be changed: cut the answer instead", name)
	}
	if strings.TrimSpace(value) != value || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("header %s with value %q", name, value)
	}
	return nil
}

// faults are the faults that can still hit, in the order they were injected.
type faults struct {
	armed    []*armed
	injected uint64
}

// armed is a fault with its effect, and the dice that decide whom it hits.
type armed struct {
	Fault
	effect effect
	dice   *rand.Rand
}

func (fs *faults) arm(f Fault, seed uint64) {
	fs.injected++
	dice := rand.New(rand.NewPCG(seed, fs.injected))
	if f.Seed != 0 {
		dice = rand.New(rand.NewPCG(f.Seed, 0))
	}
	f.Address = strings.ToLower(f.Address)
	f.Count = cmp.Or(f.Count, 1)
	f.Probability = cmp.Or(f.Probability, 1)
	e, _ := f.Kind.effect() // Inject has checked that there is one
	fs.armed = append(fs.armed, &armed{f, e, dice})
}

// match returns the fault that hits a call, if any, and counts.
func (fs *faults) match(c *call) (*armed, bool) {
	for i, f := range fs.armed {
		if !f.concerns(c) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.dice.Float64() >= f.Probability {
			continue
		}
		if f.Count > 0 {
			f.Count--
		}
		if f.Count == 0 {
			fs.armed = slices.Delete(fs.armed, i, i+1)
		}
		return f, true
	}
	return nil, false
}

func (f *armed) concerns(c *call) bool {
	hit := f.Function == c.endpoint.name
	if f.Function == "" {
		hit = !c.endpoint.door && f.effect.can(c.endpoint.function)
	}
	return hit && (f.Address == "" || slices.Contains(c.addresses, f.Address))
}

// strike answers a call as the fault has it.
func (f *armed) strike(c *call) answer {
	a := f.effect.strike(f.Fault, c)
	if a.delivery != drip {
		a.hold = f.Delay
	}
	a.headers = make(http.Header, len(f.Headers))
	for name, value := range f.Headers {
		name = textproto.CanonicalMIMEHeaderKey(name)
		a.headers[name] = nil // which keeps net/http from filling it in
		if value != "" {
			a.headers[name] = []string{value}
		}
	}
	return a
}
