package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"mimebatch/batch"
)

// ErrClosed is returned by what would write to a closed journal.
var ErrClosed = errors.New("the journal is closed")

// Journal is an open journal. It is safe for concurrent use.
type Journal struct {
	file    string // absolute
	writer  *writer
	writing *sql.DB // has the writer's connection only
	reading *sql.DB
	sound   func() error // looks a file through that was not closed, once
	close   func() error
}

var _ batch.Journal = (*Journal)(nil)

const (
	// readers is how many listings are read at the same time. More wait.
	readers = 4
	// patience is how long to wait for another process that writes.
	patience = 10 * time.Second
)

// Open opens the journal at path. A missing file is made, readable by its owner only, and so are missing folders. Errors are
// *[NewerError] and *[ForeignError] for files that were made by others, *[PlaceError] for a folder on a network drive or one
// that is kept in step with a store elsewhere, and *[AccessError] for what this user can't write to.
func Open(ctx context.Context, path string) (*Journal, error) {
	j, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, denied(err))
	}
	return j, nil
}

func open(ctx context.Context, path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := makeFile(path); err != nil {
		return nil, err
	}
	j := &Journal{file: path, sound: sync.OnceValue(func() error { return nil })}
	if leftOpen(path) {
		j.sound = sync.OnceValue(j.look)
	}
	j.close = sync.OnceValue(j.shut)
	if j.writing, err = sql.Open("sqlite", address(path)); err != nil {
		return nil, err
	}
	conn, err := j.writing.Conn(ctx)
	if err != nil {
		return nil, errors.Join(foreign(err), j.writing.Close())
	}
	if err := useWAL(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close(), j.writing.Close())
	}
	j.writer = newWriter(conn)
	if j.reading, err = sql.Open("sqlite", address(path, "mode=ro")); err != nil {
		_, e := j.writer.stop()
		return nil, errors.Join(err, e, j.writer.session.close(), j.writing.Close())
	}
	j.reading.SetMaxOpenConns(readers)
	j.reading.SetMaxIdleConns(readers) // one that was opened anew would read another file, were this one replaced
	if err := j.writer.do(ctx, func(s *session) error {
		if err := create(s); err != nil {
			return err
		}
		found, err := identify(path)
		j.writer.files = found
		return err
	}); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// address is the URI of the database, whatever characters the path has.
func address(path string, more ...string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	query := append([]string{
		fmt.Sprintf("_busy_timeout=%d", patience.Milliseconds()),
		"_foreign_keys=1", "_dqs=0", "_defensive=1", "_error_rc=1",
		"_synchronous=FULL",
		"_pragma=secure_delete(1)",      // what is deleted is gone
		"_pragma=fullfsync(1)",          // macOS: a plain fsync leaves it in the disk's cache
		"_pragma=temp_store(MEMORY)",    // no page of people's data in temporary files
		"_pragma=wal_autocheckpoint(0)", // which would keep its errors to itself: see checkpoint
	}, more...)
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: strings.Join(query, "&")}).String()
}

// useWAL switches the file to write-ahead logging, unless it is no journal of ours.
func useWAL(ctx context.Context, conn *sql.Conn) error {
	if _, err := inspect(ctx, conn); err != nil {
		return err
	}
	// SQLite doesn't wait by itself when several want to switch the same new file.
	giveUp := time.Now().Add(patience)
	for {
		var mode string
		err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		switch {
		case err == nil && mode == "wal":
			return nil
		case err == nil:
			return fmt.Errorf("switch to write-ahead logging: the file system can't do it, the mode is %s", mode)
		case primaryCode(err) != sqlite3.SQLITE_BUSY || time.Now().After(giveUp):
			return &WriteError{fmt.Errorf("switch to write-ahead logging: %w", err)}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Close waits for what is being written, and closes the file. The error of writing after that is [ErrClosed].
func (j *Journal) Close() error {
	if err := j.close(); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// shut closes the readers first: the last connection to go moves the write-ahead log into the file and takes it along. After the
// database has failed it must not, for that syncs once more. Then a reader goes last, which can't write, and the log stays for the
// next that opens the file. (SQLite has a setting to the same end, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, which its driver doesn't offer.)
func (j *Journal) shut() error {
	sound, err := j.writer.stop()
	if sound {
		return errors.Join(j.reading.Close(), j.writer.session.close(), j.writing.Close())
	}
	last, e := j.reading.Conn(context.Background())
	if e == nil {
		e = holdOpen(last)
	}
	if e != nil || j.writer.files.gone() != nil {
		// There is no reader of that very file, so the writer is not closed: that is left to the end of the process.
		return errors.Join(err, j.reading.Close())
	}
	return errors.Join(err, j.writer.session.close(), j.writing.Close(), last.Close(), j.reading.Close())
}

// holdOpen has a connection keep the file open, which it does from its first read on, and sync nothing: systems differ in how far
// closing gets before it finds that a file can't be written to.
func holdOpen(reader *sql.Conn) error {
	var n int
	if err := reader.QueryRowContext(context.Background(), "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return err
	}
	_, err := reader.ExecContext(context.Background(), "PRAGMA synchronous = OFF")
	return err
}
