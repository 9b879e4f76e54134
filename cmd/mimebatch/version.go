package main

import (
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell which mimebatch this is",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			a.printf("mimebatch %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return a.line(struct {
				Type    string `json:"type"`
				Version string `json:"version"`
				Go      string `json:"go"`
				OS      string `json:"os"`
				Arch    string `json:"arch"`
			}{"version", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH})
		},
	}
}
