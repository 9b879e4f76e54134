package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"mimebatch/batch"
)

// Begin stores that calls are about to be made. Their steps are unknown until [Journal.Finish]. It stores all of them or none:
// none if an attempt was begun before, or there is no such step. So of two that would make the same call, only one may.
func (j *Journal) Begin(ctx context.Context, as []batch.Attempt) error {
	if err := j.sound(); err != nil {
		return err
	}
	return j.writer.do(ctx, func(s *session) error {
		for _, a := range as {
			if err := begin(s, a); err != nil {
				return fmt.Errorf("begin %s: %w", name(a), err)
			}
		}
		return nil
	})
}

// name names an attempt for people who look for a fault in the program.
func name(a batch.Attempt) string {
	return fmt.Sprintf("attempt %d at step %d of row %d in run %s", a.Try, a.Step, a.Row, a.Run)
}

func begin(s *session, a batch.Attempt) error {
	_, err := s.exec(`INSERT INTO attempts (run, row, step, try, settling, along, begun) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.Run, a.Row, a.Step, a.Try, a.Settling, a.Along, at(&a.Begun))
	return err
}

// Finish stores what came of calls, all of it or nothing: nothing if an attempt was not begun, or has its outcome.
func (j *Journal) Finish(ctx context.Context, os []batch.Outcome) error {
	return j.writer.do(ctx, func(s *session) error {
		for _, o := range os {
			if err := finish(s, o); err != nil {
				return fmt.Errorf("finish %s: %w", name(o.Attempt), err)
			}
		}
		return nil
	})
}

// Note stores attempts that take no call together with their outcomes, all of it or nothing, as [Journal.Begin] and
// [Journal.Finish] would: but there is no moment between the two at which a step could be left in doubt.
func (j *Journal) Note(ctx context.Context, os []batch.Outcome) error {
	if err := j.sound(); err != nil {
		return err
	}
	return j.writer.do(ctx, func(s *session) error {
		for _, o := range os {
			if err := begin(s, o.Attempt); err != nil {
				return fmt.Errorf("note %s: %w", name(o.Attempt), err)
			}
			if err := finish(s, o); err != nil {
				return fmt.Errorf("note %s: %w", name(o.Attempt), err)
			}
		}
		return nil
	})
}

func finish(s *session, o batch.Outcome) error {
	now, r := time.Now(), o.Reply
	n, err := s.exec(`
		UPDATE attempts SET finished = ?, state = ?, sent = ?, received = ?,
			verdict = ?, code = ?, message = ?, field = ?, hint = ?, http = ?, request_id = ?, account = ?
		WHERE run = ? AND row = ? AND step = ? AND try = ? AND state IS NULL`,
		at(&now), o.State, at(&r.Sent), at(&r.Received),
		r.Verdict, r.Reason.Code, r.Reason.Message, r.Reason.Field, r.Reason.Hint, r.HTTP, r.RequestID, asAccount(&r.Account),
		o.Run, o.Row, o.Step, o.Try)
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("it was not begun, or has its outcome")
	}
	return closeSteps(s, o)
}

// Begun tells whether a run was ever begun: whether a call for it was executed or answered for its row, or may have been.
func (j *Journal) Begun(ctx context.Context, id batch.RunID) (bool, error) {
	begun, err := query(ctx, j.reading, readOne[bool], `SELECT EXISTS (
		SELECT 1 FROM attempts WHERE run = ? AND (finished IS NULL OR state = 'unknown' OR sent IS NOT NULL AND state <> 'open'))`, id)
	if err != nil {
		return false, fmt.Errorf("read attempts of run %s: %w", id, err)
	}
	return begun[0], nil
}

// Call is an attempt with what came of it.
type Call struct {
	batch.Outcome           // state and reply are zero while it is in doubt; the wait is not kept
	Finished      time.Time // when its outcome came in, zero while it is in doubt
}

// Attempts yields every attempt at a row of a run, in the order of its steps and their tries.
// The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Attempts(ctx context.Context, id batch.RunID, row int) iter.Seq2[Call, error] {
	return func(yield func(Call, error) bool) {
		calls, err := j.calls(ctx, id, row)
		if err != nil {
			yield(Call{}, fmt.Errorf("read attempts of run %s: %w", id, err))
			return
		}
		for _, c := range calls {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (j *Journal) calls(ctx context.Context, id batch.RunID, row int) ([]Call, error) {
	if _, err := j.find(ctx, id); err != nil {
		return nil, err
	}
	return query(ctx, j.reading, readCall, `
		SELECT `+callColumns+`, run, settling FROM attempts WHERE run = ? AND row = ? ORDER BY step, try`, id, row)
}

func readCall(scan func(...any) error) (c Call, err error) {
	err = scan(append(intoCall(&c), &c.Run, &c.Settling)...)
	return c, err
}

// callColumns are what matters of a call beyond the run.
const callColumns = `row, step, try, begun, finished, coalesce(state, ''), sent, received, verdict, ` + reasonColumns + `, http, request_id, account`

// intoCall is where the callColumns go.
func intoCall(c *Call) []any {
	r := &c.Reply
	return []any{
		&c.Row, &c.Step, &c.Try, at(&c.Begun), at(&c.Finished), &c.State, at(&r.Sent), at(&r.Received), &r.Verdict, reasonColumn{&r.Reason},
		&r.HTTP, &r.RequestID, asAccount(&r.Account),
	}
}
