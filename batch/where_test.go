package batch

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

var (
	whereHeader = []string{"Email", "Start date", "Department", "Grade", "Leaves", "Note", "note", "Initial password", "In", "Straße [alt]"}
	whereToday  = time.Date(2026, 11, 22, 23, 30, 0, 0, time.FixedZone("", -5*3600))
)

// rowsOf makes rows of texts; a text that begins with # is a number, and one with @d a date of the workbook's own.
func rowsOf(rows ...[]string) iter.Seq2[RowResult, error] {
	return func(yield func(RowResult, error) bool) {
		for i, texts := range rows {
			r := RowResult{N: i + 1, Line: i + 2}
			for _, text := range texts {
				c := sheet.Cell{Text: text}
				if n, ok := strings.CutPrefix(text, "#"); ok {
					c = sheet.Cell{Kind: sheet.Number, Text: n}
				}
				if d, ok := strings.CutPrefix(text, "@d"); ok && len(d) >= 10 {
					c.Kind, c.Text = sheet.Date, d
					c.Date, _ = time.Parse(time.DateOnly, d[:10])
				}
				r.Cells = append(r.Cells, c)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestWhereTakesRows(t *testing.T) {
	rows := rowsOf(
		[]string{"ana@example.com", "2026-11-22", "Sales", "#7", "2027-01-31"},
		[]string{"bo@example.com", "2026-11-23", "sales ", "12", ""},
		[]string{"cy@example.com", "@d2026-11-30T08:00:00", "Support", "#-0.5", "soon", "x"},
		[]string{"di@example.com", "", "", "n/a"},
		[]string{"ed@example.com", "15 March 2026", "It's", "1e3"},
		[]string{"flo@example.com", "03/04/2026"},
	)
	for _, tt := range []struct {
		where  string
		rows   string // those that are taken
		unread string
	}{
		{"start_date <= today", "15", "1 B7"},
		{"[Start date] < today + 8", "125", "1 B7"},
		{"start_date < today+9", "1235", "1 B7"},
		{"START_DATE >= 2026-11-23", "23", "1 B7"},
		{"start_date = 2026-11-30", "3", "1 B7"},
		{"start_date != 2026-11-30", "125", "1 B7"},
		{"not start_date <= today", "23", "1 B7"},
		{"start_date is blank or start_date > today-1000", "12345", "1 B7"},
		{"email = 'flo@example.com' or start_date > today", "236", ""},
		{"start_date is not blank and grade is blank", "6", ""},
		{"department = 'SALES'", "12", ""},
		{"department != \"sales\"", "3456", ""},
		{"department = 'it''s'", "5", ""},
		{"department in ('sales', 'Support')", "123", ""},
		{"department not in ('sales', 'Support', '')", "5", ""},
		{"not department in ('sales', 'Support', '')", "5", ""},
		{"department > 'sales'", "3", ""},
		{"grade > 7", "25", "1 D5"},
		{"grade < 0", "3", "1 D5"},
		{"grade in (-0.5, 12)", "23", "1 D5"},
		{"leaves < today+100", "1", "1 E4"},
		{"not leaves < today+100", "", "1 E4"},
		{"email = 'ana@example.com' or department = 'sales' and grade = 12", "12", ""},
		{"(email = 'ana@example.com' or department = 'sales') and grade = 12", "2", ""},
		{"not email = 'ana@example.com' and department = 'sales'", "2", ""},
		{"not (email = 'ana@example.com' and department = 'sales')", "23456", ""},
		{"[Note] = 'x'", "3", ""},
		{"[In] is blank", "123456", ""},
		{"[Straße [alt]]] is blank", "123456", ""},
	} {
		t.Run(tt.where, func(t *testing.T) {
			w, err := ParseWhere(tt.where, whereHeader, "", whereToday)
			if err != nil {
				t.Fatal(err)
			}
			s, err := w.Select(rows)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for n := range 100 {
				if s.Has(n) {
					got += string(rune('0' + n))
				}
			}
			if got != tt.rows || s.Rows != len(tt.rows) {
				t.Errorf("rows %q (%d), want %q", got, s.Rows, tt.rows)
			}
			unread := ""
			if s.Unread > 0 {
				unread = string(rune('0'+s.Unread)) + " " + s.UnreadAt[0]
			}
			if unread != tt.unread {
				t.Errorf("unread %q, want %q", unread, tt.unread)
			}
		})
	}
}

// A date of numbers is compared in the order that its plan was told, as the plan itself reads it.
func TestWhereReadsDatesInTheOrderOfThePlan(t *testing.T) {
	rows := rowsOf([]string{"ana@example.com", "03/04/2026"}, []string{"bo@example.com", "2026-12-01"})
	for _, tt := range []struct {
		order         DateOrder
		march, unread int
	}{{"", 0, 1}, {DayFirst, 0, 0}, {MonthFirst, 1, 0}, {YearFirst, 0, 1}} {
		w, err := ParseWhere("start_date < 2026-04-01", whereHeader, tt.order, whereToday)
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.Select(rows)
		if err != nil || s.Rows != tt.march || s.Unread != tt.unread {
			t.Errorf("order %q: %d rows, %d unread, error %v; want %d and %d", tt.order, s.Rows, s.Unread, err, tt.march, tt.unread)
		}
	}
}

// What can't be meant is refused with its place, and the columns that there are.
func TestWhereSaysWhatIsWrong(t *testing.T) {
	for where, want := range map[string]string{
		"":                                 "character 1: here it ends, where a column is wanted",
		"strat_date <= today":              `character 1: there is no column "strat_date"`,
		"grade > 1 and [Nobody] = 'x'":     `character 15: there is no column "Nobody"`,
		"NOTE is blank":                    `character 1: 2 columns may be meant by "NOTE"`,
		"initial_password is blank":        `character 1: passwords are not kept, so nothing can be asked of "initial_password"`,
		"department = Sales":               `character 14: "Sales" stands where a value is wanted: a text stands in quotes`,
		"department = 'Sales":              "character 14: what ' begins doesn't end",
		"[Start date = today":              "character 1: what [ begins doesn't end",
		"start_date <= '2026-11-22'":       "character 15: a date stands without quotes",
		"start_date <= 2026-02-30":         "character 15: 2026-02-30 is no day of the calendar",
		"start_date <= today + soon":       `character 23: "soon" stands where a number of days is wanted`,
		"start_date <= today + 99999":      `character 23: "99999" stands where a number of days is wanted`,
		"start_date":                       "character 11: here it ends, where one of = != < <= > >=, in, or is blank is wanted",
		"start_date == today":              `character 13: "=" stands where a value is wanted`,
		"start_date is today":              `character 15: "today" stands where blank is wanted`,
		"grade in 1, 2":                    `character 10: "1" stands where ( is wanted`,
		"grade in (1; 2)":                  `character 12: ";" stands where ) is wanted`,
		"grade = 1.2.3":                    `character 9: "1.2.3" is no number`,
		"grade = -'x'":                     `character 10: "x" stands where a value is wanted`,
		"(grade = 1":                       "character 11: here it ends, where ) is wanted",
		"grade = 1 department = 'x'":       `character 11: "department" stands where and, or, or the end is wanted`,
		"and = 1":                          `character 1: "and" stands where a column is wanted`,
		"Straße_alt is 'ö'":                `character 15: "ö" stands where blank is wanted`,
		strings.Repeat("not ", 1024) + "x": "character 1: the condition is longer than 4096 bytes",
	} {
		_, err := ParseWhere(where, whereHeader, "", whereToday)
		if _, ok := errors.AsType[*WhereError](err); !ok || err.Error() != want {
			t.Errorf("%s: error %v, want %s", where, err, want)
			continue
		}
		if hint := HintOf(err); !strings.HasPrefix(hint, "the columns are [Email], [Start date], ") || !strings.HasSuffix(hint, "[Straße [alt]]]") {
			t.Errorf("hint %q", hint)
		}
	}
}

func TestWhereEndsWithTheRows(t *testing.T) {
	w, err := ParseWhere("email is blank", whereHeader, "", whereToday)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if _, err := w.Select(func(yield func(RowResult, error) bool) { yield(RowResult{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// What is written reads as the same condition, and no condition and its opposite are both met.
func FuzzParseWhere(f *testing.F) {
	for _, s := range []string{
		"start_date <= today", "not (grade in (1,-2.50,'a''b') or [Straße [alt]]] is not blank) and email != \"x\"",
		"start_date > today-7 or not not start_date = 2026-01-31", "[ = 1", "grade = -0",
	} {
		f.Add(s, "2026-11-22")
	}
	f.Fuzz(func(t *testing.T, s, cell string) {
		w, err := ParseWhere(s, whereHeader, "", whereToday)
		if err != nil {
			if e, ok := errors.AsType[*WhereError](err); !ok || e.At < 1 || e.At > len(s)+1 {
				t.Fatalf("%q: error %v", s, err)
			}
			return
		}
		text := w.String()
		if len(text)+len("not ()") > longestWhere {
			return
		}
		again, err := ParseWhere(text, whereHeader, "", whereToday)
		if err != nil {
			t.Fatalf("%q is written as %q: %v", s, text, err)
		}
		if d := cmp.Diff(text, again.String()); d != "" {
			t.Fatalf("%q changes when it is read again (-want +got):\n%s", s, d)
		}
		opposite, err := ParseWhere("not ("+text+")", whereHeader, "", whereToday)
		if err != nil {
			t.Fatal(err)
		}
		row := rowsOf([]string{cell, cell, cell, cell, cell})
		met := 0
		for _, c := range []*Where{w, opposite} {
			selected, err := c.Select(row)
			if err != nil {
				t.Fatal(err)
			}
			met += selected.Rows
		}
		same, err := again.Select(row)
		if first, _ := w.Select(row); err != nil || met > 1 || same.Rows != first.Rows {
			t.Fatalf("%q: %d of it and its opposite are met by %q; read again %d, error %v", s, met, cell, same.Rows, err)
		}
	})
}
