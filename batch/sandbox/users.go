package sandbox

import "slices"

// createUser is create-user: {emailAddress, name?, password?, accountCode?, forcePasswordChange?} to {id, emailAddress}.
func (s *Server) createUser(asked request) answer {
	return settle(asked, func(o object, x *Execution) (any, []refusal, error) { return s.create(asked, o, x) })
}

// updateUser is update-user: {emailAddress, and any setting} to the account's state. With the address alone it changes
// nothing: the only way to read that state.
func (s *Server) updateUser(asked request) answer {
	return settle(asked, func(o object, x *Execution) (any, []refusal, error) { return s.update(asked, o, x) })
}

func (s *Server) create(asked request, o object, x *Execution) (any, []refusal, error) {
	d := s.directory
	u := User{AddressType: createdManually, Source: fromCloud}
	accountCode := d.accountCode
	in := reading{fields: o.fields}
	in.address("emailAddress", &u.EmailAddress)
	u.Name = u.EmailAddress
	in.text("name", &u.Name)
	in.password(d.policy, s.options.Codes.password(), &u.PasswordChanges)
	in.flag("forcePasswordChange", &u.ForcePasswordChange)
	in.text("accountCode", &accountCode)
	if len(in.refusals) > 0 {
		return nil, in.refusals, nil
	}
	if accountCode != d.accountCode {
		if !slices.Contains(d.children, accountCode) {
			return nil, []refusal{forbidden()}, nil
		}
		u.AccountCode = accountCode
	}
	if !d.internal(domainOf(u.EmailAddress)) {
		return nil, []refusal{s.options.Codes.domain()}, nil
	}
	if x.Done = Silenced; d.all.find(u.EmailAddress) == nil {
		x.Done = Created
		if err := s.change(Change{User: &u}); err != nil {
			return nil, nil, err
		}
		d.audit.add(asked, userCreated, u.EmailAddress)
	} else if s.options.CreateExisting == Refuse {
		return nil, []refusal{s.options.Codes.exists()}, nil
	}
	return struct {
		ID           string `json:"id"`
		EmailAddress string `json:"emailAddress"`
	}{d.ids.address(u.EmailAddress), u.EmailAddress}, nil, nil
}

func (s *Server) update(asked request, o object, x *Execution) (any, []refusal, error) {
	d := s.directory
	var address string
	in := reading{fields: o.fields}
	in.address("emailAddress", &address)
	var u User
	found := d.account(address)
	if found != nil {
		u = *found
	}
	in.text("name", &u.Name)
	in.password(d.policy, s.options.Codes.password(), &u.PasswordChanges)
	in.flag("forcePasswordChange", &u.ForcePasswordChange)
	in.flag("passwordNeverExpires", &u.PasswordNeverExpires)
	in.flag("accountLocked", &u.AccountLocked)
	in.flag("accountDisabled", &u.AccountDisabled)
	in.flag("allowPop", &u.AllowPop)
	in.flag("allowSmtp", &u.AllowSmtp)
	in.date("archiveStartDate", &u.ArchiveStartDate)
	if len(in.refusals) > 0 {
		return nil, in.refusals, nil
	}
	if found == nil {
		return nil, []refusal{s.unknown(address)}, nil
	}
	if x.Done = Updated; len(o.fields) == 1 {
		x.Done = StateRead
	}
	if u != *found {
		before := *found
		if err := s.change(Change{User: &u}); err != nil {
			return nil, nil, err
		}
		if u.PasswordChanges > before.PasswordChanges {
			d.audit.add(asked, passwordChanged, address)
			before.PasswordChanges = u.PasswordChanges
		}
		if u != before {
			d.audit.add(asked, userUpdated, address)
		}
	}
	return struct {
		EmailAddress         string `json:"emailAddress"`
		Name                 string `json:"name"`
		ForcePasswordChange  bool   `json:"forcePasswordChange"`
		PasswordNeverExpires bool   `json:"passwordNeverExpires"`
		AccountLocked        bool   `json:"accountLocked"`
		AccountDisabled      bool   `json:"accountDisabled"`
		AllowSmtp            bool   `json:"allowSmtp"`
		AllowPop             bool   `json:"allowPop"`
	}{
		u.EmailAddress, u.Name, u.ForcePasswordChange, u.PasswordNeverExpires, u.AccountLocked, u.AccountDisabled,
		u.AllowSmtp, u.AllowPop,
	}, nil, nil
}
