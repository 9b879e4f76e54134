package mimecast

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mimebatch/batch"
)

// mostUpdates is how many users the documentation of update-user allows in a call. For create-user it gives no number.
const mostUpdates = 5

// Batch is how many steps of a kind go into one call.
func (c *Client) Batch(kind batch.StepKind) int {
	if kind == batch.StepUpdate {
		return c.updateBatch
	}
	return 1
}

// Do executes steps of one kind in one call.
func (c *Client) Do(ctx context.Context, steps []batch.Step) []batch.Reply {
	if len(steps) == 0 {
		return nil
	}
	fn := c.updateUser
	switch steps[0].Kind {
	case batch.StepCreate:
		fn = c.createUser
	case batch.StepPurge:
		return []batch.Reply{c.purgeList(ctx, c.addPurge, steps[0].Email)}
	case batch.StepUnpurge:
		return []batch.Reply{c.purgeList(ctx, c.removePurge, steps[0].Email)}
	}
	emails := make([]string, len(steps))
	users := make([]any, len(steps))
	var secrets []batch.Secret
	for i, s := range steps {
		emails[i], users[i] = s.Email, asked(s)
		secrets = append(secrets, s.Password)
	}
	return c.users(ctx, fn, emails, users, secrets)
}

// State asks update-user for the accounts as they are. With the address alone it changes nothing and answers the account.
func (c *Client) State(ctx context.Context, emails []string) []batch.Reply {
	if len(emails) == 0 {
		return nil
	}
	users := make([]any, len(emails))
	for i, e := range emails {
		users[i] = asked(batch.Step{Email: e})
	}
	return c.users(ctx, c.updateUser, emails, users, nil)
}

// users makes one call about the addresses, and sorts its answer to them.
func (c *Client) users(ctx context.Context, fn *function, emails []string, users []any, secrets []batch.Secret) []batch.Reply {
	a := c.call(ctx, fn, request{Data: users}, secrets...)
	replies := a.about(emails, time.Now())
	for i, r := range replies {
		if r.Verdict == batch.Done {
			c.seen.done(emails[i], fn == c.createUser)
		}
	}
	return replies
}

// about says what the answer means for each of the addresses that its call was about.
func (a answer) about(emails []string, now time.Time) []batch.Reply {
	replies := make([]batch.Reply, len(emails))
	for i, f := range a.envelope.findings(emails) {
		r := a.judge(f, now)
		switch r.Verdict {
		case batch.Done:
			r.Account = f.user.account(a.mask)
		case batch.Refused:
			r.Whole = len(emails) > 1 && !f.own
		}
		replies[i] = r
	}
	return replies
}

// asked is a step as create-user and update-user take it: what is not set is not there, for the service takes neither null
// nor blank.
func asked(s batch.Step) map[string]any {
	user := map[string]any{"emailAddress": s.Email}
	if s.WithPassword {
		user["password"] = s.Password.Reveal()
	}
	for f, v := range s.Set {
		info, _ := f.Info()
		switch name := nameOf(f); {
		case name == "" || v == "":
		case info.Kind == batch.KindBool:
			user[name] = v == "true"
		default:
			user[name] = v
		}
	}
	return user
}

// nameOf returns the API's name of a field of batch.Settings, "" if it has none.
func nameOf(f batch.Field) string {
	switch f {
	case batch.Username:
		return "name"
	case batch.PasswordNeverExpires:
		return "passwordNeverExpires"
	case batch.ForcePasswordChange:
		return "forcePasswordChange"
	case batch.ArchiveStartDate:
		return "archiveStartDate"
	case batch.AllowPOP:
		return "allowPop"
	case batch.AllowSMTP:
		return "allowSmtp"
	case batch.AccountLocked:
		return "accountLocked"
	case batch.AccountDisabled:
		return "accountDisabled"
	case batch.AccountCode:
		return "accountCode"
	}
	return ""
}

// user is an entry in the answer of create-user or update-user. A value of an unexpected type is as good as none: it must
// not hide that the account was changed.
type user struct {
	EmailAddress         any `json:"emailAddress"`
	ID                   any `json:"id"`
	Name                 any `json:"name"`
	PasswordNeverExpires any `json:"passwordNeverExpires"`
	ForcePasswordChange  any `json:"forcePasswordChange"`
	AccountLocked        any `json:"accountLocked"`
	AccountDisabled      any `json:"accountDisabled"`
	AllowSmtp            any `json:"allowSmtp"`
	AllowPop             any `json:"allowPop"`
}

// user returns the entry of an address.
func (e envelope) user(email string) (user, bool) {
	for _, raw := range e.data {
		var u user
		if json.Unmarshal(raw, &u) == nil && sameAddress(text(u.EmailAddress), email) {
			return u, true
		}
	}
	return user{}, false
}

// account returns the entry of an address that was asked for.
func (u user) account(m mask) *batch.Account {
	a := &batch.Account{Email: strings.ToLower(text(u.EmailAddress)), ID: m.value(text(u.ID)), Settings: batch.Settings{}}
	for f, v := range map[batch.Field]any{
		batch.Username:             u.Name,
		batch.PasswordNeverExpires: u.PasswordNeverExpires,
		batch.ForcePasswordChange:  u.ForcePasswordChange,
		batch.AccountLocked:        u.AccountLocked,
		batch.AccountDisabled:      u.AccountDisabled,
		batch.AllowSMTP:            u.AllowSmtp,
		batch.AllowPOP:             u.AllowPop,
	} {
		s := text(v)
		if _, ok := v.(string); ok {
			s = m.value(s)
		}
		if s != "" {
			a.Settings[f] = s
		}
	}
	return a
}

// text returns a string or a boolean as batch.Settings holds it, "" for anything else.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
