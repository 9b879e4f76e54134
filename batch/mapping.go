package batch

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch/sheet"
)

// Mapping says what the columns of a sheet mean where the headings don't tell by themselves, and how the sheet is to be read, so that
// next month's export of the same kind needs no thought. It is what --map reads and --save-map writes; [ParseMapping] and
// [Mapping.YAML] tell its form. Encoded as JSON it can be kept with a plan. The zero Mapping leaves all to the sheet.
type Mapping struct {
	// Columns are in the order of the file. Columns of the sheet that it doesn't name are bound by what is known of headings.
	Columns    []MappedColumn `json:"columns,omitempty"`
	Username   string         `json:"username,omitempty"`    // the template of the display name
	Domain     string         `json:"domain,omitempty"`      // completes addresses that are bare log-on names
	DateOrder  DateOrder      `json:"date_order,omitempty"`  // the order of day and month
	Zone       string         `json:"zone,omitempty"`        // the IANA name of the time zone of dates without one
	Worksheet  string         `json:"worksheet,omitempty"`   // its name
	HeaderLine int            `json:"header_line,omitempty"` // the line of the header
	NoHeader   []string       `json:"no_header,omitempty"`   // the headings of a sheet that has no header; without HeaderLine
	Encoding   string         `json:"encoding,omitempty"`    // the IANA name of a text's encoding
	SkipHidden bool           `json:"skip_hidden,omitempty"` // leave out rows that the spreadsheet doesn't show
	AllRows    bool           `json:"all_rows,omitempty"`    // every line below the header is a row
}

// MappedColumn says what one column is.
type MappedColumn struct {
	// Heading is compared exactly but for case and blanks. Behind a heading that stands twice in the sheet, or a blank one, the
	// column's letters tell which is meant: "Email (column C)".
	Heading  string `json:"heading"`
	Field    Field  `json:"field,omitempty"`    // "" to keep the column and not use it
	Inverted bool   `json:"inverted,omitempty"` // yes means no
}

// Words of a mapping file.
const (
	ignoreWord = "ignore"
	notWord    = "not "
)

// word is the column's meaning in a mapping file.
func (c MappedColumn) word() string {
	switch {
	case c.Field == "":
		return ignoreWord
	case c.Inverted:
		return notWord + string(c.Field)
	}
	return string(c.Field)
}

// MappingOf writes down how t was bound with the options o, which are a [Sheet]'s own: every column of t that has a heading, and what
// the options say. Read with it, a table with the same headings is bound in the same way.
func MappingOf(b *Binding, t *sheet.Table, o SheetOptions) Mapping {
	m := Mapping{
		Username: o.Username, Domain: o.Domain, DateOrder: o.DateOrder, Zone: o.Zone, Worksheet: o.Worksheet, HeaderLine: o.HeaderLine, NoHeader: o.Columns,
		Encoding: o.Encoding, SkipHidden: o.SkipHidden, AllRows: o.AllRows,
	}
	times := map[string]int{}
	for _, h := range t.Header {
		times[sameHeading(h)]++
	}
	for i, h := range t.Header {
		c := MappedColumn{Heading: h}
		for f, column := range b.Columns {
			if column == i {
				c.Field, c.Inverted = f, b.Inverted[f]
			}
		}
		if IsResultHeading(h) || c.Field == "" && sameHeading(h) == "" {
			continue
		}
		if key := sameHeading(h); key == "" || times[key] > 1 || strings.Contains(key, "(column ") {
			c.Heading = positionalName(h, i)
		}
		m.Columns = append(m.Columns, c)
	}
	return m
}

// positionalName names a column by its heading and its letters.
func positionalName(heading string, column int) string {
	return strings.TrimSpace(heading + " (column " + sheet.ColumnName(column) + ")")
}

// headingIndex finds mapped columns by their names.
type headingIndex map[string]MappedColumn

func (m Mapping) index() headingIndex {
	x := headingIndex{}
	for _, c := range m.Columns {
		x[sameHeading(c.Heading)] = c
	}
	return x
}

// at returns what the mapping says of a column.
func (x headingIndex) at(column int, heading string) (MappedColumn, bool) {
	if len(x) == 0 || IsResultHeading(heading) {
		return MappedColumn{}, false
	}
	if c, ok := x[sameHeading(positionalName(heading, column))]; ok {
		return c, true
	}
	c, ok := x[sameHeading(heading)]
	return c, ok
}

// of returns the columns of the header that the mapping names.
func (m Mapping) of(header []string) map[int]MappedColumn {
	x := m.index()
	out := map[int]MappedColumn{}
	for i, h := range header {
		if c, ok := x.at(i, h); ok {
			out[i] = c
		}
	}
	return out
}

// missing returns what the mapping says of headings that are not there, if no other heading stands in for them.
func (m Mapping) missing(header []string) []MappedColumn {
	var there []Field
	for _, c := range m.of(header) {
		there = append(there, c.Field)
	}
	var out []MappedColumn
	for _, c := range m.Columns {
		if c.Field != "" && !slices.Contains(there, c.Field) {
			out = append(out, c)
		}
	}
	return out
}

// headerScore returns what [sheet.Options] asks for: [HeaderScore] for a sheet with this mapping.
func (m Mapping) headerScore() func(cells []string) int {
	if len(m.Columns) == 0 {
		return HeaderScore
	}
	x := m.index()
	return func(cells []string) int {
		return headerScore(cells, func(i int, heading string) meaning {
			switch c, ok := x.at(i, heading); {
			case ok && c.Field != "":
				return means(c.Field)
			case ok:
				return tells(ofPerson)
			}
			return meaningOf(heading)
		})
	}
}

// sameHeading returns what two headings have in common that are the same but for case and blanks.
func sameHeading(s string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1 // has no width
		}
		return r
	}, norm.NFC.String(s))
	return strings.ToLower(strings.Join(strings.Fields(seen), " "))
}
