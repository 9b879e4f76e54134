package mimecast

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
)

// certify makes a certificate of this machine that is valid for some time from now.
func certify(t *testing.T, from, to time.Duration, hosts ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to),
		DNSNames: hosts, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if len(hosts) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// A certificate that is not trusted is so for every call: it ends the run rather than being tried again.
func TestCertificates(t *testing.T) {
	good, goodRoots := certify(t, -time.Hour, time.Hour)
	expired, expiredRoots := certify(t, -2*time.Hour, -time.Hour)
	early, earlyRoots := certify(t, time.Hour, 2*time.Hour)
	elsewhere, elsewhereRoots := certify(t, -time.Hour, time.Hour, "api.example.com")
	tests := []struct {
		name    string
		cert    tls.Certificate
		roots   *x509.CertPool
		message string // part of it, "" if the certificate is trusted
		hint    string
	}{
		{"trusted by the file", good, goodRoots, "", ""},
		{"of nobody known", good, nil, "is not trusted", "--ca-file"},
		{"expired", expired, expiredRoots, "has expired", "clock"},
		{"not valid yet", early, earlyRoots, "not valid yet", "clock"},
		{"of another host", elsewhere, elsewhereRoots, "is not for this host", "MIMECAST_BASE_URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if r.URL.Path == "/oauth/token" {
					io.WriteString(w, `{"access_token":"a","expires_in":1799}`)
					return
				}
				io.WriteString(w, okAna)
			}))
			s.Config.ErrorLog = quiet()
			s.TLS = &tls.Config{Certificates: []tls.Certificate{tt.cert}}
			s.StartTLS()
			defer s.Close()
			for _, sign := range []string{"token", "call"} {
				c := client(t, s.URL, func(c *Config) { c.RootCAs = tt.roots })
				if sign == "call" {
					c.signedBy(fixed{})
				}
				got := c.Do(t.Context(), []batch.Step{createAna()})[0]
				if tt.message == "" {
					if got.Verdict != batch.Done {
						t.Errorf("%s: reply is %+v", sign, got)
					}
					continue
				}
				if got.Verdict != batch.Fatal || got.Reason.Code != codeUntrusted || !strings.Contains(got.Reason.Message, tt.message) ||
					!strings.Contains(got.Reason.Hint, tt.hint) || !got.Sent.IsZero() {
					t.Errorf("%s: reply is %+v, want fatal, %q, hint with %q", sign, got, tt.message, tt.hint)
				}
			}
		})
	}
}

// An old protocol is not spoken.
func TestOldTLS(t *testing.T) {
	cert, roots := certify(t, -time.Hour, time.Hour)
	s := httptest.NewUnstartedServer(say(200, okAna))
	s.Config.ErrorLog = quiet()
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.StartTLS()
	defer s.Close()
	got := client(t, s.URL, func(c *Config) { c.RootCAs = roots }).signedBy(fixed{}).Do(t.Context(), []batch.Step{createAna()})[0]
	if got.Verdict != batch.NotSent {
		t.Errorf("reply is %+v, want not sent", got)
	}
}

// A proxy that says no says so of every call; one that is broken may be mended.
func TestProxyRefuses(t *testing.T) {
	for status, want := range map[int]batch.Verdict{407: batch.Fatal, 403: batch.Fatal, 502: batch.NotSent, 503: batch.NotSent} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect || r.Host != "api.example.com:443" {
				t.Errorf("the proxy was asked for %s %s", r.Method, r.Host)
			}
			http.Error(w, "canary", status)
		}))
		defer proxy.Close()
		at, err := url.Parse(strings.Replace(proxy.URL, "//", "//proxyuser:canary@", 1))
		if err != nil {
			t.Fatal(err)
		}
		c := client(t, "https://api.example.com")
		c.http.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
		for _, sign := range []string{"token", "call"} {
			if sign == "call" {
				c.signedBy(fixed{})
			}
			got := c.Do(t.Context(), []batch.Step{createAna()})[0]
			if got.Verdict != want || !strings.Contains(got.Reason.Message, "proxy refused") || !strings.Contains(got.Reason.Hint, "HTTPS_PROXY") || !got.Sent.IsZero() {
				t.Errorf("HTTP %d, %s: reply is %+v, want %s", status, sign, got, want)
			}
			if strings.Contains(got.Reason.Message+got.Reason.Hint, "canary") {
				t.Errorf("HTTP %d: reply shows a secret: %+v", status, got)
			}
		}
	}
}

// A server that takes connections and never shakes hands is left again: no connection stays behind a call that was given up.
func TestHandshakeNever(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	left := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			defer conn.Close()
			err = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if err == nil {
				_, err = io.Copy(io.Discard, conn)
			}
		}
		left <- err
	}()
	c := client(t, "https://"+listener.Addr().String(), func(c *Config) { c.CallTimeout = 100 * time.Millisecond }).signedBy(fixed{})
	got := c.Do(t.Context(), []batch.Step{createAna()})[0]
	if got.Verdict != batch.NotSent || !got.Sent.IsZero() {
		t.Errorf("reply is %+v, want not sent", got)
	}
	if err := <-left; err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
}

// Connecting takes half a minute at most, and no longer than a call may.
func TestConnectTimeout(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{time.Minute: 30 * time.Second, 10 * time.Second: 10 * time.Second} {
		if got := newHTTP(1, nil, timeout).Transport.(*http.Transport).TLSHandshakeTimeout; got != want {
			t.Errorf("calls of %v: a handshake may take %v, want %v", timeout, got, want)
		}
	}
}

// A small answer that unpacks to a large one is not unpacked further than an answer is read.
func TestGzipBomb(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, okAna)
	blank := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		z.Write(blank)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	})
	got := client(t, s.URL).Do(t.Context(), []batch.Step{createAna()})[0]
	if got.Verdict != batch.Unknown || got.Reason.Code != codeTooLarge {
		t.Errorf("%d bytes: reply is %+v, want unknown, %s", packed.Len(), got, codeTooLarge)
	}
}

// slow is an error as that of net/http for a TLS handshake.
type slow struct{}

func (slow) Error() string   { return "canary" }
func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return true }

func TestInWords(t *testing.T) {
	tests := []struct {
		err  error
		sent bool
		want string
	}{
		{context.DeadlineExceeded, true, "no answer within 60 s"},
		{context.DeadlineExceeded, false, "no connection within 30 s"},
		{&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, true, "no connection within 30 s"},
		{slow{}, false, "the TLS handshake took too long"},
		{&net.DNSError{Err: "no such host", Name: "api.example.com"}, false, "host not found"},
		{io.ErrUnexpectedEOF, true, "the connection was closed"},
		{&proxyError{407}, false, "the proxy refused the connection (HTTP 407)"},
		{errors.New("http://canary@example.com/"), true, "no answer that can be understood"},
		{errors.New("http://canary@example.com/"), false, "no connection"},
	}
	for _, tt := range tests {
		if got := inWords(tt.err, tt.sent, time.Minute); got != tt.want {
			t.Errorf("inWords(%v, %v) = %q, want %q", tt.err, tt.sent, got, tt.want)
		}
	}
}
