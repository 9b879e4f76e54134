package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// An answer is what goes back for one call, and how.
type answer struct {
	status      int
	contentType string
	body        []byte
	envelope    *envelope   // what body was made of, if it is one
	limits      *limits     // nil: the token endpoint and the console have no quota
	executed    []Execution // what a function has done; empty: not executed

	delivery delivery
	hold     time.Duration // before delivery
	pause    time.Duration // of drip
	headers  http.Header   // instead of those it would have; one without values is left out
}

// A delivery is how an answer reaches the client.
type delivery int

const (
	whole   delivery = iota
	half             // half of the body, then the connection is closed
	none             // the connection is closed without an answer
	reset            // the same, by a TCP reset
	stalled          // nothing comes until the client has gone
	drip             // the body byte by byte, with a pause before each
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
	TotalCount int    `json:"totalCount,omitempty"`
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
	a := jsonAnswer(status, e)
	a.envelope = &e
	return a
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

// deliver writes the answer, or as much of it as its delivery lets through. It panics with [http.ErrAbortHandler] to close
// the connection.
func (a answer) deliver(w http.ResponseWriter, r *http.Request) {
	wait(r.Context(), a.hold)
	switch a.delivery {
	case none:
		panic(http.ErrAbortHandler)
	case reset:
		resetConnection(w)
		return
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
	size := len(a.body)
	if a.delivery == half {
		size = max(size, 1) // so that something is missing even of nothing
	}
	h.Set("Content-Length", strconv.Itoa(size))
	maps.Copy(h, a.headers)
	w.WriteHeader(a.status)
	switch a.delivery {
	case half:
		w.Write(a.body[:len(a.body)/2])
		// What lies in the server's buffer would be lost with the connection.
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case drip:
		for i := range a.body {
			wait(r.Context(), a.pause)
			w.Write(a.body[i : i+1])
			http.NewResponseController(w).Flush()
		}
	default:
		w.Write(a.body)
	}
}

// resetConnection ends the connection without the handshake that tells the client that all was sent. Where there is no
// connection of its own to reset, as in HTTP/2, it is closed as any other.
func resetConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	plain := conn
	if over, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		plain = over.NetConn()
	}
	if tcp, ok := plain.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	plain.Close()
}

// wait gives up with the client.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	held := time.NewTimer(d)
	defer held.Stop()
	select {
	case <-held.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}
