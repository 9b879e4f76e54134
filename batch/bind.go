package batch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"mimebatch/batch/sheet"
)

// Binding says which column holds which field.
type Binding struct {
	Columns map[Field]int // field to column, from 0
	// Inverted are the yes/no fields whose column says the opposite: "Account enabled" for account_disabled.
	Inverted map[Field]bool
	Secret   []int // columns that hold or may hold passwords, the password column among them
	// Warnings name what is not used and may have been meant to be, or was a guess. Notices name what can be asked for.
	// Both are in the order of the columns.
	Warnings, Notices []Remark

	name       *nameTemplate // what the display name is joined from, nil if it has a column or none
	hasResults bool          // the sheet is the results of an older run
}

// Unused returns the columns that are kept and not used, from 0, those of an older run's results left out.
func (b *Binding) Unused(header []string) []int {
	used := map[int]bool{}
	for _, c := range b.Columns {
		used[c] = true
	}
	for _, c := range b.NameColumns() {
		used[c] = true
	}
	var out []int
	for i, h := range header {
		if !used[i] && !IsResultHeading(h) {
			out = append(out, i)
		}
	}
	return out
}

// NameColumns returns the columns from which the display name is joined, from 0; none if it has a column of its own.
func (b *Binding) NameColumns() []int {
	if b.name == nil {
		return nil
	}
	return b.name.columns()
}

// binder finds out what the columns of a table mean.
type binder struct {
	*Binding
	table      *sheet.Table
	options    SheetOptions
	mapped     map[int]MappedColumn // columns that the mapping names
	fixed      []Field              // fields that it gives one of them
	means      []meaning            // of each column's heading
	candidates map[Field][]candidate
	tallies    []*tally // of the columns whose headings don't tell enough
}

// candidate is a column that may be a field's.
type candidate struct {
	column   int
	inverted bool
}

// bind matches the header of t to fields: by the mapping, then by what headings are known to mean. Where a heading alone doesn't
// tell, it reads the column's cells. The options are merged ones.
func bind(ctx context.Context, t *sheet.Table, o SheetOptions) (*Binding, error) {
	b := &binder{
		Binding: &Binding{Columns: map[Field]int{}, Inverted: map[Field]bool{}},
		table:   t, options: o, mapped: o.Mapping.of(t.Header), means: make([]meaning, len(t.Header)), candidates: map[Field][]candidate{},
	}
	b.readHeader()
	if err := b.readCells(ctx); err != nil {
		return nil, err
	}
	b.settleNames()
	b.settleUserNames()
	b.settleYesNo()
	if err := b.settleActions(); err != nil {
		return nil, err
	}
	if err := b.choose(); err != nil {
		return nil, err
	}
	if err := b.joinName(); err != nil {
		return nil, err
	}
	b.remark()
	byColumn := func(r, s Remark) int { return cmp.Compare(r.Column, s.Column) }
	slices.SortStableFunc(b.Warnings, byColumn)
	slices.SortStableFunc(b.Notices, byColumn)
	return b.Binding, nil
}

// readHeader finds the candidates that the mapping and the headings name, and the columns that may hold passwords.
func (b *binder) readHeader() {
	for i, h := range b.table.Header {
		if IsResultHeading(h) {
			b.hasResults = true
		} else {
			b.means[i] = meaningOf(h)
		}
		m := b.mapped[i]
		if m.Field != "" {
			b.fixed = append(b.fixed, m.Field)
			b.candidates[m.Field] = append(b.candidates[m.Field], candidate{i, m.Inverted})
		}
		if m.Field == Password || m.Field == "" && looksSecret(h) {
			b.Secret = append(b.Secret, i)
		}
	}
	b.settleSurnames()
	for i, m := range b.means {
		if m.role == ofField {
			b.suggest(i, m)
		}
	}
}

// suggest makes a column a candidate for the field that its heading means, unless the mapping knows better.
func (b *binder) suggest(column int, m meaning) {
	if b.open(column) && !b.isFixed(m.field) {
		b.candidates[m.field] = append(b.candidates[m.field], candidate{column, m.inverted})
	}
}

// open tells whether the mapping leaves it to the heading what the column is.
func (b *binder) open(column int) bool {
	_, ok := b.mapped[column]
	return !ok
}

// isFixed tells whether the mapping gives the field a column of the sheet.
func (b *binder) isFixed(f Field) bool { return slices.Contains(b.fixed, f) }

// settleSurnames decides what "SN" is: beside "givenName", which directories write, the surname. Elsewhere it may be a serial number.
func (b *binder) settleSurnames() {
	named := func(key string) func(string) bool {
		return func(heading string) bool { return headingKey(heading) == key }
	}
	if len(b.part(ofLast)) > 0 || !slices.ContainsFunc(b.table.Header, named("givenname")) {
		return
	}
	for i, h := range b.table.Header {
		if named("sn")(h) {
			b.means[i] = tells(ofLast)
		}
	}
}

// lonePart returns the part of the name that a heading announces without the other one; ofNothing if both or neither are there.
func (b *binder) lonePart() (there, missing role) {
	switch first, last := len(b.part(ofFirst)) > 0, len(b.part(ofLast)) > 0; {
	case first && !last:
		return ofFirst, ofLast
	case last && !first:
		return ofLast, ofFirst
	}
	return ofNothing, ofNothing
}

// settleNames decides what a "name" column is: beside a first name alone the last name, beside a last name alone the first, else
// the whole. A column of numbers called "First" is no name.
func (b *binder) settleNames() {
	names := b.part(ofName)
	if len(names) == 0 {
		return
	}
	meaning := means(Username)
	if there, missing := b.lonePart(); there != ofNothing {
		for _, i := range b.part(there) {
			if b.tally(i).areWords() {
				meaning = tells(missing)
			}
		}
	}
	for _, i := range names {
		b.means[i] = meaning
		if meaning.role == ofField {
			b.suggest(i, meaning)
		}
	}
}

// settleUserNames decides what "user name" and "login" columns are: the address if most of their cells are addresses, or if there
// is no other and a domain completes them. Else a user name is the display name unless another column is, and a log-on name is kept
// and not used.
func (b *binder) settleUserNames() {
	var rest []int
	for i, m := range b.means {
		t := b.tally(i)
		if t == nil || m.role != ofUserName && m.role != ofLogOn {
			continue
		}
		if t.addresses*2 <= t.filled {
			rest = append(rest, i)
			continue
		}
		if b.isFixed(Email) {
			continue
		}
		b.candidates[Email] = append(b.candidates[Email], candidate{column: i})
		if m.role == ofLogOn && t.addresses == t.filled {
			continue // which is what its heading says
		}
		b.warn(ColumnAddresses, i, "column %s holds addresses: it is taken for the e-mail address", b.column(i))
	}
	complete := len(b.candidates[Email]) == 0 && b.options.Domain != ""
	for _, i := range rest {
		switch {
		case complete && b.tally(i).mayComplete():
			b.candidates[Email] = append(b.candidates[Email], candidate{column: i})
			b.warn(ColumnCompleted, i, "column %s holds log-on names: completed with the domain they are taken for the e-mail address", b.column(i))
		case b.means[i].role == ofUserName && !b.isFixed(Username) && b.options.Username == "":
			b.settleDisplayName(i)
		}
	}
}

// settleDisplayName decides whether a user name that isn't the address is the display name.
func (b *binder) settleDisplayName(column int) {
	logOns := b.tally(column).areLogOns()
	for _, c := range b.candidates[Username] {
		// "Name" may be a part of it, "Display name" is not.
		if role := meaningOf(b.table.Header[c.column]).role; role == ofField || role == ofName && logOns {
			b.warn(ColumnUserName, column, "column %s is kept but not used: column %s is taken for the display name", b.column(column), b.column(c.column))
			return
		}
	}
	b.candidates[Username] = append(b.candidates[Username], candidate{column: column})
	if logOns {
		b.warn(ColumnLogOn, column, "column %s is taken for the display name, but looks like log-on names: "+
			`if it is none, set it to "ignore" in a mapping file and name it with --map`, b.column(column))
	}
}

// looksLikeLogOn tells "aruiz", "ARUIZ" and "Ruiz_01" from "Ana".
func looksLikeLogOn(text string) bool {
	return strings.ContainsAny(text, "0123456789._") ||
		text == strings.ToLower(text) != (text == strings.ToUpper(text)) // scripts without capitals have both
}

// settleYesNo binds a "password expires" column only if its cells say yes or no: in many sheets they say when.
func (b *binder) settleYesNo() {
	b.candidates[PasswordNeverExpires] = slices.DeleteFunc(b.candidates[PasswordNeverExpires], func(c candidate) bool {
		t := b.tally(c.column)
		if t == nil || t.unfit == "" {
			return false
		}
		b.warn(ColumnYesNo, c.column, "column %s is kept but not used: %s, which is no yes or no", b.column(c.column), t.unfit)
		return true
	})
}

// settleActions binds an action column only if its cells are actions: HR exports have "Action: Hire" columns. One that has both is
// asked about, for it is never safe to overlook a "skip". One that the mapping names must hold nothing else.
func (b *binder) settleActions() error {
	var keep []candidate
	for _, c := range b.candidates[ActionField] {
		const words = "which is not create, update, upsert or skip"
		switch t := b.tally(c.column); {
		case t.unfit == "":
			keep = append(keep, c)
		case !b.open(c.column):
			return &refusal{
				msg:  fmt.Sprintf("column %s is no action: %s, %s", b.column(c.column), t.unfit, words),
				hint: `mend the cell, or set the column to "ignore" in the mapping file`,
			}
		case t.fit != "":
			return &refusal{
				msg: fmt.Sprintf("column %s is not clear: %s, which is an action, and %s, %s", b.column(c.column), t.fit, t.unfit, words),
				hint: `mend the cells that are no actions; if the column means something else, rename its heading, or set it to "ignore" in a mapping file ` +
					"and name it with --map",
			}
		default:
			b.warn(ColumnAction, c.column, "column %s is kept but not used: %s, %s", b.column(c.column), t.unfit, words)
		}
	}
	b.candidates[ActionField] = keep
	return nil
}

// choose gives each field its column.
func (b *binder) choose() error {
	for _, i := range fields {
		cs := b.candidates[i.Field]
		if i.Field == Username && b.options.Username != "" {
			continue // the template wins
		}
		switch len(cs) {
		case 0:
		case 1:
			b.Columns[i.Field] = cs[0].column
			if cs[0].inverted {
				b.Inverted[i.Field] = true
			}
		default:
			return b.question(i.Field, cs)
		}
	}
	if _, ok := b.Columns[Email]; !ok {
		return b.noAddress()
	}
	return nil
}

// question asks which of several columns is the field's.
func (b *binder) question(f Field, cs []candidate) error {
	slices.SortFunc(cs, func(c, d candidate) int { return c.column - d.column })
	var parts []string
	for _, c := range cs {
		parts = append(parts, b.column(c.column))
	}
	e := &refusal{
		msg:  fmt.Sprintf("which column is %s: %s?", f, strings.Join(parts, " or ")),
		hint: "rename the heading of the column that is not meant, or remove the column, or say what each is in a mapping file and name it with --map",
	}
	if b.isFixed(f) {
		e.hint = fmt.Sprintf(`let the mapping file give %s one column and set the others to "ignore"; a heading that stands twice is written as %q there`,
			f, positionalName(b.table.Header[cs[0].column], cs[0].column))
	}
	return e
}

// noAddress says that no column is the address, and which come near to it.
func (b *binder) noAddress() error {
	e := &refusal{msg: "no column for the e-mail address in the columns that were named", hint: `name one column "email"`}
	if b.table.HeaderLine > 0 {
		e.msg = fmt.Sprintf("no column for the e-mail address in the header on line %d", b.table.HeaderLine)
	}
	for _, m := range b.options.Mapping.missing(b.table.Header) {
		if m.Field == Email {
			e.msg += fmt.Sprintf(": the mapping file says it is %q, which is not there", m.Heading)
		}
	}
	for i, m := range b.means {
		switch {
		case !b.open(i):
		case b.options.Domain == "" && b.tally(i).mayComplete():
			e.hint += fmt.Sprintf("; log-on names, as in column %s, become addresses with --domain", b.column(i))
		case m.role == ofOtherAddress:
			e.hint += fmt.Sprintf("; if column %s is meant, say so in a mapping file and name it with --map", b.column(i))
		}
	}
	return e
}

// joinName reads the template of the display name.
func (b *binder) joinName() error {
	if b.options.Username == "" {
		return nil
	}
	n, err := newNameTemplate(b)
	if err != nil {
		return err
	}
	b.name = n
	return nil
}

// column names a column for people.
func (b *binder) column(i int) string {
	return fmt.Sprintf("%s %q", sheet.ColumnName(i), b.table.Header[i])
}

func (b *binder) holds(f Field, column int) bool {
	c, ok := b.Columns[f]
	return ok && c == column
}

// bound tells whether the sheet says something of the field.
func (b *binder) bound(f Field) bool {
	_, ok := b.Columns[f]
	return ok || f == Username && b.name != nil
}

// part returns the columns that hold a part of the name.
func (b *binder) part(r role) []int {
	var out []int
	for i, m := range b.means {
		if m.role == r {
			out = append(out, i)
		}
	}
	return out
}

// shorten cuts a cell's text to what fits a message.
func shorten(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
