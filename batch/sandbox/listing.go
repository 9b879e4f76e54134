package sandbox

import (
	"net/http"
	"strings"
)

const (
	maxPage    = 500 // rows of a page, whatever was asked for
	maxFilters = 500
	unpagedAt  = 999 // rows of an answer when no page size was asked for; nothing in it tells that there are more
)

// getInternalUsers is get-internal-users: {domain?} to {users, userCount}, in order of address. Size and start of the next
// page are fixed in its token, which is good for the domain that it was given for; to any other the service has nothing to
// say but HTTP 400.
func (s *Server) getInternalUsers(asked request) answer {
	if len(asked.data) > 1 {
		return refuseCall(http.StatusOK, wrongSize(0, 1))
	}
	var name string
	var in reading
	var key object
	if len(asked.data) == 1 {
		key = asked.data[0]
		in.fields = key.fields
		in.text("domain", &name)
		name = strings.ToLower(name)
	}
	if asked.pageSize != nil && *asked.pageSize < 1 {
		in.refuse("pageSize", "err_validation_value_not_allowed", "Field must be 1 or more")
	}
	accounts := s.directory.accounts(name)
	if accounts == nil {
		in.refusals = append(in.refusals, forbidden())
	}
	if len(in.refusals) > 0 {
		return executed(envelope{Fail: []failure{{Key: key.raw, Errors: in.refusals}}})
	}

	start, size := 0, unpagedAt
	if asked.pageSize != nil {
		size = min(*asked.pageSize, maxPage)
	}
	if asked.pageToken != "" {
		var ok bool
		if size, start, ok = s.directory.ids.openPage(asked.pageToken, name); !ok {
			return answer{status: http.StatusBadRequest}
		}
	}
	paged := asked.pageSize != nil || asked.pageToken != ""
	return executed(s.list(accounts, name, start, size, paged))
}

// list is the envelope of one page. A listing that is not paged claims to be complete.
func (s *Server) list(accounts *index, name string, start, size int, paged bool) envelope {
	type row struct {
		Name         string `json:"name"`
		EmailAddress string `json:"emailAddress"`
		Domain       string `json:"domain"`
		Alias        bool   `json:"alias"`
		AddressType  string `json:"addressType"`
		Source       string `json:"source"`
	}
	users := accounts.page(start, size)
	rows := make([]row, len(users))
	for i, u := range users {
		rows[i] = row{u.Name, u.EmailAddress, domainOf(u.EmailAddress), u.Alias, u.AddressType, u.Source}
	}
	p := &pagination{PageSize: len(rows), TotalCount: len(rows)}
	if paged {
		p.TotalCount = accounts.size
		if end := start + len(rows); len(rows) > 0 && end < accounts.size {
			p.Next = s.directory.ids.page(name, size, end)
		}
	}
	return envelope{
		Meta: meta{Pagination: p},
		Data: []any{struct {
			Users     []row `json:"users"`
			UserCount int   `json:"userCount"`
		}{rows, len(rows)}},
	}
}

// getInternalDomain is get-internal-domain: {domain?} as filters to {id, domain, sendOnly, local, inboundType}. A domain is
// answered once, whatever number of filters it meets; a filter that none meets is no error.
func (s *Server) getInternalDomain(asked request) answer {
	if len(asked.data) > maxFilters {
		return refuseCall(http.StatusOK, wrongSize(0, maxFilters))
	}
	wanted := make(map[string]bool)
	var e envelope
	for _, o := range asked.data {
		var name string
		in := reading{fields: o.fields}
		in.text("domain", &name)
		if len(in.refusals) > 0 {
			e.Fail = append(e.Fail, failure{Key: o.raw, Errors: in.refusals})
			continue
		}
		wanted[strings.ToLower(name)] = true
	}
	everything := len(asked.data) == 0 || wanted[""]
	for _, name := range s.directory.names() {
		if !everything && !wanted[name] {
			continue
		}
		d := s.directory.domains[name]
		e.Data = append(e.Data, struct {
			ID          string `json:"id"`
			Domain      string `json:"domain"`
			SendOnly    bool   `json:"sendOnly"`
			Local       bool   `json:"local"`
			InboundType string `json:"inboundType"`
		}{s.directory.ids.domain(name), name, d.SendOnly, d.Local, d.InboundType})
	}
	return executed(e)
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

// executed is the answer to a call that concerns no single address.
func executed(e envelope) answer {
	a := classic(http.StatusOK, e)
	a.settled = []string{""}
	return a
}
