//go:build rate

package mimecast_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// Over real HTTP, by the times at which the server executes: all that is granted and no more. It takes a minute or two.
// TestPacerGrant has the same with a clock of its own. Here a busy machine wakes goroutines late, and as no second may see more
// calls than are granted, whatever was late in it is lost: a call each way. So much less is asked for, once that is more than is
// to spare.
func TestRate(t *testing.T) {
	const span = 12 * time.Second
	for _, quota := range []string{"50/1s", "500/1s", "2500/5s"} {
		for _, workers := range []int{8, 64} {
			t.Run(fmt.Sprintf("%s with %d workers", quota, workers), func(t *testing.T) {
				q, err := sandbox.ParseQuota(quota)
				if err != nil {
					t.Fatal(err)
				}
				var mu sync.Mutex
				var first, last time.Time
				n := 0
				server, c := rehearse(t, sandbox.Options{Quota: q, Executed: func(string, string) {
					mu.Lock()
					defer mu.Unlock()
					last = time.Now()
					if n++; n == 1 {
						first = last
					}
				}})
				unlock := []batch.Step{{Kind: batch.StepUpdate, Email: "bob@example.com", Set: batch.Settings{batch.AccountLocked: "false"}}}
				ctx, cancel := context.WithTimeout(t.Context(), span)
				defer cancel()
				var wg sync.WaitGroup
				var late float64
				wg.Go(func() { late = lateness(ctx) })
				for range workers {
					wg.Go(func() {
						for ctx.Err() == nil {
							c.Do(ctx, unlock)
						}
					})
				}
				wg.Wait()

				granted := float64(q.Calls) / q.Window.Seconds()
				share := float64(n-1) / last.Sub(first).Seconds() / granted
				stats := server.Stats()
				worst, throttled := stats.PeakPerSecond["update-user"], stats.Throttled
				least := min(0.99, 0.997-2*late) // of the 0.997 that is aimed at
				t.Logf("%d calls, %.4f of the grant, at most %d in a second, %d throttled; the machine was late by %.4f of the time", n, share, worst, throttled, late)
				if share < least || float64(worst) > granted+1 || throttled > n/200 {
					t.Errorf("want at least %.4f of the grant, at most one call more than it in any second, at most 0.5 %% throttled", least)
				}
			})
		}
	}
}

// lateness returns, when ctx ends, which share of its second the latest waking of a goroutine took, in the mean over all seconds.
func lateness(ctx context.Context) float64 {
	const nap = time.Millisecond
	var sum, worst time.Duration
	seconds := 0
	for begun, last := time.Now(), time.Now(); ctx.Err() == nil; {
		<-time.After(nap)
		now := time.Now()
		worst = max(worst, now.Sub(last)-nap)
		last = now
		if now.Sub(begun) >= time.Second {
			sum, worst, begun = sum+worst, 0, now
			seconds++
		}
	}
	return sum.Seconds() / float64(max(1, seconds))
}
