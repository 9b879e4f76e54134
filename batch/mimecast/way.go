package mimecast

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// clockSlack is how far this machine's clock may be from the service's. How old a signature of API 1.0 may be is not public.
	clockSlack = 5 * time.Minute
	// soonOver is how long before its end a certificate is warned of.
	soonOver = 14 * 24 * time.Hour
)

// way is what a request without credentials met on its way to the service.
type way struct {
	base    *url.URL // nil if the region is not known
	proxy   string   // its address without log-on, "" for none
	refusal int      // the status with which the proxy refused, 0 if it didn't
	through bool     // the proxy lets through to the host
	peer    string   // whom the connection is with, "" if there is none
	shaking bool     // a TLS handshake was begun and came to no good end
	tls     *tls.ConnectionState
	begun   time.Time
	ended   time.Time
	date    string // when the service says that it answered
	err     error
}

// travel makes a request that needs no credentials, over a connection of its own that is made as all others are.
func (c *Client) travel(ctx context.Context) (w way) {
	if w.base, w.err = c.home.base(ctx); w.err != nil {
		return w
	}
	transport := c.http.Transport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	var connect atomic.Int64
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
		connect.Store(int64(r.StatusCode))
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	// A handshake may go on when the request has been given up.
	var shaking atomic.Bool
	var peer atomic.Pointer[string]
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { shaking.Store(true) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { shaking.Store(err != nil) },
		GotConn: func(i httptrace.GotConnInfo) {
			address := i.Conn.RemoteAddr().String()
			peer.Store(&address)
		},
	})
	req := (&http.Request{Method: http.MethodGet, URL: w.base, Host: w.base.Host, Header: http.Header{"User-Agent": {c.agent}}}).WithContext(ctx)
	proxy, err := transport.Proxy(req)
	if err != nil {
		w.err = err
		return w
	}
	if proxy != nil {
		w.proxy = proxy.Scheme + "://" + proxy.Host
	}
	w.begun = time.Now()
	resp, err := transport.RoundTrip(req)
	w.ended = time.Now()
	w.err, w.shaking = err, shaking.Load()
	if status := int(connect.Load()); status == http.StatusOK {
		w.through = true
	} else {
		w.refusal = status
	}
	if p := peer.Load(); p != nil {
		w.peer = *p
	}
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // what it says doesn't matter
		resp.Body.Close()
		w.date, w.tls = resp.Header.Get("Date"), resp.TLS
	}
	return w
}

// host checks that the service answers.
func (w way) host(timeout time.Duration) Check {
	check := Check{Name: "host", Status: CheckOK}
	if w.base == nil {
		check.Status, check.Found = CheckFailed, "the region is not known"
		if e, ok := errors.AsType[*unsigned](w.err); ok {
			check.Found, check.Fix = e.reason.Message, e.reason.Hint
		}
		return check
	}
	host := w.base.Host
	atProxy := w.proxy != "" && w.peer == "" && !w.through
	if w.err == nil || w.shaking && !atProxy {
		check.Found = host + " answers"
		if w.proxy == "" && w.peer != "" && w.peer != host {
			check.Found += ", as " + w.peer
		}
		return check
	}
	check.Status = CheckFailed
	check.Fix = "check MIMECAST_BASE_URL or the region, the network and the firewall; behind a proxy, set HTTPS_PROXY"
	switch {
	case w.refusal != 0:
		check.Found = fmt.Sprintf("the proxy %s lets nothing through to %s: HTTP %d", w.proxy, host, w.refusal)
		check.Fix = "ask those who run the proxy to let the host through"
		if w.refusal == http.StatusProxyAuthRequired {
			check.Fix = "the proxy wants a log-on: write it as HTTPS_PROXY=http://user:password@host:port"
		}
	case atProxy && w.shaking:
		check.Found, check.Fix = brokenTLS(w.err, "that address")
		check.Found = fmt.Sprintf("the proxy %s: %s", w.proxy, check.Found)
	case atProxy:
		check.Found = fmt.Sprintf("the proxy %s doesn't answer: %s", w.proxy, inWords(w.err, false, timeout))
		check.Fix = "check HTTPS_PROXY; or, if there should be none, unset it"
	default:
		check.Found = fmt.Sprintf("%s: %s", host, inWords(w.err, w.peer != "", timeout))
	}
	return check
}

// handshake checks the encryption.
func (w way) handshake() Check {
	check := Check{Name: "TLS", Status: CheckOK}
	switch {
	case w.err != nil:
		check.Status = CheckFailed
		check.Found, check.Fix = brokenTLS(w.err, w.base.Hostname())
	case w.tls == nil:
		check.Found = "none: plain http, which doesn't leave this machine"
	default:
		leaf := w.tls.PeerCertificates[0]
		check.Found = fmt.Sprintf("%s, certificate by %s, good until %s", tls.VersionName(w.tls.Version), issuer(leaf), leaf.NotAfter.Format(time.DateOnly))
		if leaf.NotAfter.Sub(w.ended) < soonOver {
			check.Status = CheckWarned
			check.Fix = "it ends soon: tell those who run the host, or the proxy that opens TLS"
		}
	}
	return check
}

// brokenTLS says why there is no TLS connection to a host, and what to do.
func brokenTLS(err error, host string) (found, fix string) {
	const trust = "if a proxy of your company opens TLS, name its certificate with --ca-file FILE.pem"
	broken, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(broken.UnverifiedCertificates) == 0 {
		if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
			return "what answers speaks no TLS", "check MIMECAST_BASE_URL and the proxy"
		}
		return "the handshake failed: " + inWords(err, true, 0), "TLS 1.2 or better must be possible on the whole way"
	}
	leaf := broken.UnverifiedCertificates[0]
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the certificate is for %s, not for %s", plain(cmp.Or(strings.Join(leaf.DNSNames, ", "), leaf.Subject.CommonName, "no name")), host),
			"something else answers in the host's place: check MIMECAST_BASE_URL, the proxy and the name server"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return fmt.Sprintf("a certificate is not good now, the host's own is from %s to %s", leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly)),
			"check this machine's clock, which says " + time.Now().Format(time.DateTime)
	}
	return "this machine doesn't trust the certificate, by " + issuer(leaf), trust
}

func issuer(c *x509.Certificate) string {
	return plain(cmp.Or(c.Issuer.CommonName, strings.Join(c.Issuer.Organization, ", "), "nobody"))
}

// plain is text of a stranger as it may be shown.
func plain(s string) string { return newMask(nil).clean(s) }

// clock compares the clocks. A signature of API 1.0 is good for a while only, nobody tells how long; a token doesn't mind.
func (w way) clock(signed bool) Check {
	check := Check{Name: "clock", Status: CheckOK}
	date, err := http.ParseTime(w.date)
	if err != nil {
		check.Status, check.Found = CheckSkipped, "can't be compared: the answer tells no time"
		return check
	}
	// The service tells whole seconds.
	var skew time.Duration
	if early := w.begun.Sub(date.Add(time.Second)); early > 0 {
		skew = early
	} else if late := date.Sub(w.ended); late > 0 {
		skew = -late
	}
	switch {
	case skew.Abs() < time.Second:
		check.Found = "as the service's"
		return check
	case skew > 0:
		check.Found = fmt.Sprintf("%v ahead of the service's", skew.Round(time.Second))
	default:
		check.Found = fmt.Sprintf("%v behind the service's", -skew.Round(time.Second))
	}
	if skew.Abs() <= clockSlack {
		return check
	}
	check.Status, check.Fix = CheckWarned, "set this machine's clock"
	if signed {
		check.Fix += ": if the service refuses the signature, this is most likely why"
	}
	return check
}
