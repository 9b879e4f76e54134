package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// A tenant is what the sandbox starts with.
type tenant struct {
	AccountCode    string
	AccountName    string
	Domains        []domain
	PasswordPolicy policy
	Users          []user
	furniture
}

// A domain is one that the tenant receives mail for. A pending one has been
// registered, but nobody has proved yet that it is the company's.
type domain struct {
	Domain      string `json:"domain"`
	Local       bool   `json:"local"`
	SendOnly    bool   `json:"sendOnly"`
	InboundType string `json:"inboundType"`
	Pending     bool   `json:"pending"`
}

// A policy is what a password must have: so many characters, and so many of
// the four classes upper case, lower case, digit and symbol.
type policy struct {
	MinLength int `json:"minLength"`
	Classes   int `json:"classes"`
}

// A user is an account of the tenant, with the names and words of the API.
type user struct {
	EmailAddress         string `json:"emailAddress"`
	Name                 string `json:"name"`
	AddressType          string `json:"addressType"`
	Source               string `json:"source"`
	AliasFor             string `json:"aliasFor,omitempty"`
	Role                 string `json:"role,omitempty"`
	Alias                bool   `json:"alias"`
	ForcePasswordChange  bool   `json:"forcePasswordChange"`
	PasswordNeverExpires bool   `json:"passwordNeverExpires"`
	AccountLocked        bool   `json:"accountLocked"`
	AccountDisabled      bool   `json:"accountDisabled"`
	AllowPop             bool   `json:"allowPop"`
	AllowSMTP            bool   `json:"allowSmtp"`
	ArchiveStartDate     string `json:"archiveStartDate"`
	PasswordChanges      int    `json:"passwordChanges"`
}

// newTenant is a tenant with the two addresses that every domain has.
func newTenant() *tenant {
	t := &tenant{
		AccountCode: "CSBX26A118",
		AccountName: "Example Company",
		Domains: []domain{
			{Domain: "example.com", Local: true, InboundType: "any"},
			{Domain: "example.net", Local: true, InboundType: "any"},
			{Domain: "example.org", Local: true, InboundType: "any", Pending: true},
		},
		PasswordPolicy: policy{MinLength: 8, Classes: 3},
	}
	for _, d := range []string{"example.com", "example.net"} {
		t.add(mailbox("abuse@"+d, "Domain abuse address"))
		t.add(mailbox("postmaster@"+d, "Domain postMaster address"))
	}
	return t
}

// mailbox is a cloud account that an administrator made.
func mailbox(email, name string) user {
	return user{EmailAddress: email, Name: name, AddressType: "created_manually", Source: "cloud"}
}

// cloudUser is the account of a person that lives in the cloud only.
func cloudUser(p person) user { return mailbox(p.email, p.name()) }

// mailFlowUser is an account that came into being when the person sent mail.
// Nobody has given it a name.
func mailFlowUser(p person) user {
	return user{EmailAddress: p.email, Name: p.email, AddressType: "created_by_email", Source: "cloud"}
}

// syncedUser is an account that the company's directory keeps.
func syncedUser(p person) user {
	return user{EmailAddress: p.email, Name: p.name(), AddressType: "created_by_ldap_sync", Source: "ldap"}
}

// add puts an account into the tenant.
func (t *tenant) add(u user) { t.Users = append(t.Users, u) }

// addBystanders puts in forty accounts that no sheet speaks of, and the furniture.
func (t *tenant) addBystanders(people *crowd) {
	for _, shared := range []user{
		{EmailAddress: "info@example.com", Name: "Information", AddressType: "created_manually", Source: "cloud", Alias: true, AliasFor: "postmaster@example.com"},
		{EmailAddress: "sales@example.com", Name: "Sales", AddressType: "created_manually", Source: "cloud", Alias: true, AliasFor: "postmaster@example.com"},
		{EmailAddress: "staff@example.com", Name: "All staff", AddressType: "dl_from_ldap", Source: "ldap"},
		{EmailAddress: "board@example.net", Name: "Board of directors", AddressType: "dl_from_ldap", Source: "ldap"},
		{EmailAddress: "press.agency@example.com", Name: "Press agency", AddressType: "contact_from_ldap", Source: "ldap"},
		{EmailAddress: "payroll.bureau@example.net", Name: "Payroll bureau", AddressType: "contact_from_ldap", Source: "ldap"},
		{EmailAddress: "scanner@example.com", Name: "Scanner, 2nd floor", AddressType: "created_manually", Source: "cloud",
			PasswordNeverExpires: true, AllowSMTP: true},
		{EmailAddress: "monitoring@example.com", Name: "Monitoring", AddressType: "created_manually", Source: "cloud",
			PasswordNeverExpires: true, AllowPop: true, AllowSMTP: true},
	} {
		t.add(shared)
	}
	var synced, cloud user
	for range 12 {
		synced = syncedUser(people.person())
		t.add(synced)
	}
	for range 8 {
		t.add(mailFlowUser(people.person()))
	}
	for i := range 12 {
		u := cloudUser(people.person())
		u.AccountDisabled = i < 3
		u.AccountLocked = i == 3 || i == 4
		if i == 5 {
			u.ArchiveStartDate = "2024-03-01T00:00:00+0000"
		}
		if i == 11 {
			u.Role = "Full Administrator"
			cloud = u
		}
		t.add(u)
	}
	t.furniture = furnish(cloud, synced)
}

// encode writes the tenant as JSON, one account a line, sorted by address.
func (t *tenant) encode() ([]byte, error) {
	slices.SortFunc(t.Users, func(a, b user) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) })
	rules, err := json.Marshal(t.PasswordPolicy)
	if err != nil {
		return nil, err
	}
	out := fmt.Appendf(nil, "{\n  \"accountCode\": %q,\n  \"accountName\": %q,\n  \"passwordPolicy\": %s", t.AccountCode, t.AccountName, rules)
	for _, list := range []struct {
		name  string
		lines func() ([]byte, error)
	}{
		{"accounts", func() ([]byte, error) { return lines(t.Accounts) }},
		{"domains", func() ([]byte, error) { return lines(t.Domains) }},
		{"users", func() ([]byte, error) { return lines(t.Users) }},
		{"groups", func() ([]byte, error) { return lines(t.Groups) }},
		{"attributes", func() ([]byte, error) { return lines(t.Attributes) }},
		{"delegates", func() ([]byte, error) { return lines(t.Delegates) }},
		{"connections", func() ([]byte, error) { return lines(t.Connections) }},
	} {
		text, err := list.lines()
		if err != nil {
			return nil, err
		}
		out = fmt.Appendf(out, ",\n  %q: %s", list.name, text)
	}
	return append(out, "\n}\n"...), nil
}

// lines writes a JSON array with one element a line.
func lines[T any](elements []T) ([]byte, error) {
	var written [][]byte
	for _, e := range elements {
		line, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		written = append(written, line)
	}
	return fmt.Appendf(nil, "[\n    %s\n  ]", bytes.Join(written, []byte(",\n    "))), nil
}
