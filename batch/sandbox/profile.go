package sandbox

import "cmp"

// phoneNumber is the attribute that a profile and an import know by name.
const phoneNumber = "phoneNumber"

// getProfile is get-profile: {emailAddress, showAvatar?} to what the service shows of a person, who has no avatar here. Its
// refusals echo no key. What the service says of people who are no administrators was never seen: that they have no role, and
// that the password of a synced one is not theirs to change here, are guesses.
func (s *Server) getProfile(asked request) answer {
	var e envelope
	for _, o := range asked.data {
		var address string
		var showAvatar bool
		in := reading{fields: o.fields}
		in.address("emailAddress", &address)
		in.flag("showAvatar", &showAvatar)
		u := s.directory.account(address)
		if len(in.refusals) == 0 && u == nil {
			in.refusals = append(in.refusals, forbidden())
		}
		if len(in.refusals) > 0 {
			e.Fail = append(e.Fail, failure{Errors: in.refusals})
			continue
		}
		e.Data = append(e.Data, s.directory.profile(u))
	}
	return executed(e)
}

func (d *directory) profile(u *User) any {
	type link struct {
		Name   string `json:"name"`
		Method string `json:"method"`
		URI    string `json:"uri"`
	}
	type attributes struct {
		PhoneNumber string `json:"phoneNumber"`
	}
	var phone string
	if a := d.attributeNamed(phoneNumber); a != nil {
		phone = a.Values[u.EmailAddress]
	}
	cloud, admin := u.Source == fromCloud, u.Role != ""
	return struct {
		Name           string     `json:"name"`
		EmailAddress   string     `json:"emailAddress"`
		Links          []link     `json:"links"`
		Attributes     attributes `json:"attributes"`
		LocalPassword  bool       `json:"localPassword"`
		ChangePassword bool       `json:"changePassword"`
		External       bool       `json:"external"`
		Editable       bool       `json:"editable"`
		Role           string     `json:"role"`
		CompanyName    string     `json:"companyName"`
		ServerTimeZone string     `json:"serverTimeZone"`
		ID             string     `json:"id"`
		AccountCode    string     `json:"accountCode"`
		Admin          bool       `json:"admin"`
	}{
		Name:           u.Name,
		EmailAddress:   u.EmailAddress,
		Links:          []link{{"avatar", "GET", "https://api.example.com/avatar/" + u.EmailAddress}},
		Attributes:     attributes{phone},
		LocalPassword:  cloud,
		ChangePassword: cloud,
		Editable:       cloud && !admin,
		Role:           u.Role,
		CompanyName:    d.accountName,
		ServerTimeZone: "Etc/UTC",
		ID:             u.EmailAddress,
		AccountCode:    cmp.Or(u.AccountCode, d.accountCode),
		Admin:          admin,
	}
}
