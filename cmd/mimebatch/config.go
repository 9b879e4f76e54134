package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"mimebatch/batch/durable"
	"mimebatch/batch/journal"
)

// stateDir is the user's folder for what programs remember: %LocalAppData% on Windows, else $XDG_STATE_HOME
// or ~/.local/state.
func (a *app) stateDir() (string, error) {
	if runtime.GOOS == "windows" {
		if dir := a.getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "mimebatch"), nil
		}
	}
	if dir := a.getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "mimebatch"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &stop{
			code: exitFailed, err: fmt.Errorf("find the folder for the journal: %w", err),
			hint: "name the journal with --journal FILE or MIMEBATCH_JOURNAL",
		}
	}
	return filepath.Join(home, ".local", "state", "mimebatch"), nil
}

// configDir is the user's folder for settings.
func (a *app) configDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for settings: %w", err)
	}
	return filepath.Join(dir, "mimebatch"), nil
}

// journalNamed returns the journal's path as --journal or MIMEBATCH_JOURNAL gives it, "" if neither does.
func (a *app) journalNamed() string {
	return cmp.Or(a.journalPath, a.getenv("MIMEBATCH_JOURNAL"))
}

// journalFile returns the journal's path: the one that is named, or journal.db in the state folder; of a link to a journal, that of
// the journal, which the files beside it go by.
func (a *app) journalFile() (string, error) {
	path := a.journalNamed()
	if path == "" {
		dir, err := a.stateDir()
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, "journal.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the journal: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil { // else it is yet to be made
		path = target
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", &stop{code: exitUsage, err: fmt.Errorf("the journal %s is a folder", path), hint: "name a file, such as " + filepath.Join(path, "journal.db")}
	}
	return path, nil
}

// beside returns the path of a file that belongs to the journal, and makes the folder for both, unless it is no place for them.
func (a *app) beside(suffix string) (string, error) {
	path, err := a.journalFile()
	if err != nil {
		return "", err
	}
	if err := journal.CheckPlace(path); err != nil {
		return "", fmt.Errorf("use journal %s: %w", path, err)
	}
	if err := durable.MkdirPrivate(filepath.Dir(path)); err != nil {
		return "", err
	}
	return path + suffix, nil
}

// version tells which mimebatch this is.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
