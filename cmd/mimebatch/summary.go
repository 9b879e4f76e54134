package main

import (
	"cmp"
	"errors"

	"mimebatch/batch"
)

// summary is the last line under --json of the commands that deal with a sheet's rows.
type summary struct {
	Type       string `json:"type"`
	Run        string `json:"run"`
	Rows       int    `json:"rows"`
	Created    int    `json:"created"`
	Updated    int    `json:"updated"`
	Unchanged  int    `json:"unchanged"`
	Invalid    int    `json:"invalid"`
	Blocked    int    `json:"blocked"`
	Skipped    int    `json:"skipped"`
	Refused    int    `json:"refused"`
	Unknown    int    `json:"unknown"`
	NotReached int    `json:"not_reached"`
	PartlyDone int    `json:"partly_done,omitempty"`  // of those not reached
	NotAsAsked int    `json:"not_as_asked,omitempty"` // of those created and updated, by what the service answered
	// What a plan is going to do with the rows that are not reached.
	ToCreate int `json:"to_create,omitempty"`
	ToUpdate int `json:"to_update,omitempty"`
	// What becomes, in an undo, of what the other run did.
	Undone map[batch.Undone]int `json:"undone,omitempty"`
	// Of the accounts in an undo, those that are to be queued for purging, and those that are.
	ToPurge int `json:"to_purge,omitempty"`
	Queued  int `json:"queued,omitempty"`
	// What check finds in the sheet beside its rows.
	Lines         int    `json:"lines,omitempty"`
	Blank         int    `json:"blank,omitempty"`
	LeftOut       int    `json:"left_out,omitempty"`
	Warnings      int    `json:"warnings,omitempty"`
	Results       string `json:"results"`
	ResultsSHA256 string `json:"results_sha256,omitempty"`
	Sandbox       bool   `json:"sandbox,omitempty"`
	Error         string `json:"error,omitempty"`
	Hint          string `json:"hint,omitempty"`
	Exit          int    `json:"exit"`
}

func (s *summary) count(c batch.Counts) {
	s.Created, s.Updated, s.Unchanged = c[batch.Created], c[batch.Updated], c[batch.Unchanged]
	s.Invalid, s.Blocked, s.Skipped = c[batch.Invalid], c[batch.Blocked], c[batch.Skipped]
	s.Refused, s.Unknown, s.NotReached = c[batch.WasRefused], c[batch.InDoubt], c[batch.NotReached]
}

// read takes what check finds in a sheet.
func (s *summary) read(sh *batch.Sheet) {
	c := sh.Count()
	s.Rows, s.Lines, s.Blank, s.LeftOut, s.Warnings = c.Rows, c.Total, c.Blank, c.Above+c.LeftOut, len(sh.Warnings)
}

// finish prints the summary under --json, with the error in it, and returns the error.
func (a *app) finish(s summary, err error) error {
	s.Exit = exitCode(err)
	s.Sandbox = a.sandbox
	if err != nil {
		if k, ok := errors.AsType[*stop](err); !ok || k.err != nil {
			s.Error, s.Hint = a.words(err), a.hintOf(err)
		}
	}
	a.summed = true
	return cmp.Or(err, a.line(s))
}
