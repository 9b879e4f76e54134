package batch

import (
	"context"
	"time"
)

// RunID is the short name of a plan and of all that is done with it.
type RunID string

// StepKind is the API function of a step.
type StepKind string

// The kinds of step.
const (
	StepCreate  StepKind = "create"
	StepUpdate  StepKind = "update"
	StepPurge   StepKind = "purge"   // put on the list of those that the service will purge
	StepUnpurge StepKind = "unpurge" // taken off that list
)

// ofPurgeList tells whether a step is about the purge list, which can't be read: nothing but the answer tells what came of it.
func (k StepKind) ofPurgeList() bool { return k == StepPurge || k == StepUnpurge }

// Step is one thing to do for a row. A row has none, one, or two: create-user takes few fields, so a new person
// with more settings is created first and updated then; who is purged is disabled first, and who isn't to be purged after all
// is taken off the list before being enabled. A step is sent only when those before it are done.
type Step struct {
	Row   int // the row's place in the plan, from 1
	Line  int // its line in the sheet
	N     int // the step's place in its row, from 1
	Kind  StepKind
	Email string
	Set   Settings // what to set; no password
	// WithPassword says that the row's password goes with this step. The journal keeps this and not the password:
	// Password is filled in just before the call.
	WithPassword bool
	Password     Secret   `json:"-"`
	Before       Settings // what the fields of Set, and others that must stay as they are, were when the plan was made, where it could be read

	Tries   int  // attempts begun so far, those that were throttled included
	InDoubt bool // it may have been applied: an attempt has no outcome, or its outcome is unknown
}

// Fields returns the fields that the step sets, the password included.
func (s Step) Fields() []Field {
	var out []Field
	for _, i := range fields {
		if _, ok := s.Set[i.Field]; ok || i.Field == Password && s.WithPassword {
			out = append(out, i.Field)
		}
	}
	return out
}

// Verdict is what an answer, or its lack, says of a call.
type Verdict string

// The verdicts.
const (
	Done      Verdict = "done"      // applied
	Refused   Verdict = "refused"   // not applied, and repeating it changes nothing
	NotSent   Verdict = "not sent"  // nothing left this machine
	Throttled Verdict = "throttled" // the rate limit's answer: not executed
	Unknown   Verdict = "unknown"   // it may have been applied
	Fatal     Verdict = "fatal"     // not applied, and every later call would fail the same way
)

// Reason says why, for people and machines.
type Reason struct {
	Code    string // the service's own code where it gave one, else one of ours in lower case with blanks
	Message string
	Field   string // the API's name of the field at fault, "" for none
	Hint    string // what to do
}

// Reply is what came of one call for one step, or for one address.
type Reply struct {
	Verdict   Verdict
	Account   *Account // what the answer tells of the account
	Reason    Reason
	RequestID string        // the service's name for the call
	HTTP      int           // status, 0 for no answer
	Wait      time.Duration // the service's own word on when to come back, 0 for none
	// Whole says that the answer spoke of the call and not of this address: asked alone, it may be told something else.
	Whole bool
	// Alike says that the reason is not the row's: the next one would meet it too.
	Alike          bool
	Sent, Received time.Time
}

// Answered tells whether the service answered in the way of one that is up (HTTP 200), whatever the answer said.
func (r Reply) Answered() bool { return r.HTTP == 200 }

// settled tells whether the answer is one to what was asked.
func (r Reply) settled() bool { return r.Verdict == Done || r.Verdict == Refused }

// heard tells whether there was an answer by which the service is up, though it may not be one to what was asked.
func (r Reply) heard() bool { return r.settled() || r.Answered() }

// Page is one page of a listing.
type Page struct {
	Accounts []Account
	Next     string // the name of the next page, "" for none
	Total    int    // accounts in the whole listing, or NotTold
}

// NotTold is the total of a listing that doesn't tell it.
const NotTold = -1

// Directory is the tenant. A method makes one call (Domains one a page, Diagnose those that it needs), and renews at most a dead
// token inside; whoever calls it retries. It waits for its quota first. A cancelled context ends that wait; a call on its way may
// have some more time.
// Methods are safe for concurrent use. Their errors are *[CallError]s where an answer, or its lack, is the reason.
type Directory interface {
	// Tenant tells what a plan is bound to.
	Tenant(ctx context.Context) (Tenant, error)
	// Domains lists the internal domains.
	Domains(ctx context.Context) ([]Domain, error)
	// Accounts lists the accounts of a domain by page; the first page's name is "".
	// Only a listing read to its end proves that an account does not exist.
	Accounts(ctx context.Context, domain, page string) (Page, error)
	// State tells what update-user answers when asked to change nothing: at most Batch(StepUpdate) addresses,
	// one reply an address, in order.
	State(ctx context.Context, emails []string) []Reply
	// Batch is how many steps of a kind fit one call.
	Batch(kind StepKind) int
	// Do executes steps of one kind, at most Batch of them; one reply a step, in order.
	Do(ctx context.Context, steps []Step) []Reply
	// Diagnose tells why an address was refused, in more words than the refusal has: it reads what tells apart the causes
	// that the service gives one code. It returns r with another Reason, and Alike if that is not the address's own, or
	// r as it is where it can't tell. It makes no call where the code leaves nothing to find out, and remembers what it
	// read of a domain.
	Diagnose(ctx context.Context, email string, r Reply) Reply
}
