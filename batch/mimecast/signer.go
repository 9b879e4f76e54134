package mimecast

import (
	"context"
	"net/http"
	"time"

	"mimebatch/batch"
)

// signer proves to the service who is calling. It is safe for concurrent use.
type signer interface {
	// sign adds the proof to a request that is about to be sent. A cancelled ctx ends its waits. The error is ctx's, or
	// an *unsigned.
	sign(ctx context.Context, req *http.Request) error
	// renew is told the answer to a signed request, and tells whether the service turned it away unexecuted for a reason that
	// signing it anew may mend.
	renew(req *http.Request, a answer) bool
	// secrets returns what must not be shown when an answer to a signed request repeats it.
	secrets(req *http.Request) []batch.Secret
}

// unsigned says why there is no proof. Nothing of the call was sent.
type unsigned struct {
	verdict batch.Verdict // NotSent or Fatal
	reason  batch.Reason
	wait    time.Duration
}

func (e *unsigned) Error() string { return "sign request: " + e.reason.Message }
