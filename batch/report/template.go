package report

import (
	"fmt"
	"slices"
	"strings"

	"mimebatch/templates"
)

var kinds = [...]string{"onboarding", "migration", "password-reset"}

// Kinds returns the purposes that there are templates for.
func Kinds() []string { return slices.Clone(kinds[:]) }

// UnknownTemplateError says that there is no such template.
type UnknownTemplateError struct{ Kind, Format string }

func (e *UnknownTemplateError) Error() string {
	return fmt.Sprintf("no %s template for %q", e.Format, e.Kind)
}

// Hint tells which there are.
func (e *UnknownTemplateError) Hint() string {
	return fmt.Sprintf("there are templates for %s, each as xlsx and csv", strings.Join(kinds[:], ", "))
}

// Template returns the sheet to fill in for a purpose, one of [Kinds], in a format, "xlsx" or "csv". The bytes are those of the
// file in package templates. The error is an [*UnknownTemplateError] if there is none.
func Template(kind, format string) ([]byte, error) {
	if !slices.Contains(kinds[:], kind) || format != "xlsx" && format != "csv" {
		return nil, &UnknownTemplateError{Kind: kind, Format: format}
	}
	return templates.Files.ReadFile(kind + "." + format)
}
