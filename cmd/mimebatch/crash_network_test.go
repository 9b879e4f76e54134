//go:build crash && linux && amd64

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"mimebatch/batch/sandbox"
)

// A wire leads from the program to the tenant, and can be slow or cut. It is safe for concurrent use.
type wire struct {
	to    string
	pulse int           // how many bytes of an answer go at a time, 0: as they come
	pause time.Duration // before each pulse

	mu       sync.Mutex
	at       string // where it listens
	listener net.Listener
	ends     map[net.Conn]bool
	carrying sync.WaitGroup
}

// up has the wire carry calls, from now on at the same address.
func (w *wire) up() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == "" {
		w.at, w.ends = "127.0.0.1:0", map[net.Conn]bool{}
	}
	listener, err := net.Listen("tcp", w.at)
	if err != nil {
		return err
	}
	w.at, w.listener = listener.Addr().String(), listener
	w.carrying.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			w.carrying.Go(func() { w.carry(near) })
		}
	})
	return nil
}

// down cuts all connections, and refuses new ones.
func (w *wire) down() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listener.Close()
	for c := range w.ends {
		c.Close()
	}
	clear(w.ends)
}

// carry carries one connection to its end.
func (w *wire) carry(near net.Conn) {
	far, err := net.Dial("tcp", w.to)
	if err != nil {
		near.Close()
		return
	}
	w.mu.Lock()
	w.ends[near], w.ends[far] = true, true
	w.mu.Unlock()
	w.carrying.Go(func() {
		_, _ = io.Copy(far, near)
		far.Close()
	})
	_, _ = io.Copy(writerFunc(func(b []byte) (int, error) { return w.trickle(near, b) }), far)
	near.Close()
}

// trickle sends an answer on, in pulses.
func (w *wire) trickle(to io.Writer, b []byte) (int, error) {
	if w.pulse == 0 {
		return to.Write(b)
	}
	for i := 0; i < len(b); i += w.pulse {
		if w.pause > 0 {
			<-time.After(w.pause)
		}
		if _, err := to.Write(b[i:min(len(b), i+w.pulse)]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// A line that is down for a while, or slow in whatever way, costs time and nothing else: every row is done once, and no more is
// going on at the same time than on a good line.
func TestCrashBadLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		wire *wire
		down time.Duration
		rows int
	}{
		{name: "down in between", wire: &wire{}, down: time.Duration(size(30, 2)) * time.Second, rows: 40},
		{name: "slow", wire: &wire{pulse: 4096, pause: time.Duration(size(1000, 100)) * time.Millisecond}, rows: 40},
		{name: "a byte at a time", wire: &wire{pulse: 1}, rows: 40},
		{name: "1 KB a second", wire: &wire{pulse: 64, pause: 64 * time.Second / 1024}, rows: size(20, 4)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.wire
			tenant, err := tenantOf(crashTenant)
			if err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			executed, most := 0, 0
			var errs []error
			var again sync.WaitGroup
			server := sandbox.New(sandbox.Options{Tenant: tenant, Executed: func(function, _ string) {
				mu.Lock()
				defer mu.Unlock()
				most = max(most, runtime.NumGoroutine())
				if function != "create-user" {
					return
				}
				if executed++; executed == tt.rows/2 && tt.down > 0 {
					w.down()
					again.Add(1)
					time.AfterFunc(tt.down, func() {
						defer again.Done()
						if err := w.up(); err != nil {
							errs = append(errs, err)
						}
					})
				}
			}})
			listening := httptest.NewServer(server)
			defer listening.Close()
			w.to = listening.Listener.Addr().String()
			if err := w.up(); err != nil {
				t.Fatal(err)
			}
			before := runtime.NumGoroutine()
			out, code := applied(t, "http://"+w.at, tt.rows)
			again.Wait()
			w.down()
			w.carrying.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			stats := server.Stats()
			if code != exitDone || len(stats.Creates) != tt.rows || len(stats.Duplicates) > 0 {
				t.Errorf("exit %d, %d addresses created, %q of them twice\n%s", code, len(stats.Creates), stats.Duplicates, out)
			}
			// A call takes a worker, the two ends of its connection in this process, and what carries it between them.
			if bound := before + 12*(callsAtOnce+4); most > bound {
				t.Errorf("%d goroutines, with %d before", most, before)
			}
			t.Logf("%s: %d rows, %d goroutines at most, %d of them before", tt.name, tt.rows, most, before)
		})
	}
}

// callsAtOnce is how many workers the program has in these tests.
const callsAtOnce = 8

// applied runs the program in this process on a sheet with so many new people.
func applied(t *testing.T, url string, rows int) (said string, code int) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "people.csv")
	sheet := "email,name\n"
	for i := range rows {
		sheet += fmt.Sprintf("line%d@example.com,Line %d\n", i, i)
	}
	if err := os.WriteFile(path, []byte(sheet), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"XDG_STATE_HOME": dir, "MIMECAST_BASE_URL": url, "MIMECAST_CLIENT_ID": "sandbox", "MIMECAST_CLIENT_SECRET": "sandbox",
	}
	var out, errs strings.Builder
	a := &app{stdin: strings.NewReader(""), stdout: &output{w: &out}, stderr: &errs, getenv: func(k string) string { return env[k] }}
	code = a.main(t.Context(), []string{"run", path, "--yes", "--settle-after", "10ms", "--workers", fmt.Sprint(callsAtOnce)})
	return out.String() + errs.String(), code
}
