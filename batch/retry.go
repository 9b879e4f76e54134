package batch

import (
	"context"
	"iter"
)

// Retry is what of a run is planned again: the rows that are unknown or were not reached, and those that were refused for a reason
// that may pass. Its rows are matched to the lines of a sheet, the same as the run's or a corrected one, by their addresses; see
// [CompareSheet].
type Retry struct {
	Counts Counts // rows of the run that are taken up, those among them that are gone from the sheet too
	Left   Counts // rows of the run that are not done and are left alone
	Rows   int    // rows of the sheet that are planned again
	Edits  SheetEdits
	// Same says that the sheet is the run's own, to the byte.
	Same bool

	mode  Mode
	lines map[int]*unfinished // of the sheet
}

// RetryOptions say what a retry takes up.
type RetryOptions struct {
	// Passing tells from its code whether a refusal may not come again when its row is planned anew as it is.
	Passing func(code string) bool
	// AllFailed takes up the rows as well that are invalid, blocked or refused for good.
	AllFailed bool
	// MostEdits is how many rows that were edited or removed since are told by their cells.
	MostEdits int
}

// unfinished is what of a row of the run is done already.
type unfinished struct {
	created  bool
	doubtful bool    // it may have been created
	done     []Field // that were set
}

// NewRetry chooses the rows of a run that are planned again, and finds them in a sheet.
func NewRetry(ctx context.Context, run Run, rows iter.Seq2[RowResult, error], s *Sheet, o RetryOptions) (*Retry, error) {
	r := &Retry{
		Counts: Counts{}, Left: Counts{}, Same: s.Table.SHA256 == run.SHA256,
		mode: run.Mode, lines: map[int]*unfinished{},
	}
	p := newPairing(run, s)
	err := p.pair(ctx, rows, func(row RowResult) *unfinished {
		switch {
		case o.takes(row):
			r.Counts[row.Status]++
			return unfinishedOf(row)
		case row.Status == Invalid || row.Status == Blocked || row.Status == WasRefused:
			r.Left[row.Status]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, was := range p.past {
		if was.left != nil && was.now != 0 {
			r.lines[int(was.now)] = was.left
		}
	}
	r.Rows = len(r.lines)
	r.Edits, err = p.edits(ctx, rows, o.MostEdits, func(was pastRow) bool { return was.left != nil }, false)
	return r, err
}

// takes tells whether a row is planned again.
func (o RetryOptions) takes(r RowResult) bool {
	switch r.Status {
	case InDoubt, NotReached:
		return true
	case WasRefused:
		return o.AllFailed || r.Reason.Code == CodeChanged || o.Passing(r.Reason.Code)
	case Invalid, Blocked:
		return o.AllFailed
	}
	return false
}

// untouched is a row of which nothing was done, as most are.
var untouched = &unfinished{}

func unfinishedOf(r RowResult) *unfinished {
	u := unfinished{done: r.Changed}
	for _, s := range r.Steps {
		if s.Kind == StepCreate {
			u.created = u.created || s.State == StepDone
			u.doubtful = u.doubtful || s.State == StepUnknown
		}
	}
	if !u.created && !u.doubtful && len(u.done) == 0 {
		return untouched
	}
	return &u
}

// Take tells whether a row of the sheet is planned again; it is for [Planner.Take].
func (r *Retry) Take(row Row) bool { return r.lines[row.Line] != nil }

// Amend returns what is left to do for a row that is taken; it is for [Planner.Amend]. A person that the run created, or may
// have created, is not to be blocked for being there. What the run did already is asked once more only if the sheet isn't the
// same: a password may be another one there, and passwords can't be compared.
func (r *Retry) Amend(row Row) Row {
	u := r.lines[row.Line]
	mode := row.Mode
	if mode == "" {
		mode = r.mode
	}
	switch {
	case mode == Skip:
	case u.created:
		row.Mode = Update
	case u.doubtful && mode == Create:
		row.Mode = Upsert
	}
	if !r.Same || len(u.done) == 0 {
		return row
	}
	row.Settings = row.Settings.Clone()
	for _, f := range u.done {
		delete(row.Settings, f)
		if f == Password {
			row.Password = Secret{}
		}
	}
	return row
}
