package sandbox

import (
	"maps"
	"net/http"
	"time"
)

// Stats are what a server has counted since [New]. GET /sandbox/stats answers them as JSON, without a token.
type Stats struct {
	Calls         map[string]int `json:"calls"`           // executed calls, by function
	Users         int            `json:"users"`           // accounts in the tenant now, aliases and the like included
	Creates       map[string]int `json:"creates"`         // successful creates, silent ones included, by address in lower case
	Throttled     int            `json:"throttled"`       // answers with HTTP 429
	PeakPerSecond map[string]int `json:"peak_per_second"` // most calls in any 1,000 ms that were not throttled, by function
}

// Stats returns the counts as of now.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := Stats{
		Calls:         make(map[string]int),
		Users:         s.directory.all.size,
		Creates:       maps.Clone(s.creates),
		Throttled:     s.throttled,
		PeakPerSecond: make(map[string]int),
	}
	for _, fn := range s.functions {
		counts.Calls[fn.name] = fn.calls
		counts.PeakPerSecond[fn.name] = fn.peak.most
	}
	return counts
}

func (s *Server) serveStats(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		wrongMethod().deliver(w, r)
		return
	}
	jsonAnswer(http.StatusOK, s.Stats()).deliver(w, r)
}

// A peak finds the most calls in any second. It remembers the calls of the last second only.
type peak struct {
	recent []time.Time
	most   int
}

// add counts a call. Times must not go backwards.
func (p *peak) add(now time.Time) {
	for len(p.recent) > 0 && now.Sub(p.recent[0]) >= time.Second {
		p.recent = p.recent[1:]
	}
	p.recent = append(p.recent, now)
	p.most = max(p.most, len(p.recent))
}
