package batch

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Field names one thing that a sheet can say of a person. The names are those of flags, JSON, the journal
// and, behind "result_", of the results columns.
type Field string

// The fields, in the order in which templates and results show them.
const (
	Email                Field = "email"
	Username             Field = "username"
	Password             Field = "password"
	PasswordNeverExpires Field = "password_never_expires"
	ForcePasswordChange  Field = "force_password_change"
	ArchiveStartDate     Field = "archive_start_date"
	AllowPOP             Field = "allow_pop"
	AllowSMTP            Field = "allow_smtp"
	AccountLocked        Field = "account_locked"
	AccountDisabled      Field = "account_disabled"
	AccountCode          Field = "account_code"
	ActionField          Field = "action"
)

// Kind says how the cells of a field are read.
type Kind int

// The kinds of field.
const (
	KindAddress Kind = iota + 1 // one e-mail address
	KindText                    // trimmed text on one line
	KindSecret                  // kept to the byte, never shown or stored
	KindBool                    // true/false, yes/no, y/n, 1/0, x
	KindDate                    // ISO 8601, or a spreadsheet's own date
	KindAction                  // create, update, upsert, skip
)

// FieldInfo describes a field: how its column is recognised and read, and which calls take it.
type FieldInfo struct {
	Field   Field
	Kind    Kind
	Title   string   // the heading in templates
	Aliases []string // other headings that mean this field; case, blanks and punctuation don't matter
	Create  bool     // create-user takes it
	Update  bool     // update-user takes it
	Read    bool     // update-user answers it, so that before and after can be compared
	Help    string   // one sentence for the person who fills in the sheet
	Example string
}

// Which call takes and answers which field is documented with create-user and update-user of the Mimecast API.
var fields = [...]FieldInfo{
	{
		Field: Email, Kind: KindAddress, Title: "Email",
		Aliases: []string{"e-mail address", "mail", "mail address", "work email", "primary email", "email id"},
		Help:    "The person's e-mail address. It decides which account is meant and can't be changed.",
		Example: "ana.ruiz@example.com",
	},
	{
		Field: Username, Kind: KindText, Title: "Display name", Create: true, Update: true, Read: true,
		Aliases: []string{"username", "display name", "name", "full name", "user display name"},
		Help:    "The name that people see.",
		Example: "Ana Ruiz",
	},
	{
		Field: Password, Kind: KindSecret, Title: "Password", Create: true, Update: true,
		Aliases: []string{"initial password", "temporary password", "new password", "passwd"},
		Help:    "A cloud password. It is sent as it stands here, blanks included, and never stored or shown.",
		Example: "",
	},
	{
		Field: PasswordNeverExpires, Kind: KindBool, Title: "Password never expires", Update: true, Read: true,
		Aliases: []string{"never expires", "password does not expire"},
		Help:    "yes: the password is exempt from the account's expiry setting.",
		Example: "no",
	},
	{
		Field: ForcePasswordChange, Kind: KindBool, Title: "Force password change", Create: true, Update: true, Read: true,
		Aliases: []string{"force change", "force password reset", "change password at next log-on", "must change password"},
		Help:    "yes: the person must choose a new password at the next log-on.",
		Example: "yes",
	},
	{
		Field: ArchiveStartDate, Kind: KindDate, Title: "Archive start date", Update: true,
		Aliases: []string{"archive start", "archive from"},
		Help:    "From when on the person sees archived mail: a date, or 2015-11-16T14:49:18+0000. Without a time zone it is UTC.",
		Example: "2026-12-01",
	},
	{
		Field: AllowPOP, Kind: KindBool, Title: "Allow POP3", Update: true, Read: true,
		Aliases: []string{"allow pop"},
		Help:    "yes: mail can be fetched by POP3.",
		Example: "no",
	},
	{
		Field: AllowSMTP, Kind: KindBool, Title: "Allow SMTP", Update: true, Read: true,
		Help:    "yes: mail can be sent by SMTP submission.",
		Example: "no",
	},
	{
		Field: AccountLocked, Kind: KindBool, Title: "Account locked", Update: true, Read: true,
		Help:    "no: unlock an account that too many wrong passwords locked.",
		Example: "no",
	},
	{
		Field: AccountDisabled, Kind: KindBool, Title: "Account disabled", Update: true, Read: true,
		Help:    "yes: the person can't log on.",
		Example: "no",
	},
	{
		Field: AccountCode, Kind: KindText, Title: "Account code", Create: true,
		Help:    "The Mimecast account to create the person in. Only used for new people.",
		Example: "",
	},
	{
		Field: ActionField, Kind: KindAction, Title: "Action",
		Help:    "create, update, upsert or skip: what to do with this row.",
		Example: "upsert",
	},
}

// Fields returns the field table in its order. The caller may keep and change the slice, not the aliases in it.
func Fields() []FieldInfo { return slices.Clone(fields[:]) }

// Info returns the description of f; ok is false for a name that is no field.
func (f Field) Info() (info FieldInfo, ok bool) {
	for _, i := range fields {
		if i.Field == f {
			return i, true
		}
	}
	return FieldInfo{}, false
}

// normalHeader reduces a heading to its letters and digits in lower case.
func normalHeader(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// fieldOf returns the field that a heading names, "" for none.
func fieldOf(heading string) Field {
	h := normalHeader(heading)
	if h == "" {
		return ""
	}
	for _, i := range fields {
		if h == normalHeader(string(i.Field)) || h == normalHeader(i.Title) {
			return i.Field
		}
		for _, a := range i.Aliases {
			if h == normalHeader(a) {
				return i.Field
			}
		}
	}
	return ""
}

// isUserName tells whether the heading is one of those that some systems use for the display name
// and others for the log-on address.
func isUserName(heading string) bool { return normalHeader(heading) == "username" }

// nearField returns the field whose name or alias the heading misses by a typing error, "" for none.
func nearField(heading string) Field {
	if fieldOf(heading) != "" {
		return ""
	}
	h := normalHeader(heading)
	best, bestAt := Field(""), 3
	for _, i := range fields {
		for _, name := range append([]string{string(i.Field), i.Title}, i.Aliases...) {
			n := normalHeader(name)
			// Short words are near to everything.
			allowed := min(2, len(n)/4)
			if d := distance(h, n); d > 0 && d <= allowed && d < bestAt {
				best, bestAt = i.Field, d
			}
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with the next one to make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if d := len(s) - len(t); d > 2 || d < -2 {
		return 3
	}
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(s)][len(t)]
}

// resultPrefix begins the headings of the columns that a run adds.
const resultPrefix = "result_"

// IsResultHeading tells whether a column with this heading was added by an older run. Such columns are never bound, and make
// room for those of the next run.
func IsResultHeading(heading string) bool {
	return strings.HasPrefix(lower(trim(heading)), resultPrefix)
}

// Words that tell that a column may hold passwords although no field claims it: some anywhere in the heading, short ones only
// as the whole of it or at its end. Headings are compared without accents.
var (
	secretWords = []string{
		"passw", "pwd", "passphrase", "passcode", "passord", "secret", "pincode", "kennwort", "contrasena", "clave", "motdepasse",
		"wachtwoord", "haslo", "heslo", "losenord", "adgangskode", "salasana", "senha", "parola", "пароль", "パスワード", "密码", "密碼", "비밀번호",
	}
	secretEnds = []string{"pw", "pass", "pin", "mdp"}
)

// looksSecret tells whether a column with this heading may hold passwords.
func looksSecret(heading string) bool {
	if IsResultHeading(heading) {
		heading = trim(heading)[len(resultPrefix):]
	}
	if f := fieldOf(heading); f != "" && f != Password {
		return false
	}
	h := unaccented(normalHeader(heading))
	return nearField(heading) == Password ||
		slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(h, w) }) ||
		slices.ContainsFunc(secretEnds, func(w string) bool { return strings.HasSuffix(h, w) })
}

// unaccented takes the accents off letters.
func unaccented(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) && r < '\u0370':
			return -1
		case r == 'ł':
			return 'l'
		case r == 'ø':
			return 'o'
		}
		return r
	}, norm.NFD.String(s)))
}
