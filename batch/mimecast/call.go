package mimecast

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
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
	body, err := json.Marshal(r)
	if err != nil {
		return noCall(batch.NotSent, batch.Reason{Code: codeNotSent, Message: "the request can't be written"})
	}
	for again := false; ; again = true {
		if err := fn.pacer.wait(ctx); err != nil {
			return stopped(err)
		}
		req := c.newRequest(fn, body)
		a := c.exchange(ctx, req, secrets)
		fn.pacer.done(time.Now(), !a.reply.Sent.IsZero(), a.reply.HTTP, a.header)
		if again || !a.turnedAway() || !c.signer.renew(req) {
			return a
		}
	}
}

func (c *Client) newRequest(fn *function, body []byte) *http.Request {
	return &http.Request{
		Method: http.MethodPost,
		URL:    fn.url,
		Host:   fn.url.Host,
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

// exchange signs a request, sends it, and reads the answer.
func (c *Client) exchange(ctx context.Context, req *http.Request, secrets []batch.Secret) answer {
	if err := c.signer.sign(ctx, req); err != nil {
		if e, ok := errors.AsType[*unsigned](err); ok {
			a := noCall(e.verdict, e.reason)
			a.reply.Wait = e.wait
			return a
		}
		return stopped(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
	defer cancel()
	// A request whose headers were never written has not left this machine. No error proves that: the same ones come after
	// the server did its work. net/http closes the connection before it returns an error, so nothing is written later.
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	begun := time.Now()
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil && !wrote.Load() {
		return noCall(batch.NotSent, batch.Reason{
			Code:    codeNotSent,
			Message: inWords(err, false, c.timeout),
			Hint:    "check the network, the proxy and MIMECAST_BASE_URL",
		})
	}
	if err != nil {
		a := noCall(batch.Unknown, batch.Reason{Code: codeNoAnswer, Message: inWords(err, true, c.timeout)})
		a.reply.Sent = begun
		return a
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	a := newAnswer(resp, body, err, newMask(append(c.signer.secrets(req), secrets...)))
	a.reply.Sent, a.reply.Received = begun, time.Now()
	return a
}

// noCall is what stands for the answer of a call that got none.
func noCall(v batch.Verdict, why batch.Reason) answer {
	return answer{reply: batch.Reply{Verdict: v, Reason: why}}
}

// stopped is what stands for the answer of a call that was given up before it was sent.
func stopped(err error) answer {
	a := noCall(batch.NotSent, batch.Reason{Code: codeStopped, Message: "stopped before the call was sent"})
	a.err = err
	return a
}
