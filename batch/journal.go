package batch

import (
	"context"
	"errors"
	"iter"
	"time"
)

// ErrNoRun says that the journal has no run of that name.
var ErrNoRun = errors.New("no such run")

// RunKind tells where the rows of a plan come from.
type RunKind string

// The kinds of run.
const (
	OfSheet RunKind = "plan"  // a sheet
	OfRetry RunKind = "retry" // what another run left undone
	OfUndo  RunKind = "undo"  // what another run changed
)

// Run is a plan, and what all of its rows have in common.
type Run struct {
	ID      RunID
	Kind    RunKind
	Of      RunID // the run that it repeats or takes back, "" for a plan of a sheet
	Created time.Time
	Mode    Mode
	Tenant  Tenant
	Version string   // of the program that planned it
	Options []string // of the command line that planned it, without secrets: for people, not to be read by a program
	// Guards are those that the plan was made under, nil if that isn't known, as of runs of before they were kept.
	Guards *ToldGuards

	SheetPath string // absolute
	SHA256    string // of the sheet's bytes
	Format    string // "csv" or "xlsx"
	Worksheet string // "" in CSV
	Comma     string // between the cells of a CSV
	Header    []string
	Reading   SheetOptions // what was said about how to read the sheet
	Rows      int          // rows of the sheet
	Blank     int          // blank lines between them
	// Secrets says that steps need passwords, which only the sheet has.
	Secrets bool
	// PlanSHA256 is of all that the plan says of its rows and steps, in their order, in hexadecimal; "" in runs planned before
	// it was kept.
	PlanSHA256 string
}

// Session is one start of the program that applied a run: what the record says of who did it, where and how.
type Session struct {
	Run      RunID
	N        int // from 1
	Begun    time.Time
	Ended    time.Time // zero while it lasts, and if the program was killed
	Operator string    // the log-on name of who started it
	Host     string
	PID      int
	Version  string   // of the program
	Options  []string // of the command line, without secrets: for people, not to be read by a program
	Whole    bool     // all that was left of the run was agreed to: not only rows that met a condition
	Stopped  string   // why it ended before all rows were through, "" if it didn't
	// Results is where the results went, and ResultsSHA256 the hash of their bytes.
	Results, ResultsSHA256 string
}

// Attempt is one call for one step, named by its run, row, step and the number of the try.
type Attempt struct {
	Run      RunID
	Row      int
	Step     int
	Try      int // from 1, throttled ones included
	Settling bool
	Along    bool // it was made by the call of another attempt, which took several steps
	Begun    time.Time
}

// StepState is how far a step has come.
type StepState string

// The states of a step.
const (
	StepOpen    StepState = "open" // not sent, or surely not executed
	StepDone    StepState = "done"
	StepRefused StepState = "refused"
	StepUnknown StepState = "unknown" // it may have been executed
)

// Outcome is what came of an attempt, and the state in which it leaves the step.
type Outcome struct {
	Attempt
	State StepState
	Reply Reply
}

// StepResult is a step with the last that was heard of it.
type StepResult struct {
	Step
	State    StepState
	Reply    Reply
	Attempts int // calls made, throttled ones left out
	Started  time.Time
	Finished time.Time
}

// Journal remembers the steps of plans and everything done with them. A method is durable when it returns nil.
// It is safe for concurrent use.
type Journal interface {
	// Open yields the steps without a final outcome, of the rows from first to last, in the order of rows and steps, those left out
	// that follow a refused step of their row. The other rows of the run cost next to nothing.
	Open(ctx context.Context, id RunID, first, last int) iter.Seq2[Step, error]
	// InDoubt yields those of the steps of Open that may have been executed.
	InDoubt(ctx context.Context, id RunID, first, last int) iter.Seq2[Step, error]
	// Due yields those of the steps of Open that are the next of their rows and to which it matters what the account is like: updates
	// that change what was read before and are not in doubt, and what is to be purged.
	Due(ctx context.Context, id RunID, first, last int) iter.Seq2[Step, error]
	// Begin is called before calls are made. Until Finish, the attempts' steps are in doubt.
	Begin(ctx context.Context, as []Attempt) error
	// Finish is called with what came of them.
	Finish(ctx context.Context, os []Outcome) error
	// Note stores attempts that take no call together with their outcomes: at no moment are their steps in doubt because of them.
	Note(ctx context.Context, os []Outcome) error
	// Results yields every row of the plan in order, with what became of it.
	Results(ctx context.Context, id RunID) iter.Seq2[RowResult, error]
}
