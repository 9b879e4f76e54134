package main

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"mimebatch/batch/mimecast"
)

// checkProxy refuses a proxy that is no address, if calls to base ("" is anywhere) would go by it: net/http goes without, or to
// what it makes of the text. The text is not repeated, for it may hold a password.
func (a *app) checkProxy(base string) error {
	u, err := url.Parse(cmp.Or(base, mimecast.DefaultBaseURL))
	if err != nil {
		return err
	}
	either := func(name string) (string, string) {
		if v := a.getenv(name); v != "" {
			return name, v
		}
		name = strings.ToLower(name)
		return name, a.getenv(name)
	}
	name, proxy := either("HTTPS_PROXY")
	_, without := either("NO_PROXY")
	if proxy == "" || isProxy(proxy) {
		return nil
	}
	any := httpproxy.Config{HTTPSProxy: "proxy.example", NoProxy: without}
	if by, _ := any.ProxyFunc()(u); by == nil {
		return nil
	}
	return wrongSetting(
		name+" in the environment is no address of a proxy",
		"write it as http://host:port or http://user:password@host:port, with %40 for an @ in the password and the like; or unset it",
	)
}

// isProxy tells whether a text is the address of a proxy of a kind that net/http can use. It may lack the http://.
func isProxy(text string) bool {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return false
	}
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "80"), 10, 16)
	return err == nil && port > 0
}
