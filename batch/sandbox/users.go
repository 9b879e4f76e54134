package sandbox

import "net/http"

// maxUsers is how many users create-user and update-user take in one call. For update-user it is documented.
const maxUsers = 5

// createUser is create-user: {emailAddress, name?, password?, accountCode?, forcePasswordChange?} to {id, emailAddress}.
func (s *Server) createUser(asked request) answer { return settle(asked, s.create) }

// updateUser is update-user: {emailAddress, and any setting} to the account's state. With the address alone it changes
// nothing: the only way to read that state.
func (s *Server) updateUser(asked request) answer { return settle(asked, s.update) }

// settle runs a function on each object by itself. An error is one of the sandbox, not of the request: it ends the call, and
// what was done before stays done.
func settle(asked request, run func(object) (any, []refusal, error)) answer {
	if n := len(asked.data); n < 1 || n > maxUsers {
		return refuseCall(http.StatusOK, wrongSize(1, maxUsers))
	}
	var (
		e       envelope
		settled []string
	)
	for _, o := range asked.data {
		done, refused, err := run(o)
		if err != nil {
			a := refuseCall(http.StatusInternalServerError,
				refusal{Code: "err_emulated_not_stored", Message: "The change could not be stored"})
			a.settled = settled
			return a
		}
		settled = append(settled, o.address())
		if len(refused) > 0 {
			e.Fail = append(e.Fail, failure{Key: o.raw, Errors: refused})
		} else {
			e.Data = append(e.Data, done)
		}
	}
	a := classic(http.StatusOK, e)
	a.settled = settled
	return a
}

func (s *Server) create(asked object) (any, []refusal, error) {
	d := s.directory
	u := User{AddressType: createdManually, Source: "cloud"}
	accountCode := d.accountCode
	in := reading{fields: asked.fields}
	in.address(&u.EmailAddress)
	u.Name = u.EmailAddress
	in.text("name", &u.Name)
	in.password(d.policy, &u.PasswordChanges)
	in.flag("forcePasswordChange", &u.ForcePasswordChange)
	in.text("accountCode", &accountCode)
	if len(in.refusals) > 0 {
		return nil, in.refusals, nil
	}
	if accountCode != d.accountCode || !d.internal(domainOf(u.EmailAddress)) {
		return nil, []refusal{forbidden()}, nil
	}
	if d.all.find(u.EmailAddress) == nil {
		if err := s.options.Changed(u); err != nil {
			return nil, nil, err
		}
		d.insert(u)
	} else if s.options.CreateExisting == Refuse {
		return nil, []refusal{{Code: "err_emulated_address_exists", Message: "Address already exists"}}, nil
	}
	s.creates[u.EmailAddress]++
	return struct {
		ID           string `json:"id"`
		EmailAddress string `json:"emailAddress"`
	}{d.ids.address(u.EmailAddress), u.EmailAddress}, nil, nil
}

func (s *Server) update(asked object) (any, []refusal, error) {
	var address string
	in := reading{fields: asked.fields}
	in.address(&address)
	var u User
	found := s.directory.all.find(address)
	if found != nil {
		u = *found
	}
	in.text("name", &u.Name)
	in.password(s.directory.policy, &u.PasswordChanges)
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
	if found == nil || !found.isAccount() {
		return nil, []refusal{forbidden()}, nil
	}
	if u != *found {
		if err := s.options.Changed(u); err != nil {
			return nil, nil, err
		}
		*found = u
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
