package durable_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mimebatch/batch/durable"
)

// holderFor names the environment variable that turns the test binary into a process which holds a lock until it is killed.
const holderFor = "DURABLE_TEST_LOCK"

func TestMain(m *testing.M) {
	path := os.Getenv(holderFor)
	if path == "" {
		os.Exit(m.Run())
	}
	if _, err := durable.Lock(path, fmt.Sprintf("host example, pid %d", os.Getpid())); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	_, _ = os.Stdin.Read(make([]byte, 1)) // the test never writes
}

// startHolder starts a process that holds the lock at path.
func startHolder(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderFor+"="+path)
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
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("holder says %q, %v", line, err)
	}
	return cmd
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
	holder := startHolder(t, path)

	_, err := durable.Lock(path, "us")
	held, ok := errors.AsType[*durable.HeldError](err)
	if want := fmt.Sprintf("host example, pid %d", holder.Process.Pid); !ok || held.Info != want {
		t.Fatalf("Lock = %v, want a HeldError of %q", err, want)
	}

	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := holder.Wait(); err == nil {
		t.Fatal("the holder ended by itself")
	}
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
