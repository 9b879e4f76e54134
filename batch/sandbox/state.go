package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// A State is the file of a sandbox that outlives its process: JSON Lines, the tenant first, then each [Change]. A line that is
// a [User] by itself is a change of it. The file is only ever appended to. Imports, the audit log, and what the server counts
// are not in it. It is safe for concurrent use in one process; two processes must not hold the same file.
type State struct {
	mu        sync.Mutex
	file      *os.File
	size      int64 // of what is good in the file: whole lines
	directory *directory
}

// OpenState opens the state file at path. If there is none, or it is empty, one is made of the tenant that seed returns; it
// appears at path whole or not at all. The file is private to its owner.
//
// A last line that was cut short by the end of the process that wrote it is dropped: its call was never answered. Any other
// damage is an error, and the file stays as it is.
func OpenState(path string, seed func() *Tenant) (*State, error) {
	if err := seedState(path, seed); err != nil {
		return nil, fmt.Errorf("make state: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	s, err := openState(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("open state %s: %w", path, err)
	}
	return s, nil
}

// seedState makes the file unless there is something in it.
func seedState(path string, seed func() *Tenant) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.Size() > 0:
		return nil
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	}
	tenant, err := seed().normalized()
	if err != nil {
		return err
	}
	line, err := stateLine(tenant)
	if err != nil {
		return err
	}
	// A process that is killed here leaves a file that the next one writes over.
	fresh := path + ".new"
	if err := os.WriteFile(fresh, line, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

func openState(file *os.File) (*State, error) {
	if err := file.Chmod(0o600); err != nil {
		return nil, err
	}
	s, err := readState(file)
	if err != nil {
		return nil, err
	}
	if err := file.Truncate(s.size); err != nil {
		return nil, err
	}
	s.file = file
	return s, nil
}

// readState reads all whole lines.
func readState(r io.Reader) (*State, error) {
	lines := bufio.NewReader(r)
	first, err := lines.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		return nil, errors.New("not a state file: no tenant on line 1")
	}
	if err != nil {
		return nil, err
	}
	tenant, err := ReadTenant(bytes.NewReader(first))
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	s := &State{size: int64(len(first)), directory: newDirectory(tenant)}
	for n := 2; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if err := s.readChange(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		s.size += int64(len(line))
	}
}

// readChange reads a change, or a user by itself, and makes it.
func (s *State) readChange(line []byte) error {
	var read struct {
		Change
		User
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&read); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end")
	}
	c := read.Change
	if read.User != (User{}) {
		if c != (Change{}) {
			return errors.New("a change and a user")
		}
		c.User = &read.User
	}
	if err := s.directory.check(&c); err != nil {
		return err
	}
	s.directory.apply(c)
	return nil
}

// Tenant returns a copy of the tenant with all changes in it, and the two addresses that each internal domain has.
func (s *State) Tenant() *Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.directory.tenant()
}

// Append adds a change: it fits [Options.Changed]. After an error the file is as good as before.
func (s *State) Append(c Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.directory.check(&c); err != nil {
		return fmt.Errorf("append to state: %w", err)
	}
	line, err := stateLine(c)
	if err != nil {
		return fmt.Errorf("append to state: %w", err)
	}
	// What a write that failed half way has left holds no line end, so the next one may go over it.
	if _, err := s.file.WriteAt(line, s.size); err != nil {
		return fmt.Errorf("append to state: %w", err)
	}
	s.size += int64(len(line))
	s.directory.apply(c)
	return nil
}

// Close closes the file. Append fails afterwards.
func (s *State) Close() error {
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("close state: %w", err)
	}
	return nil
}

func stateLine(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(line, '\n'), nil
}
