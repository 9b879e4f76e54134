package mimecast

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"mimebatch/batch"
)

// Who waits for another's reading goes on by itself when that one is stopped.
func TestMemoOutlivesItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memo[int]
		var readings atomic.Int64
		read := func(ctx context.Context) (int, error) {
			if readings.Add(1) == 1 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return 7, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		stopped, served := make(chan error, 1), make(chan int, 1)
		go func() {
			_, err := m.get(ctx, "a", read)
			stopped <- err
		}()
		synctest.Wait()
		go func() {
			v, err := m.get(t.Context(), "a", read)
			if err != nil {
				t.Error(err)
			}
			served <- v
		}()
		synctest.Wait()
		cancel()
		if err := <-stopped; !errors.Is(err, context.Canceled) {
			t.Errorf("the first reader: %v", err)
		}
		if v := <-served; v != 7 {
			t.Errorf("the other was served %d, want 7", v)
		}
	})
}

// What would fail again is not read again: ten thousand refused rows don't ask ten thousand times.
func TestMemoRemembersRefusals(t *testing.T) {
	tests := []struct {
		reply batch.Reply
		want  int // readings
	}{
		{batch.Reply{Verdict: batch.Refused, HTTP: 200}, 1},
		{batch.Reply{Verdict: batch.Refused, HTTP: 400}, 1},
		{batch.Reply{Verdict: batch.Fatal, HTTP: 403}, 1},
		{batch.Reply{Verdict: batch.Unknown, HTTP: 200}, 1},
		{batch.Reply{Verdict: batch.Unknown, HTTP: 503}, 3},
		{batch.Reply{Verdict: batch.Unknown}, 3},
		{batch.Reply{Verdict: batch.Throttled, HTTP: 429}, 3},
		{batch.Reply{Verdict: batch.NotSent}, 3},
	}
	for _, tt := range tests {
		var m memo[int]
		readings := 0
		for range 3 {
			_, err := m.get(t.Context(), "a", func(context.Context) (int, error) {
				readings++
				return 0, &batch.CallError{Op: "read", Reply: tt.reply}
			})
			if ce, ok := errors.AsType[*batch.CallError](err); !ok || ce.Reply.Verdict != tt.reply.Verdict {
				t.Errorf("%s: error is %v", tt.reply.Verdict, err)
			}
		}
		if readings != tt.want {
			t.Errorf("%s, HTTP %d: %d readings, want %d", tt.reply.Verdict, tt.reply.HTTP, readings, tt.want)
		}
	}
}

// What failed for once is read again; what was read is not.
func TestMemoForgetsFailures(t *testing.T) {
	var m memo[int]
	readings := 0
	broken := errors.New("broken")
	read := func(context.Context) (int, error) {
		if readings++; readings < 3 {
			return 0, broken
		}
		return readings, nil
	}
	for i, want := range []int{0, 0, 3, 3} {
		v, err := m.get(t.Context(), "a", read)
		if v != want || (err != nil) != (want == 0) {
			t.Errorf("%d: got %d, error %v; want %d", i, v, err, want)
		}
	}
	if v, err := m.get(t.Context(), "b", read); v != 4 || err != nil {
		t.Errorf("another name: got %d, error %v", v, err)
	}
}
