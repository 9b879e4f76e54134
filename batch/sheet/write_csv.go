package sheet

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// csvWriter writes CSV itself: the writer of encoding/csv drops a bare CR inside a cell when it ends lines in CRLF.
type csvWriter struct {
	w     *bufio.Writer
	o     WriteOptions
	comma string
}

func newCSVWriter(w io.Writer, o WriteOptions) (*csvWriter, error) {
	if o.Comma == 0 {
		o.Comma = ','
	}
	if strings.ContainsRune("\"\r\n", o.Comma) || !utf8.ValidRune(o.Comma) {
		return nil, fmt.Errorf("write CSV: %q can't separate cells", o.Comma)
	}
	c := &csvWriter{w: bufio.NewWriter(w), o: o, comma: string(o.Comma)}
	if _, err := c.w.WriteString(utf8BOM); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	header := make([]Cell, len(o.Header))
	for i, name := range o.Header {
		header[i].Text = name
	}
	return c, c.Row(header)
}

func (c *csvWriter) Row(cells []Cell) error {
	for i := range c.o.Header {
		text := ""
		if i < len(cells) {
			text = disarm(cells[i])
		}
		if i > 0 {
			c.w.WriteString(c.comma)
		}
		// In quotes an empty cell is still one where it is all that the line has.
		if text == "" && len(c.o.Header) == 1 || c.needsQuotes(text) {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		c.w.WriteString(text)
	}
	if _, err := c.w.WriteString("\r\n"); err != nil { // a bufio.Writer keeps the first error
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// needsQuotes also quotes what other separators are in, for the sake of readers that guess which one it is.
func (c *csvWriter) needsQuotes(text string) bool {
	return strings.Contains(text, c.comma) || strings.ContainsAny(text, commas+"\"\r\n") || trim(text) != text
}

func (c *csvWriter) Close() error {
	if err := c.w.Flush(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// disarm returns the text of a cell such that no spreadsheet program takes it for a formula.
func disarm(c Cell) string {
	if c.Text == "" || c.Kind == Number && isPlainNumber(c.Text) {
		return c.Text
	}
	first := strings.TrimLeftFunc(c.Text, func(r rune) bool { return isBlank(r) || r == '"' || r == '\'' })
	if strings.IndexAny(first, "=+-@＝＋－＠") == 0 || c.Text[0] == '\t' || c.Text[0] == '\r' {
		return "'" + c.Text
	}
	return c.Text
}

// Unescape takes away the apostrophe that a [Writer] puts before texts in CSV that would be taken for a formula, and returns
// other texts as they are.
func Unescape(text string) string {
	rest, ok := strings.CutPrefix(text, "'")
	if ok && disarm(Cell{Text: rest}) == text {
		return rest
	}
	return text
}

// isPlainNumber tells digits, with a sign and a point perhaps.
func isPlainNumber(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	isDigits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return isDigits(whole) && (!point || isDigits(fraction))
}
