package batch

import (
	"slices"
	"strings"
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
	KindBool                    // yes or no, in many languages
	KindDate                    // ISO 8601, a spreadsheet's own date, or one in the order of its column
	KindAction                  // create, update, upsert, skip
)

// FieldInfo describes a field: how its cells are read, and which calls take it. What headings mean it is in [vocabulary].
type FieldInfo struct {
	Field   Field
	Kind    Kind
	Title   string // the heading in templates
	Create  bool   // create-user takes it
	Update  bool   // update-user takes it
	Read    bool   // update-user answers it, so that before and after can be compared
	Help    string // one sentence for the person who fills in the sheet
	Example string
}

// Which call takes and answers which field is documented with create-user and update-user of the Mimecast API.
var fields = [...]FieldInfo{
	{
		Field: Email, Kind: KindAddress, Title: "Email",
		Help:    "The person's e-mail address. It decides which account is meant and can't be changed.",
		Example: "ana.ruiz@example.com",
	},
	{
		Field: Username, Kind: KindText, Title: "Display name", Create: true, Update: true, Read: true,
		Help:    "The name that people see.",
		Example: "Ana Ruiz",
	},
	{
		Field: Password, Kind: KindSecret, Title: "Password", Create: true, Update: true,
		Help:    "A cloud password. It is sent as it stands here, blanks included, and never stored or shown.",
		Example: "",
	},
	{
		Field: PasswordNeverExpires, Kind: KindBool, Title: "Password never expires", Update: true, Read: true,
		Help:    "yes: the password is exempt from the account's expiry setting.",
		Example: "no",
	},
	{
		Field: ForcePasswordChange, Kind: KindBool, Title: "Force password change", Create: true, Update: true, Read: true,
		Help:    "yes: the person must choose a new password at the next log-on.",
		Example: "yes",
	},
	{
		Field: ArchiveStartDate, Kind: KindDate, Title: "Archive start date", Update: true,
		Help:    "From when on the person sees archived mail: a date, or 2015-11-16T14:49:18+0000. Without a time zone it is UTC.",
		Example: "2026-12-01",
	},
	{
		Field: AllowPOP, Kind: KindBool, Title: "Allow POP3", Update: true, Read: true,
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

// Fields returns the field table in its order. The caller may keep and change the slice.
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

// resultPrefix begins the headings of the columns that a run adds.
const resultPrefix = "result_"

// IsResultHeading tells whether a column with this heading was added by an older run. Such columns are never bound, and make
// room for those of the next run.
func IsResultHeading(heading string) bool {
	return strings.HasPrefix(lower(trim(heading)), resultPrefix)
}
