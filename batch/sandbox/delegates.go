package sandbox

// findDelegateUsers is find-delegate-users: {primaryAddress} to {delegateUsers}.
func (s *Server) findDelegateUsers(asked request) answer {
	type row struct {
		ID           string `json:"id"`
		EmailAddress string `json:"emailAddress"`
		Name         string `json:"name"`
		Source       string `json:"source"`
	}
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		primary := s.readAccount(&in, "primaryAddress")
		if primary == nil {
			return nil, in.refusals, nil
		}
		rows := []row{}
		for _, one := range s.directory.delegatesOf[primary.EmailAddress] {
			r := row{ID: s.directory.ids.delegate(one.ID), EmailAddress: one.DelegateAddress, Source: fromCloud}
			if u := s.directory.all.find(one.DelegateAddress); u != nil {
				r.Name, r.Source = u.Name, u.Source
			}
			rows = append(rows, r)
		}
		return struct {
			DelegateUsers []row `json:"delegateUsers"`
		}{rows}, nil, nil
	})
}

// A delegation is what add-delegate-user and remove-delegate-user answer.
type delegation struct {
	ID      string `json:"id"`
	Success bool   `json:"success"`
}

// addDelegateUser is add-delegate-user: {primaryAddress, delegateAddress} to {id, success}. Both must be accounts. The same
// delegate again is the same delegate.
func (s *Server) addDelegateUser(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		primary, delegate := s.readAccount(&in, "primaryAddress"), s.readAccount(&in, "delegateAddress")
		if len(in.refusals) > 0 {
			return nil, in.refusals, nil
		}
		one := Delegate{s.directory.lastDelegate + 1, primary.EmailAddress, delegate.EmailAddress}
		for _, there := range s.directory.delegatesOf[one.PrimaryAddress] {
			if there.DelegateAddress == one.DelegateAddress {
				return delegation{s.directory.ids.delegate(there.ID), true}, nil, nil
			}
		}
		if err := s.change(Change{Delegate: &one}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, delegateAdded, one.DelegateAddress+" of "+one.PrimaryAddress)
		return delegation{s.directory.ids.delegate(one.ID), true}, nil, nil
	})
}

// removeDelegateUser is remove-delegate-user: {id} to {id, success}. The code for one that is gone is ours.
func (s *Server) removeDelegateUser(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		var token string
		in := reading{fields: o.fields}
		if !in.need("id", &token) {
			return nil, in.refusals, nil
		}
		id, err := s.directory.ids.openDelegate(token)
		if err != nil {
			return nil, nil, err
		}
		one, ok := s.directory.delegates[id]
		if !ok {
			return nil, []refusal{{Code: "err_emulated_delegate_not_found", Message: "Delegate not found", Field: "id"}}, nil
		}
		if err := s.change(Change{Delegate: &one, Gone: true}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, delegateRemoved, one.DelegateAddress+" of "+one.PrimaryAddress)
		return delegation{token, true}, nil, nil
	})
}
