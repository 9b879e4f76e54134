package mimecast

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch"
)

const (
	// maxMessage is how much of a message of the service is kept, in characters.
	maxMessage = 300
	// maxText is how long a text of the service may be to be shown at all, in bytes. To cut it before secrets are looked for
	// would be to cut secrets.
	maxText = 4000
)

// shortestWord is how many characters a secret has that is searched for in decoded texts. Shorter ones are found by chance.
const shortestWord = 8

// What is shown in place of a secret, and of a text longer than maxText.
const (
	redacted = "[redacted]"
	tooLong  = "[too long]"
)

// mask blots secrets out of what the service says.
type mask struct {
	secrets *strings.Replacer
	words   []batch.Secret // in the form that compares
}

func newMask(secrets []batch.Secret) mask {
	var m mask
	var texts []string
	for _, s := range secrets {
		// What a server repeats may be trimmed, or written for a page or an address.
		if s := strings.TrimSpace(readable(s.Reveal())); s != "" {
			texts = append(texts, s, html.EscapeString(s), url.QueryEscape(s))
			if len([]rune(s)) >= shortestWord {
				m.words = append(m.words, batch.NewSecret(folded(s)))
			}
		}
	}
	// One secret may be part of another: the longer one first.
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, t := range texts {
		pairs = append(pairs, t, redacted)
	}
	m.secrets = strings.NewReplacer(pairs...)
	return m
}

// clean returns text of the service as it may be shown: on one line, without secrets, not longer than maxMessage. A text that
// holds a secret in another case or encoding is not shown at all, and neither is one longer than maxText.
func (m mask) clean(s string) string {
	if len(s) > maxText {
		return tooLong
	}
	s = strings.TrimSpace(m.secrets.Replace(readable(s)))
	if m.betrays(s) {
		return redacted
	}
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage-1]) + "…"
	}
	return s
}

// value returns a value of the service as it may be kept: as it is, for it is compared with what was asked, but not if it holds
// a secret or is longer than maxText.
func (m mask) value(s string) string {
	if len(s) > maxText {
		return tooLong
	}
	if plain := readable(s); m.secrets.Replace(plain) != plain || m.betrays(plain) {
		return redacted
	}
	return s
}

// betrays tells whether a text holds a secret when it is decoded in one of the ways in which texts are encoded.
func (m mask) betrays(s string) bool {
	if s == "" || len(m.words) == 0 {
		return false
	}
	readings := []string{s, html.UnescapeString(s), unquote(s)}
	for _, unescape := range []func(string) (string, error){url.QueryUnescape, url.PathUnescape} {
		if t, err := unescape(s); err == nil {
			readings = append(readings, t)
		}
	}
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !isBase64(r) }) {
		if len(word) < shortestWord {
			continue
		}
		if b, err := hex.DecodeString(word); err == nil {
			readings = append(readings, string(b))
		}
		word = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(word, "="))
		if b, err := base64.RawStdEncoding.DecodeString(word); err == nil {
			readings = append(readings, string(b))
		}
	}
	return slices.ContainsFunc(readings, func(reading string) bool {
		reading = folded(reading)
		return slices.ContainsFunc(m.words, func(word batch.Secret) bool { return strings.Contains(reading, word.Reveal()) })
	})
}

// folded is a text without regard to case and to how accents are written.
func folded(s string) string { return strings.ToLower(norm.NFC.String(readable(s))) }

// unquote reads a text as the inside of a JSON string in which quotes may stand as they are, "" if it can't be.
func unquote(s string) string {
	b := []byte{'"'}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			b = append(b, s[i], s[i+1])
			i++
		case s[i] == '"':
			b = append(b, '\\', '"')
		default:
			b = append(b, s[i])
		}
	}
	var text string
	if json.Unmarshal(append(b, '"'), &text) != nil {
		return ""
	}
	return text
}

func isBase64(r rune) bool {
	return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune("+/-_=", r)
}

// requestID returns the service's name for a call: printable ASCII, at most 100 characters. One that holds a secret or an address
// is none: names get into logs.
func (m mask) requestID(s string) string {
	s = m.clean(s)
	if s == tooLong || strings.Contains(s, redacted) || strings.Contains(s, "@") {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return -1
		}
		return r
	}, s)
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
