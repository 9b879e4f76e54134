package sandbox

import (
	"encoding/base64"
	"fmt"
	"time"
)

// Keys are what a client of API 1.0 proves itself with.
type Keys struct {
	AppID     string
	AppKey    string
	AccessKey string
	SecretKey string // base64, as the console shows it
}

// DefaultKeys are those of a server that is given none. The secret key is "sandbox" in base64.
var DefaultKeys = Keys{AppID: "sandbox", AppKey: "sandbox", AccessKey: "sandbox", SecretKey: "c2FuZGJveA=="}

func (k Keys) check() error {
	if k.AppID == "" || k.AppKey == "" || k.AccessKey == "" || k.SecretKey == "" {
		return fmt.Errorf("keys that are not complete")
	}
	if _, err := base64.StdEncoding.DecodeString(k.SecretKey); err != nil {
		return fmt.Errorf("secret key that is not base64")
	}
	return nil
}

// forever is longer than any sandbox runs.
const forever = 100 * 365 * 24 * time.Hour

// bindings are the pairs of access key and secret key that sign calls: the one of [Keys], and those made by login. As with
// tokens, none of these is remembered: an access key is a token, and its secret key a MAC over that.
type bindings struct {
	keys   Keys
	secret []byte
	life   time.Duration // of those made by login; 0 is forever
	issued tokens
}

// newBindings takes keys that are checked.
func newBindings(k Keys, life time.Duration) bindings {
	secret, _ := base64.StdEncoding.DecodeString(k.SecretKey)
	if life == 0 {
		life = forever
	}
	return bindings{keys: k, secret: secret, life: life, issued: newTokens()}
}

func (b *bindings) issue(now time.Time) (accessKey, secretKey string) {
	accessKey = b.issued.issue(now.Add(b.life))
	return accessKey, base64.StdEncoding.EncodeToString(b.issued.mac([]byte(accessKey)))
}

// secretOf returns the secret of an access key, and whether the two have expired. The error is errKeyUnknown.
func (b *bindings) secretOf(accessKey string, now time.Time) (secret []byte, expired bool, err error) {
	if accessKey == b.keys.AccessKey {
		return b.secret, false, nil
	}
	switch b.issued.check(accessKey, now) {
	case nil:
	case errTokenExpired:
		expired = true
	default:
		return nil, false, errKeyUnknown
	}
	return b.issued.mac([]byte(accessKey)), expired, nil
}
