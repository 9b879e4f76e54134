package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A fault is something wrong with one cell.
type fault struct {
	column column
	what   string
	// spoilt makes the faulty content out of what the cell holds and what the
	// cell above it holds.
	spoilt func(was, above string) any
}

// faults are what HR got wrong, from the top of the sheet to its bottom.
var faults = []fault{
	{email, "two addresses in one cell", func(was, _ string) any {
		local, _, _ := strings.Cut(was, "@")
		return was + "; " + local + "@example.org"
	}},
	{display, "error value", func(_, _ string) any { return errorValue("#N/A") }},
	{email, "address without @", func(was, _ string) any { return strings.Replace(was, "@", ".", 1) }},
	{archive, "date that doesn't exist", func(_, _ string) any { return "2026-02-30" }},
	{email, "blank address", func(_, _ string) any { return nil }},
	{pop, "word that is neither yes nor no", func(_, _ string) any { return "maybe" }},
	{email, "same address as in the cell above, in capitals", func(_, above string) any { return strings.ToUpper(above) }},
	{password, "asterisks instead of a password", func(_, _ string) any { return "****" }},
	{email, "blank inside the address", func(was, _ string) any { return strings.Replace(was, ".", " ", 1) }},
	{archive, "date that can be read in two ways", func(_, _ string) any { return "03/04/2026" }},
	{display, "control character", func(was, _ string) any { return strings.Replace(was, " ", "\a ", 1) }},
	{email, "domain without a dot", func(was, _ string) any { return was[:strings.LastIndex(was, ".")] }},
}

// spoil returns the rows with all faults, spread over the rows of new people,
// and the list of them: a line for each in the sheet's order, with its cell, a
// tab and what is wrong. The row above a faulty one is always sound.
func spoil(rows [][]any) (spoilt [][]any, list []byte, err error) {
	for _, row := range rows {
		spoilt = append(spoilt, slices.Clone(row))
	}
	var (
		b bytes.Buffer
		i int
	)
	for n, f := range faults {
		i = min(max(i+2, (2*n+1)*len(rows)/(2*len(faults)+1)), len(rows))
		for i < len(rows) && (rows[i][password] == nil || rows[i][f.column] == nil) {
			i++
		}
		if i == len(rows) {
			return nil, nil, errors.New("no row left for " + f.what)
		}
		spoilt[i][f.column] = f.spoilt(fmt.Sprint(rows[i][f.column]), fmt.Sprint(rows[i-1][f.column]))
		fmt.Fprintf(&b, "%s\t%s\n", cell(f.column, firstLine+i), f.what)
	}
	return spoilt, b.Bytes(), nil
}
