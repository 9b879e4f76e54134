package journal

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"mimebatch/batch"
)

// A plan's hash is SHA-256 over its rows, each followed by its steps, in order, in the columns of planRow and planStep. A
// column is NULL ("n"), an integer ("i", its digits, ";") or a text ("t", its length in bytes, ":", its bytes); before those of a
// row stands "r", before those of a step "s". So two plans that differ have different bytes to hash, and the values are those
// of the file: what is hashed is what was stored, whichever version of the program reads it.
const (
	planRow  = `n, line, cells, email, action, code, message, field, hint, notes, account`
	planStep = `row, n, kind, email, settings, before, with_password`
)

// sealed is a row of a plan with its steps, in the values that are stored and hashed.
type sealed struct {
	row   []any
	steps [][]any
}

// seal gives the values of a row.
func seal(p batch.PlannedRow) (s sealed, err error) {
	s.row, err = values(p.N, p.Line, asCells(&p.Cells), p.Email, p.Action,
		p.Reason.Code, p.Reason.Message, p.Reason.Field, p.Reason.Hint, asJSON(&p.Notes), asAccount(&p.Account))
	for _, t := range p.Steps {
		if err != nil {
			break
		}
		var step []any
		step, err = values(p.N, t.N, t.Kind, t.Email, asSettings(&t.Set), asSettings(&t.Before), t.WithPassword)
		s.steps = append(s.steps, step)
	}
	if err != nil {
		return sealed{}, fmt.Errorf("row %d: %w", p.Line, err)
	}
	return s, nil
}

// values turns arguments into what the file has of them: NULL, integers and texts.
func values(args ...any) ([]any, error) {
	out := make([]any, len(args), len(args)+1) // room for the run
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		if b, ok := v.(bool); ok {
			v = int64(0)
			if b {
				v = int64(1)
			}
		}
		out[i] = v
	}
	return out, nil
}

// planHash hashes a plan while its rows pass by.
type planHash struct {
	hash hash.Hash
	buf  []byte
}

func newPlanHash() *planHash { return &planHash{hash: sha256.New()} }

func (h *planHash) add(s sealed) error {
	if err := h.write('r', s.row); err != nil {
		return err
	}
	for _, step := range s.steps {
		if err := h.write('s', step); err != nil {
			return err
		}
	}
	return nil
}

func (h *planHash) write(kind byte, values []any) error {
	b := append(h.buf[:0], kind)
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = append(strconv.AppendInt(append(b, 'i'), v, 10), ';')
		case string:
			b = append(strconv.AppendInt(append(b, 't'), int64(len(v)), 10), ':')
			b = append(b, v...)
		default:
			return fmt.Errorf("hash plan: it holds a %T", v)
		}
	}
	h.buf = b
	h.hash.Write(b)
	return nil
}

func (h *planHash) String() string { return hex.EncodeToString(h.hash.Sum(nil)) }

// PlanSHA256 hashes a plan anew from what the file has of its rows and steps. It is [batch.Run]'s PlanSHA256 unless they were
// changed behind the program's back. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) PlanSHA256(ctx context.Context, id batch.RunID) (string, error) {
	sum, err := j.hashPlan(ctx, id)
	if err != nil {
		return "", fmt.Errorf("hash plan of run %s: %w", id, err)
	}
	return sum, nil
}

func (j *Journal) hashPlan(ctx context.Context, id batch.RunID) (string, error) {
	if _, err := j.find(ctx, id); err != nil {
		return "", err
	}
	h := newPlanHash()
	for after, more := int64(0), true; more; {
		page, err := j.sealedRows(ctx, id, after)
		if err != nil {
			return "", err
		}
		for _, s := range page {
			if err := h.add(s); err != nil {
				return "", err
			}
			after = s.row[0].(int64)
		}
		more = len(page) == pageSize
	}
	return h.String(), nil
}

// sealedRows reads a page of a plan as it is stored.
func (j *Journal) sealedRows(ctx context.Context, id batch.RunID, after int64) ([]sealed, error) {
	rows, err := query(ctx, j.reading, readValues(planRow), `SELECT `+planRow+` FROM rows WHERE run = ? AND n > ? ORDER BY n LIMIT ?`, id, after, pageSize)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	steps, err := query(ctx, j.reading, readValues(planStep), `SELECT `+planStep+` FROM steps WHERE run = ? AND row BETWEEN ? AND ? ORDER BY row, n`,
		id, rows[0][0], rows[len(rows)-1][0])
	if err != nil {
		return nil, err
	}
	out := make([]sealed, len(rows))
	for i, row := range rows {
		n := 0
		for n < len(steps) && steps[n][0] == row[0] {
			n++
		}
		out[i] = sealed{row, steps[:n]}
		steps = steps[n:]
	}
	return out, nil
}

// readValues reads columns as they are stored.
func readValues(columns string) func(scan func(...any) error) ([]any, error) {
	return func(scan func(...any) error) ([]any, error) {
		out := make([]any, 1+strings.Count(columns, ","))
		into := make([]any, len(out))
		for i := range out {
			into[i] = &out[i]
		}
		err := scan(into...)
		return out, err
	}
}
