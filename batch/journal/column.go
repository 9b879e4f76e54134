package journal

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
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
	*c.t, err = time.Parse(layout, text)
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
	var a *account
	if err := asJSON(&a).Scan(src); err != nil {
		return err
	}
	*c.a = (*batch.Account)(a)
	return nil
}
