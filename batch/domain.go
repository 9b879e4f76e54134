package batch

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// parseDomain returns the domain in its ASCII form. Altered tells that letters of special forms, such as ① or ﬁ, were
// read as plain ones.
func parseDomain(domain string) (ascii string, altered bool, _ *Problem) {
	if _, err := netip.ParseAddr(strings.Trim(domain, "[]")); err == nil {
		return "", false, &Problem{
			Code: EmailDomain, Message: "an IP address in place of a domain", Hint: "write the company's mail domain behind the @",
		}
	}
	ascii, err := idna.Lookup.ToASCII(lower(domain))
	if err != nil {
		return "", false, invalidDomain()
	}
	if p := checkDomain(ascii); p != nil {
		return "", false, p
	}
	letters, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		return "", false, invalidDomain()
	}
	for label := range strings.SplitSeq(letters, ".") {
		if mixesAlphabets(label) {
			return "", false, lookalike(label)
		}
	}
	return ascii, !isPlain(domain) && letters != norm.NFC.String(lower(domain)), nil
}

func invalidDomain() *Problem {
	return &Problem{Code: EmailDomain, Message: "the domain is not valid", Hint: "check the part behind the @"}
}

func checkDomain(domain string) *Problem {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return &Problem{Code: EmailDomain, Message: "the domain has no dot", Hint: "write the whole domain, such as example.com"}
	}
	for _, l := range labels {
		if l == "" || len(l) > longestLabel || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
		}) {
			return invalidDomain()
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789-") == "" {
		return invalidDomain()
	}
	return nil
}

// mixesAlphabets tells whether s has letters of two alphabets that share the shapes of many letters.
func mixesAlphabets(s string) bool {
	if isPlain(s) {
		return false
	}
	n := 0
	for _, alphabet := range [...]*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee} {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(alphabet, r) }) {
			n++
		}
	}
	return n > 1
}

func lookalike(s string) *Problem {
	r, _ := first(s, func(r rune) bool { return r > unicode.MaxASCII && !unicode.Is(unicode.Latin, r) })
	return &Problem{
		Code: EmailLookalike, Message: "letters of two alphabets that look alike are mixed", Detail: codePoint(r),
		Hint: "type the address again, and find out who wrote it this way",
	}
}
