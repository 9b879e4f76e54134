package sandbox_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

// holderEnv makes the test binary a process that holds a state file.
const holderEnv = "SANDBOX_TEST_STATE"

// holdState appends users to the file at path until it is killed, and prints each address once it is appended.
func holdState(path string) {
	state, err := sandbox.OpenState(path, tenant)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		u := sandbox.User{EmailAddress: fmt.Sprintf("u%d@example.com", i), Name: strings.Repeat("long name ", 50)}
		if err := state.Append(sandbox.Change{User: &u}); err != nil {
			panic(err)
		}
		fmt.Println(u.EmailAddress)
	}
}

func openState(t *testing.T, path string, seed func() *sandbox.Tenant) *sandbox.State {
	t.Helper()
	state, err := sandbox.OpenState(path, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := state.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return state
}

func noSeed() *sandbox.Tenant { panic("seed was asked for") }

func TestStateRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	state := openState(t, path, tenant)
	ada := sandbox.User{EmailAddress: "ada@example.com", Name: "Ada <& Co>", AllowPop: true}
	for _, u := range []sandbox.User{ada, {EmailAddress: "New@example.net"}, {EmailAddress: "new@example.net", Name: "Twice"}} {
		if err := state.Append(sandbox.Change{User: &u}); err != nil {
			t.Fatal(err)
		}
	}
	want := state.Tenant()
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	if err := state.Append(sandbox.Change{User: &ada}); err == nil {
		t.Error("a closed state took a change")
	}
	got := openState(t, path, noSeed).Tenant()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tenant (-before +after):\n%s", diff)
	}
	names := make(map[string]string)
	for _, u := range got.Users {
		names[u.EmailAddress] = u.Name
	}
	if names["ada@example.com"] != "Ada <& Co>" || names["new@example.net"] != "Twice" || len(got.Users) != len(tenant().Users)+1+4 {
		t.Errorf("users %v", names)
	}
	if lines := strings.Count(readFile(t, path), "\n"); lines != 4 {
		t.Errorf("%d lines, want 4", lines)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestStateIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		openState(t, path, tenant).Close()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		want := fs.FileMode(0o600)
		if runtime.GOOS == "windows" {
			want = 0o666 // all that it tells of a file that can be written
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode %v, want %v", got, want)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || !slices.Equal(files, []string{path}) {
		t.Errorf("files %v, %v, want the state alone", files, err)
	}
}

func TestStateTornTail(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "whole.jsonl")
	state := openState(t, path, tenant)
	var tenants []*sandbox.Tenant
	for i := range 3 {
		if err := state.Append(sandbox.Change{User: &sandbox.User{EmailAddress: fmt.Sprintf("u%d@example.com", i)}}); err != nil {
			t.Fatal(err)
		}
		tenants = append(tenants, state.Tenant())
	}
	content := readFile(t, path)
	last := strings.LastIndex(strings.TrimSuffix(content, "\n"), "\n") + 1
	for size := last; size <= len(content); size++ {
		torn := filepath.Join(dir, "torn.jsonl")
		if err := os.WriteFile(torn, []byte(content[:size]), 0o600); err != nil {
			t.Fatal(err)
		}
		want := tenants[1]
		if size == len(content) {
			want = tenants[2]
		}
		reopened := openState(t, torn, noSeed)
		if diff := cmp.Diff(want, reopened.Tenant()); diff != "" {
			t.Fatalf("%d of %d bytes (-want +got):\n%s", size, len(content), diff)
		}
		if size < len(content) && readFile(t, torn) != content[:last] {
			t.Fatalf("%d of %d bytes: the torn line is still there", size, len(content))
		}
		if err := reopened.Append(sandbox.Change{User: &sandbox.User{EmailAddress: "u2@example.com"}}); err != nil {
			t.Fatal(err)
		}
		reopened.Close()
		if diff := cmp.Diff(tenants[2], openState(t, torn, noSeed).Tenant()); diff != "" {
			t.Fatalf("%d of %d bytes, after another change (-want +got):\n%s", size, len(content), diff)
		}
	}
}

func TestStateDamaged(t *testing.T) {
	line := func(s string) string { return s + "\n" }
	good := line(`{"accountCode":"C1","domains":[{"domain":"example.com"}]}`)
	tests := []struct{ name, content, want string }{
		{"no line end", `a letter to my aunt`, "not a state file"},
		{"not JSON", line(`a letter`), "line 1"},
		{"tenant that can't be", line(`{"accountCode":""}`), "line 1"},
		{"damage between", good + line(`{"emailAddress":"a@exam`) + line(`{"emailAddress":"b@example.com"}`), "line 2"},
		{"unknown field", good + line(`{"emailAddress":"a@example.com","x":1}`), "line 2"},
		{"a change of nothing", good + line(`{}`), "line 2"},
		{"a change of two things", good + line(`{"user":{"emailAddress":"a@example.com"},"group":{"id":1,"description":"A"}}`), "line 2"},
		{"a change and a user", good + line(`{"emailAddress":"a@example.com","group":{"id":1,"description":"A"}}`), "line 2"},
		{"a member of no group", good + line(`{"member":{"group":1,"emailAddress":"a@example.com"}}`), "line 2"},
		{"a group in no group", good + line(`{"group":{"id":1,"description":"A","parent":2}}`), "line 2"},
		{"a value of no attribute", good + line(`{"value":{"attribute":1,"emailAddress":"a@example.com","value":"x"}}`), "line 2"},
		{"unknown domain", good + line(`{"emailAddress":"a@example.net"}`), "line 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tenant.jsonl")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := sandbox.OpenState(path, noSeed)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if got := readFile(t, path); got != tt.content {
				t.Errorf("the file was changed to %q", got)
			}
		})
	}
}

func TestStateCannotBeMade(t *testing.T) {
	if _, err := sandbox.OpenState(filepath.Join(t.TempDir(), "none", "tenant.jsonl"), tenant); err == nil {
		t.Error("a state in a folder that is not there was opened")
	}
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	if _, err := sandbox.OpenState(path, func() *sandbox.Tenant { return &sandbox.Tenant{} }); err == nil {
		t.Error("a tenant that can't be was stored")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was left: %v", err)
	}
}

func TestStateRefusesWhatItCouldNotRead(t *testing.T) {
	state := openState(t, filepath.Join(t.TempDir(), "tenant.jsonl"), tenant)
	if err := state.Append(sandbox.Change{User: &sandbox.User{EmailAddress: "x@elsewhere.example"}}); err == nil {
		t.Error("a user of no domain was appended")
	}
}

func TestStateBehindServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	state := openState(t, path, tenant)
	c := serve(t, sandbox.Options{Tenant: state.Tenant(), Changed: state.Append})
	c.post(createUser, `{"data":[{"emailAddress":"new@example.com","password":"Str0ng-enough"}]}`)
	c.post(updateUser, `{"data":[{"emailAddress":"new@example.com","allowPop":true},{"emailAddress":"abuse@example.net","allowPop":true}]}`)
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(readFile(t, path), "Str0ng-enough") {
		t.Error("the password is in the state file")
	}
	again := sandbox.New(sandbox.Options{Tenant: openState(t, path, noSeed).Tenant()})
	if diff := cmp.Diff(c.server.Tenant(), again.Tenant()); diff != "" {
		t.Errorf("tenant (-before +after):\n%s", diff)
	}
	if r := c.post(createUser, `{"data":[{"emailAddress":"late@example.com"}]}`); r.status != 500 {
		t.Errorf("HTTP %d with a closed state, want 500", r.status)
	}
}

// A file of the time when each line was a user is read as ever.
func TestStateOfUsersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	lines := `{"accountCode":"C1","accountName":"","domains":[{"domain":"example.com","local":false,"sendOnly":false,"inboundType":"","pending":false}],"passwordPolicy":{"minLength":0,"classes":0},"users":[]}
{"emailAddress":"a@example.com","name":"A","addressType":"created_manually","source":"cloud","alias":false,"forcePasswordChange":false,"passwordNeverExpires":false,"accountLocked":false,"accountDisabled":true,"allowPop":false,"allowSmtp":false,"archiveStartDate":"","passwordChanges":2}
`
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	want := sandbox.User{EmailAddress: "a@example.com", Name: "A", AddressType: "created_manually", Source: "cloud", AccountDisabled: true, PasswordChanges: 2}
	if diff := cmp.Diff(want, openState(t, path, noSeed).Tenant().Users[0]); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
}

// Whatever the functions change is in the file.
func TestStateHoldsAllChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	state := openState(t, path, furnished)
	c := serve(t, sandbox.Options{Tenant: state.Tenant(), Changed: state.Append})
	before := c.server.Tenant()
	c.done("/api/user/update-alias", `{"aliasFor":"ada@example.com","alias":"a@example.com"}`)
	c.done("/api/user/update-alias", `{"aliasFor":"postmaster@example.net","alias":"mail@example.com"}`) // there by itself
	c.done("/api/user/remove-alias", `{"aliasFor":"ada@example.com","alias":"info@example.com"}`)
	c.done("/api/user/add-to-purge-list", `{"emailAddresses":["ada@example.com"]}`)
	c.done("/api/user/update-attributes", `{"emailAddress":"ada@example.com","attributes":[{"name":"Department","value":"Board"}]}`)
	group := fmt.Sprint(c.done(createGroup, `{"description":"New"}`)[0]["id"])
	c.done(addGroupMember, fmt.Sprintf(`{"id":%q,"emailAddress":"boss@example.com","notes":"new"}`, group))
	c.done("/api/directory/remove-group-member", fmt.Sprintf(`{"id":%q,"domain":"example.net"}`, c.group("Sales")))
	c.done(updateGroup, fmt.Sprintf(`{"id":%q,"parentId":%q}`, c.group("Sales"), group))
	c.done(deleteGroup, fmt.Sprintf(`{"id":%q}`, c.done(createGroup, `{"description":"Brief"}`)[0]["id"]))
	id := c.done("/api/user/find-delegate-users", `{"primaryAddress":"ada@example.com"}`)[0]["delegateUsers"].([]any)[0].(map[string]any)["id"]
	c.done("/api/user/add-delegate-user", `{"primaryAddress":"boss@example.com","delegateAddress":"ada@example.com"}`)
	c.done("/api/user/remove-delegate-user", fmt.Sprintf(`{"id":%q}`, id))
	c.done("/api/directory/execute-sync")
	c.importFile(`{"data":[{}]}`, "email,mobile\nida@example.com,1\n")
	want := c.server.Tenant()
	if cmp.Equal(before, want) {
		t.Fatal("nothing was changed")
	}
	if diff := cmp.Diff(want, sandbox.New(sandbox.Options{Tenant: state.Tenant()}).Tenant()); diff != "" {
		t.Errorf("tenant in use (-server +state):\n%s", diff)
	}
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	again := sandbox.New(sandbox.Options{Tenant: openState(t, path, noSeed).Tenant()}).Tenant()
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("tenant read again (-server +state):\n%s", diff)
	}
}

func TestStateSurvivesKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.jsonl")
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holderEnv+"="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	var appended []string
	for lines := bufio.NewScanner(out); len(appended) < 300 && lines.Scan(); {
		appended = append(appended, lines.Text())
	}
	if err := holder.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := holder.Wait(); err == nil {
		t.Error("the holder ended by itself")
	}
	if len(appended) < 300 {
		t.Fatalf("%d users appended, want 300", len(appended))
	}
	kept := make(map[string]bool)
	for _, u := range openState(t, path, noSeed).Tenant().Users {
		kept[u.EmailAddress] = true
	}
	for _, address := range appended {
		if !kept[address] {
			t.Errorf("%s was lost", address)
		}
	}
}
