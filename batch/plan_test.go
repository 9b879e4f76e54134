package batch

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packed returns accounts as a plan holds them.
func packed(all ...Account) *packedAccounts {
	p := newPackedAccounts()
	for _, a := range all {
		p.want(a.Email)
		p.add(a)
	}
	return p
}

func TestDecide(t *testing.T) {
	v := &view{
		domains: map[string]Domain{"example.com": {Name: "example.com"}, "out.example.com": {Name: "out.example.com", SendOnly: true}},
		accounts: packed(
			Account{Email: "ana@example.com", Type: "created_manually", Source: "cloud", Settings: Settings{Username: "Ana", AllowPOP: "true"}},
			Account{Email: "flow@example.com", Type: typeByEmail, Source: "cloud", Settings: Settings{Username: "flow@example.com"}},
			Account{Email: "synced@example.com", Type: "created_by_ldap_sync", Source: "ldap"},
			Account{Email: "info@example.com", Alias: true},
			Account{Email: "staff@example.com", Type: "dl_from_ldap", Source: "ldap"},
			Account{Email: "press@example.com", Type: "contact_from_ldap", Source: "ldap"},
		),
	}
	secret := NewSecret("Pa55word!")
	for _, tt := range []struct {
		name   string
		row    Row
		mode   Mode
		action Action
		code   string
		steps  []string
		note   string
	}{
		{name: "new person", row: Row{Email: "new@example.com", Settings: Settings{Username: "New"}, Password: secret}, mode: Upsert,
			action: ActionCreate, steps: []string{"create username,password"}},
		{name: "new person with more settings", row: Row{Email: "new@example.com", Settings: Settings{Username: "New", AccountCode: "C1", ForcePasswordChange: "true", AllowPOP: "false", ArchiveStartDate: "d"}}, mode: Create,
			action: ActionCreate, steps: []string{"create username,force_password_change,account_code", "update archive_start_date,allow_pop"}},
		{name: "new person, address only", row: Row{Email: "new@example.com"}, mode: Upsert, action: ActionCreate, steps: []string{"create "}},
		{name: "only what differs", row: Row{Email: "ana@example.com", Settings: Settings{Username: "Ana Ruiz", AllowPOP: "true"}}, mode: Upsert,
			action: ActionUpdate, steps: []string{"update username"}},
		{name: "what can't be read is sent", row: Row{Email: "ana@example.com", Settings: Settings{Username: "Ana", ArchiveStartDate: "d"}}, mode: Update,
			action: ActionUpdate, steps: []string{"update archive_start_date"}},
		{name: "a password takes its settings along", row: Row{Email: "ana@example.com", Settings: Settings{ForcePasswordChange: "true"}, Password: secret}, mode: Upsert,
			action: ActionUpdate, steps: []string{"update password,force_password_change"}},
		{name: "as asked", row: Row{Email: "ana@example.com", Settings: Settings{Username: "Ana", AllowPOP: "true"}}, mode: Upsert, action: ActionUnchanged, code: CodeAsAsked},
		{name: "asks for nothing", row: Row{Email: "ana@example.com"}, mode: Update, action: ActionUnchanged, code: CodeNothingAsked},
		{name: "account code of somebody who exists", row: Row{Email: "ana@example.com", Settings: Settings{AccountCode: "C1"}}, mode: Upsert, action: ActionUnchanged, code: CodeNothingAsked, note: "account code"},
		{name: "exists in create mode", row: Row{Email: "ana@example.com"}, mode: Create, action: ActionBlocked, code: CodeExists},
		{name: "exists by mail flow in create mode", row: Row{Email: "flow@example.com"}, mode: Create, action: ActionBlocked, code: CodeExists},
		{name: "exists by mail flow", row: Row{Email: "flow@example.com", Settings: Settings{Username: "Flo"}}, mode: Upsert, action: ActionUpdate, steps: []string{"update username"}, note: "mail flow"},
		{name: "synced", row: Row{Email: "synced@example.com", Settings: Settings{AllowPOP: "true"}}, mode: Upsert, action: ActionUpdate, steps: []string{"update allow_pop"}, note: "synced"},
		{name: "missing in update mode", row: Row{Email: "new@example.com"}, mode: Update, action: ActionBlocked, code: CodeMissing},
		{name: "the row's own action wins", row: Row{Email: "new@example.com", Mode: Create}, mode: Update, action: ActionCreate, steps: []string{"create "}},
		{name: "the row says skip", row: Row{Email: "new@example.com", Mode: Skip}, mode: Update, action: ActionSkipped, code: CodeSkip},
		{name: "foreign domain", row: Row{Email: "new@elsewhere.example"}, mode: Upsert, action: ActionBlocked, code: CodeDomain},
		{name: "alias", row: Row{Email: "info@example.com"}, mode: Upsert, action: ActionBlocked, code: CodeAlias},
		{name: "distribution list", row: Row{Email: "staff@example.com"}, mode: Upsert, action: ActionBlocked, code: CodeList},
		{name: "contact", row: Row{Email: "press@example.com"}, mode: Upsert, action: ActionBlocked, code: CodeContact},
		{name: "send-only", row: Row{Email: "new@out.example.com"}, mode: Upsert, action: ActionCreate, steps: []string{"create "}, note: "send-only"},
		{name: "invalid", row: Row{Line: 7, Problems: []Problem{{Line: 7, Column: 1, Code: PasswordBlanks, Warning: true}, {Line: 7, Column: 0, Code: EmailMissing, Message: "no e-mail address"}}}, mode: Upsert, action: ActionInvalid, code: string(EmailMissing)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := v.decide(1, tt.row, tt.mode).finish()
			var steps []string
			for _, s := range got.Steps {
				var names []string
				for _, f := range s.Fields() {
					names = append(names, string(f))
				}
				steps = append(steps, string(s.Kind)+" "+strings.Join(names, ","))
				if !s.Password.IsZero() {
					t.Error("the plan holds the password")
				}
			}
			if got.Action != tt.action || got.Reason.Code != tt.code {
				t.Errorf("action %q, code %q; want %q, %q", got.Action, got.Reason.Code, tt.action, tt.code)
			}
			if d := cmp.Diff(tt.steps, steps); d != "" {
				t.Errorf("steps (-want +got):\n%s", d)
			}
			if tt.note != "" && !slices.ContainsFunc(got.Notes, func(n string) bool { return strings.Contains(n, tt.note) }) {
				t.Errorf("notes %q lack %q", got.Notes, tt.note)
			}
			if got.Action == ActionBlocked && (got.Reason.Message == "" || got.Reason.Hint == "") {
				t.Errorf("blocked without words: %+v", got.Reason)
			}
		})
	}
}

func TestLearnKeepsBefore(t *testing.T) {
	v := &view{
		domains:  map[string]Domain{"example.com": {}},
		accounts: packed(Account{Email: "ana@example.com", Settings: Settings{Username: "Ana"}}),
	}
	d := v.decide(1, Row{Email: "ana@example.com", Settings: Settings{Username: "Ana", AllowPOP: "true", AllowSMTP: "true"}}, Upsert)
	if !ReadAuto.wants(d) {
		t.Fatal("the state decides and is not read")
	}
	d.learn(Reply{Verdict: Done, Account: &Account{Settings: Settings{AllowPOP: "false", AllowSMTP: "true"}}})
	p := d.finish()
	if d := cmp.Diff(Settings{AllowPOP: "true"}, p.Steps[0].Set); d != "" {
		t.Errorf("set (-want +got):\n%s", d)
	}
	if d := cmp.Diff(Settings{Username: "Ana", AllowPOP: "false", AllowSMTP: "true"}, p.Steps[0].Before); d != "" {
		t.Errorf("before (-want +got):\n%s", d)
	}

	d = v.decide(1, Row{Email: "ana@example.com", Settings: Settings{AllowPOP: "true"}}, Upsert)
	d.learn(Reply{Verdict: Refused, Reason: Reason{Message: "forbidden"}})
	p = d.finish()
	if p.Action != ActionUpdate || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "forbidden") {
		t.Errorf("unreadable state: %+v", p)
	}
}

// However many rows there are, they are planned a window at a time, in order; an error ends the plan, and what was begun behind
// it is not yielded.
func TestPlanByWindows(t *testing.T) {
	const rows = 2*windowRows + 5
	for _, tt := range []struct {
		name     string
		row, win int // the row, or the window, that can't be read; 0 for none
		want     int // rows that are planned
	}{
		{"all", 0, 0, rows}, {"a row", windowRows + 7, 0, windowRows}, {"the last window", 0, 3, 2 * windowRows}, {"the first window", 0, 1, 0},
	} {
		failed := errors.New("can't be read")
		sheet := func(yield func(int, error) bool) {
			for n := 1; n <= rows; n++ {
				var err error
				if n == tt.row {
					err = failed
				}
				if !yield(n, err) {
					return
				}
			}
		}
		var windows []int
		read := func(w []int) error {
			if windows = append(windows, len(w)); len(windows) == tt.win {
				return failed
			}
			return nil
		}
		got, ended := 0, error(nil)
		for p, err := range windowed(sheet, func(n int) int { return n }, read, func(n int) PlannedRow { return PlannedRow{N: n} }) {
			if ended = err; err != nil {
				continue
			}
			if got++; p.N != got || len(windows) != (got-1)/windowRows+1 {
				t.Fatalf("%s: row %d comes as number %d, after %d windows", tt.name, p.N, got, len(windows))
			}
		}
		if wantErr := tt.row+tt.win > 0; got != tt.want || (ended == failed) != wantErr || ended != nil != wantErr || slices.Max(windows) > windowRows {
			t.Errorf("%s: %d rows, %v; windows of %v", tt.name, got, ended, windows)
		}
	}
}
