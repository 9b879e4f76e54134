package batch

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mimebatch/batch/sheet"
)

// The limits of RFC 5321 and 1035.
const (
	longestLocal   = 64
	longestAddress = 254
	longestLabel   = 63

	// longestCell bounds, in bytes, the texts that are taken apart to find an address in them.
	longestCell = 1000
)

// readAddress reads a cell of the address field as [ParseAddress] does. A bare log-on name is completed with what the cell's
// number format shows, or else with the domain, unless that is "".
func readAddress(c sheet.Cell, domain string) (string, *Problem) {
	switch {
	case c.Kind == sheet.Text && c.Shown == "" && isPlainAddress(c.Text):
		return c.Text, nil
	case c.Kind != sheet.Text && trim(c.Text) != "":
		return "", &Problem{
			Code: EmailNotText, Message: "a number, date or yes/no, not an e-mail address",
			Hint: "write it as name@domain, in a cell formatted as text",
		}
	}
	login := trim(c.Text)
	switch {
	case login == "":
	case strings.ContainsAny(login, "@＠"):
		if c.Shown == "" || c.Shown == c.Text {
			break
		}
		return readOther(c.Text, Problem{
			Code: ValueShown, Message: "the cell's number format adds to the address; what the cell holds is used",
			Hint: "type the address into a cell formatted as text",
		})
	case strings.Contains(c.Shown, "@"):
		return readOther(c.Shown, shown())
	case domain != "" && isLogin(login, domain):
		return readOther(login+"@"+domain, Problem{
			Code: EmailCompleted, Message: "a log-on name without a domain was completed",
			Hint: "check that this is the domain that is meant",
		})
	}
	return ParseAddress(c.Text)
}

// isLogin tells whether a text without @ may be a log-on name. One that ends with the domain lacks the @ and no more.
func isLogin(s, domain string) bool {
	return unreadable(s) == nil && !strings.HasSuffix(lower(s), lower(domain))
}

// readOther reads an address where the cell shows one thing and holds another, and warns.
func readOther(text string, warning Problem) (string, *Problem) {
	email, p := ParseAddress(text)
	if email == "" {
		return "", p
	}
	return email, warning.readAs(email)
}

// ParseAddress reads one e-mail address and returns it in the form in which addresses are compared and sent:
// trimmed, lower case, an international domain in its ASCII form. If the address can't be read it returns "" and the problem.
// If what stands around the address was left out, or special letters were read as plain ones, it returns the address
// with a warning. A problem's place and value are not filled in.
func ParseAddress(text string) (string, *Problem) {
	if isPlainAddress(text) {
		return text, nil
	}
	s := trim(text)
	if isPlain(s) {
		if email := lower(s); isPlainAddress(email) {
			return email, nil
		}
	}
	if s == "" || isNullWord(s) {
		return "", &Problem{Code: EmailMissing, Message: "no e-mail address", Hint: "fill in the address, or remove the row"}
	}
	s = norm.NFC.String(s)
	narrowed := narrow(s)
	if strings.Count(narrowed, "@") > 1 {
		return "", &Problem{Code: EmailSeveral, Message: "more than one address", Hint: "keep one address in the cell; give each account a row"}
	}
	if p := unreadable(narrowed); p != nil {
		return "", p
	}
	if len(narrowed) > longestCell {
		return "", tooLong()
	}
	bare := unwrap(narrowed)
	if p := checkCharacters(bare); p != nil {
		return "", p
	}
	local, domain, _ := strings.Cut(bare, "@")
	if p := checkLocal(local); p != nil {
		return "", p
	}
	ascii, altered, p := parseDomain(domain)
	if p != nil {
		return "", p
	}
	email := lower(local) + "@" + ascii
	switch {
	case len(email) > longestAddress:
		return "", tooLong()
	case altered || narrowed != s:
		return email, Problem{
			Code: EmailForms, Message: "special forms of letters are read as the plain ones", Hint: "type the address again to be sure",
		}.readAs(email)
	case bare != narrowed:
		return email, Problem{
			Code: EmailAround, Message: "what stands around the address is left out", Hint: "check that it is the address that is meant",
		}.readAs(email)
	}
	return email, nil
}

func tooLong() *Problem {
	return &Problem{Code: EmailSyntax, Message: "longer than an address can be", Hint: "check the address"}
}

// isPlainAddress tells whether s is an address already in the form that [ParseAddress] returns, but for rare ones that have
// to be looked at more closely.
func isPlainAddress(s string) bool {
	at := strings.IndexByte(s, '@')
	if at < 1 || at > longestLocal || len(s) > longestAddress || s[0] == '\'' {
		return false
	}
	before := byte('.')
	for i := range at {
		b := s[i]
		if !localByte[b] || 'A' <= b && b <= 'Z' || b == '.' && before == '.' {
			return false
		}
		before = b
	}
	domain := s[at+1:]
	label, letter, dots := 0, false, 0
	for i := range len(domain) {
		switch b := domain[i]; {
		case 'a' <= b && b <= 'z':
			letter = true
		case '0' <= b && b <= '9':
		case b == '-':
			// Two of them can begin an international label.
			if i == label || i+1 == len(domain) || domain[i+1] == '.' || domain[i+1] == '-' {
				return false
			}
		case b == '.':
			if i == label || i-label > longestLabel {
				return false
			}
			label, letter = i+1, false
			dots++
		default:
			return false
		}
	}
	return before != '.' && dots > 0 && letter && len(domain)-label <= longestLabel
}

// localByte has the characters of the dot-atom of RFC 5321.
var localByte = func() (set [256]bool) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~") {
		set[b] = true
	}
	return set
}()

// narrow turns full-width characters, as East Asian keyboards write them, into plain ones.
func narrow(s string) string {
	const fullWidth = '！' - '!'
	return strings.Map(func(r rune) rune {
		switch {
		case '！' <= r && r <= '～':
			return r - fullWidth
		case r == '。' || r == '｡':
			return '.'
		}
		return r
	}, s)
}

// pairs are the quotes and brackets that come around addresses.
var pairs = [...][2]string{
	{"<", ">"}, {`"`, `"`}, {"'", "'"}, {"(", ")"}, {"[", "]"}, {"“", "”"}, {"„", "“"}, {"‘", "’"}, {"«", "»"}, {"»", "«"},
}

// unwrap takes away what programs and people put around an address: brackets, quotes, "mailto:", the name of the person, the
// apostrophe that marks a text, and the sign at the end of a sentence or list.
func unwrap(s string) string {
	for {
		t := strings.TrimRight(trim(s), ",;.")
		if scheme := "mailto:"; len(t) > len(scheme) && strings.EqualFold(t[:len(scheme)], scheme) && !strings.Contains(t, "%") {
			t = t[len(scheme):]
		}
		for _, p := range pairs {
			if inner, ok := strings.CutPrefix(t, p[0]); ok && strings.HasSuffix(inner, p[1]) {
				t = strings.TrimSuffix(inner, p[1])
				break
			}
		}
		if name, inner, ok := strings.Cut(t, "<"); ok && strings.HasSuffix(inner, ">") && !strings.ContainsAny(name, "@;") {
			t = strings.TrimSuffix(inner, ">")
		}
		t = strings.TrimPrefix(t, "'")
		if t == s {
			return s
		}
		s = t
	}
}

// checkCharacters finds what can't be in any part of an address.
func checkCharacters(s string) *Problem {
	switch {
	case !strings.Contains(s, "@"):
		return &Problem{
			Code: EmailSyntax, Message: "not an e-mail address: no @", Hint: "write it as name@domain, or complete log-on names by --domain",
		}
	case strings.ContainsAny(s, ";,"):
		return &Problem{
			Code: EmailSyntax, Message: "a comma or semicolon inside", Hint: "write a full stop if that is meant; give each account a row",
		}
	case strings.ContainsFunc(s, unicode.IsSpace):
		return &Problem{Code: EmailBlank, Message: "a blank inside the address", Hint: "let nothing but the address be in the cell; or remove the row"}
	}
	if p := invisible(s, isInvisible); p != nil {
		return p
	}
	if r, ok := first(s, isTypographic); ok {
		return &Problem{
			Code: EmailTypographic, Message: "a typographic dash or quote inside", Detail: codePoint(r),
			Hint: "type the plain - or ' in its place",
		}
	}
	return nil
}

// isTypographic tells dashes and quotes that text programs put in the place of the plain ones.
func isTypographic(r rune) bool {
	return unicode.In(r, unicode.Pd, unicode.Pi, unicode.Pf) && r != '-' || strings.ContainsRune("−‚„′´", r)
}

// checkLocal holds the part before the @ against the dot-atom of RFC 5321. Quoted forms are legal there,
// but no account has them: in a sheet they are mistakes.
func checkLocal(local string) *Problem {
	switch {
	case local == "":
		return &Problem{Code: EmailSyntax, Message: "nothing before the @", Hint: "write it as name@domain"}
	case len(local) > longestLocal:
		return &Problem{Code: EmailSyntax, Message: "more than 64 characters before the @", Hint: "check the address"}
	case local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, ".."):
		return &Problem{Code: EmailSyntax, Message: "a dot at the edge, or two in a row", Hint: "check the part before the @"}
	case mixesAlphabets(local):
		return lookalike(local)
	}
	if r, ok := first(local, func(r rune) bool { return r > unicode.MaxASCII || !localByte[r] }); ok {
		return &Problem{
			Code: EmailSyntax, Message: "a character that an address can't have", Detail: codePoint(r),
			Hint: "only letters a-z, digits and . _ - + ' and the like go before the @",
		}
	}
	return nil
}
