// Mimebatch applies a spreadsheet of people to a Mimecast tenant.
//
// This package is the command line: flags, credentials, wiring, words for people and exit codes. It holds the only
// os.Exit and does all the printing; what the program knows is in package batch and in the adapters beneath it.
//
// How one invocation runs: main hands the process's streams to an app; the root command's constructor wires the commands,
// each in a file of its own; a command opens what it needs (journal, sheet, tenant), calls the domain and prints; the error
// that it returns is turned into words and an exit code in one place, exit.go. Only an impatient signal ends the process
// elsewhere.
package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"
	_ "time/tzdata" // time zones by name, where the system has none

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func main() {
	a := &app{
		stdin: os.Stdin, stdout: &output{w: os.Stdout}, stderr: os.Stderr,
		getenv:   os.Getenv,
		terminal: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		bar:      term.IsTerminal(int(os.Stderr.Fd())),
		colour:   term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
	// What is held of a large sheet stays; the garbage of reading it needn't come to as much again.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	// Where it comes near this, memory is collected sooner: a million rows are to be planned and applied in less than 300 MB.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(250 << 20)
	}
	// A reader that goes away must not end a run: it shows as an error of the write.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := a.interruptible(context.Background())
	code := a.main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// app is one invocation of the program.
type app struct {
	stdin    io.Reader
	stdout   *output
	stderr   io.Writer
	getenv   func(string) string
	terminal bool // a person can be asked
	bar      bool // standard error is a terminal, and shows a progress bar
	colour   bool // standard output shows colours

	// Flags of every command.
	journalPath string
	sandbox     bool
	json        bool

	// Flags of the commands that call a tenant.
	profile         string
	credentialsFile string
	region          string
	caFile          string
	debug           bool

	answers *bufio.Reader // to questions; nil before the first
	chosen  *chosen       // nil before the credentials are read
	command *cobra.Command
	options []string // the flags that it was given
	summed  bool     // the last line under --json is printed

	canaryOver bool   // the canary's rows are through
	resume     string // the command that goes on with the plan, once there is one to apply
	sent       bool   // something may have been sent that changes the tenant
	// underway is what is being applied, nil before that.
	underway atomic.Pointer[underway]
}

// underway is what to say when a run is stopped by a signal.
type underway struct {
	next     string        // the command that goes on
	grace    time.Duration // that calls on their way have
	progress *progress     // nil when no call is on its way any more
}

// output remembers the first error of writing, so that not each single print has to look at it.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

// stopping says what the first signal has begun.
func (a *app) stopping() {
	if u := a.underway.Load(); u != nil && u.progress != nil {
		u.progress.tryAside(func() {
			if a.underway.Load().progress == nil {
				return // the screen came free too late
			}
			a.infof("stopping: no more rows are begun; calls on their way have %v to come home; another Ctrl-C, a second later or more, leaves at once", u.grace)
		})
	}
}

// lastWords says how to go on, when a signal ends the process at once.
func (a *app) lastWords() {
	if u := a.underway.Load(); u != nil {
		a.infof("to go on: %s", u.next)
	}
}

// briefly waits for something to be said, but not for long: nobody may be taking it off standard error.
func briefly(say func()) {
	said := make(chan struct{})
	go func() {
		defer close(said)
		say()
	}()
	select {
	case <-said:
	case <-time.After(100 * time.Millisecond):
	}
}

// patience is how long after the first signal another one is taken for the same: some programs send it twice at once.
const patience = time.Second

// interruptible returns a context that ends with the first signal to stop. Another one, later, ends the process at once, and
// SIGQUIT does so always: the journal is good at every moment.
func (a *app) interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) { // as under nohup
			signal.Notify(signals, s)
		}
	}
	done := make(chan struct{})
	go func() {
		var first time.Time
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				switch {
				case s == syscall.SIGQUIT, !first.IsZero() && time.Since(first) > patience:
					briefly(a.lastWords)
					os.Exit(exitInterrupted)
				case first.IsZero():
					first = time.Now()
					briefly(a.stopping)
					cancel()
				}
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
