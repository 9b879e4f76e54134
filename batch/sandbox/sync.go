package sandbox

import "fmt"

// executeSync is execute-sync: nothing to {type, syncStatus} of each connection. A sync makes accountDisabled of each account
// of source ldap what the tenant has as its syncDisabled. It is over when the call is answered; the service takes longer.
func (s *Server) executeSync(asked request) answer {
	type row struct {
		Type       string `json:"type"`
		SyncStatus string `json:"syncStatus"`
	}
	var e envelope
	for _, c := range s.directory.connections {
		e.Data = append(e.Data, row{c.Type, "started"})
	}
	if len(e.Data) > 0 {
		if err := s.sync(asked); err != nil {
			return notStored()
		}
	}
	return executed(e)
}

func (s *Server) sync(asked request) error {
	changed := 0
	for _, found := range s.directory.all.page(0, s.directory.all.size) {
		if found.Source != fromLDAP || found.AccountDisabled == found.SyncDisabled || !found.isAccount() {
			continue
		}
		u := *found
		u.AccountDisabled = u.SyncDisabled
		if err := s.change(Change{User: &u}); err != nil {
			return err
		}
		changed++
	}
	info := "No changes found."
	if changed > 0 {
		info = fmt.Sprintf("%d users changed.", changed)
	}
	s.directory.audit.add(request{at: asked.at}, syncCompleted, info)
	return nil
}

// getConnection is get-connection: nothing to {id, type, description} of each connection. What the service answers was never
// seen.
func (s *Server) getConnection(request) answer {
	type row struct {
		ID          int    `json:"id"`
		Type        string `json:"type"`
		Description string `json:"description"`
	}
	var e envelope
	for _, c := range s.directory.connections {
		e.Data = append(e.Data, row{c.ID, c.Type, c.Description})
	}
	return executed(e)
}
