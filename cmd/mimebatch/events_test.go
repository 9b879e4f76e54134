package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// anyRow is what became of a row, whichever.
func anyRow(n int) (batch.RowResult, error) {
	return batch.RowResult{N: n, Line: n + 1, Email: "ana@example.com", Status: batch.Created}, nil
}

// A reader that hangs is given up after a while: the workers go on, and the end says that the events are not whole.
func TestEventsOfHangingReader(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	e := newEvents(w, "k3f9qa", anyRow, 20*time.Millisecond)
	for n := range 10 * eventsWaiting { // far more than the pipe and the queue hold
		e.through(n + 1)
	}
	if err := e.close(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("error is %v, want %v", err, os.ErrDeadlineExceeded)
	}
}

// A row that the journal can't tell of ends the events and nothing else.
func TestEventsOfUnreadableRow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	broken := errors.New("disk I/O error")
	e, err := openEvents(path, "results.csv", "k3f9qa", func(n int) (batch.RowResult, error) {
		if n == 2 {
			return batch.RowResult{}, broken
		}
		return anyRow(n)
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		e.through(n + 1)
	}
	if err := e.close(); !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte("\n")) != 1 || !bytes.Contains(data, []byte(`"row":2`)) {
		t.Errorf("the file holds %q, %v, want the first row only", data, err)
	}
}

// An older file of events is taken away from others before it is added to.
func TestEventsArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // a file has the rights of its folder there
	}
	path := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.WriteFile(path, []byte(`{"event":"begun","run":"k3f9qa"}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := openEvents(path, "results.csv", "k3f9qa", anyRow)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v, want 0600", info.Mode(), err)
	}
}

// Events that nobody asked for are no trouble.
func TestNoEvents(t *testing.T) {
	e, err := openEvents("", "results.csv", "k3f9qa", anyRow)
	if e != nil || err != nil {
		t.Fatalf("events are %v, %v, want none", e, err)
	}
	e.tell(eventLine{Event: "begun"})
	e.through(1)
	e.pause(time.Now(), "")
	if err := e.close(); err != nil {
		t.Error(err)
	}
}

// FuzzEvents writes an event, and wants one line that reads the same again and by which the file is known for what it is.
func FuzzEvents(f *testing.F) {
	f.Add("k3f9qa", "interrupted", "ana@example.com", 7)
	f.Add("r", "a\nb\u2028\x00\"", "", 0)
	f.Fuzz(func(t *testing.T, run, why, email string, row int) {
		path := filepath.Join(t.TempDir(), "events.jsonl")
		e, err := openEvents(path, "results.csv", batch.RunID(run), anyRow)
		if err != nil {
			t.Fatal(err)
		}
		e.tell(eventLine{Event: "stopped", Why: why, Email: email, Row: row})
		if err := e.close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(data, []byte("\n")); n != 1 || data[len(data)-1] != '\n' {
			t.Errorf("%d lines: %q", n, data)
		}
		if known := holdsEvents(bytes.NewReader(data)); known != (run != "") {
			t.Errorf("known for events: %v, in %q", known, data)
		}
		var got eventLine
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		valid := func(s string) string { return string([]rune(s)) }
		want := eventLine{Event: "stopped", Time: got.Time, Row: row, Run: batch.RunID(valid(run)), Why: valid(why), Email: valid(email)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("event (-want +got):\n%s", diff)
		}
	})
}
