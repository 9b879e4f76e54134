package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

const (
	createGroup     = "/api/directory/create-group"
	updateGroup     = "/api/directory/update-group"
	deleteGroup     = "/api/directory/delete-group"
	addGroupMember  = "/api/directory/add-group-member"
	getGroupMembers = "/api/directory/get-group-members"
)

// groups are description, parent and number of members of all groups, by number.
func (c *client) groups() (all []string) {
	for _, g := range c.server.Tenant().Groups {
		all = append(all, fmt.Sprintf("%d %s in %d: %d", g.ID, g.Description, g.Parent, len(g.Members)))
	}
	return all
}

func TestGroups(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	teams := c.group("Teams")
	made := c.done(createGroup, `{"description":"Root group"}`, fmt.Sprintf(`{"description":"Team","parentId":%q}`, teams))
	if made[1]["parentId"] != teams || made[0]["parentId"] == teams || made[1]["folderCount"] != 0.0 {
		t.Errorf("made %v", made)
	}
	team := made[1]["id"].(string)
	c.done(updateGroup, fmt.Sprintf(`{"id":%q,"description":"Team A"}`, team))
	c.done(updateGroup, fmt.Sprintf(`{"id":%q,"parentId":%q}`, team, made[0]["id"]))
	c.done(addGroupMember, fmt.Sprintf(`{"id":%q,"domain":"Example.org","notes":"partner"}`, team))
	want := []string{"1 Teams in 0: 0", "2 Sales in 1: 3", "3 Permitted senders in 1: 0", "7 Staff in 0: 1", "8 Root group in 0: 0", "9 Team A in 8: 1"}
	if diff := cmp.Diff(want, c.groups()); diff != "" {
		t.Fatalf("groups (-want +got):\n%s", diff)
	}

	object := func(format string, a ...any) string { return fmt.Sprintf(format, a...) }
	root := made[0]["id"]
	for _, tt := range []struct{ name, path, object, want string }{
		{"not empty", deleteGroup, object(`{"id":%q}`, team), "err_emulated_group_not_empty"},
		{"holds a group", deleteGroup, object(`{"id":%q}`, root), "err_emulated_group_not_empty"},
		{"into itself", updateGroup, object(`{"id":%q,"parentId":%q}`, root, root), "err_validation_value_not_allowed parentId"},
		{"into its own", updateGroup, object(`{"id":%q,"parentId":%q}`, root, team), "err_validation_value_not_allowed parentId"},
		{"read-only", updateGroup, object(`{"id":%q,"description":"X"}`, c.group("Permitted senders")), forbiddenCode},
		{"member of read-only", addGroupMember, object(`{"id":%q,"emailAddress":"ada@example.com"}`, c.group("Permitted senders")), forbiddenCode},
		{"of the directory", deleteGroup, object(`{"id":%q}`, c.group("Staff")), forbiddenCode},
		{"no name", createGroup, `{}`, "err_validation_null description"},
		{"no id", deleteGroup, `{}`, "err_validation_null id"},
		{"no member", addGroupMember, object(`{"id":%q}`, team), "err_validation_null emailAddress"},
		{"two members", addGroupMember, object(`{"id":%q,"emailAddress":"ada@example.com","domain":"example.com"}`, team), "err_validation_value_not_allowed domain"},
		{"no domain", addGroupMember, object(`{"id":%q,"domain":"localhost"}`, team), "err_validation_value_not_allowed domain"},
		{"long notes", addGroupMember, object(`{"id":%q,"domain":"example.com","notes":"%0101d"}`, team, 0), "err_validation_value_not_allowed notes"},
	} {
		if diff := cmp.Diff([]string{tt.want}, c.refused(tt.path, tt.object)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if diff := cmp.Diff(want, c.groups()); diff != "" {
		t.Errorf("refused calls changed groups (-want +got):\n%s", diff)
	}

	c.done("/api/directory/remove-group-member", object(`{"id":%q,"domain":"example.org"}`, team))
	c.done(deleteGroup, object(`{"id":%q}`, team))
	if diff := cmp.Diff([]string{"err_emulated_group_not_found id"}, c.refused(getGroupMembers, object(`{"id":%q}`, team))); diff != "" {
		t.Errorf("a deleted group (-want +got):\n%s", diff)
	}
	// The id of a group that is gone is never that of another.
	if again := c.done(createGroup, `{"description":"Another"}`)[0]["id"]; again == team {
		t.Error("a new group has the id of a deleted one")
	}
	c.done(deleteGroup, object(`{"id":%q}`, root))
}

func TestFindGroups(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	for object, want := range map[string][]string{
		`{}`:                              {"Teams", "Sales", "Permitted senders", "Staff"},
		`{"source":"ldap"}`:               {"Staff"},
		`{"query":"S"}`:                   {"Teams", "Sales", "Permitted senders", "Staff"},
		`{"query":"sEND"}`:                {"Permitted senders"},
		`{"query":"sa","source":"cloud"}`: {"Sales"},
	} {
		var got []string
		for _, f := range c.done("/api/directory/find-groups", object)[0]["folders"].([]any) {
			got = append(got, f.(map[string]any)["description"].(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", object, diff)
		}
	}
	if diff := cmp.Diff([]string{"err_validation_value_not_allowed source"}, c.refused("/api/directory/find-groups", `{"source":"paper"}`)); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
}

// pagesOf follows a listing to its end, and returns how many rows each page has.
func (c *client) pagesOf(path, object, rows string, size int) (pages []int) {
	c.t.Helper()
	for pagination := fmt.Sprintf(`{"pageSize":%d}`, size); ; {
		e := c.post(path, `{"meta":{"pagination":`+pagination+`},"data":[`+object+`]}`).envelope(c.t)
		if len(e.Fail) != 0 {
			c.t.Fatalf("refused: %+v", e.Fail)
		}
		n := len(e.Data[0][rows].([]any))
		if e.Meta.Pagination.PageSize != n {
			c.t.Errorf("pageSize %d of %d rows", e.Meta.Pagination.PageSize, n)
		}
		pages = append(pages, n)
		if e.Meta.Pagination.Next == nil {
			return pages
		}
		pagination = fmt.Sprintf(`{"pageSize":1,"pageToken":%q}`, *e.Meta.Pagination.Next)
	}
}

func TestGroupPages(t *testing.T) {
	given := furnished()
	big := sandbox.Group{ID: 20, Description: "Big"}
	for i := range 1100 {
		big.Members = append(big.Members, sandbox.Member{EmailAddress: fmt.Sprintf("u%d@example.net", i)})
	}
	given.Groups = append(given.Groups, big)
	c := serve(t, sandbox.Options{Tenant: given})
	id := fmt.Sprintf(`{"id":%q}`, c.group("Big"))
	for size, want := range map[int][]int{500: {500, 500, 100}, 5000: {500, 500, 100}, 550: {500, 500, 100}, 275: {275, 275, 275, 275}} {
		if diff := cmp.Diff(want, c.pagesOf(getGroupMembers, id, "groupMembers", size)); diff != "" {
			t.Errorf("members by %d (-want +got):\n%s", size, diff)
		}
	}
	if n := len(c.done(getGroupMembers, id)[0]["groupMembers"].([]any)); n != 999 {
		t.Errorf("%d members unpaged, want 999", n)
	}
	if diff := cmp.Diff([]int{2, 2, 1}, c.pagesOf("/api/directory/find-groups", `{}`, "folders", 2)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	// The token of one listing is no token of another.
	e := c.post(getGroupMembers, `{"meta":{"pagination":{"pageSize":2}},"data":[`+id+`]}`).envelope(t)
	token := *e.Meta.Pagination.Next
	r := c.post(getInternalUsers, fmt.Sprintf(`{"meta":{"pagination":{"pageToken":%q}},"data":[{}]}`, token))
	if r.status != 400 || len(r.body) != 0 {
		t.Errorf("HTTP %d %s, want 400 and nothing", r.status, r.body)
	}
}
