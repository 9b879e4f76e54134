package batch

import (
	"context"

	"mimebatch/batch/sheet"
)

// Passwords are the passwords of the lines of a sheet: a few bytes a line, for there may be a million. Like a [Secret] they don't
// show when they are printed. They are safe for concurrent use.
type Passwords struct {
	SHA256 string // of the sheet's bytes
	// A function, because fmt prints the unexported fields of a struct, those behind a pointer too, without asking their methods.
	of func(line int) Secret
}

// passwordText holds passwords one behind the other.
type passwordText struct {
	text []byte
	ends []int // where the password of each line ends; those of the last lines, if they have none, are left out
}

// ReadPasswords reads nothing but the passwords of the sheet at path. It is for one that [OpenSheet] opened before and that is
// still the same by its SHA256: only that says that its rows are good. Errors are *[SheetError]s, but for context errors.
func ReadPasswords(ctx context.Context, path string, o SheetOptions) (*Passwords, error) {
	s, err := bindSheet(ctx, path, o.merged())
	if err != nil {
		return nil, sheetError(path, err)
	}
	return s.Passwords(ctx)
}

// Passwords reads the sheet again and returns its passwords, those of lines that are no rows or can't be used among them.
func (s *Sheet) Passwords(ctx context.Context) (*Passwords, error) {
	held := &passwordText{}
	for raw, err := range s.rows(ctx) {
		if err != nil {
			return nil, sheetError(s.Table.Path, err)
		}
		if secret := s.password(raw); !secret.IsZero() {
			held.add(raw.Line, secret.Reveal())
		}
	}
	return &Passwords{SHA256: s.Table.SHA256, of: held.of}, nil
}

// password returns the row's password, the zero Secret if there is none that could be used.
func (s *Sheet) password(raw sheet.Row) Secret {
	c := s.cell(raw, Password)
	if trim(c.Text) == "" || raw.Fault != nil {
		return Secret{}
	}
	secret, _ := readPassword(c)
	return secret
}

// Of returns the password of a line, the zero Secret if it has none, as no line of the nil Passwords has.
func (p *Passwords) Of(line int) Secret {
	if p == nil {
		return Secret{}
	}
	return p.of(line)
}

func (h *passwordText) of(line int) Secret {
	if line < 1 || line >= len(h.ends) {
		return Secret{}
	}
	return NewSecret(string(h.text[h.ends[line-1]:h.ends[line]]))
}

// add takes in the password of a line behind those of the lines before.
func (h *passwordText) add(line int, password string) {
	for len(h.ends) < line {
		h.ends = append(h.ends, len(h.text))
	}
	h.text = append(h.text, password...)
	h.ends = append(h.ends, len(h.text))
}
