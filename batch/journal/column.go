package journal

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mimebatch/batch"
)

// layout makes texts whose order is that of the times.
const layout = "2006-01-02T15:04:05.000000000Z"

// instant writes and reads a time; the zero time is NULL.
type instant struct{ t *time.Time }

func at(t *time.Time) instant { return instant{t} }

// Value implements [driver.Valuer].
func (c instant) Value() (driver.Value, error) {
	if c.t.IsZero() {
		return nil, nil
	}
	return c.t.UTC().Format(layout), nil
}

// Scan implements [database/sql.Scanner].
func (c instant) Scan(src any) error {
	if src == nil {
		*c.t = time.Time{}
		return nil
	}
	text, err := textOf(src)
	if err != nil {
		return err
	}
	parse := layout
	if len(text) == len(layout) && strings.HasSuffix(text, "Z") {
		parse = time.RFC3339Nano // means the same then, and takes a third of the time
	}
	*c.t, err = time.Parse(parse, text)
	return err
}

// inJSON writes and reads a value as JSON; nil is NULL.
type inJSON[T any] struct{ v *T }

func asJSON[T any](v *T) inJSON[T] { return inJSON[T]{v} }

// Value implements [driver.Valuer].
func (c inJSON[T]) Value() (driver.Value, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c.v); err != nil {
		return nil, err
	}
	text := string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	if text == "null" {
		return nil, nil
	}
	return text, nil
}

// Scan implements [database/sql.Scanner].
func (c inJSON[T]) Scan(src any) error {
	*c.v = *new(T)
	if src == nil {
		return nil
	}
	text, err := textOf(src)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), c.v)
}

// settingsColumn writes and reads settings; nil is NULL.
type settingsColumn struct{ s *batch.Settings }

func asSettings(s *batch.Settings) settingsColumn { return settingsColumn{s} }

// Value implements [driver.Valuer].
func (c settingsColumn) Value() (driver.Value, error) { return asJSON(c.s).Value() }

// Scan implements [database/sql.Scanner].
func (c settingsColumn) Scan(src any) error {
	if s, ok := readPlain(src, (*plainJSON).settings); ok {
		*c.s = s
		return nil
	}
	return asJSON(c.s).Scan(src)
}

// reasonColumns are the columns of a reason as a reasonColumn reads them: in one, and NULL for the many rows that have none.
const reasonColumns = `iif(code = '' AND message = '' AND field = '' AND hint = '', NULL, json_array(code, message, field, hint))`

// reasonColumn reads a reason; NULL is none.
type reasonColumn struct{ r *batch.Reason }

// Scan implements [database/sql.Scanner].
func (c reasonColumn) Scan(src any) error {
	if r, ok := readPlain(src, (*plainJSON).reason); ok {
		*c.r = r
		return nil
	}
	var texts [4]string
	err := asJSON(&texts).Scan(src)
	*c.r = batch.Reason{Code: texts[0], Message: texts[1], Field: texts[2], Hint: texts[3]}
	return err
}

func textOf(src any) (string, error) {
	text, ok := src.(string)
	if !ok {
		return "", fmt.Errorf("a text is expected, not %T", src)
	}
	return text, nil
}

// account is a [batch.Account] with the names that it has in the file.
type account struct {
	Email    string         `json:"email"`
	ID       string         `json:"id,omitempty"`
	Settings batch.Settings `json:"settings,omitempty"`
	Type     string         `json:"type,omitempty"`
	Source   string         `json:"source,omitempty"`
	Alias    bool           `json:"alias,omitempty"`
}

// accountColumn writes and reads an account; nil is NULL.
type accountColumn struct{ a **batch.Account }

func asAccount(a **batch.Account) accountColumn { return accountColumn{a} }

// Value implements [driver.Valuer].
func (c accountColumn) Value() (driver.Value, error) {
	a := (*account)(*c.a)
	return asJSON(&a).Value()
}

// Scan implements [database/sql.Scanner].
func (c accountColumn) Scan(src any) error {
	if a, ok := readPlain(src, (*plainJSON).account); ok {
		*c.a = (*batch.Account)(a)
		return nil
	}
	var a *account
	if err := asJSON(&a).Scan(src); err != nil {
		return err
	}
	*c.a = (*batch.Account)(a)
	return nil
}
