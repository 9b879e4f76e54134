package sandbox

// An alias is another address of an account, as the service tells of it.
type alias struct {
	Domain           string `json:"domain"`
	IsInternal       bool   `json:"isInternal"`
	Alias            string `json:"alias"`
	AliasDisplayName string `json:"aliasDisplayName"`
	AliasFor         string `json:"aliasFor"`
	Type             string `json:"type"`
}

func aliasOf(u *User) alias {
	return alias{domainOf(u.EmailAddress), true, u.EmailAddress, u.Name, u.AliasFor, u.AddressType}
}

// getAliases is get-aliases: {emailAddress} to {emailAddress, aliases}. What the service answers was never seen; an alias is
// told of as update-alias does.
func (s *Server) getAliases(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		u := s.readAccount(&in, emailAddress)
		if u == nil {
			return nil, in.refusals, nil
		}
		aliases := []alias{}
		for _, a := range s.directory.aliases[u.EmailAddress] {
			aliases = append(aliases, aliasOf(s.directory.all.find(a)))
		}
		return struct {
			EmailAddress string  `json:"emailAddress"`
			Aliases      []alias `json:"aliases"`
		}{u.EmailAddress, aliases}, nil, nil
	})
}

// updateAlias is update-alias: {aliasFor, alias} to {domain, isInternal, alias, aliasDisplayName, aliasFor, type}. The alias
// must be an address of an internal domain that nobody has; that is a guess.
func (s *Server) updateAlias(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		address, primary, refusals := s.readAlias(o)
		if len(refusals) > 0 {
			return nil, refusals, nil
		}
		if !s.directory.internal(domainOf(address)) {
			return nil, []refusal{s.options.Codes.domain()}, nil
		}
		if s.directory.all.find(address) != nil {
			return nil, []refusal{s.options.Codes.exists()}, nil
		}
		u := User{
			EmailAddress: address, Name: primary.Name, AddressType: createdManually, Source: fromCloud,
			Alias: true, AliasFor: primary.EmailAddress,
		}
		if err := s.change(Change{User: &u}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, aliasAdded, address+" for "+u.AliasFor)
		return aliasOf(&u), nil, nil
	})
}

// removeAlias is remove-alias: what update-alias takes and gives. The address is not there afterwards.
func (s *Server) removeAlias(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		address, primary, refusals := s.readAlias(o)
		if len(refusals) > 0 {
			return nil, refusals, nil
		}
		found := s.directory.all.find(address)
		if found == nil || found.AliasFor != primary.EmailAddress {
			return nil, []refusal{s.unknown(address)}, nil
		}
		gone := *found
		if err := s.change(Change{User: &gone, Gone: true}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, aliasRemoved, address+" for "+gone.AliasFor)
		return aliasOf(&gone), nil, nil
	})
}

// readAlias reads an alias and the account that it is to lead to.
func (s *Server) readAlias(o object) (address string, primary *User, refusals []refusal) {
	in := reading{fields: o.fields}
	primary = s.readAccount(&in, "aliasFor")
	in.address("alias", &address)
	return address, primary, in.refusals
}
