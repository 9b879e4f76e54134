package batch

import (
	"maps"
	"slices"
	"strings"
)

// Settings are field values in their canonical form: booleans "true" or "false", dates as
// 2006-01-02T15:04:05+0000 in UTC, text as it is. A field that is not there is left as it is.
// Passwords are never in Settings.
type Settings map[Field]string

// Fields returns the fields that are set, in the order of the field table.
func (s Settings) Fields() []Field {
	var out []Field
	for _, i := range fields {
		if _, ok := s[i.Field]; ok {
			out = append(out, i.Field)
		}
	}
	return out
}

// Only returns the settings of those fields that keep accepts.
func (s Settings) Only(keep func(FieldInfo) bool) Settings {
	out := Settings{}
	for _, i := range fields {
		if v, ok := s[i.Field]; ok && keep(i) {
			out[i.Field] = v
		}
	}
	return out
}

// Clone returns a copy.
func (s Settings) Clone() Settings { return maps.Clone(s) }

// Account is a user as the tenant tells of it. A field that the answer did not hold is not in Settings.
type Account struct {
	Email    string
	ID       string // an opaque id, told by create-user only
	Settings Settings

	// Told by a listing only.
	Type   string // how it came to be, such as created_manually
	Source string // cloud or ldap
	Alias  bool
}

// The address types that a listing is known to tell. Others are possible.
const (
	typeByEmail = "created_by_email" // appeared by itself when it sent or got mail
	typeList    = "dl_from_ldap"
	typeContact = "contact_from_ldap"
)

// with returns a copy of the account that these settings are told of, too.
func (a Account) with(told Settings) *Account {
	a.Settings = a.Settings.Clone()
	if a.Settings == nil {
		a.Settings = Settings{}
	}
	maps.Copy(a.Settings, told)
	return &a
}

// Synced tells whether a directory owns the account, so that the next synchronisation overwrites what it also knows.
func (a Account) Synced() bool {
	return a.Source == "ldap" || a.Type == "created_by_ldap_sync"
}

// IsList tells whether the address is a distribution list.
func (a Account) IsList() bool { return a.Type == typeList }

// IsContact tells whether the address is a contact.
func (a Account) IsContact() bool { return a.Type == typeContact }

// isUser tells whether the address has an account of its own: aliases, lists and contacts have none.
func (a Account) isUser() bool { return !a.Alias && !a.IsList() && !a.IsContact() }

// Domain is a domain of the tenant for which it accepts mail.
type Domain struct {
	Name     string // lower case
	SendOnly bool   // its users can't log on
}

// Tenant is the company account that a plan is made for. Two tenants are the same if their keys are.
type Tenant struct {
	Key     string // the account code, or base address and a hash of the client id where the code can't be read
	Account string // account code, "" if it can't be read
	Name    string // company name; where it can't be read, a few of its domains or ""
	BaseURL string
	Sandbox bool // the embedded rehearsal tenant
}

// DomainOf returns what follows the @ of an address.
func DomainOf(email string) string {
	return email[strings.LastIndexByte(email, '@')+1:]
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
