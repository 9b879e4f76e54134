package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Hints of the domain and the README name no flag that isn't there.
func TestNamedFlagsExist(t *testing.T) {
	const root = "../.."
	flags := map[string]bool{}
	note := func(f *pflag.Flag) { flags["--"+f.Name] = true }
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		cmd.Flags().VisitAll(note)
		cmd.PersistentFlags().VisitAll(note)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&app{}).rootCommand())

	named := 0
	look := func(path string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range flagWord.FindAllStringSubmatch(string(text), -1) {
			named++
			if !flags[m[1]] {
				t.Errorf("%s names %s, which no command has", path, m[1])
			}
		}
		return nil
	}
	err := filepath.WalkDir(filepath.Join(root, "batch"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		return look(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := look(filepath.Join(root, "README.md")); err != nil {
		t.Fatal(err)
	}
	if named < 50 {
		t.Errorf("only %d flags are named", named)
	}
}

// flagWord is a flag as people write it, but no part of another word, such as of xn--bcher.
var flagWord = regexp.MustCompile(`(?:^|[^\w-])(--[a-z]+(?:-[a-z]+)*)`)
