package mimecast

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// recordBody answers every call with one text, and keeps the last request.
func recordBody(t *testing.T, body *string, answer string) *Client {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*body = r.URL.Path + " " + string(b)
		io.WriteString(w, answer)
	})
	return client(t, s.URL)
}

// What is sent for a step: what it sets, booleans as such, and nothing that is blank.
func TestDoSends(t *testing.T) {
	tests := []struct {
		name string
		step batch.Step
		want string
	}{
		{"create, address alone", batch.Step{Kind: batch.StepCreate, Email: "ana@example.com"},
			`/api/user/create-user {"data":[{"emailAddress":"ana@example.com"}]}`},
		{"create, all", batch.Step{Kind: batch.StepCreate, Email: "ana@example.com", WithPassword: true, Password: batch.NewSecret(" p\"w<é "),
			Set: batch.Settings{batch.Username: "Ana Ruiz", batch.AccountCode: "C0A0", batch.ForcePasswordChange: "true"}},
			`/api/user/create-user {"data":[{"accountCode":"C0A0","emailAddress":"ana@example.com","forcePasswordChange":true,"name":"Ana Ruiz","password":" p\"w\u003cé "}]}`},
		{"update, all", batch.Step{Kind: batch.StepUpdate, Email: "ana@example.com", Set: batch.Settings{
			batch.Username: "Ana", batch.PasswordNeverExpires: "true", batch.ForcePasswordChange: "false", batch.ArchiveStartDate: "2026-12-01T00:00:00+0000",
			batch.AllowPOP: "false", batch.AllowSMTP: "true", batch.AccountLocked: "false", batch.AccountDisabled: "true"}},
			`/api/user/update-user {"data":[{"accountDisabled":true,"accountLocked":false,"allowPop":false,"allowSmtp":true,` +
				`"archiveStartDate":"2026-12-01T00:00:00+0000","emailAddress":"ana@example.com","forcePasswordChange":false,"name":"Ana","passwordNeverExpires":true}]}`},
		{"update without the password that came along", batch.Step{Kind: batch.StepUpdate, Email: "ana@example.com", Password: batch.NewSecret("p")},
			`/api/user/update-user {"data":[{"emailAddress":"ana@example.com"}]}`},
		{"nothing blank", batch.Step{Kind: batch.StepUpdate, Email: "ana@example.com", Set: batch.Settings{batch.Username: "", batch.ActionField: "create"}},
			`/api/user/update-user {"data":[{"emailAddress":"ana@example.com"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			c := recordBody(t, &got, okAna)
			if r := c.Do(t.Context(), []batch.Step{tt.step})[0]; r.Verdict != batch.Done {
				t.Fatalf("reply is %+v", r)
			}
			if got != tt.want {
				t.Errorf("sent\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// Every setting of the domain's field table that a call takes has a name in the API.
func TestNameOf(t *testing.T) {
	for _, i := range batch.Fields() {
		want := (i.Create || i.Update) && i.Field != batch.Password
		if got := nameOf(i.Field) != ""; got != want {
			t.Errorf("%s has a name: %v, want %v", i.Field, got, want)
		}
	}
}

func TestDoAnswers(t *testing.T) {
	var body string
	t.Run("create", func(t *testing.T) {
		c := recordBody(t, &body, `{"meta":{"status":200},"data":[{"id":"eNo1","emailAddress":"Ana@Example.com"}],"fail":[]}`)
		r := c.Do(t.Context(), []batch.Step{createAna()})[0]
		want := &batch.Account{Email: "ana@example.com", ID: "eNo1", Settings: batch.Settings{}}
		if diff := cmp.Diff(want, r.Account); diff != "" || r.Verdict != batch.Done {
			t.Errorf("%s, account (-want +got):\n%s", r.Verdict, diff)
		}
	})
	t.Run("update", func(t *testing.T) {
		c := recordBody(t, &body, `{"meta":{"status":200},"fail":[],"data":[
			{"emailAddress":"bob@example.com","name":"Bob","forcePasswordChange":false,"passwordNeverExpires":true,
			 "accountLocked":true,"accountDisabled":false,"allowSmtp":false,"allowPop":true},
			{"emailAddress":"ana@example.com","name":"Ana Ruiz","accountLocked":"false","allowPop":null,"allowSmtp":7}]}`)
		got := c.Do(t.Context(), []batch.Step{
			{Kind: batch.StepUpdate, Email: "ana@example.com", Set: batch.Settings{batch.AccountLocked: "false"}},
			{Kind: batch.StepUpdate, Email: "bob@example.com", Set: batch.Settings{batch.AllowPOP: "true"}},
		})
		want := []*batch.Account{
			{Email: "ana@example.com", Settings: batch.Settings{batch.Username: "Ana Ruiz", batch.AccountLocked: "false"}},
			{Email: "bob@example.com", Settings: batch.Settings{
				batch.Username: "Bob", batch.ForcePasswordChange: "false", batch.PasswordNeverExpires: "true", batch.AccountLocked: "true",
				batch.AccountDisabled: "false", batch.AllowSMTP: "false", batch.AllowPOP: "true"}},
		}
		for i, r := range got {
			if diff := cmp.Diff(want[i], r.Account); diff != "" || r.Verdict != batch.Done {
				t.Errorf("%s, account (-want +got):\n%s", r.Verdict, diff)
			}
		}
	})
	t.Run("state", func(t *testing.T) {
		c := recordBody(t, &body, `{"meta":{"status":200},"data":[{"emailAddress":"bob@example.com","accountLocked":true}],
			"fail":[{"key":{"emailAddress":"ana@example.com"},"errors":[{"code":"err_xdk_operation_forbidden_for_address","message":"m"}]}]}`)
		got := c.State(t.Context(), []string{"ana@example.com", "bob@example.com"})
		if want := `/api/user/update-user {"data":[{"emailAddress":"ana@example.com"},{"emailAddress":"bob@example.com"}]}`; body != want {
			t.Errorf("sent %s, want %s", body, want)
		}
		if got[0].Verdict != batch.Refused || got[1].Verdict != batch.Done || got[1].Account.Settings[batch.AccountLocked] != "true" {
			t.Errorf("replies are %+v", got)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		s := serve(t, say(200, nothing))
		c := client(t, s.URL)
		if got := append(c.Do(t.Context(), nil), c.State(t.Context(), nil)...); len(got) != 0 || s.calls.Load() != 0 {
			t.Errorf("%d calls, replies %+v", s.calls.Load(), got)
		}
	})
}

func TestBatch(t *testing.T) {
	for set, want := range map[int]int{0: 5, 1: 1, 3: 3, 5: 5} {
		c := client(t, "http://localhost", func(c *Config) { c.UpdateBatch = set })
		if got := c.Batch(batch.StepUpdate); got != want {
			t.Errorf("UpdateBatch %d: %d updates a call, want %d", set, got, want)
		}
		if got := c.Batch(batch.StepCreate); got != 1 {
			t.Errorf("UpdateBatch %d: %d creates a call, want 1", set, got)
		}
	}
}

// What stands for values that were not told is not there, rather than false.
func TestText(t *testing.T) {
	for in, want := range map[string]string{`"x"`: "x", `true`: "true", `false`: "false", `null`: "", `7`: "", `{}`: "", `[]`: ""} {
		var v any
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		if got := text(v); got != want {
			t.Errorf("text(%s) = %q, want %q", in, got, want)
		}
	}
}
