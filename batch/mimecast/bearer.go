package mimecast

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"

	"mimebatch/batch"
)

// renewEarly is how long before its end a token is no longer used: longer than any call takes on its way to the service.
const renewEarly = time.Minute

// bearer signs with a token of the OAuth 2.0 client credentials grant. All calls share one token; while it is fetched they
// wait for it. The documentation gives a token 30 minutes.
type bearer struct {
	id      string
	secret  batch.Secret
	url     *url.URL // of the token endpoint
	http    *http.Client
	timeout time.Duration
	log     callLog

	fetches singleflight.Group
	mu      sync.Mutex
	token   batch.Secret // zero if there is none
	renewAt time.Time    // zero if its end is not known
}

func (b *bearer) sign(ctx context.Context, req *http.Request) error {
	token, err := b.get(ctx)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	return nil
}

// renew drops a dead token that the request carries, unless another has already taken its place.
func (b *bearer) renew(req *http.Request, a answer) bool {
	if !a.tokenDead() {
		return a.appUnknown()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if carried(req).Reveal() == b.token.Reveal() {
		b.token = batch.Secret{}
	}
	return true
}

func (b *bearer) secrets(req *http.Request) []batch.Secret {
	return []batch.Secret{b.secret, carried(req)}
}

// carried returns the token of a signed request.
func carried(req *http.Request) batch.Secret {
	return batch.NewSecret(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))
}

func (b *bearer) current() (batch.Secret, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ok := !b.token.IsZero() && (b.renewAt.IsZero() || time.Now().Before(b.renewAt))
	return b.token, ok
}

// get returns the token, a new one if need be.
func (b *bearer) get(ctx context.Context) (batch.Secret, error) {
	if t, ok := b.current(); ok {
		return t, nil
	}
	fetched := b.fetches.DoChan("", func() (any, error) {
		if t, ok := b.current(); ok { // fetched between the look above and now
			return t, nil
		}
		// Others wait for it too: it goes on when the first who asked is stopped.
		return b.fetch(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return batch.Secret{}, ctx.Err()
	case r := <-fetched:
		token, _ := r.Val.(batch.Secret)
		return token, r.Err
	}
}

func (b *bearer) fetch(ctx context.Context) (batch.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	grant := clientcredentials.Config{
		ClientID:     b.id,
		ClientSecret: b.secret.Reveal(),
		TokenURL:     b.url.String(),
		AuthStyle:    oauth2.AuthStyleInParams, // as documented; left open, the library would try both ways
	}
	asked := time.Now()
	t, err := grant.Token(context.WithValue(ctx, oauth2.HTTPClient, b.http))
	if err != nil {
		status, e := b.explain(err)
		b.log.token(ctx, b.url, status, asked, e)
		return batch.Secret{}, e
	}
	b.log.token(ctx, b.url, http.StatusOK, asked, nil)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.token, b.renewAt = batch.NewSecret(t.AccessToken), time.Time{}
	if !t.Expiry.IsZero() {
		life := t.Expiry.Sub(asked)
		b.renewAt = asked.Add(life - min(renewEarly, life/2))
	}
	return b.token, nil
}

var plainCode = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

// explain reduces an error of the token endpoint to what can't hold a secret: a status, 0 for none, and a code. The endpoint is
// known to repeat what it was sent.
func (b *bearer) explain(err error) (int, *unsigned) {
	re, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		e := notSent(err, b.timeout)
		if e.verdict == batch.NotSent {
			e.reason.Message = inWords(err, true, b.timeout)
		}
		e.reason.Message = "no token: " + e.reason.Message
		return 0, e
	}
	status := re.Response.StatusCode
	said := fmt.Sprintf("HTTP %d", status)
	code := b.codeIn(re)
	if code != "" {
		said += ", " + code
	}
	e := &unsigned{verdict: batch.Fatal, reason: batch.Reason{Code: "no token", Message: "the service doesn't let the app in (" + said + ")"}}
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		e.verdict, e.reason.Code, e.reason.Message = batch.NotSent, codeNotSent, "the service gives no token ("+said+")"
		e.wait = waitOf(status, re.Response.Header, time.Now())
	case status >= 300 && status < 400:
		e.reason.Hint = "something between here and the service answers in its place: check MIMECAST_BASE_URL and the proxy"
	case code == codeAppForbidden || noSuchPath(status):
		e.reason.Message = "there is no log-on at this address (" + said + ")"
		e.reason.Hint = "MIMECAST_BASE_URL is most likely wrong: " + b.rightBase()
	default:
		e.reason.Hint = "check the client id and the client secret, and that MIMECAST_BASE_URL is where the app was made"
	}
	return status, e
}

// rightBase says what a base URL is like, where the one given leads to no log-on.
func (b *bearer) rightBase() string {
	if path := strings.TrimSuffix(b.url.Path, "/oauth/token"); path != "" {
		return "leave its path out, " + plain(path) + ", for the service's own has none"
	}
	return "the service's own are " + DefaultBaseURL + " and those of the regions"
}

// codeIn returns the code of a refusal, in OAuth's form or the service's own, "" if there is none that is safe to show.
func (b *bearer) codeIn(re *oauth2.RetrieveError) string {
	code := re.ErrorCode
	if e, ok := decode(re.Body); ok && code == "" && len(e.refusals) > 0 {
		code = e.refusals[0].code
	}
	if !plainCode.MatchString(code) || strings.Contains(code, b.secret.Reveal()) || strings.Contains(code, b.id) {
		return ""
	}
	return code
}
