package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mimebatch/batch"
)

// benchWorkers is how many goroutines make calls in a benchmark.
const benchWorkers = 64

// BenchmarkBeginFinish begins and finishes one step of each row.
func BenchmarkBeginFinish(b *testing.B) {
	j := open(b, filepath.Join(b.TempDir(), "journal"))
	plan(b, j, batch.Run{ID: "bench"}, people(b.N))
	share(b, func(row int) error {
		a := batch.Attempt{Run: "bench", Row: row, Step: 1, Try: 1, Begun: time.Now()}
		if err := j.Begin(b.Context(), []batch.Attempt{a}); err != nil {
			return err
		}
		reply := batch.Reply{Verdict: batch.Done, HTTP: 200, RequestID: "0123456789abcdef", Sent: a.Begun, Received: a.Begun}
		return j.Finish(b.Context(), []batch.Outcome{{Attempt: a, State: batch.StepDone, Reply: reply}})
	})
}

// BenchmarkAppendSync is the floor to read BenchmarkBeginFinish by: each worker has two lines a row appended to a plain file, and
// whatever waits is written and synced together.
func BenchmarkAppendSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "lines"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := bytes.Repeat([]byte("x"), 150)
	waiting := make(chan chan error)
	defer close(waiting)
	go func() {
		for first := range waiting {
			group := []chan error{first}
			for more := true; more; {
				select {
				case w := <-waiting:
					group = append(group, w)
				default:
					more = false
				}
			}
			_, err := f.Write(bytes.Repeat(line, len(group)))
			if err == nil {
				err = f.Sync()
			}
			for _, w := range group {
				w <- err
			}
		}
	}()
	share(b, func(int) error {
		for range 2 {
			done := make(chan error)
			waiting <- done
			if err := <-done; err != nil {
				return err
			}
		}
		return nil
	})
}

// share gives b.N rows, from 1, to the workers.
func share(b *testing.B, do func(row int) error) {
	b.ResetTimer()
	var next atomic.Int64
	var workers sync.WaitGroup
	for range benchWorkers {
		workers.Go(func() {
			for row := next.Add(1); row <= int64(b.N); row = next.Add(1) {
				if err := do(int(row)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
	perSecond(b)
}

func perSecond(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s") }

func BenchmarkPlan(b *testing.B) {
	j := open(b, filepath.Join(b.TempDir(), "journal"))
	b.ResetTimer()
	plan(b, j, batch.Run{ID: "bench"}, people(b.N))
	perSecond(b)
}

func BenchmarkResults(b *testing.B) {
	j := open(b, filepath.Join(b.TempDir(), "journal"))
	plan(b, j, batch.Run{ID: "bench"}, people(b.N))
	b.ResetTimer()
	collect(b, j.Results(b.Context(), "bench"))
	perSecond(b)
}
