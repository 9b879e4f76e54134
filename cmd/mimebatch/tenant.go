package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/mimecast"
	"mimebatch/batch/sandbox"
)

// callFlags are the flags of commands that call the tenant.
type callFlags struct {
	credentials string
	workers     int
	rate        float64
}

func (f *callFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.credentials, "credentials", "", "a private `file` with client_id, client_secret and base_url")
	flags.IntVar(&f.workers, "workers", 8, "calls in flight at most")
	flags.Float64Var(&f.rate, "rate", 0, "calls a second and API function at most (default: what the service grants)")
}

// check refuses values that make no sense.
func (f *callFlags) check() error {
	if f.workers < 1 || f.workers > 256 {
		return usageError("--workers takes a number from 1 to 256")
	}
	if f.rate < 0 || f.rate > 1e6 || f.rate != f.rate {
		return usageError("--rate takes a number of calls a second")
	}
	return nil
}

// directory connects to the tenant: the one that the credentials are for, or the embedded sandbox. The returned
// function ends the connection.
func (a *app) directory(f callFlags) (*mimecast.Client, func(), error) {
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	config := mimecast.Config{Workers: f.workers, Rate: f.rate, UserAgent: "mimebatch/" + version()}
	end := func() {}
	if a.sandbox {
		base, stop, err := a.embed()
		if err != nil {
			return nil, nil, err
		}
		end = stop
		config.BaseURL, config.ClientID, config.ClientSecret, config.Sandbox = base, sandboxName, batch.NewSecret(sandboxName), true
	} else {
		c, err := a.credentials(f.credentials)
		if err != nil {
			return nil, nil, err
		}
		config.BaseURL, config.ClientID, config.ClientSecret = c.baseURL, c.clientID, c.secret
	}
	client, err := mimecast.New(config)
	if err != nil {
		end()
		return nil, nil, &stop{code: exitCredentials, err: err}
	}
	return client, func() { client.Close(); end() }, nil
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
