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

// A State is the file of a sandbox that outlives its process: JSON Lines, the tenant first, then each account as it was
// after a change. It is only ever appended to. It is safe for concurrent use in one process; two processes must not hold
// the same file.
type State struct {
	mu      sync.Mutex
	file    *os.File
	size    int64 // of what is good in the file: whole lines
	tenant  *Tenant
	domains map[string]Domain
	at      map[string]int // where users of the tenant are, by address
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
	domains, err := tenant.domains()
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	s := &State{size: int64(len(first)), tenant: tenant, domains: domains, at: make(map[string]int, len(tenant.Users))}
	for i, u := range tenant.Users {
		s.at[u.EmailAddress] = i
	}
	for n := 2; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		var u User
		if err := decode(bytes.NewReader(line), &u); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if err := u.normalize(s.domains); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		s.put(u)
		s.size += int64(len(line))
	}
}

// Tenant returns a copy of the tenant with all changes in it.
func (s *State) Tenant() *Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tenant.clone()
	t.sort()
	return t
}

// Append adds a changed or new account: it fits [Options.Changed]. After an error the file is as good as before.
func (s *State) Append(u User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := u.normalize(s.domains); err != nil {
		return fmt.Errorf("append to state: %w", err)
	}
	line, err := stateLine(u)
	if err != nil {
		return fmt.Errorf("append to state: %w", err)
	}
	// What a write that failed half way has left holds no line end, so the next one may go over it.
	if _, err := s.file.WriteAt(line, s.size); err != nil {
		return fmt.Errorf("append to state: %w", err)
	}
	s.size += int64(len(line))
	s.put(u)
	return nil
}

// Close closes the file. Append fails afterwards.
func (s *State) Close() error {
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("close state: %w", err)
	}
	return nil
}

func (s *State) put(u User) {
	i, ok := s.at[u.EmailAddress]
	if !ok {
		s.at[u.EmailAddress] = len(s.tenant.Users)
		s.tenant.Users = append(s.tenant.Users, u)
		return
	}
	s.tenant.Users[i] = u
}

func stateLine(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(line, '\n'), nil
}
