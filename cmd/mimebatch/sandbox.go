package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch/durable"
	"mimebatch/batch/sandbox"
)

const defaultListen = "127.0.0.1:8710"

type sandboxFlags struct {
	listen         string
	tenant         string
	save           string
	rate           string
	quotas         []string
	faults         []string
	existing       string
	createLimit    int
	domainRequired bool
	codes          []string
	without        []string
	latency        time.Duration
	reset          bool
}

func (a *app) sandboxCommand() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a Mimecast to rehearse on",
		Long: `Sandbox serves a made-up Mimecast tenant over HTTP until it gets SIGINT (Ctrl-C) or SIGTERM, to this program and to any
other client of API 2.0 or 1.0: nothing but the base URL changes. It prints the variables to set. What it executed, and how
often for each address, is at /sandbox/stats; GET /sandbox/ lists what else there is.

The tenant lives as long as the process, unless --save keeps it: the file is written at the start, to see that it can be, and
when the sandbox ends, not in between. The one of the --sandbox flag, which other commands embed, is another: it is kept beside
the journal until sandbox --reset.

A fault is KIND or KIND,KEY=VALUE,... --fault close-after,function=create-user,probability=0.05,count=-1 loses one in twenty
answers to a create. Which calls it hits is told by function (also token, login and discover-authentication), address, skip
(calls to let pass first), probability (1 unless told), seed, and count (calls to hit: 1 unless told, -1 for no end); how it
hits them by status, reset and delay (such as 5s), code, message, field, and header (NAME:VALUE). A key that has no part in a
kind is refused. While it runs, faults are added, listed and cleared so:

  curl -d throttle,reset=2s,function=update-user http://` + defaultListen + `/sandbox/faults
  curl http://` + defaultListen + `/sandbox/faults
  curl -X DELETE http://` + defaultListen + `/sandbox/faults

The kinds:

` + faultHelp(),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.reset {
				return a.resetSandbox()
			}
			return a.serveSandbox(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", defaultListen, "the loopback `address` to listen on")
	flags.StringVar(&f.tenant, "tenant", "", "a JSON `file` with the tenant (default: the embedded one)")
	flags.StringVar(&f.save, "save", "", "a JSON `file` to write the tenant to, as it is when the sandbox ends")
	flags.StringVar(&f.rate, "rate", "", "grant `N/s` calls of a function in a window of one second")
	flags.StringArrayVar(&f.quotas, "quota", nil, "grant `[FUNCTION=]N/D` calls in a window of D, such as 800/5s (the default) or create-user=5/s; may be repeated")
	flags.StringArrayVar(&f.faults, "fault", nil, "a `fault` on order, see above; may be repeated")
	flags.StringVar(&f.existing, "create-existing", string(sandbox.Refuse), "what a create of an address that exists does: refuse, or silent (a success that changes nothing)")
	flags.IntVar(&f.createLimit, "create-limit", sandbox.DefaultCreateLimit, "the `number` of users that create-user takes in a call; the service's own is not known")
	flags.BoolVar(&f.domainRequired, "domain-required", false, "refuse a get-internal-users that names no domain")
	flags.StringArrayVar(&f.codes, "code", nil, "`CASE=CODE[:MESSAGE]`: what it says in a case for which the documentation tells no code: exists, missing, domain, password or queued; may be repeated")
	flags.StringArrayVar(&f.without, "without", nil, "a product or permission that the client lacks, such as `\"Directories | Internal | Edit\"`; may be repeated")
	durationVar(flags, &f.latency, "latency", 0, "how long every answer takes")
	flags.BoolVar(&f.reset, "reset", false, "start the tenant of the --sandbox flag over")
	return cmd
}

func faultHelp() string {
	var b strings.Builder
	for _, k := range sandbox.FaultKinds() {
		fmt.Fprintf(&b, "  %-17s  %s\n", k, k.Help())
	}
	return strings.TrimSuffix(b.String(), "\n")
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

func (a *app) serveSandbox(ctx context.Context, f sandboxFlags) (err error) {
	if a.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(math.MaxInt64) // the tenant is held whole, however large it is
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	server, err := sandbox.Make(o)
	if err != nil {
		return usageError("%w", err)
	}
	for _, text := range f.faults {
		fault, err := sandbox.ParseFault(text)
		if err == nil {
			err = server.Inject(fault)
		}
		if err != nil {
			return &stop{code: exitUsage, err: fmt.Errorf("--fault %s: %w", text, err), hint: "mimebatch sandbox --help lists the kinds"}
		}
	}
	if err := checkSave(f.save); err != nil {
		return err
	}
	// A shell has what it runs in the background ignore SIGINT, but nothing else than a signal ends a sandbox.
	ctx, release := signal.NotifyContext(ctx, os.Interrupt)
	defer release()
	base, end, err := serve(server, f.listen)
	if err != nil {
		return err
	}
	if f.save != "" {
		save := func() error { return durable.WriteFile(f.save, 0o600, server.Tenant().Write) }
		if err := save(); err != nil { // rather now than when there is something to lose
			end()
			return err
		}
		defer func() { err = errors.Join(err, save()) }()
	}
	defer end()
	a.printf("Mimecast sandbox on %s, statistics at %s/sandbox/stats\n\n", base, base)
	a.printEnvironment(base, server.Administrator())
	if err := a.line(struct {
		Type    string `json:"type"`
		BaseURL string `json:"base_url"`
	}{"sandbox", base}); err != nil {
		return err
	}
	<-ctx.Done() // an interrupt is how it is meant to end
	return nil
}

// checkSave refuses to write a tenant over a file that holds something else.
func checkSave(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil // nothing is lost, or it is not written over
	}
	if _, err := readTenant(path); err != nil {
		return &stop{code: exitUsage, err: fmt.Errorf("--save %s would write over what is no tenant: %w", path, err), hint: "name another file, or take that one away"}
	}
	return nil
}

func readTenant(path string) (*sandbox.Tenant, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &stop{code: exitUsage, err: fmt.Errorf("read tenant: %w", err)}
	}
	defer file.Close()
	tenant, err := sandbox.ReadTenant(file)
	if err != nil {
		return nil, &stop{code: exitUsage, err: fmt.Errorf("%s: %w", path, err), hint: "a tenant is JSON, as mimebatch sandbox --save writes it"}
	}
	return tenant, nil
}

// printEnvironment prints what to type for a client of the sandbox at base, for each generation of the API.
func (a *app) printEnvironment(base, administrator string) {
	form := "export %s=%s\n"
	if runtime.GOOS == "windows" {
		form = "$env:%s = \"%s\"\n"
	}
	k := sandbox.DefaultKeys
	for _, v := range [][2]string{{"base_url", base}, {"client_id", sandboxName}, {"client_secret", sandboxName}} {
		a.printf(form, inEnvironment(v[0]), v[1])
	}
	a.printf("\n# or, for a client of API 1.0:\n")
	for _, v := range [][2]string{{"base_url", base}, {"app_id", k.AppID}, {"app_key", k.AppKey}, {"access_key", k.AccessKey}, {"secret_key", k.SecretKey}} {
		a.printf("# "+form, inEnvironment(v[0]), v[1])
	}
	a.printf("# which also come from login/login, for %s with the password %s\n", administrator, sandboxName)
	a.printf("\n# to have something go wrong (mimebatch sandbox --help lists the kinds):\n")
	a.printf("# curl -d close-after,function=create-user %s/sandbox/faults\n", base)
}

func (f *sandboxFlags) options() (sandbox.Options, error) {
	o := sandbox.Options{
		Latency: f.latency, CreateExisting: sandbox.Existing(f.existing), CreateLimit: f.createLimit,
		DomainRequired: f.domainRequired, Without: f.without,
	}
	host, _, err := net.SplitHostPort(f.listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return o, usageError("--listen takes a loopback address such as 127.0.0.1:8710: anybody could read what is sent to another")
	}
	if err := f.setQuotas(&o); err != nil {
		return o, err
	}
	if err := f.setCodes(&o.Codes); err != nil {
		return o, err
	}
	if f.tenant != "" {
		o.Tenant, err = readTenant(f.tenant)
	}
	return o, err
}

// setQuotas reads --rate and --quota: one for all functions, and others for single ones.
func (f *sandboxFlags) setQuotas(o *sandbox.Options) error {
	quotas := f.quotas
	if f.rate != "" {
		quotas = append([]string{f.rate}, quotas...)
	}
	o.Quotas = map[string]sandbox.Quota{}
	for _, text := range quotas {
		name, amount, ok := strings.Cut(text, "=")
		if !ok {
			name, amount = "", text
		}
		quota, err := sandbox.ParseQuota(amount)
		if err != nil {
			return &stop{code: exitUsage, err: err}
		}
		_, twice := o.Quotas[name]
		switch {
		case name == "" && o.Quota != sandbox.Quota{}, twice:
			return usageError("two quotas for the same functions: %s is one too many", text)
		case name == "":
			o.Quota = quota
		default:
			o.Quotas[name] = quota
		}
	}
	return nil
}

func (f *sandboxFlags) setCodes(codes *sandbox.Codes) error {
	*codes = sandbox.DefaultCodes
	cases := map[string]*sandbox.Refusal{
		"exists": &codes.Exists, "missing": &codes.Missing, "domain": &codes.Domain, "password": &codes.Password,
		"queued": &codes.Queued,
	}
	for _, text := range f.codes {
		name, said, _ := strings.Cut(text, "=")
		code, message, _ := strings.Cut(said, ":")
		refusal := cases[name]
		if refusal == nil || code == "" {
			return usageError("--code takes exists, missing, domain, password or queued, each once, and what is said then, such as exists=err_user_exists:User exists; not %q", text)
		}
		refusal.Code, refusal.Message = code, message
		delete(cases, name)
	}
	return nil
}
