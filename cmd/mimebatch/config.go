package main

import (
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
		return "", fmt.Errorf("find the folder for the journal: %w", err)
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

// journalFile returns the journal's path: --journal, MIMEBATCH_JOURNAL or journal.db in the state folder.
func (a *app) journalFile() (string, error) {
	path := a.journalPath
	if path == "" {
		path = a.getenv("MIMEBATCH_JOURNAL")
	}
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
