package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/mimecast"
)

// planFlags are the flags of commands that make a plan.
type planFlags struct {
	callFlags
	reading     readingFlags
	guards      batch.ToldGuards
	mode        string
	readState   string
	skipInvalid bool
}

func (f *planFlags) add(cmd *cobra.Command) {
	f.callFlags.add(cmd)
	f.reading.add(cmd)
	guardFlags(cmd, &f.guards)
	flags := cmd.Flags()
	flags.StringVar(&f.mode, "mode", string(batch.Upsert), "upsert, create or update; an action column overrides it for its row")
	flags.StringVar(&f.readState, "read-state", string(batch.ReadAuto), "read the accounts' settings before planning: auto (where a row needs it), always or never")
	flags.BoolVar(&f.skipInvalid, "skip-invalid", false, "leave rows with problems out instead of stopping")
}

func (f *planFlags) check() (batch.Mode, error) {
	mode, ok := batch.ParseMode(f.mode)
	if !ok || mode == batch.Skip {
		return "", usageError("--mode takes upsert, create or update, not %q", f.mode)
	}
	_, err := parseReadState(f.readState)
	return mode, err
}

// parseReadState reads --read-state.
func parseReadState(s string) (batch.ReadState, error) {
	switch r := batch.ReadState(s); r {
	case batch.ReadAuto, batch.ReadAlways, batch.ReadNever:
		return r, nil
	}
	return "", usageError("--read-state takes auto, always or never, not %q", s)
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan SHEET",
		Short: "Store and show what must change in the tenant",
		Long: `Plan checks the sheet, reads the tenant's domains and users, decides for each row what must change, and stores
that in the journal under a short run id. It changes nothing in the tenant. Passwords are not stored: apply reads them
from the sheet again and refuses a sheet that has changed.

Exit status is 3 if rows are invalid or blocked, and 5 if invalid rows keep the plan from being made.`,
		Args: oneArg("sheet"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.plan(cmd.Context(), args[0], f)
		},
	}
	a.connectFlags(cmd)
	f.add(cmd)
	return cmd
}

func (a *app) plan(ctx context.Context, path string, f planFlags) error {
	sum := summary{Type: "summary"}
	p, end, err := a.prepare(ctx, path, f, &sum, nil)
	if err != nil {
		return a.finish(sum, err)
	}
	defer end()
	a.nextCommand("to apply it", "apply", p.run.ID)
	if p.planned.counts[batch.Invalid]+p.planned.counts[batch.Blocked] > 0 {
		return a.finish(sum, &stop{code: exitIncomplete})
	}
	return a.finish(sum, nil)
}

// prepared is a plan that was just stored, with all that it takes to apply it.
type prepared struct {
	run     batch.Run
	sheet   *batch.Sheet
	planned planned
	journal *journal.Journal
	client  *mimecast.Client
}

// prepare checks a sheet, plans it and stores and prints the plan. If ready is not nil, it has the last word on the sheet
// before the tenant is read. The returned function closes the journal and ends the connection.
func (a *app) prepare(ctx context.Context, path string, f planFlags, sum *summary, ready func(*batch.Sheet) error) (*prepared, func(), error) {
	mode, err := f.check()
	if err != nil {
		return nil, nil, err
	}
	config, err := a.clientConfig(f.callFlags)
	if err != nil {
		return nil, nil, err
	}
	guards, kept, err := a.guards(f.guards)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.openSheet(ctx, path, f.reading)
	if err != nil {
		return nil, nil, err
	}
	sum.Rows = s.Rows
	if path == standardInput && s.Secrets {
		return nil, nil, &batch.SheetError{
			Path: s.Table.Path, Msg: "it has passwords, which apply reads from the sheet again, and standard input can't be read again",
			Fix: "give the name of a file; or leave the column out with --map",
		}
	}
	n, err := a.problems(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	sum.Invalid = n.invalid
	sum.NotReached = s.Rows - sum.Invalid // should nothing come of the plan
	if f.reading.Strict && len(s.Warnings) > 0 {
		return nil, nil, &stop{
			code: exitSheet, err: fmt.Errorf("%s of the sheet as a whole; nothing was sent", count(len(s.Warnings), "warning", "warnings")),
			hint: "see to them, or leave --strict out",
		}
	}
	if sum.Invalid > 0 && !f.skipInvalid {
		return nil, nil, &stop{
			code: exitSheet, err: fmt.Errorf("%s of %d can't be used; nothing was sent", count(sum.Invalid, "row", "rows"), s.Rows),
			hint: "mend them, or leave them out with --skip-invalid",
		}
	}
	if ready != nil {
		if err := ready(s); err != nil {
			return nil, nil, err
		}
	}
	client, disconnect, err := a.directory(config)
	if err != nil {
		return nil, nil, err
	}
	j, err := a.openJournal(ctx)
	if err != nil {
		disconnect()
		return nil, nil, err
	}
	end := func() { j.Close(); disconnect() }
	p := &prepared{run: runOf(s), sheet: s, journal: j, client: client}
	p.run.Guards = kept
	if err := a.store(ctx, p, path, batch.Planner{
		Directory: client, Mode: mode, Workers: f.workers, ReadState: batch.ReadState(f.readState),
		Guard: guards.Blocks,
	}); err != nil {
		end()
		return nil, nil, err
	}
	a.printPlan(p, sum)
	return p, end, nil
}

// store makes the plan and stores it. The run has what is known of its sheet and its guards already, and then all that the journal has.
func (a *app) store(ctx context.Context, p *prepared, path string, planner batch.Planner) error {
	tenant, err := batch.ReadTenant(ctx, p.client)
	if err != nil {
		return err
	}
	if path != standardInput {
		if path, err = filepath.Abs(path); err != nil {
			return fmt.Errorf("find the sheet: %w", err)
		}
	}
	p.run.ID, p.run.Created, p.run.Mode, p.run.Tenant, p.run.Version = newRunID(), time.Now().UTC(), planner.Mode, tenant, version()
	p.run.SheetPath, p.run.Options = path, a.options
	p.planned.counts = batch.Counts{}
	if err := p.journal.Plan(ctx, p.run, p.planned.watch(planner.Plan(ctx, p.sheet))); err != nil {
		return err
	}
	p.run, err = p.journal.Run(ctx, p.run.ID)
	return err
}

// runOf returns what a run holds of its sheet.
func runOf(s *batch.Sheet) batch.Run {
	t := s.Table
	r := batch.Run{
		Kind: batch.OfSheet, SheetPath: t.Path, SHA256: t.SHA256, Format: strings.ToLower(t.Format.String()), Worksheet: t.Sheet,
		Header: t.Header, Reading: s.Options, Rows: s.Rows, Blank: s.Blank,
	}
	if t.Comma != 0 {
		r.Comma = string(t.Comma)
	}
	return r
}

// newRunID makes a short name that is easy to read out and type: no vowels, and nothing that looks like something else.
func newRunID() batch.RunID {
	const letters = "23456789bcdfghjkmnpqrstvwxz"
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		panic(err) // documented never to happen
	}
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return batch.RunID(b)
}

// planned collects what is shown of a plan while its rows pass by.
type planned struct {
	counts         batch.Counts
	create, update int
	secondSteps    int
	passwordsAgain int      // accounts that are there and get a password
	noPassword     int      // people who are created without one
	changes        []string // rows that are updated, with before -> after
	stopped        []string // rows that are blocked
	notes          map[string]int
}

// passwordNote is what to know of accounts that are there and get a password.
const passwordNote = "existing accounts get their password set again, the same or not, as at every run: open sessions end, and devices ask for it"

// mostShown is how many rows of a kind a plan prints; show prints them all.
const mostShown = 12

// watch passes the rows on and keeps what is going to be shown.
func (p *planned) watch(rows iter.Seq2[batch.PlannedRow, error]) iter.Seq2[batch.PlannedRow, error] {
	p.notes = map[string]int{}
	return func(yield func(batch.PlannedRow, error) bool) {
		for row, err := range rows {
			if err == nil {
				p.add(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func (p *planned) add(row batch.PlannedRow) {
	p.counts[batch.StatusOf(row.Action, openResults(row.Steps))]++
	for _, n := range row.Notes {
		p.notes[n]++
	}
	switch row.Action {
	case batch.ActionCreate:
		p.create++
		p.secondSteps += len(row.Steps) - 1
		if !row.Steps[0].WithPassword {
			p.noPassword++
		}
	case batch.ActionUpdate:
		p.update++
		if row.Steps[0].WithPassword {
			p.passwordsAgain++
			p.notes[passwordNote]++
		}
		if len(p.changes) < mostShown {
			p.changes = append(p.changes, fmt.Sprintf("row %d  %s: %s", row.Line, row.Email, deeds(row.Steps)))
		}
	case batch.ActionBlocked:
		if len(p.stopped) < mostShown {
			p.stopped = append(p.stopped, fmt.Sprintf("row %d  %s: %s", row.Line, row.Email, row.Reason.Message))
		}
	}
}

func openResults(steps []batch.Step) []batch.StepResult {
	out := make([]batch.StepResult, len(steps))
	for i, s := range steps {
		out[i] = batch.StepResult{Step: s, State: batch.StepOpen}
	}
	return out
}

// deeds says what the steps of a row do.
func deeds(steps []batch.Step) string {
	var parts []string
	for _, s := range steps {
		parts = append(parts, cmp.Or(changes(s), string(s.Kind)))
	}
	return strings.Join(parts, ", then ")
}

// changes says what a step changes, before -> after where the state before is known.
func changes(s batch.Step) string {
	var parts []string
	for _, f := range s.Fields() {
		after, ok := s.Set[f]
		if !ok {
			parts = append(parts, string(f)+" set")
			continue
		}
		before, known := s.Before[f]
		switch {
		case !known:
			parts = append(parts, fmt.Sprintf("%s = %s", f, after))
		case before == after:
			parts = append(parts, fmt.Sprintf("%s stays %s", f, after))
		default:
			parts = append(parts, fmt.Sprintf("%s %s -> %s", f, cmp.Or(before, "(blank)"), after))
		}
	}
	return strings.Join(parts, ", ")
}

// printPlan prints a plan, and takes it into the summary.
func (a *app) printPlan(p *prepared, sum *summary) {
	sum.Run, sum.Rows = string(p.run.ID), p.run.Rows
	sum.count(p.planned.counts)
	sum.ToCreate, sum.ToUpdate = p.planned.create, p.planned.update
	a.printf("\nPlan %s for %s\n", p.run.ID, tenantName(p.run.Tenant))
	c := &p.planned
	var created, updated []string // what else there is to say of them
	if _, given := p.sheet.Binding.Columns[batch.Password]; given && c.noPassword > 0 {
		created = append(created, fmt.Sprintf("%d without a password", c.noPassword))
	}
	if c.secondSteps > 0 {
		created = append(created, count(c.secondSteps, "gets", "get")+" further settings in a second step")
	}
	if c.passwordsAgain > 0 {
		updated = append(updated, count(c.passwordsAgain, "gets its password", "get their password")+" set again")
	}
	for _, l := range []struct {
		n    int
		word string
		more []string
	}{
		{c.create, "create", created},
		{c.update, "update", updated},
		{c.counts[batch.Unchanged], "unchanged", nil},
		{c.counts[batch.Blocked], "blocked", nil},
		{c.counts[batch.Invalid], "invalid", nil},
		{c.counts[batch.Skipped], "skipped", nil},
	} {
		if l.n == 0 {
			continue
		}
		a.printf("  %6d  ", l.n)
		words := l.word
		if len(l.more) > 0 {
			words += "  (" + strings.Join(l.more, "; ") + ")"
		}
		a.prose(words, "          ")
	}
	a.printShown("Updates", c.changes, c.update, p.run.ID)
	a.printShown("Blocked", c.stopped, c.counts[batch.Blocked], p.run.ID)
	a.printNotes(c.notes)
}

func (a *app) printNotes(notes map[string]int) {
	if len(notes) == 0 {
		return
	}
	a.printf("\nTo know\n")
	for _, n := range sortedNotes(notes) {
		a.printf("  %6d  ", notes[n])
		a.prose(n, "          ")
	}
}

func (a *app) printShown(title string, lines []string, total int, id batch.RunID) {
	if total == 0 {
		return
	}
	a.printf("\n%s\n", title)
	for _, l := range lines {
		a.printf("  ")
		a.prose(l, "    ")
	}
	if more := total - len(lines); more > 0 {
		a.printf("  and %d more: mimebatch show %s%s\n", more, id, a.placeFlags())
	}
}

// tenantName is how people know a tenant: by its name and account code or, where these can't be read, by where it is and
// what Name tells in their stead.
func tenantName(t batch.Tenant) string {
	name := t.BaseURL
	switch {
	case t.Account != "" && t.Name != "":
		name = fmt.Sprintf("%s (%s)", t.Name, t.Account)
	case t.Account != "":
		name = t.Account
	case t.Name != "":
		name = fmt.Sprintf("%s at %s", t.Name, t.BaseURL)
	}
	if t.Sandbox {
		return "SANDBOX " + name
	}
	return name
}
