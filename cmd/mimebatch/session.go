package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// applying is an apply that is going on, as the record knows it: in the journal, and in the events.
type applying struct {
	app     *app
	journal *journal.Journal
	kept    batch.Session
	events  *events
}

// beginSession writes down who applies a run, before anything is sent.
func (a *app) beginSession(ctx context.Context, x execution) (*applying, error) {
	events, err := openEvents(x.flags.events, x.results, x.run.ID, journaledRow(ctx, x))
	if err != nil {
		return nil, err
	}
	s := &applying{app: a, journal: x.journal, events: events, kept: batch.Session{
		Run: x.run.ID, Begun: time.Now().UTC(), Operator: a.operator(), Host: hostName(), PID: os.Getpid(), Version: version(), Options: a.options,
		Whole: x.left.only == nil && x.flags.canary == 0, // until its rows were looked at
	}}
	if s.kept.N, err = x.journal.BeginSession(ctx, s.kept); err != nil {
		return nil, errors.Join(err, events.close())
	}
	k := s.kept
	events.tell(eventLine{
		Event: "begun", Session: k.N, Tenant: tenantName(x.run.Tenant), Rows: x.run.Rows,
		Operator: k.Operator, Host: k.Host, PID: k.PID, Version: k.Version,
	})
	return s, nil
}

// looked notes that the canary's rows were looked at, and that all the others are to follow.
func (s *applying) looked(x execution) { s.kept.Whole = x.left.only == nil }

// through notes that the workers are through with a row.
func (s *applying) through(row int) { s.events.through(row) }

// paused notes that the workers are held back.
func (s *applying) paused(until time.Time, why batch.Verdict) {
	word := "the service's rate limit"
	if why == batch.Unknown {
		word = "the service doesn't answer"
	}
	s.events.pause(until, word)
}

// end writes down how it ended: by what error if by any, with which results or the error of making them.
func (s *applying) end(ctx context.Context, applyErr error, counts batch.Counts, sum summary, resultsErr error) error {
	k := &s.kept
	k.Ended, k.Stopped = time.Now().UTC(), stopped(applyErr, counts)
	if resultsErr == nil {
		k.Results, k.ResultsSHA256 = absolute(sum.Results), sum.ResultsSHA256
	}
	if k.Stopped != "" {
		s.events.tell(eventLine{Event: "stopped", Why: k.Stopped})
	}
	last := eventLine{Event: "results", Path: k.Results, SHA256: k.ResultsSHA256, Counts: counts}
	if resultsErr != nil {
		last.Error = resultsErr.Error()
	}
	s.events.tell(last)
	if err := s.events.close(); err != nil {
		s.app.warnf("the events are not whole: %v", err)
	}
	err := s.journal.EndSession(context.WithoutCancel(ctx), *k)
	if _, broken := errors.AsType[*journal.WriteError](applyErr); broken {
		return nil // that was said already
	}
	return err
}

// absolute names a file so that it can be found from other folders.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// stopped says why a run ended before all rows were through, "" if it didn't.
func stopped(err error, counts batch.Counts) string {
	switch left := counts[batch.InDoubt] + counts[batch.NotReached]; {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case err != nil:
		return err.Error()
	case left > 0:
		return count(left, "row is left", "rows are left")
	}
	return ""
}

// operator is the log-on name of who started the program.
func (a *app) operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v := a.getenv(name); v != "" {
			return v
		}
	}
	return "unknown"
}

func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "an unknown host"
	}
	return host
}

// optionsOf returns the flags that a command was given, by their full names, once for each value. None of them takes a secret.
func optionsOf(cmd *cobra.Command) []string {
	var out []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, v := range valuesOf(f) {
			out = append(out, fmt.Sprintf("--%s=%s", f.Name, v))
		}
	})
	return out
}

// valuesOf returns what a flag was given.
func valuesOf(f *pflag.Flag) []string {
	if several, ok := f.Value.(pflag.SliceValue); ok {
		return several.GetSlice()
	}
	return []string{f.Value.String()}
}
