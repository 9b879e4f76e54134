package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"

	"mimebatch/batch"
)

// purpose is what a sheet is filled in for, and the fields that this takes.
type purpose struct {
	name   string
	fields []batch.Field
}

func purposes() []purpose {
	onboarding := []batch.Field{
		batch.Email, batch.Username, batch.Password, batch.ForcePasswordChange,
		batch.AllowPOP, batch.AllowSMTP, batch.AccountDisabled, batch.ArchiveStartDate,
	}
	return []purpose{
		{"onboarding", onboarding},
		{"migration", slices.Concat(onboarding, []batch.Field{batch.PasswordNeverExpires, batch.AccountCode})},
		{"password-reset", []batch.Field{batch.Email, batch.Password, batch.ForcePasswordChange}},
	}
}

// columns returns what the field table says of the purpose's fields, in the order of the table.
func (p purpose) columns() []batch.FieldInfo {
	return slices.DeleteFunc(batch.Fields(), func(i batch.FieldInfo) bool { return !slices.Contains(p.fields, i.Field) })
}

// sheets makes all files by name.
func sheets() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, p := range purposes() {
		columns := p.columns()
		book, err := workbook(columns)
		if err != nil {
			return nil, fmt.Errorf("make %s workbook: %w", p.name, err)
		}
		text, err := header(columns)
		if err != nil {
			return nil, fmt.Errorf("make %s csv: %w", p.name, err)
		}
		files[p.name+".xlsx"], files[p.name+".csv"] = book, text
	}
	return files, nil
}

// header makes a CSV of the header alone, as spreadsheet programs write it: with a byte order mark, by which they know
// UTF-8 when they open it, and CRLF.
func header(columns []batch.FieldInfo) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(titles(columns)); err != nil {
		return nil, err
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func titles(columns []batch.FieldInfo) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Title)
	}
	return out
}
