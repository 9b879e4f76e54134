package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mimebatch/batch"
	"mimebatch/batch/journal"
)

// openJournal opens the journal, and makes it if there is none.
func (a *app) openJournal(ctx context.Context) (*journal.Journal, error) {
	path, err := a.beside("")
	if err != nil {
		return nil, err
	}
	return journal.Open(ctx, path)
}

// errNoJournal says that nothing was planned yet: there is no journal at the place where one is kept unless it is named.
var errNoJournal = errors.New("there is no journal yet")

// findJournal opens the journal, and makes none: a mistyped name leaves nothing behind.
func (a *app) findJournal(ctx context.Context) (*journal.Journal, error) {
	path, err := a.journalFile()
	if err != nil {
		return nil, err
	}
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist) && a.journalNamed() == "":
		return nil, &stop{code: exitFailed, err: errNoJournal, hint: "mimebatch plan SHEET makes it, with its first run"}
	case errors.Is(err, fs.ErrNotExist):
		return nil, &stop{code: exitFailed, err: fmt.Errorf("there is no journal %s", path), hint: "check the name that --journal or MIMEBATCH_JOURNAL gives"}
	case err != nil:
		return nil, fmt.Errorf("find the journal: %w", err)
	}
	return journal.Open(ctx, path)
}

// findRun opens the journal and returns the run of that name.
func (a *app) findRun(ctx context.Context, id string) (*journal.Journal, batch.Run, error) {
	j, err := a.findJournal(ctx)
	if err != nil {
		return nil, batch.Run{}, err
	}
	run, err := j.Run(ctx, batch.RunID(id))
	if errors.Is(err, batch.ErrNoRun) {
		err = &stop{code: exitFailed, err: err, hint: "mimebatch runs" + a.placeFlags() + " lists those that there are"}
	}
	if err != nil {
		j.Close()
		return nil, batch.Run{}, err
	}
	return j, run, nil
}

// placeFlags are the flags that a command needs to find the same journal again.
func (a *app) placeFlags() string {
	s := ""
	if a.sandbox {
		s += " --sandbox"
	}
	if a.journalPath != "" {
		s += " --journal " + shellQuote(a.journalPath)
	}
	return s
}

// nextCommand tells what to type next, ready to paste.
func (a *app) nextCommand(why, command string, id batch.RunID) {
	flags := a.placeFlags()
	if command == "apply" {
		flags = flagsFor(new(app).applyCommand(), a.options, "sheet") + a.tenantFlags()
	}
	a.infof("%s: mimebatch %s %s%s", why, command, id, flags)
}

// flagsFor returns those of the options of a command line that cmd takes, ready to paste, without those of the tenant, which
// tenantFlags has, and without some others.
func flagsFor(cmd *cobra.Command, options []string, but ...string) string {
	var tenant cobra.Command
	new(app).connectFlags(&tenant)
	s := ""
	for _, o := range options {
		name, value, _ := strings.Cut(strings.TrimPrefix(o, "--"), "=")
		f := cmd.Flags().Lookup(name)
		switch {
		case f == nil || tenant.Flags().Lookup(name) != nil || slices.Contains(but, name):
		case f.NoOptDefVal == value:
			s += " --" + name
		case f.NoOptDefVal != "":
			s += " --" + name + "=" + shellQuote(value)
		default:
			s += " --" + name + " " + shellQuote(value)
		}
	}
	return s
}

// shellQuote quotes what a shell would take apart.
func shellQuote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("/._-+=:,@%\\", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// holder says who holds a lock.
func holder() string {
	return fmt.Sprintf("%s, pid %s, since %s", hostName(), strconv.Itoa(os.Getpid()), time.Now().Format("2006-01-02 15:04:05"))
}

func sortedNotes(notes map[string]int) []string {
	return slices.SortedFunc(maps.Keys(notes), func(x, y string) int {
		if d := notes[y] - notes[x]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
}
