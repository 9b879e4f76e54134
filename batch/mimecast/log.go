package mimecast

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"mimebatch/batch"
)

// callLog tells of requests, and of calls that came to none: one record each, at level debug. Nothing in it comes from a body or
// header but the service's name for the call and a code that looks like one; there is no address in it and no credential. Without
// a logger it tells nobody.
type callLog struct{ logger *slog.Logger }

// call tells of a call of the function at path, or of why it was not sent.
func (l callLog) call(ctx context.Context, path string, try int, begun time.Time, a answer) {
	if l.logger == nil {
		return
	}
	attrs := []slog.Attr{slog.Int("try", try)}
	if a.reply.HTTP != 0 {
		attrs = append(attrs, slog.Int("status", a.reply.HTTP), slog.Int("entries", len(a.envelope.data)), slog.Int("refusals", len(a.envelope.refusals)))
	}
	if a.reply.RequestID != "" {
		attrs = append(attrs, slog.String("request", a.reply.RequestID))
	}
	if a.reply.Verdict != "" {
		attrs = append(attrs, slog.String("verdict", string(a.reply.Verdict)), slog.String("why", a.reply.Reason.Message))
	}
	if len(a.envelope.refusals) > 0 {
		if code := a.code(decisive(a.envelope.refusals)); plainCode.MatchString(code) {
			attrs = append(attrs, slog.String("code", code))
		}
	}
	l.write(ctx, "call", path, begun, attrs)
}

// token tells of a fetch of a token: the status of the answer, 0 for none, and what is wrong, if something is.
func (l callLog) token(ctx context.Context, u *url.URL, status int, begun time.Time, e *unsigned) {
	if l.logger == nil {
		return
	}
	var attrs []slog.Attr
	if status != 0 {
		attrs = append(attrs, slog.Int("status", status))
	}
	if e != nil {
		attrs = append(attrs, slog.String("verdict", string(e.verdict)), slog.String("why", e.reason.Message))
	} else {
		attrs = append(attrs, slog.String("verdict", string(batch.Done)))
	}
	l.write(ctx, "token", u.EscapedPath(), begun, attrs)
}

func (l callLog) write(ctx context.Context, what, path string, begun time.Time, attrs []slog.Attr) {
	where := []slog.Attr{slog.String("method", http.MethodPost), slog.String("path", path)}
	took := slog.Duration("took", time.Since(begun).Round(time.Millisecond))
	l.logger.LogAttrs(ctx, slog.LevelDebug, what, append(append(where, attrs...), took)...)
}
