package sheet_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/ianaindex"

	"mimebatch/batch/sheet"
)

func TestCSV(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		header     string // joined by |
		headerLine int
		comma      rune
		want       []string
	}{
		{"plain", "Email,Name\na@example.com,Ann\n", "Email|Name", 1, ',', []string{"2: a@example.com|Ann"}},
		{"no end on the last line", "Email,Name\na@example.com,Ann", "Email|Name", 1, ',', []string{"2: a@example.com|Ann"}},
		{"mark and CRLF", "\xef\xbb\xbfEmail,Name\r\na@example.com,Ann\r\n", "Email|Name", 1, ',', []string{"2: a@example.com|Ann"}},
		{"bare CR", "Email,Name\ra@example.com,Ann\rb@example.com,Bob\r", "Email|Name", 1, ',', []string{"2: a@example.com|Ann", "3: b@example.com|Bob"}},
		{"bare CR, blank lines", "\rEmail,Name\r\r\rb@example.com,Bob", "Email|Name", 2, ',', []string{"3", "4", "5: b@example.com|Bob"}},
		{"bare CR within quotes", "Email,Name\ra@example.com,\"Ann\rLee\"\rb@example.com,\"\"\"\r\"\"\"\r", "Email|Name", 1, ',', []string{"2: a@example.com|Ann\rLee", "3: b@example.com|\"\r\""}},
		{"line ends mixed", "Email,Name\ra@example.com,Ann\nb@example.com,Bob\r\nc@example.com,Cy\r\r\n", "Email|Name", 1, ',', []string{"2: a@example.com|Ann", "3: b@example.com|Bob", "4: c@example.com|Cy", "5"}},
		{"bare CR after a stray quote", "Email,Name\ra@example.com,An\"n,\"\rb@example.com,Bob\r", "Email|Name", 1, ',', []string{"2 quote: a@example.com", "3: b@example.com|Bob"}},
		{"semicolon", "Email;Name\na@example.com;Ruiz, Ana\n", "Email|Name", 1, ';', []string{"2: a@example.com|Ruiz, Ana"}},
		{"tab", "Email\tName\na@example.com\tAnn\n", "Email|Name", 1, '\t', []string{"2: a@example.com|Ann"}},
		{"pipe", "Email|Name\na@example.com|Ann\n", "Email|Name", 1, '|', []string{"2: a@example.com|Ann"}},
		{"quoted separators don't count", "\"Email\";\"a,b,c,d\";Name\n\"a@example.com\";\"1,2,3,4\";Ann\n", "Email|a,b,c,d|Name", 1, ';', []string{"2: a@example.com|1,2,3,4|Ann"}},
		{"one header word either way", "Email;x,y,z\na@example.com;1,2,3\nb@example.com;1,2\nc@example.com;1\n", "Email|x,y,z", 1, ';', []string{"2: a@example.com|1,2,3", "3: b@example.com|1,2", "4: c@example.com|1"}},
		{"one column", "Email\na@example.com\n", "Email", 1, ',', []string{"2: a@example.com"}},
		{"separator line", "sep=;\r\nEmail;Name\r\na@example.com;Ann\r\n", "Email|Name", 1, ';', []string{"2: a@example.com|Ann"}},
		{"separator line, any", "\xef\xbb\xbf\"SEP=^\"\nEmail^Name\na@example.com^Ann\n", "Email|Name", 1, '^', []string{"2: a@example.com|Ann"}},
		{"no separator line", "sep=;;\nEmail;Name\na@example.com;Ann\n", "Email|Name", 2, ';', []string{"3: a@example.com|Ann"}},
		{"blanks around names", " Email \u00a0,\u3000Name\u200b,,\n a@example.com , Ann,,\n", "Email|Name", 1, ',', []string{"2:  a@example.com | Ann"}},
		{"blank name in the middle", "Email,,Name\na@example.com,x,Ann\n", "Email||Name", 1, ',', []string{"2: a@example.com|x|Ann"}},
		{"blank lines", "\n\nEmail,Name\n\na@example.com,Ann\n,,,\n \u00a0,\t\nb@example.com,Bob\n\n\n", "Email|Name", 3, ',', []string{"4", "5: a@example.com|Ann", "6", "7", "8: b@example.com|Bob", "9", "10"}},
		{"lines within cells", "Email,Name\na@example.com,\"Ann\n\nLee\"\n\nb@example.com,\"B\r\nC\"\nc@example.com,Cy\n", "Email|Name", 1, ',', []string{"2: a@example.com|Ann\n\nLee", "3", "4: b@example.com|B\nC", "5: c@example.com|Cy"}},
		{"too many and too few cells", "Email,Name\na@example.com\nb@example.com,Bob,x\nc@example.com,Cy,, \nd@example.com,\n", "Email|Name", 1, ',', []string{"2 ragged: a@example.com", "3 ragged: b@example.com|Bob|x", "4: c@example.com|Cy", "5: d@example.com|"}},
		{"stray quotes", "Email,Name\na@example.com,An\"n\nb@example.com,\"Bob\"by\nc@example.com,Cy\n", "Email|Name", 1, ',', []string{"2 quote: a@example.com", "3 quote: b@example.com", "4: c@example.com|Cy"}},
		{"stray quote on the last line", "Email,Name\nb@example.com,\"Bob\"by", "Email|Name", 1, ',', []string{"2 quote: b@example.com"}},
		{"swallowed rows", "Email,Name,Title\na@example.com,\"Ann,x\nb@example.com,Bob,y\nc@example.com,Cy\",z\nd@example.com,Di,z\n", "Email|Name|Title", 1, ',', []string{"2 swallowed: a@example.com|Ann,x\nb@example.com,Bob,y\nc@example.com,Cy|z", "3: d@example.com|Di|z"}},
		{"an address of three lines", "Email,Name,Title\na@example.com,\"Ann\nMain St, 5\nTown\",x\n", "Email|Name|Title", 1, ',', []string{"2: a@example.com|Ann\nMain St, 5\nTown|x"}},
		{"NUL", "Email,Name\na@example.com," + strings.Repeat("n", 5000) + "\nb@example.com,B\x00b\nc@example.com,Cy\n", "Email|Name", 1, ',', []string{"2: a@example.com|" + strings.Repeat("n", 5000), "3 nul: b@example.com|B\x00b", "4: c@example.com|Cy"}},
		{"nothing below the header", "Email,Name\n", "Email|Name", 1, ',', nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := openText(t, tt.text)
			if got := strings.Join(table.Header, "|"); got != tt.header || table.HeaderLine != tt.headerLine {
				t.Errorf("header is %q on line %d, want %q on line %d", got, table.HeaderLine, tt.header, tt.headerLine)
			}
			if table.Comma != tt.comma || table.Format != sheet.CSV || table.Sheet != "" {
				t.Errorf("%v of worksheet %q with %q, want CSV with %q", table.Format, table.Sheet, table.Comma, tt.comma)
			}
			if diff := cmp.Diff(tt.want, wholeLines(t, table)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// The same table reads the same in every encoding, with every line end, with every separator, and with a line that names it.
func TestCSVInEveryEncoding(t *testing.T) {
	const text = "Email;Name;Title\nzoe@example.com;Zoë Ruiz;\"says \"\"é;è\"\"\"\n\n;;\nböb@example.com;\"Bob\nLee\";x\n"
	want := []string{"2: zoe@example.com|Zoë Ruiz|says \"é;è\"", "3", "4", "5: böb@example.com|Bob\nLee|x"}
	for _, encoding := range []string{"utf-8", "utf-16le", "utf-16be", "windows-1252", "macintosh", "ibm850"} {
		for _, mark := range []string{"", "\ufeff"} {
			if mark != "" && !strings.HasPrefix(encoding, "utf") {
				continue
			}
			for _, end := range []string{"\n", "\r\n", "\r"} {
				for _, comma := range []string{";", ",", "\t", "|"} {
					for _, named := range []string{"", "sep=" + comma + "\n", "\"sep=" + comma + "\"\n"} {
						in := strings.ReplaceAll(strings.ReplaceAll(named+text, ";", comma), "\n", end)
						o := sheet.Options{Header: words}
						if encoding == "macintosh" || encoding == "ibm850" {
							o.Encoding = encoding
						}
						table, err := sheet.OpenBytes(t.Context(), "-", encoded(t, encoding, mark+in), o)
						if err != nil {
							t.Errorf("%s %q %q: %v", encoding, end, comma, err)
							continue
						}
						got := strings.Join(wholeLines(t, table), "\n")
						got = strings.NewReplacer("Bob\rLee", "Bob\nLee", "é"+comma+"è", "é;è").Replace(got)
						if diff := cmp.Diff(strings.Join(want, "\n"), got); diff != "" || table.Encoding != encoding {
							t.Errorf("%s, mark %t, %q, %q, %q is taken for %s (-want +got):\n%s", encoding, mark != "", end, comma, named, table.Encoding, diff)
						}
						if table.Guessed != (encoding == "windows-1252") {
							t.Errorf("%s is guessed: %t", encoding, table.Guessed)
						}
					}
				}
			}
		}
	}
}

func encoded(t testing.TB, encoding, text string) []byte {
	t.Helper()
	enc, err := ianaindex.IANA.Encoding(encoding)
	if err != nil {
		t.Fatal(err)
	}
	b, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decoded returns a text without its byte order mark.
func decoded(t testing.TB, encoding string, data []byte) string {
	t.Helper()
	enc, err := ianaindex.IANA.Encoding(encoding)
	if err != nil {
		t.Fatal(err)
	}
	text, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(string(text), "\ufeff")
}

// A character that can't be decoded stays in its row, so that the row can be refused.
func TestCSVUndecodable(t *testing.T) {
	table, err := sheet.OpenBytes(t.Context(), "-", []byte("Email,Name\na@example.com,Zo\xeb\nb@example.com,Böb\n"), sheet.Options{Header: words, Encoding: "utf-8"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2: a@example.com|Zo\ufffd", "3: b@example.com|Böb"}, wholeLines(t, table)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// Rows far longer than any buffer come out whole, and the lines behind them have the right numbers.
func TestCSVLongCells(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\r\n"} {
		long := strings.Repeat("x,\"\"\r", 100_000)
		table := openText(t, strings.Join([]string{"Email,Name", `a@example.com,"` + long + `"`, "b@example.com,Bob", ""}, end))
		var got []string
		for r, err := range table.Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Cells) == 2 {
				got = append(got, r.Cells[1].Text)
			}
		}
		want := []string{strings.ReplaceAll(long, `""`, `"`), "Bob"}
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("with %q: %d rows, not those that were written", end, len(got))
		}
	}
}

func TestCSVBroken(t *testing.T) {
	const head = "Email,Name\n\na@example.com,Ann\n"
	for _, tt := range []struct {
		name, text string
		before     int // lines yielded before the error
		says       string
	}{
		{"quote never closed", head + "b@example.com,\"Bob\nc@example.com,Cy\n", 2, "line 4 of the text: a quote opens"},
		{"quote never closed on the last line", head + "b@example.com,\"Bob", 2, "line 4 of the text: a quote opens"},
		{"quote never closed behind lines in a cell", head + "\"b\nb\",\"Bob\nc@example.com,Cy\n", 2, "line 5 of the text: a quote opens"},
		{"closed wrongly on another line", head + "b@example.com,\"Bob\nc@example.com,\"Cy\"\nd@example.com,Di\n", 2, "line 4 of the text: a cell with line breaks is quoted wrongly; the next stray quote is on line 5"},
		{"stray quote behind lines in a cell", head + "\"b\nb\",Bo\"b\n", 2, "the next stray quote is on line 5"},
		{"long cell", head + "b@example.com," + strings.Repeat("x", 1<<20+1) + "\n", 2, "cell B4 is longer than 1 MiB"},
		{"long line", head + strings.Repeat("b@example.com,", 2<<19+2<<18) + "\n", 2, "line 4 of the text: the row is longer than 16 MiB"},
		{"long row of short lines", head + "b@example.com,\"" + strings.Repeat(strings.Repeat("x", 1023)+"\n", 17<<10) + "\"\n", 2, "line 4 of the text: the row is longer than 16 MiB"},
		{"long text without a line end below the header", head + strings.Repeat("\"x", 9<<20), 2, "line 4 of the text: the row is longer than 16 MiB"},
		{"too many separators", head + strings.Repeat(",", 500_001) + "\n", 2, "line 4 of the text: the row has more than 500000 separators"},
		{"too many separators in the lines of a row", head + strings.Repeat(strings.Repeat(",", 250_000)+"\"\n\",", 3) + "\n", 2, "line 4 of the text: the row has more than 500000 separators"},
		{"too many columns", head + strings.Repeat("x,", 1024) + "\n", 2, "more than 1024 columns"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := lines(t, openText(t, tt.text))
			if _, ok := errors.AsType[*sheet.DamageError](err); !ok || !strings.Contains(err.Error(), tt.says) || hint(err) == "" {
				t.Errorf("error is %v, want a DamageError that says %q", err, tt.says)
			}
			if len(got) != tt.before {
				t.Errorf("lines before the error: %q, want %d", got, tt.before)
			}
			if err != nil && strings.Contains(err.Error(), "example.com") {
				t.Errorf("the error quotes a cell: %v", err)
			}
		})
	}
	named, err := lines(t, openText(t, "sep=,\n"+head+"b@example.com,\"Bob\n"))
	if err == nil || !strings.Contains(err.Error(), "line 5 of the text") {
		t.Errorf("below a separator line: %q, %v", named, err)
	}
	if _, err := sheet.Open(t.Context(), writeFile(t, "\"Email\",\"Name\na@example.com,Ann\n"), byWords); err == nil || !strings.Contains(err.Error(), "line 1 of the text") {
		t.Errorf("a header with an open quote: %v", err)
	}
}

// Whatever the bytes are: the lines are numbered without a gap, to the last one of the file, and what is read without a
// fault is read again when it is written.
func FuzzOpenCSV(f *testing.F) {
	for _, text := range []string{
		"Email,Name\na@example.com,Ann\n",
		"\nEmail;Name\r\n\r\n\"a\nb\";\"\"\"\"\r\n;\r\n\r\n",
		"Email\tName\ra\tb\r\r\"c\rd\"\te",
		"sep=|\nEmail|Name\n1|2\n3\n4|5|6\n",
		"Email,Name\na,b\"c\n\"d\"e,f\n\"g,h\n",
		"Name\n\",0\";  ",
		"Email,Name\nZo\xeb,\x93x\x94\n",
		"Email,Name\na\x00b,c\n",
		"sep=0\n\nName",
	} {
		f.Add([]byte(text))
		f.Add(encoded(f, "utf-16le", "\ufeff"+text))
		f.Add(encoded(f, "utf-16be", text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := sheet.OpenBytes(t.Context(), "-", data, byWords)
		if err != nil {
			if hint(err) == "" {
				t.Errorf("%v has no hint", err)
			}
			return
		}
		if table.Format != sheet.CSV {
			return
		}
		var cells [][]sheet.Cell
		last := table.HeaderLine
		for r, err := range table.Rows(t.Context()) {
			if err != nil {
				if hint(err) == "" {
					t.Errorf("%v has no hint", err)
				}
				return
			}
			if last++; r.Line != last {
				t.Fatalf("line %d comes where %d is due", r.Line, last)
			}
			if r.Fault == nil && !r.Blank() {
				cells = append(cells, slices.Clone(r.Cells))
			}
		}
		if want := countLines(decoded(t, table.Encoding, data), byte(table.Comma)); last != want {
			t.Errorf("the last line is %d, want %d", last, want)
		}
		comma := table.Comma
		if !strings.ContainsRune(",;\t|", comma) {
			comma = ',' // nobody could guess it without the line that named it
		}
		roundTrip(t, sheet.WriteOptions{Format: sheet.CSV, Header: table.Header, Comma: comma}, cells)
	})
}

// countLines counts the lines of a CSV file in the simplest way: character by character, a row as one line.
func countLines(text string, comma byte) int {
	text = strings.TrimPrefix(text, "\ufeff")
	if first := strings.Trim(firstLine(text), `"`); len(first) == len("sep=;") && strings.EqualFold(first[:4], "sep=") && len(firstLine(text)) < len(text) {
		if first[4] == comma {
			rest := text[len(firstLine(text)):]
			text = strings.TrimPrefix(rest[1:], "\n")
			if rest[0] == '\n' {
				text = rest[1:]
			}
		}
	}
	n := 0
	inside, broken, fresh, open := false, false, true, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if !open {
			n++
			open = true
		}
		switch {
		case inside && c == '"' && i+1 < len(text) && text[i+1] == '"':
			i++
		case inside && c == '"':
			inside = false
			rest := text[i+1:]
			broken = rest != "" && rest[0] != comma && rest[0] != '\n' && rest[0] != '\r'
		case inside:
		case c == '\n' || c == '\r':
			if c == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			fresh, broken, open = true, false, false
		case broken:
		case c == comma:
			fresh = true
		case c == '"' && fresh:
			inside, fresh = true, false
		case c == '"':
			broken = true
		default:
			fresh = false
		}
	}
	return n
}

func firstLine(text string) string {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return text[:i]
	}
	return text
}
