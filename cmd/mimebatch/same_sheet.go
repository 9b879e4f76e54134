package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// sameSheet refuses the sheet of a plan if it is no longer the same to the byte, telling what is different. It returns the sheet's
// passwords if steps need them, else nil.
func (a *app) sameSheet(ctx context.Context, j *journal.Journal, run batch.Run, path, passwordFile string, need bool) (*batch.Passwords, error) {
	given := path != ""
	switch {
	case run.Kind == batch.OfUndo && given:
		return nil, usageError("run %s takes another run back: it needs no --sheet", run.ID)
	case run.Kind == batch.OfUndo:
		return nil, nil // what it puts back is in the journal
	}
	if !given && run.SheetPath == standardInput {
		return nil, nil // a plan of it needs no password
	}
	if !given {
		path = run.SheetPath
	}
	sum, err := fileSHA256(path)
	if errors.Is(err, fs.ErrNotExist) && !given {
		if need {
			return nil, &batch.SheetError{Path: path, Msg: "the sheet is gone, and the plan needs its passwords", Fix: "bring it back, or say where it is with --sheet FILE"}
		}
		return nil, nil
	}
	if err != nil {
		fix := ""
		if given {
			fix = "--sheet takes the sheet's file here; the worksheet is the plan's"
		}
		return nil, &batch.SheetError{Path: path, Err: err, Fix: fix}
	}
	if sum == run.SHA256 && !need {
		return nil, nil
	}
	o := run.Reading
	o.Worksheet = run.Worksheet
	if need || passwordFile != "" {
		o.Password = a.sheetPassword(path, passwordFile)
	}
	if sum == run.SHA256 {
		passwords, err := batch.ReadPasswords(ctx, path, o)
		if err != nil || passwords.SHA256 == run.SHA256 {
			return passwords, err
		}
	}
	s, err := batch.OpenSheet(ctx, path, o)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, a.changedSheet(ctx, j, run, path, "what is different can't be told: "+err.Error())
	case s.Table.SHA256 == run.SHA256:
		return s.Passwords(ctx)
	}
	edits, err := batch.CompareSheet(ctx, run, j.Results(ctx, run.ID), s, mostShown)
	if err != nil {
		return nil, err
	}
	a.tellEdits(edits)
	return nil, a.changedSheet(ctx, j, run, path, editWords(edits))
}

// changedSheet refuses a sheet that is not the plan's. The plan of a whole sheet would do again what a run that was begun has done.
func (a *app) changedSheet(ctx context.Context, j *journal.Journal, run batch.Run, path, how string) error {
	begun, err := j.Begun(ctx, run.ID)
	if err != nil {
		return err
	}
	run.SheetPath = path
	fix := "make a new plan of it: " + a.planAgain(run)
	if begun {
		fix = "the run was begun; plan what is left of it: " + a.retryWith(run, shellQuote(path))
	}
	return &batch.SheetError{Path: path, Msg: "the sheet has changed since the plan was made: " + how, Fix: fix + "; or bring the old file back"}
}

// retryWith is the command that plans again what is left of a run, by a sheet, with those of the flags given here that it takes.
func (a *app) retryWith(run batch.Run, sheet string) string {
	return fmt.Sprintf("mimebatch retry %s --sheet %s%s%s", run.ID, sheet, flagsFor(new(app).retryCommand(), a.options, "sheet"), a.tenantFlags())
}

// editWords says how much of a sheet is different.
func editWords(e batch.SheetEdits) string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{e.Added, "added"}, {e.Removed, "removed"}, {e.Edited, "edited"}} {
		if p.n > 0 {
			parts = append(parts, count(p.n, "row", "rows")+" "+p.word)
		}
	}
	if len(e.NewColumns)+len(e.LostColumns) > 0 {
		parts = append(parts, "other columns")
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case e.Moved:
		return "the rows stand in another order, and none differs but for passwords, which are not kept, or how the cells look"
	}
	return "no row differs but for passwords, which are not kept, or how the cells look"
}

// tellEdits names the first of the rows that are different, on standard error.
func (a *app) tellEdits(e batch.SheetEdits) {
	for _, l := range editLines(e) {
		a.infof("%s", l)
	}
}

// editLines names columns and the first of the rows that are different, each on a line.
func editLines(e batch.SheetEdits) []string {
	var lines []string
	if len(e.NewColumns) > 0 {
		lines = append(lines, "new columns: "+quoted(e.NewColumns))
	}
	if len(e.LostColumns) > 0 {
		lines = append(lines, "columns that are gone: "+quoted(e.LostColumns))
	}
	for _, r := range e.Rows {
		lines = append(lines, editLine(r))
	}
	if more := e.Added + e.Removed + e.Edited - len(e.Rows); more > 0 {
		lines = append(lines, fmt.Sprintf("and %s more", count(more, "row", "rows")))
	}
	return lines
}

func editLine(r batch.RowEdit) string {
	name := cmp.Or(r.Email, "(no address)")
	switch {
	case r.Was == 0:
		return fmt.Sprintf("row %d  %s: added", r.Line, name)
	case r.Line == 0:
		return fmt.Sprintf("row %d  %s: removed", r.Was, name)
	}
	where := ""
	if r.Line != r.Was {
		where = fmt.Sprintf(" (row %d before)", r.Was)
	}
	cells := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		cells[i] = fmt.Sprintf("%s %q -> %q", c.Heading, c.Before, c.After)
	}
	return fmt.Sprintf("row %d  %s%s: %s", r.Line, name, where, strings.Join(cells, ", "))
}

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return strings.Join(out, ", ")
}

// again is the command that plans anew what of a run was left undone.
func (a *app) again(run batch.Run) string {
	if run.Kind == batch.OfUndo {
		return a.planAgain(run)
	}
	return fmt.Sprintf("mimebatch retry %s%s%s", run.ID, flagsFor(new(app).retryCommand(), a.options, "sheet"), a.tenantFlags())
}

// planAgain is the command that makes the same plan once more.
func (a *app) planAgain(run batch.Run) string {
	given := func(cmd *cobra.Command, but ...string) string {
		words := flagsFor(cmd, run.Options, append(but, "protect", "allow-domain")...)
		if run.Guards != nil {
			words += guardsGiven(*run.Guards)
		}
		return words + a.tenantFlags()
	}
	switch run.Kind {
	case batch.OfRetry:
		return fmt.Sprintf("mimebatch retry %s --sheet %s%s", run.Of, shellQuote(run.SheetPath), given(new(app).retryCommand(), "sheet"))
	case batch.OfUndo:
		return fmt.Sprintf("mimebatch undo %s%s", run.Of, given(new(app).undoCommand()))
	}
	return "mimebatch plan " + shellQuote(run.SheetPath) + given(new(app).planCommand())
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
