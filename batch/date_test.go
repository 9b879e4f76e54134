package batch

import (
	"testing"
	"time"

	"mimebatch/batch/sheet"
)

func dateCell(k sheet.Kind, s string, d time.Time) sheet.Cell {
	return sheet.Cell{Kind: k, Text: s, Date: d}
}

func TestReadDate(t *testing.T) {
	date := time.Date(2015, 11, 16, 14, 49, 18, 0, time.UTC)
	for _, tt := range []struct {
		in   sheet.Cell
		want string
		code Code
	}{
		{text("2015-11-16T14:49:18+0000"), "2015-11-16T14:49:18+0000", ""},
		{text("2015-11-16T14:49:18Z"), "2015-11-16T14:49:18+0000", ""},
		{text("2015-11-16T14:49:18+02:00"), "2015-11-16T12:49:18+0000", ""},
		{text("2015-11-16T14:49:18-11"), "2015-11-17T01:49:18+0000", ""},
		{text("2015-11-16T14:49:18.5Z"), "2015-11-16T14:49:18+0000", ""},
		{text("2015-11-16 14:49:18 +0100"), "2015-11-16T13:49:18+0000", ""},
		{text(" 2015-11-16 "), "2015-11-16T00:00:00+0000", ""},
		{text("2015-11-16 14:49"), "2015-11-16T14:49:00+0000", ""},
		{text("2015/11/16"), "2015-11-16T00:00:00+0000", ""},
		{text("2015.1.6"), "2015-01-06T00:00:00+0000", ""},
		{text("20151116"), "2015-11-16T00:00:00+0000", ""},
		{text("20151116 14:49"), "2015-11-16T14:49:00+0000", ""},
		{text("16.11.2015"), "2015-11-16T00:00:00+0000", ""},
		{text("3.4.2026"), "2026-04-03T00:00:00+0000", ""},
		{text("3. 4. 2026"), "2026-04-03T00:00:00+0000", ""},
		{text("16.11.2015 14:49:18"), "2015-11-16T14:49:18+0000", ""},
		{text("2015-11-16 2:49 PM"), "2015-11-16T14:49:00+0000", ""},
		{text("2015-11-16, 12:49 a.m."), "2015-11-16T00:49:00+0000", ""},
		{text("2015-11-16 12:00 p. m."), "2015-11-16T12:00:00+0000", ""},
		{text("2024-02-29"), "2024-02-29T00:00:00+0000", ""},
		{text("2015年11月16日"), "2015-11-16T00:00:00+0000", ""},
		{text("２０１５－１１－１６"), "2015-11-16T00:00:00+0000", ""},
		{dateCell(sheet.Date, "2015-11-16T14:49:18", date), "2015-11-16T14:49:18+0000", ""},
		{text("2026-02-30"), "", DateImpossible},
		{text("2026-13-01"), "", DateImpossible},
		{text("2026-00-01"), "", DateImpossible},
		{text("2023-02-29"), "", DateImpossible},
		{text("0000-00-00"), "", DateImpossible},
		{text("2026-02-20T25:00"), "", DateImpossible},
		{text("2026-02-20 13:00 PM"), "", DateImpossible},
		{text("2026-02-20T10:00+1500"), "", DateImpossible},
		{text("31.04.2026"), "", DateImpossible},
		{text("16.13.2015"), "", DateImpossible},
		{text("1003-01-01"), "", DateRange},
		{text("1969-12-31"), "", DateRange},
		{text("2101-01-01"), "", DateRange},
		{text("1970-01-01T00:00+0100"), "", DateRange},
		{text("2015-11-16 14:49 EST"), "", DateZone},
		{text("2015-11-16 14:49 CEST"), "", DateZone},
		{text("2015-11-16 14:49 GMT"), "2015-11-16T14:49:00+0000", ""},
		{text("next Monday"), "", DateUnreadable},
		{text("2026"), "", DateUnreadable},
		{text("2026-12"), "", DateUnreadable},
		{text("2026-12-01T"), "", DateUnreadable},
		{text("2026-12-01 soon"), "", DateUnreadable},
		{text("2026-12-01 10:00 tomorrow"), "", DateUnreadable},
		{text("2026-12/01"), "", DateUnreadable},
		{text("1/2/2026/3"), "", DateUnreadable},
		{text("n/a"), "", NullWord},
		{text("-"), "", NullWord},
		{text("#N/A"), "", CellError},
		{text("2026-12\x00-01"), "", ControlCharacter},
		{text("2026\ufffd12-01"), "", LostCharacter},
		{sheet.Cell{Kind: sheet.Number, Text: "-5"}, "", DateUnreadable},
		{sheet.Cell{Kind: sheet.Number, Text: "20151116"}, "2015-11-16T00:00:00+0000", ""},
		{sheet.Cell{Kind: sheet.Bool, Text: "TRUE"}, "", DateUnreadable},
	} {
		got, p := readDate(tt.in, "", nil)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("readDate(%+v) = %q, %q; want %q, %q", tt.in, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

func TestReadDateOfSerialNumbers(t *testing.T) {
	date := time.Date(2015, 11, 16, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		in   sheet.Cell
		want string
		code Code
	}{
		{text("42324"), "2015-11-16T00:00:00+0000", DateSerial},
		{text("42324.5"), "2015-11-16T12:00:00+0000", DateSerial},
		{dateCell(sheet.Number, "42324.5", date), "2015-11-16T12:00:00+0000", DateSerial},
		{text("99999"), "", DateRange},
		{text("4232"), "", DateUnreadable},
		{text("423240"), "", DateUnreadable},
		{text("42324."), "", DateUnreadable},
		{text("42324.5.5"), "", DateUnreadable},
		{dateCell(sheet.Number, "2026", time.Date(1905, 7, 18, 0, 0, 0, 0, time.UTC)), "", DateRange},
	} {
		got, p := readDate(tt.in, "", nil)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("readDate(%+v) = %q, %q; want %q, %q", tt.in, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

func TestReadDateWithMonthName(t *testing.T) {
	for _, in := range []string{
		"15-Mar-2021", "15-MAR-2021", "15 Mar 2021", "15Mar2021", "15/Mar/2021", "March 15, 2021", "Mar 15 2021", "Mar. 15th, 2021", "15th of March 2021",
		"15. März 2021", "15. Mrz. 2021", "15 mars 2021", "le 15 mars 2021", "15 de marzo de 2021", "15 marzo 2021", "15 de março de 2021", "15 MARCO 2021", "15 maart 2021",
		"15 mrt 2021", "15 marca 2021", "15. března 2021", "den 15 mars 2021", "2021-Mar-15", "2021 March 15",
	} {
		if got, p := readDate(text(in), "", nil); got != "2021-03-15T00:00:00+0000" || p != nil {
			t.Errorf("readDate(%q) = %q, %q", in, got, codeOf(p))
		}
	}
	for in, want := range map[string]string{
		"1er août 2021": "2021-08-01T00:00:00+0000", "1º de janeiro de 2021": "2021-01-01T00:00:00+0000", "1 września 2021": "2021-09-01T00:00:00+0000",
		"01-JAN-2019 12.00.00.000000 AM": "2019-01-01T00:00:00+0000", "15-Mar-2021 14:30": "2021-03-15T14:30:00+0000",
	} {
		if got, p := readDate(text(in), "", nil); got != want || p != nil {
			t.Errorf("readDate(%q) = %q, %q; want %q", in, got, codeOf(p), want)
		}
	}
	for in, code := range map[string]Code{
		"31-Feb-2021": DateImpossible, "15-Foo-2021": DateUnreadable, "15 jui 2021": DateUnreadable, "March 2021": DateUnreadable, "15-Mar": DateUnreadable,
		"15-Mar-021": DateUnreadable, "115-Mar-2021": DateUnreadable, "15-Mar-1903": DateRange,
	} {
		if got, p := readDate(text(in), "", nil); got != "" || codeOf(p) != code {
			t.Errorf("readDate(%q) = %q, %q; want %q", in, got, codeOf(p), code)
		}
	}
}

func TestReadDateWithTwoDigitYear(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"01-JAN-19", "2019-01-01T00:00:00+0000"},
		{"01-JAN-69", "2069-01-01T00:00:00+0000"},
		{"01-JAN-70", "1970-01-01T00:00:00+0000"},
		{"Jan 1, 19", "2019-01-01T00:00:00+0000"},
		{"3.4.26", ""},
		{"13/04/26", ""},
		{"03-04-26", ""},
	} {
		got, p := readDate(text(tt.in), DayFirst, nil)
		if got != tt.want || codeOf(p) != DateTwoDigitYear {
			t.Errorf("readDate(%q) = %q, %q; want %q", tt.in, got, codeOf(p), tt.want)
		}
		checkWords(t, p, got)
	}
}

// C18: a date such as 01/02/2026 is refused unless the column or the person says what comes first.
func TestReadDateInTheColumnsOrder(t *testing.T) {
	const april, march = "2026-04-03T00:00:00+0000", "2026-03-04T00:00:00+0000"
	for _, tt := range []struct {
		in    string
		order DateOrder
		want  string
		code  Code
	}{
		{"03/04/2026", "", "", DateAmbiguous},
		{"03-04-2026", "", "", DateAmbiguous},
		{"3/4/2026 10:00", "", "", DateAmbiguous},
		{"03/04/2026", DayFirst, april, ""},
		{"03-04-2026", DayFirst, april, ""},
		{"03/04/2026", MonthFirst, march, ""},
		{"03/04/2026", YearFirst, "", DateOrderOther},
		{"03/04/2026", bothOrders, "", DateMixed},
		{"03.04.2026", MonthFirst, april, ""},
		{"13/04/2026", "", "2026-04-13T00:00:00+0000", ""},
		{"04/13/2026", "", "2026-04-13T00:00:00+0000", ""},
		{"13/04/2026", MonthFirst, "", DateOrderOther},
		{"04/13/2026", DayFirst, "", DateOrderOther},
		{"13/04/2026", bothOrders, "", DateMixed},
		{"05/05/2026", "", "2026-05-05T00:00:00+0000", ""},
		{"05/05/2026", bothOrders, "", DateMixed},
		{"13/14/2026", "", "", DateImpossible},
		{"31/04/2026", DayFirst, "", DateImpossible},
		{"00/04/2026", DayFirst, "", DateImpossible},
		{"2026/04/03", MonthFirst, april, ""},
		{"2026-04-03", bothOrders, april, ""},
	} {
		got, p := readDate(text(tt.in), tt.order, nil)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("readDate(%q, %q) = %q, %q; want %q, %q", tt.in, tt.order, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

func TestParseDateOrder(t *testing.T) {
	for in, want := range map[string]DateOrder{" DMY ": DayFirst, "mdy": MonthFirst, "ymd": YearFirst, "both": "", "": "", "dym": ""} {
		if got, ok := ParseDateOrder(in); got != want || ok != (want != "") {
			t.Errorf("ParseDateOrder(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestDateOrders(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cells []string
		want  DateOrder
	}{
		{"nothing", nil, ""},
		{"none proves it", []string{"03/04/2026", "05/05/2026", "", "soon"}, ""},
		{"day first", []string{"03/04/2026", "13/04/2026"}, DayFirst},
		{"month first", []string{"04/13/2026 10:00", "03/04/2026"}, MonthFirst},
		{"both", []string{"13/04/2026", "04/13/2026"}, bothOrders},
		{"an impossible date proves nothing", []string{"13/14/2026", "03/04/2026"}, ""},
		{"full stops prove nothing of slashes", []string{"13.04.2026", "03/04/2026"}, ""},
		{"ISO dates prove nothing", []string{"2026-04-13", "2026/04/13", "20260413", "03/04/2026"}, ""},
		{"names of months prove nothing", []string{"13-Apr-2026", "03/04/2026"}, ""},
		{"years of two digits prove nothing", []string{"13/04/26", "03/04/2026"}, ""},
	} {
		var o dateOrders
		for _, c := range tt.cells {
			o.see(text(c))
		}
		o.see(dateCell(sheet.Date, "2026-04-13", time.Date(2026, 4, 13, 0, 0, 0, 0, time.UTC)))
		if got := o.order(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReadDateInATimeZone(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	berlin, paulo, apia := zone("Europe/Berlin"), zone("America/Sao_Paulo"), zone("Pacific/Apia")
	for _, tt := range []struct {
		name string
		in   sheet.Cell
		zone *time.Location
		want string
		code Code
	}{
		{"winter", text("2026-01-15"), berlin, "2026-01-14T23:00:00+0000", ""},
		{"summer", text("2026-07-15"), berlin, "2026-07-14T22:00:00+0000", ""},
		{"an offset wins", text("2026-07-15T00:00:00+0000"), berlin, "2026-07-15T00:00:00+0000", ""},
		{"a real date", dateCell(sheet.Date, "2026-07-15", time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC)), berlin, "2026-07-14T22:00:00+0000", ""},
		{"a serial number", text("46218"), berlin, "2026-07-14T22:00:00+0000", DateSerial},
		{"before clocks are put forward", text("2026-03-29 01:59:59"), berlin, "2026-03-29T00:59:59+0000", ""},
		{"skipped", text("2026-03-29 02:30"), berlin, "", DateImpossible},
		{"after clocks were put forward", text("2026-03-29 03:00"), berlin, "2026-03-29T01:00:00+0000", ""},
		{"twice", text("2026-10-25 02:30"), berlin, "2026-10-25T00:30:00+0000", DateTwice},
		{"twice, told apart", text("2026-10-25 02:30 +0100"), berlin, "2026-10-25T01:30:00+0000", ""},
		{"after both", text("2026-10-25 03:00"), berlin, "2026-10-25T02:00:00+0000", ""},
		{"midnight skipped", text("2018-11-04"), paulo, "2018-11-04T03:00:00+0000", ""},
		{"midnight skipped, but asked for", text("2018-11-04 00:30"), paulo, "", DateImpossible},
		{"a day skipped", text("2011-12-30"), apia, "", DateImpossible},
		{"the day after it", text("2011-12-31"), apia, "2011-12-30T10:00:00+0000", ""},
	} {
		got, p := readDate(tt.in, "", tt.zone)
		if got != tt.want || codeOf(p) != tt.code {
			t.Errorf("%s: readDate(%q) = %q, %q; want %q, %q", tt.name, tt.in.Text, got, codeOf(p), tt.want, tt.code)
		}
		checkWords(t, p, got)
	}
}

func FuzzReadDate(f *testing.F) {
	for _, s := range []string{
		"2015-11-16T14:49:18+0000", "2026-02-30", "42324", "03/04/2026", "2015-11-16T14:49:18-11:30", "15. März 2021", "01-JAN-19", "March 15, 2021 2:30 pm",
		"2015年11月16日", "20151116", "13/04/2026 10:00 EST",
	} {
		f.Add(s, "", int16(0))
		f.Add(s, "dmy", int16(-11*60))
	}
	f.Fuzz(func(t *testing.T, s, order string, minutes int16) {
		zone := time.FixedZone("", int(minutes)%(14*60)*60)
		got, p := readDate(text(s), DateOrder(order), zone)
		if (p == nil || p.Warning) != (got != "") {
			t.Fatalf("readDate(%q) = %q with problem %v", s, got, p)
		}
		if got == "" {
			return
		}
		if again, p := readDate(text(got), "", zone); again != got || p != nil {
			t.Fatalf("readDate(%q) = %q, and of that %q, %v", s, got, again, p)
		}
		if d, err := time.Parse(DateLayout, got); err != nil || d.Year() < firstYear || d.Year() > lastYear {
			t.Fatalf("readDate(%q) = %q: %v", s, got, err)
		}
		var o dateOrders
		o.see(text(s))
		if alone := o.order(); alone == bothOrders {
			t.Fatalf("%q proves both orders", s)
		}
	})
}
