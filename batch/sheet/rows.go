package sheet

import (
	"context"
	"errors"
	"io"
)

// How far reading is ahead of who ranges over the rows. A file is parsed while the rows before are looked at.
const (
	rowBlocks  = 3
	blockRows  = 256
	blockCells = 8192
)

// rowBlock is some rows in a row, with memory for their cells.
type rowBlock struct {
	rows  []Row
	cells []Cell
}

func (b *rowBlock) add(r Row) {
	start := len(b.cells)
	b.cells = append(b.cells, r.Cells...)
	r.Cells = b.cells[start:len(b.cells):len(b.cells)]
	b.rows = append(b.rows, r)
}

func (b *rowBlock) isFull() bool { return len(b.rows) >= blockRows || len(b.cells) >= blockCells }

// ahead yields what pass yields, which works in a goroutine of its own. The goroutine has ended when ahead returns.
func (t *Table) ahead(ctx context.Context, yield func(Row) bool) (stopped bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	full, free := make(chan *rowBlock), make(chan *rowBlock, rowBlocks)
	for range rowBlocks {
		free <- &rowBlock{}
	}
	ended := make(chan error, 1)
	go func() {
		defer close(full)
		ended <- t.fill(ctx, full, free)
	}()
	defer func() {
		cancel()
		for range full { // until it is closed
		}
	}()
	for b := range full {
		for _, r := range b.rows {
			if err := ctx.Err(); err != nil {
				return false, err
			}
			if !yield(r) {
				return true, nil
			}
		}
		b.rows, b.cells = b.rows[:0], b.cells[:0]
		free <- b
	}
	return false, <-ended
}

// fill fills free blocks with the rows of a pass.
func (t *Table) fill(ctx context.Context, full, free chan *rowBlock) error {
	var b *rowBlock
	send := func() bool {
		select {
		case full <- b:
			b = nil
			return true
		case <-ctx.Done():
			return false
		}
	}
	stopped, err := t.pass(ctx, func(r Row) bool {
		if b == nil {
			select {
			case b = <-free:
			case <-ctx.Done():
				return false
			}
		}
		b.add(r)
		return !b.isFull() || send()
	})
	if b != nil && !stopped && !send() || stopped {
		return ctx.Err()
	}
	return err
}

// pass yields the lines below the header until yield says no, in which case it returns true.
func (t *Table) pass(ctx context.Context, yield func(Row) bool) (stopped bool, err error) {
	src, err := t.open(ctx)
	if err != nil {
		return false, err
	}
	defer src.close()
	for at := t.HeaderLine; ; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		l, err := src.next()
		if errors.Is(err, io.EOF) {
			t.keepMerged(src.merged())
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if l.number <= t.HeaderLine {
			continue
		}
		for at++; at < l.number; at++ {
			if !yield(Row{Line: at}) {
				return true, nil
			}
		}
		if !yield(t.row(l)) {
			return true, nil
		}
	}
}
