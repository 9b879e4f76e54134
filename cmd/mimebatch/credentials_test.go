package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"

	"mimebatch/batch"
)

// invoke runs a command line with the variables of an environment, and returns what was printed.
func invoke(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{
		stdin: strings.NewReader(""), stdout: &output{w: &out}, stderr: &errs,
		getenv: func(name string) string { return env[name] },
	}
	code = a.main(t.Context(), args)
	return code, out.String(), errs.String()
}

// settings puts the user's folder for settings into a folder of the test, and the keychain into memory.
func settings(t *testing.T) string {
	t.Helper()
	keyring.MockInit()
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "AppData"} {
		t.Setenv(name, dir)
	}
	config, err := os.UserConfigDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(config, "mimebatch")
}

func TestProfileFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // permission bits mean nothing there
	}
	dir := settings(t)
	env := map[string]string{"MIMECAST_CLIENT_ID": "id-1", "MIMECAST_CLIENT_SECRET": "canary-secret"}
	if code, out, errs := invoke(t, env, "profile", "save", "acme"); code != 0 || strings.Contains(out+errs, "canary") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	for name, want := range map[string]os.FileMode{"profiles": 0o700, "profiles/acme.yaml": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, error %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// A profile in the keychain: in no file, listed, called with and deleted by its name.
func TestProfileInKeychain(t *testing.T) {
	dir := settings(t)
	env := map[string]string{"MIMECAST_CLIENT_ID": "id-1", "MIMECAST_CLIENT_SECRET": "canary-secret", "MIMECAST_REGION": "us"}
	if code, out, errs := invoke(t, env, "profile", "save", "acme", "--keychain"); code != 0 || strings.Contains(out+errs, "canary") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	file := filepath.Join(dir, "profiles", "acme.yaml")
	data, err := os.ReadFile(file)
	if want := "keychain: \"true\"\n"; err != nil || string(data) != want {
		t.Errorf("the file holds %q, error %v, want %q", data, err, want)
	}
	if code, out, _ := invoke(t, nil, "profile", "list"); code != 0 || !strings.Contains(out, "us-api.services.mimecast.com, in the keychain\n") {
		t.Errorf("exit %d: %s", code, out)
	}
	want := credentials{
		"client_id": batch.NewSecret("id-1"), "client_secret": batch.NewSecret("canary-secret"),
		"base_url": batch.NewSecret("https://us-api.services.mimecast.com"),
	}
	// Also without its file, as it is when another program put it there.
	for range 2 {
		a := &app{profile: "acme", getenv: func(string) string { return "" }}
		got, err := a.credentials()
		if diff := cmp.Diff(revealed(want), revealed(got)); err != nil || diff != "" {
			t.Errorf("error %v (-want +got):\n%s", err, diff)
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if code, _, errs := invoke(t, nil, "profile", "delete", "acme"); code != 0 {
		t.Errorf("exit %d: %s", code, errs)
	}
	if _, err := keyring.Get(keychainService, "acme"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("error %v, want that it is gone", err)
	}
	if code, _, errs := invoke(t, nil, "profile", "delete", "acme"); code != exitUsage || !strings.Contains(errs, "there is no profile") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if err := keyring.Set(keychainService, "other", "canary-note"); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := invoke(t, nil, "auth", "--profile", "other"); code != exitUsage || strings.Contains(errs, "canary") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// Deleted is gone from the keychain too, whatever became of the file.
func TestDeletedProfileLeavesNoSecret(t *testing.T) {
	dir := settings(t)
	for name, spoil := range map[string]func(file string) error{
		"others may read it": func(file string) error { return os.Chmod(file, 0o644) },
		"no profile":         func(file string) error { return os.WriteFile(file, []byte("just text"), 0o600) },
		"shadowed":           func(file string) error { return os.WriteFile(file, []byte("client_id: a\nclient_secret: b"), 0o600) },
	} {
		env := map[string]string{"MIMECAST_CLIENT_ID": "id-1", "MIMECAST_CLIENT_SECRET": "canary-secret"}
		if code, _, errs := invoke(t, env, "profile", "save", "acme", "--keychain"); code != 0 {
			t.Fatalf("exit %d: %s", code, errs)
		}
		file := filepath.Join(dir, "profiles", "acme.yaml")
		if err := spoil(file); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := invoke(t, nil, "profile", "delete", "acme"); code != 0 {
			t.Errorf("%s: exit %d: %s", name, code, errs)
		}
		if _, err := keyring.Get(keychainService, "acme"); !errors.Is(err, keyring.ErrNotFound) {
			t.Errorf("%s: the secret is still in the keychain, error %v", name, err)
		}
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the file is still there, error %v", name, err)
		}
	}
}

// Where the keychain can't be used, a profile in a file can be deleted, and nothing else is said to be deleted or not there.
func TestDeleteWithoutKeychain(t *testing.T) {
	dir := settings(t)
	keyring.MockInitWithError(errors.New("no keychain here"))
	for text, want := range map[string]string{
		"client_id: a\nclient_secret: b": "",
		"keychain: true":                 "the keychain can't be used",
		"just text":                      "the keychain can't be used",
		"":                               "it has no file, and the keychain can't be used",
	} {
		file := filepath.Join(dir, "profiles", "acme.yaml")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		code, out, errs := invoke(t, nil, "profile", "delete", "acme")
		if (code == 0) != (want == "") || !strings.Contains(errs, want) || strings.Contains(errs, "there is no profile") || strings.Contains(out, "deleted") != (want == "") {
			t.Errorf("%q: exit %d: %s%s", text, code, out, errs)
		}
	}
}

// A name that the keychain knows is taken, also without a file.
func TestSaveReplacesNoProfileOfTheKeychain(t *testing.T) {
	settings(t)
	if err := keyring.Set(keychainService, "acme", "client_id: old"); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"MIMECAST_CLIENT_ID": "id-1", "MIMECAST_CLIENT_SECRET": "canary-secret"}
	for _, args := range [][]string{{"profile", "save", "acme"}, {"profile", "save", "acme", "--keychain"}} {
		if code, _, errs := invoke(t, env, args...); code != exitFailed || !strings.Contains(errs, "there is a profile") {
			t.Errorf("%q: exit %d: %s", args, code, errs)
		}
	}
	if got, err := keyring.Get(keychainService, "acme"); got != "client_id: old" {
		t.Errorf("the keychain holds %q, error %v", got, err)
	}
}

// A profile that is replaced leaves nothing behind, wherever either of the two is kept.
func TestReplacedProfileLeavesNoSecret(t *testing.T) {
	dir := settings(t)
	file := filepath.Join(dir, "profiles", "acme.yaml")
	for _, tt := range []struct {
		before, after []string // flags
		file, entry   string   // what is there in the end
	}{
		{nil, nil, "client_id: new", ""},
		{nil, []string{"--keychain"}, "keychain: \"true\"", "client_id: new"},
		{[]string{"--keychain"}, []string{"--keychain"}, "keychain: \"true\"", "client_id: new"},
		{[]string{"--keychain"}, nil, "client_id: new", ""},
	} {
		for n, flags := range [][]string{tt.before, tt.after} {
			env := map[string]string{"MIMECAST_CLIENT_ID": []string{"old", "new"}[n], "MIMECAST_CLIENT_SECRET": "b"}
			if code, _, errs := invoke(t, env, slices.Concat([]string{"profile", "save", "acme", "--replace"}, flags)...); code != 0 {
				t.Fatalf("%v: exit %d: %s", tt, code, errs)
			}
		}
		data, err := os.ReadFile(file)
		entry, noEntry := keyring.Get(keychainService, "acme")
		if err != nil || !strings.HasPrefix(string(data), tt.file) || !strings.HasPrefix(entry, tt.entry) || (noEntry == nil) != (tt.entry != "") {
			t.Errorf("%v: the file holds %q (%v), the keychain %q (%v)", tt, data, err, entry, noEntry)
		}
	}
}

// Where the keychain can't be used, what it holds is not replaced: it would stay there.
func TestReplaceWithoutKeychain(t *testing.T) {
	dir := settings(t)
	keyring.MockInitWithError(errors.New("no keychain here"))
	file := filepath.Join(dir, "profiles", "acme.yaml")
	env := map[string]string{"MIMECAST_CLIENT_ID": "new", "MIMECAST_CLIENT_SECRET": "b"}
	for text, want := range map[string]int{"client_id: a\nclient_secret: b": exitDone, "keychain: true": exitFailed} {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := invoke(t, env, "profile", "save", "acme", "--replace")
		data, err := os.ReadFile(file)
		if code != want || err != nil || (string(data) == text) != (want != exitDone) || strings.Contains(errs, "the keychain can't be used: no keychain here") != (want != exitDone) {
			t.Errorf("%q: exit %d: %s; the file holds %q, error %v", text, code, errs, data, err)
		}
	}
}

// The words of those who look for a keychain on Linux are nobody's.
func TestWithoutKeychain(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&exec.Error{Name: "dbus-launch", Err: exec.ErrNotFound}, "there is no D-Bus session"},
		{&net.OpError{Op: "dial", Net: "unix", Err: os.ErrNotExist}, "there is no D-Bus session"},
		{errors.New("The name org.freedesktop.secrets was not provided by any .service files"), "no program of this session keeps one"},
		{errors.New("locked"), "locked"},
	} {
		if got := withoutKeychain(tt.err).Error(); !strings.HasPrefix(got, "the keychain can't be used: "+tt.want) {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}

// revealed is for comparing.
func revealed(c credentials) map[string]string {
	m := map[string]string{}
	for name, v := range c {
		m[name] = v.Reveal()
	}
	return m
}

func TestCredentialsAreWholeAndOfOneKind(t *testing.T) {
	for text, want := range map[string]string{
		"client_id: a\nclient_secret: b":                                "",
		"app_id: a\napp_key: b\naccess_key: c\nsecret_key: d":           "",
		"client_id: 17\nclient_secret: 42\nbase_url: https://x.example": "",
		"client_id: a": "client_id is set, but client_secret is not",
		"app_id: a\nsecret_key: d\naccess_key: c":       "app_id is set, but app_key is not",
		"client_id: a\nclient_secret: b\naccess_key: c": "of two kinds",
		"base_url: https://x.example":                   "there is no client_id",
		"":                                              "there is no client_id",
		"client_id: a\nclient_secret: b\npassword: c":   "a name that no credentials have",
		"client_id: a\nclient_id: b\nclient_secret: c":  "line 2 can't be read",
		"client_id: [a]":                                "line 1 can't be read",
		"client_secret: canary-a: b":                    "it can't be read",
		"client_id: a\nclient_secret: canary-a: b":      "line 2 can't be read",
		"just text":                                     "line 1 can't be read",
	} {
		c, err := parseCredentials(strings.NewReader(text))
		if err == nil {
			err = c.check(func(name string) string { return name })
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if want == "" && got != "" || !strings.Contains(got, want) || strings.Contains(got, "canary") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestRegionsLeadToHosts(t *testing.T) {
	two := map[string]string{"client_id": "a", "client_secret": "b"}
	one := map[string]string{"app_id": "a", "app_key": "b", "access_key": "c", "secret_key": "d"}
	for _, tt := range []struct {
		of     map[string]string
		place  string // name=value, of the credentials
		flag   string
		want   string
		refuse int // exit code
	}{
		{two, "", "", "", 0},
		{two, "region=uk", "", "https://uk-api.services.mimecast.com", 0},
		{two, "region=UK", "", "https://uk-api.services.mimecast.com", 0},
		{two, "region=uk", "us", "https://us-api.services.mimecast.com", 0},
		{two, "base_url=https://x.example", "", "https://x.example", 0},
		{two, "base_url=https://x.example", "global", "https://api.services.mimecast.com", 0},
		{two, "region=eu", "", "", exitUsage},
		{two, "", "eu", "", exitUsage},
		{one, "region=eu", "", "https://eu-api.mimecast.com", 0},
		{one, "", "je", "https://je-api.mimecast.com", 0},
		{one, "email=admin@example.com", "", "", 0},
		{one, "", "", "", exitUsage},
		{one, "", "uk", "", exitUsage},
	} {
		c := credentials{}
		for name, v := range tt.of {
			c[name] = batch.NewSecret(v)
		}
		if name, v, ok := strings.Cut(tt.place, "="); ok {
			c[name] = batch.NewSecret(v)
		}
		got, err := c.locate(tt.flag)
		if exitCode(err) != tt.refuse || got["base_url"].Reveal() != tt.want || err != nil && batch.HintOf(err) == "" {
			t.Errorf("%s, --region %q: %q, error %v, want %q", tt.place, tt.flag, got["base_url"].Reveal(), err, tt.want)
		}
	}
}

func TestRates(t *testing.T) {
	for in, want := range map[string]float64{"": 0, "max": math.Inf(1), "5": 5, "0.5": 0.5} {
		if got, err := parseRate(in); got != want || err != nil {
			t.Errorf("rate %q: %v, %v, want %v", in, got, err, want)
		}
	}
	for in, want := range map[string]float64{"": 0, "80%": 0.8, "100%": 1, "1%": 0.01, "12.5%": 0.125} {
		if got, err := parseShare(in); got != want || err != nil {
			t.Errorf("share %q: %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"0", "-1", "NaN", "Inf", "1e7", "fast", "5/s", "%"} {
		if got, err := parseRate(in); err == nil {
			t.Errorf("rate %q is %v", in, got)
		}
		if got, err := parseShare(in); err == nil {
			t.Errorf("share %q is %v", in, got)
		}
	}
	for _, in := range []string{"0%", "101%", "NaN%", "0.8", "-5%"} {
		if got, err := parseShare(in); err == nil {
			t.Errorf("share %q is %v", in, got)
		}
	}
}

// Whatever a file of credentials holds is read back as it was written, and never printed.
func FuzzCredentials(f *testing.F) {
	f.Add("client_id: a\nclient_secret: 'b: c'\n")
	f.Add("app_id: 1\napp_key: null\naccess_key: \"\\u2028\"\n")
	f.Add("keychain: true\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCredentials(strings.NewReader(text))
		if err != nil {
			return
		}
		var written bytes.Buffer
		if err := c.write(&written); err != nil {
			t.Fatal(err)
		}
		again, err := parseCredentials(&written)
		if diff := cmp.Diff(revealed(c), revealed(again)); err != nil || diff != "" {
			t.Errorf("read again: error %v (-want +got):\n%s", err, diff)
		}
		others := credentials{}
		for name := range c {
			others[name] = batch.NewSecret("x")
		}
		if got, want := fmt.Sprintf("%v %+v %#v", c, c, c), fmt.Sprintf("%v %+v %#v", others, others, others); got != want {
			t.Errorf("the values show: %s", got)
		}
	})
}

// Whom a plan guards and whom it calls as are of one reading, and a keychain asks once: also where the reading failed.
func TestCredentialsAreReadOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials.yaml")
	a := &app{credentialsFile: file, getenv: func(string) string { return "" }}
	other := &app{credentialsFile: file, getenv: a.getenv}
	if _, err := other.credentials(); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("error %v, want that there is no file", err)
	}
	for _, email := range []string{"ana@example.com", "cy@example.com"} {
		text := "app_id: a\napp_key: b\naccess_key: c\nsecret_key: d\nemail: " + email + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if own, err := a.ownAddress(); err != nil || own != "ana@example.com" {
			t.Errorf("%q, error %v, with %s in the file", own, err, email)
		}
		if c, err := a.credentials(); err != nil || c["email"].Reveal() != "ana@example.com" {
			t.Errorf("%v, error %v, with %s in the file", c.given(namesOfPlace), err, email)
		}
		if _, err := other.credentials(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v, want the one of the first reading", err)
		}
	}
}
