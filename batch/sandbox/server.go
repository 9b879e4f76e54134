package sandbox

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// maxBody is how much of a request is read, in bytes.
const maxBody = 1 << 20

// Existing is what create-user does with an address that exists already.
type Existing string

const (
	Refuse Existing = "refuse" // a fail entry with code err_emulated_address_exists
	Silent Existing = "silent" // a success that changes nothing
)

// Options are the settings of a [Server]. The zero value serves [Sample] with the default credentials and quota.
type Options struct {
	Tenant         *Tenant       // what the server starts with; nil is Sample(). It is copied
	ClientID       string        // "" is "sandbox"
	ClientSecret   string        // "" is "sandbox"
	Quota          Quota         // for each function; zero is DefaultQuota
	Latency        time.Duration // how long each answer of a function is held back
	CreateExisting Existing      // "" is Refuse

	// Changed is told each account as it is after a change, before the change is kept and the call answered. If it
	// returns an error, the change is not kept and the call is answered with HTTP 500. It runs under the server's
	// lock: calls come one at a time, and it must not call the server.
	Changed func(User) error

	// Executed is told of each execution, before the answer: once for each user of a create-user or update-user, done
	// or refused, with the address in lower case; once, with address "", for a call of another function. It is called
	// by many goroutines.
	Executed func(function, address string)

	Now func() time.Time // the clock of tokens and quotas; nil is time.Now
}

func (o Options) withDefaults() Options {
	if o.Tenant == nil {
		o.Tenant = Sample()
	}
	if o.Changed == nil {
		o.Changed = func(User) error { return nil }
	}
	if o.Executed == nil {
		o.Executed = func(string, string) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.ClientID = cmp.Or(o.ClientID, "sandbox")
	o.ClientSecret = cmp.Or(o.ClientSecret, "sandbox")
	o.Quota = cmp.Or(o.Quota, DefaultQuota)
	o.CreateExisting = cmp.Or(o.CreateExisting, Refuse)
	return o
}

// check returns the tenant to start with.
func (o Options) check() (*Tenant, error) {
	if o.CreateExisting != Refuse && o.CreateExisting != Silent {
		return nil, fmt.Errorf("unknown CreateExisting %q", o.CreateExisting)
	}
	if err := o.Quota.check(); err != nil {
		return nil, err
	}
	tenant, err := o.Tenant.normalized()
	if err != nil {
		return nil, fmt.Errorf("tenant: %w", err)
	}
	return tenant, nil
}

// A Server is a tenant behind the API. It is an [http.Handler], and safe for concurrent use.
type Server struct {
	options     Options // with the defaults, without tenant and secret
	credentials credentials
	routes      map[string]http.HandlerFunc
	functions   []*function

	mu        sync.Mutex // guards all below, and what changes in functions
	tokens    tokens
	directory *directory
	faults    faults
	creates   map[string]int
	throttled int
}

// A function is one entry of the API's table: what a path leads to, with its own quota and counts.
type function struct {
	path string
	name string
	run  func(request) answer // called under the server's lock

	window window
	calls  int
	peak   peak
}

// New makes a server. It panics if an option can't be: a tenant that [ReadTenant] would refuse, a quota that [ParseQuota]
// would, an unknown CreateExisting. That is a mistake of the program, not of its input.
func New(o Options) *Server {
	o = o.withDefaults()
	tenant, err := o.check()
	if err != nil {
		panic(fmt.Sprintf("sandbox: %v", err))
	}
	s := &Server{
		credentials: newCredentials(o.ClientID, o.ClientSecret),
		tokens:      newTokens(),
		directory:   newDirectory(tenant),
		creates:     make(map[string]int),
	}
	o.Tenant, o.ClientSecret = nil, ""
	s.options = o
	s.functions = []*function{
		{path: "/api/user/create-user", name: "create-user", run: s.createUser},
		{path: "/api/user/update-user", name: "update-user", run: s.updateUser},
		{path: "/api/user/get-internal-users", name: "get-internal-users", run: s.getInternalUsers},
		{path: "/api/domain/get-internal-domain", name: "get-internal-domain", run: s.getInternalDomain},
		{path: "/api/account/get-account", name: "get-account", run: s.getAccount},
	}
	s.routes = map[string]http.HandlerFunc{
		"/oauth/token":   s.serveToken,
		"/sandbox/stats": s.serveStats,
	}
	for _, fn := range s.functions {
		s.routes[fn.path] = func(w http.ResponseWriter, r *http.Request) { s.serveFunction(w, r, fn) }
	}
	return s
}

// ServeHTTP answers one request. It panics with [http.ErrAbortHandler], which an HTTP server takes as the wish to close the
// connection, when a fault asks for it or the client has gone.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-request-id", rand.Text())
	serve, ok := s.routes[r.URL.Path]
	if !ok {
		flat(http.StatusForbidden, "app_forbidden",
			"Resource or method requested does not exist in any product assigned to the application.").deliver(w, r)
		return
	}
	serve(w, r)
}

// Tenant returns a copy of the tenant as it is now, in the order that [Tenant.Write] writes.
func (s *Server) Tenant() *Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.directory.tenant()
}

func (s *Server) serveFunction(w http.ResponseWriter, r *http.Request, fn *function) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	a := s.call(fn, r, body, err)
	for _, address := range a.settled {
		s.options.Executed(fn.name, address)
	}
	if s.options.Latency > 0 {
		held := time.NewTimer(s.options.Latency)
		defer held.Stop()
		select {
		case <-held.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	a.deliver(w, r)
}

// call decides what a call of fn is answered, and counts it.
func (s *Server) call(fn *function, r *http.Request, body []byte, readErr error) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	limits, granted := fn.window.take(s.options.Quota, now)
	a := throttled()
	if granted {
		a = s.execute(fn, r, body, readErr, now)
	}
	if a.limits == nil {
		a.limits = &limits
	}
	if len(a.settled) > 0 {
		fn.calls++
	}
	if a.status == http.StatusTooManyRequests {
		s.throttled++
	} else {
		fn.peak.add(now)
	}
	return a
}

// execute takes a call that has its quota past the gateway and through fn, unless a fault comes in between.
func (s *Server) execute(fn *function, r *http.Request, body []byte, readErr error, now time.Time) answer {
	if r.Method != http.MethodPost {
		return wrongMethod()
	}
	if err := s.tokens.check(bearer(r), now); err != nil {
		return unauthorized(err)
	}
	if readErr != nil {
		return unreadable(readErr)
	}
	asked, err := parseRequest(body)
	if err != nil {
		return unreadable(err)
	}
	fault, hit := s.faults.match(fn.name, asked.addresses())
	if !hit {
		return fn.run(asked)
	}
	if fault.Kind == ExpireToken {
		s.tokens.revoke()
	}
	if a, instead := fault.before(s.options.Quota); instead {
		return a
	}
	return fault.after(fn.run(asked))
}

// unauthorized is the gateway's answer to a token that is not, or no longer, good.
func unauthorized(err error) answer {
	if errors.Is(err, errTokenExpired) {
		return flat(http.StatusUnauthorized, "token_expired", "The access token has expired.")
	}
	return flat(http.StatusUnauthorized, "unauthorized", "The request carries no access token that is known here.")
}

// unreadable is the answer to a body that could not be read whole or understood.
func unreadable(err error) answer {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return refuseCall(http.StatusRequestEntityTooLarge, refusal{Code: "err_deserialise", Message: "payload is too large"})
	}
	if errors.Is(err, errNull) {
		return refuseCall(http.StatusOK, refusal{Code: "err_deserialise", Message: "payload contains null objects"})
	}
	return refuseCall(http.StatusBadRequest, refusal{Code: "err_deserialise", Message: "payload cannot be read"})
}

func wrongMethod() answer {
	return flat(http.StatusMethodNotAllowed, "method_not_allowed", "This path does not take that method.")
}
