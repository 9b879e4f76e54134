package sandbox

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Tenant is what the sandbox knows of one customer: the JSON file that [ReadTenant] reads.
type Tenant struct {
	AccountCode    string         `json:"accountCode"` // required
	AccountName    string         `json:"accountName"`
	Domains        []Domain       `json:"domains"`
	PasswordPolicy PasswordPolicy `json:"passwordPolicy"`
	Users          []User         `json:"users"`
}

// A Domain is one that the tenant has registered. While it is pending it is not internal, and has no users.
type Domain struct {
	Domain      string `json:"domain"`
	Local       bool   `json:"local"`
	SendOnly    bool   `json:"sendOnly"`
	InboundType string `json:"inboundType"` // any, smtp, ldap or known
	Pending     bool   `json:"pending"`
}

// A User is an account, or another address that get-internal-users lists: an alias, a distribution list, a contact.
type User struct {
	EmailAddress         string `json:"emailAddress"` // in lower case
	Name                 string `json:"name"`         // "" is the address
	AddressType          string `json:"addressType"`  // "" is created_manually
	Source               string `json:"source"`       // cloud or ldap; "" is cloud
	Alias                bool   `json:"alias"`
	ForcePasswordChange  bool   `json:"forcePasswordChange"`
	PasswordNeverExpires bool   `json:"passwordNeverExpires"`
	AccountLocked        bool   `json:"accountLocked"`
	AccountDisabled      bool   `json:"accountDisabled"`
	AllowPop             bool   `json:"allowPop"`
	AllowSmtp            bool   `json:"allowSmtp"`
	ArchiveStartDate     string `json:"archiveStartDate"` // as it was sent; "" is none
	PasswordChanges      int    `json:"passwordChanges"`  // how many passwords were set
}

// The address types that were seen in traffic.
const (
	createdManually = "created_manually"
	createdByEmail  = "created_by_email"
	createdByImport = "created_by_import"
	createdBySync   = "created_by_ldap_sync"
	listFromLDAP    = "dl_from_ldap"
	contactFromLDAP = "contact_from_ldap"
)

//go:embed tenant.json
var sample []byte

// Sample returns the tenant that a server starts with when it is given none.
func Sample() *Tenant {
	t, err := ReadTenant(bytes.NewReader(sample))
	if err != nil {
		panic(fmt.Sprintf("sandbox: sample: %v", err))
	}
	return t
}

// ReadTenant reads a tenant. It refuses unknown fields, text after the end, addresses and domains that are not well formed
// or there twice, and users in a domain that the tenant does not have or that is pending. What it returns is in lower case,
// in order, and has its defaults filled in.
func ReadTenant(r io.Reader) (*Tenant, error) {
	var t Tenant
	if err := decode(r, &t); err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	n, err := t.normalized()
	if err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	return n, nil
}

// Write writes the tenant as ReadTenant reads it: indented, with domains and users in order of name and address.
func (t *Tenant) Write(w io.Writer) error {
	sorted := t.clone()
	sorted.sort()
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(sorted); err != nil {
		return fmt.Errorf("write tenant: %w", err)
	}
	return nil
}

// decode reads one JSON value, all of it known to v, and nothing after it.
func decode(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end")
	}
	return nil
}

// clone copies the tenant; lists are never nil, for they are arrays in JSON.
func (t *Tenant) clone() *Tenant {
	c := *t
	c.Domains = append([]Domain{}, t.Domains...)
	c.Users = append([]User{}, t.Users...)
	return &c
}

func (t *Tenant) sort() {
	slices.SortFunc(t.Domains, func(a, b Domain) int { return strings.Compare(a.Domain, b.Domain) })
	slices.SortFunc(t.Users, func(a, b User) int { return strings.Compare(a.EmailAddress, b.EmailAddress) })
}

// normalized returns a checked copy in lower case, in order, with its defaults.
func (t *Tenant) normalized() (*Tenant, error) {
	n := t.clone()
	if n.AccountCode == "" {
		return nil, errors.New("no accountCode")
	}
	if err := n.PasswordPolicy.check(); err != nil {
		return nil, err
	}
	domains, err := n.domains()
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(n.Users))
	for i := range n.Users {
		u := &n.Users[i]
		if err := u.normalize(domains); err != nil {
			return nil, fmt.Errorf("users[%d]: %w", i, err)
		}
		if seen[u.EmailAddress] {
			return nil, fmt.Errorf("users[%d]: address %q is there twice", i, u.EmailAddress)
		}
		seen[u.EmailAddress] = true
	}
	n.sort()
	return n, nil
}

// domains puts the domains into lower case, and returns them by name.
func (t *Tenant) domains() (map[string]Domain, error) {
	domains := make(map[string]Domain, len(t.Domains))
	for i := range t.Domains {
		d := &t.Domains[i]
		if !validDomain(d.Domain) {
			return nil, fmt.Errorf("domains[%d]: %q is not a domain", i, d.Domain)
		}
		d.Domain = strings.ToLower(d.Domain)
		if _, twice := domains[d.Domain]; twice {
			return nil, fmt.Errorf("domains[%d]: domain %q is there twice", i, d.Domain)
		}
		domains[d.Domain] = *d
	}
	return domains, nil
}

// normalize checks a user of a tenant with these domains, and fills in the defaults.
func (u *User) normalize(domains map[string]Domain) error {
	if !validAddress(u.EmailAddress) {
		return fmt.Errorf("%q is not an address", u.EmailAddress)
	}
	u.EmailAddress = strings.ToLower(u.EmailAddress)
	if d, ok := domains[domainOf(u.EmailAddress)]; !ok || d.Pending {
		return fmt.Errorf("address %q is in no domain of the tenant", u.EmailAddress)
	}
	if u.Name == "" {
		u.Name = u.EmailAddress
	}
	if u.AddressType == "" {
		u.AddressType = createdManually
	}
	if u.Source == "" {
		u.Source = "cloud"
	}
	switch u.AddressType {
	case createdManually, createdByEmail, createdByImport, createdBySync, listFromLDAP, contactFromLDAP:
	default:
		return fmt.Errorf("address %q has unknown addressType %q", u.EmailAddress, u.AddressType)
	}
	if u.Source != "cloud" && u.Source != "ldap" {
		return fmt.Errorf("address %q has unknown source %q", u.EmailAddress, u.Source)
	}
	if u.PasswordChanges < 0 {
		return fmt.Errorf("address %q has negative passwordChanges", u.EmailAddress)
	}
	return nil
}

// isAccount tells whether the address is one that update-user takes.
func (u *User) isAccount() bool {
	return !u.Alias && u.AddressType != listFromLDAP && u.AddressType != contactFromLDAP
}
