package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
)

func TestPaceWords(t *testing.T) {
	for want, p := range map[string]mimecast.Pace{
		"0.0 calls/s":                {},
		"4.2 calls/s":                {Rate: 4.2, Allowed: 5},
		"4.2 calls/s of 5.0 granted": {Rate: 4.2, Allowed: 5, Granted: 5},
		"498 calls/s of 500 granted": {Rate: 498.4, Allowed: math.Inf(1), Granted: 500},
		"2.9 calls/s of 3.0 allowed": {Rate: 2.9, Allowed: 3, Granted: 5},
	} {
		if got := paceWords(p); got != want {
			t.Errorf("%+v is %q, want %q", p, got, want)
		}
	}
}

func TestDoneWords(t *testing.T) {
	for _, tt := range []struct {
		hour int
		left time.Duration
		want string
	}{
		{13, 17 * time.Minute, "done at 13:17"},
		{22, 3 * time.Hour, "done at 01:00"},
		{6, 13 * time.Hour, "done at 19:00"},
		{13, 23*time.Hour + 50*time.Minute, "done on 31 Mar"}, // 12:50 is past today
		{13, 72 * time.Hour, "done on 2 Apr"},
	} {
		now := time.Date(2026, 3, 30, tt.hour, 0, 0, 0, time.Local)
		if got := doneWords(now, tt.left); got != tt.want {
			t.Errorf("%v from %v is %q, want %q", tt.left, now, got, tt.want)
		}
	}
}

// onProgress runs an apply of so many rows, one every half a second, for so long. The first takes half of that, so that
// none ends at the very time of a tick.
func onProgress(t *testing.T, a *app, rows int, span time.Duration, pace func() mimecast.Pace) {
	t.Helper()
	p := a.progress(rows, rows)
	p.pace = pace
	for i := range int(span / (500 * time.Millisecond)) {
		state := batch.StepDone
		if i == 3 {
			state = batch.StepRefused
		}
		p.row(i+1, state)
		p.row(i+1, state)
		<-time.After(500 * time.Millisecond / time.Duration(max(1, 2-i)))
	}
	p.end()
}

func TestProgressLines(t *testing.T) {
	pace := mimecast.Pace{Rate: 4.2, Allowed: 5, Granted: 5}
	paused := mimecast.Pace{Rate: 0, Allowed: 5, Granted: 5, Closed: 3100 * time.Millisecond}
	for _, tt := range []struct {
		name string
		pace func() mimecast.Pace
		want string
	}{
		{"with a pace", func() mimecast.Pace { return pace }, "4.2 calls/s of 5.0 granted, done at TIME"},
		{"stalled", func() mimecast.Pace { return mimecast.Pace{Rate: 0.04, Allowed: 5, Granted: 5} }, "0.0 calls/s of 5.0 granted"},
		{"paused", func() mimecast.Pace { return paused }, "paused for 4s by the service's rate limit"},
		{"nobody knows the pace", nil, "2.1 rows/s, done at TIME"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				begun := time.Now()
				onProgress(t, &app{stderr: &out}, 1000, 15*time.Second, tt.pace)
				// 21 rows took 10 s, so 1000 take 476 s.
				due := begun.Add(476 * time.Second).Format("15:04")
				want := "mimebatch: 21/1000 rows, 1 refused, " + strings.ReplaceAll(tt.want, "TIME", due) + "\n"
				if diff := cmp.Diff(want, out.String()); diff != "" {
					t.Errorf("lines (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A row whose answer was lost is not at its end: neither is the bar, nor is it held against the row when it is settled.
func TestProgressCountsRowsAtTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := (&app{}).progress(3, 3)
		defer p.end()
		for _, tt := range []struct {
			row   int
			state batch.StepState
			want  string
		}{
			{1, batch.StepUnknown, "0/3 rows"},
			{2, batch.StepDone, "1/3 rows"},
			{3, batch.StepOpen, "1/3 rows"},
			{1, batch.StepDone, "2/3 rows"},
			{3, batch.StepRefused, "3/3 rows, 1 refused"},
		} {
			p.row(tt.row, tt.state)
			if line, _ := p.tick(time.Now()); line != tt.want {
				t.Errorf("row %d %s: %q, want %q", tt.row, tt.state, line, tt.want)
			}
		}
	})
}

// The bar and the pace beside it fit into 80 columns, however many rows there are.
func TestProgressBarFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		onProgress(t, &app{stderr: &out, bar: true}, 1_000_000, 20*time.Second, func() mimecast.Pace {
			return mimecast.Pace{Rate: 4999.9, Allowed: 5000, Granted: 5000}
		})
		if !strings.Contains(out.String(), "/1000000) 5000 calls/s of 5000 granted, done on ") {
			t.Errorf("the pace isn't shown:\n%q", out.String())
		}
		for _, line := range strings.FieldsFunc(out.String(), func(r rune) bool { return r == '\r' || r == '\n' }) {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%d columns: %q", n, line)
			}
		}
	})
}

// Rows that end while somebody has the screen, such as a question, are drawn when it is free again.
func TestProgressLeavesTheScreenToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := (&app{stderr: &out, bar: true}).progress(4, 4)
		p.row(1, batch.StepDone)
		<-time.After(paceEvery * 3 / 2)
		p.aside(func() {
			before := out.Len()
			p.row(2, batch.StepDone)
			if drawn := out.String()[before:]; drawn != "" {
				t.Errorf("drawn meanwhile: %q", drawn)
			}
		})
		p.end()
	})
}

// The bar is as far as the rows are, and nothing of it is left on the screen in the end.
func TestProgressBarFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := (&app{stderr: &out, bar: true}).progress(3, 3)
		for _, tt := range []struct {
			row  int
			want string
		}{{1, " 33% "}, {2, " 66% "}} {
			p.row(tt.row, batch.StepDone)
			<-time.After(2 * drawEvery)
			p.aside(func() {
				if !strings.Contains(out.String(), tt.want) {
					t.Errorf("row %d: %q", tt.row, out.String())
				}
			})
			out.Reset()
		}
		p.row(3, batch.StepDone)
		p.end()
		if left := out.String()[strings.LastIndex(out.String(), "\r"):]; left != "\r" {
			t.Errorf("left on the screen: %q", left)
		}
	})
}
