package batch

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"mimebatch/batch/sheet"
)

// A role is what kind of column a heading announces.
type role uint8

const (
	ofNothing      role = iota // the heading is not known
	ofField                    // the field
	ofLogOn                    // a log-on name: the address if its cells are addresses
	ofUserName                 // a log-on name to some programs, the display name to others
	ofName                     // the whole name, or one part of it where another column has the other
	ofFirst                    // the first name
	ofMiddle                   // the middle name
	ofLast                     // the last name
	ofOtherAddress             // an address that is not the account's: private, old, the manager's
	ofMaybe                    // may mean the field, and may well not
	ofPerson                   // something else that is known of people
)

// meaning is what a heading says of its column. The zero meaning is that of a heading that is not known.
type meaning struct {
	role     role
	field    Field // of ofField and ofMaybe
	or       Field // another field that ofMaybe may mean
	inverted bool  // yes means no: the heading says the opposite of the field
}

func means(f Field) meaning             { return meaning{role: ofField, field: f} }
func meansNot(f Field) meaning          { return meaning{role: ofField, field: f, inverted: true} }
func mayMean(f Field) meaning           { return meaning{role: ofMaybe, field: f} }
func mayMeanNot(f Field) meaning        { return meaning{role: ofMaybe, field: f, inverted: true} }
func mayMeanEither(f, or Field) meaning { return meaning{role: ofMaybe, field: f, or: or} }
func tells(r role) meaning              { return meaning{role: r} }

// lexicon is the vocabulary in the form in which headings are looked up.
type lexicon struct {
	meanings map[string]meaning // by headingKey
	words    []nearWord         // those that a mistyped heading may have been
}

var lexiconOf = sync.OnceValue(func() *lexicon {
	l := &lexicon{meanings: map[string]meaning{}}
	for _, i := range fields {
		l.add(string(i.Field), means(i.Field))
		l.add(i.Title, means(i.Field))
	}
	// The display name's field is called what some programs call the log-on name.
	l.meanings[headingKey(string(Username))] = tells(ofUserName)
	for _, w := range slices.Concat(vocabulary[:], peopleVocabulary[:]) {
		for heading := range strings.SplitSeq(w.headings, "|") {
			l.add(heading, w.means)
			if w.source == "de" {
				l.add(withoutUmlauts.Replace(heading), w.means)
			}
		}
	}
	return l
})

// withoutUmlauts writes German as keyboards without umlauts do.
var withoutUmlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")

func (l *lexicon) add(heading string, m meaning) {
	key := headingKey(heading)
	if _, ok := l.meanings[key]; ok {
		return
	}
	l.meanings[key] = m
	// Nobody is asked whether the opposite was meant.
	if m.role == ofField && !m.inverted {
		l.words = append(l.words, newNearWord(key, m.field))
	}
}

// longestHeading is the length in bytes beyond which a text is no heading.
const longestHeading = 200

// meaningOf returns what a heading means. Case, accents, blanks and punctuation don't matter, nor what stands in brackets, such as
// [Required] or (yes/no), unless it says whose the column is.
func meaningOf(heading string) meaning {
	// What has a separator in it is a whole line, read with another one.
	if len(heading) > longestHeading || strings.ContainsAny(heading, ";\t") {
		return meaning{}
	}
	l := lexiconOf()
	if hasBracket(heading) {
		return l.decorated(heading)
	}
	var buf [longestHeading]byte
	if m, ok := l.meanings[string(appendHeadingKey(buf[:0], heading))]; ok {
		return m
	}
	return l.bilingual(heading)
}

// The brackets in headings.
const (
	openBrackets  = "([{（［【〔「"
	closeBrackets = ")]}）］】〕」"
)

func hasBracket(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(', c == '[', c == '{':
			return true
		case c >= utf8.RuneSelf:
			return strings.ContainsAny(s[i:], openBrackets)
		}
	}
	return false
}

// decorated looks up a heading with brackets.
func (l *lexicon) decorated(heading string) meaning {
	core, notes := unbracketed(heading)
	words := strings.FieldsFunc(core, notInWord)
	if n := len(words); n > 1 && slices.Contains(demandWords[:], headingKey(words[n-1])) {
		core = strings.Join(words[:n-1], " ")
	}
	m := l.meanings[headingKey(core)]
	for _, n := range notes {
		if n.limits() {
			if m.field == Email || m.role == ofLogOn || m.role == ofUserName {
				return tells(ofOtherAddress)
			}
			return meaning{}
		}
		// A key such as [displayName] sharpens a heading that may mean several things. In round brackets it could be another
		// person's: "Chef (Mail)".
		key := l.meanings[headingKey(n.text)]
		vague := m.role == ofUserName || m.role == ofName || m.role == ofNothing && n.square
		if vague && key.role != ofPerson && key.role != ofMaybe && key.role != ofNothing {
			m = key
		}
	}
	return m
}

// bilingual looks up a heading such as "Courriel / Email", in which all parts mean the same.
func (l *lexicon) bilingual(heading string) meaning {
	var m meaning
	const marks = "/|\n\r"
	if !strings.ContainsAny(heading, marks) {
		return m
	}
	for part := range strings.FieldsFuncSeq(heading, func(r rune) bool { return strings.ContainsRune(marks, r) }) {
		p, ok := l.meanings[headingKey(part)]
		if !ok || m.role != ofNothing && p != m {
			return meaning{}
		}
		m = p
	}
	return m
}

// note is what stands in brackets in a heading.
type note struct {
	text   string
	square bool
}

// Words in headings that tell people what to do with the column.
var demandWords = [...]string{
	"required", "mandatory", "optional", "pflichtfeld", "obligatoire", "facultatif", "obligatorio", "opcional", "obbligatorio", "facoltativo",
	"verplicht", "wymagane", "povinne", "obligatorisk", "必須", "必填",
}

// Words in brackets that make a heading mean somebody or something else.
var limitWords = [...]string{
	"personal", "private", "home", "manager", "supervisor", "recovery", "alternate", "alternative", "secondary", "second", "backup", "emergency", "spouse", "partner",
	"old", "previous", "former", "unused", "not", "ignore", "privat", "privee", "vorgesetzter", "alt", "personnel", "perso", "prive", "ancien", "privado", "antiguo",
	"personale", "privata", "pessoal", "antigo", "oud", "prywatny", "stary", "soukromy", "osobni", "privatni", "gammal", "個人", "個人用", "私用", "緊急", "上司",
	"私人", "个人", "備用", "备用", "紧急", "主管",
}

// limits tells whether the note says that the column is not what its heading says, or is a second one.
func (n note) limits() bool {
	words := strings.FieldsFunc(n.text, notInWord)
	if len(words) == 1 && strings.Trim(words[0], "0123456789") == "" {
		return true
	}
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(limitWords[:], headingKey(w)) })
}

// unbracketed parts a heading from what stands in brackets.
func unbracketed(heading string) (core string, notes []note) {
	var out, in strings.Builder
	depth, square := 0, false
	for _, r := range heading {
		switch {
		case strings.ContainsRune(openBrackets, r):
			if depth++; depth == 1 {
				square = r == '[' || r == '［'
			}
			in.WriteByte(' ')
		case strings.ContainsRune(closeBrackets, r) && depth > 0:
			if depth--; depth == 0 {
				notes = append(notes, note{in.String(), square})
				in.Reset()
				out.WriteByte(' ')
			}
		case depth > 0:
			in.WriteRune(r)
		default:
			out.WriteRune(r)
		}
	}
	if in.Len() > 0 {
		notes = append(notes, note{in.String(), square})
	}
	return out.String(), notes
}

func notInWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
}

// headingKey reduces a heading to its letters and digits, in lower case and without accents.
func headingKey(s string) string { return string(appendHeadingKey(nil, s)) }

func appendHeadingKey(key []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			for _, r := range fold(s[i:]) {
				if unicode.IsLetter(r) || unicode.IsDigit(r) {
					key = utf8.AppendRune(key, r)
				}
			}
			return key
		case 'A' <= c && c <= 'Z':
			key = append(key, c+'a'-'A')
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			key = append(key, c)
		}
	}
	return key
}

// HeaderScore tells how many columns a line names if it is a header that can be bound, which takes a column for the address;
// else 0. Columns that mean the same field count once. A line with an address in it is a person and no header.
func HeaderScore(cells []string) int {
	return headerScore(cells, func(_ int, heading string) meaning { return meaningOf(heading) })
}

func headerScore(cells []string, of func(column int, heading string) meaning) int {
	for i, c := range cells {
		if strings.IndexByte(c, '@') >= 0 && of(i, c).role == ofNothing {
			return 0
		}
	}
	seen := map[Field]bool{}
	address, others := false, 0
	for i, c := range cells {
		m := of(i, c)
		if m.role == ofNothing || IsResultHeading(c) {
			continue
		}
		address = address || m.field == Email || m.role == ofLogOn || m.role == ofUserName
		if m.role == ofField {
			seen[m.field] = true
		} else {
			others++
		}
	}
	if !address {
		return 0
	}
	return len(seen) + others
}

// isHeadingRow tells whether the cells of a line below the header are headings, as those of a second or a repeated header are: at
// least half of those that are filled are known, and one of them announces an address or a name. The other headings don't tell,
// for "Manager" and "Locked" are what cells of people hold, and so are short words such as "MI" and "first".
func isHeadingRow(cells []sheet.Cell) bool {
	for _, c := range cells {
		if strings.IndexByte(c.Text, '@') >= 0 && meaningOf(c.Text).role == ofNothing {
			return false
		}
	}
	filled, known, telling := 0, 0, false
	for _, c := range cells {
		if trim(c.Text) == "" {
			continue
		}
		filled++
		m := meaningOf(c.Text)
		if m.role == ofNothing {
			continue
		}
		known++
		switch {
		case m.field == Email, m.role == ofField && m.field == Username:
			telling = true
		case m.role >= ofLogOn && m.role <= ofOtherAddress && !slices.Contains(shortWords[:], headingKey(c.Text)):
			telling = true
		}
	}
	return telling && known*2 >= filled && known >= min(2, len(cells))
}

// shortWords are headings for parts of a name that are codes, ranks or names themselves in the cells of people.
var shortWords = [...]string{"mi", "first", "middle", "last", "名", "姓"}
