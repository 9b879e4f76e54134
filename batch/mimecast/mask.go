package mimecast

import (
	"cmp"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"mimebatch/batch"
)

// maxMessage is how much of a message of the service is kept, in characters.
const maxMessage = 300

// mask blots secrets out of what the service says.
type mask struct{ secrets *strings.Replacer }

func newMask(secrets []batch.Secret) mask {
	var texts []string
	for _, s := range secrets {
		// What a server repeats may be trimmed, or written for a page or an address.
		if s := strings.TrimSpace(readable(s.Reveal())); s != "" {
			texts = append(texts, s, html.EscapeString(s), url.QueryEscape(s))
		}
	}
	// One secret may be part of another: the longer one first.
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, t := range texts {
		pairs = append(pairs, t, "[redacted]")
	}
	return mask{strings.NewReplacer(pairs...)}
}

// clean returns text of the service as it may be shown: on one line, without secrets, not longer than maxMessage.
func (m mask) clean(s string) string {
	s = strings.TrimSpace(m.secrets.Replace(readable(s)))
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage-1]) + "…"
	}
	return s
}

// requestID returns the service's name for a call: printable ASCII, at most 100 characters.
func (m mask) requestID(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return -1
		}
		return r
	}, m.clean(s))
	return s[:min(len(s), 100)]
}

// readable drops what commands a terminal or hides in a text, and makes one line of it.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}
