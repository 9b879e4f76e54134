package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/durable"
	"mimebatch/batch/journal"
)

// recordFormat is the version of the record's keys. A key is only ever added within a version.
const recordFormat = 1

func (a *app) recordCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "record RUN",
		Short: "Print the record of a run: who did what, with which files",
		Long: `Record prints what is to be kept of a run as one JSON object: no rows, but all that tells whether the files beside
it are those of the run. It is made of the journal alone, and the same journal always gives the same bytes.

  type, format                 "record", and the version of these keys
  run, kind, of                the run; plan, retry or undo; of which run
  planned, mode, version       when, how and by which mimebatch it was planned
  guards                       protect, the list's path, and domains, each if
                               the plan was told it; null if that isn't known
  rows, blank                  the sheet's rows, and blank lines between them
  tenant                       account, name, base_url, sandbox
  sheet                        path, sha256, format, worksheet
  plan_sha256                  of all that the plan says of rows and steps
  results                      path, sha256: where they went last
  counts                       how many rows have which status
  calls                        how many calls were made to create and update,
                               and to purge and unpurge if there were any;
                               those that only read are left out
  sessions                     each time that it was applied: n, begun, ended,
                               operator, host, pid, version, options, whole,
                               stopped, results, results_sha256

Times are UTC. Hashes are SHA-256 in hexadecimal, "" where none was kept. ended is null while a session goes on,
and if it was killed; stopped says why it ended before all rows were through, whole whether all that was left
was agreed to.`,
		Args: oneArg("run"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.writeRecord(cmd.Context(), args[0], out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "write it to a `file` that only you can read: a new one, or over an older record")
	return cmd
}

// record is what is kept of a run.
type record struct {
	Type       string                 `json:"type"`
	Format     int                    `json:"format"`
	Run        batch.RunID            `json:"run"`
	Kind       batch.RunKind          `json:"kind"`
	Of         batch.RunID            `json:"of"`
	Planned    time.Time              `json:"planned"`
	Mode       batch.Mode             `json:"mode"`
	Version    string                 `json:"version"`
	Guards     *batch.ToldGuards      `json:"guards"`
	Rows       int                    `json:"rows"`
	Blank      int                    `json:"blank"`
	Tenant     recordTenant           `json:"tenant"`
	Sheet      recordSheet            `json:"sheet"`
	PlanSHA256 string                 `json:"plan_sha256"`
	Results    recordFile             `json:"results"`
	Counts     batch.Counts           `json:"counts"`
	Calls      map[batch.StepKind]int `json:"calls"`
	Sessions   []recordSession        `json:"sessions"`
}

type recordTenant struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	BaseURL string `json:"base_url"`
	Sandbox bool   `json:"sandbox"`
}

type recordFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

type recordSheet struct {
	recordFile
	Format    string `json:"format"`
	Worksheet string `json:"worksheet"`
}

type recordSession struct {
	N             int        `json:"n"`
	Begun         time.Time  `json:"begun"`
	Ended         *time.Time `json:"ended"`
	Operator      string     `json:"operator"`
	Host          string     `json:"host"`
	PID           int        `json:"pid"`
	Version       string     `json:"version"`
	Options       []string   `json:"options"`
	Whole         bool       `json:"whole"`
	Stopped       string     `json:"stopped"`
	Results       string     `json:"results"`
	ResultsSHA256 string     `json:"results_sha256"`
}

// recordOf makes the record of a run of what the journal has.
func recordOf(ctx context.Context, j *journal.Journal, run batch.Run) (record, error) {
	t := run.Tenant
	r := record{
		Type: "record", Format: recordFormat, Run: run.ID, Kind: run.Kind, Of: run.Of, Planned: run.Created, Mode: run.Mode, Version: run.Version,
		Guards: run.Guards, Rows: run.Rows, Blank: run.Blank, PlanSHA256: run.PlanSHA256, Counts: batch.Counts{}, Calls: map[batch.StepKind]int{},
		Tenant: recordTenant{Account: t.Account, Name: t.Name, BaseURL: t.BaseURL, Sandbox: t.Sandbox},
		Sheet:  recordSheet{recordFile{run.SheetPath, run.SHA256}, run.Format, run.Worksheet},
	}
	counts, err := j.Counts(ctx, run.ID)
	if err != nil {
		return record{}, err
	}
	for _, s := range batch.Statuses() {
		r.Counts[s] = counts[s]
	}
	calls, err := j.CallCounts(ctx, run.ID)
	if err != nil {
		return record{}, err
	}
	r.Calls[batch.StepCreate], r.Calls[batch.StepUpdate] = 0, 0 // these are always told
	maps.Copy(r.Calls, calls)
	sessions, err := j.Sessions(ctx, run.ID)
	if err != nil {
		return record{}, err
	}
	r.Sessions = make([]recordSession, len(sessions))
	for i, s := range sessions {
		r.Sessions[i] = recordSessionOf(s)
		if s.Results != "" {
			r.Results = recordFile{s.Results, s.ResultsSHA256}
		}
	}
	return r, nil
}

func recordSessionOf(s batch.Session) recordSession {
	r := recordSession{
		N: s.N, Begun: s.Begun, Operator: s.Operator, Host: s.Host, PID: s.PID, Version: s.Version, Options: s.Options, Whole: s.Whole,
		Stopped: s.Stopped, Results: s.Results, ResultsSHA256: s.ResultsSHA256,
	}
	if !s.Ended.IsZero() {
		r.Ended = &s.Ended
	}
	return r
}

// encode writes the record for people and programs.
func (r record) encode(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// parseRecord reads a record that encode wrote. Keys that it doesn't know are left out.
func parseRecord(data []byte) (record, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return record{}, fmt.Errorf("read record: %w", err)
	}
	switch {
	case r.Type != "record":
		return record{}, errors.New("it is no record of a run")
	case r.Format != recordFormat:
		return record{}, fmt.Errorf("its format is %d, and this program knows %d only", r.Format, recordFormat)
	}
	return r, nil
}

// checkRecord refuses to write a record over a file that holds anything but a record.
func checkRecord(path string) error {
	if path == "-" {
		return &stop{code: exitUsage, err: errors.New("--out takes a file, not -"), hint: "without --out it goes to standard output"}
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 && info.Mode().IsRegular() {
		return nil // nothing is lost
	}
	err = errors.New("it is no plain file")
	if info.Mode().IsRegular() {
		err = readsAsRecord(path)
	}
	if err != nil {
		err = &stop{code: exitUsage, err: fmt.Errorf("--out %s would write over what is no record: %w", path, err), hint: "name another file, or take that one away"}
	}
	return err
}

func readsAsRecord(path string) error {
	data, err := os.ReadFile(path)
	if err == nil {
		_, err = parseRecord(data)
	}
	return err
}

func (a *app) writeRecord(ctx context.Context, id, out string) error {
	j, run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	defer j.Close()
	if err := checkRecord(out); err != nil {
		return err
	}
	r, err := recordOf(ctx, j, run)
	if err != nil {
		return err
	}
	switch {
	case out != "":
		if err := durable.WriteFile(out, 0o600, r.encode); err != nil {
			return fmt.Errorf("write record: %w", err)
		}
		a.printf("Record: %s\n", out)
	case a.json:
		err = a.line(r)
	default:
		err = r.encode(a.stdout)
	}
	return errors.Join(err, a.line(struct {
		Type   string      `json:"type"`
		Run    batch.RunID `json:"run"`
		Record string      `json:"record"`
		Exit   int         `json:"exit"`
	}{"summary", run.ID, out, exitDone}))
}
