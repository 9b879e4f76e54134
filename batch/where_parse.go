package batch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longestWhere bounds a condition, in bytes, and with it how deep it is.
const longestWhere = 4096

// token is the smallest part of a condition.
type token struct {
	kind tokenKind
	text string // as it stands; of what is in quotes or brackets, what they hold
	at   int    // where it begins, in bytes
}

type tokenKind int8

const (
	atEnd tokenKind = iota
	aWord
	aColumn // in brackets
	aText   // in quotes
	aNumber // without a sign before it
	aDay
	aSign
)

// whereParser reads a condition from its front to its end.
type whereParser struct {
	header []string
	whole  string
	tokens []token // from the one to be looked at; the last is the end
}

func (p *whereParser) fail(at int, msg string) error {
	return &WhereError{At: utf8.RuneCountInString(p.whole[:at]) + 1, Msg: msg, Columns: p.header}
}

// unexpected says what should stand in the place of the token.
func (p *whereParser) unexpected(wanted string) error {
	t := p.tokens[0]
	if t.kind == atEnd {
		return p.fail(t.at, "here it ends, where "+wanted+" is wanted")
	}
	return p.fail(t.at, fmt.Sprintf("%q stands where %s is wanted", shorten(t.text), wanted))
}

func (p *whereParser) parse() (condition, error) {
	if len(p.whole) > longestWhere {
		return nil, p.fail(0, fmt.Sprintf("the condition is longer than %d bytes", longestWhere))
	}
	if err := p.scan(); err != nil {
		return nil, err
	}
	root, err := p.either()
	if err == nil && p.tokens[0].kind != atEnd {
		err = p.unexpected("and, or, or the end")
	}
	return root, err
}

// scan takes the condition apart into tokens.
func (p *whereParser) scan() error {
	for at := 0; ; {
		rest := strings.TrimLeftFunc(p.whole[at:], unicode.IsSpace)
		at = len(p.whole) - len(rest)
		t, n := scanToken(rest)
		if n < 0 {
			return p.fail(at, fmt.Sprintf("what %c begins doesn't end", rest[0]))
		}
		t.at = at
		p.tokens = append(p.tokens, t)
		if t.kind == atEnd {
			return nil
		}
		at += n
	}
}

// scanToken takes the token that s begins with. It returns how many bytes that takes, a negative number if it has no end.
func scanToken(s string) (t token, n int) {
	r, width := utf8.DecodeRuneInString(s)
	switch {
	case s == "":
		return token{}, 0
	case r == '[':
		text, n := enquoted(s, ']')
		return token{kind: aColumn, text: text}, n
	case r == '\'' || r == '"':
		text, n := enquoted(s, s[0])
		return token{kind: aText, text: text}, n
	case len(s) >= len(time.DateOnly) && isDay(s[:len(time.DateOnly)]):
		t.kind, n = aDay, len(time.DateOnly)
	case '0' <= r && r <= '9':
		t.kind, n = aNumber, len(s)-len(strings.TrimLeft(s, "0123456789."))
	case r == '_' || unicode.IsLetter(r):
		t.kind, n = aWord, strings.IndexFunc(s, func(r rune) bool { return r != '_' && notInWord(r) })
		if n < 0 {
			n = len(s)
		}
	case strings.HasPrefix(s, "!=") || strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">="):
		t.kind, n = aSign, 2
	default:
		t.kind, n = aSign, width
	}
	t.text = s[:n]
	return t, n
}

func isDay(s string) bool {
	_, ok := isoDay(s)
	return ok
}

// enquoted reads what stands between the first character and the next such as end, which is doubled inside. It returns the text
// and how many bytes it takes with its quotes, -1 if it has no end.
func enquoted(s string, end byte) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] == end {
			if i+1 == len(s) || s[i+1] != end {
				return b.String(), i + 1
			}
			i++
		}
		b.WriteByte(s[i])
	}
	return "", -1
}

// take takes the token.
func (p *whereParser) take() token {
	t := p.tokens[0]
	if t.kind != atEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

// word takes the token if it is that word.
func (p *whereParser) word(word string) bool {
	is := p.tokens[0].kind == aWord && strings.EqualFold(p.tokens[0].text, word)
	if is {
		p.take()
	}
	return is
}

// sign takes the token if it is one of the signs, and returns it.
func (p *whereParser) sign(signs ...string) string {
	if p.tokens[0].kind != aSign || !slices.Contains(signs, p.tokens[0].text) {
		return ""
	}
	return p.take().text
}

func (p *whereParser) either() (condition, error) {
	all, err := p.list("or", p.both)
	if err != nil || len(all) > 1 {
		return either(all), err
	}
	return all[0], nil
}

func (p *whereParser) both() (condition, error) {
	all, err := p.list("and", p.single)
	if err != nil || len(all) > 1 {
		return both(all), err
	}
	return all[0], nil
}

// list reads parts with a word between them, one at least.
func (p *whereParser) list(between string, part func() (condition, error)) (all []condition, err error) {
	for {
		c, err := part()
		if err != nil {
			return nil, err
		}
		if all = append(all, c); !p.word(between) {
			return all, nil
		}
	}
}

// single reads what stands between and and or.
func (p *whereParser) single() (condition, error) {
	switch {
	case p.word("not"):
		c, err := p.single()
		return inverse{c}, err
	case p.sign("(") != "":
		c, err := p.either()
		if err != nil {
			return nil, err
		}
		return c, p.closed()
	}
	return p.predicate()
}

func (p *whereParser) closed() error {
	if p.sign(")") == "" {
		return p.unexpected(")")
	}
	return nil
}

// keywords can't name a column without brackets.
const keywords = " and or not in is blank today "

// predicate reads what is said of one column.
func (p *whereParser) predicate() (condition, error) {
	t := p.tokens[0]
	if t.kind != aColumn && (t.kind != aWord || strings.Contains(keywords, " "+lower(t.text)+" ")) {
		return nil, p.unexpected("a column")
	}
	c, err := p.column(p.take())
	if err != nil {
		return nil, err
	}
	if sign := p.sign("=", "!=", "<", "<=", ">", ">="); sign != "" {
		v, err := p.value()
		return compared{c, sign, v}, err
	}
	if p.word("is") {
		not := p.word("not")
		if !p.word("blank") {
			return nil, p.unexpected("blank")
		}
		return opposite(not, empty{c}), nil
	}
	not := p.word("not")
	if !p.word("in") {
		return nil, p.unexpected("one of = != < <= > >=, in, or is blank")
	}
	values, err := p.values()
	return opposite(not, among{c, values}), err
}

func opposite(not bool, c condition) condition {
	if not {
		return inverse{c}
	}
	return c
}

// column finds the column that a token names.
func (p *whereParser) column(t token) (column, error) {
	same := func(equal func(heading string) bool) (out []int) {
		for i, h := range p.header {
			if equal(h) {
				out = append(out, i)
			}
		}
		return out
	}
	found := same(func(h string) bool { return h == t.text })
	if len(found) == 0 {
		key := headingKey(t.text)
		found = same(func(h string) bool { return key != "" && headingKey(h) == key })
	}
	switch name := shorten(t.text); {
	case len(found) == 0 || trim(t.text) == "":
		return column{}, p.fail(t.at, fmt.Sprintf("there is no column %q", name))
	case len(found) > 1:
		return column{}, p.fail(t.at, fmt.Sprintf("%d columns may be meant by %q", len(found), name))
	case looksSecret(p.header[found[0]]):
		return column{}, p.fail(t.at, fmt.Sprintf("passwords are not kept, so nothing can be asked of %q", name))
	}
	return column{found[0], p.header[found[0]]}, nil
}

// values reads values in parentheses, one at least.
func (p *whereParser) values() (all []value, err error) {
	if p.sign("(") == "" {
		return nil, p.unexpected("(")
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if all = append(all, v); p.sign(",") == "" {
			return all, p.closed()
		}
	}
}

// value reads what a column is compared with.
func (p *whereParser) value() (value, error) {
	minus := p.sign("-")
	switch t := p.tokens[0]; {
	case t.kind == aNumber:
		n, err := strconv.ParseFloat(minus+p.take().text, 64)
		if err != nil {
			return value{}, p.fail(t.at, fmt.Sprintf("%q is no number", shorten(t.text)))
		}
		return value{kind: numberValue, number: n}, nil
	case minus != "":
	case t.kind == aText && isDay(trim(t.text)):
		return value{}, p.fail(t.at, "a date stands without quotes")
	case t.kind == aText:
		return value{kind: textValue, text: p.take().text}, nil
	case t.kind == aDay:
		d, err := time.Parse(time.DateOnly, p.take().text)
		if err != nil {
			return value{}, p.fail(t.at, t.text+" is no day of the calendar")
		}
		return value{kind: dayValue, days: dayOf(d)}, nil
	case p.word("today"):
		return p.fromToday()
	case t.kind == aWord:
		return value{}, p.fail(t.at, fmt.Sprintf("%q stands where a value is wanted: a text stands in quotes", shorten(t.text)))
	}
	return value{}, p.unexpected("a value")
}

// fromToday reads how many days before or after today.
func (p *whereParser) fromToday() (value, error) {
	v := value{kind: todayValue}
	sign := p.sign("+", "-")
	if sign == "" {
		return v, nil
	}
	days, err := strconv.Atoi(sign + p.tokens[0].text)
	if p.tokens[0].kind != aNumber || err != nil || days < -mostDays || days > mostDays {
		return v, p.unexpected("a number of days")
	}
	p.take()
	v.days = days
	return v, nil
}

// mostDays is how far from today a day may be.
const mostDays = 36_525
