package sheet

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSerialCell(t *testing.T) {
	for _, tt := range []struct {
		name     string
		serial   float64
		date1904 bool
		want     string // "" if it is no date
	}{
		{"day 0 has only a time", 0.75, false, "1899-12-31T18:00:00"},
		{"first day", 1, false, "1900-01-01"},
		{"before the phantom day", 59, false, "1900-02-28"},
		{"the phantom day", 60, false, "1900-02-29"},
		{"within the phantom day", 60.5, false, "1900-02-29T12:00:00"},
		{"rounded up to the phantom day", 59.9999999, false, "1900-02-29"},
		{"after the phantom day", 61, false, "1900-03-01"},
		{"rounded up from the phantom day", 60.9999999, false, "1900-03-01"},
		{"a leap day", 45351, false, "2024-02-29"},
		{"with a time", 45351.0430902778, false, "2024-02-29T01:02:03"},
		{"rounded to midnight", 45350.999999, false, "2024-02-29"},
		{"last day", 2958465, false, "9999-12-31"},
		{"rounded up behind the last day", 2958465.999999, false, ""},
		{"behind the last day", 2958466, false, ""},
		{"negative", -1, false, ""},
		{"not a number", math.NaN(), false, ""},
		{"infinite", math.Inf(1), false, ""},
		{"1904: day 0", 0, true, "1904-01-01"},
		{"1904: no phantom day", 60, true, "1904-03-01"},
		{"1904: a leap day", 43889, true, "2024-02-29"},
		{"1904: last day", 2957003, true, "9999-12-31"},
		{"1904: behind the last day", 2957004, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, ok := serialCell(tt.serial, tt.date1904)
			if c.Text != tt.want || ok != (tt.want != "") {
				t.Errorf("text is %q, %t, want %q", c.Text, ok, tt.want)
			}
			at, isTime := SerialDate(tt.serial, tt.date1904)
			if !at.Equal(c.Date) {
				t.Errorf("SerialDate gives %v, the cell has %v", at, c.Date)
			}
			if isTime && dateText(at) != tt.want {
				t.Errorf("SerialDate gives %v, want %s", at, tt.want)
			}
		})
	}
}

func TestDateSerialRefuses(t *testing.T) {
	for _, at := range []time.Time{{}, epoch1900.Add(-time.Second), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if serial, ok := dateSerial(at); ok {
			t.Errorf("dateSerial(%v) = %v, want false", at, serial)
		}
	}
}

func FuzzSerialDate(f *testing.F) {
	for _, serial := range []float64{0, 0.5, 59.9999999, 60, 61, 45351.0430902778, 2958465.99999} {
		f.Add(serial, false)
		f.Add(serial, true)
	}
	f.Fuzz(func(t *testing.T, serial float64, date1904 bool) {
		at, ok := SerialDate(serial, date1904)
		if !ok {
			return
		}
		if at.Nanosecond() != 0 || at.Year() < 1899 || at.Year() > 9999 {
			t.Errorf("SerialDate(%v) = %v", serial, at)
		}
		back, ok := dateSerial(at)
		if !ok {
			t.Fatalf("%v of %v has no serial number", at, serial)
		}
		const halfSecond = 0.5 / secondsADay * 1.001
		if date1904 {
			back -= 1462
			if at.Before(time.Date(1900+4, 1, 1, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("SerialDate(%v) = %v in the 1904 system", serial, at)
			}
		}
		if math.Abs(back-serial) > halfSecond {
			t.Errorf("%v is %v, which is %v", serial, at, back)
		}
		again, ok := SerialDate(back, date1904)
		if diff := cmp.Diff(at, again); !ok || diff != "" {
			t.Errorf("round trip of %v (-want +got):\n%s", serial, diff)
		}
	})
}
