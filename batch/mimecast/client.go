package mimecast

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"mimebatch/batch"
)

// DefaultBaseURL is the global address of API 2.0. It is documented to lead to the account's own region.
const DefaultBaseURL = "https://api.services.mimecast.com"

// Config says where the service is, who calls it, and how hard. Either ClientID and ClientSecret are set, for API 2.0, or
// the four keys of API 1.0.
type Config struct {
	BaseURL      string // https://host[:port][/path]; "" is DefaultBaseURL for 2.0. Plain http only to this machine itself
	ClientID     string
	ClientSecret batch.Secret

	AppID     string       // API 1.0: x-mc-app-id
	AppKey    batch.Secret // API 1.0: the application key, part of what is signed
	AccessKey batch.Secret // API 1.0
	SecretKey batch.Secret // API 1.0: base64, as the console shows it
	Email     string       // API 1.0 with BaseURL "": whose region to ask for

	Workers     int            // calls in flight that connections are kept for
	Rate        float64        // calls a second and function at most; 0 is what the service grants, +Inf as fast as it goes
	RateShare   float64        // of what the service grants, above 0 and at most 1; 0 is 1
	UpdateBatch int            // users in a call of update-user, 1 to 5; 0 is 5
	RootCAs     *x509.CertPool // nil is the system's
	Logger      *slog.Logger   // told of each call, never of a body or header; nil is none
	Sandbox     bool           // this is the embedded rehearsal tenant; told by Tenant
	UserAgent   string         // "" is mimebatch
	CallTimeout time.Duration  // how long a call may take, waits for quota and token left out; 0 is 60 s
	Grace       time.Duration  // how long a call that changes something may go on after its context ended; 0 is as long as CallTimeout lets it
}

// Client calls the service. It is safe for concurrent use.
type Client struct {
	home        *home
	caller      batch.Secret // names the tenant where its account code can't be read
	sandbox     bool
	agent       string
	timeout     time.Duration
	grace       time.Duration
	updateBatch int
	http        *http.Client
	signer      signer
	log         callLog
	seen        *seen

	createUser     *function
	updateUser     *function
	addPurge       *function
	removePurge    *function
	internalUsers  *function
	internalDomain *function
	pendingDomain  *function
	account        *function
}

var _ batch.Directory = (*Client)(nil)

// function is one of the service's functions, with a quota of its own.
type function struct {
	path  string // below the base URL
	pacer *pacer
}

// reads tells whether the function changes nothing: nobody needs its answer once the context has ended.
func (f *function) reads() bool { return strings.HasPrefix(path.Base(f.path), "get-") }

// New makes a client. It calls nobody yet. Its errors have hints.
func New(cfg Config) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	timeout := cmp.Or(cfg.CallTimeout, 60*time.Second)
	c := &Client{
		caller:      cfg.AccessKey,
		sandbox:     cfg.Sandbox,
		agent:       cmp.Or(cfg.UserAgent, "mimebatch"),
		timeout:     timeout,
		grace:       cmp.Or(cfg.Grace, timeout),
		updateBatch: cmp.Or(cfg.UpdateBatch, mostUpdates),
		http:        newHTTP(max(1, cfg.Workers), cfg.RootCAs, timeout),
		log:         callLog{cfg.Logger},
		seen:        &seen{},
	}
	fn := func(path string) *function { return &function{path, newPacer(cfg.Rate, cfg.RateShare)} }
	c.createUser = fn("api/user/create-user")
	c.updateUser = fn("api/user/update-user")
	c.addPurge = fn("api/user/add-to-purge-list")
	c.removePurge = fn("api/user/remove-from-purge-list")
	c.internalUsers = fn("api/user/get-internal-users")
	c.internalDomain = fn("api/domain/get-internal-domain")
	c.pendingDomain = fn("api/domain/get-pending-domain")
	c.account = fn("api/account/get-account")

	if cfg.isKeys() {
		k, err := newKeys(cfg)
		if err != nil {
			return nil, err
		}
		c.signer = k
		if c.home, err = newHome(cfg.BaseURL); err != nil {
			return nil, err
		}
		if cfg.BaseURL == "" {
			global, err := parseBase(discoveryURL)
			if err != nil {
				return nil, err
			}
			find := fn("api/login/discover-authentication")
			c.home.ask = func(ctx context.Context) (*url.URL, error) {
				return c.discover(ctx, global, k, cfg.Email, find)
			}
		}
		return c, nil
	}
	c.caller = batch.NewSecret(cfg.ClientID)
	var err error
	if c.home, err = newHome(cmp.Or(cfg.BaseURL, DefaultBaseURL)); err != nil {
		return nil, err
	}
	c.signer = &bearer{
		id: cfg.ClientID, secret: cfg.ClientSecret, url: c.home.given.JoinPath("oauth/token"), http: c.http, timeout: c.timeout, log: c.log,
	}
	return c, nil
}

// isKeys tells whether there are credentials of API 1.0.
func (cfg Config) isKeys() bool {
	return cfg.AppID != "" || !cfg.AppKey.IsZero() || !cfg.AccessKey.IsZero() || !cfg.SecretKey.IsZero()
}

// check tells what can't be in a Config.
func (cfg Config) check() error {
	isClient := cfg.ClientID != "" || !cfg.ClientSecret.IsZero()
	switch {
	case isClient && cfg.isKeys():
		return &configError{"credentials of API 2.0 and of API 1.0 at once",
			"set MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET, or the four keys of API 1.0, and unset the others"}
	case cfg.isKeys():
		if err := cfg.checkKeys(); err != nil {
			return err
		}
	case !isClient:
		return &configError{"no credentials", "set MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET, or the four keys of API 1.0"}
	case cfg.ClientID == "":
		return &configError{"no client id", "set MIMECAST_CLIENT_ID to the client id of the API 2.0 app"}
	case cfg.ClientSecret.IsZero():
		return &configError{"no client secret", "set MIMECAST_CLIENT_SECRET to the client secret of the API 2.0 app"}
	}
	switch {
	case !(cfg.Rate >= 0):
		return &configError{fmt.Sprintf("rate %v is not a number of calls a second", cfg.Rate), "give a number such as 10, or 0 for what the service grants"}
	case !(cfg.RateShare >= 0 && cfg.RateShare <= 1):
		return &configError{fmt.Sprintf("rate share %v is not above 0 and at most 1", cfg.RateShare), "give a share such as 0.8 of what the service grants"}
	case cfg.UpdateBatch < 0 || cfg.UpdateBatch > mostUpdates:
		return &configError{fmt.Sprintf("%d users in a call of update-user", cfg.UpdateBatch), fmt.Sprintf("give a number from 1 to %d", mostUpdates)}
	case cfg.CallTimeout < 0:
		return &configError{fmt.Sprintf("call timeout %v is negative", cfg.CallTimeout), "give a duration such as 60s"}
	case cfg.Grace < 0:
		return &configError{fmt.Sprintf("grace %v is negative", cfg.Grace), "give a duration such as 30s"}
	}
	return nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// String tells where the client calls, and no secret.
func (c Client) String() string {
	return fmt.Sprintf("mimecast.Client(%s)", cmp.Or(c.baseURL(), "region not asked yet"))
}

// GoString is String.
func (c Client) GoString() string { return c.String() }

// baseURL is the base URL as people write it, "" as long as it isn't known.
func (c Client) baseURL() string {
	if base := c.home.known(); base != nil {
		return strings.TrimSuffix(base.String(), "/")
	}
	return ""
}

// configError is a setting that can't be used.
type configError struct{ msg, hint string }

func (e *configError) Error() string { return e.msg }
func (e *configError) Hint() string  { return e.hint }

// parseBase reads a base URL. What it refuses is not repeated in the error where it may hold a password.
func parseBase(s string) (*url.URL, error) {
	refuse := func(msg string) (*url.URL, error) {
		return nil, &configError{"base URL: " + msg, "set MIMECAST_BASE_URL to an address such as " + DefaultBaseURL}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return refuse("not a URL")
	case u.User != nil:
		return refuse("it must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return refuse("nothing may follow the path")
	case u.Host == "" || u.Hostname() == "":
		return refuse("no host")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return refuse("http would send the credentials readable for everybody on the way; use https")
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("it must begin with https://")
	}
	u.Host = strings.ToLower(u.Host)
	// JoinPath makes no absolute path of an empty one.
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	u.RawPath = ""
	return u, nil
}

// isLoopback tells whether a host is this machine itself.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
