package batch

import (
	"fmt"
	"slices"
	"strings"
)

// Remark is something to know of how the columns were bound.
type Remark struct {
	Code    Code
	Message string
	Column  int // from 0; -1 where it is about no single column
}

// The codes of remarks.
const (
	ColumnSecret    Code = "column_secret"       // not used and may hold passwords
	ColumnNear      Code = "column_near"         // misses the name of a field by a typing error
	ColumnMaybe     Code = "column_maybe"        // may mean a field
	ColumnAction    Code = "column_action"       // its cells are not actions
	ColumnYesNo     Code = "column_yes_no"       // its cells are neither yes nor no
	ColumnAddresses Code = "column_addresses"    // a user name that is the address
	ColumnCompleted Code = "column_completed"    // log-on names that become addresses
	ColumnLogOn     Code = "column_logon"        // a user name that is the display name, and looks like a log-on name
	ColumnUserName  Code = "column_user_name"    // a user name that is neither the address nor, beside another column, the display name
	ColumnAccount   Code = "column_account_code" // account codes, of which payrolls have others
	ColumnUnmapped  Code = "column_unmapped"     // a heading of the mapping that the sheet doesn't have
	ColumnNameParts Code = "column_name_parts"   // a name in parts and no display name
)

func (b *binder) warn(code Code, column int, format string, args ...any) {
	b.Warnings = append(b.Warnings, Remark{code, fmt.Sprintf(format, args...), column})
}

// remark names what is not used and may have been meant to be, and what can be asked for.
func (b *binder) remark() {
	for i, h := range b.table.Header {
		if slices.Contains(b.Secret, i) && !b.holds(Password, i) {
			b.warn(ColumnSecret, i, "column %s may hold passwords: its cells are left out of the results", b.column(i))
		}
		if !b.open(i) || IsResultHeading(h) {
			continue
		}
		if b.holds(AccountCode, i) && !strings.Contains(headingKey(h), "mimecast") && !isOurs(b.table.Header) {
			b.warn(ColumnAccount, i, "column %s is taken for the Mimecast account to create people in: if it is something else, such as a cost code, "+
				`set it to "ignore" in a mapping file and name it with --map`, b.column(i))
		}
		if m := b.means[i]; m.role == ofMaybe && !b.bound(m.field) {
			b.warn(ColumnMaybe, i, "column %s is kept but not used: if it means %s, say so in a mapping file and name it with --map", b.column(i), m.words())
		} else if near := nearField(h); near != "" && !b.bound(near) {
			b.warn(ColumnNear, i, "column %s is not used: did you mean %q?", b.column(i), near)
		}
	}
	for _, m := range b.options.Mapping.missing(b.table.Header) {
		b.warn(ColumnUnmapped, -1, "the mapping file says that column %q is %s: the sheet has no such column", m.Heading, m.word())
	}
	first, last := b.part(ofFirst), b.part(ofLast)
	if len(first) > 0 && len(last) > 0 && !b.bound(Username) && (b.open(first[0]) || b.open(last[0])) {
		b.Notices = append(b.Notices, Remark{ColumnNameParts, fmt.Sprintf(
			`columns %s and %s are kept but not used: --username "{{first}} {{last}}" joins them into the display name`, b.column(first[0]), b.column(last[0]),
		), first[0]})
	}
}

// isOurs tells whether all headings are those of the templates.
func isOurs(header []string) bool {
	return !slices.ContainsFunc(header, func(h string) bool {
		titled := slices.ContainsFunc(fields[:], func(i FieldInfo) bool { return i.Title == h })
		return !titled && !IsResultHeading(h)
	})
}

// words says which fields a heading may mean, in the words of a mapping file.
func (m meaning) words() string {
	words := fmt.Sprintf("%q", MappedColumn{Field: m.field, Inverted: m.inverted}.word())
	if m.or != "" {
		words += fmt.Sprintf(" or %q", m.or)
	}
	return words
}
