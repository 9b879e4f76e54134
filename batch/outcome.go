package batch

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"mimebatch/batch/sheet"
)

// Status is what became of a row.
type Status string

// The statuses.
const (
	Created    Status = "created"
	Updated    Status = "updated"
	Unchanged  Status = "unchanged"   // it was as asked when the plan was made, or when its turn came
	Invalid    Status = "invalid"     // the row has problems
	Blocked    Status = "blocked"     // the tenant's state forbids it
	Skipped    Status = "skipped"     // the row says so
	WasRefused Status = "refused"     // the service refused it
	InDoubt    Status = "unknown"     // it may have been done
	NotReached Status = "not reached" // the row, or the rest of it, was surely not executed
)

// Statuses returns all of them in the order in which summaries show them.
func Statuses() []Status {
	return []Status{Created, Updated, Unchanged, Invalid, Blocked, Skipped, WasRefused, InDoubt, NotReached}
}

// Counts is how many rows have which status.
type Counts map[Status]int

// Total returns the number of rows.
func (c Counts) Total() int {
	n := 0
	for _, k := range c {
		n += k
	}
	return n
}

// Complete tells whether every row is done, unchanged or skipped.
func (c Counts) Complete() bool {
	return c.Total() == c[Created]+c[Updated]+c[Unchanged]+c[Skipped]
}

// RowResult is a row with what became of it: one row of the results.
type RowResult struct {
	N, Line   int
	Cells     []sheet.Cell
	Email     string
	Status    Status
	Action    string  // the kinds of its steps, such as "create, update"
	Changed   []Field // what was set
	Differs   bool    // by an answer the account is not as asked, though all was done; Reason tells
	Reason    Reason
	Notes     []string
	HTTP      int
	Attempts  int
	RequestID string
	Started   time.Time // zero if nothing was sent
	Finished  time.Time
	Account   Account // as the service last told it
	Steps     []StepResult
}

// StatusOf derives a row's status from its planned action and its steps: it is what its first step is that isn't done.
// What it doesn't know it never takes for done.
func StatusOf(action Action, steps []StepResult) Status {
	switch action {
	case ActionUnchanged:
		return Unchanged
	case ActionInvalid:
		return Invalid
	case ActionBlocked:
		return Blocked
	case ActionSkipped:
		return Skipped
	case ActionCreate, ActionUpdate:
	default:
		return InDoubt
	}
	status := NotReached
	for _, s := range steps {
		switch {
		case s.State == StepOpen:
			return NotReached
		case s.State == StepRefused:
			return WasRefused
		case s.State != StepDone:
			return InDoubt
		case s.Kind == StepCreate:
			status = Created
		case s.asAsked() && status == NotReached:
			status = Unchanged
		case s.asAsked():
		case status != Created:
			status = Updated
		}
	}
	return status
}

// asAsked tells whether there was nothing to send any more when the step's turn came.
func (s StepResult) asAsked() bool { return s.State == StepDone && s.Reply.Reason.Code == CodeAsAsked }

// ResultOf derives what became of a row from its plan and its steps.
func ResultOf(p PlannedRow, steps []StepResult) RowResult {
	r := RowResult{
		N: p.N, Line: p.Line, Cells: p.Cells, Email: p.Email,
		Status: StatusOf(p.Action, steps), Reason: p.Reason, Notes: p.Notes, Steps: steps,
	}
	if p.Account != nil {
		r.Account = *p.Account
		r.Account.Settings = p.Account.Settings.Clone()
	}
	var kinds, said []string
	var last, undone *StepResult // the last that was tried, and the first that isn't done
	created := false
	for i := range steps {
		s := &steps[i]
		kinds = append(kinds, string(s.Kind))
		r.Attempts += s.Attempts
		if s.Tries > 0 {
			last = s
		}
		if s.Attempts > 0 {
			r.Started = earliest(r.Started, s.Started)
			r.Finished = latest(r.Finished, s.Finished)
		}
		if s.Reply.Account != nil {
			r.tell(*s.Reply.Account)
		}
		if s.State != StepDone {
			undone = cmp.Or(undone, s)
			continue
		}
		if s.asAsked() {
			r.Reason = s.Reply.Reason
			continue
		}
		r.Changed = append(r.Changed, s.Fields()...)
		switch s.Kind {
		case StepCreate:
			created = true
		case StepPurge:
			said = append(said, "queued for purging")
		case StepUnpurge:
			said = append(said, "taken off the purge list")
		}
		if s.Reply.Reason.Message != "" {
			said = append(said, s.Reply.Reason.Message)
		}
		differences := s.differences()
		r.Differs = r.Differs || len(differences) > 0
		said = append(said, differences...)
	}
	r.Action = strings.Join(kinds, ", ")
	if last != nil {
		r.HTTP, r.RequestID = last.Reply.HTTP, last.Reply.RequestID
		if last.State != StepDone {
			r.Reason = last.Reply.Reason
		}
	}
	r.explain(said, created, last, undone)
	return r
}

// explain puts into words what became of the row, and what to do about a doubt. Of the steps that are done there is something said
// already, and whether one was a create; last is the last step that was tried, and undone the first that isn't done.
func (r *RowResult) explain(said []string, created bool, last, undone *StepResult) {
	listed := undone != nil && undone.Kind.ofPurgeList()
	switch r.Status {
	case WasRefused, InDoubt, NotReached:
		word := map[Status]string{WasRefused: "refused", InDoubt: "unknown", NotReached: "not reached"}[r.Status]
		switch {
		case created:
			said = append([]string{"account created; settings " + word}, said...)
		case listed && undone.N > 1:
			said = append([]string{"account disabled; purging " + word}, said...)
		}
	}
	if r.Status == InDoubt {
		again := "apply the run again: it finds out whether this was done"
		if listed {
			said = append(said, "the purge list can't be read")
			again = "apply the run again: it asks for this once more"
		}
		switch {
		case r.Reason.Code == "":
			r.Reason = Reason{Code: "no outcome", Message: "no answer came yet, or the program ended before it came"}
			again = "once it doesn't go on any more, " + again
		case last != nil && last.Reply.Verdict != Unknown:
			// The last attempt is not the one that left the doubt.
			r.Reason.Message = "an earlier call may have been executed; the last one was not: " + r.Reason.Message
		}
		r.Reason.Hint = cmp.Or(r.Reason.Hint, again)
	}
	r.Reason.Message = joinNonEmpty(append(said, r.Reason.Message))
}

// tell notes what an answer says of the account.
func (r *RowResult) tell(a Account) {
	r.Account.Email = a.Email
	r.Account.ID = cmp.Or(a.ID, r.Account.ID)
	if r.Account.Settings == nil {
		r.Account.Settings = Settings{}
	}
	for f, v := range a.Settings {
		r.Account.Settings[f] = v
	}
}

// differences compares with what the answer tells what was asked, and what was to stay as it was.
func (s StepResult) differences() []string {
	if s.Reply.Account == nil {
		return nil
	}
	var out []string
	for _, i := range fields {
		told, ok := s.Reply.Account.Settings[i.Field]
		if !ok {
			continue
		}
		if asked, ok := s.Set[i.Field]; ok {
			if told != asked {
				out = append(out, fmt.Sprintf("asked %s=%s, the answer tells %s", i.Field, asked, told))
			}
		} else if before, ok := s.Before[i.Field]; ok && told != before {
			out = append(out, fmt.Sprintf("%s was %s and was not sent, the answer tells %s", i.Field, cmp.Or(before, "(blank)"), cmp.Or(told, "(blank)")))
		}
	}
	return out
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func joinNonEmpty(parts []string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "; ")
}
