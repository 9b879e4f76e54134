package sandbox

import (
	"cmp"
	"maps"
	"slices"
)

// A directory is a tenant in use: its accounts, found by address and listed by domain, its groups and the rest. It is
// guarded by the server's lock.
type directory struct {
	accountCode string
	accountName string
	children    []string // codes of accounts below this one
	policy      PasswordPolicy
	quotas      map[string]Quota // by function; never changed
	connections []Connection
	ids         sealer

	all        index[*User]
	domains    map[string]*domain
	aliases    map[string][]string // of an account, in order
	groups     []*group            // in order of number
	folders    map[int]int         // how many groups lie in one
	lastGroup  int                 // the highest number so far
	attributes []*Attribute        // in order of number

	delegates    map[int]Delegate
	delegatesOf  map[string][]Delegate // of an account, in order of number
	lastDelegate int                   // the highest number so far

	audit   auditLog
	imports []*userImport
}

// A domain is one of the directory with the accounts in it.
type domain struct {
	Domain
	accounts index[*User]
}

// A group is one of the directory with its members.
type group struct {
	Group
	members index[*Member]
}

// newDirectory takes a tenant that is normalized, for good, and gives each internal domain the two addresses that each has.
func newDirectory(t *Tenant) *directory {
	d := &directory{
		accountCode: t.AccountCode,
		accountName: t.AccountName,
		children:    t.Accounts,
		policy:      t.PasswordPolicy,
		quotas:      t.Quotas,
		connections: t.Connections,
		ids:         sealer{accountCode: t.AccountCode},
		domains:     make(map[string]*domain, len(t.Domains)),
		aliases:     make(map[string][]string),
		folders:     make(map[int]int),
		delegates:   make(map[int]Delegate),
		delegatesOf: make(map[string][]Delegate),
	}
	for _, one := range t.Domains {
		d.domains[one.Domain] = &domain{Domain: one}
	}
	for i := range t.Users {
		d.insert(&t.Users[i])
	}
	for _, g := range t.Groups {
		d.putGroup(g)
	}
	for i := range t.Attributes {
		a := &t.Attributes[i]
		if a.Values == nil {
			a.Values = make(map[string]string)
		}
		d.attributes = append(d.attributes, a)
	}
	for _, one := range t.Delegates {
		d.putDelegate(one)
	}
	for name := range d.domains {
		d.addDefaults(name)
	}
	return d
}

// addDefaults gives an internal domain the two addresses that each one has, unless they are there.
func (d *directory) addDefaults(name string) {
	if !d.internal(name) {
		return
	}
	for local, display := range map[string]string{
		"abuse":      "Domain abuse address",
		"postmaster": "Domain postMaster address",
	} {
		address := local + "@" + name
		if d.all.find(address) == nil {
			d.insert(&User{EmailAddress: address, Name: display, AddressType: createdManually, Source: fromCloud})
		}
	}
}

// internal tells whether a domain is registered and not pending.
func (d *directory) internal(name string) bool {
	one, ok := d.domains[name]
	return ok && !one.Pending
}

// accounts returns those of an internal domain, or with "" all of the tenant; nil if there is no such domain.
func (d *directory) accounts(name string) *index[*User] {
	if name == "" {
		return &d.all
	}
	if !d.internal(name) {
		return nil
	}
	return &d.domains[name].accounts
}

// account returns the account with an address that update-user takes, or nil.
func (d *directory) account(address string) *User {
	u := d.all.find(address)
	if u == nil || !u.isAccount() {
		return nil
	}
	return u
}

// insert adds a user with a new address in an internal domain.
func (d *directory) insert(u *User) {
	d.all.insert(u)
	d.domains[domainOf(u.EmailAddress)].accounts.insert(u)
	if u.AliasFor != "" {
		d.aliases[u.AliasFor] = insertSorted(d.aliases[u.AliasFor], u.EmailAddress)
	}
}

// put adds a user, or makes of the one with its address what it is.
func (d *directory) put(u User) {
	found := d.all.find(u.EmailAddress)
	if found == nil {
		d.insert(&u)
		return
	}
	*found = u
}

// remove takes out an address, if it is there.
func (d *directory) remove(address string) {
	u := d.all.find(address)
	if u == nil {
		return
	}
	d.all.remove(address)
	d.domains[domainOf(address)].accounts.remove(address)
	if u.AliasFor != "" {
		d.aliases[u.AliasFor] = slices.DeleteFunc(d.aliases[u.AliasFor], func(a string) bool { return a == address })
	}
}

func insertSorted(list []string, s string) []string {
	i, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(list, i, s)
}

// group returns the group with a number, or nil.
func (d *directory) group(id int) *group {
	i, ok := slices.BinarySearchFunc(d.groups, id, func(g *group, id int) int { return cmp.Compare(g.ID, id) })
	if !ok {
		return nil
	}
	return d.groups[i]
}

// putGroup adds a group with its members, or gives the one with its number its name and place.
func (d *directory) putGroup(g Group) {
	there := d.group(g.ID)
	if there == nil {
		there = &group{}
		i, _ := slices.BinarySearchFunc(d.groups, g.ID, func(g *group, id int) int { return cmp.Compare(g.ID, id) })
		d.groups = slices.Insert(d.groups, i, there)
		d.lastGroup = max(d.lastGroup, g.ID)
	} else {
		d.folders[there.Parent]--
	}
	d.folders[g.Parent]++
	members := g.Members
	g.Members = nil
	there.Group = g
	for _, m := range members {
		there.put(m)
	}
}

func (d *directory) removeGroup(id int) {
	if g := d.group(id); g != nil {
		d.folders[g.Parent]--
		d.groups = slices.DeleteFunc(d.groups, func(g *group) bool { return g.ID == id })
	}
}

// put adds a member, unless it is there.
func (g *group) put(m Member) {
	if g.members.find(m.key()) == nil {
		g.members.insert(&m)
	}
}

// attribute returns the attribute with a number, or nil.
func (d *directory) attribute(id int) *Attribute {
	i, ok := slices.BinarySearchFunc(d.attributes, id, func(a *Attribute, id int) int { return cmp.Compare(a.ID, id) })
	if !ok {
		return nil
	}
	return d.attributes[i]
}

// attributeNamed returns the attribute with a name, or nil.
func (d *directory) attributeNamed(name string) *Attribute {
	i := slices.IndexFunc(d.attributes, func(a *Attribute) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return d.attributes[i]
}

// putDelegate adds a delegate, unless its number is there.
func (d *directory) putDelegate(one Delegate) {
	if _, ok := d.delegates[one.ID]; ok {
		return
	}
	d.delegates[one.ID] = one
	d.delegatesOf[one.PrimaryAddress] = append(d.delegatesOf[one.PrimaryAddress], one)
	d.lastDelegate = max(d.lastDelegate, one.ID)
}

func (d *directory) removeDelegate(id int) {
	one, ok := d.delegates[id]
	if !ok {
		return
	}
	delete(d.delegates, id)
	others := slices.DeleteFunc(d.delegatesOf[one.PrimaryAddress], func(d Delegate) bool { return d.ID == id })
	d.delegatesOf[one.PrimaryAddress] = others
}

// names returns the domains in order that are internal, or those that are pending.
func (d *directory) names(pending bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(d.domains)), func(name string) bool {
		return d.domains[name].Pending != pending
	})
}

// tenant returns the directory as a tenant, in order.
func (d *directory) tenant() *Tenant {
	t := &Tenant{
		AccountCode:    d.accountCode,
		AccountName:    d.accountName,
		Accounts:       slices.Clone(d.children),
		PasswordPolicy: d.policy,
		Quotas:         maps.Clone(d.quotas),
		Domains:        make([]Domain, 0, len(d.domains)),
		Users:          make([]User, 0, d.all.size),
		Connections:    slices.Clone(d.connections),
	}
	for _, one := range d.domains {
		t.Domains = append(t.Domains, one.Domain)
	}
	for _, u := range d.all.page(0, d.all.size) {
		t.Users = append(t.Users, *u)
	}
	for _, g := range d.groups {
		whole := g.Group
		for _, m := range g.members.page(0, g.members.size) {
			whole.Members = append(whole.Members, *m)
		}
		t.Groups = append(t.Groups, whole)
	}
	for _, a := range d.attributes {
		whole := *a
		whole.Values = nil
		if len(a.Values) > 0 {
			whole.Values = maps.Clone(a.Values)
		}
		t.Attributes = append(t.Attributes, whole)
	}
	for _, one := range d.delegates {
		t.Delegates = append(t.Delegates, one)
	}
	t.sort()
	return t
}
