package batch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits end an [Applier.Apply] before all rows are through. It then takes no new rows and lets calls on their way come home, as
// it does when its context is cancelled, and its error is a *[LimitError]. The zero Limits has none.
type Limits struct {
	// Until is the time from which no row is begun, zero for no limit.
	Until time.Time
	// Duration is how long an Apply may take new rows, the pauses between waves and the time that the machine sleeps included;
	// 0 is no limit.
	Duration time.Duration
	// Failures is how many rows may be refused in an Apply: the next one ends it. Rows that are on their way then may be
	// refused too. Nil is no limit.
	Failures *int
	// Changes is how many rows an Apply may change at most, nil for no limit. If more are left to do, none is begun.
	Changes *int
}

// Limit names one of the [Limits].
type Limit string

// The limits.
const (
	LimitUntil    Limit = "until"
	LimitDuration Limit = "max-duration"
	LimitFailures Limit = "max-failures"
	LimitChanges  Limit = "max-changes"
)

// LimitError says that a limit ended a run. What was not reached is open: applying the run again goes on with it.
type LimitError struct {
	Limit    Limit
	Until    time.Time     // the time that has come
	Duration time.Duration // the time that is up
	Rows     int           // rows refused, or to be changed
	Allowed  int           // of these
}

func (e *LimitError) Error() string {
	switch e.Limit {
	case LimitUntil:
		return fmt.Sprintf("it is past %s, from when on no row is begun (--until)", e.Until.Format("15:04 on 2 Jan 2006"))
	case LimitDuration:
		return fmt.Sprintf("the time for taking rows is up: %v (--max-duration)", e.Duration)
	case LimitFailures:
		return fmt.Sprintf("%s refused, where %s allowed at most (--max-failures)", plural(e.Rows, "row was", "rows were"), plural(e.Allowed, "is", "are"))
	}
	return fmt.Sprintf("%s would be changed, where %s allowed at most (--max-changes); nothing was sent", plural(e.Rows, "row", "rows"), plural(e.Allowed, "is", "are"))
}

// Check returns the error for a number of changes that is not allowed, nil if it is.
func (l Limits) Check(changes int) error {
	if l.Changes != nil && changes > *l.Changes {
		return &LimitError{Limit: LimitChanges, Rows: changes, Allowed: *l.Changes}
	}
	return nil
}

// clockEvery is how often the clock is looked at. A timer alone would stand still while the machine sleeps, and then let rows
// go out in the hours that they were to be kept from.
const clockEvery = time.Second

// watch returns a context that ends, with a *[LimitError] for its cause, when a time limit is reached or a row too many was
// refused, which the second function is to be told of. The third ends the watch.
func (l Limits) watch(ctx context.Context) (_ context.Context, refused, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	for _, e := range l.deadlines(time.Now()) {
		if !time.Now().Before(e.Until) {
			cancel(e)
		}
		watching.Go(func() {
			for ctx.Err() == nil && time.Now().Before(e.Until) {
				_ = sleep(ctx, min(clockEvery, time.Until(e.Until))) // the loop looks at ctx itself
			}
			cancel(e)
		})
	}
	var mu sync.Mutex
	n := 0
	refused = func() {
		mu.Lock()
		defer mu.Unlock()
		if n++; l.Failures != nil && n > *l.Failures {
			cancel(&LimitError{Limit: LimitFailures, Rows: n, Allowed: *l.Failures})
		}
	}
	return ctx, refused, func() { cancel(nil); watching.Wait() }
}

// deadlines returns the errors of the limits in time, for a beginning. Their times are of the clock on the wall, which goes on
// while the machine sleeps.
func (l Limits) deadlines(begun time.Time) []*LimitError {
	var out []*LimitError
	if !l.Until.IsZero() {
		out = append(out, &LimitError{Limit: LimitUntil, Until: l.Until.Round(0)})
	}
	if l.Duration > 0 {
		out = append(out, &LimitError{Limit: LimitDuration, Until: begun.Add(l.Duration).Round(0), Duration: l.Duration})
	}
	return out
}

// reached returns the limit that ended ctx, if one did and err comes of that; else err.
func reached(ctx context.Context, err error) error {
	if limit, ok := errors.AsType[*LimitError](context.Cause(ctx)); ok && errors.Is(err, context.Canceled) {
		return limit
	}
	return err
}

// Bound is a number of rows, or a share of them in percent.
type Bound struct {
	n       float64
	percent bool
}

// ParseBound reads a number such as 20, or a share such as 5% or 0.5%.
func ParseBound(s string) (Bound, error) {
	digits, percent := strings.CutSuffix(s, "%")
	if percent {
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(n >= 0 && n <= 100) || strings.Trim(digits, "0123456789.") != "" {
			return Bound{}, fmt.Errorf("%q is no share from 0%% to 100%%", s)
		}
		return Bound{n, true}, nil
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return Bound{}, fmt.Errorf("%q is no number of rows, such as 20, and no share of them, such as 5%%", s)
	}
	return Bound{n: float64(n)}, nil
}

// Of returns how many of so many rows it is at most.
func (b Bound) Of(rows int) int {
	if b.percent {
		return int(math.Floor(b.n * float64(rows) / 100))
	}
	return int(b.n)
}

// String writes the bound as [ParseBound] reads it.
func (b Bound) String() string {
	s := strconv.FormatFloat(b.n, 'f', -1, 64)
	if b.percent {
		s += "%"
	}
	return s
}

// untilLayouts are the forms of a date with a time of day.
var untilLayouts = [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// ParseUntil reads a time of day, such as 06:00, as the next such time after now, and a date with a time of day as that time. Where
// it names no zone it is of now's.
func ParseUntil(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse("15:04", s); err == nil {
		next := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
		if !next.After(now) {
			next = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, now.Location())
		}
		return next, nil
	}
	for _, layout := range untilLayouts {
		t, err := time.ParseInLocation(layout, s, now.Location())
		switch {
		case err != nil:
		case !t.After(now):
			return time.Time{}, fmt.Errorf("%q is over already", s)
		default:
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 06:00 or 2026-12-31 06:00", s)
}
