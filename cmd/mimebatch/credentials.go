package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"go.yaml.in/yaml/v3"

	"mimebatch/batch"
)

// credentials are what the tenant's API is called with. They come from the environment or from a private file, never from
// the command line, where other people on the machine can read them.
type credentials struct {
	baseURL  string // "" for the client's default
	clientID string
	secret   batch.Secret
}

const credentialsHint = "set MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET, or write client_id: and client_secret: to %s (mode 0600); --sandbox needs none"

// credentials returns those of the environment if there are any, else those of the file: the given one, or
// credentials.yaml in the user's folder for settings.
func (a *app) credentials(file string) (credentials, error) {
	given := file != ""
	if !given {
		c := credentials{
			baseURL:  a.getenv("MIMECAST_BASE_URL"),
			clientID: a.getenv("MIMECAST_CLIENT_ID"),
			secret:   batch.NewSecret(a.getenv("MIMECAST_CLIENT_SECRET")),
		}
		switch {
		case c.clientID != "" && !c.secret.IsZero():
			return c, nil
		case c.clientID != "":
			return c, noCredentials("MIMECAST_CLIENT_ID is set, but MIMECAST_CLIENT_SECRET is not", "set both")
		case !c.secret.IsZero():
			return c, noCredentials("MIMECAST_CLIENT_SECRET is set, but MIMECAST_CLIENT_ID is not", "set both")
		}
		dir, err := a.configDir()
		if err != nil {
			return c, err
		}
		file = filepath.Join(dir, "credentials.yaml")
	}
	c, err := readCredentials(file)
	if errors.Is(err, fs.ErrNotExist) && !given {
		return c, noCredentials("no credentials", fmt.Sprintf(credentialsHint, file))
	}
	if base := a.getenv("MIMECAST_BASE_URL"); c.baseURL == "" {
		c.baseURL = base
	}
	return c, err
}

func noCredentials(message, hint string) error {
	return &stop{code: exitCredentials, err: errors.New(message), hint: hint}
}

// readCredentials reads a file that nobody else may read. Its errors never show its contents.
func readCredentials(path string) (credentials, error) {
	f, err := os.Open(path)
	if err != nil {
		return credentials{}, &stop{code: exitCredentials, err: fmt.Errorf("read credentials: %w", err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return credentials{}, &stop{code: exitCredentials, err: fmt.Errorf("read credentials: %w", err)}
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return credentials{}, noCredentials(fmt.Sprintf("%s can be read by others on this machine (mode %04o)", path, info.Mode().Perm()), "chmod 600 "+path)
	}
	var v struct {
		BaseURL      string `yaml:"base_url"`
		ClientID     string `yaml:"client_id"`
		ClientSecret string `yaml:"client_secret"`
	}
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	// A YAML error quotes the line, so it is not passed on.
	if dec.Decode(&v) != nil {
		return credentials{}, noCredentials(path+" is not a credentials file", "it holds the lines client_id: …, client_secret: … and, if need be, base_url: …")
	}
	if v.ClientID == "" || v.ClientSecret == "" {
		return credentials{}, noCredentials(path+" lacks client_id or client_secret", "fill in both")
	}
	return credentials{baseURL: v.BaseURL, clientID: v.ClientID, secret: batch.NewSecret(v.ClientSecret)}, nil
}
