package batch

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// ParseAddress reads one e-mail address and returns it in the form in which addresses are compared and sent:
// trimmed, lower case, an international domain in its ASCII form. The problem is nil or says what is wrong;
// its place and value are not filled in.
func ParseAddress(text string) (string, *Problem) {
	s := trim(norm.NFC.String(text))
	switch {
	case s == "":
		return "", &Problem{Code: EmailMissing, Message: "no e-mail address", Hint: "fill in the address, or remove the row"}
	case strings.Count(s, "@") > 1 || strings.ContainsAny(s, ";,") && strings.Contains(s, "@"):
		return "", &Problem{Code: EmailSeveral, Message: "more than one address", Hint: "keep one address in the cell; give each account a row"}
	case !strings.Contains(s, "@"):
		return "", &Problem{Code: EmailSyntax, Message: "not an e-mail address: no @", Hint: "write it as name@domain"}
	case strings.ContainsFunc(s, unicode.IsSpace):
		return "", &Problem{Code: EmailBlank, Message: "a blank inside the address", Hint: "remove the blank"}
	}
	local, domain, _ := strings.Cut(s, "@")
	if p := checkLocal(local); p != nil {
		return "", p
	}
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(domain))
	if err != nil {
		return "", &Problem{Code: EmailDomain, Message: "the domain is not valid", Hint: "check the part behind the @"}
	}
	if _, err := netip.ParseAddr(strings.Trim(domain, "[]")); err == nil {
		return "", &Problem{Code: EmailDomain, Message: "an IP address in place of a domain", Hint: "write the company's mail domain behind the @"}
	}
	if p := checkDomain(ascii); p != nil {
		return "", p
	}
	return strings.ToLower(local) + "@" + ascii, nil
}

// checkLocal holds the part before the @ against the dot-atom of RFC 5321. Quoted forms are legal there,
// but no account has them: in a sheet they are mistakes.
func checkLocal(local string) *Problem {
	switch {
	case local == "":
		return &Problem{Code: EmailSyntax, Message: "nothing before the @", Hint: "write it as name@domain"}
	case len(local) > 64:
		return &Problem{Code: EmailSyntax, Message: "more than 64 characters before the @", Hint: "check the address"}
	case local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, ".."):
		return &Problem{Code: EmailSyntax, Message: "a dot at the edge, or two in a row", Hint: "check the part before the @"}
	}
	for _, r := range local {
		if r > unicode.MaxASCII || r <= ' ' || r == 0x7f || strings.ContainsRune(`()<>[]:;,\"`, r) {
			return &Problem{Code: EmailSyntax, Message: "a character that an address can't have", Hint: "only letters a-z, digits and . _ - + ' and the like go before the @"}
		}
	}
	return nil
}

func checkDomain(domain string) *Problem {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return &Problem{Code: EmailDomain, Message: "the domain has no dot", Hint: "write the whole domain, such as example.com"}
	}
	if len(domain) > 253 {
		return &Problem{Code: EmailDomain, Message: "the domain is too long", Hint: "check the part behind the @"}
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
		}) {
			return &Problem{Code: EmailDomain, Message: "the domain is not valid", Hint: "check the part behind the @"}
		}
	}
	return nil
}

// trim removes blanks of every script from both ends, and the invisible characters that come with pasted text.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff'
	})
}
