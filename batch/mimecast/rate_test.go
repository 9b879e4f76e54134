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

// Over real HTTP, by the times at which the server executes: all that is granted and no more. It takes a minute or two, and
// wants a machine that isn't busy with other things.
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
				t.Logf("%d calls, %.4f of the grant, at most %d in a second, %d throttled", n, share, worst, throttled)
				if share < 0.99 || float64(worst) > granted+1 || throttled > n/200 {
					t.Error("want at least 0.99 of the grant, at most one call more than it in any second, at most 0.5 % throttled")
				}
			})
		}
	}
}
