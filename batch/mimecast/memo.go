package mimecast

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/singleflight"

	"mimebatch/batch"
)

// memo remembers what was read, by name. Those who want the same at the same time share one reading. A reading that failed is
// remembered if it would fail again. The zero memo is ready for use, and safe for concurrent use.
type memo[T any] struct {
	readings singleflight.Group
	mu       sync.Mutex
	known    map[string]reading[T]
}

// reading is what came of reading something.
type reading[T any] struct {
	value T
	err   error
}

// look returns what is remembered, and whether something is.
func (m *memo[T]) look(name string) (reading[T], bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.known[name]
	return r, ok
}

// get returns what is remembered, or else what read returns. A cancelled ctx ends it.
func (m *memo[T]) get(ctx context.Context, name string, read func(context.Context) (T, error)) (T, error) {
	for {
		if r, ok := m.look(name); ok {
			return r.value, r.err
		}
		result := m.readings.DoChan(name, func() (any, error) {
			if r, ok := m.look(name); ok { // read between the look above and now
				return r.value, r.err
			}
			v, err := read(ctx)
			if err == nil || lasts(err) {
				m.keep(name, reading[T]{v, err})
			}
			return v, err
		})
		select {
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		case r := <-result:
			// The one who read for all may have been stopped, which doesn't stop the others.
			if isStop(r.Err) && ctx.Err() == nil {
				continue
			}
			v, _ := r.Val.(T)
			return v, r.Err
		}
	}
}

func (m *memo[T]) keep(name string, r reading[T]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]reading[T]{}
	}
	m.known[name] = r
}

// lasts tells whether what failed so would fail again: the service dealt with the call, and said no or nothing of use.
func lasts(err error) bool {
	ce, ok := errors.AsType[*batch.CallError](err)
	return ok && (ce.Reply.Verdict == batch.Refused || ce.Reply.Verdict == batch.Fatal || ce.Reply.Answered())
}

// isStop tells whether an error is that of a context.
func isStop(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
