package main

// A furniture is what a tenant holds beside accounts: things that sheets don't speak of, but other clients do.
type furniture struct {
	Accounts    []string
	Groups      []group
	Attributes  []attribute
	Delegates   []delegate
	Connections []connection
}

// A group is a profile group. One without a parent lies in the root.
type group struct {
	ID          int      `json:"id"`
	Parent      int      `json:"parent,omitempty"`
	Description string   `json:"description"`
	Source      string   `json:"source"`
	ReadOnly    bool     `json:"readOnly,omitempty"`
	Members     []member `json:"members,omitempty"`
}

// A member of a group is an address or a domain.
type member struct {
	EmailAddress string `json:"emailAddress,omitempty"`
	Domain       string `json:"domain,omitempty"`
	Notes        string `json:"notes,omitempty"`
}

// An attribute is something to be told of accounts, with what was told, by address.
type attribute struct {
	ID     int               `json:"id"`
	Name   string            `json:"name"`
	Source string            `json:"source"`
	Values map[string]string `json:"values,omitempty"`
}

// A delegate is an address that may act for an account.
type delegate struct {
	ID              int    `json:"id"`
	PrimaryAddress  string `json:"primaryAddress"`
	DelegateAddress string `json:"delegateAddress"`
}

// A connection is a directory that accounts are synced from.
type connection struct {
	ID          int    `json:"id"`
	Description string `json:"description"`
	Type        string `json:"type"`
}

// furnish puts in some of each thing, about one person of the cloud and one of the company's directory.
func furnish(cloud, synced user) furniture {
	return furniture{
		Accounts: []string{"CSBX26A119"},
		Groups: []group{
			{ID: 1, Description: "Example Company", Source: "cloud"},
			{ID: 2, Parent: 1, Description: "Permitted senders", Source: "cloud", ReadOnly: true, Members: []member{
				{EmailAddress: "news@example.org", Notes: "newsletter"},
				{Domain: "example.org"},
			}},
			{ID: 3, Parent: 1, Description: "Board", Source: "cloud", Members: []member{
				{EmailAddress: cloud.EmailAddress},
				{EmailAddress: synced.EmailAddress},
			}},
			{ID: 4, Parent: 1, Description: "New hires", Source: "cloud"},
			{ID: 5, Description: "All staff", Source: "ldap", Members: []member{{EmailAddress: synced.EmailAddress}}},
		},
		Attributes: []attribute{
			{ID: 1, Name: "phoneNumber", Source: "cloud", Values: map[string]string{cloud.EmailAddress: "+1 555 0100"}},
			{ID: 2, Name: "Department", Source: "cloud", Values: map[string]string{cloud.EmailAddress: "Sales"}},
			{ID: 3, Name: "Title", Source: "ldap", Values: map[string]string{synced.EmailAddress: "Engineer"}},
		},
		Delegates:   []delegate{{ID: 1, PrimaryAddress: cloud.EmailAddress, DelegateAddress: synced.EmailAddress}},
		Connections: []connection{{ID: 1, Description: "Example directory", Type: "azure_active_directory"}},
	}
}
