package batch_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A befall is what becomes of a call on its way to the service and back.
type befall func(w http.ResponseWriter, r *http.Request, service http.Handler)

// A traffic is the way between client and service. It counts the calls that reach it.
type traffic struct {
	service  http.Handler
	storm    befall
	on       string
	share    float64
	storming atomic.Bool

	mu   sync.Mutex
	draw *rand.Rand
	left int // calls that are still to be hit, negative for no bound
	hit  int
	over chan struct{} // closed when no call will be hit any more

	writes, reads atomic.Int64 // calls of update-user that change something and of those that don't; creates are writes
}

func newTraffic(h hazard, service http.Handler, seed uint64) *traffic {
	return &traffic{
		service: service, storm: h.storm, on: h.on, share: cmp.Or(h.share, 0.1), left: cmp.Or(h.most, 6),
		draw: rand.New(rand.NewPCG(seed, 0)), over: make(chan struct{}),
	}
}

func (tr *traffic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	function := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch function {
	case "create-user":
		tr.writes.Add(1)
	case "update-user":
		if changes(body) {
			tr.writes.Add(1)
		} else {
			tr.reads.Add(1)
		}
	}
	if function != "token" && tr.hits(function) {
		tr.storm(w, r, tr.service)
		return
	}
	tr.service.ServeHTTP(w, r)
}

// hits draws whether a call is hit.
func (tr *traffic) hits(function string) bool {
	if !tr.storming.Load() || tr.on != "" && tr.on != function {
		return false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.left == 0 || tr.draw.Float64() >= tr.share {
		return false
	}
	if tr.left--; tr.left == 0 {
		close(tr.over)
	}
	tr.hit++
	return true
}

func (tr *traffic) hasHit() bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.hit > 0
}

// isOver tells whether the storm will hit no more calls.
func (tr *traffic) isOver() bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.left == 0
}

// changes tells whether a body of update-user asks for more than to be told of accounts.
func changes(body []byte) bool {
	var asked struct{ Data []map[string]any }
	return json.Unmarshal(body, &asked) != nil || slices.ContainsFunc(asked.Data, func(u map[string]any) bool { return len(u) > 1 })
}

// An ending is what the client gets to see of an answer. What is written to w before is held back.
type ending func(w http.ResponseWriter, r *http.Request, answered *httptest.ResponseRecorder)

// instead keeps the call from the service.
func instead(e ending) befall {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) { e(w, r, httptest.NewRecorder()) }
}

// after lets the service execute the call.
func after(e ending) befall {
	return func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		answered := httptest.NewRecorder()
		service.ServeHTTP(answered, r)
		e(w, r, answered)
	}
}

// anyOf takes them in turn.
func anyOf(all ...befall) befall {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		all[int(n.Add(1))%len(all)](w, r, service)
	}
}

func abort(http.ResponseWriter, *http.Request, *httptest.ResponseRecorder) {
	panic(http.ErrAbortHandler)
}

func reset(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	conn := hijack(w)
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a failure makes it a plain close
	}
	conn.Close()
}

func halfHeader(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	raw(w, "HTTP/1.1 200 O")
}

func noHTTP(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	raw(w, "SSH-2.0-none\r\n\r\n")
}

func raw(w http.ResponseWriter, text string) {
	conn := hijack(w)
	defer conn.Close()
	io.WriteString(conn, text)
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}

func stall(_ http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// give sends an answer on, with another body.
func give(w http.ResponseWriter, answered *httptest.ResponseRecorder, body []byte) {
	maps.Copy(w.Header(), answered.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answered.Code)
	w.Write(body)
}

func cut(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answered.Header())
	w.WriteHeader(answered.Code)
	w.Write(answered.Body.Bytes()[:answered.Body.Len()/2])
	_ = http.NewResponseController(w).Flush() // less than half is cut as well
	panic(http.ErrAbortHandler)
}

func drip(w http.ResponseWriter, r *http.Request, answered *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answered.Header())
	w.WriteHeader(answered.Code)
	for _, b := range answered.Body.Bytes() {
		w.Write([]byte{b})
		_ = http.NewResponseController(w).Flush() // whoever has gone needs no more
		wait(r.Context(), 100*time.Microsecond)
	}
}

func late(d time.Duration) befall {
	return func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		wait(r.Context(), d)
		service.ServeHTTP(w, r)
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

func say(body string) ending {
	return func(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
		give(w, answered, []byte(body))
	}
}

const notice = "<!DOCTYPE html><html><body><h1>Service notice</h1></body></html>"

func page(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, notice)
}

func status(code int) ending {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		io.WriteString(w, notice)
	}
}

func throttle(reset string) ending {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		if reset != "" {
			w.Header().Set("X-RateLimit-Reset", reset)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

// oddHeaders tells the quota in ways that can't be meant.
func oddHeaders() befall {
	var n atomic.Int64
	return after(func(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
		odd := []string{"", "0", "-1", "99999999999999999999", "many"}
		for i, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
			answered.Header().Set(name, odd[(int(n.Add(1))+i)%len(odd)])
		}
		give(w, answered, answered.Body.Bytes())
	})
}

func contentType(media string) ending {
	return func(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
		answered.Header().Set("Content-Type", media)
		give(w, answered, answered.Body.Bytes())
	}
}

func around(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
	give(w, answered, slices.Concat([]byte("<!-- proxy -->"), answered.Body.Bytes()))
}

func doubled(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
	give(w, answered, bytes.Repeat(answered.Body.Bytes(), 2))
}

func huge(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
	give(w, answered, append(bytes.Repeat([]byte(" "), 2<<20), answered.Body.Bytes()...))
}

// endless goes on until the other side has had enough.
func endless(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answered.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(answered.Code)
	for blank := bytes.Repeat([]byte(" "), 1<<16); ; {
		if _, err := w.Write(blank); err != nil {
			return
		}
	}
}

func bomb(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(bytes.Repeat([]byte(" "), 4<<20)) // a bytes.Buffer takes everything
	z.Write(answered.Body.Bytes())
	z.Close()
	answered.Header().Set("Content-Encoding", "gzip")
	give(w, answered, packed.Bytes())
}

// mixedUp gives the answer to the call before.
func mixedUp() befall {
	var last atomic.Pointer[[]byte]
	return after(func(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
		own := bytes.Clone(answered.Body.Bytes())
		if other := last.Swap(&own); other != nil {
			give(w, answered, *other)
			return
		}
		abort(w, nil, answered)
	})
}

// An answer is the classic envelope.
type answer map[string]any

func (e answer) list(name string) []any {
	list, _ := e[name].([]any)
	return list
}

// edit changes what an answer tells. One that is no envelope stays as it is.
func edit(change func(answer)) ending {
	return func(w http.ResponseWriter, _ *http.Request, answered *httptest.ResponseRecorder) {
		body := answered.Body.Bytes()
		var e answer
		if json.Unmarshal(body, &e) == nil {
			change(e)
			if changed, err := json.Marshal(e); err == nil {
				body = changed
			}
		}
		give(w, answered, body)
	}
}

func dropEntry(e answer) {
	if data := e.list("data"); len(data) > 0 {
		e["data"] = data[1:]
	}
}

func capitals(e answer) { eachAddress(e, strings.ToUpper) }

func stranger(e answer) { eachAddress(e, func(email string) string { return "x" + email }) }

func eachAddress(e answer, change func(string) string) {
	for _, entry := range e.list("data") {
		u, _ := entry.(map[string]any)
		if email, ok := u["emailAddress"].(string); ok {
			u["emailAddress"] = change(email)
		}
	}
}

func nameless(e answer) {
	for _, f := range e.list("fail") {
		delete(f.(map[string]any), "key")
	}
}

// contradict adds a refusal for each user that the answer tells of.
func contradict(e answer) {
	for _, entry := range e.list("data") {
		u, _ := entry.(map[string]any)
		e["fail"] = append(e.list("fail"), answer{
			"key": answer{"emailAddress": u["emailAddress"]}, "errors": []answer{{"code": "err_never_seen", "message": "never seen", "retryable": false}},
		})
	}
}
