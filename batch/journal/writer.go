package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// WriteError says that the journal could not be written. Unless another process merely kept it busy, nothing is written
// after that.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return fmt.Sprintf("write journal: %v", e.Err) }
func (e *WriteError) Unwrap() error { return e.Err }

// Hint tells what to do.
func (e *WriteError) Hint() string {
	if errors.Is(e.Err, errGone) {
		return "leave the journal's files alone while it is in use; what was done is not in the file that is there now, so plan " +
			"the sheet again: that finds the accounts as they are"
	}
	switch primaryCode(e.Err) {
	case sqlite3.SQLITE_FULL:
		return "free some space on the journal's disk, then apply the run again"
	case sqlite3.SQLITE_BUSY:
		return "another mimebatch is writing to the journal: try again when it is done"
	}
	return "check the journal's disk, then apply the run again: calls in doubt are looked up first"
}

// primaryCode is SQLite's word for what went wrong, 0 if the error isn't SQLite's.
func primaryCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// writer does all the writing. What waits is committed together.
type writer struct {
	session  *session
	requests chan request
	closing  chan struct{}
	closed   chan struct{}
	once     sync.Once
	broken   error // after the database failed; the loop's own
	commits  int   // since the last checkpoint; the loop's own
	files    files // that are written to, and must stay where they are; the loop's own
}

// request is something to write, all of it or nothing.
type request struct {
	write func(*session) error
	done  chan error
}

// newWriter starts the writer on a connection that it owns from now on.
func newWriter(conn *sql.Conn) *writer {
	w := &writer{
		session:  &session{conn: conn, prepared: map[string]*sql.Stmt{}},
		requests: make(chan request),
		closing:  make(chan struct{}),
		closed:   make(chan struct{}),
	}
	go w.loop()
	return w
}

// stop waits for the requests that were taken and moves the write-ahead log into the file. It tells whether all was written; if not,
// nothing must be written any more.
func (w *writer) stop() (sound bool, err error) {
	w.once.Do(func() { close(w.closing) })
	<-w.closed
	if w.broken != nil {
		return false, nil
	}
	if err := w.checkpoint(); err != nil {
		return false, err
	}
	return true, nil
}

// checkpoint moves the write-ahead log into the file, as far as no reader needs it.
func (w *writer) checkpoint() error {
	w.commits = 0
	_, err := w.session.exec("PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

// commitsKept is how many commits the write-ahead log holds, of a few dozen rows each, before it is moved into the file.
const commitsKept = 64

// do has write executed, and returns when it is durable, or why it isn't. A context that is cancelled keeps
// the request from being taken, but doesn't stop it once it was.
func (w *writer) do(ctx context.Context, write func(*session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := request{write, make(chan error, 1)}
	select {
	case w.requests <- r:
		return <-r.done
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return ErrClosed
	}
}

func (w *writer) loop() {
	defer close(w.closed)
	for {
		select {
		case r := <-w.requests:
			w.group(r)
		case <-w.closing:
			return
		}
	}
}

// group commits first with all that waits behind it, and answers each.
func (w *writer) group(first request) {
	group := []request{first}
	for waiting := true; waiting; {
		select {
		case r := <-w.requests:
			group = append(group, r)
		default:
			waiting = false
		}
	}
	own := make([]error, len(group))
	err := w.broken
	if err == nil {
		err = w.commit(group, own)
	}
	for i, r := range group {
		r.done <- cmp.Or(own[i], err)
	}
	if w.commits++; err == nil && w.commits == commitsKept {
		if err := w.checkpoint(); err != nil {
			w.broken = &WriteError{err}
		}
	}
}

// commit executes a group in one transaction. The errors that are the requests' own go to own.
func (w *writer) commit(group []request, own []error) error {
	s := w.session
	if _, err := s.exec("BEGIN IMMEDIATE"); err != nil {
		if primaryCode(err) != sqlite3.SQLITE_BUSY {
			w.broken = &WriteError{err}
		}
		return &WriteError{err}
	}
	err := func() error {
		for i, r := range group {
			var err error
			if own[i], err = s.apart(r.write); err != nil {
				return err
			}
		}
		_, err := s.exec("COMMIT")
		return err
	}()
	if err == nil {
		// What was committed to a file that is gone is nowhere: nobody may act on it.
		if err = w.files.gone(); err == nil {
			return nil
		}
	}
	// SQLite may have rolled back by itself; then this is an error that says nothing.
	s.exec("ROLLBACK")
	w.broken = &WriteError{err}
	return w.broken
}

// session is the writer's connection, within a transaction.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// apart executes write so that it can fail alone. The first error is its own, the second the database's.
func (s *session) apart(write func(*session) error) (own, err error) {
	if _, err := s.exec("SAVEPOINT request"); err != nil {
		return nil, err
	}
	if own = write(s); own != nil {
		if c := primaryCode(own); c != 0 && c != sqlite3.SQLITE_CONSTRAINT {
			return nil, own
		}
		if _, err := s.exec("ROLLBACK TO request"); err != nil {
			return nil, err
		}
	}
	_, err = s.exec("RELEASE request")
	return own, err
}

// exec executes one statement, which is prepared the first time, and returns how many rows it changed.
func (s *session) exec(query string, args ...any) (int64, error) {
	// No context: one that ends would interrupt the statement, and SQLite may then roll back the whole group.
	ctx := context.Background()
	stmt, ok := s.prepared[query]
	if !ok {
		var err error
		if stmt, err = s.conn.PrepareContext(ctx, query); err != nil {
			return 0, err
		}
		s.prepared[query] = stmt
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// close gives the connection back, without the statements: it would not close them, and SQLite stays open as long as
// there are any.
func (s *session) close() error {
	var errs []error
	for _, stmt := range s.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}
