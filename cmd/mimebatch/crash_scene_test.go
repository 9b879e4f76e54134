//go:build crash && linux && amd64

package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// crashTenant is the file of the tenant that a run begins with.
const crashTenant = "../../testdata/tenant.json"

// crashSheet has twelve rows: new people, some of them with a second step, others who are there, one with nothing to do and one
// to leave out.
const crashSheet = `email,name,password,allow pop3,action
new1@example.com,New 1,Sunny-Day71,,
new2@example.com,New 2,Sunny-Day72,yes,
new3@example.com,New 3,Sunny-Day73,,
bo.lind@example.com,Bo Lind,,yes,
new4@example.com,New 4,Sunny-Day74,yes,
cy.ito@example.com,Cy Ito,,no,
new5@example.com,New 5,Sunny-Day75,,
new6@example.com,New 6,,,
flow@example.com,Flo Ow,Sunny-Day79,,
gil@example.com,Gil,,,skip
new7@example.com,New 7,Sunny-Day77,yes,
synced@example.com,Sy Nced,,yes,
`

// crashRows is what the results say of crashSheet.
var crashRows = []string{
	"new1@example.com created", "new2@example.com created", "new3@example.com created", "bo.lind@example.com updated",
	"new4@example.com created", "cy.ito@example.com unchanged", "new5@example.com created", "new6@example.com created",
	"flow@example.com updated", "gil@example.com skipped", "new7@example.com created", "synced@example.com updated",
}

const crashCreates = 7

// lostAnswers makes three of the creates of crashSheet be executed without an answer.
var lostAnswers = []sandbox.Fault{
	{Kind: sandbox.CloseAfter, Function: "create-user", Address: "new2@example.com"},
	{Kind: sandbox.CutAfter, Function: "create-user", Address: "new5@example.com"},
	{Kind: sandbox.ResetAfter, Function: "create-user", Address: "new6@example.com"},
}

// builtProgram builds the program as people get it.
func builtProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mimebatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return path
}

// sceneFolder is the name of the folder with the sheet.
const sceneFolder = "scene"

// A scene is a folder with a sheet in it and place for a journal, and a tenant in this process. It is for one goroutine.
type scene struct {
	program string
	dir     string // the folder
	said    string // where standard output and error go, beside it
	url     string
	sandbox *sandbox.Server
	there   map[string]sandbox.User // what its tenant began with
	env     []string                // beside what every program needs

	listening *httptest.Server
	idle      *sync.Cond
	open      int // connections, under idle.L
}

// newScene sets a scene, and returns what ends it.
func newScene(program, dir string, faults ...sandbox.Fault) (*scene, func(), error) {
	s := &scene{program: program, dir: filepath.Join(dir, sceneFolder), said: dir, idle: sync.NewCond(&sync.Mutex{})}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(s.file("people.csv"), []byte(crashSheet), 0o600); err != nil {
		return nil, nil, err
	}
	tenant, err := tenantOf(crashTenant)
	if err != nil {
		return nil, nil, err
	}
	s.serve(tenant)
	if err := s.sandbox.Inject(faults...); err != nil {
		return nil, nil, err
	}
	s.listening = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.sandbox.ServeHTTP(w, r) }))
	s.listening.Config.ConnState = s.count
	s.listening.Start()
	s.url = s.listening.URL
	return s, s.listening.Close, nil
}

// tenantOf reads a tenant's file.
func tenantOf(path string) (*sandbox.Tenant, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sandbox.ReadTenant(f)
}

// serve makes the sandbox's tenant another one. No call must be on its way. A second create of an address is not refused but
// counted.
func (s *scene) serve(tenant *sandbox.Tenant) {
	s.sandbox = sandbox.New(sandbox.Options{
		Tenant: tenant, Quota: sandbox.Quota{Calls: 1_000_000, Window: time.Second}, CreateExisting: sandbox.Silent,
	})
	s.there = s.users()
}

// count keeps the number of open connections.
func (s *scene) count(_ net.Conn, state http.ConnState) {
	s.idle.L.Lock()
	defer s.idle.L.Unlock()
	switch state {
	case http.StateNew:
		s.open++
	case http.StateClosed, http.StateHijacked:
		s.open--
		s.idle.Broadcast()
	}
}

// calm waits until the tenant has no call on its way any more. Without it a call of a process that was killed may come in after
// the next process has looked, which is what --settle-after is for; here it is short.
func (s *scene) calm() error {
	// Connections are taken up one after the other: when this one is, no earlier one is left to come.
	last, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(s.url)
	if err != nil {
		return err
	}
	last.Body.Close()
	s.idle.L.Lock()
	defer s.idle.L.Unlock()
	for s.open > 0 {
		s.idle.Wait()
	}
	return nil
}

func (s *scene) file(name string) string { return filepath.Join(s.dir, name) }

// state is the folder of the journal.
func (s *scene) state() string { return s.file("state") }

// command is the program, to be run with these arguments. Standard streams go to files.
func (s *scene) command(args ...string) (*exec.Cmd, func(), error) {
	c := exec.Command(s.program, args...)
	c.Dir = s.dir
	c.Env = append([]string{
		"HOME=" + s.dir, "XDG_STATE_HOME=" + s.state(), "XDG_CONFIG_HOME=" + s.file("config"), "TMPDIR=" + s.file("nowhere"),
		"MIMECAST_BASE_URL=" + s.url, "MIMECAST_CLIENT_ID=sandbox", "MIMECAST_CLIENT_SECRET=sandbox",
	}, s.env...)
	out, err := os.Create(filepath.Join(s.said, "stdout"))
	if err != nil {
		return nil, nil, err
	}
	errs, err := os.Create(filepath.Join(s.said, "stderr"))
	if err != nil {
		return nil, nil, err
	}
	c.Stdout, c.Stderr = out, errs
	return c, func() { out.Close(); errs.Close() }, nil
}

// ran is what a process has left behind.
type ran struct {
	code           int // -1 if it was killed
	stdout, stderr string
	memory         int64 // the most that it had, in bytes, as far as was looked; 0 if it was traced
}

func (s *scene) ran(code int) ran {
	out, _ := os.ReadFile(filepath.Join(s.said, "stdout"))
	errs, _ := os.ReadFile(filepath.Join(s.said, "stderr"))
	return ran{code: code, stdout: string(out), stderr: string(errs)}
}

// run runs the program to its end.
func (s *scene) run(args ...string) (ran, error) {
	return s.runUntil(context.Background(), args...)
}

// runUntil runs the program, and kills it when ctx ends.
func (s *scene) runUntil(ctx context.Context, args ...string) (ran, error) {
	c, done, err := s.command(args...)
	if err != nil {
		return ran{}, err
	}
	defer done()
	if err := c.Start(); err != nil {
		return ran{}, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
	defer stop()
	memory := memoryOf(c.Process.Pid)
	_ = c.Wait() // the exit code tells all
	r := s.ran(c.ProcessState.ExitCode())
	r.memory = memory()
	return r, s.calm()
}

// runTraced runs the program under a tracer, and tells whether it was killed.
func (s *scene) runTraced(tr *tracer, args ...string) (ran, error) {
	c, done, err := s.command(args...)
	if err != nil {
		return ran{}, err
	}
	defer done()
	tr.root = s.dir
	ws, err := tr.run(c)
	if err != nil {
		return ran{}, fmt.Errorf("trace: %w", err)
	}
	return s.ran(ws.ExitStatus()), s.calm()
}

// begin is the command that does it all; its twin is what goes on.
func begin(flags ...string) []string {
	return append([]string{"run", "people.csv", "--yes", "--settle-after", "10ms", "--out", "results.csv"}, flags...)
}

func goOn(id string) []string {
	return []string{"apply", id, "--yes", "--settle-after", "10ms", "--out", "results.csv"}
}

// theRun returns the newest run in the journal, "" if there is none.
func (s *scene) theRun() (string, error) {
	r, err := s.run("runs", "--json")
	if err != nil {
		return "", err
	}
	if r.code != exitDone {
		return "", fmt.Errorf("runs: exit %d\n%s", r.code, r.stderr)
	}
	var line struct {
		Type, Run string
	}
	first, _, _ := strings.Cut(r.stdout, "\n")
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		return "", err
	}
	if line.Type != "run" {
		return "", nil
	}
	return line.Run, nil
}

// recover does what a person does after a crash: apply the run again, or, where no plan was kept, begin anew.
func (s *scene) recover() (ran, error) {
	id, err := s.theRun()
	if err != nil {
		return ran{}, err
	}
	if id == "" {
		return s.run(begin()...)
	}
	return s.run(goOn(id)...)
}

// figures is what must not happen, counted.
type figures struct {
	points     int // at which something went wrong
	passed     int // that did not come, as the run was over before
	rounds     int // the most commands that it took to come to the end
	twice      int // addresses created twice
	lost       int // rows that are not in the results, or not done
	duplicated int // rows that are in the results twice
	unknown    int // rows left unknown
	wrong      int // accounts that are not as an undisturbed run leaves them
}

func (f figures) plus(g figures) figures {
	return figures{
		f.points + g.points, f.passed + g.passed, max(f.rounds, g.rounds),
		f.twice + g.twice, f.lost + g.lost, f.duplicated + g.duplicated, f.unknown + g.unknown, f.wrong + g.wrong,
	}
}

func (f figures) String() string {
	return fmt.Sprintf("%d points swept (%d more were not reached), addresses created twice: %d, rows lost: %d, rows duplicated in results: %d, unknown left: %d, accounts not as asked: %d, commands to recover: %d at most",
		f.points, f.passed, f.twice, f.lost, f.duplicated, f.unknown, f.wrong, f.rounds)
}

func (f figures) bad() bool { return f.twice+f.lost+f.duplicated+f.unknown+f.wrong > 0 }

// judge compares what a scene has come to with what it should have: the results with crashRows, and the tenant's own count.
func (s *scene) judge(want map[string]sandbox.User) (figures, error) {
	var f figures
	stats := s.sandbox.Stats()
	f.twice = len(stats.Duplicates)
	for address := range stats.Creates {
		if _, there := s.there[address]; there {
			f.twice++
		}
	}
	rows, err := resultRows(s.file("results.csv"))
	if err != nil {
		return f, err
	}
	seen := map[string]int{}
	for _, r := range rows {
		seen[r]++
		if strings.HasSuffix(r, string(batch.InDoubt)) {
			f.unknown++
		}
	}
	for _, r := range crashRows {
		if seen[r] == 0 {
			f.lost++
		}
	}
	f.duplicated = len(rows) - len(seen)
	got := s.users()
	for address := range want {
		if got[address] != want[address] {
			f.wrong++
		}
	}
	f.wrong += len(got) - len(want)
	return f, nil
}

// users returns the tenant's accounts. How many times a password was set is left out, for the same one may be set again.
func (s *scene) users() map[string]sandbox.User {
	users := map[string]sandbox.User{}
	for _, u := range s.sandbox.Tenant().Users {
		u.PasswordChanges = min(u.PasswordChanges, 1)
		users[u.EmailAddress] = u
	}
	return users
}

// resultRows returns the address and the status of each row of a results sheet.
func resultRows(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil || len(records) == 0 {
		return nil, fmt.Errorf("read results: %d lines, %v", len(records), err)
	}
	header := records[0]
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	email, status := slices.Index(header, "email"), slices.Index(header, "result_status")
	if email < 0 || status < 0 {
		return nil, fmt.Errorf("read results: the columns are %q", header)
	}
	var rows []string
	for _, r := range records[1:] {
		rows = append(rows, r[email]+" "+r[status])
	}
	return rows, nil
}

// asIfNothing is what an undisturbed run makes of the tenant.
func asIfNothing(t *testing.T, program string) map[string]sandbox.User {
	t.Helper()
	s, end, err := newScene(program, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	r, err := s.run(begin()...)
	if err != nil || r.code != exitDone {
		t.Fatalf("undisturbed: exit %d, %v\n%s%s", r.code, err, r.stdout, r.stderr)
	}
	f, err := s.judge(s.users())
	created := 0
	for _, n := range s.sandbox.Stats().Creates {
		created += n
	}
	if err != nil || f.bad() || created != crashCreates {
		t.Fatalf("undisturbed: %v, %d created, %v", f, created, err)
	}
	return s.users()
}

// size is the reduced or the whole size of a test.
func size(whole, reduced int) int {
	if testing.Short() {
		return reduced
	}
	return whole
}
