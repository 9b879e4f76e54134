//go:build crash && linux && amd64

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal opens a terminal of so many columns: the end that a person looks at, and the one that programs write to.
func openTerminal(columns uint16) (person, program *os.File, err error) {
	person, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			person.Close()
		}
	}()
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 10, Col: columns}); err != nil {
		return nil, nil, err
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	return person, program, err
}

// A terminal of 20 columns without colours shows all there is to say; one that goes away in the middle of a run ends nothing.
func TestCrashTerminal(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	for _, goes := range []bool{false, true} {
		t.Run(fmt.Sprintf("goes away %t", goes), func(t *testing.T) {
			s, end, err := newScene(program, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer end()
			s.env = []string{"NO_COLOR=1", "TERM=xterm"}
			c, done, err := s.command(begin("--workers", "1")...)
			if err != nil {
				t.Fatal(err)
			}
			defer done()
			person, side, err := openTerminal(20)
			if err != nil {
				t.Fatal(err)
			}
			c.Stdin, c.Stdout, c.Stderr = side, side, side
			shown := make(chan string, 1)
			look := func() {
				var r io.Reader = person
				if goes {
					r = io.LimitReader(person, 1) // the first sign of life is the last that is seen
				}
				b, _ := io.ReadAll(r) // a terminal ends with an error
				person.Close()
				shown <- string(b)
			}
			code := started(t, c, side, look)
			text := <-shown
			if err := s.calm(); err != nil {
				t.Fatal(err)
			}
			f, err := s.recovered(ran{code: code}, want)
			if err != nil || f.bad() {
				t.Errorf("%v, %v", f, err)
			}
			if goes {
				return
			}
			if code != exitDone || !strings.Contains(text, "12  rows") {
				t.Errorf("exit %d\n%s", code, text)
			}
			if colour := regexp.MustCompile(`\x1b\[[0-9;]*m`).FindString(text); colour != "" {
				t.Errorf("colour %q in\n%q", colour, text)
			}
		})
	}
}

// A terminal that is closed while a canary's question is open ends the run as Ctrl-C does, whether its signal reaches the program
// or only the shell that started it.
func TestCrashTerminalAtQuestion(t *testing.T) {
	program := builtProgram(t)
	want := asIfNothing(t, program)
	for _, signalled := range []bool{false, true} {
		t.Run(fmt.Sprintf("signalled %t", signalled), func(t *testing.T) {
			s, end, err := newScene(program, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer end()
			c, done, err := s.command(begin("--workers", "1", "--canary", "2")...)
			if err != nil {
				t.Fatal(err)
			}
			defer done()
			person, side, err := openTerminal(80)
			if err != nil {
				t.Fatal(err)
			}
			c.Stdin, c.Stdout, c.Stderr = side, side, side
			c.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: signalled}
			code := started(t, c, side, func() {
				defer person.Close()
				for shown, b := "", make([]byte, 256); !strings.Contains(shown, "Go on with the other"); {
					n, err := person.Read(b)
					if err != nil {
						return
					}
					shown += string(b[:n])
				}
			})
			if code != exitInterrupted {
				t.Errorf("exit %d, want %d", code, exitInterrupted)
			}
			if err := s.calm(); err != nil {
				t.Fatal(err)
			}
			if f, err := s.recovered(ran{code: code}, want); err != nil || f.bad() {
				t.Errorf("%v, %v", f, err)
			}
		})
	}
}

// started runs a command on its end of a terminal while somebody looks at the other one, and returns its exit code.
func started(t *testing.T, c *exec.Cmd, side *os.File, look func()) int {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	side.Close()
	go look()
	_ = c.Wait() // the exit code tells all
	return c.ProcessState.ExitCode()
}
