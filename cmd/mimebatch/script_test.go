package main

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mimebatch/batch/sandbox"
	"mimebatch/batch/sheet"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mimebatch": main})
}

// TestScripts runs what a person types and looks at what they see. Beside testscript's own commands there are those below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			sheets, err := filepath.Abs("../../testdata/sheets")
			if err != nil {
				return err
			}
			env.Setenv("SHEETS", sheets)
			env.Setenv("TENANT", filepath.Join(filepath.Dir(sheets), "tenant.json"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Values["tenant"] = &tenant{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    cmdExits,
			"tenant":   cmdTenant,
			"fault":    cmdFault,
			"stats":    cmdStats,
			"upto":     cmdUpto,
			"release":  cmdRelease,
			"summary":  cmdSummary,
			"rows":     cmdRows,
			"same":     cmdSame,
			"workbook": cmdWorkbook,
			"allrows":  cmdAllRows,
			"nowhere":  cmdNowhere,
			"runid":    cmdRunID,
			"serve":    cmdServe,
			"fetch":    cmdFetch,
			"alter":    cmdAlter,
			"encode":   cmdEncode,
			"protect":  cmdProtect,
			"flip":     cmdFlip,
			"cut":      cmdCut,
			"poke":     cmdPoke,
			"marks":    cmdMarks,
			"fulldisk": cmdFullDisk,
			"end":      cmdEnd,
		},
	})
}

// tenant is the sandbox that a script talks to through the environment. It lives in the test's process, so that faults can be
// put in and events be waited for.
type tenant struct {
	server   *sandbox.Server
	mu       sync.Mutex
	executed map[string]int
	changed  chan struct{} // closed and replaced whenever something is executed
	running  []*exec.Cmd
	served   *exec.Cmd // a sandbox in a process of its own
}

func theTenant(ts *testscript.TestScript) *tenant { return ts.Value("tenant").(*tenant) }

func (s *tenant) note(function string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.executed[function]++
	close(s.changed)
	s.changed = make(chan struct{})
}

// reached waits until n calls of a function are executed, or until done.
func (s *tenant) reached(function string, n int, done <-chan error) error {
	for {
		s.mu.Lock()
		k, changed := s.executed[function], s.changed
		s.mu.Unlock()
		if k >= n {
			return nil
		}
		select {
		case <-changed:
		case err := <-done:
			return fmt.Errorf("the program ended after %d of %d calls: %v", k, n, err)
		}
	}
}

// exits CODE COMMAND...: run a command that must end with that exit code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// options reads key=value arguments.
func options(ts *testscript.TestScript, args []string) map[string]string {
	out := map[string]string{}
	for _, a := range args {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("%q is not key=value", a)
		}
		out[k] = v
	}
	return out
}

// tenant [file=TENANT.json] [quota=5/s] [latency=10ms] [existing=silent] [tls=CA.pem]: serve a sandbox and set the environment
// for it; with tls under a certificate that nobody knows, which is written to a file.
func cmdTenant(ts *testscript.TestScript, neg bool, args []string) {
	o := options(ts, args)
	s := theTenant(ts)
	s.mu.Lock() // another may still be called
	s.executed, s.changed = map[string]int{}, make(chan struct{})
	s.mu.Unlock()
	so := sandbox.Options{
		Executed:       func(function, _ string) { s.note(function) },
		CreateExisting: sandbox.Existing(o["existing"]),
	}
	var err error
	if file := o["file"]; file != "" {
		so.Tenant, err = sandbox.ReadTenant(strings.NewReader(ts.ReadFile(file)))
		ts.Check(err)
	}
	if q := o["quota"]; q != "" {
		so.Quota, err = sandbox.ParseQuota(q)
		ts.Check(err)
	}
	if l := o["latency"]; l != "" {
		so.Latency, err = time.ParseDuration(l)
		ts.Check(err)
	}
	s.server = sandbox.New(so)
	server := httptest.NewUnstartedServer(s.server)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of handshakes that a client broke off
	if ca := o["tls"]; ca != "" {
		server.StartTLS()
		ts.Check(os.WriteFile(ts.MkAbs(ca), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	} else {
		server.Start()
	}
	ts.Defer(func() {
		for _, c := range s.running {
			_ = c.Process.Kill()
		}
		server.CloseClientConnections()
		server.Close()
	})
	ts.Setenv("MIMECAST_BASE_URL", server.URL)
	ts.Setenv("MIMECAST_CLIENT_ID", "sandbox")
	ts.Setenv("MIMECAST_CLIENT_SECRET", "sandbox")
}

// fault KIND [function=F] [address=A] [skip=N] [count=N] [status=N] [code=C] [reset=D]: make calls go wrong.
func cmdFault(ts *testscript.TestScript, neg bool, args []string) {
	o := options(ts, args[1:])
	number := func(key string) int {
		if o[key] == "" {
			return 0
		}
		n, err := strconv.Atoi(o[key])
		ts.Check(err)
		return n
	}
	f := sandbox.Fault{
		Kind: sandbox.FaultKind(args[0]), Function: o["function"], Address: o["address"],
		Skip: number("skip"), Count: number("count"), Status: number("status"), Code: o["code"],
	}
	if o["reset"] != "" {
		var err error
		f.Reset, err = time.ParseDuration(o["reset"])
		ts.Check(err)
	}
	ts.Check(theTenant(ts).server.Inject(f))
}

// stats KEY=N...: what the sandbox did. Keys: a function (its calls), users, throttled, creates, twice (addresses created more
// than once), queued (accounts on the purge list), peak:FUNCTION (at most N in any second).
func cmdStats(ts *testscript.TestScript, neg bool, args []string) {
	st := theTenant(ts).server.Stats()
	creates, twice := 0, 0
	for _, n := range st.Creates {
		creates += n
		if n > 1 {
			twice++
		}
	}
	queued := 0
	for _, u := range theTenant(ts).server.Tenant().Users {
		if u.Purge {
			queued++
		}
	}
	for k, want := range options(ts, args) {
		n, err := strconv.Atoi(want)
		ts.Check(err)
		function, peak := strings.CutPrefix(k, "peak:")
		got := map[string]int{"users": st.Users, "throttled": st.Throttled, "creates": creates, "twice": twice, "queued": queued}
		switch calls, known := st.Calls[k]; {
		case peak:
			if p := st.PeakPerSecond[function]; p > n {
				ts.Fatalf("%d calls of %s in a second, want %d at most", p, function, n)
			}
		case known:
			if calls != n {
				ts.Fatalf("%d calls of %s, want %d", calls, k, n)
			}
		default:
			if g, ok := got[k]; !ok || g != n {
				ts.Fatalf("%s is %d (known: %v), want %d", k, g, ok, n)
			}
		}
	}
}

// upto N FUNCTION SIGNAL CODE mimebatch...: run the program until N calls of a function are executed, then send it a signal
// (kill, interrupt, terminate or quit; insist is one interrupt after another) and wait for its end with that exit code; -1 is an end by
// the signal. With signal "stay" it is left running until release.
func cmdUpto(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 5 {
		ts.Fatalf("usage: upto n function signal code command...")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	code, err := strconv.Atoi(args[3])
	ts.Check(err)
	s := theTenant(ts)
	s.mu.Lock()
	n += s.executed[args[1]]
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	ts.Defer(cancel)
	c := exec.CommandContext(ctx, programPath(ts, args[4]), args[5:]...)
	c.Dir = ts.MkAbs(".")
	c.Env = scriptEnv(ts)
	if args[2] != "stay" { // what it prints then would get among what later commands print
		c.Stdout, c.Stderr = ts.Stdout(), ts.Stderr()
	}
	ts.Check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	ts.Check(s.reached(args[1], n, ended))
	switch args[2] {
	case "stay":
		s.running = append(s.running, c)
		ts.Defer(func() { _ = c.Process.Kill(); <-ended })
		return
	case "kill":
		ts.Check(c.Process.Kill())
	case "interrupt":
		ts.Check(c.Process.Signal(syscall.SIGINT))
	case "terminate":
		ts.Check(c.Process.Signal(syscall.SIGTERM))
	case "quit":
		ts.Check(c.Process.Signal(syscall.SIGQUIT))
	case "insist":
		defer insist(c.Process)()
	default:
		ts.Fatalf("unknown signal %q", args[2])
	}
	err = <-ended
	if got := c.ProcessState.ExitCode(); got != code {
		ts.Fatalf("exit code %d (%v), want %d", got, err, code)
	}
}

// insist interrupts a process again and again until the returned function is called.
func insist(p *os.Process) (end func()) {
	done := make(chan struct{})
	var insisting sync.WaitGroup
	insisting.Go(func() {
		t := time.NewTicker(200 * time.Millisecond)
		defer t.Stop()
		for {
			_ = p.Signal(os.Interrupt) // it may have ended
			select {
			case <-done:
				return
			case <-t.C:
			}
		}
	})
	return func() { close(done); insisting.Wait() }
}

// release: end what upto left running.
func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	s := theTenant(ts)
	for _, c := range s.running {
		ts.Check(c.Process.Kill())
	}
	s.running = nil
}

var scriptVars = []string{
	"PATH", "HOME", "TMPDIR", "WORK", "SHEETS", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "MIMEBATCH_JOURNAL",
	"MIMECAST_BASE_URL", "MIMECAST_CLIENT_ID", "MIMECAST_CLIENT_SECRET",
}

func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, k := range scriptVars {
		if v := ts.Getenv(k); v != "" {
			env = append(env, k+"="+v)
		}
	}
	return env
}

// lastLine reads the last JSON line of a file, and makes sure that every line is JSON.
func lastLine(ts *testscript.TestScript, file string) map[string]any {
	var last map[string]any
	for l := range strings.Lines(ts.ReadFile(file)) {
		last = nil
		if err := json.Unmarshal([]byte(l), &last); err != nil {
			ts.Fatalf("not a JSON line: %s: %v", l, err)
		}
	}
	return last
}

// summary FILE KEY=VALUE...: the last JSON line of a file has these values.
func cmdSummary(ts *testscript.TestScript, neg bool, args []string) {
	got := lastLine(ts, args[0])
	for k, want := range options(ts, args[1:]) {
		if v, ok := got[k]; !ok || fmt.Sprint(v) != want {
			ts.Fatalf("%s is %v, want %s, in %v", k, v, want, got)
		}
	}
}

// runid FILE VAR: set a variable to the run of the last JSON line.
func cmdRunID(ts *testscript.TestScript, neg bool, args []string) {
	id, _ := lastLine(ts, args[0])["run"].(string)
	if id == "" {
		ts.Fatalf("no run in %s", args[0])
	}
	ts.Setenv(args[1], id)
}

// table reads a results sheet.
func table(ts *testscript.TestScript, file string) (header []string, rows [][]string) {
	ctx := context.Background()
	t, err := sheet.Open(ctx, ts.MkAbs(file), sheet.Options{Header: func(cells []string) int {
		return len(slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return !strings.HasPrefix(c, "result_") }))
	}})
	ts.Check(err)
	for r, err := range t.Rows(ctx) {
		ts.Check(err)
		if r.Fault != nil {
			ts.Fatalf("%s: row %d: %s", file, r.Line, r.Fault.Message)
		}
		var cells []string
		for _, c := range r.Cells {
			cells = append(cells, c.Text)
		}
		rows = append(rows, cells)
	}
	return t.Header, rows
}

// rows FILE COLUMN...: print these columns of a results sheet, a row a line, cells between bars.
func cmdRows(ts *testscript.TestScript, neg bool, args []string) {
	header, rows := table(ts, args[0])
	for _, r := range rows {
		var cells []string
		for _, name := range args[1:] {
			i := slices.Index(header, name)
			if i < 0 {
				ts.Fatalf("no column %q in %q", name, header)
			}
			cells = append(cells, r[i])
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(cells, "|"))
	}
}

// allrows FILE N STATUS=N...: a results sheet has so many rows, and so many of each status.
func cmdAllRows(ts *testscript.TestScript, neg bool, args []string) {
	header, rows := table(ts, args[0])
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	if len(rows) != n {
		ts.Fatalf("%d rows, want %d", len(rows), n)
	}
	got := map[string]string{}
	status := slices.Index(header, "result_status")
	for _, r := range rows {
		k, _ := strconv.Atoi(got[r[status]])
		got[r[status]] = strconv.Itoa(k + 1)
	}
	if want := options(ts, args[2:]); !maps.Equal(got, want) {
		ts.Fatalf("statuses %v, want %v", got, want)
	}
}

// same A B COLUMN...: two results sheets are equal but for these columns, and but for "confirmed by look-up" in result_reason.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	ha, a := table(ts, args[0])
	hb, b := table(ts, args[1])
	if !slices.Equal(ha, hb) || len(a) != len(b) {
		ts.Fatalf("header or number of rows differ: %d and %d rows", len(a), len(b))
	}
	confirmed := regexp.MustCompile(`(; )?confirmed by look-up(; )?`)
	for i := range a {
		for c, name := range ha {
			if slices.Contains(args[2:], name) {
				continue
			}
			x, y := a[i][c], b[i][c]
			if name == "result_reason" {
				x, y = confirmed.ReplaceAllString(x, ""), confirmed.ReplaceAllString(y, "")
			}
			if x != y {
				ts.Fatalf("row %d, %s: %q and %q", i+1, name, x, y)
			}
		}
	}
}

// nowhere TEXT...: no file below the work folder, but for those that end in .in, holds any of these texts, nor does what the
// last command printed.
func cmdNowhere(ts *testscript.TestScript, neg bool, args []string) {
	look := func(name, text string) {
		for _, a := range args {
			if strings.Contains(text, a) {
				ts.Fatalf("%s holds %q", name, a)
			}
		}
	}
	look("standard output", ts.ReadFile("stdout"))
	look("standard error", ts.ReadFile("stderr"))
	files := 0
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(filepath.Base(path), ".in.") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		look(path, string(data))
		return nil
	}))
	if files == 0 {
		ts.Fatalf("no files to look at")
	}
}

// serve COMMAND...: start a sandbox that prints the environment for it, and take that over.
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	c := exec.Command(programPath(ts, args[0]), args[1:]...)
	c.Dir, c.Env = ts.MkAbs("."), scriptEnv(ts)
	out, err := c.StdoutPipe()
	ts.Check(err)
	ts.Check(c.Start())
	theTenant(ts).served = c
	ts.Defer(func() { _ = c.Process.Kill(); _ = c.Wait() })
	lines := bufio.NewScanner(out)
	for n := 0; n < 3 && lines.Scan(); {
		if k, v, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "="); ok {
			ts.Setenv(k, v)
			n++
		}
	}
	if ts.Getenv("MIMECAST_CLIENT_SECRET") == "" {
		ts.Fatalf("%s did not say how to reach it", strings.Join(args, " "))
	}
}

// end: interrupt the sandbox that serve started, which must then end well.
func cmdEnd(ts *testscript.TestScript, neg bool, args []string) {
	c := theTenant(ts).served
	ts.Check(c.Process.Signal(os.Interrupt))
	ts.Check(c.Wait())
}

// fetch URL: print what a GET answers.
func cmdFetch(ts *testscript.TestScript, neg bool, args []string) {
	r, err := http.Get(args[0])
	ts.Check(err)
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s", args[0], r.Status)
	}
	_, err = io.Copy(ts.Stdout(), r.Body)
	ts.Check(err)
}

// programPath finds a program as exec does in scripts.
func programPath(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
	}
	ts.Fatalf("no program %q", name)
	return ""
}

// fulldisk CODE COMMAND...: run a command whose output goes to a full disk, and that must end with that exit code.
func cmdFullDisk(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	ts.Check(err)
	defer full.Close()
	c := exec.Command(programPath(ts, args[1]), args[2:]...)
	c.Dir, c.Env, c.Stdout, c.Stderr = ts.MkAbs("."), scriptEnv(ts), full, ts.Stderr()
	err = c.Run()
	if got := c.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d (%v), want %d", got, err, want)
	}
}
