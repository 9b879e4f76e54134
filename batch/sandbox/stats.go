package sandbox

import (
	"maps"
	"slices"
	"time"
)

// Stats are what a server has counted since [New]. GET /sandbox/stats answers them as JSON, without a token.
type Stats struct {
	Calls         map[string]int        `json:"calls"`           // executed calls, by function
	Users         int                   `json:"users"`           // accounts in the tenant now, aliases and the like included
	Creates       map[string]int        `json:"creates"`         // successful creates, silent ones too, by address in lower case
	Throttled     int                   `json:"throttled"`       // answers with HTTP 429
	PeakPerSecond map[string]int        `json:"peak_per_second"` // most calls in any 1,000 ms that were not throttled, by function
	Duplicates    []string              `json:"duplicates"`      // addresses with more than one of Creates, in order
	Addresses     map[string]Executions `json:"addresses"`       // what create-user and update-user did, by address in lower case
	Traffic       map[string]Traffic    `json:"traffic"`         // by function, of those that were called
}

// maxRefused is for how many addresses beyond those of the tenant it is counted that they were refused. An address that can't
// be one is not counted at all.
const maxRefused = 100_000

// Executions count what was done for one address.
type Executions struct {
	Created int `json:"created"`
	Silent  int `json:"silent"`  // creates of an existing address that were told to have succeeded
	Updated int `json:"updated"` // updates with a setting
	Read    int `json:"read"`    // updates with the address alone
	Refused int `json:"refused"` // creates and updates
}

func (x Executions) plus(d Deed) Executions {
	switch d {
	case Created:
		x.Created++
	case Silenced:
		x.Silent++
	case Updated:
		x.Updated++
	case StateRead:
		x.Read++
	case Refused:
		x.Refused++
	}
	return x
}

// tally counts what create-user or update-user did for an address.
func (s *Server) tally(x Execution) {
	_, counted := s.executions[x.Address]
	full := len(s.executions) >= s.directory.all.size+maxRefused
	if validAddress(x.Address) && (counted || x.Done != Refused || !full) {
		s.executions[x.Address] = s.executions[x.Address].plus(x.Done)
	}
}

// Traffic is how the calls of a function came in.
type Traffic struct {
	Granted   int       `json:"granted"` // calls that were not throttled, refused ones included
	Throttled int       `json:"throttled"`
	First     time.Time `json:"first,omitzero"` // of those granted
	Last      time.Time `json:"last,omitzero"`
	PerSecond float64   `json:"per_second"` // (Granted - 1) / (Last - First); 0 if they came at one time
}

// Stats returns the counts as of now.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := Stats{
		Calls:         make(map[string]int),
		Users:         s.directory.all.size,
		Creates:       make(map[string]int),
		Throttled:     s.throttled,
		PeakPerSecond: make(map[string]int),
		Duplicates:    []string{},
		Addresses:     maps.Clone(s.executions),
		Traffic:       make(map[string]Traffic),
	}
	for address, x := range s.executions {
		n := x.Created + x.Silent
		if n > 0 {
			counts.Creates[address] = n
		}
		if n > 1 {
			counts.Duplicates = append(counts.Duplicates, address)
		}
	}
	slices.Sort(counts.Duplicates)
	for _, e := range s.endpoints {
		counts.Calls[e.name] = e.calls
		counts.PeakPerSecond[e.name] = e.peak.most
		if t := e.traffic(); t.Granted+t.Throttled > 0 {
			counts.Traffic[e.name] = t
		}
	}
	return counts
}

func (e *endpoint) traffic() Traffic {
	t := Traffic{Granted: e.peak.calls, Throttled: e.throttled, First: e.peak.first, Last: e.peak.last}
	if span := t.Last.Sub(t.First); span > 0 {
		t.PerSecond = float64(t.Granted-1) / span.Seconds()
	}
	return t
}

// A peak counts calls, and finds the most in any second. It remembers the calls of the last second only.
type peak struct {
	recent      []time.Time
	most        int
	calls       int
	first, last time.Time
}

// add counts a call. Times must not go backwards.
func (p *peak) add(now time.Time) {
	for len(p.recent) > 0 && now.Sub(p.recent[0]) >= time.Second {
		p.recent = p.recent[1:]
	}
	p.recent = append(p.recent, now)
	p.most = max(p.most, len(p.recent))
	if p.calls == 0 {
		p.first = now
	}
	p.calls++
	p.last = now
}
