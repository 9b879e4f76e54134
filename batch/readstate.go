package batch

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// ReadState says of which existing accounts a plan reads the state, as many a call as fit, beyond what the listing tells.
type ReadState string

// The ways to read states.
const (
	ReadAuto   ReadState = "auto"   // where the row asks for something that only the state tells; also ""
	ReadAlways ReadState = "always" // of every account that the sheet names
	ReadNever  ReadState = "never"  // of none: what can't be compared is sent
)

func (r ReadState) check() error {
	switch r {
	case "", ReadAuto, ReadAlways, ReadNever:
		return nil
	}
	return fmt.Errorf("read state %q: it is %s, %s or %s", r, ReadAuto, ReadAlways, ReadNever)
}

// wants tells whether the state of the account that a row is about is read.
func (r ReadState) wants(d *decision) bool {
	switch r {
	case ReadNever:
		return false
	case ReadAlways:
		return d.Action == ActionUpdate
	}
	return d.Action == ActionUpdate && len(d.unread()) > 0
}

// unread returns what the row asks for and only the account's state tells.
func (d *decision) unread() Settings {
	return d.row.Settings.Only(func(i FieldInfo) bool {
		_, known := d.Account.Settings[i.Field]
		return i.Read && !known
	})
}

// readStates reads the state of those accounts whose state decides what there is to do.
func (p *Planner) readStates(ctx context.Context, window []*decision) error {
	var need []*decision
	for _, d := range window {
		if p.ReadState.wants(d) {
			need = append(need, d)
		}
	}
	return eachState(ctx, p.Directory, p.Workers, need, func(d *decision) string { return d.Email }, (*decision).learn)
}

// eachState reads the states of accounts, as many a call as fit and some calls at a time, and gives each reply to the row that
// it is for.
func eachState[R any](ctx context.Context, dir Directory, workers int, rows []R, email func(R) string, learn func(R, Reply)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, workers))
	for chunk := range slices.Chunk(rows, dir.Batch(StepUpdate)) {
		g.Go(func() error {
			emails := make([]string, len(chunk))
			for i, r := range chunk {
				emails[i] = email(r)
			}
			replies, err := states(ctx, dir, emails)
			if err != nil {
				return err
			}
			for i, r := range replies {
				learn(chunk[i], r)
			}
			return nil
		})
	}
	return g.Wait()
}

// learn takes in what the tenant tells of the account's state.
func (d *decision) learn(r Reply) {
	if r.Verdict != Done || r.Account == nil {
		d.Notes = append(d.Notes, joinNonEmpty([]string{"its present state can't be read", r.Reason.Message}))
		return
	}
	d.Account = d.Account.with(r.Account.Settings)
}
