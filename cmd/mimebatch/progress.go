package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
)

const (
	// progressEvery is how often a plain line tells of the progress where no bar can be drawn.
	progressEvery = 10 * time.Second
	// paceEvery is how often the words beside the bar are made anew.
	paceEvery = time.Second
	// drawEvery is how often the bar is drawn.
	drawEvery = 100 * time.Millisecond
	// etaTicks, of paceEvery each, is how far back the rate goes by which the end is foretold, and leastTicks the least.
	etaTicks, leastTicks = 60, 5
)

// progress shows how far an apply has come: a bar on a terminal, else a line now and then. Its methods are safe
// for concurrent use.
type progress struct {
	app  *app
	bar  *progressbar.ProgressBar // nil without a terminal
	pace func() mimecast.Pace     // of the calls; nil if nobody knows. It is set before the first row

	screen   sync.Mutex  // held by who writes on standard error, or draws
	speaking atomic.Bool // somebody holds it to say something
	start    sync.Once
	stop     chan struct{}
	stopped  sync.WaitGroup

	mu      sync.Mutex
	ended   []uint64 // a bit for each row that is at its end
	done    int      // rows of these
	total   int
	refused int   // of those that are done
	past    []int // how many were done at the last ticks, the latest last
}

// progress begins to show how so many rows are done, of which the last is the one of that place in the plan.
func (a *app) progress(rows, last int) *progress {
	p := &progress{app: a, stop: make(chan struct{}), past: []int{0}, total: rows, ended: make([]uint64, last/64+1)}
	if a.bar && p.total > 0 {
		p.bar = progressbar.NewOptions(p.total,
			progressbar.OptionSetWriter(a.stderr),
			progressbar.OptionSetDescription("applying"),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetWidth(8), // leaves room for the pace
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// aside takes the bar off the screen for as long as the function has something to say there.
func (p *progress) aside(say func()) {
	p.screen.Lock()
	defer p.screen.Unlock()
	p.speaking.Store(true)
	defer p.speaking.Store(false)
	p.say(say)
}

// say takes the bar off and speaks. The screen is held.
func (p *progress) say(say func()) {
	if p.bar != nil {
		_ = p.bar.Clear() // a bar that can't be drawn is no reason to stop
	}
	say()
}

// tryAside is aside, unless somebody else is speaking: then nothing is said.
func (p *progress) tryAside(say func()) {
	if !p.speaking.CompareAndSwap(false, true) {
		return
	}
	defer p.speaking.Store(false)
	p.screen.Lock()
	defer p.screen.Unlock()
	p.say(say)
}

// row notes what the workers left a row as. One that is open or unknown comes again, or not to its end.
func (p *progress) row(row int, state batch.StepState) {
	p.start.Do(func() { p.stopped.Go(p.run) })
	p.mu.Lock()
	defer p.mu.Unlock()
	word, bit := row/64, uint64(1)<<(row%64)
	if state != batch.StepDone && state != batch.StepRefused || p.ended[word]&bit != 0 {
		return
	}
	p.ended[word] |= bit
	p.done++
	if state == batch.StepRefused {
		p.refused++
	}
}

// run draws the bar and tells of the pace until end is called.
func (p *progress) run() {
	draw, tell := time.NewTicker(drawEvery), time.NewTicker(paceEvery)
	defer draw.Stop()
	defer tell.Stop()
	for told := time.Now(); ; {
		select {
		case <-p.stop:
			return
		case <-draw.C:
			p.screen.Lock()
			p.draw()
			p.screen.Unlock()
			continue
		case <-tell.C:
		}
		now := time.Now()
		line, pace := p.tick(now)
		p.screen.Lock()
		switch {
		case p.bar != nil:
			p.bar.Describe(pace)
		case now.Sub(told) >= progressEvery:
			told = now
			p.app.infof("%s, %s", line, pace)
		}
		p.screen.Unlock()
	}
}

// draw draws the bar as far as the rows are. At its end it goes off the screen.
func (p *progress) draw() {
	p.mu.Lock()
	done := p.done
	p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Set(done) // a bar that can't be drawn is no reason to stop
	}
}

// tick takes note of how far the rows are, and puts it and the pace into words.
func (p *progress) tick(now time.Time) (line, pace string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past = append(p.past, p.done)
	p.past = p.past[max(0, len(p.past)-1-etaTicks):]
	line = fmt.Sprintf("%d/%d rows", p.done, p.total)
	if p.refused > 0 {
		line += fmt.Sprintf(", %d refused", p.refused)
	}
	ticks := len(p.past) - 1
	rows := p.done - p.past[0]
	moves := rows > 0 && ticks >= leastTicks && p.done < p.total
	var words []string
	if p.pace != nil {
		told := p.pace()
		if told.Closed > 0 {
			return line, fmt.Sprintf("paused for %s by the service's rate limit", (told.Closed + time.Second - 1).Truncate(time.Second))
		}
		words = append(words, paceWords(told))
		moves = moves && perSecond(told.Rate) != perSecond(0) // else nobody knows when it goes on
	} else {
		words = append(words, perSecond(float64(rows)/(time.Duration(max(1, ticks))*paceEvery).Seconds())+" rows/s")
	}
	if moves {
		each := time.Duration(ticks) * paceEvery / time.Duration(rows)
		words = append(words, doneWords(now, each*time.Duration(p.total-p.done)))
	}
	return line, strings.Join(words, ", ")
}

// paceWords tells a pace, as in "4.2 calls/s of 5.0 granted".
func paceWords(p mimecast.Pace) string {
	words := perSecond(p.Rate) + " calls/s"
	switch {
	case p.Granted > 0 && p.Allowed >= p.Granted:
		words += " of " + perSecond(p.Granted) + " granted"
	case p.Granted > 0:
		words += " of " + perSecond(p.Allowed) + " allowed"
	}
	return words
}

// doneWords foretells the end, in local time: by the day where the time alone might be taken for one that is past.
func doneWords(now time.Time, left time.Duration) string {
	at := now.Add(left).Local()
	if left > 12*time.Hour && at.YearDay() != now.Local().YearDay() {
		return "done on " + at.Format("2 Jan")
	}
	return "done at " + at.Format("15:04")
}

// perSecond writes a rate in no more than a few digits.
func perSecond(rate float64) string {
	if rate < 100 {
		return fmt.Sprintf("%.1f", rate)
	}
	return fmt.Sprintf("%.0f", rate)
}

// end takes the bar off the screen.
func (p *progress) end() {
	close(p.stop)
	p.stopped.Wait()
	p.aside(func() {})
}
