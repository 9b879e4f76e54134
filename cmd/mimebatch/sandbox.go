package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch/durable"
	"mimebatch/batch/sandbox"
)

type sandboxFlags struct {
	listen  string
	tenant  string
	rate    string
	quota   string
	latency time.Duration
	reset   bool
}

func (a *app) sandboxCommand() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a Mimecast to rehearse on",
		Long: `Sandbox serves a made-up Mimecast tenant over HTTP until it is interrupted. Client id and secret are both
"sandbox". What it did so far is at /sandbox/stats. Its tenant lives as long as the process; the one of the --sandbox
flag, which other commands embed, is kept beside the journal until sandbox --reset.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.reset {
				return a.resetSandbox()
			}
			return a.serveSandbox(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8710", "the loopback `address` to listen on")
	flags.StringVar(&f.tenant, "tenant", "", "a JSON `file` with the tenant (default: the embedded one)")
	flags.StringVar(&f.rate, "rate", "", "`N/s`: calls of a function in any window of one second")
	flags.StringVar(&f.quota, "quota", "", "`N/D`: calls of a function in a window of D, such as 800/5s (the default)")
	flags.DurationVar(&f.latency, "latency", 0, "how long every answer takes")
	flags.BoolVar(&f.reset, "reset", false, "start the tenant of the --sandbox flag over")
	return cmd
}

// resetSandbox forgets what the embedded sandbox's tenant has become.
func (a *app) resetSandbox() error {
	path, err := a.beside(sandboxSuffix)
	if err != nil {
		return err
	}
	lock, err := durable.Lock(path+".lock", holder())
	if err != nil {
		return fmt.Errorf("reset the embedded sandbox: %w", err)
	}
	defer lock.Unlock()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reset the embedded sandbox: %w", err)
	}
	a.printf("the sandbox's tenant is as new\n")
	return a.line(struct {
		Type string `json:"type"`
		Exit int    `json:"exit"`
	}{"reset", exitDone})
}

func (a *app) serveSandbox(ctx context.Context, f sandboxFlags) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	base, end, err := serve(sandbox.New(o), f.listen)
	if err != nil {
		return err
	}
	defer end()
	a.printf("Mimecast sandbox on %s, statistics at %s/sandbox/stats\n\n", base, base)
	a.printf("export MIMECAST_BASE_URL=%s\nexport MIMECAST_CLIENT_ID=%s\nexport MIMECAST_CLIENT_SECRET=%s\n", base, sandboxName, sandboxName)
	if err := a.line(struct {
		Type    string `json:"type"`
		BaseURL string `json:"base_url"`
	}{"sandbox", base}); err != nil {
		return err
	}
	<-ctx.Done() // an interrupt is how it is meant to end
	return nil
}

func (f *sandboxFlags) options() (sandbox.Options, error) {
	o := sandbox.Options{Latency: f.latency}
	host, _, err := net.SplitHostPort(f.listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return o, usageError("--listen takes a loopback address such as 127.0.0.1:8710: anybody could read what is sent to another")
	}
	switch {
	case f.rate != "" && f.quota != "":
		return o, usageError("--rate and --quota say the same thing: use one of them")
	case f.rate != "":
		o.Quota, err = sandbox.ParseQuota(f.rate)
	case f.quota != "":
		o.Quota, err = sandbox.ParseQuota(f.quota)
	}
	if err != nil {
		return o, &stop{code: exitUsage, err: err}
	}
	if f.latency < 0 {
		return o, usageError("--latency can't be negative")
	}
	if f.tenant == "" {
		return o, nil
	}
	file, err := os.Open(f.tenant)
	if err != nil {
		return o, fmt.Errorf("read tenant: %w", err)
	}
	defer file.Close()
	if o.Tenant, err = sandbox.ReadTenant(file); err != nil {
		return o, fmt.Errorf("%s: %w", f.tenant, err)
	}
	return o, nil
}
