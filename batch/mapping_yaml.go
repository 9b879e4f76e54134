package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// mappingComment begins a mapping file.
const mappingComment = `# What the columns of a people sheet mean: name this file with --map.
#
# columns says of each heading which field it is, such as email or username; "not account_disabled" and the like where yes means no;
# or ignore. A heading that stands twice is written with its column's letters: "Email (column C)".
# Other keys: username, domain, date_order, time_zone, sheet, header_row, no_header, encoding, skip_hidden, all_rows. What a flag says
# wins. no_header names the columns of a sheet without a header: [email, name].
`

// mappingKeys are the keys of a mapping file beside columns and no_header.
var mappingKeys = [...]string{"username", "domain", "date_order", "time_zone", "sheet", "header_row", "encoding", "skip_hidden", "all_rows"}

// mappingError is a mapping file that can't be used.
type mappingError struct {
	line      int
	msg, hint string
}

func (e *mappingError) Error() string {
	return fmt.Sprintf("parse mapping: line %d: %s", e.line, e.msg)
}
func (e *mappingError) Hint() string { return e.hint }

// brokenYAML is a mapping file that is no YAML.
type brokenYAML struct{ err error }

func (e *brokenYAML) Error() string { return fmt.Sprintf("parse mapping: %v", e.err) }
func (e *brokenYAML) Unwrap() error { return e.err }
func (e *brokenYAML) Hint() string {
	return `write each heading, a colon and a field on a line of its own, and a heading with : # * & ! [ ] { } or quotes in it in "double quotes"`
}

// ParseMapping reads a mapping file: YAML with these keys, each of which may be left out.
//
//	columns:        heading: field, "not FIELD" for a yes/no column that says the opposite, or ignore
//	username:       the template of the display name, such as "{{first}} {{last}}"
//	domain:         completes addresses that are bare log-on names
//	date_order:     dmy, mdy or ymd
//	time_zone:      of dates without one, such as Europe/Berlin
//	sheet:          the worksheet's name
//	header_row:     the line of the header
//	no_header:      a list of the headings of a sheet that has no header
//	encoding:       the IANA name of a text's encoding
//	skip_hidden:    yes to leave out rows that the spreadsheet doesn't show
//	all_rows:       yes to read every line below the header as a row
//
// Errors name the line, and have a method Hint.
func ParseMapping(data []byte) (Mapping, error) {
	var m Mapping
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return m, nil // nothing but comments
	} else if err != nil {
		return m, &brokenYAML{err}
	}
	var next yaml.Node
	if err := d.Decode(&next); err == nil {
		return Mapping{}, &mappingError{next.Line, "a second document", "keep one mapping in a file"}
	} else if !errors.Is(err, io.EOF) {
		return Mapping{}, &brokenYAML{err}
	}
	err := eachPair(doc.Content[0], "key", lower, func(key, value *yaml.Node) error { return m.set(key, value) })
	if err != nil {
		return Mapping{}, err
	}
	if m.HeaderLine > 0 && len(m.NoHeader) > 0 {
		return Mapping{}, &mappingError{doc.Content[0].Line, "header_row names a header, and no_header says that there is none", "remove one of them"}
	}
	for _, c := range m.Columns {
		if c.Field == Username && m.Username != "" {
			return Mapping{}, &mappingError{doc.Content[0].Line, fmt.Sprintf("both column %q and the template username are the display name", c.Heading), "remove one of them"}
		}
	}
	return m, nil
}

// eachPair visits the keys and values of a YAML mapping, and refuses a key that stands twice.
func eachPair(n *yaml.Node, noun string, same func(string) string, visit func(key, value *yaml.Node) error) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return &mappingError{n.Line, "not a list of names and values", `write "name: value" on lines of their own`}
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if _, err := scalar(key); err != nil {
			return err
		}
		if seen[same(key.Value)] {
			return &mappingError{key.Line, fmt.Sprintf("%s %q stands twice", noun, key.Value), "remove one of the two lines"}
		}
		seen[same(key.Value)] = true
		if err := visit(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// scalar returns the text of a plain value, as it is written.
func scalar(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!binary" || n.Style&yaml.TaggedStyle != 0 || n.Anchor != "" {
		return "", &mappingError{n.Line, "not a plain text", "write a text, in quotes if it has other signs than letters and digits"}
	}
	return n.Value, nil
}

// set takes one key of the file.
func (m *Mapping) set(key, value *yaml.Node) error {
	if key.Value == "columns" {
		return eachPair(value, "heading", sameHeading, m.setColumn)
	}
	if key.Value == "no_header" {
		return m.setNoHeader(value)
	}
	if !slices.Contains(mappingKeys[:], key.Value) {
		return &mappingError{key.Line, fmt.Sprintf("unknown key %q", key.Value),
			"the keys are columns, no_header, " + strings.Join(mappingKeys[:], ", ") + "; headings stand indented below columns"}
	}
	text, err := scalar(value)
	if err != nil {
		return err
	}
	if text = trim(text); text == "" || value.ShortTag() == "!!null" {
		return &mappingError{value.Line, fmt.Sprintf("%s has no value", key.Value), "write its value behind the colon, or remove the line"}
	}
	bad := ""
	switch key.Value {
	case "username":
		m.Username = text
		if _, err := parseName(text); err != nil {
			return &mappingError{value.Line, err.msg, err.hint}
		}
	case "domain":
		m.Domain = text
		if _, p := ParseAddress("a@" + text); p != nil {
			bad = "write a mail domain such as example.com"
		}
	case "date_order":
		m.DateOrder = DateOrder(lower(text))
		if !slices.Contains([]DateOrder{DayFirst, MonthFirst, YearFirst}, m.DateOrder) {
			bad = "write dmy, mdy or ymd"
		}
	case "time_zone":
		m.Zone = text
		// What is local here is something else on the next computer.
		if _, err := time.LoadLocation(text); err != nil || text == "Local" {
			bad = "write a name such as Europe/Berlin or UTC"
		}
	case "sheet":
		m.Worksheet = text
	case "header_row":
		if m.HeaderLine, err = strconv.Atoi(text); err != nil || m.HeaderLine < 1 {
			bad = "write the number of the line, as a spreadsheet program shows it"
		}
	case "encoding":
		m.Encoding = text
	case "skip_hidden":
		m.SkipHidden, bad = parseYesNo(text)
	case "all_rows":
		m.AllRows, bad = parseYesNo(text)
	}
	if bad != "" {
		return &mappingError{value.Line, fmt.Sprintf("%q is no %s", text, key.Value), bad}
	}
	return nil
}

// parseYesNo reads a yes or no; bad says what to write.
func parseYesNo(text string) (yes bool, bad string) {
	word, ok := find(yesNoWord, text)
	if !ok {
		return false, "write yes or no"
	}
	return word == "true", ""
}

// setNoHeader takes the headings of a sheet that has no header.
func (m *Mapping) setNoHeader(list *yaml.Node) error {
	if list.Kind != yaml.SequenceNode {
		return &mappingError{list.Line, "no_header is not a list", "write the columns' names between brackets: [email, name]"}
	}
	for _, n := range list.Content {
		name, err := scalar(n)
		if err != nil {
			return err
		}
		if n.ShortTag() == "!!null" {
			name = "" // a column that isn't read
		}
		m.NoHeader = append(m.NoHeader, trim(name))
	}
	return nil
}

// setColumn takes one heading of the file.
func (m *Mapping) setColumn(heading, value *yaml.Node) error {
	word, err := scalar(value)
	if err != nil {
		return err
	}
	c := MappedColumn{Heading: trim(heading.Value)}
	switch {
	case sameHeading(c.Heading) == "":
		return &mappingError{heading.Line, "a heading without a text", `name the column by its letters: "(column C)"`}
	case IsResultHeading(c.Heading):
		return &mappingError{heading.Line, fmt.Sprintf("column %q belongs to the results of a run", c.Heading), "remove the line: such columns are never used"}
	}
	word = strings.Join(strings.Fields(lower(word)), " ")
	if word != ignoreWord {
		name, inverted := strings.CutPrefix(word, notWord)
		info, ok := Field(name).Info()
		if !ok {
			return &mappingError{value.Line, fmt.Sprintf("%q is no field", value.Value), "the fields are " + fieldNames() + "; ignore keeps a column and doesn't use it"}
		}
		if inverted && info.Kind != KindBool {
			return &mappingError{value.Line, fmt.Sprintf("%s has no opposite", name), fmt.Sprintf(`"not" goes with yes/no fields; write %s alone`, name)}
		}
		c.Field, c.Inverted = info.Field, inverted
	}
	m.Columns = append(m.Columns, c)
	return nil
}

// fieldNames lists all fields.
func fieldNames() string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f.Field)
	}
	return strings.Join(names, ", ")
}

// YAML returns the mapping as a file that [ParseMapping] reads back. The same mapping gives the same bytes.
func (m Mapping) YAML() []byte {
	root := &yaml.Node{Kind: yaml.MappingNode}
	if len(m.Columns) > 0 {
		columns := &yaml.Node{Kind: yaml.MappingNode}
		for _, c := range m.Columns {
			columns.Content = append(columns.Content, yamlText(c.Heading), yamlText(c.word()))
		}
		root.Content = append(root.Content, yamlText("columns"), columns)
	}
	line := ""
	if m.HeaderLine > 0 {
		line = strconv.Itoa(m.HeaderLine)
	}
	if len(m.NoHeader) > 0 {
		names := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, h := range m.NoHeader {
			names.Content = append(names.Content, yamlText(h))
		}
		root.Content = append(root.Content, yamlText("no_header"), names)
	}
	yes := map[bool]string{true: "yes"}
	for i, text := range [len(mappingKeys)]string{
		m.Username, m.Domain, string(m.DateOrder), m.Zone, m.Worksheet, line, m.Encoding, yes[m.SkipHidden], yes[m.AllRows],
	} {
		if text != "" {
			root.Content = append(root.Content, yamlText(mappingKeys[i]), yamlText(text))
		}
	}
	var out bytes.Buffer
	out.WriteString(mappingComment)
	if len(root.Content) == 0 {
		return out.Bytes()
	}
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	// Texts in memory and a buffer don't fail.
	if err := errors.Join(e.Encode(root), e.Close()); err != nil {
		panic(fmt.Sprintf("write mapping: %v", err))
	}
	return out.Bytes()
}

// yamlText is a text, in quotes unless it is a plain word or a number.
func yamlText(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: strings.ToValidUTF8(s, "\ufffd")}
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return n
	}
	n.Tag = "!!str"
	first, _ := utf8.DecodeRuneInString(s)
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _/.-", r)
	}
	if !unicode.IsLetter(first) || strings.ContainsFunc(s, odd) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
