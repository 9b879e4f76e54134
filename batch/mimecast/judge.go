package mimecast

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mimebatch/batch"
)

// answer is what came back for a call.
type answer struct {
	// reply is what is known before anything is judged. It has a verdict if there is no answer to judge.
	reply    batch.Reply
	header   http.Header
	envelope envelope
	flaw     string // the code of why the body can't be relied on, "" if it can
	mask     mask
	err      error // the context's, if it ended the call
}

// newAnswer takes in a response, as much of its body as was read, and the error that ended the reading.
func newAnswer(resp *http.Response, body []byte, err error, m mask) answer {
	a := answer{header: resp.Header, mask: m}
	a.reply.HTTP = resp.StatusCode
	a.reply.RequestID = m.requestID(resp.Header.Get("X-Request-Id"))
	var ok bool
	switch {
	case err != nil:
		a.flaw = codeCut
	case len(body) > maxAnswer:
		a.flaw = codeTooLarge
	default:
		if a.envelope, ok = decode(body); !ok {
			a.flaw = codeUnreadable
		}
	}
	return a
}

// turnedAway tells whether the service did nothing because of the proof of who is calling.
func (a answer) turnedAway() bool {
	switch {
	case a.reply.HTTP == http.StatusUnauthorized:
		return true
	case a.reply.HTTP >= 500 || len(a.envelope.data) > 0:
		return false
	}
	return slices.ContainsFunc(a.envelope.refusals, func(r refusal) bool {
		return r.code == codeTokenExpired || r.code == codeTokenUnknown
	})
}

// finding is what an answer holds for one of the addresses that its call was about.
type finding struct {
	entry    bool // data has an entry for it
	refusals []refusal
}

// judge says what the answer means for an address, given what it holds for it.
func (a answer) judge(f finding, now time.Time) batch.Reply {
	r := a.reply
	if r.Verdict != "" {
		return r
	}
	r.Verdict = a.verdict(f)
	r.Reason = a.reason(r.Verdict, f)
	if r.Verdict == batch.Throttled || r.Verdict == batch.Unknown {
		r.Wait = waitOf(r.HTTP, a.header, now)
	}
	return r
}

// verdict is the table of what an answer means.
func (a answer) verdict(f finding) batch.Verdict {
	switch status := a.reply.HTTP; {
	case status == http.StatusOK:
		return a.verdictInside(f)
	case status == http.StatusTooManyRequests:
		return batch.Throttled
	case status >= 500, status == http.StatusRequestTimeout, status < 300:
		return batch.Unknown
	case status < 400, status == http.StatusUnauthorized, status == http.StatusTeapot:
		return batch.Fatal
	case verdictOf(f.refusals) != "":
		return verdictOf(f.refusals)
	case status == http.StatusForbidden:
		return batch.Fatal
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		// A function that is there answers so of an address; a gateway, of the function.
		if !slices.ContainsFunc(f.refusals, func(r refusal) bool { return r.classic }) {
			return batch.Fatal
		}
	}
	return batch.Refused
}

// verdictInside judges HTTP 200, which says nothing by itself.
func (a answer) verdictInside(f finding) batch.Verdict {
	switch status := a.envelope.status; {
	case a.flaw != "", status >= 500:
		return batch.Unknown
	case a.contradicts(f):
		return batch.Unknown
	case len(f.refusals) > 0:
		return cmp.Or(verdictOf(f.refusals), batch.Refused)
	case status >= 400:
		return batch.Refused
	case status == http.StatusOK && f.entry:
		return batch.Done
	}
	return batch.Unknown
}

// contradicts tells whether the answer tells success and refusal at once.
func (a answer) contradicts(f finding) bool {
	return f.entry && (len(f.refusals) > 0 || a.envelope.status != http.StatusOK)
}

// reason says why a verdict is not Done: in the service's words, where there are any.
func (a answer) reason(v batch.Verdict, f finding) batch.Reason {
	if v == batch.Done {
		return batch.Reason{}
	}
	why := a.ownReason(f)
	if len(f.refusals) == 0 || why.Code == codeContradictory {
		return why
	}
	var said []string
	for _, r := range f.refusals {
		if m := a.mask.clean(r.message); m != "" && !slices.Contains(said, m) {
			said = append(said, m)
		}
		why.Field = cmp.Or(why.Field, a.mask.clean(r.field))
	}
	if len(said) > 0 {
		why.Message = a.mask.clean(strings.Join(said, "; "))
	}
	if code := a.mask.clean(f.refusals[0].code); code != "" {
		why.Code = code
		if m, known := codes[code]; known {
			why.Hint = m.hint
		} else if v == batch.Refused {
			why.Hint = hintUnknownCode
		}
	}
	return why
}

// ownReason says in our words why an answer is no success.
func (a answer) ownReason(f finding) batch.Reason {
	status := a.reply.HTTP
	if status != http.StatusOK {
		return statusReason(status)
	}
	switch inside := a.envelope.status; {
	case a.flaw != "":
		return flawReason(a.flaw)
	case inside >= 500:
		return batch.Reason{Code: codeServerError, Message: fmt.Sprintf("the service answered status %d inside HTTP 200", inside)}
	case a.contradicts(f):
		return batch.Reason{Code: codeContradictory, Message: "the answer tells success and refusal at once"}
	case len(f.refusals) > 0:
		return batch.Reason{Code: codeRefused, Message: "the service refused and gave no reason"}
	case inside == 0:
		return flawReason(codeUnreadable)
	case inside != http.StatusOK:
		return batch.Reason{Code: codeRefused, Message: fmt.Sprintf("the service answered status %d inside HTTP 200 and gave no reason", inside)}
	}
	return batch.Reason{Code: codeNoEntry, Message: "the answer doesn't speak of this address"}
}

func flawReason(code string) batch.Reason {
	message := "the answer can't be understood"
	switch code {
	case codeCut:
		message = "the answer broke off"
	case codeTooLarge:
		message = "the answer is too large"
	}
	return batch.Reason{Code: code, Message: message}
}

// statusReason says in our words what an HTTP status other than 200 means.
func statusReason(status int) batch.Reason {
	switch {
	case status == http.StatusTooManyRequests:
		return batch.Reason{Code: codeRateLimit, Message: "the service's rate limit is reached"}
	case status == http.StatusUnauthorized:
		return batch.Reason{Code: codeUnauthorized, Message: "the service doesn't accept a token that it has just given", Hint: hintToken}
	case status == http.StatusForbidden:
		return batch.Reason{
			Code: codeForbidden, Message: "the service forbids this to the app",
			Hint: "the app lacks the product \"User and Group Management\", or its role lacks Directories | Internal | Edit",
		}
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return batch.Reason{
			Code: codeNoFunction, Message: fmt.Sprintf("there is no such function at this address (HTTP %d)", status),
			Hint: "check MIMECAST_BASE_URL; tenants of the Cloud Integrated product don't have these functions",
		}
	case status == http.StatusTeapot:
		return batch.Reason{Code: codeExpired, Message: "the access has expired (HTTP 418)", Hint: "make new keys in the console"}
	case status == http.StatusRequestTimeout, status >= 500:
		return batch.Reason{Code: codeServerError, Message: fmt.Sprintf("the service answered HTTP %d", status)}
	case status >= 400:
		return batch.Reason{
			Code: codeRefused, Message: fmt.Sprintf("the service answered HTTP %d and gave no reason", status),
			Hint: "check the values of the row",
		}
	case status >= 300:
		return batch.Reason{
			Code: codeRedirected, Message: fmt.Sprintf("the answer leads elsewhere (HTTP %d)", status),
			Hint: "something between here and the service answers in its place: check MIMECAST_BASE_URL and the proxy",
		}
	}
	return batch.Reason{Code: codeUnreadable, Message: fmt.Sprintf("the service answered HTTP %d, which it isn't known to do", status)}
}
