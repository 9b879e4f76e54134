package mimecast

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mimebatch/batch"
)

// dateForm is how API 1.0 writes a time, which is always in UTC. It signs the text as it was sent.
const dateForm = "Mon, 02 Jan 2006 15:04:05 UTC"

// stamp is what every request of API 1.0 carries, signed or not.
type stamp struct{ appID string }

func (s stamp) sign(_ context.Context, req *http.Request) error {
	req.Header.Set("x-mc-app-id", s.appID)
	req.Header.Set("x-mc-date", time.Now().UTC().Format(dateForm))
	req.Header.Set("x-mc-req-id", newUUID())
	return nil
}

// renew is worth a second call only where the service says that it doesn't know the app: now and then it says so of one that
// it knows. A signature that it doesn't take is as wrong the next time.
func (s stamp) renew(_ *http.Request, a answer) bool { return a.appUnknown() }

func (s stamp) secrets(*http.Request) []batch.Secret { return nil }

// keys sign a request with the keys of API 1.0, by HMAC-SHA1. What is signed is neither body nor host, but when the request was
// made, its own id, and the path.
type keys struct {
	stamp
	appKey, accessKey batch.Secret
	secretKey         batch.Secret // decoded
	encodedKey        batch.Secret // as the console shows it
}

// checkKeys tells what is missing.
func (cfg Config) checkKeys() error {
	missing := func(what, name string) error {
		return &configError{"no " + what, fmt.Sprintf("API 1.0 takes four keys: set %s too", name)}
	}
	switch {
	case cfg.AppID == "":
		return missing("application id", "MIMECAST_APP_ID")
	case cfg.AppKey.IsZero():
		return missing("application key", "MIMECAST_APP_KEY")
	case cfg.AccessKey.IsZero():
		return missing("access key", "MIMECAST_ACCESS_KEY")
	case cfg.SecretKey.IsZero():
		return missing("secret key", "MIMECAST_SECRET_KEY")
	case !isKey(cfg.AppID) || !isKey(cfg.AccessKey.Reveal()):
		return &configError{"the application id or the access key holds characters that none has", "copy MIMECAST_APP_ID and MIMECAST_ACCESS_KEY again from the console"}
	case cfg.BaseURL == "" && !strings.Contains(cfg.Email, "@"):
		return &configError{"no region", "set MIMECAST_REGION or MIMECAST_BASE_URL to where the account is, or MIMECAST_EMAIL to an administrator's address to find that out"}
	}
	return nil
}

// isKey tells whether a text can go into a header as it is.
func isKey(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func newKeys(cfg Config) (*keys, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(cfg.SecretKey.Reveal()))
	if err != nil || len(key) == 0 {
		return nil, &configError{"the secret key is not base64", "copy MIMECAST_SECRET_KEY from the console as it is there, to the last ="}
	}
	return &keys{
		stamp: stamp{cfg.AppID}, appKey: cfg.AppKey, accessKey: cfg.AccessKey,
		secretKey: batch.NewSecret(string(key)), encodedKey: cfg.SecretKey,
	}, nil
}

func (k *keys) sign(ctx context.Context, req *http.Request) error {
	if err := k.stamp.sign(ctx, req); err != nil {
		return err
	}
	h := req.Header
	h.Set("Authorization", "MC "+k.accessKey.Reveal()+":"+k.signature(h.Get("x-mc-date"), h.Get("x-mc-req-id"), req.URL.EscapedPath()))
	return nil
}

func (k *keys) signature(date, id, path string) string {
	mac := hmac.New(sha1.New, []byte(k.secretKey.Reveal()))
	fmt.Fprintf(mac, "%s:%s:%s:%s", date, id, path, k.appKey.Reveal())
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (k *keys) secrets(req *http.Request) []batch.Secret {
	_, signature, _ := strings.Cut(req.Header.Get("Authorization"), ":")
	return append(k.all(), batch.NewSecret(signature))
}

func (k *keys) all() []batch.Secret {
	return []batch.Secret{k.appKey, k.accessKey, k.secretKey, k.encodedKey}
}

// newUUID makes a random UUID, of version 4.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
