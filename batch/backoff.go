package batch

import (
	"context"
	"math/rand/v2"
	"time"
)

// How passing failures are repeated. A wait that the service asks for wins over these.
const (
	mostTries = 3
	backoff0  = 500 * time.Millisecond
	backoffN  = 30 * time.Second
	// mostThrottled bounds how often one call is repeated because of the rate limit.
	mostThrottled = 100
	longestPause  = 5 * time.Minute
	// longestSilence bounds the pauses while the service doesn't answer at all.
	longestSilence = 15 * time.Second
	// leastAgain is how much longer each pause in a row is at least: it keeps a service that says "1 ms" for ever from being
	// asked for ever.
	leastAgain = 10 * time.Millisecond
)

// backoff is how long to wait after the n-th failure in a row, from 0: equal jitter, so that it never collapses to nothing.
func backoff(n int) time.Duration {
	d := min(backoffN, backoff0<<min(n, 10))
	return d/2 + rand.N(d/2)
}

// pauseFor is how long to keep away after the n-th throttled answer in a row, from 0. The jitter is for other clients of the
// same account, which are told to come back at the same time.
func pauseFor(wait time.Duration, n int) time.Duration {
	if wait <= 0 {
		return backoff(n)
	}
	wait = max(min(wait, longestPause), floorFor(n))
	return wait + rand.N(wait/10+1)
}

// floorFor is the shortest pause after n pauses in a row.
func floorFor(n int) time.Duration { return min(backoff0, time.Duration(min(n, 100))*leastAgain) }

// sleep waits for d or the context's end.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
