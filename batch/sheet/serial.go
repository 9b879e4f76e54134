package sheet

import (
	"math"
	"time"
)

// Serial numbers count days. In the 1900 system day 1 is 1 January 1900, and day 60 is 29 February 1900, a day that never was:
// programs keep it for the sake of a forebear that took 1900 for a leap year. In the 1904 system day 0 is 1 January 1904.
const (
	phantomDay  = 60
	secondsADay = 24 * 60 * 60
	lastDay1900 = 2_958_465 // 31 December 9999
	lastDay1904 = 2_957_003
)

var (
	epoch1900   = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	epochLeaped = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC) // from day 61 on
	epoch1904   = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
)

// SerialDate returns the time that a spreadsheet program shows for a serial number, rounded to the second, in UTC. It is
// false for numbers that are no date: below 0, behind the year 9999, and the 29 February of 1900 that never was.
func SerialDate(serial float64, date1904 bool) (time.Time, bool) {
	day, second, ok := splitSerial(serial, date1904)
	if !ok || !date1904 && day == phantomDay {
		return time.Time{}, false
	}
	epoch := epochLeaped
	switch {
	case date1904:
		epoch = epoch1904
	case day < phantomDay:
		epoch = epoch1900
	}
	return time.Unix(epoch.Unix()+int64(day)*secondsADay+int64(second), 0).UTC(), true
}

// splitSerial rounds a serial number to seconds, which may carry over to the next day, and splits it.
func splitSerial(serial float64, date1904 bool) (day, second int, ok bool) {
	last := lastDay1900
	if date1904 {
		last = lastDay1904
	}
	if !(serial >= 0 && serial < float64(last+1)) {
		return 0, 0, false
	}
	seconds := int64(math.Round(serial * secondsADay))
	day, second = int(seconds/secondsADay), int(seconds%secondsADay)
	return day, second, day <= last
}

// dateSerial is the inverse of [SerialDate] in the 1900 system. It is false for times before its day 0 or behind the year 9999.
func dateSerial(t time.Time) (float64, bool) {
	t = t.UTC()
	if t.Before(epoch1900) || t.Year() > 9999 {
		return 0, false
	}
	seconds := t.Unix() - epoch1900.Unix()
	if seconds >= phantomDay*secondsADay {
		seconds += secondsADay
	}
	return float64(seconds) / secondsADay, true
}

// The layouts of a date cell's text.
const (
	dayLayout  = "2006-01-02"
	timeLayout = "2006-01-02T15:04:05"
)

func dateText(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format(dayLayout)
	}
	return t.Format(timeLayout)
}

// serialCell returns the cell for a number that is formatted as a date. It is false if the number is no date.
func serialCell(serial float64, date1904 bool) (Cell, bool) {
	if t, ok := SerialDate(serial, date1904); ok {
		return Cell{Kind: Date, Text: dateText(t), Date: t}, true
	}
	_, second, ok := splitSerial(serial, date1904)
	if !ok {
		return Cell{}, false
	}
	// Only the phantom day is left. Its text is what the spreadsheet program shows, and it is no point in time.
	clock := dateText(epoch1904.Add(time.Duration(second) * time.Second))[len(dayLayout):]
	return Cell{Kind: Date, Text: "1900-02-29" + clock}, true
}
