// Mimebatch applies a spreadsheet of people to a Mimecast tenant.
//
// This package is the command line: flags, credentials, wiring, words for people and exit codes. It holds the only
// os.Exit and does all the printing; what the program knows is in package batch and in the adapters beneath it.
//
// How one invocation runs: main hands the process's streams to an app; the root command's constructor wires the commands,
// each in a file of its own; a command opens what it needs (journal, sheet, tenant), calls the domain and prints; the error
// that it returns is turned into words and an exit code in one place, exit.go.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv:   os.Getenv,
		terminal: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		bar:      term.IsTerminal(int(os.Stderr.Fd())),
	}
	ctx, stop := interruptible(context.Background())
	code := a.main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// app is one invocation of the program.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	terminal       bool // a person can be asked
	bar            bool // standard error shows a progress bar

	// Flags of every command.
	journalPath string
	sandbox     bool
	json        bool
}

// interruptible returns a context that ends with the first SIGINT or SIGTERM. A second one ends the process at once:
// the journal is good at every moment.
func interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
				if n > 0 {
					os.Exit(exitInterrupted)
				}
				cancel()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
