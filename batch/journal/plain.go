package journal

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// plainJSON reads JSON in the form in which this package writes it: without blanks, and with the keys of an object in their order.
// What looks otherwise is not ok, and is left to encoding/json, which takes five times as long and gives the same for what both can
// read. Texts are parts of what is read, where they can be.
type plainJSON struct{ rest string }

// readPlain reads all of what a column has, unless it is no plain JSON.
func readPlain[T any](src any, read func(*plainJSON) (T, bool)) (v T, ok bool) {
	text, ok := src.(string)
	if !ok {
		return v, false
	}
	p := plainJSON{text}
	v, ok = read(&p)
	return v, ok && p.rest == ""
}

// skip passes over what comes next, if it is that.
func (p *plainJSON) skip(token string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, token)
	return ok
}

// text reads a string.
func (p *plainJSON) text() (string, bool) {
	if !p.skip(`"`) {
		return "", false
	}
	escaped := false
	for i := 0; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			escaped = true
			i++ // a quote there is not the end
		case '"':
			text := p.rest[:i]
			p.rest = p.rest[i+1:]
			if escaped {
				return unescape(text)
			}
			return text, isPlain(text)
		}
	}
	return "", false
}

// unescape gives the text that stands between quotes.
func unescape(escaped string) (text string, ok bool) {
	err := json.Unmarshal([]byte(`"`+escaped+`"`), &text)
	return text, err == nil
}

// isPlain tells whether a text without backslashes stands for itself.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' {
			return false
		}
	}
	return utf8.ValidString(text)
}

// cells reads an array of cells.
func (p *plainJSON) cells() ([]sheet.Cell, bool) {
	if !p.skip("[") {
		return nil, false
	}
	cells := make([]sheet.Cell, 0, strings.Count(p.rest, ",")+1)
	for !p.skip("]") {
		if len(cells) > 0 && !p.skip(",") {
			return nil, false
		}
		c, ok := p.cell()
		if !ok {
			return nil, false
		}
		cells = append(cells, c)
	}
	return cells, true
}

func (p *plainJSON) cell() (c sheet.Cell, ok bool) {
	if !p.skip(`{"k":`) {
		c.Text, ok = p.text()
		return c, ok
	}
	word, ok := p.text()
	if ok = ok && p.skip(`,"v":`); !ok {
		return c, false
	}
	text, ok := p.text()
	if ok = ok && p.skip("}"); !ok {
		return c, false
	}
	return typedCell{word, text}.cell()
}

// settings reads an object of texts.
func (p *plainJSON) settings() (batch.Settings, bool) {
	if !p.skip("{") {
		return nil, false
	}
	settings := batch.Settings{}
	for !p.skip("}") {
		if len(settings) > 0 && !p.skip(",") {
			return nil, false
		}
		field, ok := p.text()
		if !ok || !p.skip(":") {
			return nil, false
		}
		if settings[batch.Field(field)], ok = p.text(); !ok {
			return nil, false
		}
	}
	return settings, true
}

// reason reads an array of the texts of a reason.
func (p *plainJSON) reason() (r batch.Reason, ok bool) {
	ok = p.skip("[")
	for i, text := range []*string{&r.Code, &r.Message, &r.Field, &r.Hint} {
		if ok = ok && (i == 0 || p.skip(",")); ok {
			*text, ok = p.text()
		}
	}
	return r, ok && p.skip("]")
}

// account reads an account.
func (p *plainJSON) account() (*account, bool) {
	if !p.skip(`{"email":`) {
		return nil, false
	}
	a := &account{}
	var ok bool
	a.Email, ok = p.text()
	if ok && p.skip(`,"id":`) {
		a.ID, ok = p.text()
	}
	if ok && p.skip(`,"settings":`) {
		a.Settings, ok = p.settings()
	}
	if ok && p.skip(`,"type":`) {
		a.Type, ok = p.text()
	}
	if ok && p.skip(`,"source":`) {
		a.Source, ok = p.text()
	}
	a.Alias = p.skip(`,"alias":true`)
	return a, ok && p.skip("}")
}
