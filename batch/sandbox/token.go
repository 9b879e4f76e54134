package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// tokenLife is how long a token is good for: the expires_in that the service tells.
const tokenLife = 1799 * time.Second

var (
	errTokenUnknown = errors.New("unknown token")
	errTokenExpired = errors.New("token expired or revoked")
)

// credentials are what a client shows to get a token, as digests: they are compared, never shown.
type credentials struct{ id, secret [sha256.Size]byte }

func newCredentials(id, secret string) credentials {
	return credentials{sha256.Sum256([]byte(id)), sha256.Sum256([]byte(secret))}
}

func (c credentials) match(id, secret string) bool {
	i, s := sha256.Sum256([]byte(id)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(c.id[:], i[:])&subtle.ConstantTimeCompare(c.secret[:], s[:]) == 1
}

// tokens issues and checks bearer tokens, and the access keys of API 1.0 that are got by login. A token is a claim (a random
// number, the generation it belongs to, when it ends) and a MAC over it, so none has to be remembered, however many a client
// asks for, and a dead one is still told from one that was never issued. A revocation begins a new generation.
type tokens struct {
	key        []byte
	generation uint64
}

const (
	claimSize = 24
	macSize   = 16
)

func newTokens() tokens {
	key := make([]byte, sha256.Size)
	rand.Read(key)
	return tokens{key: key}
}

func (t *tokens) issue(end time.Time) string {
	claim := make([]byte, 8, claimSize+macSize)
	rand.Read(claim)
	claim = binary.BigEndian.AppendUint64(claim, t.generation)
	claim = binary.BigEndian.AppendUint64(claim, uint64(end.UnixNano()))
	return base64.RawURLEncoding.EncodeToString(append(claim, t.mac(claim)...))
}

func (t *tokens) revoke() { t.generation++ }

// check returns nil, errTokenUnknown or errTokenExpired.
func (t *tokens) check(token string, now time.Time) error {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != claimSize+macSize || !hmac.Equal(raw[claimSize:], t.mac(raw[:claimSize])) {
		return errTokenUnknown
	}
	generation := binary.BigEndian.Uint64(raw[8:])
	end := time.Unix(0, int64(binary.BigEndian.Uint64(raw[16:])))
	if generation != t.generation || !now.Before(end) {
		return errTokenExpired
	}
	return nil
}

func (t *tokens) mac(claim []byte) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write(claim)
	return h.Sum(nil)[:macSize]
}

// RevokeTokens makes all tokens issued so far answer token_expired.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.revoke()
}

// readForm keeps the body for grant, which refuses it in the words of the gateway.
func readForm(_ *http.Request, body []byte) (request, error) { return request{file: body}, nil }

// grant is the OAuth 2.0 client credentials grant. Credentials are read from the form in the body, as documented, or from an
// Authorization header, as many OAuth clients send them; never from the URL. No answer repeats them.
func (s *Server) grant(r *http.Request, asked request) answer {
	var form url.Values
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		var err error
		if form, err = url.ParseQuery(string(asked.file)); err != nil {
			return flat(http.StatusBadRequest, "invalid_request", "The form cannot be read.")
		}
	}
	if form.Get("grant_type") != "client_credentials" {
		return flat(http.StatusBadRequest, "unsupported_grant_type", "grant_type must be client_credentials.")
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if secret == "" {
		id, secret, _ = r.BasicAuth()
	}
	if !s.credentials.match(id, secret) {
		return flat(http.StatusUnauthorized, "unauthorized", "The client credentials are not valid.")
	}
	a := jsonAnswer(http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
		Scope       string `json:"scope"`
	}{s.tokens.issue(asked.at.Add(tokenLife)), "Bearer", int(tokenLife.Seconds()), ""})
	a.executed = []Execution{{Done: Done}}
	return a
}
