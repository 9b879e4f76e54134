package batch

import (
	"cmp"
	"context"
	"iter"
	"slices"
)

// Retry is what of a run is planned again: the rows that are unknown or were not reached, and those that were refused for a reason
// that may pass. Its rows are matched to the lines of a sheet, the same as the run's or a corrected one, by their addresses; see
// [CompareSheet].
type Retry struct {
	Counts Counts // rows of the run that are taken up, those among them that are gone from the sheet too
	Left   Counts // rows of the run that are not done and are left alone
	Doubts int    // rows of those taken up that are unknown, and that applying the run again may settle
	Rows   int    // rows of the sheet that are planned again
	Edits  SheetEdits
	// New are the lines of the sheet that neither the run has nor any before it; nil if First isn't known.
	New []int
	// First is the plan of a sheet that the run goes back to, itself if it is one; zero if that isn't known.
	First Run
	// Strays are the accounts of addresses that are in the sheet no more, in the order of their lines.
	Strays []Stray
	// Same says that the sheet is the run's own, to the byte.
	Same bool

	mode  Mode
	lines map[int]*unfinished // of the sheet
}

// Stray is an account that a run created, or may have created, for an address that was corrected or removed since.
type Stray struct {
	Line  int // in the run that is planned again
	Email string
	Run   RunID // that created it
	Sure  bool  // it did
}

// RetryOptions say what a retry takes up.
type RetryOptions struct {
	// Passing tells from its code whether a refusal may not come again when its row is planned anew as it is.
	Passing func(code string) bool
	// AllFailed takes up the rows as well that are invalid, blocked or refused for good.
	AllFailed bool
	// MostEdits is how many rows that were edited or removed since are told by their cells.
	MostEdits int
	// Before are the runs that the run is a retry of, and the other retries of it and of these, the newest first: what they did
	// is done.
	Before []PastRun
}

// PastRun is a run with what became of its rows.
type PastRun struct {
	Run
	Rows iter.Seq2[RowResult, error]
}

// unfinished is what of a row of the run is done already.
type unfinished struct {
	email    string
	created  RunID   // the run that created it, "" for none
	doubtful RunID   // the run that may have created it
	done     []Field // that were set as this very sheet asks for
}

// NewRetry chooses the rows of a run that are planned again, and finds them in a sheet.
func NewRetry(ctx context.Context, run Run, rows iter.Seq2[RowResult, error], s *Sheet, o RetryOptions) (*Retry, error) {
	r := &Retry{
		Counts: Counts{}, Left: Counts{}, Same: s.Table.SHA256 == run.SHA256,
		mode: run.Mode, lines: map[int]*unfinished{},
	}
	// A password of an older sheet may have been replaced since: what a run set counts only if none since had another sheet.
	same := func(past Run) bool {
		other := func(r Run) bool { return r.SHA256 != s.Table.SHA256 && !r.Created.Before(past.Created) }
		return !other(run) && !slices.ContainsFunc(o.Before, func(p PastRun) bool { return other(p.Run) })
	}
	p, own := newPairing(run, s), same(run)
	err := p.pair(ctx, rows, func(row RowResult) *unfinished {
		switch {
		case o.takes(row):
			r.Counts[row.Status]++
			if row.Status == InDoubt && row.Reason.Code != CodeChanged {
				r.Doubts++
			}
			return unfinishedOf(run.ID, row, own)
		case row.Status == Invalid || row.Status == Blocked || row.Status == WasRefused:
			r.Left[row.Status]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	first := run // of those that it goes back to, as far as they are known
	for _, past := range o.Before {
		origin := first.Kind == OfRetry && first.Of == past.ID
		if origin {
			first = past.Run
		}
		counts := same(past.Run)
		if err := p.recall(past.Rows, origin, func(row RowResult) *unfinished { return unfinishedOf(past.ID, row, counts) }); err != nil {
			return nil, err
		}
	}
	p.correct(func(was pastRow) bool { return was.left != nil })
	for _, was := range p.past {
		r.take(was, p.retried[was.now])
	}
	slices.SortFunc(r.Strays, func(a, b Stray) int { return cmp.Compare(a.Line, b.Line) })
	r.Rows = len(r.lines)
	if first.Kind == OfSheet {
		r.First = first
		for _, row := range p.added {
			if !row.old && p.retried[row.line] == nil {
				r.New = append(r.New, int(row.line))
			}
		}
		slices.Sort(r.New)
	}
	r.Edits, err = p.edits(ctx, rows, o.MostEdits, func(was pastRow) bool { return was.left != nil }, false)
	return r, err
}

// take takes a row of the run up, if it is unfinished. The run did nothing for an address that stands in the place of another one,
// and the account of that stays; what another retry did of it instead is nil for none.
func (r *Retry) take(was pastRow, instead *unfinished) {
	u := was.left
	if u == nil {
		return
	}
	if was.now == 0 || was.corrected {
		if made := cmp.Or(u.created, u.doubtful); made != "" {
			r.Strays = append(r.Strays, Stray{int(was.line), u.email, made, u.created != ""})
		}
		u = cmp.Or(instead, untouched)
	}
	if was.now != 0 {
		r.lines[int(was.now)] = u
	}
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

// unfinishedOf returns what a run did of a row; what it set counts if the sheet is the same.
func unfinishedOf(run RunID, r RowResult, same bool) *unfinished {
	u := unfinished{email: r.Email}
	if same {
		u.done = r.Changed
	}
	for _, s := range r.Steps {
		switch {
		case s.Kind == StepCreate && s.State == StepDone:
			u.created = run
		case s.Kind == StepCreate && s.State == StepUnknown:
			u.doubtful = run
		}
	}
	if u.created == "" && u.doubtful == "" && len(u.done) == 0 {
		return untouched
	}
	return &u
}

// after returns what of a row is done if a run before did some of it.
func (u *unfinished) after(before *unfinished) *unfinished {
	if before == untouched {
		return u
	}
	return &unfinished{
		email: cmp.Or(u.email, before.email), created: cmp.Or(u.created, before.created), doubtful: cmp.Or(u.doubtful, before.doubtful),
		done: slices.Concat(u.done, before.done),
	}
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
	case u.created != "":
		row.Mode = Update
	case u.doubtful != "" && mode == Create:
		row.Mode = Upsert
	}
	if len(u.done) == 0 {
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
