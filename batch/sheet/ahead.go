package sheet

import (
	"context"
	"io"
)

// How far a readAhead is ahead.
const (
	aheadBlocks = 4
	aheadBlock  = 64 << 10 // bytes
)

// readAhead reads a stream in a goroutine of its own, a few blocks ahead of who reads it: a part of a workbook is unpacked while
// what was unpacked before is scanned. The goroutine ends with the stream, or with the context, whose error then comes in place of
// the rest, or when it is closed.
type readAhead struct {
	filled chan block
	free   chan []byte
	stop   chan struct{} // closed to end the goroutine
	ended  chan struct{} // closed when it has ended

	now  block // what is handed out
	rest []byte
}

type block struct {
	data []byte
	err  error // what follows the data
}

func newReadAhead(ctx context.Context, in io.Reader) *readAhead {
	a := &readAhead{
		filled: make(chan block, aheadBlocks),
		free:   make(chan []byte, aheadBlocks),
		stop:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
	for range aheadBlocks {
		a.free <- nil
	}
	go a.run(ctx, in)
	return a
}

func (a *readAhead) run(ctx context.Context, in io.Reader) {
	defer close(a.ended)
	for {
		var data []byte
		select {
		case data = <-a.free:
		case <-a.stop:
			return
		}
		if data == nil { // small parts need one block
			data = make([]byte, aheadBlock)
		}
		n, err := 0, ctx.Err()
		for err == nil && n < len(data)/2 {
			var m int
			m, err = in.Read(data[n:])
			n += m
		}
		a.filled <- block{data[:n], err} // there is room for every block
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader.
func (a *readAhead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.data != nil {
			a.free <- a.now.data[:cap(a.now.data)]
		}
		a.now = <-a.filled
		a.rest = a.now.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// close ends the goroutine and waits for its end. What it reads from may be closed then.
func (a *readAhead) close() {
	close(a.stop)
	<-a.ended
}
