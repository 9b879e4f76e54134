package mimecast

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

const (
	longestWait = 5 * time.Minute
	mostLimit   = 1_000_000
)

// quota is what an answer tells of the quota of its function.
type quota struct {
	limit     int           // calls in a window
	remaining int           // calls left in this window
	reset     time.Duration // until its end
}

// quotaOf reads a quota. Without a limit and an end that make sense there is none.
func quotaOf(h http.Header) (quota, bool) {
	limit, _ := number(h, "X-RateLimit-Limit")
	reset, _ := number(h, "X-RateLimit-Reset")
	if limit < 1 || reset < 1 || reset > longestWait.Milliseconds() {
		return quota{}, false
	}
	limit = min(limit, mostLimit)
	remaining := limit
	if n, ok := number(h, "X-RateLimit-Remaining"); ok {
		remaining = min(limit, max(0, n))
	}
	return quota{int(limit), int(remaining), time.Duration(reset) * time.Millisecond}, true
}

// waitOf returns how long the service wants to be left alone, 0 if it doesn't say, at most longestWait. X-RateLimit-Reset is
// documented in milliseconds, and to count after HTTP 429 only; Retry-After is HTTP's own, seconds or a date.
func waitOf(status int, h http.Header, now time.Time) time.Duration {
	if status == http.StatusTooManyRequests {
		if n, _ := number(h, "X-RateLimit-Reset"); n > 0 {
			return span(n, time.Millisecond)
		}
	}
	if n, ok := number(h, "Retry-After"); ok {
		return span(n, time.Second)
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return min(longestWait, max(0, at.Sub(now)))
	}
	return 0
}

// number reads a whole number; one that is too large for its type is the largest. It is 0 and false if the header has none.
func number(h http.Header, name string) (int64, bool) {
	n, err := strconv.ParseInt(h.Get(name), 10, 64)
	return n, !errors.Is(err, strconv.ErrSyntax)
}

// span is n units, at least 0 and at most longestWait.
func span(n int64, unit time.Duration) time.Duration {
	return time.Duration(min(max(n, 0), int64(longestWait/unit))) * unit
}
