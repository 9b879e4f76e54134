package main

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"testing"
)

// A stuck reader of standard error keeps nobody from stopping a run.
func TestInterruptWithoutReader(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // where a process can't send itself an interrupt
	}
	read := make(chan struct{})
	a := &app{stdout: &output{w: &bytes.Buffer{}}, stderr: stuck(read)}
	p := a.progress(1, 1)
	a.underway.Store(&underway{next: "mimebatch apply x", progress: p})
	ctx, end := a.interruptible(context.Background())
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	end()
	close(read)
	p.aside(func() {}) // waits for what was being said
	p.end()
}

// stuck takes what is written when somebody reads.
type stuck chan struct{}

func (s stuck) Write(p []byte) (int, error) {
	<-s
	return len(p), nil
}
