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

// tokenDead tells whether the service did nothing because it doesn't accept the token.
func (a answer) tokenDead() bool {
	return a.undone() && (a.reply.HTTP == http.StatusUnauthorized || a.says(codeTokenExpired) || a.says(codeTokenUnknown))
}

// appUnknown tells whether the service did nothing because it doesn't know the app.
func (a answer) appUnknown() bool { return a.undone() && a.says(codeAppUnknown) }

// undone tells whether there is an answer, and by it nothing was done for anybody.
func (a answer) undone() bool {
	if a.reply.HTTP == 0 || len(a.envelope.data) > 0 {
		return false
	}
	v := a.verdict(finding{refusals: a.envelope.refusals})
	return v == batch.Refused || v == batch.Fatal
}

func (a answer) says(code string) bool {
	return slices.ContainsFunc(a.envelope.refusals, func(r refusal) bool { return r.code == code })
}

// judge says what the answer means for an address, given what it holds for it.
func (a answer) judge(f finding, now time.Time) batch.Reply {
	r := a.reply
	if r.Verdict != "" {
		return r
	}
	r.Verdict = a.verdict(f)
	r.Reason = a.reason(r.Verdict, f, now)
	m, known := meaningOf(decisive(f.refusals).code)
	r.Alike = r.Verdict == batch.Refused && known && m.verdict == ""
	if r.Verdict == batch.Throttled || r.Verdict == batch.Unknown {
		r.Wait = waitOf(r.HTTP, a.header, now)
	}
	return r
}

// verdict is the table of what an answer means.
func (a answer) verdict(f finding) batch.Verdict {
	m, _ := meaningOf(decisive(f.refusals).code)
	switch status := a.reply.HTTP; {
	case status == http.StatusOK:
		return a.verdictInside(f, m)
	case status >= 500, status == http.StatusRequestTimeout, status < 400, a.contradicts(f):
		return batch.Unknown
	case status == http.StatusTooManyRequests:
		return batch.Throttled
	case status == http.StatusUnauthorized, status == http.StatusTeapot:
		return batch.Fatal
	case m.verdict != "":
		return m.verdict
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

// verdictInside judges HTTP 200, which says nothing by itself, given what the refusals mean.
func (a answer) verdictInside(f finding, m meaning) batch.Verdict {
	switch status := a.envelope.status; {
	case a.flaw != "", status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return batch.Unknown
	case a.contradicts(f):
		return batch.Unknown
	case status == http.StatusUnauthorized, status == http.StatusTeapot:
		return batch.Fatal
	case len(f.refusals) > 0:
		return cmp.Or(m.verdict, batch.Refused)
	case status >= 400:
		return batch.Refused
	case status == http.StatusOK && f.entry:
		return batch.Done
	}
	return batch.Unknown
}

// contradicts tells whether the answer tells success and refusal at once.
func (a answer) contradicts(f finding) bool {
	return f.entry && (len(f.refusals) > 0 || a.envelope.status != http.StatusOK || a.reply.HTTP != http.StatusOK)
}

// reason says why a verdict is not Done: in the service's words, where there are any.
func (a answer) reason(v batch.Verdict, f finding, now time.Time) batch.Reason {
	if v == batch.Done {
		return batch.Reason{}
	}
	why := a.ownReason(f)
	if len(f.refusals) == 0 || why.Code == codeContradictory {
		return why
	}
	d := decisive(f.refusals)
	m, known := meaningOf(d.code)
	why.Field = a.mask.clean(d.field)
	if code := a.code(d); code != "" {
		why.Code = code
		switch {
		case v != batch.Refused && v != batch.Fatal:
		case code == codeSignature:
			why.Message, why.Hint = m.says, cmp.Or(a.skewHint(now), m.hint())
		case known:
			why.Message, why.Hint = m.says, m.hint()
		case v == batch.Refused:
			why.Hint = fixUnknownCode
		}
	}
	switch said := a.said(d, f.refusals); {
	case said == "":
	case known && d.message == "":
		why.Message += "; " + said
	default:
		why.Message = said
	}
	return why
}

// mostSaid is of how many refusals of an address the messages are shown.
const mostSaid = 10

// said returns the service's messages for people, that of the decisive refusal first.
func (a answer) said(decisive refusal, refusals []refusal) string {
	var said []string
	for _, r := range append([]refusal{decisive}, refusals[:min(len(refusals), mostSaid)]...) {
		if m := a.mask.clean(r.message); m != "" && !slices.Contains(said, m) {
			said = append(said, m)
		}
	}
	return a.mask.clean(strings.Join(said, "; "))
}

// code returns the code of a refusal as it may be shown. One that is known is no secret, even if it holds a word that is one.
func (a answer) code(r refusal) string {
	if _, known := codes[r.code]; known {
		return r.code
	}
	return a.mask.clean(r.code)
}

// mostSkew is how far clocks may be apart before that is what is wrong with a signature, which the time is part of.
const mostSkew = 3 * time.Minute

// skewHint tells whether this computer's clock is wrong, by the time that the answer tells, "" if it isn't or that is not known.
func (a answer) skewHint(now time.Time) string {
	theirs, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return ""
	}
	switch ahead := now.Sub(theirs).Round(time.Minute); {
	case ahead > mostSkew:
		return fmt.Sprintf("this computer's clock is %v ahead of the service's: set it right", ahead)
	case ahead < -mostSkew:
		return fmt.Sprintf("this computer's clock is %v behind the service's: set it right", -ahead)
	}
	return ""
}

// ownReason says in our words why an answer is no success.
func (a answer) ownReason(f finding) batch.Reason {
	status := a.reply.HTTP
	if status < 500 && a.contradicts(f) && a.envelope.status < 500 {
		return batch.Reason{Code: codeContradictory, Message: "the answer tells success and refusal at once"}
	}
	if status != http.StatusOK {
		return statusReason(status)
	}
	switch inside := a.envelope.status; {
	case a.flaw != "":
		return flawReason(a.flaw)
	case inside >= 500, inside == http.StatusRequestTimeout, inside == http.StatusTooManyRequests:
		return batch.Reason{Code: codeServerError, Message: fmt.Sprintf("the service answered status %d inside HTTP 200", inside)}
	case inside == http.StatusUnauthorized, inside == http.StatusTeapot:
		return statusReason(inside)
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
		return batch.Reason{Code: codeUnauthorized, Message: "the service doesn't accept the credentials", Hint: fixCredentials}
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
		return batch.Reason{Code: codeExpired, Message: "the access has expired (HTTP 418)", Hint: fixNewKeys}
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
