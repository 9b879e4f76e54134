package sheet_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"mimebatch/batch/sheet"
)

// A damaged CSV file is never read short in silence: a plain reading of its text finds no more rows than the sheet yields,
// and those that come without a fault are the same, cell for cell; or else there is an error.
func TestCSVMutants(t *testing.T) {
	const mutants = 100 // of each file
	refused, same, faulty := 0, 0, 0
	for name, data := range mutable(t) {
		random := rand.New(rand.NewPCG(1, uint64(len(data))))
		if checkMutant(t, name, data) != asRead {
			t.Errorf("%s is not read as it is", name)
		}
		for i := range mutants {
			mutant, how := mutateText(random, data)
			switch label := fmt.Sprintf("%s, mutant %d, %s", name, i, how); checkMutant(t, label, mutant) {
			case asRefused:
				refused++
			case asFaulty:
				faulty++
			default:
				same++
			}
		}
	}
	t.Logf("%d refused, %d with faults, %d read", refused, faulty, same)
	if refused == 0 || faulty == 0 || same == 0 {
		t.Error("the mutants show one side only")
	}
}

// mutable returns ten files of different kinds.
func mutable(t *testing.T) map[string][]byte {
	var plain, quoted strings.Builder
	for i := range 40 {
		fmt.Fprintf(&plain, "person.%d@example.com,Zoë %d,Title %d\n", i, i, i*7919)
		fmt.Fprintf(&quoted, "\"person.%d@example.com\",\"say \"\"%d\"\", then\ngo\",\"Title, %d\"\n", i, i, i)
	}
	head := "Email,Name,Title\n"
	text := head + plain.String()
	long := head + strings.ReplaceAll(plain.String(), "Title", strings.Repeat("long title ", 300))
	return map[string][]byte{
		"UTF-8":                  []byte(text),
		"UTF-8 with a mark":      []byte("\ufeff" + text),
		"CRLF":                   []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		"bare CR":                []byte(strings.ReplaceAll(text, "\n", "\r")),
		"quoted":                 []byte(head + quoted.String()),
		"semicolons":             []byte("sep=;\n" + strings.ReplaceAll(text, ",", ";")),
		"UTF-16 LE":              encoded(t, "utf-16le", "\ufeff"+text),
		"UTF-16 BE, no mark":     encoded(t, "utf-16be", text),
		"Windows-1252, tabs":     encoded(t, "windows-1252", strings.ReplaceAll(text, ",", "\t")),
		"longer than the buffer": []byte("Report\n\n" + long),
	}
}

// mutate damages a file in one way.
func mutateText(random *rand.Rand, data []byte) (mutant []byte, how string) {
	at := func() int { return random.IntN(len(data)) }
	from, to := at(), at()
	if from > to {
		from, to = to, from
	}
	switch random.IntN(6) {
	case 0:
		mutant = slices.Clone(data)
		bit := random.IntN(8)
		mutant[from] ^= 1 << bit
		return mutant, fmt.Sprintf("bit %d of byte %d flipped", bit, from)
	case 1:
		return data[:from], fmt.Sprintf("cut at %d", from)
	case 2:
		to = min(to, from+1+random.IntN(200))
		return slices.Concat(data[:from], data[to:]), fmt.Sprintf("without bytes %d to %d", from, to)
	case 3:
		middle := from + (to-from)/2
		return slices.Concat(data[:from], data[middle:to], data[from:middle], data[to:]), fmt.Sprintf("halves of %d to %d swapped", from, to)
	case 4:
		const nasty = "\"\r\n,;\x00\xff\xe9'|\t"
		c := nasty[random.IntN(len(nasty))]
		mutant = slices.Clone(data)
		mutant[from] = c
		return mutant, fmt.Sprintf("byte %d is %q", from, c)
	default:
		return slices.Insert(slices.Clone(data), from, '"'), fmt.Sprintf("a quote at %d", from)
	}
}

type verdict uint8

const (
	asRefused verdict = iota
	asFaulty
	asRead
)

func checkMutant(t *testing.T, name string, data []byte) verdict {
	t.Helper()
	table, err := sheet.OpenBytes(t.Context(), "-", data, byWords)
	if err != nil {
		if hint(err) == "" {
			t.Errorf("%s: %v has no hint", name, err)
		}
		return asRefused
	}
	var got [][]string // nil for a row with a fault
	result := asRead
	for r, err := range table.Rows(t.Context()) {
		switch {
		case err != nil:
			if hint(err) == "" {
				t.Errorf("%s: %v has no hint", name, err)
			}
			return asRefused
		case r.Fault != nil:
			got = append(got, nil)
			result = asFaulty
		case !r.Blank():
			texts := make([]string, len(r.Cells))
			for i, c := range r.Cells {
				texts[i] = strings.ReplaceAll(c.Text, "\r", "\n")
			}
			got = append(got, texts)
		}
	}
	want := plainRows(decoded(t, table.Encoding, data), table.Comma)
	above := len(table.Skipped) + 1
	if len(want) > above+len(got) {
		t.Errorf("%s: %d rows are lost: %d skipped, the header, and %d rows", name, len(want)-above-len(got), above-1, len(got))
	}
	if len(want) != above+len(got) && result == asFaulty {
		return result // nobody knows which rows are the same
	}
	for i, texts := range got[:min(len(got), max(len(want)-above, 0))] {
		if texts != nil && strings.Join(texts, "|") != strings.Join(trimmedTo(want[above+i], len(texts)), "|") {
			t.Errorf("%s: row %d of them is %q, a plain reading finds %q", name, i, texts, want[above+i])
		}
	}
	return result
}

func trimmedTo(texts []string, width int) []string {
	if len(texts) > width && strings.TrimSpace(strings.Join(texts[width:], "")) == "" {
		return texts[:width]
	}
	return texts
}

// plainRows reads a text in the simplest way: every record with something to see is a row, every error is one too.
func plainRows(text string, comma rune) (rows [][]string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if first, rest, ok := strings.Cut(text, "\n"); ok && first == "sep="+string(comma) {
		text = rest
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		visible := strings.ContainsFunc(strings.Join(record, ""), func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
		if visible || err != nil {
			rows = append(rows, record)
		}
	}
}
