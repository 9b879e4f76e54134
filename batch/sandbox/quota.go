package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DefaultQuota is the only one that was ever seen in traffic.
var DefaultQuota = Quota{Calls: 800, Window: 5 * time.Second}

// strangersQuota was seen in traffic to be told to access keys that the service does not know.
var strangersQuota = Quota{Calls: 5000, Window: 5 * time.Second}

// A Quota lets so many calls of a function through in a window of time.
type Quota struct {
	Calls  int
	Window time.Duration
}

// ParseQuota reads calls/window, as in 5/s, 800/5s or 100/500ms. The window is a [time.Duration], or a unit of it alone, and
// at least a millisecond, for the headers can't tell less.
func ParseQuota(s string) (Quota, error) {
	calls, window, ok := strings.Cut(s, "/")
	if !ok {
		return Quota{}, fmt.Errorf("parse quota %q: want calls/window, as in 800/5s", s)
	}
	n, err := strconv.Atoi(calls)
	if err != nil {
		return Quota{}, fmt.Errorf("parse quota %q: %q is not a number of calls", s, calls)
	}
	w, err := time.ParseDuration(window)
	if err != nil {
		w, err = time.ParseDuration("1" + window)
	}
	if err != nil {
		return Quota{}, fmt.Errorf("parse quota %q: %q is not a window, as in 5s", s, window)
	}
	q := Quota{Calls: n, Window: w}
	if err := q.check(); err != nil {
		return Quota{}, fmt.Errorf("parse quota %q: %w", s, err)
	}
	return q, nil
}

func (q Quota) check() error {
	if q.Calls < 1 || q.Window < time.Millisecond {
		return fmt.Errorf("quota of %d calls in %s: want 1 or more in 1ms or more", q.Calls, q.Window)
	}
	return nil
}

// checkQuotas refuses a quota that can't be, or is of something that has none.
func checkQuotas(quotas map[string]Quota) error {
	if len(quotas) == 0 {
		return nil
	}
	limited := make(map[string]bool)
	for _, e := range new(Server).paths() {
		limited[e.name] = !e.free
	}
	for _, name := range slices.Sorted(maps.Keys(quotas)) {
		if !limited[name] {
			return fmt.Errorf("quota of %q, which is no function with a quota", name)
		}
		if err := quotas[name].check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// String returns the quota as ParseQuota reads it.
func (q Quota) String() string { return fmt.Sprintf("%d/%s", q.Calls, q.Window) }

// MarshalText is String.
func (q Quota) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText is ParseQuota.
func (q *Quota) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQuota(string(text))
	return err
}

// A window is the running window of one function.
type window struct {
	start time.Time
	used  int
}

// take spends one call, and tells what the answer has to say about the quota and whether there was one left.
func (w *window) take(q Quota, now time.Time) (limits, bool) {
	// A clock that was set back must not keep a window open for longer than it is.
	if age := now.Sub(w.start); age < 0 || age >= q.Window {
		*w = window{start: now}
	}
	granted := w.used < q.Calls
	if granted {
		w.used++
	}
	return limits{q.Calls, q.Calls - w.used, w.start.Add(q.Window).Sub(now)}, granted
}

// limits are what the headers of an answer tell about a quota.
type limits struct {
	limit, remaining int
	reset            time.Duration
}

// set writes the headers. The reset is in milliseconds, rounded up.
func (l limits) set(h http.Header) {
	ms := l.reset / time.Millisecond
	if l.reset%time.Millisecond > 0 {
		ms++
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(l.remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(int64(ms), 10))
}
