package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mimebatch/batch/report"
)

func (a *app) templateCommand() *cobra.Command {
	var format, out string
	kinds := strings.Join(report.Kinds(), ", ")
	cmd := &cobra.Command{
		Use:   "template KIND",
		Short: "Write a sheet to fill in: " + kinds,
		Long: fmt.Sprintf(`Template writes a sheet to fill in, as KIND.xlsx or KIND.csv in this folder. The kinds are %s.
A file that is there already is left as it is.`, kinds),
		Args: oneArg("kind"),
		RunE: func(_ *cobra.Command, args []string) error { return a.template(args[0], format, out) },
	}
	cmd.Flags().StringVar(&format, "format", "", "xlsx or csv (default: as the name of --out ends, else xlsx)")
	cmd.Flags().StringVar(&out, "out", "", "the `file` to write")
	return cmd
}

func (a *app) template(kind, format, out string) error {
	if !slices.Contains(report.Kinds(), kind) {
		return usageError("there is no template %q; there are %s", kind, strings.Join(report.Kinds(), ", "))
	}
	if format == "" {
		format = "xlsx"
		if strings.EqualFold(filepath.Ext(out), ".csv") {
			format = "csv"
		}
	}
	if format != "xlsx" && format != "csv" {
		return usageError("--format takes xlsx or csv, not %q", format)
	}
	if out == "" {
		out = kind + "." + format
	}
	data, err := report.Template(kind, format)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &stop{code: exitFailed, err: fmt.Errorf("%s is there already", out), hint: "choose another name with --out"}
	}
	if err != nil {
		return fmt.Errorf("write template: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write template: %w", err)
	}
	a.printf("%s\n", out)
	return a.line(struct {
		Type string `json:"type"`
		Kind string `json:"kind"`
		File string `json:"file"`
		Exit int    `json:"exit"`
	}{"template", kind, out, exitDone})
}
