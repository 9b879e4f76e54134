package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"mimebatch/batch"
)

// progressEvery is how often a plain line tells of the progress where no bar can be drawn.
const progressEvery = 10 * time.Second

// progress shows how far an apply has come: a bar on a terminal, else a line now and then. Its methods are safe
// for concurrent use.
type progress struct {
	app *app
	bar *progressbar.ProgressBar // nil without a terminal

	mu      sync.Mutex
	seen    map[int]bool // rows that came to their end at least once
	total   int
	trouble int
	began   time.Time
	told    time.Time
}

// progress counts the rows that are left to do.
func (a *app) progress(ctx context.Context, j batch.Journal, id batch.RunID) (*progress, error) {
	p := &progress{app: a, seen: map[int]bool{}, began: time.Now(), told: time.Now()}
	last := 0
	for s, err := range j.Open(ctx, id) {
		if err != nil {
			return nil, err
		}
		if s.Row != last {
			p.total++
			last = s.Row
		}
	}
	if a.bar && p.total > 0 {
		p.bar = progressbar.NewOptions(p.total,
			progressbar.OptionSetWriter(a.stderr),
			progressbar.OptionSetDescription("applying"),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("rows"),
			progressbar.OptionSetWidth(20),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p, nil
}

// row notes that a row has come to its end for now.
func (p *progress) row(row int, state batch.StepState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[row] {
		return
	}
	p.seen[row] = true
	if state != batch.StepDone {
		p.trouble++
	}
	if p.bar != nil {
		_ = p.bar.Add(1) // a bar that can't be drawn is no reason to stop
		return
	}
	if time.Since(p.told) < progressEvery {
		return
	}
	p.told = time.Now()
	line := fmt.Sprintf("%d of %d rows, %.1f a second", len(p.seen), p.total, float64(len(p.seen))/time.Since(p.began).Seconds())
	if p.trouble > 0 {
		line += fmt.Sprintf(", %d of them not done", p.trouble)
	}
	p.app.infof("%s", line)
}

// end takes the bar off the screen.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Exit()
	}
}
