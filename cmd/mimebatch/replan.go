package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/mimecast"
)

// replanning is a run of which another plan is made: of what it left undone, or of what takes it back.
type replanning struct {
	app     *app
	config  mimecast.Config
	of      batch.Run
	journal *journal.Journal
	client  *mimecast.Client // nil until connect
	ends    []func()
}

// replan finds a run of which another plan is to be made.
func (a *app) replan(ctx context.Context, id string, calls callFlags) (*replanning, error) {
	config, err := a.clientConfig(calls)
	if err != nil {
		return nil, err
	}
	j, of, err := a.findRun(ctx, id)
	if err != nil {
		return nil, err
	}
	return &replanning{app: a, config: config, of: of, journal: j, ends: []func(){func() { j.Close() }}}, nil
}

// connect connects to the tenant that the run was planned for, and refuses any other. Nobody else works on it until close: what is
// being applied right now is about to be done. Cmd is a new one of the command, for its flags.
func (r *replanning) connect(ctx context.Context, cmd *cobra.Command) error {
	a := r.app
	client, disconnect, err := a.directory(r.config)
	if err != nil {
		return err
	}
	r.client, r.ends = client, append(r.ends, disconnect)
	tenant, err := sameTenant(ctx, client, r.of)
	if err != nil {
		return err
	}
	unlock, err := a.lockTenant(tenant, fmt.Sprintf("mimebatch %s %s%s%s", cmd.Name(), r.of.ID, flagsFor(cmd, a.options), a.tenantFlags()))
	if err == nil {
		r.ends = append(r.ends, unlock)
	}
	return err
}

// close ends it, the last that was begun first.
func (r *replanning) close() {
	for _, end := range slices.Backward(r.ends) {
		end()
	}
}

// replanned says how to apply a plan of another run, if it changes any row. The error is the exit code if rows are left out.
func (a *app) replanned(id batch.RunID, changes, leftOut int) error {
	if changes > 0 {
		a.nextCommand("to apply it", "apply", id)
	} else {
		a.infof("there is nothing to apply")
	}
	if leftOut > 0 {
		return &stop{code: exitIncomplete}
	}
	return nil
}
