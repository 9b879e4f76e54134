package durable_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mimebatch/batch/durable"
)

// These name the environment variables that turn the test binary into a process which holds a lock, writes a file or works aside one
// until it is killed.
const (
	holderFor = "DURABLE_TEST_LOCK"
	writerFor = "DURABLE_TEST_WRITE"
	asideFor  = "DURABLE_TEST_ASIDE"
)

func TestMain(m *testing.M) {
	underway := func() error {
		fmt.Println("underway")
		_, err := os.Stdin.Read(make([]byte, 1)) // the test never writes
		return err
	}
	var err error
	if path := os.Getenv(holderFor); path != "" {
		if _, err = durable.Lock(path, fmt.Sprintf("host example, pid %d", os.Getpid())); err == nil {
			err = underway()
		}
	} else if path := os.Getenv(writerFor); path != "" {
		err = durable.WriteFile(path, 0o600, func(w io.Writer) error {
			_, err := io.WriteString(w, "half of")
			return errors.Join(err, underway())
		})
	} else if path := os.Getenv(asideFor); path != "" {
		err = durable.Aside(path, func(temp string) error {
			return errors.Join(os.WriteFile(temp, nil, 0o600), os.WriteFile(temp+"-wal", nil, 0o600), underway())
		})
	} else {
		os.Exit(m.Run())
	}
	fmt.Println(err)
}

// startChild starts the test binary as one of these.
func startChild(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), what+"="+path)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "underway\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	return cmd
}

// kill ends a child and waits for its end.
func kill(t *testing.T, child *exec.Cmd) {
	t.Helper()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for _, tt := range []struct{ info, want string }{
		{"a long line, far longer than the next one", "a long line, far longer than the next one"},
		{"short\nin two lines", "short in two lines"},
		{"", ""},
	} {
		l, err := durable.Lock(path, tt.info)
		if err != nil {
			t.Fatal(err)
		}
		_, err = durable.Lock(path, "another")
		held, ok := errors.AsType[*durable.HeldError](err)
		if !ok {
			t.Fatalf("second Lock = %v, want a HeldError", err)
		}
		if held.Info != tt.want || held.Path != path || held.Hint() == "" {
			t.Errorf("held: %+v, want info %q", held, tt.want)
		}
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, path); got != "" {
		t.Errorf("the free lock file holds %q", got)
	}
	if _, err := durable.Lock(filepath.Dir(path), ""); err == nil {
		t.Error("a folder was locked")
	}
}

func TestLockHeldByProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	holder := startChild(t, holderFor, path)

	_, err := durable.Lock(path, "us")
	held, ok := errors.AsType[*durable.HeldError](err)
	if want := fmt.Sprintf("host example, pid %d", holder.Process.Pid); !ok || held.Info != want {
		t.Fatalf("Lock = %v, want a HeldError of %q", err, want)
	}

	kill(t, holder)
	l, err := durable.Lock(path, "us")
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	if got := read(t, path); got != "us\n" {
		t.Errorf("lock file holds %q, want our line only", got)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
}
