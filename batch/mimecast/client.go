package mimecast

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"mimebatch/batch"
)

// DefaultBaseURL is the service's global address. It is documented to lead to the account's own region.
const DefaultBaseURL = "https://api.services.mimecast.com"

// Config says where the service is, who calls it, and how hard.
type Config struct {
	BaseURL      string // https://host[:port][/path]; "" is DefaultBaseURL. Plain http only to this machine itself
	ClientID     string
	ClientSecret batch.Secret
	Workers      int           // calls in flight that connections are kept for
	Rate         float64       // calls a second and function at most; 0 is what the service grants
	Sandbox      bool          // this is the embedded rehearsal tenant; told by Tenant
	UserAgent    string        // "" is mimebatch
	CallTimeout  time.Duration // how long a call may take, waits for quota and token left out; 0 is 60 s
}

// Client calls the service. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	clientKey string // names the tenant where its account code can't be read
	sandbox   bool
	agent     string
	timeout   time.Duration
	http      *http.Client
	signer    signer

	createUser     *function
	updateUser     *function
	internalUsers  *function
	internalDomain *function
	account        *function
}

var _ batch.Directory = (*Client)(nil)

// function is one of the service's functions, with a quota of its own.
type function struct {
	url   *url.URL
	pacer *pacer
}

// New makes a client. It calls nobody yet. Its errors have hints.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cmp.Or(cfg.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	switch {
	case cfg.ClientID == "":
		return nil, &configError{"no client id", "set MIMECAST_CLIENT_ID to the client id of the API 2.0 app"}
	case cfg.ClientSecret.IsZero():
		return nil, &configError{"no client secret", "set MIMECAST_CLIENT_SECRET to the client secret of the API 2.0 app"}
	case !(cfg.Rate >= 0) || math.IsInf(cfg.Rate, 0):
		return nil, &configError{fmt.Sprintf("rate %v is not a number of calls a second", cfg.Rate), "give a number such as 10, or 0 for what the service grants"}
	case cfg.CallTimeout < 0:
		return nil, &configError{fmt.Sprintf("call timeout %v is negative", cfg.CallTimeout), "give a duration such as 60s"}
	}
	c := &Client{
		base:      base,
		clientKey: clientKey(base, cfg.ClientID),
		sandbox:   cfg.Sandbox,
		agent:     cmp.Or(cfg.UserAgent, "mimebatch"),
		timeout:   cmp.Or(cfg.CallTimeout, 60*time.Second),
		http:      newHTTP(max(1, cfg.Workers)),
	}
	c.signer = &bearer{
		id: cfg.ClientID, secret: cfg.ClientSecret, url: base.JoinPath("oauth/token").String(), http: c.http, timeout: c.timeout,
	}
	fn := func(path string) *function { return &function{base.JoinPath(path), newPacer(cfg.Rate)} }
	c.createUser = fn("api/user/create-user")
	c.updateUser = fn("api/user/update-user")
	c.internalUsers = fn("api/user/get-internal-users")
	c.internalDomain = fn("api/domain/get-internal-domain")
	c.account = fn("api/account/get-account")
	return c, nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// String tells where the client calls, and no secret.
func (c Client) String() string { return fmt.Sprintf("mimecast.Client(%s)", c.baseURL()) }

// GoString is String.
func (c Client) GoString() string { return c.String() }

// baseURL is the base URL as people write it.
func (c Client) baseURL() string { return strings.TrimSuffix(c.base.String(), "/") }

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
