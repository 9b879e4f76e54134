package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch/mimecast"
)

func (a *app) authCommand() *cobra.Command {
	var o mimecast.CheckupOptions
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Check credentials, permission and domains",
		Long: `Auth checks, one after the other, all that a run needs: the host and the way to it, the clock, the credentials, the
app's product, what its role may read, the account, the domains, how many calls are granted, and how many people come from a
directory. Each check is a line with what was found and what to do about it. It changes nothing. Whether the role may also
edit is found out with --write-test ADDRESS: update-user is called for that account with no value to set.

Exit status is 0 if all is well or only warned of, 4 if the credentials or a permission are not, and 1 if the service can't be
reached as it should.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.auth(cmd.Context(), o) },
	}
	a.connectFlags(cmd)
	cmd.Flags().StringVar(&o.WriteTest, "write-test", "", "the `address` of an account to test the permission to edit with; nothing is changed")
	return cmd
}

// checkLine is a check under --json.
type checkLine struct {
	Type   string               `json:"type"`
	Name   string               `json:"name"`
	Status mimecast.CheckStatus `json:"status"`
	Found  string               `json:"found"`
	Fix    string               `json:"fix,omitempty"`
}

// authLine is the last object that auth prints under --json.
type authLine struct {
	Type    string   `json:"type"`
	BaseURL string   `json:"base_url"`
	Account string   `json:"account"`
	Name    string   `json:"name"`
	Domains []string `json:"domains"`
	Sandbox bool     `json:"sandbox,omitempty"`
	Error   string   `json:"error,omitempty"`
	Hint    string   `json:"hint,omitempty"`
	Exit    int      `json:"exit"`
}

func (a *app) auth(ctx context.Context, o mimecast.CheckupOptions) error {
	l := authLine{Type: "auth", Domains: []string{}, Sandbox: a.sandbox}
	err := func() error {
		if o.WriteTest != "" && !strings.Contains(o.WriteTest, "@") {
			return usageError("--write-test takes an address, not %q", o.WriteTest)
		}
		config, err := a.clientConfig(callFlags{workers: 1, updateBatch: 1})
		if err != nil {
			return err
		}
		client, end, err := a.directory(config)
		if err != nil {
			return err
		}
		defer end()
		return a.checkup(ctx, client, o, &l)
	}()
	if s, ok := errors.AsType[*stop](err); err != nil && (!ok || s.err != nil) {
		l.Error, l.Hint = err.Error(), a.hintOf(err)
	}
	l.Exit = exitCode(err)
	a.summed = true
	if lineErr := a.line(l); lineErr != nil && err == nil {
		return lineErr
	}
	return err
}

// checkup prints the checks as they come. The first that failed is what the last line and the exit code are of; a matter of
// credentials comes before others.
func (a *app) checkup(ctx context.Context, client *mimecast.Client, o mimecast.CheckupOptions, l *authLine) error {
	failed := exitDone
	o.Waiting = func(what string) { a.infof("waiting for %s", what) }
	for c := range client.Checkup(ctx, o) {
		if err := a.printCheckLine(c); err != nil {
			return err
		}
		if c.Tenant != nil {
			l.BaseURL, l.Account, l.Name = c.Tenant.BaseURL, c.Tenant.Account, c.Tenant.Name
		}
		for _, d := range c.Domains {
			l.Domains = append(l.Domains, d.Name)
		}
		if c.Status != mimecast.CheckFailed {
			continue
		}
		code := exitFailed
		if c.Access {
			code = exitCredentials
		}
		if failed == exitDone || failed != exitCredentials && code == exitCredentials {
			failed, l.Error, l.Hint = code, c.Name+": "+c.Found, c.Fix
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != exitDone:
		return &stop{code: failed} // said by the check's own line
	}
	return nil
}

func (a *app) printCheckLine(c mimecast.Check) error {
	word := string(c.Status)
	if c.Status == mimecast.CheckFailed {
		word = strings.ToUpper(word)
	}
	const indent = "                  "
	a.printf("%-5s %-11s ", word, c.Name)
	a.prose(c.Found, indent)
	if c.Fix != "" {
		a.printf("%s-> ", indent)
		a.prose(c.Fix, indent+"   ")
	}
	return a.line(checkLine{Type: "check", Name: c.Name, Status: c.Status, Found: c.Found, Fix: c.Fix})
}
