package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/durable"
)

const eventsHelp = `With --events FILE the course of the run is added to FILE as it happens, one JSON object a line:
the events begun, row, paused, resumed, stopped and results, each with its time and the run. The file is
readable by you only. If it can't be written to any more the run goes on without it, and that is said at the
end.`

const (
	// eventsWaiting is how many rows may wait to be written, before the workers wait for them.
	eventsWaiting = 1024
	// eventsPatience is how long a line may take before the events are given up: a reader that hangs must not stop the run.
	eventsPatience = 5 * time.Second
	// pauseTold is how often is looked whether the run is paused. A shorter pause may not be told.
	pauseTold = time.Second
)

// eventLine is an event. Each kind has some of its fields.
type eventLine struct {
	Time  time.Time   `json:"time"`
	Event string      `json:"event"` // begun, row, paused, resumed, stopped or results
	Run   batch.RunID `json:"run"`

	// begun
	Session  int    `json:"session,omitempty"`
	Tenant   string `json:"tenant,omitempty"`
	Rows     int    `json:"rows,omitempty"`
	Operator string `json:"operator,omitempty"`
	Host     string `json:"host,omitempty"`
	PID      int    `json:"pid,omitempty"`
	Version  string `json:"version,omitempty"`

	// row: the workers are through with it. One that is unknown or not reached may come again.
	Row       int          `json:"row,omitempty"`
	Email     string       `json:"email,omitempty"`
	Status    batch.Status `json:"status,omitempty"`
	Action    string       `json:"action,omitempty"`
	Code      string       `json:"code,omitempty"`
	HTTP      int          `json:"http,omitempty"`
	Attempts  int          `json:"attempts,omitempty"`
	RequestID string       `json:"request_id,omitempty"`

	Until *time.Time `json:"until,omitempty"` // paused: at least
	Why   string     `json:"why,omitempty"`   // paused, stopped

	// results: the last event, unless the program is killed
	Path   string       `json:"path,omitempty"`
	SHA256 string       `json:"sha256,omitempty"`
	Counts batch.Counts `json:"counts,omitempty"`
	Error  string       `json:"error,omitempty"` // why there are none
}

// events writes what happens in a run to a file. A nil *events is one that nobody asked for. Its methods are safe for concurrent
// use, and what they are told is written in that order, each line as soon as it is known.
type events struct {
	run      batch.RunID
	file     *os.File
	row      func(n int) (batch.RowResult, error) // as it is now, by its place in the plan
	patience time.Duration
	queue    chan event
	done     chan struct{}
	err      error // the first of writing; the writer's own until done

	mu    sync.Mutex
	until time.Time // until when the run is paused
	why   string
}

// event is a row of which is told what became of it, or a line.
type event struct {
	row  int // 0 for a line
	line eventLine
}

// openEvents opens the file for the events of a run, or returns nil if path is "". An older file of events is added to; any
// other file that holds something is refused, as is where the results go.
func openEvents(path, results string, run batch.RunID, row func(n int) (batch.RowResult, error)) (*events, error) {
	if path == "" {
		return nil, nil
	}
	f, err := openEventsFile(path, results)
	if err != nil {
		return nil, eventsError(path, err)
	}
	return newEvents(f, run, row, eventsPatience), nil
}

func newEvents(f *os.File, run batch.RunID, row func(n int) (batch.RowResult, error), patience time.Duration) *events {
	e := &events{run: run, file: f, row: row, patience: patience, queue: make(chan event, eventsWaiting), done: make(chan struct{})}
	go e.write()
	return e
}

func openEventsFile(path, results string) (*os.File, error) {
	switch {
	case path == "-":
		return nil, errors.New("standard output is for what was asked for")
	case durable.SameFile(path, results):
		return nil, errors.New("the results go there")
	}
	before, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// What is no plain file, such as a pipe, has no end to look at, and only ever takes lines.
	if err == nil && !before.Mode().IsRegular() {
		return os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0) // which doesn't wait for a reader
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := continueEvents(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// checkEvents finds out whether the events may and can be written to a file, before a plan is made for them. A pipe is left
// alone: its reader would take the end of a look at it for the end of the events.
func checkEvents(path, results string) error {
	if info, err := os.Stat(path); path == "" || err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil
	}
	f, err := openEventsFile(path, results)
	if err != nil {
		return eventsError(path, err)
	}
	return f.Close()
}

func eventsError(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	hint := "name a new file, or the events of an earlier run"
	if errors.Is(err, syscall.ENXIO) {
		hint = "nobody reads from that pipe: start its reader first"
	}
	return &stop{code: exitUsage, err: fmt.Errorf("write --events %q: %w", path, err), hint: hint}
}

// continueEvents makes a file ready to be added to.
func continueEvents(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size > 0 && !holdsEvents(f) {
		return errors.New("another file of that name is there")
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return err
		}
	}
	if size == 0 {
		return nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil {
		return err
	}
	if last[0] != '\n' { // a power cut left half a line
		_, err = f.Write([]byte("\n"))
	}
	return err
}

// holdsEvents tells whether a file begins with an event.
func holdsEvents(r io.Reader) bool {
	const longest = 64 << 10
	line, err := bufio.NewReader(io.LimitReader(r, longest)).ReadBytes('\n')
	var e eventLine
	return err == nil && json.Unmarshal(line, &e) == nil && e.Event != "" && e.Run != ""
}

// tell writes a line.
func (e *events) tell(l eventLine) {
	if e != nil {
		l.Time = time.Now()
		e.queue <- event{line: l}
	}
}

// through tells what became of a row.
func (e *events) through(n int) {
	if e != nil {
		e.queue <- event{row: n}
	}
}

// pause tells that the run is held back until then, or for longer than it was.
func (e *events) pause(until time.Time, why string) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if until.After(e.until) {
		e.until, e.why = until, why
	}
}

// close ends the events, and tells why they are not whole.
func (e *events) close() error {
	if e == nil {
		return nil
	}
	close(e.queue)
	<-e.done
	if err := e.file.Close(); e.err == nil {
		e.err = err
	}
	return e.err
}

// write writes the events until they are closed. After an error it only takes them.
func (e *events) write() {
	defer close(e.done)
	t := time.NewTicker(pauseTold)
	defer t.Stop()
	paused := false
	for {
		var next *event
		select {
		case v, open := <-e.queue:
			if !open {
				return
			}
			next = &v
		case <-t.C:
		}
		// A pause is told at the next tick, and its end before whatever comes after it.
		until, why := e.pausedUntil()
		switch now := time.Now(); {
		case e.err != nil:
			continue
		case paused && !until.After(now):
			paused = false
			e.err = e.writeLine(eventLine{Time: now, Event: "resumed"})
		case !paused && until.After(now) && next == nil:
			paused = true
			e.err = e.writeLine(eventLine{Time: now, Event: "paused", Until: &until, Why: why})
		}
		if e.err == nil && next != nil {
			e.err = e.writeEvent(*next)
		}
	}
}

func (e *events) pausedUntil() (time.Time, string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.until, e.why
}

func (e *events) writeEvent(v event) error {
	if v.row > 0 {
		return e.writeRow(v.row)
	}
	return e.writeLine(v.line)
}

func (e *events) writeRow(n int) error {
	r, err := e.row(n)
	if err != nil {
		return err
	}
	return e.writeLine(eventLine{
		Time: time.Now(), Event: "row", Row: r.Line, Email: r.Email, Status: r.Status, Action: r.Action, Code: r.Reason.Code,
		HTTP: r.HTTP, Attempts: r.Attempts, RequestID: r.RequestID,
	})
}

func (e *events) writeLine(l eventLine) error {
	l.Run, l.Time = e.run, l.Time.UTC()
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	// Only what may block, such as a pipe, takes a deadline; of the rest it is not wanted.
	_ = e.file.SetWriteDeadline(time.Now().Add(e.patience))
	_, err = e.file.Write(append(data, '\n'))
	return err
}

// journaledRow reads the rows of a run as they are now, whether or not the run was cancelled.
func journaledRow(ctx context.Context, x execution) func(n int) (batch.RowResult, error) {
	ctx = context.WithoutCancel(ctx)
	return func(n int) (batch.RowResult, error) { return x.journal.Result(ctx, x.run.ID, n) }
}
