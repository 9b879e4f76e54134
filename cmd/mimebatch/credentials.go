package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
)

// credentials are what the tenant's API is called with, by their names in a file. In the environment the same names stand in
// capitals behind MIMECAST_. They are never taken from the command line, where other people on the machine can read them.
type credentials map[string]batch.Secret

// The names. Those of a generation of the API are needed together; those of a place say where the tenant is.
var (
	namesOf2     = []string{"client_id", "client_secret"}
	namesOf1     = []string{"app_id", "app_key", "access_key", "secret_key"}
	namesOfPlace = []string{"base_url", "region", "email"}
)

// inEnvironment spells a name as a variable.
func inEnvironment(name string) string { return "MIMECAST_" + strings.ToUpper(name) }

const credentialsHint = "set MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET, or write client_id: and client_secret: to %s (mode 0600); --sandbox needs none"

// credentials returns those of --profile or --credentials, else those of the environment if there are any, else those of
// MIMEBATCH_PROFILE, else those of credentials.yaml in the user's folder for settings. They are whole, and of one
// generation; "base_url" is empty where the client finds it by itself. They are read once: all that a command does is done
// with the same.
func (a *app) credentials() (credentials, error) {
	if a.chosen == nil {
		c, err := a.chosenCredentials()
		if err == nil {
			c, err = c.locate(a.region)
		}
		a.chosen = &chosen{c, err}
	}
	return a.chosen.credentials, a.chosen.err
}

// chosen is what came of reading the credentials.
type chosen struct {
	credentials credentials
	err         error
}

func (a *app) chosenCredentials() (credentials, error) {
	switch {
	case a.profile != "":
		return a.profileCredentials(a.profile)
	case a.credentialsFile != "":
		return a.placed(readCredentials(a.credentialsFile))
	}
	env := a.environment()
	profile := a.getenv("MIMEBATCH_PROFILE")
	switch called := slices.Concat(env.given(namesOf2), env.given(namesOf1)); {
	case len(called) > 0 && profile != "":
		return nil, wrongSetting(fmt.Sprintf("both MIMEBATCH_PROFILE and %s are set", inEnvironment(called[0])), "unset one of them, or name the profile with --profile")
	case len(called) > 0:
		return env, env.check(inEnvironment)
	case profile != "":
		return a.profileCredentials(profile)
	}
	dir, err := a.configDir()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "credentials.yaml")
	c, err := a.placed(readCredentials(file))
	if errors.Is(err, fs.ErrNotExist) { // nobody named it
		return nil, noCredentials("no credentials", fmt.Sprintf(credentialsHint, file))
	}
	return c, err
}

// environment returns what the environment holds of credentials.
func (a *app) environment() credentials {
	c := credentials{}
	for _, name := range slices.Concat(namesOf2, namesOf1, namesOfPlace) {
		if v := a.getenv(inEnvironment(name)); v != "" {
			c[name] = batch.NewSecret(v)
		}
	}
	return c
}

// readCredentials reads a file of credentials.
func readCredentials(path string) (credentials, error) {
	c, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	return c, c.check(func(name string) string { return name + " in " + path })
}

// placed adds what the environment says of where the tenant is to credentials of a file that doesn't.
func (a *app) placed(c credentials, err error) (credentials, error) {
	if err != nil || len(c.given(namesOfPlace)) > 0 {
		return c, err
	}
	env := a.environment()
	for _, name := range env.given(namesOfPlace) {
		c[name] = env[name]
	}
	return c, nil
}

// given returns which of the names have a value.
func (c credentials) given(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return c[n].IsZero() })
}

// generation is the API that the credentials are for, "2.0" or "1.0".
func (c credentials) generation() string {
	if len(c.given(namesOf1)) > 0 {
		return "1.0"
	}
	return "2.0"
}

// check makes sure that the credentials are whole and of one generation. spell names one of them for people.
func (c credentials) check(spell func(string) string) error {
	two, one := c.given(namesOf2), c.given(namesOf1)
	names := namesOf2
	given := two
	switch {
	case len(two) > 0 && len(one) > 0:
		return noCredentials(
			fmt.Sprintf("credentials of two kinds: %s is for API 2.0, %s for API 1.0", spell(two[0]), spell(one[0])),
			fmt.Sprintf("leave one kind out: %s; or %s", strings.Join(namesOf2, ", "), strings.Join(namesOf1, ", ")),
		)
	case len(one) > 0:
		names, given = namesOf1, one
	case len(two) == 0:
		return noCredentials("there is no "+spell("client_id"), "API 2.0 takes client_id and client_secret; API 1.0 takes "+strings.Join(namesOf1, ", "))
	}
	for _, n := range names {
		if c[n].IsZero() {
			return noCredentials(fmt.Sprintf("%s is set, but %s is not", spell(given[0]), spell(n)), "set "+all(names))
		}
	}
	return nil
}

func all(names []string) string {
	if len(names) == 2 {
		return "both"
	}
	return fmt.Sprintf("all %d of %s", len(names), strings.Join(names, ", "))
}

// locate returns the credentials with the region's base URL in place of the region; the region of the command line comes
// before all else. A base URL that it returns can be one, and may be shown.
func (c credentials) locate(region string) (credentials, error) {
	if region == "" {
		region = c["region"].Reveal()
		if region != "" && !c["base_url"].IsZero() {
			return nil, wrongSetting("both a base URL and a region are given", "leave one of them out")
		}
	}
	c = maps.Clone(c)
	delete(c, "region")
	generation := c.generation()
	if region != "" {
		hosts := hostsOf(generation)
		base, ok := hosts[strings.ToLower(region)]
		if !ok {
			return nil, wrongSetting(
				fmt.Sprintf("API %s has no region %q", generation, region),
				"its regions are "+strings.Join(slices.Sorted(maps.Keys(hosts)), ", "),
			)
		}
		c["base_url"] = batch.NewSecret(base)
	}
	if base := c["base_url"]; !base.IsZero() {
		if err := mimecast.CheckBaseURL(base.Reveal()); err != nil {
			return nil, &stop{code: exitUsage, err: err}
		}
	}
	if generation == "1.0" && c["base_url"].IsZero() && c["email"].IsZero() {
		return nil, wrongSetting(
			"API 1.0 doesn't tell by itself where the tenant is",
			"set MIMECAST_REGION, or MIMECAST_EMAIL to an administrator's address, whose region is then asked for; in a file, region: or email:",
		)
	}
	return c, nil
}

// hostsOf returns the base URLs of a generation of the API by region.
func hostsOf(generation string) map[string]string {
	hosts := map[string]string{}
	for _, r := range mimecast.Regions() {
		base := r.API2
		if generation == "1.0" {
			base = r.API1
		}
		if base != "" {
			hosts[r.Name] = base
		}
	}
	return hosts
}

// configure sets a client up for the credentials.
func (c credentials) configure(config *mimecast.Config) {
	config.BaseURL, config.Email = c["base_url"].Reveal(), c["email"].Reveal()
	config.ClientID, config.ClientSecret = c["client_id"].Reveal(), c["client_secret"]
	config.AppID, config.AppKey, config.AccessKey, config.SecretKey = c["app_id"].Reveal(), c["app_key"], c["access_key"], c["secret_key"]
}

func wrongSetting(message, hint string) error {
	return &stop{code: exitUsage, err: errors.New(message), hint: hint}
}

func noCredentials(message, hint string) error {
	return &stop{code: exitCredentials, err: errors.New(message), hint: hint}
}

// inKeychain is what a profile's file says, with the value true, if the credentials are in the keychain.
const inKeychain = "keychain"

// readPrivate reads a file that nobody else may read. Its errors never show what the file holds.
func readPrivate(path string) (credentials, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &stop{code: exitUsage, err: fmt.Errorf("read credentials: %w", err)}
	}
	if err != nil {
		return nil, &stop{code: exitCredentials, err: fmt.Errorf("read credentials: %w", err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, &stop{code: exitCredentials, err: fmt.Errorf("read credentials: %w", err)}
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, noCredentials(fmt.Sprintf("%s can be read by others on this machine (mode %04o)", path, info.Mode().Perm()), "chmod 600 "+shellQuote(path))
	}
	c, err := parseCredentials(f)
	if err != nil {
		return nil, noCredentials(fmt.Sprintf("%s is not a credentials file: %v", path, err), "it holds lines such as client_id: … and client_secret: … and, if need be, base_url: …")
	}
	return c, nil
}

// yamlLine finds where YAML stopped, if its error tells that.
var yamlLine = regexp.MustCompile(`^yaml: (?:unmarshal errors:\n  )?(line \d+): `)

// parseCredentials reads YAML with the names of credentials and nothing else. Its errors tell no more than the line: YAML's own
// quote what stands there.
func parseCredentials(r io.Reader) (credentials, error) {
	var lines map[string]string
	if err := yaml.NewDecoder(io.LimitReader(r, 64<<10)).Decode(&lines); err != nil && !errors.Is(err, io.EOF) {
		if at := yamlLine.FindStringSubmatch(err.Error()); at != nil {
			return nil, errors.New(at[1] + " can't be read")
		}
		return nil, errors.New("it can't be read")
	}
	c := credentials{}
	for name, v := range lines {
		if name != inKeychain && !slices.Contains(slices.Concat(namesOf2, namesOf1, namesOfPlace), name) {
			return nil, errors.New("it has a name that no credentials have")
		}
		if v != "" {
			c[name] = batch.NewSecret(v)
		}
	}
	return c, nil
}

// write writes the credentials as parseCredentials reads them.
func (c credentials) write(w io.Writer) error {
	lines := map[string]string{}
	for name, v := range c {
		lines[name] = v.Reveal()
	}
	data, err := yaml.Marshal(lines)
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}
