package batch

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"
)

// The codes of rows that an undo leaves as they are.
const (
	CodeNotChanged    = "not changed"    // the run did nothing to the account
	CodeAsBefore      = "as before"      // the account is as it was before the run already
	CodeChangedSince  = "changed since"  // somebody changed what the run had set
	CodeGone          = "account gone"   // the address has no account of its own any more
	CodeInDoubt       = "in doubt"       // whether the run did it is not known
	CodeNotReadable   = "state not told" // what the account is like now is not known
	CodeNotReversible = "not reversible" // what was there before is not known
)

// Undoer makes plans that take back what a run did. What a run did is what its journal has as done, by the service's own word,
// and what is in doubt but shows in the account as the run would have made it.
//
// Fields go back to what they were where that was read before they were changed. An account that the run created can't be
// deleted: it is disabled, and keeps what the run set. With Purge it is then put on the list of those that the service deletes
// itself, unless the run's creating it is in doubt and shows in the account only. What nobody can read (a password, an archive
// start date), and what was not read, stays. So does a whole row if a field that the run set is neither as the run left it nor as
// it was before: somebody has changed it since, and knew more than the journal does.
//
// Such a plan is one like any other: it is looked at and applied, it can be taken up again, and it can be taken back itself.
type Undoer struct {
	Directory Directory
	Journal   Journal
	Workers   int // calls in flight at most
	// Purge queues the accounts for purging that the run created, those that are disabled already too. Where the run took
	// accounts off the purge list, they are put on it again; that an undo put them on it is taken back in any case.
	Purge bool
	// Guard, if not nil, tells why an address must not be touched, with a code in its reason; its row is blocked.
	Guard func(email string) (Reason, bool)
}

// Plan reads what became of the rows of a run and what their accounts are like now, and yields every row in order, with what takes
// it back. It changes nothing in the tenant, and no step of it needs a password.
func (u *Undoer) Plan(ctx context.Context, id RunID) iter.Seq2[PlannedRow, error] {
	return func(yield func(PlannedRow, error) bool) {
		v, err := look(ctx, u.Directory, u.changed(ctx, id))
		if err != nil {
			yield(PlannedRow{}, err)
			return
		}
		reverse := func(row RowResult) *reversal {
			r := v.reverse(row)
			r.purge = u.Purge
			if r.Action == "" {
				r.guard(u.Guard)
			}
			return r
		}
		read := func(window []*reversal) error { return u.readStates(ctx, window) }
		windowed(u.Journal.Results(ctx, id), reverse, read, func(r *reversal) PlannedRow { return r.PlannedRow })(yield)
	}
}

// changed yields the addresses that a run has changed, or may have.
func (u *Undoer) changed(ctx context.Context, id RunID) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for row, err := range u.Journal.Results(ctx, id) {
			if err == nil && !deedOf(row.Steps).any() {
				continue
			}
			if !yield(row.Email, err) {
				return
			}
		}
	}
}

// readStates reads the accounts of the rows that may have something to take back, and decides on these.
func (u *Undoer) readStates(ctx context.Context, window []*reversal) error {
	var need []*reversal
	for _, r := range window {
		if r.Action == "" {
			need = append(need, r)
		}
	}
	return eachState(ctx, u.Directory, u.Workers, need, func(r *reversal) string { return r.Email }, (*reversal).decide)
}

// deed is what a run did to an account.
type deed struct {
	created bool
	fields  []Field      // that it changed
	left    Settings     // how it left them, where that can be said
	before  Settings     // what they were, where that was read
	doubts  []StepResult // steps that may have been executed

	inferred bool // that it was created shows in the account only
	queued   bool // for purging, or perhaps so
	unqueued bool // taken off the purge list, or perhaps so
}

func deedOf(steps []StepResult) *deed {
	d := &deed{left: Settings{}, before: Settings{}}
	for _, s := range steps {
		switch {
		case s.asAsked(): // by somebody else
		case s.State == StepDone, s.State == StepUnknown && s.Kind.ofPurgeList(): // that can be taken back whether or not it was done
			d.add(s)
		case s.State == StepUnknown:
			d.doubts = append(d.doubts, s)
		}
	}
	return d
}

func (d *deed) any() bool {
	return d.created || len(d.fields) > 0 || len(d.doubts) > 0 || d.queued || d.unqueued
}

// add takes in a step that was executed. What its answer told of a field is what it left there, whatever was asked.
func (d *deed) add(s StepResult) {
	d.created = d.created || s.Kind == StepCreate
	d.queued = d.queued || s.Kind == StepPurge
	d.unqueued = d.unqueued || s.Kind == StepUnpurge
	for _, f := range s.Fields() {
		before, known := s.Before[f]
		asked, ok := s.Set[f]
		if known && before == asked {
			continue // sent for company's sake
		}
		d.fields = append(d.fields, f)
		if known {
			d.before[f] = before
		}
		if ok {
			d.left[f] = asked
		}
		if s.Reply.Account == nil {
			continue
		}
		if told, ok := s.Reply.Account.Settings[f]; ok {
			d.left[f] = told
		}
	}
}

// settle takes in those steps in doubt that show in the account, and tells whether all of them do.
func (d *deed) settle(now Account) bool {
	for _, s := range d.doubts {
		if !s.shows(now) {
			return false
		}
		d.inferred = d.inferred || s.Kind == StepCreate
		d.add(s)
	}
	return true
}

// shows tells whether an account is such as it would be if the step was executed, and wouldn't be else.
func (s StepResult) shows(now Account) bool {
	if s.Kind == StepUpdate {
		return s.settledBy(now.Settings) == StepDone
	}
	alike := 0
	for f, asked := range s.Set {
		told, readable := now.Settings[f]
		if readable && told != asked {
			return false
		}
		if readable {
			alike++
		}
	}
	return alike > 0 && now.Type != typeByEmail && !now.Synced()
}

// stayedOff is what to know of an account that was taken off the purge list.
const stayedOff = "it was taken off the purge list, and is not put on it again"

// reversal is a row of a run on its way to being planned the other way round.
type reversal struct {
	PlannedRow
	*deed
	purge bool // what was created is to be queued for purging
}

// purges tells whether the account is to be queued for purging.
func (r *reversal) purges() bool { return r.purge && (r.created && !r.inferred || r.unqueued) }

// reverse settles everything that needs no look at the account's state; the others have no action yet.
func (v *view) reverse(row RowResult) *reversal {
	r := &reversal{
		PlannedRow: PlannedRow{N: row.N, Line: row.Line, Cells: row.Cells, Email: row.Email},
		deed:       deedOf(row.Steps),
	}
	if !r.any() {
		message := "the run did not change it: " + string(row.Status)
		if row.Status == NotReached {
			message = "the run has not reached it; applying that run again still would"
		}
		r.leave(CodeNotChanged, message)
		return r
	}
	if _, ok := v.domains[DomainOf(r.Email)]; !ok {
		r.blockDomain()
		return r
	}
	account, there := v.accounts.of(r.Email)
	if there {
		r.Account = &account
	}
	switch {
	case there && account.isUser():
	case there:
		r.block(CodeGone, "the address has no account of its own any more: it is an alias, a list or a contact now", "see to it in the tenant")
	case r.created:
		r.leave(CodeAsBefore, "the account that the run created is gone already")
	case len(r.doubts) > 0:
		r.doubt()
	default:
		r.block(CodeGone, "the account was deleted since: there is nothing to put back", "")
	}
	return r
}

func (r *reversal) leave(code, message string) {
	r.Action, r.Reason = ActionUnchanged, Reason{Code: code, Message: message}
}

func (r *reversal) doubt() {
	r.block(CodeInDoubt, "whether the run changed it is not known", "apply the run again, which finds it out, and then undo it")
}

// decide says what takes the row back, now that it is known what the account is like.
func (r *reversal) decide(now Reply) {
	if now.Verdict != Done || now.Account == nil {
		r.block(CodeNotReadable, joinNonEmpty([]string{"its present state can't be read", now.Reason.Message}), "undo the run again later")
		return
	}
	r.Account = r.Account.with(now.Account.Settings)
	switch {
	case !r.created && !r.settle(*r.Account):
		r.doubt()
	case r.created && r.Account.Type == typeByEmail:
		r.block(CodeNotReversible, "the account appeared by mail flow, not by the run: it stays, as the run has set it", "")
	case r.created && r.isDisabled() && !r.purges():
		r.leave(CodeAsBefore, "the account that the run created is disabled already")
	default:
		r.putBack()
	}
}

// putBack makes the step that takes the row back, unless somebody has changed the account since.
func (r *reversal) putBack() {
	set := Settings{}
	var since, lost []string
	for _, f := range r.fields {
		before, known := r.before[f]
		is, told := r.Account.Settings[f]
		switch {
		case told && known && is == before:
		case r.created && f == AccountDisabled && r.isDisabled(): // as an undo leaves it
		case told && is != r.left[f]:
			since = append(since, fmt.Sprintf("%s is %s, the run had left it at %s", f, cmp.Or(is, "(blank)"), cmp.Or(r.left[f], "(blank)")))
		case !told || before == "":
			lost = append(lost, string(f)) // a call takes no blank
		default:
			set[f] = before
		}
	}
	if r.created {
		set = Settings{}
		if !r.isDisabled() {
			set[AccountDisabled] = "true"
		}
	}
	nothing := len(set) == 0 && !r.queued && !r.purges()
	switch {
	case len(since) > 0:
		r.block(CodeChangedSince, "somebody changed it since: "+strings.Join(since, "; "), "it is kept as it is; change it by a sheet, if it should be otherwise")
		return
	case r.created:
	case nothing && r.unqueued:
		r.block(CodeNotReversible, stayedOff, "undo --purge puts it there")
		return
	case nothing && len(lost) > 0:
		r.block(CodeNotReversible, "what was there before is not known: "+strings.Join(lost, ", "), "")
		return
	case nothing:
		r.leave(CodeAsBefore, "the account is as it was before the run")
		return
	case len(lost) > 0:
		r.Notes = append(r.Notes, "stays as the run set it, for what was there before is not known: "+strings.Join(lost, ", "))
	}
	r.notePurge()
	r.noteSync(set)
	r.Action = ActionUpdate
	if r.queued {
		r.step(StepUnpurge, nil, false)
	}
	if len(set) > 0 {
		r.step(StepUpdate, set, false)
	}
	if r.purges() {
		r.step(StepPurge, nil, false)
		r.Steps[len(r.Steps)-1].Before = Settings{AccountDisabled: "true"} // by then: who is enabled again is not purged
	}
	r.remember(r.fields)
}

func (r *reversal) isDisabled() bool { return r.Account.Settings[AccountDisabled] == "true" }

// notePurge records whether the account will be deleted.
func (r *reversal) notePurge() {
	switch {
	case r.purges():
		r.Notes = append(r.Notes, "the service deletes for good what is queued for purging, in its own time")
	case r.unqueued:
		r.Notes = append(r.Notes, stayedOff)
	case r.created && r.purge:
		r.Notes = append(r.Notes, "disabled, and not queued for purging: that the run created it shows in its settings only; apply the run again, then undo it")
	case r.created:
		r.Notes = append(r.Notes, "an account can't be deleted: it is disabled, and keeps what the run set")
	}
}

// noteSync records that a directory may overwrite what is put back.
func (r *reversal) noteSync(set Settings) {
	_, name := set[Username]
	_, disabled := set[AccountDisabled]
	if r.Account.Synced() && (name || disabled) {
		r.Notes = append(r.Notes, noteSynced)
	}
}

// Undone is what becomes, in an undo, of what a run did to a row.
type Undone string

// What becomes of it.
const (
	ToReverse        Undone = "to reverse"         // planned, not yet done
	Reversed         Undone = "reversed"           // the service has confirmed it
	Kept             Undone = "kept"               // as somebody changed it since, or for want of knowing what it is like
	NotReversible    Undone = "not reversible"     // as the run set it
	FailedToReverse  Undone = "failed"             // refused, or not known to be done
	NothingToReverse Undone = "nothing to reverse" // the run did not change it, or it is as it was before
)

// AllUndone returns all of these in the order in which they are shown.
func AllUndone() []Undone {
	return []Undone{ToReverse, Reversed, Kept, NotReversible, FailedToReverse, NothingToReverse}
}

// UndoneOf tells what becomes of a row of an undo.
func UndoneOf(s Status, code string) Undone {
	switch s {
	case NotReached:
		return ToReverse
	case Updated:
		return Reversed
	case WasRefused:
		if code == CodeChanged {
			return Kept
		}
	case Blocked:
		if code == CodeNotReversible {
			return NotReversible
		}
		return Kept
	case Unchanged:
		return NothingToReverse
	}
	return FailedToReverse
}
