package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

// furnished is a tenant with something for each function, and no addresses but those that are listed here and the two of each
// domain.
func furnished() *sandbox.Tenant {
	t := tenant()
	t.Accounts = []string{"CCHILD1"}
	t.Quotas = map[string]sandbox.Quota{"get-connection": {Calls: 7, Window: 1500 * time.Millisecond}}
	t.Users = append(t.Users,
		sandbox.User{EmailAddress: "boss@example.com", Name: "Boss", Role: "Full Administrator"},
		sandbox.User{EmailAddress: "info@example.com", Name: "Ada", Alias: true, AliasFor: "ada@example.com"},
		sandbox.User{EmailAddress: "left@example.com", Name: "Left", AddressType: "created_by_ldap_sync", Source: "ldap", SyncDisabled: true},
	)
	t.Groups = []sandbox.Group{
		{ID: 1, Description: "Teams"},
		{ID: 2, Parent: 1, Description: "Sales", Members: []sandbox.Member{
			{EmailAddress: "ada@example.com"}, {EmailAddress: "person@example.org", Notes: "free text"}, {Domain: "example.net"},
		}},
		{ID: 3, Parent: 1, Description: "Permitted senders", ReadOnly: true},
		{ID: 7, Description: "Staff", Source: "ldap", Members: []sandbox.Member{{EmailAddress: "synced@example.com"}}},
	}
	t.Attributes = []sandbox.Attribute{
		{ID: 1, Name: "phoneNumber"},
		{ID: 2, Name: "Department", Values: map[string]string{"ada@example.com": "Sales"}},
		{ID: 3, Name: "Title", Source: "ldap"},
	}
	t.Delegates = []sandbox.Delegate{{ID: 1, PrimaryAddress: "ada@example.com", DelegateAddress: "synced@example.com"}}
	t.Connections = []sandbox.Connection{{ID: 1, Description: "Directory", Type: "azure_active_directory"}}
	return t
}

// anID is any secure id.
var anID = regexp.MustCompile(`"[A-Za-z0-9_-]{120,}"`)

// shape is an answer with its ids put out of sight.
func (r reply) shape() string { return anID.ReplaceAllString(string(r.body), `"ID"`) }

const answered = `{"meta":{"status":200},"data":`

// The answers are those that were recorded or documented, written for another tenant: field by field, in the same places.
func TestRecordedShapes(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	ada := func(locked bool) string {
		return answered + `[{"emailAddress":"ada@example.com","name":"Ada","forcePasswordChange":false,"passwordNeverExpires":false,` +
			fmt.Sprintf(`"accountLocked":%v,`, locked) + `"accountDisabled":false,"allowSmtp":true,"allowPop":false}],"fail":[]}`
	}
	sales := c.group("Sales")
	tests := []struct{ name, path, body, want string }{
		{"state by an update of nothing", updateUser, `{"data":[{"emailAddress":"ada@example.com"}]}`, ada(true)},
		{"unlock by text", updateUser, `{"data":[{"accountLocked":"False","emailAddress":"ada@example.com"}]}`, ada(false)},
		{"lock", updateUser, `{"data":[{"accountLocked":true,"emailAddress":"ada@example.com"}]}`, ada(true)},
		{"create as Python prints it", createUser, `{'data': [{'emailAddress': 'new@example.com', 'name': 'New'}]}`,
			answered + `[{"id":"ID","emailAddress":"new@example.com"}],"fail":[]}`},
		{"domains", getInternalDomain, `{"data":[]}`, answered + `[` +
			`{"id":"ID","domain":"example.com","sendOnly":false,"local":true,"inboundType":"any"},` +
			`{"id":"ID","domain":"example.net","sendOnly":true,"local":false,"inboundType":"known"}],"fail":[]}`},
		{"pending domains", "/api/domain/get-pending-domain", `{}`,
			answered + `[{"id":"ID","domain":"example.org","sendOnly":false,"inboundType":"any"}],"fail":[]}`},
		{"users", getInternalUsers, `{"meta":{"pagination":{"pageSize":100}},"data":[{"domain":"example.net"}]}`,
			`{"meta":{"status":200,"pagination":{"pageSize":3,"totalCount":3}},"data":[{"users":[` +
				`{"name":"Domain abuse address","emailAddress":"abuse@example.net","domain":"example.net","alias":false,"addressType":"created_manually","source":"cloud"},` +
				`{"name":"Nina","emailAddress":"nina@example.net","domain":"example.net","alias":false,"addressType":"created_manually","source":"cloud"},` +
				`{"name":"Domain postMaster address","emailAddress":"postmaster@example.net","domain":"example.net","alias":false,"addressType":"created_manually","source":"cloud"}` +
				`],"userCount":3}],"fail":[]}`},
		{"profile", "/api/user/get-profile", `{"data":[{"emailAddress":"boss@example.com","showAvatar":"False"}]}`,
			answered + `[{"name":"Boss","emailAddress":"boss@example.com","links":[{"name":"avatar","method":"GET","uri":"https://api.example.com/avatar/boss@example.com"}],` +
				`"attributes":{"phoneNumber":""},"localPassword":true,"changePassword":true,"external":false,"editable":false,"role":"Full Administrator",` +
				`"companyName":"Test Ltd","serverTimeZone":"Etc/UTC","id":"boss@example.com","accountCode":"CTEST1","admin":true}],"fail":[]}`},
		{"profile of nobody", "/api/user/get-profile", `{"data":[{"emailAddress":"newhire@example.com"}]}`,
			answered + `[],"fail":[{"errors":[{"code":"err_xdk_operation_forbidden_for_address","message":"0003 Forbidden To Perform Operation For Address","retryable":false}]}]}`},
		{"groups", "/api/directory/find-groups", `{"data":[{"source":"cloud"}]}`,
			`{"meta":{"status":200,"pagination":{"pageSize":3,"totalCount":3}},"data":[{"source":"cloud","folders":[` +
				`{"id":"ID","description":"Teams","source":"cloud","parentId":"ID","userCount":0,"folderCount":2},` +
				`{"id":"ID","description":"Sales","source":"cloud","parentId":"ID","userCount":3,"folderCount":0},` +
				`{"id":"ID","description":"Permitted senders","source":"cloud","parentId":"ID","userCount":0,"folderCount":0}]}],"fail":[]}`},
		{"no groups", "/api/directory/find-groups", `{"data":[{"query":"test_query","source":"cloud"}]}`,
			`{"meta":{"status":200,"pagination":{"pageSize":0}},"data":[{"source":"cloud","query":"test_query","folders":[]}],"fail":[]}`},
		{"members", "/api/directory/get-group-members", `{"meta":{"pagination":{"pageSize":500}},"data":[{"id":"` + sales + `"}]}`,
			`{"meta":{"status":200,"pagination":{"pageSize":3}},"data":[{"groupMembers":[` +
				`{"emailAddress":"ada@example.com","name":"Ada","internal":true,"domain":"example.com","type":"created_manually"},` +
				`{"name":"","internal":true,"domain":"example.net","type":"created_manually"},` +
				`{"emailAddress":"person@example.org","name":"","internal":false,"domain":"example.org","type":"created_manually","notes":"free text"}` +
				`]}],"fail":[]}`},
		{"add a member", "/api/directory/add-group-member", `{"data":[{"id":"` + sales + `","emailAddress":"boss@example.com"}]}`,
			answered + `[{"id":"ID","folderId":"ID","emailAddress":"boss@example.com","internal":true}],"fail":[]}`},
		{"add a member again", "/api/directory/add-group-member", `{"data":[{"id":"` + sales + `","emailAddress":"boss@example.com"}]}`,
			answered + `[],"fail":[{"key":{"id":"ID","emailAddress":"boss@example.com"},"errors":[{"code":"err_folder_group_member_already_exists","message":"Group member already exists","retryable":false}]}]}`},
		{"remove a member", "/api/directory/remove-group-member", `{"data":[{"id":"` + sales + `","emailAddress":"boss@example.com"}]}`,
			answered + `[{"id":"ID","folderId":"ID","emailAddress":"boss@example.com","internal":true}],"fail":[]}`},
		{"remove a member again", "/api/directory/remove-group-member", `{"data":[{"id":"` + sales + `","emailAddress":"boss@example.com"}]}`,
			answered + `[],"fail":[{"key":{"id":"ID","emailAddress":"boss@example.com"},"errors":[{"code":"err_folder_email_address_not_found","message":"Error email address not found","retryable":false}]}]}`},
		{"alias", "/api/user/update-alias", `{"data":[{"aliasFor":"ada@example.com","alias":"a@example.net"}]}`,
			answered + `[{"domain":"example.net","isInternal":true,"alias":"a@example.net","aliasDisplayName":"Ada","aliasFor":"ada@example.com","type":"created_manually"}],"fail":[]}`},
		{"delegates", "/api/user/find-delegate-users", `{"data":[{"primaryAddress":"ada@example.com"}]}`,
			answered + `[{"delegateUsers":[{"id":"ID","emailAddress":"synced@example.com","name":"Synced","source":"ldap"}]}],"fail":[]}`},
		{"delegate", "/api/user/add-delegate-user", `{"data":[{"primaryAddress":"ada@example.com","delegateAddress":"boss@example.com"}]}`,
			answered + `[{"id":"ID","success":true}],"fail":[]}`},
		{"null data", "/api/directory/get-connection", `{"data":null}`,
			answered + `[],"fail":[{"errors":[{"code":"err_deserialise","message":"payload contains null objects","retryable":false}]}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, c.post(tt.path, tt.body).shape()); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// group returns the id of a group.
func (c *client) group(description string) string {
	c.t.Helper()
	e := c.post("/api/directory/find-groups", `{}`).envelope(c.t)
	for _, folder := range e.Data[0]["folders"].([]any) {
		if f := folder.(map[string]any); f["description"] == description {
			return f["id"].(string)
		}
	}
	c.t.Fatalf("no group %s", description)
	return ""
}

// done posts objects, and returns the data of an answer that must refuse nothing.
func (c *client) done(path string, objects ...string) []map[string]any {
	c.t.Helper()
	r := c.post(path, `{"data":[`+strings.Join(objects, ",")+`]}`)
	e := r.envelope(c.t)
	if len(e.Fail) != 0 {
		c.t.Fatalf("%s: HTTP %d %s", path, r.status, r.body)
	}
	return e.Data
}

// refused posts objects, and returns code and field of the first error of each that was refused.
func (c *client) refused(path string, objects ...string) []string {
	c.t.Helper()
	var all []string
	for _, f := range c.post(path, `{"data":[`+strings.Join(objects, ",")+`]}`).envelope(c.t).Fail {
		all = append(all, strings.TrimSpace(f.Errors[0].Code+" "+f.Errors[0].Field))
	}
	return all
}

func TestCodesOnOrder(t *testing.T) {
	codes := sandbox.Codes{
		Exists:   sandbox.Refusal{Code: "err_there", Message: "There"},
		Missing:  sandbox.Refusal{Code: "err_missing", Message: "Missing", Field: "emailAddress"},
		Domain:   sandbox.Refusal{Code: "err_domain", Message: "Domain"},
		Password: sandbox.Refusal{Code: "err_weak", Message: "Weak"},
	}
	tests := []struct {
		path, object, want string
	}{
		{createUser, `{"emailAddress":"ada@example.com"}`, "err_there"},
		{createUser, `{"emailAddress":"x@example.org"}`, "err_domain"},
		{createUser, `{"emailAddress":"x@example.com","password":"weak"}`, "err_weak"},
		{updateUser, `{"emailAddress":"nobody@example.com"}`, "err_missing emailAddress"},
		{updateUser, `{"emailAddress":"nobody@example.org"}`, "err_domain"},
		{updateUser, `{"emailAddress":"ada@example.com","password":"weak"}`, "err_weak"},
		{getInternalUsers, `{"domain":"example.org"}`, "err_domain"},
		{"/api/user/update-alias", `{"alias":"boss@example.com","aliasFor":"ada@example.com"}`, "err_there"},
		{"/api/user/update-alias", `{"alias":"x@example.org","aliasFor":"ada@example.com"}`, "err_domain"},
		{"/api/user/get-profile", `{"emailAddress":"nobody@example.com"}`, forbiddenCode},
	}
	c := serve(t, sandbox.Options{Tenant: furnished(), Codes: codes})
	for _, tt := range tests {
		if diff := cmp.Diff([]string{tt.want}, c.refused(tt.path, tt.object)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.path, tt.object, diff)
		}
	}
	// A message that is not ordered is the code.
	c = serve(t, sandbox.Options{Codes: sandbox.Codes{Exists: sandbox.Refusal{Code: "err_there"}}})
	if got := c.post(createUser, `{"data":[{"emailAddress":"ada@example.com"}]}`).envelope(t).Fail[0].Errors[0].Message; got != "err_there" {
		t.Errorf("message %q, want the code", got)
	}
	// A case that is not ordered is as it is without an order.
	c = serve(t, sandbox.Options{Codes: sandbox.Codes{Missing: codes.Missing}})
	if diff := cmp.Diff([]string{"err_emulated_address_exists"}, c.refused(createUser, `{"emailAddress":"ada@example.com"}`)); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}

func TestCreateInChildAccount(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	c.done(createUser, `{"emailAddress":"kid@example.com","accountCode":"CCHILD1"}`)
	if got := c.user("kid@example.com").AccountCode; got != "CCHILD1" {
		t.Errorf("account code %q", got)
	}
	if got := c.done("/api/user/get-profile", `{"emailAddress":"kid@example.com"}`)[0]["accountCode"]; got != "CCHILD1" {
		t.Errorf("profile tells account code %v", got)
	}
	if diff := cmp.Diff([]string{forbiddenCode}, c.refused(createUser, `{"emailAddress":"kid2@example.com","accountCode":"COTHER"}`)); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}

// An id of another kind, or one that was cut while it was copied, is answered by nothing.
func TestBrokenIDs(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	group := c.group("Sales")
	domain := c.done(getInternalDomain)[0]["id"].(string)
	before := c.server.Tenant()
	tests := []struct{ path, object string }{
		{"/api/directory/get-group-members", `{"id":%q}`},
		{"/api/directory/add-group-member", `{"id":%q,"emailAddress":"boss@example.com"}`},
		{"/api/directory/remove-group-member", `{"id":%q,"emailAddress":"ada@example.com"}`},
		{"/api/directory/update-group", `{"id":%q,"description":"X"}`},
		{"/api/directory/create-group", `{"description":"X","parentId":%q}`},
		{"/api/directory/delete-group", `{"id":%q}`},
		{"/api/user/remove-delegate-user", `{"id":%q}`},
		{"/api/user/get-import-status", `{"id":%q}`},
		{"/api/user/update-attributes", `{"emailAddress":"ada@example.com","attributes":[{"id":%q,"value":1}]}`},
	}
	for _, tt := range tests {
		for name, id := range map[string]string{"cut": group[:len(group)-9], "of a domain": domain, "no id": "x"} {
			r := c.post(tt.path, `{"data":[`+fmt.Sprintf(tt.object, id)+`]}`)
			if r.status != http.StatusBadRequest || len(r.body) != 0 || r.err != nil {
				t.Errorf("%s, %s: HTTP %d %s, want 400 and nothing", tt.path, name, r.status, r.body)
			}
		}
	}
	if diff := cmp.Diff(before, c.server.Tenant()); diff != "" {
		t.Errorf("broken ids changed the tenant (-before +after):\n%s", diff)
	}
}

func TestProfiles(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	c.done("/api/user/update-attributes", `{"emailAddress":"ada@example.com","attributes":[{"name":"phoneNumber","value":"+1 555 0100"}]}`)
	var got []string
	for _, address := range []string{"ada@example.com", "synced@example.com", "boss@example.com"} {
		p := c.done("/api/user/get-profile", `{"emailAddress":"`+address+`","showAvatar":true}`)[0]
		got = append(got, fmt.Sprint(p["id"], " ", p["attributes"], " ", p["localPassword"], p["changePassword"], p["editable"], p["admin"], " ", p["role"]))
	}
	want := []string{
		"ada@example.com map[phoneNumber:+1 555 0100] true true true false ",
		"synced@example.com map[phoneNumber:] false false false false ",
		"boss@example.com map[phoneNumber:] true true false true Full Administrator",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
	for _, address := range []string{"info@example.com", "list@example.com", "x@example.org"} {
		if diff := cmp.Diff([]string{forbiddenCode}, c.refused("/api/user/get-profile", `{"emailAddress":"`+address+`"}`)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}

func TestAliases(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	aliases := func() (all []string) {
		for _, a := range c.done("/api/user/get-aliases", `{"emailAddress":"Ada@example.com"}`)[0]["aliases"].([]any) {
			all = append(all, a.(map[string]any)["alias"].(string))
		}
		return all
	}
	c.done("/api/user/update-alias", `{"aliasFor":"ADA@example.com","alias":"Z@example.com"}`, `{"aliasFor":"ada@example.com","alias":"a@example.com"}`)
	if diff := cmp.Diff([]string{"a@example.com", "info@example.com", "z@example.com"}, aliases()); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	want := sandbox.User{EmailAddress: "a@example.com", Name: "Ada", AddressType: "created_manually", Source: "cloud", Alias: true, AliasFor: "ada@example.com"}
	if diff := cmp.Diff(want, c.user("a@example.com")); diff != "" {
		t.Errorf("alias (-want +got):\n%s", diff)
	}
	c.done("/api/user/remove-alias", `{"aliasFor":"ada@example.com","alias":"info@example.com"}`)
	if diff := cmp.Diff([]string{"a@example.com", "z@example.com"}, aliases()); diff != "" {
		t.Errorf("aliases after a removal (-want +got):\n%s", diff)
	}
	c.done(createUser, `{"emailAddress":"info@example.com"}`) // the address is free again
	wantRefused := []string{forbiddenCode, forbiddenCode, "err_emulated_address_exists", "err_validation_null alias"}
	got := c.refused("/api/user/update-alias",
		`{"aliasFor":"nobody@example.com","alias":"b@example.com"}`, `{"aliasFor":"ada@example.com","alias":"b@example.org"}`,
		`{"aliasFor":"ada@example.com","alias":"boss@example.com"}`, `{"aliasFor":"ada@example.com"}`)
	if diff := cmp.Diff(wantRefused, got); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	got = c.refused("/api/user/remove-alias",
		`{"aliasFor":"boss@example.com","alias":"a@example.com"}`, `{"aliasFor":"ada@example.com","alias":"boss@example.com"}`)
	if diff := cmp.Diff([]string{forbiddenCode, forbiddenCode}, got); diff != "" {
		t.Errorf("removals refused (-want +got):\n%s", diff)
	}
}

// What is on the purge list is still there: a purge is queued.
func TestPurgeList(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	r := c.post("/api/user/add-to-purge-list", `{"data":[{"emailAddresses":["Ada@example.com","boss@example.com","synced@example.com","nobody@example.com"]}]}`)
	e := r.envelope(t)
	if diff := cmp.Diff([]map[string]any{{"emailAddresses": []any{"ada@example.com"}}}, e.Data); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	var refused []any
	for _, f := range e.Fail {
		refused = append(refused, f.Key["emailAddresses"].([]any)[0])
	}
	if diff := cmp.Diff([]any{"boss@example.com", "synced@example.com", "nobody@example.com"}, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if !c.user("ada@example.com").Purge || c.user("boss@example.com").Purge {
		t.Error("the purge list is not what was answered")
	}
	if len(c.done(updateUser, `{"emailAddress":"ada@example.com"}`)) != 1 {
		t.Error("an account on the purge list is gone")
	}
	c.done("/api/user/remove-from-purge-list", `{"emailAddresses":["ada@example.com"]}`)
	if c.user("ada@example.com").Purge {
		t.Error("still on the purge list")
	}
	many, err := json.Marshal(map[string]any{"emailAddresses": make([]int, 1001)})
	if err != nil {
		t.Fatal(err)
	}
	for object, want := range map[string]string{
		`{"emailAddresses":[]}`:   "err_validation_size emailAddresses",
		`{}`:                      "err_validation_size emailAddresses",
		`{"emailAddresses":[""]}`: "err_validation_blank emailAddresses",
		`{"emailAddresses":null}`: "err_validation_null emailAddresses",
		`{"emailAddresses":"x"}`:  "err_validation_value_not_allowed emailAddresses",
		strings.ReplaceAll(string(many), "0", `"x"`): "err_validation_size emailAddresses",
	} {
		if diff := cmp.Diff([]string{want}, c.refused("/api/user/add-to-purge-list", object)); diff != "" {
			t.Errorf("%.60s (-want +got):\n%s", object, diff)
		}
	}
}

// Who is on the list already is taken again, unless the sandbox is told what is said then.
func TestPurgeListTwice(t *testing.T) {
	const add, ada = "/api/user/add-to-purge-list", `{"emailAddresses":["ada@example.com"]}`
	c := serve(t, sandbox.Options{Tenant: furnished()})
	c.done(add, ada)
	c.done(add, ada)
	c = serve(t, sandbox.Options{Tenant: furnished(), Codes: sandbox.Codes{Queued: sandbox.Refusal{Code: "err_x_already_exists"}}})
	c.done(add, ada)
	if diff := cmp.Diff([]string{"err_x_already_exists"}, c.refused(add, ada)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.done("/api/user/remove-from-purge-list", ada)
	c.done("/api/user/remove-from-purge-list", ada)
}

func TestAttributes(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	types := c.done("/api/attribute/find-attribute-types")
	if len(types) != 3 || types[1]["name"] != "Department" || types[2]["source"] != "ldap" {
		t.Fatalf("types %v", types)
	}
	c.done("/api/user/update-attributes", fmt.Sprintf(
		`{"emailAddress":"ada@example.com","attributes":[{"id":%q,"value":50},{"name":"Department","value":"Board"}]}`, types[0]["id"]))
	var got []string
	for _, a := range c.done("/api/user/get-attributes", `{"emailAddress":"ada@example.com"}`)[0]["attributes"].([]any) {
		a := a.(map[string]any)
		got = append(got, fmt.Sprint(a["name"], "=", a["value"]))
	}
	if diff := cmp.Diff([]string{"phoneNumber=50", "Department=Board"}, got); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	before := c.server.Tenant()
	for object, want := range map[string]string{
		`{"emailAddress":"ada@example.com","attributes":[{"name":"Department","value":"X"},{"name":"Title","value":"X"}]}`: forbiddenCode,
		`{"emailAddress":"ada@example.com","attributes":[{"name":"Colour","value":"X"}]}`:                                  "err_emulated_attribute_not_found name",
		`{"emailAddress":"ada@example.com","attributes":[{"name":"Department"}]}`:                                          "err_validation_null value",
		`{"emailAddress":"ada@example.com","attributes":[{"value":1}]}`:                                                    "err_validation_null name",
		`{"emailAddress":"ada@example.com","attributes":5}`:                                                                "err_validation_value_not_allowed attributes",
		`{"emailAddress":"ada@example.com"}`:                                                                               "err_validation_null attributes",
		`{"emailAddress":"nobody@example.com","attributes":[]}`:                                                            forbiddenCode,
	} {
		if diff := cmp.Diff([]string{want}, c.refused("/api/user/update-attributes", object)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", object, diff)
		}
	}
	if diff := cmp.Diff(before, c.server.Tenant()); diff != "" {
		t.Errorf("refused attributes changed the tenant (-before +after):\n%s", diff)
	}
}

func TestDelegates(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	add := `{"primaryAddress":"ada@example.com","delegateAddress":"boss@example.com"}`
	id := c.done("/api/user/add-delegate-user", add)[0]["id"].(string)
	if again := c.done("/api/user/add-delegate-user", add)[0]["id"]; again != id {
		t.Error("the same delegate was added twice")
	}
	users := func() []any {
		return c.done("/api/user/find-delegate-users", `{"primaryAddress":"ada@example.com"}`)[0]["delegateUsers"].([]any)
	}
	if n := len(users()); n != 2 {
		t.Fatalf("%d delegates, want 2", n)
	}
	remove := fmt.Sprintf(`{"id":%q}`, id)
	c.done("/api/user/remove-delegate-user", remove)
	if n := len(users()); n != 1 {
		t.Errorf("%d delegates after a removal, want 1", n)
	}
	if diff := cmp.Diff([]string{"err_emulated_delegate_not_found id"}, c.refused("/api/user/remove-delegate-user", remove)); diff != "" {
		t.Errorf("removed again (-want +got):\n%s", diff)
	}
	got := c.refused("/api/user/add-delegate-user",
		`{"primaryAddress":"nobody@example.com","delegateAddress":"boss@example.com"}`, `{"primaryAddress":"ada@example.com","delegateAddress":"x@example.org"}`)
	if diff := cmp.Diff([]string{forbiddenCode, forbiddenCode}, got); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

// A sync makes of accountDisabled what the directory says, whatever was set by a call.
func TestSyncFlipsDisabled(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	c.done(updateUser, `{"emailAddress":"synced@example.com","accountDisabled":true}`, `{"emailAddress":"ada@example.com","accountDisabled":true}`)
	got := c.done("/api/directory/execute-sync")
	if diff := cmp.Diff([]map[string]any{{"type": "azure_active_directory", "syncStatus": "started"}}, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	for address, want := range map[string]bool{"synced@example.com": false, "left@example.com": true, "ada@example.com": true} {
		if got := c.user(address).AccountDisabled; got != want {
			t.Errorf("%s: disabled %v, want %v", address, got, want)
		}
	}
	if got := c.done("/api/directory/get-connection"); len(got) != 1 || got[0]["description"] != "Directory" {
		t.Errorf("connections %v", got)
	}
	if got := serve(t, sandbox.Options{}).done("/api/directory/execute-sync"); len(got) != 0 {
		t.Errorf("a tenant without connections was synced: %v", got)
	}
}

// importFile imports a file, and returns the answer.
func (c *client) importFile(argument, file string) reply {
	c.t.Helper()
	header := c.authorized()
	header.Set("x-mc-arg", argument)
	return c.do(http.MethodPost, "/api/user/import-users", file, header)
}

func TestImport(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Tenant: furnished(), Now: clock.Now})
	id := c.importFile(
		fmt.Sprintf(`{"data":[{"notifyEmailAddress":"boss@example.com","allowAddressMigration":false,"groupId":%q,"clearGroup":true,"fileType":"csv"}]}`, c.group("Sales")),
		"email,name,mobile,password\r\nIda@example.com,Ida,+1 555 0101,Str0ng-enough\r\nada@example.com,Ada L.\r\nx@example.org,X\r\nlist@example.com,L\r\n",
	).envelope(t).Data[0]["id"].(string)
	status := func(id string) map[string]any {
		s := c.done("/api/user/get-import-status", fmt.Sprintf(`{"id":%q}`, id))[0]
		delete(s, "id")
		return s
	}
	want := map[string]any{
		"status": "processing", "notifyEmailAddress": "boss@example.com", "totalUsers": 4.0, "allowAddressMigration": false,
		"successfulImportedUsers": 0.0, "clearGroup": true, "created": clock.Now().Format("2006-01-02T15:04:05-0700"),
		"sourceFile": "import.csv", "importer": "", "reportFile": "report.csv",
	}
	first := status(id)
	want["importer"] = first["importer"] // who calls is not this function's to know
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("first status (-want +got):\n%s", diff)
	}
	want["status"], want["successfulImportedUsers"] = "complete", 2.0
	if diff := cmp.Diff(want, status(id)); diff != "" {
		t.Errorf("second status (-want +got):\n%s", diff)
	}
	wantIda := sandbox.User{EmailAddress: "ida@example.com", Name: "Ida", AddressType: "created_by_import", Source: "cloud", PasswordChanges: 1}
	if diff := cmp.Diff(wantIda, c.user("ida@example.com")); diff != "" {
		t.Errorf("imported (-want +got):\n%s", diff)
	}
	if got := c.user("ada@example.com"); got.Name != "Ada L." || !got.AccountLocked || got.AddressType != "created_manually" {
		t.Errorf("an account that was there became %+v", got)
	}
	after := c.server.Tenant()
	wantMembers := []sandbox.Member{{EmailAddress: "ada@example.com"}, {EmailAddress: "ida@example.com"}}
	if diff := cmp.Diff(wantMembers, after.Groups[1].Members); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if got := after.Attributes[0].Values["ida@example.com"]; got != "+1 555 0101" {
		t.Errorf("mobile %q", got)
	}

	// One weak password, a broken line or no column for addresses fails all of it.
	for name, file := range map[string]string{
		"weak password": "email,password\nok@example.com,Str0ng-enough\nweak@example.com,weak\n",
		"broken quotes": "email\nok@example.com\n\"x\n",
		"no addresses":  "Email\nok@example.com\n",
	} {
		id := c.importFile(`{"data":[{}]}`, file).envelope(t).Data[0]["id"].(string)
		status(id)
		if got := status(id); got["status"] != "failed" || got["successfulImportedUsers"] != 0.0 {
			t.Errorf("%s: status %v", name, got)
		}
	}
	for _, u := range c.server.Tenant().Users {
		if u.EmailAddress == "ok@example.com" {
			t.Error("a failed import created a user")
		}
	}
}

func TestImportRefused(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: furnished()})
	before := c.server.Tenant().Groups
	for _, tt := range []struct{ name, argument, file, want string }{
		{"not terminated", `{"data":[{"fileType":"csv"}]}`, "email\nx@example.com", "err_emulated_import_not_terminated"},
		{"workbook", `{"data":[{"fileType":"xlsx"}]}`, "PK\n", "err_validation_value_not_allowed"},
		{"bad address", `{"data":[{"notifyEmailAddress":"x"}]}`, "email\n", "err_validation_invalid_email_address"},
		{"two", `{"data":[{},{}]}`, "email\n", "err_validation_size"},
		{"no arguments", ``, "email\n", "err_deserialise"},
		{"into a group of the directory", fmt.Sprintf(`{"data":[{"groupId":%q,"clearGroup":true}]}`, c.group("Staff")), "email\nada@example.com\n", forbiddenCode},
		{"into a read-only group", fmt.Sprintf(`{"data":[{"groupId":%q}]}`, c.group("Permitted senders")), "email\nada@example.com\n", forbiddenCode},
		{"into no group", `{"data":[{"groupId":null}]}`, "email\n", "err_validation_null"},
	} {
		e := c.importFile(tt.argument, tt.file).envelope(t)
		if len(e.Data) != 0 || len(e.Fail) != 1 || e.Fail[0].Errors[0].Code != tt.want {
			t.Errorf("%s: answer %+v, want %s", tt.name, e, tt.want)
		}
	}
	if diff := cmp.Diff(before, c.server.Tenant().Groups); diff != "" {
		t.Errorf("groups after refused imports (-before +after):\n%s", diff)
	}
}

func TestAudit(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Tenant: furnished(), Now: clock.Now})
	sales := c.group("Sales")
	later := func(path, object string) {
		clock.advance(time.Minute)
		c.done(path, object)
	}
	later(createUser, `{"emailAddress":"new@example.com"}`)
	later(updateUser, `{"emailAddress":"new@example.com","password":"Str0ng-enough","allowPop":true}`)
	later(updateUser, `{"emailAddress":"new@example.com"}`) // changes nothing
	later("/api/directory/add-group-member", fmt.Sprintf(`{"id":%q,"emailAddress":"new@example.com"}`, sales))
	later("/api/directory/execute-sync", ``)
	const span = `"startDateTime":"2026-03-01T09:00:00+0000","endDateTime":"2026-03-01T10:00:00+0000"`
	events := func(object string) (all []string) {
		for _, row := range c.done("/api/audit/get-audit-events", object) {
			if row["id"] == "" {
				t.Errorf("no id in %v", row)
			}
			all = append(all, fmt.Sprint(row["eventTime"], " ", row["auditType"], " ", row["category"], ": ", row["eventInfo"]))
		}
		return all
	}
	whole := []string{
		"2026-03-01T09:01:00+0000 User Created user_account_and_role_logs: User created: new@example.com",
		"2026-03-01T09:02:00+0000 User Password Changed user_account_and_role_logs: Password reset for user: new@example.com User Password Changed",
		"2026-03-01T09:02:00+0000 User Updated user_account_and_role_logs: User updated: new@example.com",
		"2026-03-01T09:04:00+0000 Folder Log Entry profile_group_logs: Action Performed - Added new@example.com to Sales",
		"2026-03-01T09:05:00+0000 Completed Directory Sync account_logs: 1 users changed.",
	}
	for _, tt := range []struct {
		name, object string
		want         []string
	}{
		{"all", `{` + span + `}`, whole},
		{"categories", `{` + span + `,"categories":["account_logs","profile_group_logs"]}`, whole[3:]},
		{"query", `{` + span + `,"query":"PASSWORD"}`, whole[1:2]},
		{"time", `{"startDateTime":"2026-03-01T09:02:00Z","endDateTime":"2026-03-01T09:04:00Z"}`, whole[1:4]},
		{"none", `{"startDateTime":"2026-04-01T09:02:00Z","endDateTime":"2026-04-01T09:04:00Z"}`, nil},
	} {
		if diff := cmp.Diff(tt.want, events(tt.object)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}

	var paged []string
	for pagination := `{"pageSize":2}`; pagination != ""; {
		e := c.post("/api/audit/get-audit-events", `{"meta":{"pagination":`+pagination+`},"data":[{`+span+`}]}`).envelope(t)
		for _, row := range e.Data {
			paged = append(paged, row["eventInfo"].(string))
		}
		pagination = ""
		if next := e.Meta.Pagination.Next; next != nil {
			pagination = fmt.Sprintf(`{"pageToken":%q}`, *next)
		}
		if e.Meta.Pagination.PageSize != len(e.Data) || e.Meta.Pagination.TotalCount != 0 {
			t.Errorf("pagination %+v of %d rows", e.Meta.Pagination, len(e.Data))
		}
	}
	if len(paged) != len(whole) || !strings.HasSuffix(whole[4], paged[4]) {
		t.Errorf("pages hold %q", paged)
	}

	e := c.post("/api/audit/get-audit-events", `{"data":[{}]}`).envelope(t)
	want := []refusal{
		{Code: "err_validation_null", Message: "cannot be null", Field: "startDateTime"},
		{Code: "err_validation_null", Message: "cannot be null", Field: "endDateTime"},
	}
	if diff := cmp.Diff(want, e.Fail[0].Errors); diff != "" {
		t.Errorf("errors without dates (-want +got):\n%s", diff)
	}
}

// Who asks for what happened up to now can't say more of now than its second, and means what has just happened, too.
func TestAuditUpToNowHoldsWhatJustHappened(t *testing.T) {
	clock := newClock()
	c := serve(t, sandbox.Options{Now: clock.Now})
	clock.advance(900 * time.Millisecond)
	c.done(createUser, `{"emailAddress":"new@example.com"}`)
	const now = `"2026-03-01T09:00:00+0000"`
	for start, want := range map[string]int{now: 1, `"2026-03-01T09:00:00.950Z"`: 1, `"2026-03-01T09:00:01+0000"`: 0} {
		if got := c.done("/api/audit/get-audit-events", `{"startDateTime":`+start+`,"endDateTime":`+now+`}`); len(got) != want {
			t.Errorf("from %s: %d events, want %d", start, len(got), want)
		}
	}
}

func TestAuditReachesBackSixtyDays(t *testing.T) {
	c := serve(t, sandbox.Options{Now: newClock().Now}) // the first of March
	for start, want := range map[string]string{
		"2025-12-31T00:00:00+0000": "", "2025-12-30T23:59:59+0000": "err_validation_invalid_date",
		"1970-01-01T00:00:00+0000": "err_validation_invalid_date",
	} {
		e := c.post("/api/audit/get-audit-events", `{"data":[{"startDateTime":"`+start+`","endDateTime":"2026-03-01T09:00:00+0000"}]}`).envelope(t)
		var got string
		if len(e.Fail) > 0 {
			got = e.Fail[0].Errors[0].Code + " " + e.Fail[0].Errors[0].Field
		}
		if want != "" {
			want += " startDateTime"
		}
		if got != want {
			t.Errorf("from %s: %q, want %q", start, got, want)
		}
	}
}

// Excel begins a CSV in UTF-8 with a byte order mark.
func TestImportWithByteOrderMark(t *testing.T) {
	c := serve(t, sandbox.Options{})
	c.importFile(`{"data":[{"fileType":"csv"}]}`, "\uFEFFemail,name\r\nmark@example.com,Mark\r\n").envelope(t)
	if got := c.user("mark@example.com"); got.Name != "Mark" {
		t.Errorf("imported %+v", got)
	}
}
