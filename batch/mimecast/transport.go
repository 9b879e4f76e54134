package mimecast

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"mimebatch/batch"
)

// mostConnecting bounds each of the two parts of connecting, TCP and TLS. A handshake that nobody bounds goes on after the call
// that began it was given up.
const mostConnecting = 30 * time.Second

// newHTTP makes the HTTP client of one service for so many workers, which trusts roots, or the system's if that is nil, for calls
// that take so long at most. It follows no redirect: that would carry the credentials to another host.
func newHTTP(workers int, roots *x509.CertPool, timeout time.Duration) *http.Client {
	connecting := min(timeout, mostConnecting)
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			OnProxyConnectResponse: checkProxy,
			DialContext:            (&net.Dialer{Timeout: connecting}).DialContext,
			TLSHandshakeTimeout:    connecting,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
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

// proxyError is the refusal of a proxy to let a connection through.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy refused the connection (HTTP %d)", e.status)
}

func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{answer.StatusCode}
	}
	return nil
}

// notSent says what kept a request from being sent. Certificates and a proxy that says no are the same for every call; another
// try may help against anything else.
func notSent(err error, timeout time.Duration) *unsigned {
	e := &unsigned{verdict: batch.NotSent, reason: batch.Reason{
		Code: codeNotSent, Message: inWords(err, false, timeout), Hint: "check the network, the proxy and MIMECAST_BASE_URL",
	}}
	if message, hint := untrusted(err); message != "" {
		e.verdict, e.reason = batch.Fatal, batch.Reason{Code: codeUntrusted, Message: message, Hint: hint}
	}
	if p, ok := errors.AsType[*proxyError](err); ok {
		e.reason.Hint = "check HTTPS_PROXY: which proxy, and which user and password"
		if p.status < 500 {
			e.verdict, e.reason.Code = batch.Fatal, codeProxy
		}
	}
	return e
}

// untrusted says why a server's certificate is not trusted and what to do, "" if that isn't what is wrong.
func untrusted(err error) (message, hint string) {
	const inBetween = "something between here and the service answers in its place, or MIMECAST_BASE_URL is not its address"
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the server's certificate is not for this host", inBetween
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "the server's certificate has expired or is not valid yet", "check this computer's clock; if it is right, " + inBetween
	}
	_, ofNobody := errors.AsType[x509.UnknownAuthorityError](err)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok || ofNobody {
		return "the server's certificate is not trusted", "if a proxy of the company opens the connections, give its certificate with --ca-file"
	}
	return "", ""
}

// inWords says what became of a request that got no whole answer. Errors of net/http are not shown: they tell URLs, and whatever
// a server or proxy put into them.
func inWords(err error, sent bool, timeout time.Duration) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		sent = false
	}
	if errors.Is(err, context.DeadlineExceeded) {
		if sent {
			return fmt.Sprintf("no answer within %v s", timeout.Seconds())
		}
		return fmt.Sprintf("no connection within %v s", min(timeout, mostConnecting).Seconds())
	}
	if errors.Is(err, context.Canceled) && sent {
		return "given up before the answer came, when the run was stopped"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "host not found"
	}
	if p, ok := errors.AsType[*proxyError](err); ok {
		return p.Error()
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "the TLS handshake took too long" // all others are deadlines
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

// Unreachable tells whether a call ended on its way to the service (a certificate that isn't trusted, a proxy that refuses),
// rather than by the service's own word.
func Unreachable(r batch.Reply) bool {
	switch r.Reason.Code {
	case codeUntrusted, codeProxy, codeNotSent, codeNoAnswer:
		return true
	}
	return false
}
