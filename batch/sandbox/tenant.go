package sandbox

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Tenant is what the sandbox knows of one customer: the JSON file that [ReadTenant] reads.
type Tenant struct {
	AccountCode    string           `json:"accountCode"` // required
	AccountName    string           `json:"accountName"`
	Accounts       []string         `json:"accounts,omitempty"` // codes of the accounts below it, which create-user takes, too
	Quotas         map[string]Quota `json:"quotas,omitempty"`   // of functions, such as "create-user": "5/1s", unless Options have others
	Domains        []Domain         `json:"domains"`
	PasswordPolicy PasswordPolicy   `json:"passwordPolicy"`
	Users          []User           `json:"users"`
	Groups         []Group          `json:"groups,omitempty"`
	Attributes     []Attribute      `json:"attributes,omitempty"`
	Delegates      []Delegate       `json:"delegates,omitempty"`
	Connections    []Connection     `json:"connections,omitempty"`
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
	EmailAddress         string `json:"emailAddress"`          // in lower case
	Name                 string `json:"name"`                  // "" is the address
	AddressType          string `json:"addressType"`           // "" is created_manually
	Source               string `json:"source"`                // cloud or ldap; "" is cloud
	AliasFor             string `json:"aliasFor,omitempty"`    // of an alias: the account it leads to; "" is not known
	AccountCode          string `json:"accountCode,omitempty"` // of an account below the tenant's; "" is the tenant's own
	Role                 string `json:"role,omitempty"`        // of an administrator, such as Full Administrator
	Alias                bool   `json:"alias"`
	ForcePasswordChange  bool   `json:"forcePasswordChange"`
	PasswordNeverExpires bool   `json:"passwordNeverExpires"`
	AccountLocked        bool   `json:"accountLocked"`
	AccountDisabled      bool   `json:"accountDisabled"`
	SyncDisabled         bool   `json:"syncDisabled,omitempty"` // what a directory sync makes of accountDisabled, with source ldap
	AllowPop             bool   `json:"allowPop"`
	AllowSmtp            bool   `json:"allowSmtp"`
	Purge                bool   `json:"purge,omitempty"`  // on the purge list: still there, and listed
	ArchiveStartDate     string `json:"archiveStartDate"` // as it was sent; "" is none
	PasswordChanges      int    `json:"passwordChanges"`  // how many passwords were set
}

// A Group is a profile group, which the API calls a folder.
type Group struct {
	ID          int      `json:"id"`               // 1 or more
	Parent      int      `json:"parent,omitempty"` // a group's ID; 0 is the root
	Description string   `json:"description"`      // its name
	Source      string   `json:"source,omitempty"` // cloud or ldap; "" is cloud. One of ldap can't be changed
	ReadOnly    bool     `json:"readOnly,omitempty"`
	Members     []Member `json:"members,omitempty"`
}

// A Member of a group is an address or a whole domain, of the tenant or not.
type Member struct {
	EmailAddress string `json:"emailAddress,omitempty"`
	Domain       string `json:"domain,omitempty"`
	Notes        string `json:"notes,omitempty"`
}

// An Attribute is something to be told of accounts, with what was told, by address.
type Attribute struct {
	ID     int               `json:"id"` // 1 or more
	Name   string            `json:"name"`
	Source string            `json:"source,omitempty"` // cloud or ldap; "" is cloud. One of ldap can't be changed
	Values map[string]string `json:"values,omitempty"`
}

// A Delegate is an address that may act for an account.
type Delegate struct {
	ID              int    `json:"id"` // 1 or more
	PrimaryAddress  string `json:"primaryAddress"`
	DelegateAddress string `json:"delegateAddress"`
}

// A Connection is a directory that accounts are synced from.
type Connection struct {
	ID          int    `json:"id"` // 1 or more
	Description string `json:"description"`
	Type        string `json:"type"` // such as azure_active_directory
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

// The sources that were seen in traffic.
const (
	fromCloud = "cloud"
	fromLDAP  = "ldap"
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

// clone copies the tenant. Lists are nil when they are empty, but for those of domains and users.
func (t *Tenant) clone() *Tenant {
	c := *t
	c.Accounts = append([]string(nil), t.Accounts...)
	c.Quotas = maps.Clone(t.Quotas)
	c.Domains = append([]Domain{}, t.Domains...)
	c.Users = append([]User{}, t.Users...)
	c.Groups = append([]Group(nil), t.Groups...)
	for i := range c.Groups {
		c.Groups[i].Members = append([]Member(nil), c.Groups[i].Members...)
	}
	c.Attributes = append([]Attribute(nil), t.Attributes...)
	for i := range c.Attributes {
		c.Attributes[i].Values = maps.Clone(c.Attributes[i].Values)
	}
	c.Delegates = append([]Delegate(nil), t.Delegates...)
	c.Connections = append([]Connection(nil), t.Connections...)
	return &c
}

func (t *Tenant) sort() {
	slices.Sort(t.Accounts)
	slices.SortFunc(t.Domains, func(a, b Domain) int { return strings.Compare(a.Domain, b.Domain) })
	slices.SortFunc(t.Users, func(a, b User) int { return strings.Compare(a.EmailAddress, b.EmailAddress) })
	slices.SortFunc(t.Groups, func(a, b Group) int { return a.ID - b.ID })
	for _, g := range t.Groups {
		slices.SortFunc(g.Members, func(a, b Member) int { return strings.Compare(a.key(), b.key()) })
	}
	slices.SortFunc(t.Attributes, func(a, b Attribute) int { return a.ID - b.ID })
	slices.SortFunc(t.Delegates, func(a, b Delegate) int { return a.ID - b.ID })
	slices.SortFunc(t.Connections, func(a, b Connection) int { return a.ID - b.ID })
}

// normalized returns a checked copy in lower case, in order, with its defaults.
func (t *Tenant) normalized() (*Tenant, error) {
	n := t.clone()
	if err := n.normalize(); err != nil {
		return nil, err
	}
	return n, nil
}

// normalize checks a tenant of which nobody else has a part, and puts it into lower case and order, with its defaults.
func (t *Tenant) normalize() error {
	if t.AccountCode == "" {
		return errors.New("no accountCode")
	}
	if err := t.PasswordPolicy.check(); err != nil {
		return err
	}
	if err := checkQuotas(t.Quotas); err != nil {
		return fmt.Errorf("quotas: %w", err)
	}
	if len(t.Quotas) == 0 {
		t.Quotas = nil
	}
	internal, err := t.normalizeDomains()
	if err != nil {
		return err
	}
	for i := range t.Users {
		if err := t.Users[i].normalize(internal); err != nil {
			return fmt.Errorf("users[%d]: %w", i, err)
		}
	}
	for i := range t.Groups {
		if err := t.Groups[i].normalize(); err != nil {
			return fmt.Errorf("groups[%d]: %w", i, err)
		}
	}
	for i := range t.Attributes {
		if err := t.Attributes[i].normalize(); err != nil {
			return fmt.Errorf("attributes[%d]: %w", i, err)
		}
	}
	for i := range t.Delegates {
		if err := t.Delegates[i].normalize(); err != nil {
			return fmt.Errorf("delegates[%d]: %w", i, err)
		}
	}
	t.sort()
	if err := t.checkUnique(); err != nil {
		return err
	}
	return t.checkReferences()
}

// normalizeDomains puts the domains into lower case, and returns which are internal.
func (t *Tenant) normalizeDomains() (internal func(string) bool, err error) {
	domains := make(map[string]bool, len(t.Domains)) // whether it is internal
	for i := range t.Domains {
		d := &t.Domains[i]
		if !validDomain(d.Domain) {
			return nil, fmt.Errorf("domains[%d]: %q is not a domain", i, d.Domain)
		}
		d.Domain = strings.ToLower(d.Domain)
		if _, twice := domains[d.Domain]; twice {
			return nil, fmt.Errorf("domains[%d]: domain %q is there twice", i, d.Domain)
		}
		domains[d.Domain] = !d.Pending
	}
	return func(name string) bool { return domains[name] }, nil
}

// checkUnique checks that nothing in a tenant in order is there twice.
func (t *Tenant) checkUnique() error {
	if u, ok := twice(t.Users, func(u User) string { return u.EmailAddress }); ok {
		return fmt.Errorf("users: address %q is there twice", u.EmailAddress)
	}
	if g, ok := twice(t.Groups, func(g Group) int { return g.ID }); ok {
		return fmt.Errorf("groups: id %d is there twice", g.ID)
	}
	for _, g := range t.Groups {
		if m, ok := twice(g.Members, Member.key); ok {
			return fmt.Errorf("group %d: member %q is there twice", g.ID, m.key())
		}
	}
	if a, ok := twice(t.Attributes, func(a Attribute) int { return a.ID }); ok {
		return fmt.Errorf("attributes: id %d is there twice", a.ID)
	}
	if d, ok := twice(t.Delegates, func(d Delegate) int { return d.ID }); ok {
		return fmt.Errorf("delegates: id %d is there twice", d.ID)
	}
	if c, ok := twice(t.Connections, func(c Connection) int { return c.ID }); ok {
		return fmt.Errorf("connections: id %d is there twice", c.ID)
	}
	return nil
}

// twice returns an entry whose key the one before it has, too.
func twice[T any, K comparable](sorted []T, key func(T) K) (found T, ok bool) {
	for i := 1; i < len(sorted); i++ {
		if key(sorted[i]) == key(sorted[i-1]) {
			return sorted[i], true
		}
	}
	return found, false
}

// checkReferences checks that what a tenant in order names is there.
func (t *Tenant) checkReferences() error {
	account := func(address string) bool {
		i, ok := slices.BinarySearchFunc(t.Users, address, func(u User, a string) int { return strings.Compare(u.EmailAddress, a) })
		return ok && t.Users[i].isAccount()
	}
	for _, u := range t.Users {
		if u.AliasFor != "" && !account(u.AliasFor) {
			return fmt.Errorf("alias %q is for %q, which is no account", u.EmailAddress, u.AliasFor)
		}
		if u.AccountCode != "" && !slices.Contains(t.Accounts, u.AccountCode) {
			return fmt.Errorf("address %q has unknown accountCode %q", u.EmailAddress, u.AccountCode)
		}
	}
	for _, d := range t.Delegates {
		if !account(d.PrimaryAddress) {
			return fmt.Errorf("delegate %d is of %q, which is no account", d.ID, d.PrimaryAddress)
		}
	}
	return t.checkParents()
}

// checkParents checks that each group lies in another or in the root, and none in itself.
func (t *Tenant) checkParents() error {
	parents := make(map[int]int, len(t.Groups))
	for _, g := range t.Groups {
		parents[g.ID] = g.Parent
	}
	rooted := map[int]bool{0: true}
	for _, g := range t.Groups {
		var path []int
		for id := g.ID; !rooted[id]; id = parents[id] {
			if _, ok := parents[id]; !ok {
				return fmt.Errorf("group %d lies in group %d, which is not there", g.ID, id)
			}
			if len(path) == len(parents) {
				return fmt.Errorf("group %d lies in itself", g.ID)
			}
			path = append(path, id)
		}
		for _, id := range path {
			rooted[id] = true
		}
	}
	return nil
}

// normalize checks a user of a tenant with these domains, and fills in the defaults.
func (u *User) normalize(internal func(domain string) bool) error {
	if !validAddress(u.EmailAddress) {
		return fmt.Errorf("%q is not an address", u.EmailAddress)
	}
	u.EmailAddress = strings.ToLower(u.EmailAddress)
	u.AliasFor = strings.ToLower(u.AliasFor)
	if !internal(domainOf(u.EmailAddress)) {
		return fmt.Errorf("address %q is in no domain of the tenant", u.EmailAddress)
	}
	if u.Name == "" || u.Name == u.EmailAddress {
		u.Name = u.EmailAddress // one string in memory, not two
	}
	known := slices.Index(addressTypes, u.AddressType)
	switch {
	case u.AddressType == "":
		u.AddressType = createdManually
	case known < 0:
		return fmt.Errorf("address %q has unknown addressType %q", u.EmailAddress, u.AddressType)
	default:
		u.AddressType = addressTypes[known]
	}
	if !normalizeSource(&u.Source) {
		return fmt.Errorf("address %q has unknown source %q", u.EmailAddress, u.Source)
	}
	if u.PasswordChanges < 0 {
		return fmt.Errorf("address %q has negative passwordChanges", u.EmailAddress)
	}
	if u.AliasFor != "" && !u.Alias {
		return fmt.Errorf("address %q has aliasFor, but is no alias", u.EmailAddress)
	}
	return nil
}

func (g *Group) normalize() error {
	if g.ID < 1 || g.Parent < 0 {
		return fmt.Errorf("id %d, parent %d: want 1 or more, and 0 or more", g.ID, g.Parent)
	}
	if strings.TrimSpace(g.Description) == "" {
		return fmt.Errorf("group %d has no description", g.ID)
	}
	if !normalizeSource(&g.Source) {
		return fmt.Errorf("group %d has unknown source %q", g.ID, g.Source)
	}
	if len(g.Members) == 0 {
		g.Members = nil
	}
	for i := range g.Members {
		if err := g.Members[i].normalize(); err != nil {
			return fmt.Errorf("members[%d]: %w", i, err)
		}
	}
	return nil
}

func (m *Member) normalize() error {
	m.EmailAddress, m.Domain = strings.ToLower(m.EmailAddress), strings.ToLower(m.Domain)
	if (m.EmailAddress == "") == (m.Domain == "") {
		return errors.New("want one of emailAddress and domain")
	}
	if m.EmailAddress != "" && !validAddress(m.EmailAddress) || m.Domain != "" && !validDomain(m.Domain) {
		return fmt.Errorf("%q is not an address or a domain", m.key())
	}
	return nil
}

func (a *Attribute) normalize() error {
	if a.ID < 1 || strings.TrimSpace(a.Name) == "" {
		return fmt.Errorf("id %d, name %q: want 1 or more, and some text", a.ID, a.Name)
	}
	if !normalizeSource(&a.Source) {
		return fmt.Errorf("attribute %d has unknown source %q", a.ID, a.Source)
	}
	if len(a.Values) == 0 {
		a.Values = nil
	}
	for address := range a.Values {
		if !validAddress(address) || address != strings.ToLower(address) {
			return fmt.Errorf("attribute %d is of %q, which is not an address in lower case", a.ID, address)
		}
	}
	return nil
}

func (d *Delegate) normalize() error {
	d.PrimaryAddress, d.DelegateAddress = strings.ToLower(d.PrimaryAddress), strings.ToLower(d.DelegateAddress)
	if d.ID < 1 {
		return fmt.Errorf("id %d: want 1 or more", d.ID)
	}
	if !validAddress(d.PrimaryAddress) || !validAddress(d.DelegateAddress) {
		return fmt.Errorf("delegate %d has no two addresses", d.ID)
	}
	return nil
}

var addressTypes = []string{createdManually, createdByEmail, createdByImport, createdBySync, listFromLDAP, contactFromLDAP}

// normalizeSource fills in the default, and tells whether a source is one.
func normalizeSource(source *string) bool {
	switch *source {
	case "", fromCloud:
		*source = fromCloud
	case fromLDAP:
		*source = fromLDAP
	default:
		return false
	}
	return true
}

// key is what an account is found by.
func (u *User) key() string { return u.EmailAddress }

// key is what a member is found by: no domain is an address.
func (m Member) key() string { return m.EmailAddress + m.Domain }

// isAccount tells whether the address is one that update-user takes.
func (u *User) isAccount() bool {
	return !u.Alias && u.AddressType != listFromLDAP && u.AddressType != contactFromLDAP
}
