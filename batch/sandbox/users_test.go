package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

const forbiddenCode = "err_xdk_operation_forbidden_for_address"

func TestCreateUser(t *testing.T) {
	const address = "new.person@example.com"
	tests := []struct {
		name, object string
		want         sandbox.User
	}{
		{"address alone", `{"emailAddress":"new.person@example.com"}`,
			sandbox.User{Name: address}},
		{"everything", `{"emailAddress":"New.Person@Example.com","name":"New Person","password":"Str0ng-enough","accountCode":"CTEST1","forcePasswordChange":true}`,
			sandbox.User{Name: "New Person", ForcePasswordChange: true, PasswordChanges: 1}},
		{"flag as text", `{"emailAddress":"new.person@example.com","forcePasswordChange":"True"}`,
			sandbox.User{Name: address, ForcePasswordChange: true}},
		{"settings it does not take", `{"emailAddress":"new.person@example.com","accountLocked":true,"allowPop":true,"favourite":[null]}`,
			sandbox.User{Name: address}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, sandbox.Options{})
			r := c.post(createUser, `{"data":[`+tt.object+`]}`)
			e := r.envelope(t)
			if r.status != 200 || e.Meta.Status != 200 || len(e.Data) != 1 || len(e.Fail) != 0 {
				t.Fatalf("HTTP %d %s", r.status, r.body)
			}
			id, _ := e.Data[0]["id"].(string)
			if len(id) < 150 || len(id) > 250 {
				t.Errorf("id %q has %d characters, want about 200", id, len(id))
			}
			delete(e.Data[0], "id")
			if diff := cmp.Diff(map[string]any{"emailAddress": address}, e.Data[0]); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
			want := tt.want
			want.EmailAddress, want.AddressType, want.Source = address, "created_manually", "cloud"
			if diff := cmp.Diff(want, c.user(address)); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateUserRefused(t *testing.T) {
	c := serve(t, sandbox.Options{})
	long := strings.Repeat("a", 65) + "@example.com"
	tests := []struct {
		name, object string
		want         []refusal // of code and field
	}{
		{"exists", `{"emailAddress":"ADA@example.com","password":"Str0ng-enough"}`, []refusal{{Code: "err_emulated_address_exists"}}},
		{"exists as alias", `{"emailAddress":"alias@example.com"}`, []refusal{{Code: "err_emulated_address_exists"}}},
		{"exists by itself", `{"emailAddress":"abuse@example.net"}`, []refusal{{Code: "err_emulated_address_exists"}}},
		{"unknown domain", `{"emailAddress":"x@sub.example.com"}`, []refusal{{Code: forbiddenCode}}},
		{"pending domain", `{"emailAddress":"x@example.org"}`, []refusal{{Code: forbiddenCode}}},
		{"other account", `{"emailAddress":"x@example.com","accountCode":"COTHER"}`, []refusal{{Code: forbiddenCode}}},
		{"no address", `{"name":"X"}`, []refusal{{Code: "err_validation_null", Field: "emailAddress"}}},
		{"address by another case", `{"emailaddress":"x@example.com"}`, []refusal{{Code: "err_validation_null", Field: "emailAddress"}}},
		{"null address", `{"emailAddress":null}`, []refusal{{Code: "err_validation_null", Field: "emailAddress"}}},
		{"blank address", `{"emailAddress":" "}`, []refusal{{Code: "err_validation_blank", Field: "emailAddress"}}},
		{"number as address", `{"emailAddress":1}`, []refusal{{Code: "err_validation_value_not_allowed", Field: "emailAddress"}}},
		{"no at", `{"emailAddress":"x.example.com"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"two at", `{"emailAddress":"x@y@example.com"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"blank within", `{"emailAddress":"x y@example.com"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"dot at the end", `{"emailAddress":"x.@example.com"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"no ASCII", `{"emailAddress":"zoë@example.com"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"looks like ASCII", "{\"emailAddress\":\"\u212aim@example.com\"}", []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"long", `{"emailAddress":"` + long + `"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"short password", `{"emailAddress":"x@example.com","password":"Ab1-"}`, []refusal{{Code: "err_validation_password_policy", Field: "password"}}},
		{"plain password", `{"emailAddress":"x@example.com","password":"onlyletters"}`, []refusal{{Code: "err_validation_password_policy", Field: "password"}}},
		{"blank password", `{"emailAddress":"x@example.com","password":""}`, []refusal{{Code: "err_validation_blank", Field: "password"}}},
		{"null name", `{"emailAddress":"x@example.com","name":null}`, []refusal{{Code: "err_validation_null", Field: "name"}}},
		{"no flag", `{"emailAddress":"x@example.com","forcePasswordChange":"yes"}`, []refusal{{Code: "err_validation_value_not_allowed", Field: "forcePasswordChange"}}},
		{"blank flag", `{"emailAddress":"x@example.com","forcePasswordChange":""}`, []refusal{{Code: "err_validation_blank", Field: "forcePasswordChange"}}},
		{"several", `{"emailAddress":"x","name":"","password":"weak"}`, []refusal{
			{Code: "err_validation_invalid_email_address", Field: "emailAddress"},
			{Code: "err_validation_blank", Field: "name"},
			{Code: "err_validation_password_policy", Field: "password"},
		}},
	}
	before := c.server.Tenant()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkRefused(t, c.post(createUser, `{"data":[`+tt.object+`]}`), tt.object, tt.want)
		})
	}
	if diff := cmp.Diff(before, c.server.Tenant()); diff != "" {
		t.Errorf("refused creates changed the tenant (-before +after):\n%s", diff)
	}
	if creates := c.server.Stats().Creates; len(creates) > 0 {
		t.Errorf("refused creates were counted: %v", creates)
	}
}

// checkRefused wants one fail entry that echoes the object, with errors of these codes and fields.
func checkRefused(t *testing.T, r reply, object string, want []refusal) {
	t.Helper()
	e := r.envelope(t)
	if r.status != 200 || e.Meta.Status != 200 || len(e.Data) != 0 || len(e.Fail) != 1 {
		t.Fatalf("HTTP %d %s, want one fail entry", r.status, r.body)
	}
	var key map[string]any
	if err := json.Unmarshal([]byte(object), &key); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(key, e.Fail[0].Key); diff != "" {
		t.Errorf("key (-want +got):\n%s", diff)
	}
	for i := range e.Fail[0].Errors {
		got := &e.Fail[0].Errors[i]
		if got.Message == "" || got.Retryable {
			t.Errorf("refusal %+v: want a message, and not retryable", *got)
		}
		got.Message = ""
	}
	if diff := cmp.Diff(want, e.Fail[0].Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestMessages(t *testing.T) {
	c := serve(t, sandbox.Options{})
	for object, want := range map[string]string{
		`{"emailAddress":"ada@example.com"}`: "Address already exists",
		`{"emailAddress":"x@example.org"}`:   "0003 Forbidden To Perform Operation For Address",
		`{"emailAddress":"x"}`:               "Email address is not valid",
		`{"emailAddress":""}`:                "if present, cannot be blank",
	} {
		e := c.post(createUser, `{"data":[`+object+`]}`).envelope(t)
		if got := e.Fail[0].Errors[0].Message; got != want {
			t.Errorf("%s: message %q, want %q", object, got, want)
		}
	}
}

func TestCreateExistingSilently(t *testing.T) {
	c := serve(t, sandbox.Options{
		CreateExisting: sandbox.Silent,
		Changed:        func(c sandbox.Change) error { return fmt.Errorf("%s was changed", c.User.EmailAddress) },
	})
	before := c.server.Tenant()
	for range 2 {
		e := c.post(createUser, `{"data":[{"emailAddress":"Ada@example.com","name":"Other","password":"Str0ng-enough"}]}`).envelope(t)
		if len(e.Fail) != 0 || len(e.Data) != 1 || e.Data[0]["emailAddress"] != "ada@example.com" || e.Data[0]["id"] == "" {
			t.Fatalf("answer %+v", e)
		}
	}
	if diff := cmp.Diff(before, c.server.Tenant()); diff != "" {
		t.Errorf("tenant (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"ada@example.com": 2}, c.server.Stats().Creates); diff != "" {
		t.Errorf("creates (-want +got):\n%s", diff)
	}
}

func TestUsersSettleByThemselves(t *testing.T) {
	c := serve(t, sandbox.Options{})
	e := c.post(createUser, `{"data":[
		{"emailAddress":"one@example.com"},
		{"emailAddress":"ada@example.com"},
		{"emailAddress":"two@example.com"},
		{"emailAddress":"two@example.com"},
		{"emailAddress":"x@example.org"}]}`).envelope(t)
	var done, refused []string
	for _, d := range e.Data {
		done = append(done, d["emailAddress"].(string))
	}
	for _, f := range e.Fail {
		refused = append(refused, f.Key["emailAddress"].(string)+" "+f.Errors[0].Code)
	}
	if diff := cmp.Diff([]string{"one@example.com", "two@example.com"}, done); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
	want := []string{
		"ada@example.com err_emulated_address_exists",
		"two@example.com err_emulated_address_exists",
		"x@example.org " + forbiddenCode,
	}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestNumberOfUsers(t *testing.T) {
	for _, path := range []string{createUser, updateUser} {
		for _, n := range []int{0, 5, 6} {
			t.Run(fmt.Sprint(path, n), func(t *testing.T) {
				var executed notices
				c := serve(t, sandbox.Options{Executed: executed.add})
				objects := make([]string, n)
				for i := range objects {
					objects[i] = `{"emailAddress":"ada@example.com","accountDisabled":true}`
				}
				e := c.post(path, `{"data":[`+strings.Join(objects, ",")+`]}`).envelope(t)
				settled := executed.list()
				name := path[strings.LastIndex(path, "/")+1:]
				calls := c.server.Stats().Calls[name]
				if n == 5 {
					if len(e.Data)+len(e.Fail) != 5 || len(settled) != 5 || calls != 1 {
						t.Errorf("%d data, %d fail, %d executed, %d calls", len(e.Data), len(e.Fail), len(settled), calls)
					}
					return
				}
				if len(e.Data) != 0 || len(e.Fail) != 1 || !strings.HasPrefix(e.Fail[0].Errors[0].Code, "err_validation") {
					t.Errorf("answer %+v, want it refused whole", e)
				}
				if c.user("ada@example.com").AccountDisabled || len(settled) != 0 || calls != 0 {
					t.Errorf("executed %v, %d calls", settled, calls)
				}
			})
		}
	}
}

// How many users the service takes in a create is not known: a sandbox takes as many as it is told to.
func TestCreateLimit(t *testing.T) {
	for limit, want := range map[int]string{0: "5 6", 1: "1 2", 7: "7 8"} {
		c := serve(t, sandbox.Options{CreateLimit: limit})
		var most, refused int
		for n := 1; refused == 0; n++ {
			objects := strings.Repeat(`,{"emailAddress":"ada@example.com"}`, n)[1:]
			if e := c.post(createUser, `{"data":[`+objects+`]}`).envelope(t); e.Fail[0].Errors[0].Code == "err_validation_size" {
				refused = n
			} else {
				most = n
			}
		}
		if got := fmt.Sprint(most, refused); got != want {
			t.Errorf("limit %d: took and refused %s users, want %s", limit, got, want)
		}
		update := strings.Repeat(`,{"emailAddress":"ada@example.com"}`, 5)[1:]
		if e := c.post(updateUser, `{"data":[`+update+`]}`).envelope(t); len(e.Data) != 5 {
			t.Errorf("limit %d: an update of five users was answered %+v", limit, e)
		}
	}
}

func TestUpdateUser(t *testing.T) {
	ada := sandbox.User{EmailAddress: "ada@example.com", Name: "Ada", AddressType: "created_manually", Source: "cloud",
		AccountLocked: true, AllowSmtp: true}
	with := func(change func(*sandbox.User)) sandbox.User {
		u := ada
		change(&u)
		return u
	}
	tests := []struct {
		name, fields string
		want         sandbox.User
	}{
		{"nothing", ``, ada},
		{"unknown", `,"alias":true,"source":"ldap","accountCode":"COTHER"`, ada},
		{"name", `,"name":"Ada M."`, with(func(u *sandbox.User) { u.Name = "Ada M." })},
		{"unlock", `,"accountLocked":"False"`, with(func(u *sandbox.User) { u.AccountLocked = false })},
		{"password", `,"password":"Str0ng-enough"`, with(func(u *sandbox.User) { u.PasswordChanges = 1 })},
		{"archive as documented", `,"archiveStartDate":"2015-11-16T14:49:18+0000"`,
			with(func(u *sandbox.User) { u.ArchiveStartDate = "2015-11-16T14:49:18+0000" })},
		{"archive by RFC 3339", `,"archiveStartDate":"2015-11-16T14:49:18Z"`,
			with(func(u *sandbox.User) { u.ArchiveStartDate = "2015-11-16T14:49:18Z" })},
		{"all flags", `,"forcePasswordChange":true,"passwordNeverExpires":"true","accountLocked":true,"accountDisabled":true,"allowPop":true,"allowSmtp":false`,
			with(func(u *sandbox.User) {
				u.ForcePasswordChange, u.PasswordNeverExpires, u.AccountDisabled, u.AllowPop, u.AllowSmtp = true, true, true, true, false
			})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var changed []sandbox.User
			c := serve(t, sandbox.Options{Changed: func(change sandbox.Change) error {
				changed = append(changed, *change.User)
				return nil
			}})
			r := c.post(updateUser, `{"data":[{"emailAddress":"Ada@Example.com"`+tt.fields+`}]}`)
			e := r.envelope(t)
			if len(e.Data) != 1 || len(e.Fail) != 0 {
				t.Fatalf("HTTP %d %s", r.status, r.body)
			}
			u := tt.want
			echo := map[string]any{
				"emailAddress": u.EmailAddress, "name": u.Name, "forcePasswordChange": u.ForcePasswordChange,
				"passwordNeverExpires": u.PasswordNeverExpires, "accountLocked": u.AccountLocked,
				"accountDisabled": u.AccountDisabled, "allowSmtp": u.AllowSmtp, "allowPop": u.AllowPop,
			}
			if diff := cmp.Diff(echo, e.Data[0]); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(u, c.user("ada@example.com")); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			var want []sandbox.User
			if u != ada {
				want = []sandbox.User{u}
			}
			if diff := cmp.Diff(want, changed); diff != "" {
				t.Errorf("told to Changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUpdateUserRefused(t *testing.T) {
	c := serve(t, sandbox.Options{})
	tests := []struct {
		name, object string
		want         []refusal
	}{
		{"missing", `{"emailAddress":"nobody@example.com"}`, []refusal{{Code: forbiddenCode}}},
		{"unknown domain", `{"emailAddress":"ada@sub.example.com","password":"Str0ng-enough"}`, []refusal{{Code: forbiddenCode}}},
		{"alias", `{"emailAddress":"alias@example.com","name":"A"}`, []refusal{{Code: forbiddenCode}}},
		{"list", `{"emailAddress":"list@example.com"}`, []refusal{{Code: forbiddenCode}}},
		{"contact", `{"emailAddress":"contact@example.com"}`, []refusal{{Code: forbiddenCode}}},
		{"no address", `{"name":"Ada"}`, []refusal{{Code: "err_validation_null", Field: "emailAddress"}}},
		{"bad address", `{"emailAddress":"ada"}`, []refusal{{Code: "err_validation_invalid_email_address", Field: "emailAddress"}}},
		{"blank name", `{"emailAddress":"ada@example.com","name":"","allowPop":true}`, []refusal{{Code: "err_validation_blank", Field: "name"}}},
		{"null flag", `{"emailAddress":"ada@example.com","allowPop":null}`, []refusal{{Code: "err_validation_null", Field: "allowPop"}}},
		{"number as flag", `{"emailAddress":"ada@example.com","allowPop":1}`, []refusal{{Code: "err_validation_value_not_allowed", Field: "allowPop"}}},
		{"weak password", `{"emailAddress":"ada@example.com","password":"weak"}`, []refusal{{Code: "err_validation_password_policy", Field: "password"}}},
		{"date alone", `{"emailAddress":"ada@example.com","archiveStartDate":"2015-11-16"}`, []refusal{{Code: "err_validation_invalid_date", Field: "archiveStartDate"}}},
		{"blank date", `{"emailAddress":"ada@example.com","archiveStartDate":""}`, []refusal{{Code: "err_validation_blank", Field: "archiveStartDate"}}},
	}
	before := c.server.Tenant()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkRefused(t, c.post(updateUser, `{"data":[`+tt.object+`]}`), tt.object, tt.want)
		})
	}
	if diff := cmp.Diff(before, c.server.Tenant()); diff != "" {
		t.Errorf("refused updates changed the tenant (-before +after):\n%s", diff)
	}
}

func TestUpdateSyncedUser(t *testing.T) {
	c := serve(t, sandbox.Options{})
	if e := c.post(updateUser, `{"data":[{"emailAddress":"synced@example.com"}]}`).envelope(t); len(e.Data) != 1 {
		t.Errorf("answer %+v, want the account", e)
	}
}

func TestChangeThatCannotBeKept(t *testing.T) {
	fail := true
	c := serve(t, sandbox.Options{Changed: func(change sandbox.Change) error {
		if fail && strings.HasPrefix(change.User.EmailAddress, "bad") {
			return errors.New("disk /secret/path is full")
		}
		return nil
	}})
	r := c.post(createUser, `{"data":[{"emailAddress":"good@example.com"},{"emailAddress":"bad@example.com"},{"emailAddress":"late@example.com"}]}`)
	e := r.envelope(t)
	if r.status != 500 || e.Meta.Status != 500 || len(e.Data) != 0 || strings.Contains(string(r.body), "secret") {
		t.Fatalf("HTTP %d %s", r.status, r.body)
	}
	c.user("good@example.com")
	if diff := cmp.Diff(map[string]int{"good@example.com": 1}, c.server.Stats().Creates); diff != "" {
		t.Errorf("creates (-want +got):\n%s", diff)
	}
	fail = false
	if e := c.post(createUser, `{"data":[{"emailAddress":"bad@example.com"}]}`).envelope(t); len(e.Data) != 1 {
		t.Errorf("second create: %+v", e)
	}
	fail = true
	if r := c.post(updateUser, `{"data":[{"emailAddress":"bad@example.com","allowPop":true}]}`); r.status != 500 {
		t.Errorf("update: HTTP %d, want 500", r.status)
	}
	if c.user("bad@example.com").AllowPop {
		t.Error("an update that could not be kept was kept")
	}
}

func TestExecuted(t *testing.T) {
	var executed notices
	c := serve(t, sandbox.Options{Executed: executed.add})
	c.post(createUser, `{"data":[{"emailAddress":"One@example.com"},{"emailAddress":"x@example.org"}]}`)
	c.post(updateUser, `{"data":[{"emailAddress":"one@example.com","allowPop":true}]}`)
	c.post(getInternalUsers, `{"data":[]}`)
	c.post(createUser, `{"data":null}`)
	c.do(http.MethodPost, getAccount, `{}`, nil)
	want := []string{"create-user one@example.com", "create-user x@example.org", "update-user one@example.com", "get-internal-users "}
	if diff := cmp.Diff(want, executed.list()); diff != "" {
		t.Errorf("executed (-want +got):\n%s", diff)
	}
}

func TestManyClients(t *testing.T) {
	c := serve(t, sandbox.Options{Quota: sandbox.Quota{Calls: 1 << 20, Window: 1e9}})
	const workers, users = 8, 40
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range users {
				// Each address is asked for by two workers.
				address := fmt.Sprintf("user%d.%d@example.com", w/2, i)
				c.post(createUser, `{"data":[{"emailAddress":"`+address+`"}]}`)
				c.post(updateUser, `{"data":[{"emailAddress":"`+address+`","password":"Str0ng-enough"}]}`)
				c.post(getInternalUsers, `{"meta":{"pagination":{"pageSize":50}},"data":[{"domain":"example.com"}]}`)
				c.server.Stats()
			}
		})
	}
	wg.Wait()
	stats := c.server.Stats()
	if len(stats.Creates) != workers/2*users {
		t.Errorf("%d addresses created, want %d", len(stats.Creates), workers/2*users)
	}
	for address, n := range stats.Creates {
		if u := c.user(address); n != 1 || u.PasswordChanges != 2 {
			t.Errorf("%s: created %d times, %d passwords, want 1 and 2", address, n, u.PasswordChanges)
		}
	}
	for _, name := range []string{"create-user", "update-user", "get-internal-users"} {
		if stats.Calls[name] != workers*users {
			t.Errorf("%d calls of %s, want %d", stats.Calls[name], name, workers*users)
		}
	}
}
