package mimecast_test

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/mimecast"
)

// A recording is an exchange with the service as it was seen or is documented, told anew for a tenant of our own.
type recording struct {
	Request struct {
		Path, Auth string
		Headers    map[string]string
		Body       json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
}

// The keys of a caller of API 1.0, and the password that recorded requests set.
const (
	recordedApp      = "our-own-app"
	recordedAppKey   = "our-own-app-key"
	recordedAccess   = "our-own-access-key"
	recordedSecret   = "b3VyIG93biBzZWNyZXQ=" // base64 of "our own secret"
	recordedPassword = "Copper-Lantern-42"
)

// recordings returns all of them by name.
func recordings(t *testing.T) map[string]recording {
	t.Helper()
	files, err := filepath.Glob("../../testdata/api/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	all := map[string]recording{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r recording
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = r
	}
	return all
}

// A tape is a server that gives recorded answers, and keeps what it was asked.
type tape struct {
	t      *testing.T
	token  string    // of the recorded grant
	grant  recording // what is answered to those who ask for a token
	answer recording // and to everybody else
	then   recording // after the first answer; none goes on with that

	mu    sync.Mutex
	calls []call
}

type call struct {
	path string
	body string
}

// play starts a server that answers a recording, and a client of the generation that was recorded.
func play(t *testing.T, all map[string]recording, name string) (*tape, *mimecast.Client) {
	t.Helper()
	p := &tape{t: t, grant: all["token"], answer: all[name]}
	if all[name].Request.Path == "/oauth/token" {
		p.grant, p.answer = all[name], all["get-account"]
	}
	var told struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(all["token"].Response.Body, &told); err != nil || told.Token == "" {
		t.Fatalf("no token is recorded: %v", err)
	}
	p.token = told.Token
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	cfg := mimecast.Config{BaseURL: server.URL, Workers: 1, CallTimeout: 20 * time.Second}
	if strings.HasPrefix(all[name].Request.Auth, "hmac") {
		cfg.AppID, cfg.AppKey = recordedApp, batch.NewSecret(recordedAppKey)
		cfg.AccessKey, cfg.SecretKey = batch.NewSecret(recordedAccess), batch.NewSecret(recordedSecret)
	} else {
		cfg.ClientID, cfg.ClientSecret = "sandbox", batch.NewSecret("sandbox")
	}
	c, err := mimecast.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return p, c
}

func (p *tape) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	answer := p.grant
	if r.URL.Path != "/oauth/token" {
		answer = p.answer
		p.mu.Lock()
		if len(p.calls) > 0 && p.then.Response.Status != 0 {
			answer = p.then
		}
		p.calls = append(p.calls, call{r.URL.Path, string(body)})
		p.mu.Unlock()
		if want := p.proof(r); r.Header.Get("Authorization") != want {
			p.t.Errorf("Authorization is %q, want %q", r.Header.Get("Authorization"), want)
		}
	}
	for name, value := range answer.Response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.Response.Status)
	w.Write(answer.Response.Body)
}

// proof is what a request has to prove its caller with.
func (p *tape) proof(r *http.Request) string {
	if !strings.HasPrefix(p.answer.Request.Auth, "hmac") {
		return "Bearer " + p.token
	}
	if app := r.Header.Get("x-mc-app-id"); app != recordedApp {
		p.t.Errorf("x-mc-app-id is %q, want %q", app, recordedApp)
	}
	secret, err := base64.StdEncoding.DecodeString(recordedSecret)
	if err != nil {
		p.t.Error(err)
	}
	mac := hmac.New(sha1.New, secret)
	fmt.Fprintf(mac, "%s:%s:%s:%s", r.Header.Get("x-mc-date"), r.Header.Get("x-mc-req-id"), r.URL.Path, recordedAppKey)
	return "MC " + recordedAccess + ":" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// understood is what the client makes of an answer.
type understood struct {
	Verdict              batch.Verdict
	Code, Message, Field string // Message "" is not compared where the words are ours
	HTTP                 int    // 0 is 200
	RequestID            string
	Wait                 time.Duration
	Account              *batch.Account
	Page                 *batch.Page
	Domains              []batch.Domain
	Tenant               *batch.Tenant
}

// An asking makes one call of the client.
type asking func(context.Context, *mimecast.Client) []understood

func do(steps ...batch.Step) asking {
	return func(ctx context.Context, c *mimecast.Client) []understood { return replies(c.Do(ctx, steps)) }
}

func state(emails ...string) asking {
	return func(ctx context.Context, c *mimecast.Client) []understood { return replies(c.State(ctx, emails)) }
}

func accounts(domain, page string) asking {
	return func(ctx context.Context, c *mimecast.Client) []understood {
		p, err := c.Accounts(ctx, domain, page)
		return result(understood{Page: &p}, err)
	}
}

func domains() asking {
	return func(ctx context.Context, c *mimecast.Client) []understood {
		ds, err := c.Domains(ctx)
		return result(understood{Domains: ds}, err)
	}
}

func account() asking {
	return func(ctx context.Context, c *mimecast.Client) []understood {
		tenant, err := c.Tenant(ctx)
		tenant.BaseURL = "" // of this test's server
		return result(understood{Tenant: &tenant}, err)
	}
}

func replies(rs []batch.Reply) []understood {
	var all []understood
	for _, r := range rs {
		u := understood{
			Verdict: r.Verdict, Code: r.Reason.Code, Message: r.Reason.Message, Field: r.Reason.Field,
			HTTP: r.HTTP, RequestID: r.RequestID, Wait: r.Wait, Account: r.Account,
		}
		if (r.Verdict == batch.Refused || r.Verdict == batch.Fatal) && r.Reason.Hint == "" {
			u.Message += " (and no word on what to do)"
		}
		all = append(all, u)
	}
	return all
}

func result(u understood, err error) []understood {
	if ce, ok := errors.AsType[*batch.CallError](err); ok {
		return replies([]batch.Reply{ce.Reply})
	}
	if err != nil {
		return []understood{{Message: err.Error()}}
	}
	u.Verdict = batch.Done
	return []understood{u}
}

func step(kind batch.StepKind, email string, set batch.Settings, password string) batch.Step {
	return batch.Step{Kind: kind, Email: email, Set: set, WithPassword: password != "", Password: batch.NewSecret(password)}
}

const (
	mira  = "mira.vogt@example.com"
	tomas = "tomas.reyes@example.com"
)

// told is an account as update-user tells it, with what differs from a plain one.
func told(email, name string, set batch.Settings) *batch.Account {
	a := &batch.Account{Email: email, Settings: batch.Settings{
		batch.Username: name, batch.ForcePasswordChange: "false", batch.PasswordNeverExpires: "false", batch.AccountLocked: "false",
		batch.AccountDisabled: "false", batch.AllowSMTP: "false", batch.AllowPOP: "false",
	}}
	maps.Copy(a.Settings, set)
	return a
}

// The client understands each recorded answer, and sends what was recorded where the function is one that it calls.
func TestRecordedAnswers(t *testing.T) {
	const (
		requestID = "7f0c2f4e-5b0d-4a55-9d6e-1f3f0a2b9c11"
		forbidden = "err_xdk_operation_forbidden_for_address"
		forWords  = "0003 Forbidden To Perform Operation For Address"
	)
	all := recordings(t)
	// What is read out of a recorded answer, where writing it down twice would prove nothing.
	id := func(name string) string { return found(t, all[name], "data", "id") }
	next := func(name string) string { return found(t, all[name], "meta", "pagination", "next") }
	ours := &batch.Tenant{Key: "account:CEXMP7A201", Account: "CEXMP7A201", Name: "Example Company"}
	listed := func(email, name string) batch.Account {
		return batch.Account{Email: email, Type: "created_manually", Source: "cloud", Settings: batch.Settings{batch.Username: name}}
	}
	pop := batch.Settings{batch.AllowPOP: "true"}
	badSignature := []understood{{Verdict: batch.Fatal, Code: "err_xdk_invalid_signature", Message: "0004 Invalid Signature", HTTP: 401}}
	notOfThem := []understood{{Verdict: batch.Unknown, Code: "no entry in the answer"}}

	tests := map[string]struct {
		ask   asking
		sends bool // the very request that was recorded
		calls int  // of the function; 0 is 1, -1 is none
		want  []understood
	}{
		"token":                     {ask: account(), want: []understood{{Verdict: batch.Done, Tenant: ours}}},
		"token-refused":             {ask: account(), calls: -1, want: []understood{{Verdict: batch.Fatal, Code: "no token"}}},
		"token-expired":             {ask: account(), sends: true, calls: 2, want: []understood{{Verdict: batch.Fatal, Code: "token_expired", Message: "The access token has expired.", HTTP: 401}}},
		"token-unknown":             {ask: account(), sends: true, calls: 2, want: []understood{{Verdict: batch.Fatal, Code: "unauthorized", HTTP: 401}}},
		"app-id-unknown":            {ask: account(), sends: true, calls: 2, want: []understood{{Verdict: batch.Fatal, Code: "err_developer_key", Message: "App ID is invalid: app-7f31"}}},
		"signature-app-key":         {ask: account(), sends: true, want: badSignature},
		"signature-secret-key":      {ask: account(), sends: true, want: badSignature},
		"signature-access-key":      {ask: account(), sends: true, want: badSignature},
		"signature-without-data":    {ask: account(), want: badSignature},
		"binding-expired":           {ask: account(), sends: true, want: []understood{{Verdict: batch.Fatal, Code: "err_xdk_binding_expired", HTTP: 418}}},
		"signed":                    {ask: account(), sends: true, want: []understood{{Verdict: batch.Done, Tenant: ours}}},
		"get-account":               {ask: account(), sends: true, want: []understood{{Verdict: batch.Done, Tenant: ours}}},
		"get-account-signed":        {ask: account(), sends: true, want: []understood{{Verdict: batch.Done, Tenant: ours}}},
		"discover":                  {ask: state(mira), want: notOfThem},
		"discover-unknown":          {ask: state(mira), want: notOfThem},
		"login-refused":             {ask: state(mira), calls: 2, want: []understood{{Verdict: batch.Fatal, Code: "err_unrecorded", HTTP: 401}}},
		"app-forbidden":             {ask: state(mira), want: []understood{{Verdict: batch.Fatal, Code: "app_forbidden", Message: "Resource or method requested does not exist in any product assigned to the application.", HTTP: 403, RequestID: requestID}}},
		"rate-limited":              {ask: do(step(batch.StepCreate, "lena.ott@example.com", nil, "")), sends: true, want: []understood{{Verdict: batch.Throttled, Code: "err_unrecorded", HTTP: 429, Wait: 2500 * time.Millisecond}}},
		"null-data":                 {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "err_deserialise", Message: "payload contains null objects"}}},
		"status-403-inside":         {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "refused"}}},
		"status-404-inside":         {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "refused"}}},
		"status-500-inside":         {ask: state(mira), want: []understood{{Verdict: batch.Unknown, Code: "server error"}}},
		"rest-refused":              {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "invalid_value", Message: "must be an address", Field: "emailAddress", HTTP: 400}}},
		"sender-refused":            {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "err_validation_invalid_email_address", Message: "Email address is not valid", Field: "sender"}}},
		"get-profile":               {ask: state(tomas), want: notOfThem},
		"get-profile-forbidden":     {ask: state("newhire@example.com"), want: []understood{{Verdict: batch.Refused, Code: forbidden, Message: forWords}}},
		"get-profile-nobody":        {ask: state("newhire@example.com"), want: []understood{{Verdict: batch.Refused, Code: "err_user_not_found", Message: "unknown user"}}},
		"sender-permitted":          {ask: state(mira), want: notOfThem},
		"rest-users":                {ask: state(mira), want: []understood{{Verdict: batch.Unknown, Code: "answer unreadable"}}},
		"add-to-purge-list":         {ask: do(batch.Step{Kind: batch.StepPurge, Email: tomas}), sends: true, want: notOfThem},
		"create-group":              {ask: state(mira), want: notOfThem},
		"find-groups":               {ask: state(mira), want: notOfThem},
		"find-groups-none":          {ask: state(mira), want: notOfThem},
		"add-group-member":          {ask: state(tomas), want: notOfThem},
		"remove-group-member":       {ask: state(tomas), want: notOfThem},
		"get-group-members":         {ask: state(mira), want: notOfThem},
		"update-alias":              {ask: state(mira), want: notOfThem},
		"get-aliases":               {ask: state(mira), want: notOfThem},
		"remove-alias":              {ask: state(mira), want: notOfThem},
		"get-attributes":            {ask: state(mira), want: notOfThem},
		"update-attributes":         {ask: state(mira), want: notOfThem},
		"update-attributes-by-name": {ask: state(mira), want: notOfThem},
		"import-users":              {ask: state(mira), want: notOfThem},
		"get-import-status":         {ask: state(mira), want: notOfThem},
		"get-audit-events":          {ask: state(mira), want: notOfThem},
		"add-delegate-user":         {ask: state(mira), want: notOfThem},
		"find-delegate-users":       {ask: state(mira), want: []understood{{Verdict: batch.Unknown, Code: "answer unreadable"}}},
		"add-group-member-twice":    {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "err_folder_group_member_already_exists", Message: "Group member already exists"}}},
		"create-user-invalid":       {ask: do(step(batch.StepCreate, "nobody", nil, recordedPassword)), sends: true, want: []understood{{Verdict: batch.Refused, Code: "err_validation_invalid_email_address", Message: "Email address is not valid", Field: "emailAddress"}}},
		"update-user-read":          {ask: state(mira), sends: true, want: []understood{{Verdict: batch.Done, Account: told(mira, "Mira Vogt", nil)}}},
		"update-user-date":          {ask: state(mira), want: []understood{{Verdict: batch.Done, Account: told(mira, "Mira Vogt", nil)}}},
		"first-page-logs":           {ask: accounts("example.com", ""), want: []understood{{Verdict: batch.Unknown, Code: "answer unreadable"}}},
		"get-internal-users-documented": {ask: accounts("example.com", ""), sends: true, want: []understood{{Verdict: batch.Done, Page: &batch.Page{
			Total: batch.NotTold, Accounts: []batch.Account{{Email: mira, Type: "created_manually", Settings: batch.Settings{}}}}}}},
		"remove-group-member-stranger": {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "err_folder_email_address_not_found", Message: "Error email address not found"}}},
		"get-group-members-broken-id":  {ask: state(mira), want: []understood{{Verdict: batch.Refused, Code: "refused", HTTP: 400}}},

		"create-user": {ask: do(step(batch.StepCreate, "nadia.kern@example.com", batch.Settings{batch.AccountCode: "CEXMP7A201", batch.ForcePasswordChange: "true", batch.Username: "Nadia Kern"}, recordedPassword)), sends: true,
			want: []understood{{Verdict: batch.Done, RequestID: requestID, Account: &batch.Account{Email: "nadia.kern@example.com", ID: id("create-user"), Settings: batch.Settings{}}}}},
		"create-user-signed": {ask: do(step(batch.StepCreate, "oskar.brandt@example.com", batch.Settings{batch.Username: "Oskar Brandt"}, "")), sends: true,
			want: []understood{{Verdict: batch.Done, Account: &batch.Account{Email: "oskar.brandt@example.com", ID: id("create-user-signed"), Settings: batch.Settings{}}}}},
		"create-user-python": {ask: do(step(batch.StepCreate, "paula.stein@example.com", batch.Settings{batch.Username: "Paula Stein"}, "")),
			want: []understood{{Verdict: batch.Done, Account: &batch.Account{Email: "paula.stein@example.com", ID: id("create-user-python"), Settings: batch.Settings{}}}}},
		"update-user": {ask: do(step(batch.StepUpdate, mira, batch.Settings{
			batch.AccountDisabled: "true", batch.AccountLocked: "false", batch.AllowPOP: "true", batch.AllowSMTP: "true", batch.ForcePasswordChange: "false",
			batch.ArchiveStartDate: "2026-02-01T00:00:00+0000", batch.Username: "Mira Vogt-Lang", batch.PasswordNeverExpires: "true",
		}, recordedPassword)), sends: true, want: []understood{{Verdict: batch.Done, RequestID: requestID, Account: told(mira, "Mira Vogt-Lang", batch.Settings{
			batch.AccountDisabled: "true", batch.AllowPOP: "true", batch.AllowSMTP: "true", batch.PasswordNeverExpires: "true"})}}},
		"update-user-lock": {ask: do(step(batch.StepUpdate, mira, batch.Settings{batch.AccountLocked: "true"}, "")), sends: true,
			want: []understood{{Verdict: batch.Done, Account: told(mira, "Mira Vogt", batch.Settings{batch.AccountLocked: "true"})}}},
		"update-user-text-boolean": {ask: do(step(batch.StepUpdate, mira, batch.Settings{batch.AccountLocked: "false"}, "")),
			want: []understood{{Verdict: batch.Done, Account: told(mira, "Mira Vogt", nil)}}},
		"update-user-several": {ask: do(step(batch.StepUpdate, tomas, pop, ""), step(batch.StepUpdate, "gone@example.com", pop, ""), step(batch.StepUpdate, mira, pop, "")), sends: true,
			want: []understood{
				{Verdict: batch.Done, RequestID: requestID, Account: told(tomas, "Tomas Reyes", pop)},
				{Verdict: batch.Refused, Code: forbidden, Message: forWords, RequestID: requestID},
				{Verdict: batch.Done, RequestID: requestID, Account: told(mira, "Mira Vogt", pop)},
			}},
		"get-internal-users-empty-domain": {ask: accounts("example.net", ""), sends: true, want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 2, Accounts: []batch.Account{
			listed("abuse@example.net", "Domain abuse address"), listed("postmaster@example.net", "Domain postMaster address")}}}}},
		"get-internal-users-one": {ask: accounts("example.org", ""), want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 1, Accounts: []batch.Account{
			listed("journaling@example.org", "journaling")}}}}},
		"get-internal-users": {ask: accounts("example.com", ""), sends: true, want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 9, Accounts: []batch.Account{
			listed("abuse@example.com", "Domain abuse address"), listed(mira, "Mira Vogt"), listed(tomas, "Tomas Reyes"),
			{Email: "flow@example.com", Type: "created_by_email", Source: "cloud", Settings: batch.Settings{batch.Username: "flow@example.com"}},
			{Email: "ida.moss@example.com", Type: "created_by_ldap_sync", Source: "ldap", Settings: batch.Settings{batch.Username: "Ida Moss"}},
			{Email: "mira@example.com", Type: "created_manually", Source: "cloud", Alias: true, Settings: batch.Settings{batch.Username: "Mira Vogt"}},
			{Email: "staff@example.com", Type: "dl_from_ldap", Source: "ldap", Settings: batch.Settings{batch.Username: "All staff"}},
			{Email: "press@example.com", Type: "contact_from_ldap", Source: "ldap", Settings: batch.Settings{batch.Username: "Printer firm"}},
			listed("postmaster@example.com", "Domain postMaster address")}}}}},
		"get-internal-users-first-page": {ask: accounts("example.com", ""), want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 9, Next: next("get-internal-users-first-page"), Accounts: []batch.Account{
			listed("abuse@example.com", "Domain abuse address"), listed("postmaster@example.com", "Domain postMaster address")}}}}},
		"get-internal-users-last-page": {ask: accounts("example.com", "{{next}}"), sends: true, want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 9, Accounts: []batch.Account{
			listed(mira, "Mira Vogt")}}}}},
		"get-internal-users-everybody": {ask: accounts("example.com", ""), want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 13, Next: next("get-internal-users-everybody"), Accounts: []batch.Account{
			listed(mira, "Mira Vogt"), listed(tomas, "Tomas Reyes"), listed("abuse@example.net", "Domain abuse address")}}}}},
		"last-page-empty":     {ask: accounts("example.com", "some page"), want: []understood{{Verdict: batch.Done, Page: &batch.Page{Total: 20, Next: next("last-page-empty")}}}},
		"get-internal-domain": {ask: domains(), sends: true, want: []understood{{Verdict: batch.Done, Domains: []batch.Domain{{Name: "example.com"}, {Name: "example.net", SendOnly: true}, {Name: "example.org"}}}}},
	}
	if d := gocmp.Diff(slices.Sorted(maps.Keys(all)), slices.Sorted(maps.Keys(tests))); d != "" {
		t.Errorf("recordings and what is known of them (-recorded +known):\n%s", d)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, c := play(t, all, name)
			got := tt.ask(t.Context(), c)
			want := slices.Clone(tt.want)
			for i := range min(len(want), len(got)) {
				if want[i].Verdict != batch.Done && want[i].Message == "" {
					want[i].Message = got[i].Message
				}
				if tt.calls >= 0 && want[i].Page == nil && want[i].Domains == nil && want[i].Tenant == nil {
					want[i].HTTP = cmp.Or(want[i].HTTP, 200)
				}
			}
			if d := gocmp.Diff(want, got); d != "" {
				t.Errorf("understood (-want +got):\n%s", d)
			}
			for _, secret := range []string{recordedPassword, recordedAppKey, recordedAccess, recordedSecret, "canary", p.token} {
				if s := fmt.Sprintf("%+v", got); strings.Contains(s, secret) {
					t.Errorf("the secret %q is told: %s", secret, s)
				}
			}
			p.check(tt.sends, max(0, cmp.Or(tt.calls, 1)))
		})
	}
}

// check compares what was asked with the recording.
func (p *tape) check(sends bool, calls int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.calls) != calls {
		p.t.Errorf("%d calls, want %d", len(p.calls), calls)
	}
	if !sends {
		return
	}
	for _, c := range p.calls {
		if c.path != p.answer.Request.Path {
			p.t.Errorf("call of %s, recorded is one of %s", c.path, p.answer.Request.Path)
		}
		var want, got any
		if err := errors.Join(json.Unmarshal(p.answer.Request.Body, &want), json.Unmarshal([]byte(c.body), &got)); err != nil {
			p.t.Error(err)
		}
		if d := gocmp.Diff(want, got); d != "" {
			p.t.Errorf("request (-recorded +sent):\n%s", d)
		}
	}
}

// found returns the text at a path of a recorded answer; of a list it takes the first.
func found(t *testing.T, r recording, path ...string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(r.Response.Body, &v); err != nil {
		t.Fatal(err)
	}
	for _, name := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		object, _ := v.(map[string]any)
		v = object[name]
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	s, ok := v.(string)
	if !ok {
		t.Fatalf("no text at %v of %s", path, r.Response.Body)
	}
	return s
}

// An app id that is called invalid once is a whim of the service: the call was not executed and is made again.
func TestRecordedAppIDOnce(t *testing.T) {
	all := recordings(t)
	p, c := play(t, all, "app-id-unknown")
	p.then = all["get-account-signed"]
	if tenant, err := c.Tenant(t.Context()); err != nil || tenant.Account != "CEXMP7A201" {
		t.Errorf("tenant %+v, error %v", tenant, err)
	}
	p.check(true, 2)
}
