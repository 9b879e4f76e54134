package main

import (
	"context"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

func (a *app) authCommand() *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Check credentials, permission and domains",
		Long: `Auth gets a token and reads the tenant's account and internal domains. It changes nothing.

Exit status is 0 if all is well, and 4 if the credentials or a permission are not.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.auth(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.credentials, "credentials", "", "a private `file` with client_id, client_secret and base_url")
	f.workers = 1
	return cmd
}

// authLine is the object that auth prints under --json.
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

func (a *app) auth(ctx context.Context, f callFlags) error {
	l := authLine{Type: "auth", Domains: []string{}}
	err := func() error {
		client, end, err := a.directory(f)
		if err != nil {
			return err
		}
		defer end()
		tenant, err := batch.ReadTenant(ctx, client)
		if err != nil {
			return err
		}
		l.BaseURL, l.Account, l.Name, l.Sandbox = tenant.BaseURL, tenant.Account, tenant.Name, tenant.Sandbox
		a.printf("Base URL     %s\nCredentials  good\n", tenant.BaseURL)
		if tenant.Account != "" {
			a.printf("Account      %s\n", tenantName(tenant))
		} else {
			a.printf("Account      can't be read with this role\n")
		}
		domains, err := batch.ReadDomains(ctx, client)
		if err != nil {
			return err
		}
		for i, d := range domains {
			l.Domains = append(l.Domains, d.Name)
			heading := ""
			if i == 0 {
				heading = "Domains"
			}
			a.printf("%-12s %s%s\n", heading, d.Name, sendOnly(d))
		}
		if len(domains) == 0 {
			a.printf("Domains      none\n")
		}
		return nil
	}()
	if err != nil {
		l.Error, l.Hint = err.Error(), batch.HintOf(err)
	}
	l.Exit = exitCode(err)
	a.summed = true
	if lineErr := a.line(l); lineErr != nil && err == nil {
		return lineErr
	}
	return err
}

func sendOnly(d batch.Domain) string {
	if d.SendOnly {
		return "  (send-only)"
	}
	return ""
}
