package mimecast

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mimebatch/batch"
)

// looked is what a checkup of a client has found, by name.
func looked(t *testing.T, c *Client, o CheckupOptions) (map[string]Check, []string) {
	t.Helper()
	found, order := map[string]Check{}, []string{}
	for check := range c.Checkup(t.Context(), o) {
		found[check.Name] = check
		order = append(order, check.Name)
	}
	return found, order
}

// secure starts a server under a certificate for example.com and 127.0.0.1 that nobody knows, and a client of it.
func secure(t *testing.T, h http.Handler) (*httptest.Server, *Client) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, client(t, server.URL)
}

func (c *Client) trust(s *httptest.Server) {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	c.http.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
}

func TestCheckupTellsWhatIsWrongWithTLS(t *testing.T) {
	server, stranger := secure(t, http.NotFoundHandler())
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())

	known := client(t, server.URL)
	known.trust(server)
	misnamed := client(t, "https://localhost:"+port)
	misnamed.trust(server)
	_, plainPort, _ := net.SplitHostPort(httptestPlain(t).Listener.Addr().String())
	noTLS := client(t, "https://127.0.0.1:"+plainPort)

	for name, tt := range map[string]struct {
		client *Client
		status CheckStatus
		found  string
		fix    string
	}{
		"known":    {known, CheckOK, "TLS 1.3, certificate by Acme Co, good until 20", ""},
		"stranger": {stranger, CheckFailed, "doesn't trust the certificate, by Acme Co", "--ca-file"},
		"misnamed": {misnamed, CheckFailed, "the certificate is for example.com, *.example.com, not for localhost", "MIMECAST_BASE_URL"},
		"no TLS":   {noTLS, CheckFailed, "speaks no TLS", "MIMECAST_BASE_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			found, order := looked(t, tt.client, CheckupOptions{})
			check := found["TLS"]
			if check.Status != tt.status || !strings.Contains(check.Found, tt.found) || !strings.Contains(check.Fix, tt.fix) || check.Access {
				t.Errorf("%+v in %v", check, order)
			}
			if _, goesOn := found["credentials"]; goesOn != (tt.status == CheckOK) {
				t.Errorf("checks are %v", order)
			}
		})
	}
}

// httptestPlain starts a server that speaks plain HTTP.
func httptestPlain(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server
}

func TestExpiredCertificateIsTold(t *testing.T) {
	leaf := &x509.Certificate{NotBefore: time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	found, fix := brokenTLS(&tls.CertificateVerificationError{
		UnverifiedCertificates: []*x509.Certificate{leaf}, Err: x509.CertificateInvalidError{Reason: x509.Expired},
	}, "api.example.com")
	if !strings.Contains(found, "from 2025-01-02 to 2026-01-02") || !strings.Contains(fix, "clock") {
		t.Errorf("%q, %q", found, fix)
	}
	w := way{tls: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}, ended: leaf.NotAfter.Add(-24 * time.Hour)}
	if c := w.handshake(); c.Status != CheckWarned || c.Fix == "" {
		t.Errorf("a day before its end: %+v", c)
	}
}

func TestProxyIsNamedWithoutItsLogOn(t *testing.T) {
	const logOn = "canary-proxy-password"
	target, stranger := secure(t, http.NotFoundHandler())
	known := client(t, target.URL)
	known.trust(target) // and so a proxy that speaks TLS, for test servers have one certificate
	pass := tunnel(t, target.Listener.Addr().String())
	plain, secured := httptest.NewServer, func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = quiet()
		s.StartTLS()
		return s
	}
	tests := map[string]struct {
		client *Client
		serve  func(http.Handler) *httptest.Server
		proxy  http.HandlerFunc // nil if nobody is there
		scheme string           // by which the proxy is spoken to
		status CheckStatus
		found  string
		fix    string
	}{
		"passes":                   {known, plain, pass, "http", CheckOK, "answers", ""},
		"wants log-on":             {known, plain, refuse(http.StatusProxyAuthRequired), "http", CheckFailed, "lets nothing through", "user:password"},
		"forbids":                  {known, plain, refuse(http.StatusForbidden), "http", CheckFailed, "HTTP 403", "ask those who run the proxy"},
		"not there":                {known, plain, nil, "http", CheckFailed, "doesn't answer", "HTTPS_PROXY"},
		"passes to a stranger":     {stranger, plain, pass, "http", CheckOK, "answers", ""},
		"by TLS, passes":           {known, secured, pass, "https", CheckOK, "answers", ""},
		"by TLS, forbids":          {known, secured, refuse(http.StatusForbidden), "https", CheckFailed, "HTTP 403", "ask those who run the proxy"},
		"by TLS, not there":        {known, secured, nil, "https", CheckFailed, "doesn't answer", "HTTPS_PROXY"},
		"by TLS, not trusted":      {stranger, secured, pass, "https", CheckFailed, ": this machine doesn't trust the certificate, by Acme Co", "--ca-file"},
		"by TLS, which it doesn't": {known, plain, pass, "https", CheckFailed, "speaks no TLS", "the proxy"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := tt.serve(tt.proxy)
			t.Cleanup(proxy.Close)
			if tt.proxy == nil {
				proxy.Close()
			}
			address, err := url.Parse(proxy.URL)
			if err != nil {
				t.Fatal(err)
			}
			address.Scheme = tt.scheme
			shown := address.String()
			address.User = url.UserPassword("admin", logOn)
			tt.client.http.Transport.(*http.Transport).Proxy = http.ProxyURL(address)
			found, _ := looked(t, tt.client, CheckupOptions{})
			check := found["host"]
			if check.Status != tt.status || !strings.Contains(check.Found, tt.found) || !strings.Contains(check.Fix, tt.fix) || check.Access {
				t.Errorf("%+v", check)
			}
			if trusted := tt.client == known; tt.status == CheckOK && (found["TLS"].Status == CheckOK) != trusted {
				t.Errorf("%+v", found["TLS"])
			}
			if tt.status == CheckOK && found["proxy"].Found != shown {
				t.Errorf("the proxy is %q, want %q", found["proxy"].Found, shown)
			}
			for _, check := range found {
				if strings.Contains(check.Found+check.Fix, logOn) {
					t.Errorf("shown: %+v", check)
				}
			}
		})
	}
}

func refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// tunnel is a proxy that leads all to one address.
func tunnel(t *testing.T, address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		w.WriteHeader(http.StatusOK)
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		go func() {
			defer there.Close()
			_, _ = buffered.WriteTo(there) // ends when either side closes
		}()
		go func() {
			defer here.Close()
			_, _ = io.Copy(here, there) // through no buffer: it would wait until it is full
		}()
	}
}

func TestClockIsCompared(t *testing.T) {
	noon := time.Date(2026, 5, 4, 12, 0, 0, 500e6, time.UTC)
	for _, tt := range []struct {
		date   time.Duration // the service's clock, against ours
		signed bool
		status CheckStatus
		found  string
	}{
		{0, true, CheckOK, "as the service's"},
		{-900 * time.Millisecond, true, CheckOK, "as the service's"},
		{90 * time.Second, true, CheckOK, "1m30s behind"},
		{-4 * time.Minute, true, CheckOK, "ahead"},
		{7 * time.Minute, false, CheckWarned, "7m0s behind"},
		{7 * time.Minute, true, CheckWarned, "7m0s behind"},
		{-time.Hour, true, CheckWarned, "ahead of the service's"},
	} {
		w := way{begun: noon, ended: noon, date: noon.Add(tt.date).UTC().Format(http.TimeFormat)}
		if c := w.clock(tt.signed); c.Status != tt.status || !strings.Contains(c.Found, tt.found) || (c.Fix == "") != (tt.status == CheckOK) {
			t.Errorf("%v: %+v", tt.date, c)
		}
	}
	if c := (way{date: "yesterday"}).clock(true); c.Status != CheckSkipped || !strings.Contains(c.Found, "can't be compared") {
		t.Errorf("no date: %+v", c)
	}
}

// Nobody who stops while the region is asked for meets a host that isn't known yet.
func TestCheckupStoppedWhileTheRegionIsAskedFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	defer close(stopped)
	c := discovering(t, func(w http.ResponseWriter, r *http.Request) { cancel(); <-stopped })
	for check := range c.Checkup(ctx, CheckupOptions{}) {
		t.Errorf("after the end: %+v", check)
	}
}

func TestCheckupEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { cancel() })
	c := client(t, s.URL, func(c *Config) { c.ClientSecret = batch.NewSecret(secretOfClient) })
	for check := range c.Checkup(ctx, CheckupOptions{}) {
		t.Errorf("after the end: %+v", check)
	}
}
