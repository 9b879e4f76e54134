package sandbox

import "strings"

// getInternalDomain is get-internal-domain: {domain?} as filters to {id, domain, sendOnly, local, inboundType}.
func (s *Server) getInternalDomain(asked request) answer {
	type row struct {
		ID          string `json:"id"`
		Domain      string `json:"domain"`
		SendOnly    bool   `json:"sendOnly"`
		Local       bool   `json:"local"`
		InboundType string `json:"inboundType"`
	}
	return s.listDomains(asked, false, func(d *domain) any {
		return row{s.directory.ids.domain(d.Domain.Domain), d.Domain.Domain, d.SendOnly, d.Local, d.InboundType}
	})
}

// getPendingDomain is get-pending-domain: {domain?} as filters to {id, domain, sendOnly, inboundType} of domains that were
// registered and are not internal yet. What the service answers was never seen.
func (s *Server) getPendingDomain(asked request) answer {
	type row struct {
		ID          string `json:"id"`
		Domain      string `json:"domain"`
		SendOnly    bool   `json:"sendOnly"`
		InboundType string `json:"inboundType"`
	}
	return s.listDomains(asked, true, func(d *domain) any {
		return row{s.directory.ids.domain(d.Domain.Domain), d.Domain.Domain, d.SendOnly, d.InboundType}
	})
}

// listDomains answers a domain once, whatever number of filters it meets; a filter that none meets is no error.
func (s *Server) listDomains(asked request, pending bool, row func(*domain) any) answer {
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
	for _, name := range s.directory.names(pending) {
		if everything || wanted[name] {
			e.Data = append(e.Data, row(s.directory.domains[name]))
		}
	}
	return executed(e)
}
