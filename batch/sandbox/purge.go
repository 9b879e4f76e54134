package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
)

// maxPurge is how many addresses one object of the purge list's functions takes.
const maxPurge = 1000

// addToPurgeList is add-to-purge-list: {emailAddresses} to those that were taken. Synced addresses and administrators are
// refused, each in an entry of its own. When the service gets round to purging is not known: here an account that is on the
// list stays, and is listed.
func (s *Server) addToPurgeList(asked request) answer { return s.purge(asked, true) }

// removeFromPurgeList is remove-from-purge-list: {emailAddresses} to those that were taken.
func (s *Server) removeFromPurgeList(asked request) answer { return s.purge(asked, false) }

func (s *Server) purge(asked request, on bool) answer {
	type addresses struct {
		EmailAddresses []string `json:"emailAddresses"`
	}
	var given []string
	in := reading{fields: asked.data[0].fields}
	in.texts("emailAddresses", &given)
	if len(in.refusals) == 0 && (len(given) < 1 || len(given) > maxPurge) {
		in.refuse("emailAddresses", "err_validation_size", fmt.Sprintf("Field must hold 1 to %d addresses", maxPurge))
	}
	if len(in.refusals) > 0 {
		return refused(asked, in.refusals...)
	}
	taken := []string{}
	var e envelope
	for _, one := range given {
		address := strings.ToLower(one)
		why, err := s.purgeOne(asked, address, on)
		if err != nil {
			return notStored()
		}
		if why == nil {
			taken = append(taken, address)
			continue
		}
		key, err := json.Marshal(addresses{[]string{one}})
		if err != nil {
			panic(fmt.Sprintf("sandbox: marshal address: %v", err)) // a string always marshals
		}
		e.Fail = append(e.Fail, failure{Key: key, Errors: []refusal{*why}})
	}
	if len(taken) > 0 {
		e.Data = []any{addresses{taken}}
	}
	return executed(e)
}

// purgeOne returns why an address is refused, or nil.
func (s *Server) purgeOne(asked request, address string, on bool) (*refusal, error) {
	found := s.directory.account(address)
	if found == nil {
		why := s.unknown(address)
		return &why, nil
	}
	if on && (found.Source == fromLDAP || found.Role != "") {
		why := forbidden()
		return &why, nil
	}
	if found.Purge == on {
		if said := s.options.Codes.Queued; on && said != (Refusal{}) {
			why := said.refusal()
			return &why, nil
		}
		return nil, nil
	}
	u := *found
	u.Purge = on
	if err := s.change(Change{User: &u}); err != nil {
		return nil, err
	}
	event := purgeAdded
	if !on {
		event = purgeRemoved
	}
	s.directory.audit.add(asked, event, address)
	return nil, nil
}
