package sandbox

import "strings"

const (
	alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	atomText     = alphanumeric + "!#$%&'*+-/=?^_`{|}~"
)

// validAddress tells whether s is local@domain with a dot-atom of ASCII before the @, as mail systems take it
// without quoting (RFC 5322, 3.4.1).
func validAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(local) > 64 || !validDomain(domain) {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.Trim(atom, atomText) != "" {
			return false
		}
	}
	return true
}

// validDomain tells whether s is an ASCII host name of two labels or more.
func validDomain(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, alphanumeric+"-") != "" {
			return false
		}
	}
	return true
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}
