package sandbox

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// admitApp lets a call in that is made before there are keys to sign it with. Nobody is known to make it.
func (s *Server) admitApp(r *http.Request, _ time.Time) (by string, err error) {
	return "", s.checkApp(r)
}

// discover is discover-authentication: {emailAddress} to {emailAddress, authenticate, region}. The region of an account is
// this server, under the name by which it was called; other addresses have none.
func (s *Server) discover(r *http.Request, asked request) answer {
	type region struct {
		API string `json:"api"`
	}
	type way struct {
		EmailAddress string   `json:"emailAddress"`
		Authenticate []string `json:"authenticate"`
		Region       *region  `json:"region,omitempty"`
	}
	if len(asked.data) != 1 {
		return refuseCall(http.StatusOK, wrongSize(1, 1))
	}
	var address string
	in := reading{fields: asked.data[0].fields}
	if !in.address(emailAddress, &address) {
		return refused(asked, in.refusals...)
	}
	found := way{EmailAddress: address, Authenticate: []string{}}
	if u := s.directory.all.find(address); address == s.options.Administrator || u != nil && u.isAccount() {
		found.Authenticate = []string{"Basic-Cloud", "Basic-AD"}
		found.Region = &region{baseURL(r)}
	}
	return executed(envelope{Data: []any{found}})
}

// baseURL is where a request was sent to.
func baseURL(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// login is login: {userName}, or username, to {accessKey, secretKey} of a new binding, for the administrator's address and
// password in the Authorization header.
func (s *Server) login(r *http.Request, asked request) answer {
	if len(asked.data) != 1 {
		return refuseCall(http.StatusOK, wrongSize(1, 1))
	}
	o := asked.data[0]
	field := "userName"
	if _, ok := o.fields["username"]; ok {
		field = "username"
	}
	var name string
	in := reading{fields: o.fields}
	if !in.need(field, &name) {
		return refused(asked, in.refusals...)
	}
	if !s.isAdministrator(r, strings.ToLower(name)) {
		return classic(http.StatusUnauthorized, envelope{Fail: []failure{{Key: o.raw, Errors: []refusal{
			{Code: "err_emulated_login", Message: "The user name or the password is not valid"},
		}}}})
	}
	accessKey, secretKey := s.bindings.issue(asked.at)
	return executed(envelope{Data: []any{struct {
		AccessKey string `json:"accessKey"`
		SecretKey string `json:"secretKey"`
	}{accessKey, secretKey}}})
}

// isAdministrator tells whether a name is the administrator's and the request shows the password for it, be it as a cloud
// password or as that of a directory.
func (s *Server) isAdministrator(r *http.Request, name string) bool {
	scheme, proof, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Basic-Cloud") && !strings.EqualFold(scheme, "Basic-AD") {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(proof))
	if err != nil {
		return false
	}
	shown, password, _ := strings.Cut(string(raw), ":")
	return s.administrator.match(strings.ToLower(shown), password) && name == s.options.Administrator
}
