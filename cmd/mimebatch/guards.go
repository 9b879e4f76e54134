package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch"
)

// guardFlags adds the flags that say whom a plan must not touch.
func guardFlags(cmd *cobra.Command, told *batch.ToldGuards) {
	flags := cmd.Flags()
	flags.StringVar(&told.List, "protect", "", "never touch the addresses in this `file`: one a line, or a CSV with a column email")
	flags.StringArrayVar(&told.Domains, "allow-domain", nil, "touch addresses of this `domain` only; may be repeated")
}

// guards tells whom a plan must not touch, and what its run keeps of that.
func (a *app) guards(told batch.ToldGuards) (g batch.Guards, kept *batch.ToldGuards, err error) {
	if g.Own, err = a.ownAddress(); err != nil {
		return g, nil, err
	}
	for _, name := range told.Domains {
		domain, err := batch.ParseDomain(name)
		if err != nil {
			return g, nil, usageError("--allow-domain %w", err)
		}
		g.Domains = append(g.Domains, domain)
	}
	kept = &batch.ToldGuards{Domains: g.Domains}
	if told.List == "" {
		return g, kept, nil
	}
	if g.Protected, err = readProtected(told.List); err != nil {
		return g, nil, &stop{
			code: exitUsage, err: fmt.Errorf("--protect %s: %w", told.List, err),
			hint: cmp.Or(batch.HintOf(err), "it holds one address a line, or it is a CSV with a column email"),
		}
	}
	kept.List = absolute(told.List) // it may be read again from another folder
	return g, kept, nil
}

// guardsGiven writes guards as they are given on a command line.
func guardsGiven(told batch.ToldGuards) string {
	s := ""
	for _, d := range told.Domains {
		s += " --allow-domain " + shellQuote(d)
	}
	if told.List != "" {
		s += " --protect " + shellQuote(told.List)
	}
	return s
}

// ownAddress returns the account that the credentials are of, "" if they don't tell.
func (a *app) ownAddress() (string, error) {
	if a.sandbox {
		return "", nil
	}
	c, err := a.credentials()
	if err != nil {
		return "", err
	}
	email, _ := batch.ParseAddress(c["email"].Reveal())
	return email, nil
}

func readProtected(path string) (map[string]bool, error) {
	f, err := os.Open(path)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, e.Err
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return batch.ReadProtected(f)
}

// canAsk tells whether there is somebody to ask.
func (a *app) canAsk() bool { return a.terminal && !a.json }

// agree asks before anything is written to the tenant: for a plan that was only just made, and for one that is to change more
// than --confirm-above and was not agreed to whole, for it was not seen whole. Large ones take more than a yes, and so do those that
// have accounts deleted. Too many changes are not asked about.
func (a *app) agree(ctx context.Context, x execution, fresh bool) error {
	n := x.left.rows
	a.resume = a.next(x) // which an interrupt tells from now on
	if err := x.limits.Check(n); err != nil {
		return &stop{code: exitGuard, err: err, hint: fmt.Sprintf("look at the plan: mimebatch show %s%s; if it is as meant: %s",
			x.run.ID, a.placeFlags(), a.next(x, "--max-changes", strconv.Itoa(n)))}
	}
	many, purges := n > x.flags.confirmAbove, x.run.Mode == batch.Purge && !x.agreed
	if x.flags.yes || n == 0 || !fresh && !purges && (!many || x.agreed) {
		return nil
	}
	if !a.canAsk() {
		why := fmt.Sprintf("more than --confirm-above %d", x.flags.confirmAbove)
		if purges {
			why = "and accounts to be deleted for good"
		}
		return &stop{
			code: exitGuard, err: fmt.Errorf("%s to be changed, %s, and there is no terminal to ask on; nothing was sent", count(n, "row is", "rows are"), why),
			hint: "look at the plan; then: " + a.next(x, "--yes"),
		}
	}
	creates, err := x.left.creates(ctx, x.journal, x.run.ID)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("Create %d and update %d in %s", creates, n-creates, tenantName(x.run.Tenant))
	if purges {
		what = fmt.Sprintf("Change %d in %s, and have accounts deleted for good", n, tenantName(x.run.Tenant))
	}
	var ok bool
	if many || purges {
		var typed string
		typed, err = a.typed(ctx, "\n%s? Type the number of rows, %d, to go on: ", what, n)
		ok = strings.TrimSpace(typed) == strconv.Itoa(n)
	} else {
		ok, err = a.ask(ctx, "\n%s?", what)
	}
	switch {
	case err != nil:
		return err
	case !ok:
		return &stop{code: exitGuard, err: errors.New("nothing was sent"), hint: "the plan is kept: " + a.next(x)}
	}
	return nil
}
