package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// An answer is what goes back for one call, and how.
type answer struct {
	status      int
	contentType string
	body        []byte
	limits      *limits // nil: the token endpoint and the stats have no quota
	delivery    delivery
	settled     []string // the addresses a function has dealt with; [""] for a call that concerns none; empty: not executed
}

// A delivery is how an answer reaches the client.
type delivery int

const (
	whole   delivery = iota
	half             // half of the body, then the connection is closed
	none             // the connection is closed without an answer
	stalled          // nothing comes until the client has gone
)

// envelope is the classic answer of a function.
type envelope struct {
	Meta meta      `json:"meta"`
	Data []any     `json:"data"`
	Fail []failure `json:"fail"`
}

type meta struct {
	Status     int         `json:"status"`
	Pagination *pagination `json:"pagination,omitempty"`
}

type pagination struct {
	PageSize   int    `json:"pageSize"`
	TotalCount int    `json:"totalCount"`
	Next       string `json:"next,omitempty"`
}

// failure is one entry of fail: the object as it was asked for, and why it was refused.
type failure struct {
	Key    json.RawMessage `json:"key,omitempty"`
	Errors []refusal       `json:"errors"`
}

// refusal is one reason. Retryable is false in all traffic seen, so it is here.
type refusal struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Retryable bool   `json:"retryable"`
	Field     string `json:"field,omitempty"`
}

// forbidden is what the service says of an address that is not there, can't be changed, or lies in a domain that is not
// internal: it does not tell these apart.
func forbidden() refusal {
	return refusal{
		Code:    "err_xdk_operation_forbidden_for_address",
		Message: "0003 Forbidden To Perform Operation For Address",
	}
}

// wrongSize is the reason a call is refused whole for its number of objects. The code is ours.
func wrongSize(least, most int) refusal {
	return refusal{
		Code:    "err_validation_size",
		Message: fmt.Sprintf("data must hold %d to %d objects", least, most),
		Field:   "data",
	}
}

// classic is an answer in the classic envelope, with data and fail as arrays even when empty.
func classic(status int, e envelope) answer {
	e.Meta.Status = status
	if e.Data == nil {
		e.Data = []any{}
	}
	if e.Fail == nil {
		e.Fail = []failure{}
	}
	return jsonAnswer(status, e)
}

// refuseCall is a classic answer that refuses a call as a whole.
func refuseCall(status int, why refusal) answer {
	return classic(status, envelope{Fail: []failure{{Errors: []refusal{why}}}})
}

// throttled is the answer to a call beyond the quota. The status is documented, the body is ours.
func throttled() answer {
	return refuseCall(http.StatusTooManyRequests, refusal{Code: "err_emulated_rate_limit", Message: "Rate limit exceeded"})
}

// flat is an answer of the gateway in front of the functions.
func flat(status int, code, message string) answer {
	type reason struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	return jsonAnswer(status, struct {
		Fail []reason `json:"fail"`
	}{[]reason{{code, message}}})
}

func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sandbox: marshal answer: %v", err)) // only shapes of this package come here
	}
	return answer{status: status, contentType: "application/json", body: body}
}

// deliver writes the answer, or as much of it as its delivery lets through.
func (a answer) deliver(w http.ResponseWriter, r *http.Request) {
	switch a.delivery {
	case none:
		panic(http.ErrAbortHandler)
	case stalled:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	if a.limits != nil {
		a.limits.set(h)
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if a.delivery == half {
		w.Write(a.body[:len(a.body)/2])
		// What lies in the server's buffer would be lost with the connection.
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(a.body)
}
