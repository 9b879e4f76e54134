//go:build crash && linux && amd64

package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"testing"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/sandbox"
)

// blackout is a power cut, as of a sync that was asked for and has not begun.
type blackout struct {
	folder  string // holds what is left of the scene's folder
	tenant  *sandbox.Tenant
	begun   map[string]int // calls that were sent until then, by address: each attempt was acknowledged by the journal
	settled map[string]int // those of them whose outcome was
}

// The power is cut at each sync of a run. Whatever the disk has kept of what was not synced, the journal opens, holds all that
// it has acknowledged, and the run comes to its end.
func TestCrashPowerCut(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	s, end, err := newScene(program, t.TempDir(), lostAnswers...)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	outages, err := s.blackouts(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var sum figures
	acknowledged := 0
	step := max(1, len(outages)/size(len(outages), 25))
	for i := 0; i < len(outages); i += step {
		b := outages[i]
		acknowledged += len(b.settled)
		if err := b.check(t.Context()); err != nil {
			t.Errorf("%s: %v", filepath.Base(b.folder), err)
		}
		f, err := s.after(b, want)
		if err != nil || f.bad() {
			t.Errorf("%s: %v, error %v", filepath.Base(b.folder), f, err)
		}
		sum = sum.plus(f)
	}
	t.Logf("power cut at each sync: %v", sum)
	if acknowledged == 0 {
		t.Error("no outcome was acknowledged before any power cut")
	}
}

// blackouts records a run, and makes an image of the disk for each of its syncs and each way to cut the power.
// One worker only: what it sends is the sign that it was told that all before is durable.
func (s *scene) blackouts(folder string) ([]blackout, error) {
	var (
		out  []blackout
		errs []error
		disk = newDisk()
		sent [][]string // the addresses of each call
	)
	meet := func(c *change) fate {
		var data []byte
		if c.op == opSend || c.op == opWrite {
			var err error
			if data, err = c.data(); err != nil {
				errs = append(errs, fmt.Errorf("read what is written: %w", err))
			}
		}
		switch c.op {
		case opSend:
			if addresses := written(data); len(addresses) > 0 {
				sent = append(sent, addresses)
			}
			return fate{}
		case opSync:
			for _, how := range cuts {
				b := blackout{
					folder: filepath.Join(folder, fmt.Sprintf("%d-%s", len(out)+1, how)),
					tenant: s.sandbox.Tenant(), begun: map[string]int{}, settled: map[string]int{},
				}
				for i, addresses := range sent {
					for _, address := range addresses {
						b.begun[address]++
						if i < len(sent)-1 {
							b.settled[address]++
						}
					}
				}
				errs = append(errs, os.MkdirAll(b.folder, 0o700), disk.image(s.dir, b.folder, how))
				out = append(out, b)
			}
		}
		disk.change(c, data)
		return fate{}
	}
	r, err := s.runTraced(&tracer{meet: meet}, begin("--workers", "1")...)
	if err == nil && r.code != exitDone {
		err = fmt.Errorf("exit %d\n%s", r.code, r.stderr)
	}
	return out, errors.Join(append(errs, err)...)
}

// written returns the addresses that a request would create or change, none if it is no such request.
func written(request []byte) []string {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		return nil
	}
	function := path.Base(r.URL.Path)
	var body struct{ Data []map[string]any }
	if text, err := io.ReadAll(r.Body); err != nil || json.Unmarshal(text, &body) != nil {
		return nil
	}
	var addresses []string
	for _, user := range body.Data {
		if address, ok := user["emailAddress"].(string); ok && (function == "create-user" || function == "update-user" && len(user) > 1) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// journalFile is where the journal is in a folder such as a scene's.
func journalFile(folder string) string {
	return filepath.Join(folder, "state", "mimebatch", "journal.db")
}

// check looks at the journal alone: it is sound, and holds all that it has acknowledged.
func (b blackout) check(ctx context.Context) error {
	file := filepath.Join(b.folder, "checked", "journal.db")
	if err := os.CopyFS(filepath.Dir(file), os.DirFS(filepath.Dir(journalFile(b.folder)))); err != nil && len(b.begun) > 0 {
		return err
	}
	j, err := journal.Open(ctx, file)
	if err != nil {
		return err
	}
	defer j.Close()
	begun, settled := map[string]int{}, map[string]int{}
	for run, err := range j.Runs(ctx) {
		if err != nil {
			return err
		}
		for r, err := range j.Results(ctx, run.ID) {
			if err != nil {
				return err
			}
			for c, err := range j.Attempts(ctx, run.ID, r.N) {
				if err != nil {
					return err
				}
				begun[r.Email]++
				if c.Reply.Verdict != batch.Verdict("") {
					settled[r.Email]++
				}
			}
		}
	}
	for address, n := range b.begun {
		if begun[address] < n || settled[address] < b.settled[address] {
			err = errors.Join(err, fmt.Errorf("%s: %d attempts with %d outcomes, but %d with %d were acknowledged",
				address, begun[address], settled[address], n, b.settled[address]))
		}
	}
	return errors.Join(err, sound(ctx, file))
}

// sound has SQLite check a whole file.
func sound(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errors.New(verdict)
	}
	return nil
}

// after switches the power on again: with the disk and the tenant as they were, somebody goes on until all is done.
func (s *scene) after(b blackout, want map[string]sandbox.User) (figures, error) {
	s.serve(b.tenant)
	left, err := os.ReadDir(s.dir)
	if err != nil {
		return figures{}, err
	}
	for _, e := range left {
		if e.Name() != "people.csv" {
			if err := os.RemoveAll(s.file(e.Name())); err != nil {
				return figures{}, err
			}
		}
	}
	if err := os.RemoveAll(filepath.Join(b.folder, "checked")); err != nil {
		return figures{}, err
	}
	if err := os.CopyFS(s.dir, os.DirFS(b.folder)); err != nil {
		return figures{}, err
	}
	f, err := s.recovered(ran{code: -1}, want)
	f.points = 1
	return f, err
}
