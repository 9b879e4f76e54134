package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mimebatch/batch/sandbox"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(holderEnv); path != "" {
		holdState(path)
	}
	os.Exit(m.Run())
}

// tenant is what tests start with: two internal domains, one pending.
func tenant() *sandbox.Tenant {
	return &sandbox.Tenant{
		AccountCode: "CTEST1",
		AccountName: "Test Ltd",
		Domains: []sandbox.Domain{
			{Domain: "example.com", Local: true, InboundType: "any"},
			{Domain: "example.net", SendOnly: true, InboundType: "known"},
			{Domain: "example.org", InboundType: "any", Pending: true},
		},
		PasswordPolicy: sandbox.PasswordPolicy{MinLength: 8, Classes: 3},
		Users: []sandbox.User{
			{EmailAddress: "ada@example.com", Name: "Ada", AccountLocked: true, AllowSmtp: true},
			{EmailAddress: "alias@example.com", Name: "Ada", Alias: true},
			{EmailAddress: "list@example.com", Name: "List", AddressType: "dl_from_ldap", Source: "ldap"},
			{EmailAddress: "contact@example.com", Name: "Contact", AddressType: "contact_from_ldap", Source: "ldap"},
			{EmailAddress: "synced@example.com", Name: "Synced", AddressType: "created_by_ldap_sync", Source: "ldap"},
			{EmailAddress: "nina@example.net", Name: "Nina"},
		},
	}
}

// A client speaks to a server over real HTTP.
type client struct {
	t      *testing.T
	server *sandbox.Server
	http   *http.Client
	url    string
	token  string
}

// serve starts a server, and logs on to it.
func serve(t *testing.T, o sandbox.Options) *client {
	t.Helper()
	c := start(t, o)
	c.token = c.logOn()
	return c
}

// start starts a server.
func start(t *testing.T, o sandbox.Options) *client {
	t.Helper()
	if o.Tenant == nil {
		o.Tenant = tenant()
	}
	server := sandbox.New(o)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return &client{t: t, server: server, http: listening.Client(), url: listening.URL}
}

// A reply is an HTTP answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (c *client) do(method, path, body string, header http.Header) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header = header
	resp, err := c.http.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, b, err}
}

func (c *client) authorized() http.Header {
	return http.Header{"Authorization": {"Bearer " + c.token}, "Content-Type": {"application/json"}}
}

// post sends a body to a function.
func (c *client) post(path, body string) reply {
	c.t.Helper()
	return c.do(http.MethodPost, path, body, c.authorized())
}

// form asks for a token.
func (c *client) form(values url.Values) reply {
	c.t.Helper()
	return c.do(http.MethodPost, "/oauth/token", values.Encode(),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

func (c *client) logOn() string {
	c.t.Helper()
	r := c.form(url.Values{"client_id": {"sandbox"}, "client_secret": {"sandbox"}, "grant_type": {"client_credentials"}})
	var token struct {
		AccessToken string `json:"access_token"`
	}
	r.decode(c.t, &token)
	if r.status != http.StatusOK || token.AccessToken == "" {
		c.t.Fatalf("log on: HTTP %d %s", r.status, r.body)
	}
	return token.AccessToken
}

func (r reply) decode(t *testing.T, v any) {
	t.Helper()
	if r.err != nil {
		t.Fatal(r.err)
	}
	d := json.NewDecoder(bytes.NewReader(r.body))
	if err := d.Decode(v); err != nil {
		t.Fatalf("decode answer: %v\nHTTP %d %s", err, r.status, r.body)
	}
}

// An envelope is the classic answer.
type envelope struct {
	Meta struct {
		Status     int
		Pagination *struct {
			PageSize, TotalCount int
			Next                 *string
		}
	}
	Data []map[string]any
	Fail []struct {
		Key    map[string]any
		Errors []refusal
	}
}

type refusal struct {
	Code, Message, Field string
	Retryable            bool
}

func (r reply) envelope(t *testing.T) envelope {
	t.Helper()
	var e envelope
	r.decode(t, &e)
	if e.Data == nil || e.Fail == nil {
		t.Fatalf("data or fail is not an array: %s", r.body)
	}
	return e
}

// flat returns what a flat answer of the gateway says.
func (r reply) flat(t *testing.T) (code, message string) {
	t.Helper()
	var flat struct {
		Fail []struct{ Code, Message string }
	}
	r.decode(t, &flat)
	if len(flat.Fail) != 1 {
		t.Fatalf("want one fail entry: %s", r.body)
	}
	return flat.Fail[0].Code, flat.Fail[0].Message
}

// user returns an account as the server has it.
func (c *client) user(address string) sandbox.User {
	c.t.Helper()
	for _, u := range c.server.Tenant().Users {
		if u.EmailAddress == address {
			return u
		}
	}
	c.t.Fatalf("no user %s", address)
	return sandbox.User{}
}

// notices are what Options.Executed was told.
type notices struct {
	mu  sync.Mutex
	all []string
}

func (n *notices) add(function, address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, function+" "+address)
}

func (n *notices) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.all)
}

// A clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const (
	createUser        = "/api/user/create-user"
	updateUser        = "/api/user/update-user"
	getInternalUsers  = "/api/user/get-internal-users"
	getInternalDomain = "/api/domain/get-internal-domain"
	getAccount        = "/api/account/get-account"
	login             = "/api/login/login"
	discover          = "/api/login/discover-authentication"
)
