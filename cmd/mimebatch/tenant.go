package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/mimecast"
	"mimebatch/batch/sandbox"
)

// connectFlags adds the flags that say which tenant is called, and how it is reached.
func (a *app) connectFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&a.profile, "profile", "", "call with the credentials saved under this `name` (default: MIMEBATCH_PROFILE)")
	flags.StringVar(&a.credentialsFile, "credentials", "", "call with the credentials in this private `file`")
	flags.StringVar(&a.region, "region", "", "where the tenant is: a `name` such as us or uk (default: MIMECAST_REGION)")
	flags.StringVar(&a.caFile, "ca-file", "", "a PEM `file` of certificates to trust beside the system's")
	flags.BoolVar(&a.debug, "debug", false, "print a line for each call on standard error, with no value in it")
}

// tenantFlags are the flags that a command needs to find the same tenant and journal again.
func (a *app) tenantFlags() string {
	s := ""
	for _, f := range []struct{ name, value string }{
		{"profile", a.profile}, {"credentials", a.credentialsFile}, {"region", a.region}, {"ca-file", a.caFile},
	} {
		if f.value != "" {
			s += " --" + f.name + " " + shellQuote(f.value)
		}
	}
	return s + a.placeFlags()
}

// checkConnection refuses flags that name two tenants at once.
func (a *app) checkConnection() error {
	switch {
	case a.profile != "" && a.credentialsFile != "":
		return usageError("--profile and --credentials both say whose tenant is meant: use one of them")
	case a.sandbox && (a.profile != "" || a.credentialsFile != "" || a.region != ""):
		return usageError("--sandbox takes no credentials: leave --profile, --credentials and --region out")
	}
	return nil
}

// callFlags are the flags of commands that plan or apply.
type callFlags struct {
	workers     int
	rate        string
	rateShare   string
	updateBatch int
	grace       time.Duration
}

func (f *callFlags) add(cmd *cobra.Command) {
	cmd.Annotations = map[string]string{sends: "", sumsRows: ""}
	flags := cmd.Flags()
	flags.IntVar(&f.workers, "workers", 8, "calls in flight at most")
	flags.StringVar(&f.rate, "rate", "", "`N|max` calls a second and API function at most; max is as many as go through (default: what the service grants)")
	flags.StringVar(&f.rateShare, "rate-share", "", "`N%` of what the service grants at most, to leave some to others")
	flags.IntVar(&f.updateBatch, "update-batch", 5, "the `number` of users in a call that updates, 1 to 5")
}

// addGrace adds the flag of commands that can be stopped while they change something.
func (f *callFlags) addGrace(cmd *cobra.Command) {
	durationVar(cmd.Flags(), &f.grace, "grace", 30*time.Second, "how long calls on their way have to come home after Ctrl-C or another stop")
}

// configure sets a client up, and refuses values that make no sense.
func (f *callFlags) configure(c *mimecast.Config) (err error) {
	if f.workers < 1 || f.workers > 256 {
		return usageError("--workers takes a number from 1 to 256")
	}
	if f.updateBatch < 1 || f.updateBatch > 5 {
		return usageError("--update-batch takes a number from 1 to 5")
	}
	if f.rate != "" && f.rateShare != "" {
		return usageError("--rate and --rate-share exclude each other")
	}
	if c.Rate, err = parseRate(f.rate); err != nil {
		return err
	}
	if c.RateShare, err = parseShare(f.rateShare); err != nil {
		return err
	}
	c.Workers, c.UpdateBatch, c.Grace = f.workers, f.updateBatch, f.grace
	return nil
}

// parseRate reads calls a second as [mimecast.Config] has them.
func parseRate(s string) (float64, error) {
	switch s {
	case "":
		return 0, nil
	case "max":
		return math.Inf(1), nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n > 0 && n <= 1e6) {
		return 0, usageError("--rate takes a number of calls a second above 0, or max, not %q", s)
	}
	return n, nil
}

// parseShare reads a percentage as a fraction of 1, "" as 0.
func parseShare(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || !strings.HasSuffix(s, "%") || !(n >= 1 && n <= 100) {
		return 0, usageError("--rate-share takes a percentage from 1%% to 100%%, such as 80%%, not %q", s)
	}
	return n / 100, nil
}

// clientConfig sets a client up for the flags, the credentials left out.
func (a *app) clientConfig(f callFlags) (mimecast.Config, error) {
	config := mimecast.Config{UserAgent: "mimebatch/" + version()}
	if err := a.checkConnection(); err != nil {
		return config, err
	}
	if err := f.configure(&config); err != nil {
		return config, err
	}
	if a.debug {
		config.Logger = slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if a.caFile == "" {
		return config, nil
	}
	var err error
	config.RootCAs, err = readCertificates(a.caFile)
	return config, err
}

// directory connects to the tenant: the one that the credentials are for, or the embedded sandbox. The returned
// function ends the connection.
func (a *app) directory(config mimecast.Config) (*mimecast.Client, func(), error) {
	end := func() {}
	if a.sandbox {
		base, stop, err := a.embed()
		if err != nil {
			return nil, nil, err
		}
		end = stop
		config.BaseURL, config.ClientID, config.ClientSecret, config.Sandbox = base, sandboxName, batch.NewSecret(sandboxName), true
	} else {
		c, err := a.credentials()
		if err != nil {
			return nil, nil, err
		}
		if err := a.checkProxy(c["base_url"].Reveal()); err != nil {
			return nil, nil, err
		}
		c.configure(&config)
	}
	client, err := mimecast.New(config)
	if err != nil {
		end()
		return nil, nil, &stop{code: exitCredentials, err: err}
	}
	return client, func() { client.Close(); end() }, nil
}

// readCertificates returns the system's trusted certificates and those of a file.
func readCertificates(path string) (*x509.CertPool, error) {
	data, err := os.ReadFile(path)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if err != nil {
		return nil, &stop{code: exitUsage, err: fmt.Errorf("read --ca-file %s: %w", path, err)}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, &stop{
			code: exitUsage, err: fmt.Errorf("read --ca-file %s: there is no certificate in it", path),
			hint: "it holds certificates as text, each between BEGIN CERTIFICATE and END CERTIFICATE; openssl x509 -inform der makes that of a .cer or .der file",
		}
	}
	return pool, nil
}

// sandboxName is the client id and the secret of a sandbox.
const sandboxName = "sandbox"

// sandboxSuffix is what the embedded sandbox's tenant is called beside the journal.
const sandboxSuffix = ".sandbox.jsonl"

// embed serves the embedded sandbox on a loopback port of its own. Its tenant is kept beside the journal, so that
// the next command finds it as this one left it, even if this one is killed.
func (a *app) embed() (base string, end func(), err error) {
	path, err := a.beside(sandboxSuffix)
	if err != nil {
		return "", nil, err
	}
	lock, err := durable.Lock(path+".lock", holder())
	if err != nil {
		return "", nil, fmt.Errorf("use the embedded sandbox: %w", err)
	}
	state, err := sandbox.OpenState(path, sandbox.Sample)
	if err != nil {
		lock.Unlock()
		return "", nil, &stop{code: exitFailed, err: err, hint: "mimebatch sandbox --reset starts it over"}
	}
	base, endServing, err := serve(sandbox.New(sandbox.Options{Tenant: state.Tenant(), Changed: state.Append}), "127.0.0.1:0")
	if err != nil {
		state.Close()
		lock.Unlock()
		return "", nil, err
	}
	return base, func() { endServing(); state.Close(); lock.Unlock() }, nil
}

// serve answers HTTP on a loopback address until the returned function is called.
func serve(h http.Handler, listen string) (base string, end func(), err error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", nil, fmt.Errorf("open the sandbox's port: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Serve ends with ErrServerClosed when the server is closed, and with the listener's error if that broke:
		// the calls that come then are refused, which their caller tells.
		_ = server.Serve(l)
	}()
	return "http://" + l.Addr().String(), func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if errors.Is(server.Shutdown(ctx), context.DeadlineExceeded) {
			server.Close()
		}
		<-done
	}, nil
}
