package batch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetry(t *testing.T) {
	call := func(v Verdict, wait time.Duration) error {
		return &CallError{Op: "read", Reply: Reply{Verdict: v, Wait: wait}}
	}
	for _, tt := range []struct {
		name    string
		answers []error // nil: it is answered
		calls   int
		least   time.Duration
		most    time.Duration
		ok      bool
	}{
		{"at once", []error{nil}, 1, 0, 0, true},
		{"after a lost answer", []error{call(Unknown, 0), nil}, 2, backoff0 / 2, backoff0, true},
		{"never", []error{call(NotSent, 0), call(NotSent, 0), call(NotSent, 0)}, 3, backoff0, 3 * backoff0, false},
		{"refused", []error{call(Refused, 0)}, 1, 0, 0, false},
		{"fatal", []error{call(Fatal, 0)}, 1, 0, 0, false},
		{"throttled for its time", []error{call(Throttled, 2*time.Second), call(Throttled, 2*time.Second), nil}, 3, 4 * time.Second, 5 * time.Second, true},
		{"some other error", []error{errors.New("no call")}, 1, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, began := 0, time.Now()
				_, err := retry(t.Context(), func() (int, error) {
					err := tt.answers[n]
					n++
					return n, err
				})
				took := time.Since(began)
				if n != tt.calls || (err == nil) != tt.ok || took < tt.least || took > tt.most {
					t.Errorf("%d calls in %v, error %v; want %d in %v to %v, ok %v", n, took, err, tt.calls, tt.least, tt.most, tt.ok)
				}
			})
		})
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := retry(ctx, func() (int, error) {
			return 0, &CallError{Op: "read", Reply: Reply{Verdict: Throttled, Wait: time.Minute}}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestPauseFor(t *testing.T) {
	for _, tt := range []struct {
		wait        time.Duration
		n           int
		least, most time.Duration
	}{
		{0, 0, backoff0 / 2, backoff0},
		{-time.Second, 3, backoff0 * 4, backoff0 * 8},
		{time.Second, 0, time.Second, 1100 * time.Millisecond},
		{time.Hour, 0, longestPause, longestPause * 11 / 10},
		{time.Millisecond, 50, 500 * time.Millisecond, 550 * time.Millisecond},
	} {
		if got := pauseFor(tt.wait, tt.n); got < tt.least || got > tt.most+1 {
			t.Errorf("pauseFor(%v, %d) = %v, want %v to %v", tt.wait, tt.n, got, tt.least, tt.most)
		}
	}
}
