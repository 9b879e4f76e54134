package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
)

func (a *app) profileCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Keep the credentials of tenants, each under a name",
		Long: `A profile is a set of credentials under a name, so that several tenants can be worked on side by side: the commands
that call a tenant take --profile NAME, or MIMEBATCH_PROFILE in the environment. It is a file that only you can read, or an
entry in the keychain of the operating system.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.profileSaveCommand(), a.profileListCommand(), a.profileDeleteCommand())
	return cmd
}

func (a *app) profileSaveCommand() *cobra.Command {
	var keychain, replace bool
	cmd := &cobra.Command{
		Use:   "save NAME",
		Short: "Save credentials under a name",
		Long: `Save keeps the credentials of the --credentials file, else those of the environment, under a name. If there are none,
it asks for a client id and a client secret, which is not shown. It calls nobody: mimebatch auth --profile NAME does.`,
		Args: oneArg("name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.saveProfile(cmd.Context(), args[0], keychain, replace)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&a.credentialsFile, "credentials", "", "a private `file` with the credentials to save")
	flags.StringVar(&a.region, "region", "", "where the tenant is: a `name` such as us or uk")
	flags.BoolVar(&keychain, "keychain", false, "save in the keychain of the operating system")
	flags.BoolVar(&replace, "replace", false, "take the place of a profile of that name")
	return cmd
}

func (a *app) profileListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the profiles, without their secrets",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return a.listProfiles() },
	}
}

func (a *app) profileDeleteCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a profile",
		Args:  oneArg("name"),
		RunE:  func(_ *cobra.Command, args []string) error { return a.deleteProfile(args[0]) },
	}
}

// profileLine is a profile under --json.
type profileLine struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Where   string `json:"where"`
	API     string `json:"api,omitempty"`
	BaseURL string `json:"base_url,omitempty"`
	Error   string `json:"error,omitempty"`
}

// profileLineOf tells what may be shown of a profile, err being the error of reading it.
func profileLineOf(p profile, err error) profileLine {
	l := profileLine{Type: "profile", Name: p.name, Where: p.where()}
	var c credentials
	if err == nil {
		c, err = p.credentials.locate("")
	}
	if err != nil {
		l.Error = err.Error()
		return l
	}
	l.API, l.BaseURL = c.generation(), c["base_url"].Reveal()
	if l.BaseURL == "" && l.API == "2.0" {
		l.BaseURL = mimecast.DefaultBaseURL
	}
	return l
}

// String is the line for people.
func (l profileLine) String() string {
	switch {
	case l.Error != "":
		return l.Error
	case l.BaseURL == "":
		return fmt.Sprintf("API %s, region found by e-mail address, in %s", l.API, l.Where)
	}
	return fmt.Sprintf("API %s, %s, in %s", l.API, l.BaseURL, l.Where)
}

func (a *app) saveProfile(ctx context.Context, name string, keychain, replace bool) error {
	p, err := a.newProfile(name)
	if err != nil {
		return err
	}
	p.keychain = keychain
	if p.credentials, err = a.credentialsToSave(ctx); err != nil {
		return err
	}
	if err := p.credentials.try(a.region); err != nil {
		return err
	}
	if a.region != "" {
		delete(p.credentials, "base_url")
		p.credentials["region"] = batch.NewSecret(a.region)
	}
	if err := p.save(replace); err != nil {
		return err
	}
	l := profileLineOf(p, nil)
	a.prose(fmt.Sprintf("profile %s is saved: %s", name, l), "  ")
	return a.line(struct {
		profileLine
		Exit int `json:"exit"`
	}{l, exitDone})
}

// try makes sure that a client can be made of the credentials. It calls nobody.
func (c credentials) try(region string) error {
	c, err := c.locate(region)
	if err != nil {
		return err
	}
	var config mimecast.Config
	c.configure(&config)
	client, err := mimecast.New(config)
	if err != nil {
		return &stop{code: exitCredentials, err: err}
	}
	client.Close()
	return nil
}

// credentialsToSave returns the credentials of --credentials, of the environment, or of the person at the terminal. A file says
// all: the environment may be of another tenant.
func (a *app) credentialsToSave(ctx context.Context) (credentials, error) {
	if a.credentialsFile != "" {
		return readCredentials(a.credentialsFile)
	}
	c := a.environment()
	if len(c.given(namesOf2))+len(c.given(namesOf1)) > 0 {
		return c, c.check(inEnvironment)
	}
	if !a.terminal || a.json {
		return nil, noCredentials("there are no credentials to save, and no terminal to ask on", "set MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET, or name a file with --credentials")
	}
	for _, q := range []struct{ name, text string }{{"client_id", "Client id (not shown): "}, {"client_secret", "Client secret (not shown): "}} {
		text, err := a.askSecret(ctx, "%s", q.text)
		if err != nil {
			return nil, err
		}
		c[q.name] = batch.NewSecret(strings.TrimSpace(text))
	}
	return c, c.check(func(name string) string { return name })
}

func (a *app) listProfiles() error {
	dir, err := a.profileDir()
	if err != nil {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("list profiles: %w", err)
	}
	n := 0
	for _, f := range files {
		name, isProfile := strings.CutSuffix(f.Name(), ".yaml")
		p, err := a.newProfile(name)
		if !isProfile || err != nil {
			continue
		}
		l := profileLineOf(p, p.load())
		n++
		a.printf("%-14s ", name)
		a.prose(l.String(), "               ")
		if err := a.line(l); err != nil {
			return err
		}
	}
	if n == 0 {
		a.printf("no profiles yet; mimebatch profile save NAME makes one\n")
	}
	return a.line(struct {
		Type     string `json:"type"`
		Profiles int    `json:"profiles"`
		Exit     int    `json:"exit"`
	}{"profiles", n, exitDone})
}

func (a *app) deleteProfile(name string) error {
	p, err := a.newProfile(name)
	if err == nil {
		err = p.remove()
	}
	if err != nil {
		return err
	}
	a.printf("profile %s is deleted\n", name)
	return a.line(struct {
		Type string `json:"type"`
		Name string `json:"name"`
		Exit int    `json:"exit"`
	}{"deleted", name, exitDone})
}
