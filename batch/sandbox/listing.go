package sandbox

import "strings"

// getInternalUsers is get-internal-users: {domain?} to {users, userCount}, in order of address. Sources disagree on whether
// the domain may be left out; here it may, unless [Options] require it.
func (s *Server) getInternalUsers(asked request) answer {
	var name string
	var in reading
	if len(asked.data) == 1 {
		in.fields = asked.data[0].fields
	}
	if s.options.DomainRequired {
		in.need("domain", &name)
	} else {
		in.text("domain", &name)
	}
	name = strings.ToLower(name)
	accounts := s.directory.accounts(name)
	if accounts == nil {
		in.refusals = append(in.refusals, s.options.Codes.domain())
	}
	if len(in.refusals) > 0 {
		return refused(asked, in.refusals...)
	}
	part, instead := s.span(asked, name)
	if instead != nil {
		return *instead
	}

	type row struct {
		Name         string `json:"name"`
		EmailAddress string `json:"emailAddress"`
		Domain       string `json:"domain"`
		Alias        bool   `json:"alias"`
		AddressType  string `json:"addressType"`
		Source       string `json:"source"`
	}
	users := accounts.page(part.start, part.size)
	rows := make([]row, len(users))
	for i, u := range users {
		rows[i] = row{u.Name, u.EmailAddress, domainOf(u.EmailAddress), u.Alias, u.AddressType, u.Source}
	}
	return executed(envelope{
		Meta: meta{Pagination: s.page(name, part, len(rows), accounts.size)},
		Data: []any{struct {
			Users     []row `json:"users"`
			UserCount int   `json:"userCount"`
		}{rows, len(rows)}},
	})
}

// getAccount is get-account. As the service's, its answer holds two secrets of the account; here they are made up.
func (s *Server) getAccount(request) answer {
	return executed(envelope{Data: []any{struct {
		AccountCode string   `json:"accountCode"`
		AccountName string   `json:"accountName"`
		Region      string   `json:"region"`
		Type        string   `json:"type"`
		UserCount   int      `json:"userCount"`
		Packages    []string `json:"packages"`
		Passphrase  string   `json:"passphrase"`
		SupportCode string   `json:"supportCode"`
	}{
		AccountCode: s.directory.accountCode,
		AccountName: s.directory.accountName,
		Region:      "sandbox",
		Type:        "full",
		UserCount:   s.directory.all.size,
		Packages:    []string{"Email Security Cloud Gateway", "User and Group Management"},
		Passphrase:  "made-up passphrase",
		SupportCode: "0000-0000",
	}}})
}
