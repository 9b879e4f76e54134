package sandbox

import (
	"maps"
	"slices"
)

// A directory is a tenant in use: its accounts, found by address and listed by domain. It is guarded by the server's lock.
type directory struct {
	accountCode string
	accountName string
	policy      PasswordPolicy
	ids         sealer
	all         index
	domains     map[string]*domain
}

// A domain is one of the directory with the accounts in it.
type domain struct {
	Domain
	accounts index
}

// newDirectory takes a tenant that is normalized. It does not keep it.
func newDirectory(t *Tenant) *directory {
	d := &directory{
		accountCode: t.AccountCode,
		accountName: t.AccountName,
		policy:      t.PasswordPolicy,
		ids:         sealer{accountCode: t.AccountCode},
		domains:     make(map[string]*domain, len(t.Domains)),
	}
	for _, one := range t.Domains {
		d.domains[one.Domain] = &domain{Domain: one}
	}
	for _, u := range t.Users {
		d.insert(u)
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
			d.insert(User{EmailAddress: address, Name: display, AddressType: createdManually, Source: "cloud"})
		}
	}
}

// internal tells whether a domain is registered and not pending.
func (d *directory) internal(name string) bool {
	one, ok := d.domains[name]
	return ok && !one.Pending
}

// accounts returns those of an internal domain, or with "" all of the tenant; nil if there is no such domain.
func (d *directory) accounts(name string) *index {
	if name == "" {
		return &d.all
	}
	if !d.internal(name) {
		return nil
	}
	return &d.domains[name].accounts
}

// insert adds a user with a new address in an internal domain.
func (d *directory) insert(u User) {
	d.all.insert(&u)
	d.domains[domainOf(u.EmailAddress)].accounts.insert(&u)
}

// names returns the internal domains in order.
func (d *directory) names() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(d.domains)), func(name string) bool { return !d.internal(name) })
}

// tenant returns the directory as a tenant.
func (d *directory) tenant() *Tenant {
	t := &Tenant{
		AccountCode:    d.accountCode,
		AccountName:    d.accountName,
		PasswordPolicy: d.policy,
		Domains:        make([]Domain, 0, len(d.domains)),
		Users:          make([]User, 0, d.all.size),
	}
	for _, one := range d.domains {
		t.Domains = append(t.Domains, one.Domain)
	}
	for _, u := range d.all.page(0, d.all.size) {
		t.Users = append(t.Users, *u)
	}
	t.sort()
	return t
}
