package batch

import (
	"fmt"
	"strconv"
	"time"

	"mimebatch/batch/sheet"
)

// DateLayout is how dates are kept and sent: the form that the API's documentation of update-user gives.
const DateLayout = "2006-01-02T15:04:05-0700"

// The years that a date can be of, in UTC.
const (
	firstYear = 1970
	lastYear  = 2100
)

// DateOrder is the order of day, month and year in dates that are written with numbers.
type DateOrder string

// The orders. Dates that begin with the four digits of the year are read in all of them; with YearFirst no other date is that
// has a number for the month, but for those with full stops.
const (
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
	YearFirst  DateOrder = "ymd"

	// bothOrders is that of a column in which some dates can only have the day first, and some only the month.
	bothOrders DateOrder = "both"
)

// ParseDateOrder reads an order's word, in any case.
func ParseDateOrder(s string) (DateOrder, bool) {
	switch o := DateOrder(lower(trim(s))); o {
	case DayFirst, MonthFirst, YearFirst:
		return o, true
	}
	return "", false
}

// dateOrders finds out the order that the dates of a column have in common. Its zero value is ready for use.
type dateOrders struct{ dayFirst, monthFirst bool }

// see looks at one more cell of the column.
func (o *dateOrders) see(c sheet.Cell) {
	if c.Kind != sheet.Text {
		return
	}
	s := trim(c.Text)
	if _, ok := isoDay(s); ok {
		return
	}
	w, code := scanDate(s)
	if code != "" || !w.numeric || w.shortYear {
		return
	}
	o.dayFirst = o.dayFirst || w.day > 12 && w.month <= 12
	o.monthFirst = o.monthFirst || w.month > 12 && w.day <= 12
}

// order returns the order that at least one of the cells proved and none disproved; "" if no cell proved any. If some cells
// prove the one and some the other it is bothOrders, with which [readDate] refuses every date that depends on the order.
func (o *dateOrders) order() DateOrder {
	switch {
	case o.dayFirst && o.monthFirst:
		return bothOrders
	case o.dayFirst:
		return DayFirst
	case o.monthFirst:
		return MonthFirst
	}
	return ""
}

// readDate reads a cell of a date field and returns it in [DateLayout], in UTC.
//
// It reads ISO 8601, a spreadsheet's own dates and numbers of days, dates with the month's name, and dates of numbers. A date
// of numbers with full stops has the day first; others have the order given, and if that is "" only those are read which make
// the same day in both orders, or none in the other. A year has four digits; but with the month's name two are enough, for 1970
// to 2069, with a warning. A date without a time zone is one of the zone, nil for UTC; one without a time of day is the moment
// at which the day begins there. Names of time zones, but for UTC and GMT, are refused: several places share them.
func readDate(c sheet.Cell, order DateOrder, zone *time.Location) (string, *Problem) {
	if zone == nil {
		zone = time.UTC
	}
	s := trim(c.Text)
	if day, ok := isoDay(s); ok && zone == time.UTC {
		if p := checkDay(day); p != nil {
			return "", p
		}
		return s + "T00:00:00+0000", nil
	}
	switch {
	case c.Kind == sheet.Date && !c.Date.IsZero():
		return inZone(civil(c.Date), zone)
	case c.Kind == sheet.Number && !c.Date.IsZero():
		return serialDate(c.Date, zone)
	case c.Kind == sheet.Text && isSerial(s):
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			if t, ok := sheet.SerialDate(f, false); ok {
				return serialDate(t, zone)
			}
		}
	}
	if p := unreadable(s); p != nil {
		return "", p
	}
	w, code := scanDate(s)
	if code != "" {
		return "", dateProblem(code)
	}
	if code := w.settle(order); code != "" {
		return "", dateProblem(code)
	}
	value, p := inZone(w.moment, zone)
	if w.shortYear && value != "" {
		p = Problem{
			Code: DateTwoDigitYear, Message: "a year of two digits was completed", Hint: "write the year with four digits",
		}.readAs(value)
	}
	return value, p
}

// settle puts day and month in their places.
func (w *written) settle(order DateOrder) Code {
	switch {
	case w.shortYear && !w.named:
		return DateTwoDigitYear
	case !w.numeric:
		return ""
	case w.day > 12 && w.month > 12:
		return DateImpossible
	case order == bothOrders:
		return DateMixed
	case order == YearFirst:
		return DateOrderOther
	case w.day == w.month:
		return ""
	case order == "" && w.day <= 12 && w.month <= 12:
		return DateAmbiguous
	case order == MonthFirst || order == "" && w.month > 12:
		w.day, w.month = w.month, w.day
	}
	if w.month > 12 {
		return DateOrderOther
	}
	return ""
}

// serialDate reads a number that a spreadsheet counts days with.
func serialDate(t time.Time, zone *time.Location) (string, *Problem) {
	value, p := inZone(civil(t), zone)
	if value == "" {
		return "", p
	}
	return value, Problem{
		Code: DateSerial, Message: "a number of days, as spreadsheets count them, was read as a date",
		Hint: "format the column as a date to be sure",
	}.readAs(value)
}

// moment is a time as a calendar and a clock show it.
type moment struct {
	year, month, day     int
	hour, minute, second int
	timed                bool // it has a time of day
	zoned                bool // it has an offset
	offset               int  // from UTC, in seconds
}

// civil returns the moment that t shows in UTC.
func civil(t time.Time) moment {
	t = t.UTC()
	m := moment{year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute(), second: t.Second()}
	m.timed = m.hour != 0 || m.minute != 0 || m.second != 0
	return m
}

// checkDay returns what is wrong with a day of the calendar, nil if nothing is.
func checkDay(m moment) *Problem {
	switch {
	case m.month < 1 || m.month > 12 || m.day < 1 || m.day > daysIn(m.year, m.month):
		return dateProblem(DateImpossible)
	case m.year < firstYear || m.year > lastYear:
		p := dateProblem(DateRange)
		p.Detail = fmt.Sprintf("the year %d", m.year)
		return p
	}
	return nil
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// inZone returns the moment in [DateLayout], in UTC. If clocks are put back it may come twice, and the first is returned with a
// warning; a time that clocks skip is refused.
func inZone(m moment, zone *time.Location) (string, *Problem) {
	if p := checkDay(m); p != nil {
		return "", p
	}
	if m.hour > 23 || m.minute > 59 || m.second > 59 {
		return "", dateProblem(DateImpossible)
	}
	wall := time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, m.second, 0, time.UTC)
	if m.zoned || zone == time.UTC {
		return inUTC(wall.Add(-time.Duration(m.offset) * time.Second))
	}
	// Around a change of the clock the offsets of the days before and after differ.
	early, late := at(wall, zone, -1), at(wall, zone, +1)
	first, second := min(early, late), max(early, late)
	isFirst, isSecond := shows(first, wall, zone), shows(second, wall, zone)
	switch {
	case isFirst && isSecond && first != second && m.timed:
		value, p := inUTC(time.Unix(first, 0))
		if p != nil {
			return "", p
		}
		return value, Problem{
			Code: DateTwice, Message: "clocks show this time twice, as they are put back; the first is taken",
			Hint: "add the offset from UTC, such as +0100",
		}.readAs(value)
	case isFirst:
		return inUTC(time.Unix(first, 0))
	case isSecond:
		return inUTC(time.Unix(second, 0))
	case !m.timed && time.Unix(second, 0).In(zone).Day() == m.day:
		return inUTC(time.Unix(second, 0)) // clocks skip midnight: the day begins when they have done so
	}
	return "", &Problem{
		Code: DateImpossible, Message: "clocks skip this time, as they are put forward",
		Hint: "check the time of day, or add the offset from UTC, such as +0100",
	}
}

// at returns when, in Unix seconds, clocks of the zone show the wall time if the offset from UTC is that of so many days later.
func at(wall time.Time, zone *time.Location, days int) int64 {
	_, offset := wall.AddDate(0, 0, days).In(zone).Zone()
	return wall.Unix() - int64(offset)
}

// shows tells whether clocks of the zone show the wall time at a Unix second.
func shows(unix int64, wall time.Time, zone *time.Location) bool {
	_, offset := time.Unix(unix, 0).In(zone).Zone()
	return unix+int64(offset) == wall.Unix()
}

func inUTC(t time.Time) (string, *Problem) {
	t = t.UTC()
	if p := checkDay(civil(t)); p != nil {
		return "", p
	}
	return t.Format(DateLayout), nil
}

// dateProblem returns the words of a problem with a date.
func dateProblem(code Code) *Problem {
	const form = "write year-month-day, such as 2026-12-31"
	p := &Problem{Code: code}
	switch code {
	case DateImpossible:
		p.Message, p.Hint = "there is no such date", "check day, month and time"
	case DateAmbiguous:
		p.Message = "day and month can't be told apart for sure"
		p.Hint = "say --date-order dmy if the day comes first, mdy if the month does; or " + form
	case DateMixed:
		p.Message = "some dates of the column have the day first, and some the month"
		p.Hint = form + "; or say --date-order dmy or mdy and mend those that remain"
	case DateOrderOther:
		p.Message = "not a date in the order of day and month that the column has"
		p.Hint = form
	case DateTwoDigitYear:
		p.Message, p.Hint = "a year of two digits", "write the year with four digits"
	case DateRange:
		p.Message = fmt.Sprintf("a year before %d or after %d", firstYear, lastYear)
		p.Hint = "check the year"
	case DateZone:
		p.Message = "a time zone's name, which several places share"
		p.Hint = "write the offset from UTC, such as -0500, or leave it out"
	default:
		p.Message = "not a date"
		p.Hint = form + ", or 2015-11-16T14:49:18+0000"
	}
	return p
}
