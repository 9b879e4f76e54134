package sandbox

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// DefaultCreateLimit is how many users create-user takes in a call unless it is told otherwise. No source tells the service's
// own limit: this is that of update-user.
const DefaultCreateLimit = maxUsers

// Options are the settings of a [Server]. The zero value serves [Sample] with the default credentials and quota.
type Options struct {
	Tenant         *Tenant          // what the server starts with; nil is Sample(). It is copied
	ClientID       string           // "" is "sandbox"
	ClientSecret   string           // "" is "sandbox"
	Keys           Keys             // of API 1.0; zero is DefaultKeys
	ClockSkew      time.Duration    // how far x-mc-date may be from Now; 0 is 15 minutes
	Administrator  string           // who signs calls of API 1.0, and logs in; "" is admin@ the first internal domain
	Password       string           // of Administrator; "" is "sandbox"
	BindingLife    time.Duration    // how long keys are good for that were got by login; 0 is without end
	Quota          Quota            // for each function; zero is the tenant's, or DefaultQuota
	Quotas         map[string]Quota // for functions by name, such as create-user, instead of Quota
	CreateLimit    int              // users that create-user takes in a call; 0 is DefaultCreateLimit
	DomainRequired bool             // get-internal-users refuses a call that names no domain
	Codes          Codes            // what it says where the documentation doesn't; zero is DefaultCodes
	Latency        time.Duration    // how long each answer of a function is held back
	CreateExisting Existing         // "" is Refuse
	Without        []string         // products and permissions that whoever calls lacks, as Needs tells them
	Seed           uint64           // of faults that hit by chance
	LogSize        int              // calls that the log holds; 0 is 100,000

	// Changed is told each [Change] of the tenant, before it is kept and the call answered. If it
	// returns an error, the change is not kept and the call is answered with HTTP 500. It runs under the server's
	// lock: calls come one at a time, and it must not call the server.
	Changed func(Change) error

	// Executed is told of each execution, before the answer: once for each user of a create-user or update-user, done
	// or refused, with the address in lower case; once, with address "", for a call of another function. It is not told
	// of the ways in: token, login and discover-authentication. It is called by many goroutines.
	Executed func(function, address string)

	Now func() time.Time // the clock of tokens, signatures and quotas; nil is time.Now
}

func (o Options) withDefaults() Options {
	if o.Tenant == nil {
		o.Tenant = Sample()
	}
	if o.Changed == nil {
		o.Changed = func(Change) error { return nil }
	}
	if o.Executed == nil {
		o.Executed = func(string, string) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.ClientID = cmp.Or(o.ClientID, "sandbox")
	o.ClientSecret = cmp.Or(o.ClientSecret, "sandbox")
	o.Keys = cmp.Or(o.Keys, DefaultKeys)
	o.ClockSkew = cmp.Or(o.ClockSkew, 15*time.Minute)
	o.Password = cmp.Or(o.Password, "sandbox")
	o.Codes = cmp.Or(o.Codes, DefaultCodes)
	o.CreateExisting = cmp.Or(o.CreateExisting, Refuse)
	o.LogSize = cmp.Or(o.LogSize, 100_000)
	return o
}

// check returns the tenant to start with.
func (o Options) check() (*Tenant, error) {
	if o.CreateExisting != Refuse && o.CreateExisting != Silent {
		return nil, fmt.Errorf("a create of an existing address can be %s or %s, not %q", Refuse, Silent, o.CreateExisting)
	}
	if o.ClockSkew < 0 || o.BindingLife < 0 || o.Latency < 0 || o.LogSize < 0 || o.CreateLimit < 0 {
		return nil, errors.New("clock skew, binding life, latency, size of the log and create limit can't be negative")
	}
	for _, name := range o.Without {
		if !slices.Contains(Needs(), name) {
			return nil, fmt.Errorf("no function needs %q", name)
		}
	}
	if err := o.Keys.check(); err != nil {
		return nil, err
	}
	if o.Quota != (Quota{}) {
		if err := o.Quota.check(); err != nil {
			return nil, err
		}
	}
	if err := checkQuotas(o.Quotas); err != nil {
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
	options       Options     // with the defaults, without tenant, keys and secrets
	credentials   credentials // of API 2.0
	administrator credentials
	commands      []command
	routes        map[string]*endpoint
	endpoints     []*endpoint // those of routes, in order

	mu         sync.Mutex // guards all below, and what changes in endpoints
	tokens     tokens
	bindings   bindings
	directory  *directory
	faults     faults
	log        log
	executions map[string]Executions
	throttled  int
	changes    int // that were kept
}

// New is [Make] for options that are the program's own: it panics if one can't be.
func New(o Options) *Server {
	s, err := Make(o)
	if err != nil {
		panic(fmt.Sprintf("sandbox: %v", err))
	}
	return s
}

// Make makes a server. It refuses options that can't be: a tenant that [ReadTenant] would refuse, a quota that [ParseQuota]
// would, or of an unknown function, keys that are not whole, an unknown CreateExisting.
func Make(o Options) (*Server, error) {
	o = o.withDefaults()
	tenant, err := o.check()
	if err != nil {
		return nil, err
	}
	o.Administrator = strings.ToLower(cmp.Or(o.Administrator, "admin@"+firstDomain(tenant)))
	s := &Server{
		credentials:   newCredentials(o.ClientID, o.ClientSecret),
		administrator: newCredentials(o.Administrator, o.Password),
		tokens:        newTokens(),
		bindings:      newBindings(o.Keys, o.BindingLife),
		directory:     newDirectory(tenant),
		log:           log{most: o.LogSize},
		executions:    make(map[string]Executions),
		routes:        make(map[string]*endpoint),
	}
	o.Tenant, o.Keys, o.ClientSecret, o.Password = nil, Keys{}, "", ""
	s.options = o
	s.commands = s.console()
	s.endpoints = s.paths()
	for _, e := range s.endpoints {
		s.routes[e.path] = e
	}
	return s, nil
}

// firstDomain is example.com for a tenant without an internal one.
func firstDomain(t *Tenant) string {
	for _, d := range t.Domains {
		if !d.Pending {
			return d.Domain
		}
	}
	return "example.com"
}

// ServeHTTP answers one request. It panics with [http.ErrAbortHandler], which an HTTP server takes as the wish to close the
// connection, when a fault asks for it or the client has gone.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	w.Header().Set("x-request-id", id)
	if ofConsole(r.URL.Path) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		s.obey(r).deliver(w, r)
		return
	}
	c := &call{server: s, request: r, record: Call{Path: clip(r.URL.Path), RequestID: id}}
	e, ok := s.routes[r.URL.Path]
	if !ok {
		c.stray().deliver(w, r)
		return
	}
	c.endpoint, c.record.Function = e, e.name
	c.serve(w)
}

// Administrator returns the address that login takes, with [Options.Password].
func (s *Server) Administrator() string { return s.options.Administrator }

// Tenant returns a copy of the tenant as it is now, in the order that [Tenant.Write] writes.
func (s *Server) Tenant() *Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.directory.tenant()
}

// quota is the one of an endpoint. What keeps it is never changed.
func (s *Server) quota(e *endpoint) Quota {
	return cmp.Or(s.options.Quotas[e.name], s.options.Quota, s.directory.quotas[e.name], DefaultQuota)
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

// nowhere is what is said of a path that the caller may not call, or that there is not.
func nowhere(r *http.Request) answer {
	if signed(r) {
		return notFound()
	}
	return forbiddenApp()
}

// forbiddenApp is what the gateway of API 2.0 says of a path that the application may not call, or that there is not.
func forbiddenApp() answer {
	return flat(http.StatusForbidden, "app_forbidden",
		"Resource or method requested does not exist in any product assigned to the application.")
}

// notFound is what API 1.0 says of a path that there is not. The status is documented, the body is ours.
func notFound() answer {
	return refuseCall(http.StatusNotFound, refusal{Code: "err_emulated_not_found", Message: "There is no such path"})
}
