package mimecast

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"mimebatch/batch"
)

const (
	saysQueuedAlready = "it is on the purge list already"
	fixPurge          = "the service purges no administrators, no addresses of a directory, and none with active mail: look at the address in the console"
)

// purgeList makes one call of a function of the purge list. What these functions answer is not documented: only an answer that
// names the address is a success. The list itself can't be read.
func (c *Client) purgeList(ctx context.Context, fn *function, email string) batch.Reply {
	asked := map[string]any{"emailAddresses": []string{email}}
	a := c.call(ctx, fn, request{Data: []any{asked}})
	f := a.envelope.findings([]string{email})[0]
	f.entry = a.envelope.confirms(email)
	r := a.judge(f, time.Now())
	if fn != c.addPurge || r.Verdict != batch.Refused {
		return r
	}
	if r.Answered() && f.thereAlready(email) {
		r.Verdict, r.Reason = batch.Done, batch.Reason{Code: batch.CodeAsAsked, Message: saysQueuedAlready}
	} else if _, known := meaningOf(r.Reason.Code); !known {
		r.Reason.Hint = fixPurge
	}
	return r
}

// confirms tells whether an entry of data names an address, by itself or in a list, and doesn't say that it had no success.
func (e envelope) confirms(email string) bool {
	return slices.ContainsFunc(e.data, func(raw json.RawMessage) bool {
		var entry struct {
			EmailAddress   any `json:"emailAddress"`
			EmailAddresses any `json:"emailAddresses"`
			Success        any `json:"success"`
		}
		if json.Unmarshal(raw, &entry) != nil || entry.Success != nil && entry.Success != true {
			return false
		}
		names, _ := entry.EmailAddresses.([]any)
		return slices.ContainsFunc(append(names, entry.EmailAddress), func(n any) bool { return sameAddress(text(n), email) })
	})
}

// thereAlready tells whether all that is held against an address, by its name, is that it is there already. The code is not
// known; this is how the service's codes for the like end.
func (f finding) thereAlready(email string) bool {
	return len(f.refusals) > 0 && !slices.ContainsFunc(f.refusals, func(r refusal) bool {
		return !sameAddress(r.email, email) || !strings.HasSuffix(r.code, "_already_exists")
	})
}
