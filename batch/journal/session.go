package journal

import (
	"context"
	"errors"
	"fmt"

	"mimebatch/batch"
)

// BeginSession stores that a run is going to be applied, and returns the session's number. What b says of its number and end is
// left out.
func (j *Journal) BeginSession(ctx context.Context, b batch.Session) (n int, err error) {
	err = j.writer.do(ctx, func(s *session) error {
		var err error
		n, err = beginSession(s, b)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("begin session of run %s: %w", b.Run, err)
	}
	return n, nil
}

func beginSession(s *session, b batch.Session) (n int, err error) {
	// The transaction holds the only lock for writing, so nobody takes the number in between.
	row := s.conn.QueryRowContext(context.Background(), `SELECT coalesce(max(n), 0) + 1 FROM sessions WHERE run = ?`, b.Run)
	if err := row.Scan(&n); err != nil {
		return 0, err
	}
	_, err = s.exec(`
		INSERT INTO sessions (run, n, begun, operator, host, pid, version, options, whole) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		b.Run, n, at(&b.Begun), b.Operator, b.Host, b.PID, b.Version, asJSON(&b.Options), b.Whole)
	return n, err
}

// EndSession stores when and why a session ended, whether all was agreed to after all, and its results. It is an error if the
// session was not begun, or has ended.
func (j *Journal) EndSession(ctx context.Context, e batch.Session) error {
	err := j.writer.do(ctx, func(s *session) error {
		n, err := s.exec(`
			UPDATE sessions SET ended = ?, whole = ?, stopped = ?, results = ?, results_sha256 = ? WHERE run = ? AND n = ? AND ended IS NULL`,
			at(&e.Ended), e.Whole, e.Stopped, e.Results, e.ResultsSHA256, e.Run, e.N)
		if err == nil && n == 0 {
			return errors.New("it was not begun, or has ended")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end session %d of run %s: %w", e.N, e.Run, err)
	}
	return nil
}

// LeaveResults stores the SHA-256 of results that are going to be left somewhere, for [Journal.LeftResults]. It stays when runs are
// removed.
func (j *Journal) LeaveResults(ctx context.Context, sha256 string) error {
	err := j.sound()
	if err == nil {
		err = j.writer.do(ctx, func(s *session) error {
			_, err := s.exec(`INSERT INTO left_results VALUES (?) ON CONFLICT DO NOTHING`, sha256)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("keep hash of results: %w", err)
	}
	return nil
}

// LeftResults tells whether results with this SHA-256 were left somewhere, of whatever run.
func (j *Journal) LeftResults(ctx context.Context, sha256 string) (bool, error) {
	all, err := query(ctx, j.reading, readOne[bool], `SELECT count(*) FROM left_results WHERE sha256 = ?`, sha256)
	if err != nil {
		return false, fmt.Errorf("look for results: %w", err)
	}
	return all[0], nil
}

// Sessions returns the sessions of a run, the oldest first. The error is [batch.ErrNoRun] if there is no run of that name.
func (j *Journal) Sessions(ctx context.Context, id batch.RunID) ([]batch.Session, error) {
	all, err := j.sessions(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read sessions of run %s: %w", id, err)
	}
	return all, nil
}

func (j *Journal) sessions(ctx context.Context, id batch.RunID) ([]batch.Session, error) {
	if _, err := j.find(ctx, id); err != nil {
		return nil, err
	}
	return query(ctx, j.reading, readSession, `
		SELECT run, n, begun, ended, operator, host, pid, version, options, whole, stopped, results, results_sha256
		FROM sessions WHERE run = ? ORDER BY n`, id)
}

func readSession(scan func(...any) error) (b batch.Session, err error) {
	err = scan(&b.Run, &b.N, at(&b.Begun), at(&b.Ended), &b.Operator, &b.Host, &b.PID, &b.Version, asJSON(&b.Options), &b.Whole,
		&b.Stopped, &b.Results, &b.ResultsSHA256)
	return b, err
}

// CallCounts returns how many calls were made for the steps of each kind, as far as is known: those that were throttled or never
// sent are left out. Of a run of version 5 or older it counts the steps that were sent. The error is [batch.ErrNoRun] if there is no
// run of that name.
func (j *Journal) CallCounts(ctx context.Context, id batch.RunID) (map[batch.StepKind]int, error) {
	kinds, err := j.callCounts(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("count calls of run %s: %w", id, err)
	}
	counts := map[batch.StepKind]int{}
	for _, k := range kinds {
		counts[k.kind] = k.calls
	}
	return counts, nil
}

// kindCalls is how many calls were made for steps of a kind.
type kindCalls struct {
	kind  batch.StepKind
	calls int
}

func (j *Journal) callCounts(ctx context.Context, id batch.RunID) ([]kindCalls, error) {
	if _, err := j.find(ctx, id); err != nil {
		return nil, err
	}
	read := func(scan func(...any) error) (k kindCalls, err error) {
		err = scan(&k.kind, &k.calls)
		return k, err
	}
	return query(ctx, j.reading, read, `
		SELECT kind, count(*) FROM attempts AS a JOIN steps AS s ON s.run = a.run AND s.row = a.row AND s.n = a.step
		WHERE a.run = ? AND NOT along AND `+called+` GROUP BY kind`, id)
}
