package batch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretNeverShows(t *testing.T) {
	const canary = "canary-Pa55word"
	s := NewSecret(canary)
	type inner struct{ hidden Secret }
	values := []any{s, &s, []Secret{s}, map[string]Secret{"k": s}, struct{ S Secret }{s}, inner{s}, &inner{s}, Step{Password: s}, Row{Password: s}}
	var all bytes.Buffer
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&all, verb+"\n", v)
		}
		if b, err := json.Marshal(v); err == nil {
			all.Write(b)
		}
		slog.New(slog.NewTextHandler(&all, nil)).Info("message", "value", v)
		slog.New(slog.NewJSONHandler(&all, nil)).Info("message", "value", v)
	}
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(all.String(), form) {
			t.Errorf("the secret shows as %q", form)
		}
	}
	if s.Reveal() != canary {
		t.Errorf("Reveal() = %q", s.Reveal())
	}
	if !NewSecret("").IsZero() || (Secret{}).Reveal() != "" {
		t.Error("the empty text is a secret")
	}
}
