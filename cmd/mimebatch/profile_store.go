package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/zalando/go-keyring"

	"mimebatch/batch"
	"mimebatch/batch/durable"
)

// keychainService is what the operating system's keychain knows the profiles under; the account is the profile's name.
const keychainService = "mimebatch"

const listHint = "mimebatch profile list shows those that there are"

// profile is a set of credentials under a name. It has a file; if that says so, the credentials are in the keychain.
type profile struct {
	name        string
	path        string
	keychain    bool
	credentials credentials
}

// where tells people where the credentials are.
func (p profile) where() string {
	if p.keychain {
		return "the keychain"
	}
	return p.path
}

var profileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// newProfile returns a profile of that name that has no credentials yet.
func (a *app) newProfile(name string) (profile, error) {
	// A name such as nul is no file's on Windows.
	if !profileName.MatchString(name) || !filepath.IsLocal(name+".yaml") {
		return profile{}, usageError("a profile's name is made of letters, digits, '-', '_' and '.', and begins with a letter or digit")
	}
	dir, err := a.profileDir()
	return profile{name: name, path: filepath.Join(dir, name+".yaml")}, err
}

func (a *app) profileDir() (string, error) {
	dir, err := a.configDir()
	return filepath.Join(dir, "profiles"), err
}

// profileCredentials returns the credentials of a profile. Only the profile says where the tenant is: the environment may
// speak of another one.
func (a *app) profileCredentials(name string) (credentials, error) {
	p, err := a.newProfile(name)
	if err != nil {
		return nil, err
	}
	err = p.load()
	return p.credentials, err
}

// load reads the credentials of a profile.
func (p *profile) load() error {
	c, err := readPrivate(p.path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	p.keychain = missing || !c[inKeychain].IsZero()
	if p.keychain {
		c, err = readKeychain(p.name)
	}
	switch {
	case err != nil && missing:
		return wrongSetting(fmt.Sprintf("there is no profile %q: no file %s, and %v", p.name, p.path, err), listHint)
	case err != nil:
		return keychainError(fmt.Errorf("read profile %q: %w", p.name, err), p.name)
	}
	p.credentials = c
	return c.check(func(name string) string { return fmt.Sprintf("%s of profile %q", name, p.name) })
}

// save writes a profile that isn't there yet, neither in a file nor in the keychain, unless it may replace one.
func (p *profile) save(replace bool) error {
	_, noFile := os.Lstat(p.path)
	_, noEntry := keyring.Get(keychainService, p.name)
	hasFile, hasEntry := !errors.Is(noFile, fs.ErrNotExist), noEntry == nil
	switch {
	case replace && !p.keychain && !hasEntry && !errors.Is(noEntry, keyring.ErrNotFound) && hasFile && !p.isInFile():
		return &stop{
			code: exitFailed, err: fmt.Errorf("replace profile %q: it is in the keychain, and %w", p.name, withoutKeychain(noEntry)),
			hint: "try again where the keychain is, or choose another name",
		}
	case replace:
	case hasFile, hasEntry: // a keychain that can't be used hides none from this program
		return &stop{
			code: exitFailed, err: fmt.Errorf("there is a profile %q already", p.name),
			hint: "choose another name, or add --replace",
		}
	}
	if err := durable.MkdirPrivate(filepath.Dir(p.path)); err != nil {
		return err
	}
	kept := p.credentials
	if p.keychain {
		var text bytes.Buffer
		err := p.credentials.write(&text)
		if err == nil {
			err = keyring.Set(keychainService, p.name, text.String())
		}
		if err != nil {
			return keychainError(fmt.Errorf("save profile %q: %w", p.name, withoutKeychain(err)), p.name)
		}
		kept = credentials{inKeychain: batch.NewSecret("true")}
	}
	if err := durable.WriteFile(p.path, 0o600, kept.write); err != nil {
		return err
	}
	if hasEntry && !p.keychain {
		if err := keyring.Delete(keychainService, p.name); err != nil {
			return fmt.Errorf("profile %q is saved, but the one that it replaces is still in the keychain: %w", p.name, withoutKeychain(err))
		}
	}
	return nil
}

// remove deletes a profile, file and entry in the keychain, also one that can't be read.
func (p *profile) remove() error {
	_, noFile := os.Lstat(p.path)
	missing := errors.Is(noFile, fs.ErrNotExist)
	err := keyring.Delete(keychainService, p.name)
	switch {
	case missing && errors.Is(err, keyring.ErrNotFound):
		return wrongSetting(fmt.Sprintf("there is no profile %q", p.name), listHint)
	case missing && err != nil:
		return &stop{
			code: exitUsage, err: fmt.Errorf("delete profile %q: it has no file, and %w", p.name, withoutKeychain(err)),
			hint: "try again where the keychain is; mimebatch profile list shows the profiles that have a file",
		}
	case err != nil && !errors.Is(err, keyring.ErrNotFound) && !p.isInFile():
		return &stop{
			code: exitFailed, err: fmt.Errorf("delete profile %q: %w", p.name, withoutKeychain(err)),
			hint: "try again where the keychain is; or delete " + p.path + ", and the entry in the keychain by hand",
		}
	case missing:
		return nil
	}
	if err := os.Remove(p.path); err != nil {
		return fmt.Errorf("delete profile: %w", err)
	}
	return nil
}

// isInFile tells whether the file can be read, be it by others too, and says that it holds the credentials itself.
func (p *profile) isInFile() bool {
	f, err := os.Open(p.path)
	if err != nil {
		return false
	}
	defer f.Close()
	c, err := parseCredentials(f)
	return err == nil && c[inKeychain].IsZero()
}

// readKeychain reads what the keychain holds for a name.
func readKeychain(name string) (credentials, error) {
	text, err := keyring.Get(keychainService, name)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return nil, errors.New("the keychain holds nothing of that name")
	case err != nil:
		return nil, withoutKeychain(err)
	}
	c, err := parseCredentials(strings.NewReader(text))
	if err != nil {
		return nil, errors.New("the keychain holds something else under that name")
	}
	return c, nil
}

// withoutKeychain says why the keychain can't be used, without the words of those who look for one on Linux.
func withoutKeychain(err error) error {
	_, noBus := errors.AsType[*net.OpError](err)
	switch {
	case noBus, errors.Is(err, exec.ErrNotFound):
		err = errors.New("there is no D-Bus session, by which programs reach it")
	case strings.Contains(err.Error(), "org.freedesktop.secrets"):
		err = errors.New("no program of this session keeps one")
	}
	return fmt.Errorf("the keychain can't be used: %w", err)
}

func keychainError(err error, name string) error {
	return &stop{
		code: exitCredentials, err: err,
		hint: "a machine without a desktop often has no keychain: keep the profile in a file, with mimebatch profile save " + name + " without --keychain",
	}
}
