package sandbox

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxNotes is how long the notes on a member may be, in characters.
const maxNotes = 100

// A folder is a group as the service tells of it.
type folder struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Source      string `json:"source"`
	ParentID    string `json:"parentId"`
	UserCount   int    `json:"userCount"`
	FolderCount int    `json:"folderCount"`
}

func (d *directory) folder(g *group) folder {
	parent := fromCloud
	if in := d.group(g.Parent); in != nil {
		parent = in.Source
	}
	return folder{
		d.ids.group(g.ID, g.Source), g.Description, g.Source, d.ids.group(g.Parent, parent), g.members.size, d.folders[g.ID],
	}
}

// findGroups is find-groups: {query?, source?} to {source, query, folders}, in order of number. The query is any part of a
// name, in any case.
func (s *Server) findGroups(asked request) answer {
	var query, source string
	if len(asked.data) == 1 {
		in := reading{fields: asked.data[0].fields}
		in.text("query", &query)
		if in.text("source", &source) && source != fromCloud && source != fromLDAP {
			in.refuse("source", "err_validation_value_not_allowed", "Field must be one of [cloud, ldap]")
		}
		if len(in.refusals) > 0 {
			return refused(asked, in.refusals...)
		}
	}
	listing := "groups " + source + " " + query
	part, instead := s.span(asked, listing)
	if instead != nil {
		return *instead
	}
	folded := strings.ToLower(query)
	var found []*group
	for _, g := range s.directory.groups {
		if (source == "" || g.Source == source) && strings.Contains(strings.ToLower(g.Description), folded) {
			found = append(found, g)
		}
	}
	from, to := part.of(len(found))
	folders := make([]folder, 0, to-from)
	for _, g := range found[from:to] {
		folders = append(folders, s.directory.folder(g))
	}
	return executed(envelope{
		Meta: meta{Pagination: s.page(listing, part, len(folders), len(found))},
		Data: []any{struct {
			Source  string   `json:"source,omitempty"`
			Query   string   `json:"query,omitempty"`
			Folders []folder `json:"folders"`
		}{source, query, folders}},
	})
}

// createGroup is create-group: {description, parentId?} to the folder. Without a parent it lies in the root.
func (s *Server) createGroup(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		g := Group{ID: s.directory.lastGroup + 1, Source: fromCloud}
		in := reading{fields: o.fields}
		in.need("description", &g.Description)
		if err := s.placeGroup(&in, &g); err != nil || len(in.refusals) > 0 {
			return nil, in.refusals, err
		}
		if err := s.change(Change{Group: &g}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, groupCreated, g.Description)
		return s.directory.folder(s.directory.group(g.ID)), nil, nil
	})
}

// updateGroup is update-group: {id, description?, parentId?} to the folder.
func (s *Server) updateGroup(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		there, err := s.writableGroup(&in, "id")
		if err != nil || len(in.refusals) > 0 {
			return nil, in.refusals, err
		}
		g := there.Group
		in.text("description", &g.Description)
		if err := s.placeGroup(&in, &g); err != nil || len(in.refusals) > 0 {
			return nil, in.refusals, err
		}
		if err := s.change(Change{Group: &g}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, groupUpdated, g.Description)
		return s.directory.folder(there), nil, nil
	})
}

// deleteGroup is delete-group: {id} to {id}. The group must be empty. The code for one that isn't is ours.
func (s *Server) deleteGroup(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		g, err := s.writableGroup(&in, "id")
		if err != nil || len(in.refusals) > 0 {
			return nil, in.refusals, err
		}
		if g.members.size > 0 || s.directory.folders[g.ID] > 0 {
			return nil, []refusal{{Code: "err_emulated_group_not_empty", Message: "Group is not empty"}}, nil
		}
		gone := g.Group
		if err := s.change(Change{Group: &gone, Gone: true}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, groupDeleted, gone.Description)
		return struct {
			ID string `json:"id"`
		}{s.directory.ids.group(gone.ID, gone.Source)}, nil, nil
	})
}

// addGroupMember is add-group-member: {id, emailAddress or domain, notes?} to {id, folderId, emailAddress or domain,
// internal}. Any well-formed address or domain can be a member.
func (s *Server) addGroupMember(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		g, err := s.writableGroup(&in, "id")
		m := in.member()
		if err != nil || len(in.refusals) > 0 {
			return nil, in.refusals, err
		}
		if g.members.find(m.key()) != nil {
			return nil, []refusal{{Code: "err_folder_group_member_already_exists", Message: "Group member already exists"}}, nil
		}
		if err := s.change(Change{Member: &Membership{g.ID, m}}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, memberAdded, m.key()+" to "+g.Description)
		return s.directory.link(g, m), nil, nil
	})
}

// removeGroupMember is remove-group-member: what add-group-member takes and gives.
func (s *Server) removeGroupMember(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		g, err := s.writableGroup(&in, "id")
		m := in.member()
		if err != nil || len(in.refusals) > 0 {
			return nil, in.refusals, err
		}
		if g.members.find(m.key()) == nil {
			return nil, []refusal{{Code: "err_folder_email_address_not_found", Message: "Error email address not found"}}, nil
		}
		if err := s.change(Change{Member: &Membership{g.ID, m}, Gone: true}); err != nil {
			return nil, nil, err
		}
		s.directory.audit.add(asked, memberRemoved, m.key()+" from "+g.Description)
		return s.directory.link(g, m), nil, nil
	})
}

// getGroupMembers is get-group-members: {id} to {groupMembers}, in order of address. Its pagination has no total.
func (s *Server) getGroupMembers(asked request) answer {
	in := reading{fields: asked.data[0].fields}
	g, err := s.readGroup(&in, "id")
	if err != nil {
		return answer{status: http.StatusBadRequest}
	}
	if len(in.refusals) > 0 {
		return refused(asked, in.refusals...)
	}
	listing := "members " + s.directory.ids.group(g.ID, g.Source)
	part, instead := s.span(asked, listing)
	if instead != nil {
		return *instead
	}
	type row struct {
		EmailAddress string `json:"emailAddress,omitempty"`
		Name         string `json:"name"`
		Internal     bool   `json:"internal"`
		Domain       string `json:"domain"`
		Type         string `json:"type"`
		Notes        string `json:"notes,omitempty"`
	}
	rows := []row{}
	for _, m := range g.members.page(part.start, part.size) {
		r := row{EmailAddress: m.EmailAddress, Domain: m.domain(), Type: createdManually, Notes: m.Notes}
		r.Internal = s.directory.internal(r.Domain)
		if u := s.directory.all.find(m.EmailAddress); u != nil {
			r.Name, r.Type = u.Name, u.AddressType
		}
		rows = append(rows, r)
	}
	tells := s.page(listing, part, len(rows), g.members.size)
	tells.TotalCount = 0
	return executed(envelope{
		Meta: meta{Pagination: tells},
		Data: []any{struct {
			GroupMembers []row `json:"groupMembers"`
		}{rows}},
	})
}

// readGroup reads the required id of a group. The code for a group that is gone is ours.
func (s *Server) readGroup(in *reading, field string) (*group, error) {
	var token string
	if !in.need(field, &token) {
		return nil, nil
	}
	id, err := s.directory.ids.openGroup(token)
	if err != nil {
		return nil, err
	}
	g := s.directory.group(id)
	if g == nil {
		in.refuse(field, "err_emulated_group_not_found", "Group not found")
	}
	return g, nil
}

// writableGroup is readGroup for a group to be changed, with what belongs to it.
func (s *Server) writableGroup(in *reading, field string) (*group, error) {
	g, err := s.readGroup(in, field)
	if g != nil && (g.ReadOnly || g.Source == fromLDAP) {
		in.refusals = append(in.refusals, forbidden())
	}
	return g, err
}

// placeGroup reads the parentId, if any, into a group. It refuses to put a group into itself.
func (s *Server) placeGroup(in *reading, g *Group) error {
	var token string
	if !in.text("parentId", &token) {
		return nil
	}
	parent, err := s.directory.ids.openGroup(token)
	if err != nil {
		return err
	}
	if parent != 0 && s.directory.group(parent) == nil {
		in.refuse("parentId", "err_emulated_group_not_found", "Group not found")
		return nil
	}
	for id := parent; id != 0; id = s.directory.group(id).Parent {
		if id == g.ID {
			in.refuse("parentId", "err_validation_value_not_allowed", "A group can't lie in itself")
			return nil
		}
	}
	g.Parent = parent
	return nil
}

// member reads the one of emailAddress and domain that is there, and the notes.
func (r *reading) member() Member {
	var m Member
	_, domain := r.fields["domain"]
	_, address := r.fields["emailAddress"]
	switch {
	case domain && address:
		r.refuse("domain", "err_validation_value_not_allowed", "Only one of [emailAddress, domain] can be given")
	case domain:
		if r.text("domain", &m.Domain) && !validDomain(m.Domain) {
			r.refuse("domain", "err_validation_value_not_allowed", "Domain is not valid")
		}
		m.Domain = strings.ToLower(m.Domain)
	default:
		r.address("emailAddress", &m.EmailAddress)
	}
	if r.text("notes", &m.Notes) && utf8.RuneCountInString(m.Notes) > maxNotes {
		r.refuse("notes", "err_validation_value_not_allowed", "Field must be at most 100 characters long")
	}
	return m
}

func (m Member) domain() string {
	if m.Domain != "" {
		return m.Domain
	}
	return domainOf(m.EmailAddress)
}

// link is a member in its group as the service tells of it.
func (d *directory) link(g *group, m Member) any {
	return struct {
		ID           string `json:"id"`
		FolderID     string `json:"folderId"`
		EmailAddress string `json:"emailAddress,omitempty"`
		Domain       string `json:"domain,omitempty"`
		Internal     bool   `json:"internal"`
	}{d.ids.member(g.ID, m.key()), d.ids.group(g.ID, g.Source), m.EmailAddress, m.Domain, d.internal(m.domain())}
}
