package main

import (
	"strings"
	"testing"

	"mimebatch/batch"
)

func TestProxyThatIsNone(t *testing.T) {
	for proxy, good := range map[string]bool{
		"": true, "proxy.example.net:3128": true, "http://proxy.example.net": true, "https://proxy.example.net:8443/": true,
		"socks5://127.0.0.1:1080": true, "http://user:pass%40word@proxy.example.net:3128": true, "user:password@proxy.example.net:3128": true,
		"http://[::1]:3128": true,

		"canary proxy": false, "%zz-canary": false, "http://": false, "://canary": false, "http://user:canary@": false, "canary://proxy.example.net": false,
		"http://user:canary word@proxy.example.net:3128": false, "proxy.example.net:99999": false, "proxy.example.net:0": false, "http://[::1": false,
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
			a := &app{getenv: func(k string) string { return map[string]string{name: proxy}[k] }}
			err := a.checkProxy("https://api.example.com")
			if (err == nil) != good || exitCode(err) != exitUsage && !good {
				t.Errorf("%s=%s: %v", name, proxy, err)
			}
			if err != nil && (!strings.Contains(err.Error(), name) || strings.Contains(err.Error()+batch.HintOf(err), "canary")) {
				t.Errorf("%s=%s: %v", name, proxy, err)
			}
		}
	}
}

// A proxy that no call goes by is nobody's business.
func TestProxyThatIsNotUsed(t *testing.T) {
	for base, want := range map[string]int{
		"": exitUsage, "https://api.example.org": exitUsage,
		"https://api.example.com": 0, "http://127.0.0.1:8710": 0, "https://localhost:8710": 0,
	} {
		a := &app{getenv: func(k string) string {
			return map[string]string{"HTTPS_PROXY": "no proxy", "no_proxy": ".example.com"}[k]
		}}
		if got := exitCode(a.checkProxy(base)); got != want {
			t.Errorf("%q: exit %d, want %d", base, got, want)
		}
	}
}
