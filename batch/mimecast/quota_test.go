package mimecast

import (
	"net/http"
	"testing"
	"time"
)

func TestWaitOf(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header http.Header
		want   time.Duration
	}{
		{"nothing", 429, header(), 0},
		{"milliseconds", 429, header("X-RateLimit-Reset", "4419"), 4419 * time.Millisecond},
		{"zero", 429, header("X-RateLimit-Reset", "0"), 0},
		{"negative", 429, header("X-RateLimit-Reset", "-5"), 0},
		{"text", 429, header("X-RateLimit-Reset", "soon"), 0},
		{"fraction", 429, header("X-RateLimit-Reset", "1.5"), 0},
		{"an hour", 429, header("X-RateLimit-Reset", "3600000"), 5 * time.Minute},
		{"huge", 429, header("X-RateLimit-Reset", "999999999999999999999999"), 5 * time.Minute},
		{"hugely negative", 429, header("X-RateLimit-Reset", "-999999999999999999999999"), 0},
		{"reset before retry-after", 429, header("X-RateLimit-Reset", "10", "Retry-After", "2"), 10 * time.Millisecond},
		{"zero reset and retry-after", 429, header("X-RateLimit-Reset", "0", "Retry-After", "2"), 2 * time.Second},
		{"seconds", 503, header("Retry-After", "120"), 2 * time.Minute},
		{"many seconds", 503, header("Retry-After", "9223372036854775807"), 5 * time.Minute},
		{"date", 503, header("Retry-After", noon.Add(90*time.Second).Format(http.TimeFormat)), 90 * time.Second},
		{"date gone by", 503, header("Retry-After", noon.Add(-time.Hour).Format(http.TimeFormat)), 0},
		{"far date", 503, header("Retry-After", noon.Add(time.Hour).Format(http.TimeFormat)), 5 * time.Minute},
		{"reset says nothing of a 503", 503, header("X-RateLimit-Reset", "4419"), 0},
	}
	for _, tt := range tests {
		if got := waitOf(tt.status, tt.header, noon); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func limits(limit, remaining, reset string) http.Header {
	h := http.Header{}
	for name, v := range map[string]string{"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset} {
		if v != "" {
			h.Set(name, v)
		}
	}
	return h
}

func TestQuotaOf(t *testing.T) {
	tests := []struct {
		limit, remaining, reset string
		want                    quota
		ok                      bool
	}{
		{"800", "799", "5000", quota{800, 799, 5 * time.Second}, true},
		{"800", "0", "1", quota{800, 0, time.Millisecond}, true},
		{"800", "-3", "5000", quota{800, 0, 5 * time.Second}, true},
		{"800", "", "5000", quota{800, 800, 5 * time.Second}, true},
		{"800", "many", "5000", quota{800, 800, 5 * time.Second}, true},
		{"800", "99999999999999999999", "5000", quota{800, 800, 5 * time.Second}, true},
		{"99999999999999999999", "7", "300000", quota{1_000_000, 7, 5 * time.Minute}, true},
		{"", "1", "5000", quota{}, false},
		{"0", "0", "5000", quota{}, false},
		{"-800", "1", "5000", quota{}, false},
		{"lots", "1", "5000", quota{}, false},
		{"800", "1", "", quota{}, false},
		{"800", "1", "0", quota{}, false},
		{"800", "1", "-1", quota{}, false},
		{"800", "1", "300001", quota{}, false},
		{"800", "1", "soon", quota{}, false},
	}
	for _, tt := range tests {
		if got, ok := quotaOf(limits(tt.limit, tt.remaining, tt.reset)); got != tt.want || ok != tt.ok {
			t.Errorf("quotaOf(%q, %q, %q) = %v, %v; want %v, %v", tt.limit, tt.remaining, tt.reset, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzQuota(f *testing.F) {
	f.Add("800", "799", "5000", "3")
	f.Add("-1", "x", "99999999999999999999", "Mon, 02 Mar 2026 12:00:10 GMT")
	f.Fuzz(func(t *testing.T, limit, remaining, reset, retryAfter string) {
		h := limits(limit, remaining, reset)
		h.Set("Retry-After", retryAfter)
		if q, ok := quotaOf(h); ok && (q.limit < 1 || q.limit > mostLimit || q.remaining < 0 || q.remaining > q.limit || q.reset < time.Millisecond || q.reset > longestWait) {
			t.Errorf("quotaOf = %+v", q)
		}
		for _, status := range []int{429, 503} {
			if d := waitOf(status, h, noon); d < 0 || d > longestWait {
				t.Errorf("waitOf = %v", d)
			}
		}
	})
}
