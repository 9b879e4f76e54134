package mimecast

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"mimebatch/batch"
)

// maxAnswer is how much of an answer is read, in bytes. A page of 500 accounts takes about a tenth.
const maxAnswer = 1 << 20

// request is the body of a call.
type request struct {
	Meta *requestMeta `json:"meta,omitempty"`
	Data []any        `json:"data"` // never nil: the service refuses null
}

type requestMeta struct {
	Pagination pageRequest `json:"pagination"`
}

type pageRequest struct {
	PageSize  int    `json:"pageSize"`
	PageToken string `json:"pageToken,omitempty"`
}

// call makes one call of fn. The secrets are what it sends that no answer may be shown with.
func (c *Client) call(ctx context.Context, fn *function, r request, secrets ...batch.Secret) answer {
	begun := time.Now()
	base, err := c.home.base(ctx)
	if err != nil {
		a := unsent(err)
		// Its words may be the service's; the call that asked for the region is in the log itself.
		c.log.call(ctx, "/"+fn.path, 1, begun, noCall(a.reply.Verdict, batch.Reason{Message: "the region is not known"}))
		return a
	}
	return c.callAt(ctx, base, c.signer, fn, r, secrets...)
}

// callAt makes one call of fn below base, signed by s.
func (c *Client) callAt(ctx context.Context, base *url.URL, s signer, fn *function, r request, secrets ...batch.Secret) answer {
	body, err := json.Marshal(r)
	if err != nil {
		return noCall(batch.NotSent, batch.Reason{Code: codeNotSent, Message: "the request can't be written"})
	}
	u := base.JoinPath(fn.path)
	for try := 1; ; try++ {
		begun := time.Now()
		if err := fn.pacer.wait(ctx); err != nil {
			a := unsent(err)
			c.log.call(ctx, u.EscapedPath(), try, begun, a)
			return a
		}
		begun = time.Now()
		req := c.newRequest(u, body)
		grace := c.grace
		if fn.reads() {
			grace = 0
		}
		a := c.exchange(ctx, s, req, grace, secrets)
		fn.pacer.done(a.reply.Sent, time.Now(), a.reply.HTTP, a.header)
		c.log.call(ctx, u.EscapedPath(), try, begun, a)
		if try > 1 || !s.renew(req, a) {
			return a
		}
	}
}

func (c *Client) newRequest(u *url.URL, body []byte) *http.Request {
	return &http.Request{
		Method: http.MethodPost,
		URL:    u,
		Host:   u.Host,
		Header: http.Header{
			"Content-Type": {"application/json"},
			"Accept":       {"application/json"},
			"User-Agent":   {c.agent},
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}
}

// exchange has a request signed, sends it, and reads the answer.
func (c *Client) exchange(ctx context.Context, s signer, req *http.Request, grace time.Duration, secrets []batch.Secret) answer {
	if err := s.sign(ctx, req); err != nil {
		return unsent(err)
	}
	ctx, letGo := outlive(ctx, grace)
	defer letGo()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	// A request whose headers were never written has not left this machine. No error proves that: the same ones come after
	// the server did its work. net/http closes the connection before it returns an error, so nothing is written later.
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	begun := time.Now()
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil && !wrote.Load() {
		return unsent(notSent(err, c.timeout))
	}
	if err != nil {
		a := noCall(batch.Unknown, batch.Reason{Code: codeNoAnswer, Message: inWords(err, true, c.timeout)})
		a.reply.Sent = begun
		return a
	}
	defer resp.Body.Close()
	// What is counted is the text after it was unpacked.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	a := newAnswer(resp, body, err, newMask(append(s.secrets(req), secrets...)))
	a.reply.Sent, a.reply.Received = begun, time.Now()
	return a
}

// outlive returns a context that ends as long as grace after ctx, or by the function.
func outlive(ctx context.Context, grace time.Duration) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { forget(); cancel() }
}

// noCall is what stands for the answer of a call that got none.
func noCall(v batch.Verdict, why batch.Reason) answer {
	return answer{reply: batch.Reply{Verdict: v, Reason: why}}
}

// unsent is what stands for the answer of a call that was never sent: because of a reason of its own, or because of a context.
func unsent(err error) answer {
	if e, ok := errors.AsType[*unsigned](err); ok {
		a := noCall(e.verdict, e.reason)
		a.reply.Wait = e.wait
		return a
	}
	a := noCall(batch.NotSent, batch.Reason{Code: codeStopped, Message: "stopped before the call was sent"})
	a.err = err
	return a
}
