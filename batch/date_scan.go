package batch

import "strings"

// written is a date as it is written.
type written struct {
	moment
	numeric   bool // nothing but the column tells the day from the month: they are held as if the day came first
	named     bool // the month has its name
	shortYear bool // the year had two digits, and was completed to one from 1970 to 2069
}

// serialDigits is how many digits the whole number of days has, from 1927 to 2173.
const serialDigits = 5

// isoDay reads 2026-12-31, of any digits.
func isoDay(s string) (m moment, ok bool) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return m, false
	}
	for i := range len(s) {
		if i != 4 && i != 7 && (s[i] < '0' || s[i] > '9') {
			return m, false
		}
	}
	return moment{year: number(s[:4]), month: number(s[5:7]), day: number(s[8:])}, true
}

// number returns the value of a few digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// isSerial tells texts such as 43479 and 43479.5.
func isSerial(s string) bool {
	if digits(s) != serialDigits {
		return false
	}
	fraction, ok := strings.CutPrefix(s[serialDigits:], ".")
	return fraction == "" && !ok || fraction != "" && ok && digits(fraction) == len(fraction)
}

// dateSigns puts signs in place of the words that Chinese and Japanese write behind the numbers of a date.
var dateSigns = strings.NewReplacer("年", "-", "月", "-", "日", " ")

// scanDate takes a trimmed text apart. The code is "" or says why it is no date.
func scanDate(s string) (written, Code) {
	if !isPlain(s) {
		s = strings.TrimSpace(dateSigns.Replace(fold(s)))
	}
	d := scanner{rest: s}
	w, ok := d.date()
	if !ok {
		return written{}, DateUnreadable
	}
	if code := d.time(&w.moment); code != "" {
		return written{}, code
	}
	return w, ""
}

// scanner takes a date apart from its front to its end.
type scanner struct{ rest string }

// number takes up to eight digits, and returns how many there were.
func (d *scanner) number() (value, width int) {
	width = digits(d.rest)
	if width > 8 {
		return 0, 0
	}
	value, d.rest = number(d.rest[:width]), d.rest[width:]
	return value, width
}

// word takes letters.
func (d *scanner) word() string {
	n := 0
	for n < len(d.rest) && ('a' <= d.rest[n]|0x20 && d.rest[n]|0x20 <= 'z') {
		n++
	}
	w := d.rest[:n]
	d.rest = d.rest[n:]
	return w
}

// month takes a month's name, and returns 0 if there is none.
func (d *scanner) month() int {
	m, _ := find(monthWords(), d.word())
	return m
}

// byte takes one of the characters, and returns 0 if there is none of them.
func (d *scanner) byte(of string) byte {
	if d.rest == "" || strings.IndexByte(of, d.rest[0]) < 0 {
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *scanner) blanks() { d.rest = strings.TrimLeft(d.rest, " ") }

// separator takes what stands between the parts of a date: a sign, blanks, or both.
func (d *scanner) separator() byte {
	before := len(d.rest)
	d.blanks()
	sign := d.byte("-/.,")
	d.blanks()
	if sign == 0 && len(d.rest) < before {
		return ' '
	}
	return sign
}

// small takes a word such as the "de" of "15 de marzo de 2021", of those given, with the blanks behind it.
func (d *scanner) small(of ...string) {
	was := *d
	w := d.word()
	for _, o := range of {
		if w != "" && strings.EqualFold(w, o) {
			d.blanks()
			return
		}
	}
	*d = was
}

// date takes day, month and year.
func (d *scanner) date() (w written, ok bool) {
	d.small("den", "le", "el")
	first, width := d.number()
	switch width {
	case 0:
		return d.monthFirst()
	case 1, 2:
		return d.dayFirst(first)
	case 4:
		return d.yearFirst(first)
	case 8:
		return written{moment: moment{year: first / 10000, month: first / 100 % 100, day: first % 100}}, true
	}
	return w, false
}

// yearFirst takes what follows the year of 2026-12-31 or 2026/Dec/31.
func (d *scanner) yearFirst(year int) (w written, ok bool) {
	w.year = year
	sign := d.separator()
	month, width := d.number()
	if width == 0 {
		month = d.month()
	}
	again := d.separator()
	day, dayWidth := d.number()
	w.month, w.day = month, day
	return w, width <= 2 && (width > 0 || month > 0) && dayWidth >= 1 && dayWidth <= 2 && sign == again && sign != 0 && sign != ','
}

// monthFirst takes March 15, 2021.
func (d *scanner) monthFirst() (w written, ok bool) {
	w.month, w.named = d.month(), true
	d.separator()
	day, width := d.number()
	d.small("st", "nd", "rd", "th")
	sign := d.separator()
	w.day = day
	return w, w.month > 0 && width >= 1 && width <= 2 && sign != 0 && d.year(&w)
}

// dayFirst takes what follows the first number of 31/12/2026, 15-Mar-2021 or 15. März 2021. Where full stops or the
// month's name don't tell, it may be the month's.
func (d *scanner) dayFirst(first int) (w written, ok bool) {
	w.day = first
	d.small("st", "nd", "rd", "th", "er", "o", "a")
	sign := d.separator()
	second, width := d.number()
	if width > 0 {
		again := d.separator()
		w.month, w.numeric = second, sign != '.'
		return w, width <= 2 && sign == again && (sign == '-' || sign == '/' || sign == '.') && d.year(&w)
	}
	d.small("de", "of")
	w.month, w.named = d.month(), true
	d.separator()
	d.small("de", "del")
	return w, w.month > 0 && d.year(&w)
}

// year takes a year at the end of a date.
func (d *scanner) year(w *written) bool {
	year, width := d.number()
	if width == 2 {
		w.shortYear = true
		year += 1900
		if year < firstYear {
			year += 100
		}
	}
	w.year = year
	return width == 2 || width == 4
}

// time takes the time of day and the offset from UTC, if there are any, up to the end.
func (d *scanner) time(m *moment) Code {
	if d.rest == "" {
		return ""
	}
	before := d.rest
	d.byte(",")
	d.blanks()
	d.small("T")
	if len(d.rest) == len(before) {
		return DateUnreadable
	}
	hour, width := d.number()
	sign := d.byte(":.")
	minute, minuteWidth := d.number()
	if width < 1 || width > 2 || sign == 0 || minuteWidth != 2 {
		return DateUnreadable
	}
	m.hour, m.minute, m.timed = hour, minute, true
	if d.byte(string(sign)) != 0 {
		if m.second, width = d.number(); width != 2 {
			return DateUnreadable
		}
		if d.byte(".,") != 0 {
			fraction := digits(d.rest)
			if fraction == 0 {
				return DateUnreadable
			}
			d.rest = d.rest[fraction:] // dates are kept to the second
		}
	}
	d.blanks()
	if code := d.halfDay(m); code != "" {
		return code
	}
	d.blanks()
	return d.offset(m)
}

// halfDay takes AM or PM.
func (d *scanner) halfDay(m *moment) Code {
	was := *d
	w := d.word()
	if len(w) == 1 && d.byte(".") != 0 {
		d.blanks()
		w += d.word()
		d.byte(".")
	}
	afternoon := strings.EqualFold(w, "pm")
	switch {
	case !afternoon && !strings.EqualFold(w, "am"):
		*d = was
		return ""
	case m.hour < 1 || m.hour > 12:
		return DateImpossible
	}
	m.hour %= 12
	if afternoon {
		m.hour += 12
	}
	return ""
}

// offset takes Z, UTC, GMT, +0100, +01:00 or +01.
func (d *scanner) offset(m *moment) Code {
	if w := d.word(); strings.EqualFold(w, "Z") || strings.EqualFold(w, "UTC") || strings.EqualFold(w, "GMT") {
		m.zoned = true
	} else if isZoneName(w) && d.rest == "" {
		return DateZone
	} else if w != "" {
		return DateUnreadable
	} else if sign := d.byte("+-"); sign != 0 {
		value, width := d.number()
		minutes := 0
		switch width {
		case 4:
			value, minutes = value/100, value%100
		case 2:
			if d.byte(":") != 0 {
				if minutes, width = d.number(); width != 2 {
					return DateUnreadable
				}
			}
		default:
			return DateUnreadable
		}
		if value > 14 || minutes > 59 {
			return DateImpossible
		}
		m.zoned, m.offset = true, (value*60+minutes)*60
		if sign == '-' {
			m.offset = -m.offset
		}
	}
	if d.rest != "" {
		return DateUnreadable
	}
	return ""
}

// isZoneName tells words such as EST and AEDT.
func isZoneName(w string) bool { return (len(w) == 3 || len(w) == 4) && w == strings.ToUpper(w) }
