package mimecast

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// newHTTP makes the HTTP client of one service for so many workers. It follows no redirect: that would carry the token, or
// the client secret, to another host.
func newHTTP(workers int) *http.Client {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:           http.ProxyFromEnvironment,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
			// Many calls over one HTTP/2 connection are slower than as many connections, and lost together.
			Protocols: &http1,
			// One more, for the token. The default keeps two and opens a new connection for nearly every call.
			MaxIdleConnsPerHost: workers + 1,
			// Below what servers allow: a call on a connection that the other side is just closing is a call in doubt.
			IdleConnTimeout:        25 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// inWords says what became of a request that got no whole answer. Errors of net/http are not shown: they tell URLs, and whatever
// a server or proxy put into them.
func inWords(err error, sent bool, timeout time.Duration) string {
	if errors.Is(err, context.DeadlineExceeded) {
		what := "connection"
		if sent {
			what = "answer"
		}
		return fmt.Sprintf("no %s within %v s", what, timeout.Seconds())
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "host not found"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not trusted"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case sent:
		return "no answer that can be understood"
	}
	return "no connection"
}
