package batch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

// openText opens a CSV.
func openText(t *testing.T, text string, o batch.SheetOptions) *batch.Sheet {
	t.Helper()
	o.Input = []byte(text)
	s, err := batch.OpenSheet(t.Context(), "people.csv", o)
	if err != nil {
		t.Fatalf("%v; hint: %s", err, batch.HintOf(err))
	}
	return s
}

// reading returns what a sheet's lines are taken for, in short form: "2 ana@example.com", "3 total", "4 email_syntax".
func reading(t *testing.T, s *batch.Sheet) []string {
	t.Helper()
	var out []string
	for l, err := range s.Lines(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		what := l.Email
		if l.Left != "" {
			what = string(l.Left)
		}
		for _, p := range l.Problems {
			what = strings.TrimSpace(what + " " + string(p.Code))
		}
		out = append(out, fmt.Sprintf("%d %s", l.Line, what))
	}
	return out
}

// Lines that are no people are left out and named; whatever may be a person is a row.
func TestLinesThatAreNoPeople(t *testing.T) {
	const header = "Email,Name,Department,Cost\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"footers", header + "ana@example.com,Ana,,\nTotal,,,1\nTOTAL: 12,,,\nCount: 3,,,\n,,Grand Total,\"1,200.50\"\nPage 1 of 1,,,\n" +
			"Report generated 2026-09-01 by HR,,,\n,Generated on 1 September,,\nSumme,,,12\nSeite 1 von 3,,,\nErstellt am 01.09.2026,,,\nAnzahl Mitarbeiter: 5,,,\n合計,,,3\n共 3 条,,,\n",
			[]string{"2 ana@example.com", "3 total", "4 total", "5 total", "6 total", "7 total", "8 total", "9 total", "10 total", "11 total", "12 total", "13 total", "14 total", "15 total"}},
		{"footer with fewer cells", header + "ana@example.com,Ana,,\nTotal,12\nEnd of report\n", []string{"2 ana@example.com", "3 total", "4 total"}},
		{"subtotals between people", header + "ana@example.com,Ana,Sales,5\nSubtotal,,,5\nbo@example.com,Bo,,\n", []string{"2 ana@example.com", "3 total", "4 bo@example.com"}},
		{"people whose names are such words", header + ",Total,Sales,\ntotal@example.com,Total,,\nCount Orlok,Count Orlok,Transylvania,\nPage Turner,,Library,\n",
			[]string{"2 email_missing", "3 total@example.com", "4 email_syntax", "5 email_syntax"}},
		{"header again", header + "ana@example.com,Ana,,\nEMAIL,name,Department,Cost\nbo@example.com,Bo,,\nEmail,,,\n",
			[]string{"2 ana@example.com", "3 header_again", "4 bo@example.com", "5 header_again"}},
		{"example row", header + "Example: Ana Ruiz,ana@example.com,,\nbo@example.com,Bo,,\n", []string{"2 example", "3 bo@example.com"}},
		{"example row with the address first", "Name,Email\nBeispiel: Ana,ana@example.com\nBo,bo@example.com\nExample: Cy,cy@example.com\n",
			[]string{"2 example", "3 bo@example.com", "4 cy@example.com"}},
		{"ruled lines", header + "-----,-----,---,---\nana@example.com,Ana,,\n*****,,,\n-,,,\n", []string{"2 ruler", "3 ana@example.com", "4 ruler", "5 email_missing"}},
		{"notes below", header + "ana@example.com,Ana,,\n,,Please return by Friday,\n,,Thank you very much,\n", []string{"2 ana@example.com", "3 note", "4 note"}},
		{"a note between people is a row", header + "ana@example.com,Ana,,\n,,Please return by Friday,\nbo@example.com,Bo,,\n",
			[]string{"2 ana@example.com", "3 email_missing", "4 bo@example.com"}},
		{"what may be a person without an address", header + "ana@example.com,Ana,,\n,Maria del Carmen,,\n,,Sales,\n", []string{"2 ana@example.com", "3 email_missing", "4 email_missing"}},
		{"people with names of totals and no address", "Name,Email,Phone\nFin,,0612345678\nana,ana@example.com,1\nAntal Kovacs,,83920184\nNombre Ruiz,,12345678\nRun On Kim,,\n",
			[]string{"2 email_missing", "3 ana@example.com", "4 email_missing", "5 email_missing", "6 email_missing"}},
		{"people who are called like headings", "Email,Title,State\nana@example.com,Manager,MI\nbito,Manager,MI\n,SN,HR\n", []string{"2 ana@example.com", "3 email_syntax", "4 email_missing"}},
		{"a person below without an address", "Full legal name,Email,Phone\nAna del Rio,ana@example.com,\nMaria de la Cruz,,\n", []string{"2 ana@example.com", "3 email_missing"}},
		{"a person below, in a column of people", "Employee,Email,Dept\nAna del Rio,ana@example.com,\n\"Van der Berg, Jan\",,\n", []string{"2 ana@example.com", "3 email_missing"}},
		{"a total with a password", "Name,Email,Password\nana,ana@example.com,\nTotal,,83920184\n", []string{"2 ana@example.com", "3 email_missing"}},
		{"a table beside this one", "Email,Name,,Department,People\nana@example.com,Ana,,Sales,1\n,,,Total,1\n,,,IT,2\n", []string{"2 ana@example.com", "3 total", "4 beside"}},
		{"blank lines of commas", header + ",,,\nana@example.com,Ana,,\n,,,\n , ,\u00a0,\u3000\n", []string{"3 ana@example.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openText(t, tt.text, batch.SheetOptions{})
			got := reading(t, s)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			c := s.Count()
			if n := strings.Count(tt.text, "\n"); c.Total != n || c.Total != c.Header+c.Above+c.Rows+c.LeftOut+c.Blank {
				t.Errorf("the counts %+v don't add up to %d lines", c, n)
			}
			if c.Rows+c.LeftOut != len(got) {
				t.Errorf("the counts %+v are of %d lines, there are %d", c, c.Rows+c.LeftOut, len(got))
			}
			for _, l := range s.LeftOut {
				if !slices.Contains(got, fmt.Sprintf("%d %s", l.Line, string(l.Kind))) {
					t.Errorf("line %d was first taken for %q", l.Line, l.Kind)
				}
				if l.Kind.String() == "" {
					t.Errorf("%q has no words", l.Kind)
				}
			}
		})
	}
}

// With a domain a log-on name is an address, whatever word it is; only what can be nothing else is left out.
func TestLogOnNamesArePeople(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"totals", "Email,Employee ID\nanna,1\nsuma,2\nsom,3\nfine,4\nEmail,Employee ID\nGrand Total: 4,\nTotal,4\n",
			[]string{"2 anna@example.com", "3 suma@example.com", "4 som@example.com", "5 fine@example.com", "6 header_again", "7 total", "8 total"}},
		{"headings", "Email,Department\nmail,HR\nname,Department\n", []string{"2 mail@example.com", "3 name@example.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openText(t, tt.text, batch.SheetOptions{Domain: "example.com"})
			got := reading(t, s)
			for i := range got {
				got[i] = strings.TrimSuffix(got[i], " email_completed")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// A second line of headings that gives a column another meaning would have the rows below it read wrongly.
func TestHeadingsThatContradict(t *testing.T) {
	for _, text := range []string{
		"Email,Display name,Allow POP,Allow SMTP\na@example.com,A,yes,no\nEmail,Display name,Allow SMTP,Allow POP\nb@example.com,B,yes,no\n",
		"Email,Account enabled\na@example.com,yes\nEmail,Account disabled\nb@example.com,yes\n",
		"Email,Display name,Password\na@example.com,A,Sunny-Day7\nEmail,Password,Display name\nb@example.com,Sunny-Day8,B\n",
		"Email,Name,POP access\nEmail,First name,\na@example.com,A,yes\n",
	} {
		_, err := batch.OpenSheet(t.Context(), "people.csv", batch.SheetOptions{Input: []byte(text)})
		if err == nil || !strings.Contains(err.Error(), "names the columns otherwise") || strings.Contains(err.Error(), "Sunny") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Many rows with one address don't take longer than they must: each names only some of the others.
func TestManyDuplicates(t *testing.T) {
	var text strings.Builder
	text.WriteString("Email\n")
	const n = 50_000
	for range n {
		text.WriteString("ana@example.com\n")
	}
	s := openText(t, text.String(), batch.SheetOptions{})
	rows := 0
	for r, err := range s.All(t.Context()) {
		if err != nil || len(r.Problems) != 1 {
			t.Fatal(r, err)
		}
		if rows++; rows == n && r.Problems[0].Detail != "also on rows 2, 3, 4, 5, 6 and 49994 more" {
			t.Errorf("the last row says %q", r.Problems[0].Detail)
		}
	}
}

// In a text, one comma without quotes moves a password into the next column. It is not shown there, nor kept.
func TestPasswordThatMoved(t *testing.T) {
	s := openText(t, "Email,Name,Password,Force password change\nana@example.com,Ruiz, Ana,Geheim1!x\nbo@example.com,Bo,Sunny-Day7,maybe\n", batch.SheetOptions{})
	problems := 0
	for l, err := range s.Lines(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range l.Problems {
			if problems++; strings.Contains(p.Value+p.Detail, "Geheim") {
				t.Errorf("a problem shows the password: %+v", p)
			}
		}
		for _, c := range l.Cells {
			if strings.Contains(c.Text, "Geheim") {
				t.Errorf("line %d keeps the password", l.Line)
			}
		}
	}
	if problems < 2 {
		t.Errorf("%d problems", problems)
	}
}

// A password in the results of an older run was typed since, and is not changed.
func TestPasswordInResults(t *testing.T) {
	s := openText(t, "Email,Name,Password,result_status\nana@example.com,'=Ana,'=abcdefgh1,created\n", batch.SheetOptions{})
	passwords, err := s.Passwords(t.Context())
	if err != nil || passwords.Of(2).Reveal() != "'=abcdefgh1" {
		t.Errorf("password %q, %v", passwords.Of(2).Reveal(), err)
	}
	for r := range s.All(t.Context()) {
		if r.Settings[batch.Username] != "=Ana" {
			t.Errorf("name %q", r.Settings[batch.Username])
		}
	}
}

// The sample that shows how a text was decoded is never a password.
func TestEncodingSampleIsNoPassword(t *testing.T) {
	for _, tt := range []struct{ text, sample string }{
		{"Email,Password,Name\nana@example.com,Gr\xfc\xdfe-Day7,Ana\n", ""},
		{"Email,Password,Name\nana@example.com,Gr\xfc\xdfe-Day7,Zo\xeb\n", `C2 "Zoë"`},
	} {
		s := openText(t, tt.text, batch.SheetOptions{})
		said := ""
		for _, w := range s.Warnings {
			said += w.Message
		}
		if strings.Contains(said, "Day7") || !strings.Contains(said, tt.sample) || tt.sample != "" && said == "" {
			t.Errorf("warnings %q, want the sample %q", said, tt.sample)
		}
	}
}

// With AllRows every line is a row, and what is wrong with it is said.
func TestAllRows(t *testing.T) {
	s := openText(t, "Email,Name\nana@example.com,Ana\nTotal,1\nEmail,Name\n", batch.SheetOptions{AllRows: true})
	want := []string{"2 ana@example.com", "3 email_syntax", "4 email_syntax"}
	if got := reading(t, s); !slices.Equal(got, want) || s.Rows != 3 {
		t.Errorf("%q, %d rows; want %q", got, s.Rows, want)
	}
}

// Two rows with the same address name each other, whatever the form of their letters.
func TestDuplicates(t *testing.T) {
	s := openText(t, "Email,Action\nana@example.com,\nBO@example.com,\n ANA@Example.com ,\nbo@example.com,\nana@example.com,skip\ncy@example.com,\n", batch.SheetOptions{})
	var got []string
	for r, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Problems {
			got = append(got, fmt.Sprintf("%s %s: %s", p.Cell(), p.Code, p.Detail))
		}
	}
	want := []string{"A2 email_duplicate: also on row 4", "A3 email_duplicate: also on row 5", "A4 email_duplicate: also on row 2", "A5 email_duplicate: also on row 3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if s.Clean {
		t.Error("a sheet with duplicates is clean")
	}
}

// A sheet is clean exactly if no row has a problem.
func TestClean(t *testing.T) {
	for _, tt := range []struct {
		name, text string
	}{
		{"clean", "Email,Name\nana@example.com,Ana\nbo@example.com,Bo\n"},
		{"footer", "Email,Name\nana@example.com,Ana\nTotal,1\n"},
		{"bad first", "Email,Name\nana,Ana\nbo@example.com,Bo\n"},
		{"bad last", "Email,Name\nana@example.com,Ana\nbo,Bo\n"},
		{"twice", "Email,Name\nana@example.com,Ana\nana@example.com,Bo\n"},
		{"broken", "Email,Name\nana@example.com,Ana\nbo@example.com,Bo,x\n"},
		{"warning", "Email,Password\nana@example.com, Sunny-Day7\n"},
		{"a note that is a row", "Email,Name,Notes\nana@example.com,Ana,\n,,see the other list\nbo@example.com,Bo,\n"},
		{"date whose order the column tells", "Email,Archive start date\nana@example.com,03/04/2026\nbo@example.com,31/12/2026\n"},
		{"dates in both orders", "Email,Archive start date\nana@example.com,31/12/2026\nbo@example.com,12/31/2026\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openText(t, tt.text, batch.SheetOptions{})
			problems := 0
			for r, err := range s.All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				problems += len(r.Problems)
			}
			if s.Clean && problems > 0 {
				t.Errorf("called clean, with %d problems", problems)
			}
			// What needs the whole column is known too late.
			if !s.Clean && problems == 0 && tt.name != "date whose order the column tells" {
				t.Error("not called clean, without problems")
			}
		})
	}
}

// With Strict a warning keeps a row from being used.
func TestStrict(t *testing.T) {
	for _, strict := range []bool{false, true} {
		s := openText(t, "Email,Password\nana@example.com, Sunny-Day7\n", batch.SheetOptions{Strict: strict})
		for r, err := range s.All(t.Context()) {
			if err != nil || len(r.Problems) != 1 || r.Invalid() != strict {
				t.Errorf("strict %t: %+v, %v", strict, r.Problems, err)
			}
		}
	}
}

// One password for everybody is worth a word, without the password.
func TestOnePassword(t *testing.T) {
	text := func(last string) string {
		return "Email,Password\na@example.com,Sunny-Day7\nb@example.com,Sunny-Day7\nc@example.com,Sunny-Day7\nd@example.com," + last + "\n"
	}
	warned := func(s *batch.Sheet) bool {
		return slices.ContainsFunc(s.Warnings, func(w batch.Remark) bool {
			if strings.Contains(w.Message, "Sunny") {
				t.Errorf("the warning shows the password: %s", w.Message)
			}
			return w.Code == "one_password"
		})
	}
	if !warned(openText(t, text("Sunny-Day7"), batch.SheetOptions{})) {
		t.Error("no warning of one password for all")
	}
	if !warned(openText(t, text(" "), batch.SheetOptions{})) {
		t.Error("a blank cell hides that all others have one password")
	}
	if warned(openText(t, text("Sunny-Day8"), batch.SheetOptions{})) {
		t.Error("a warning although one has another password")
	}
	if warned(openText(t, "Email,Password\na@example.com,****\nb@example.com,****\nc@example.com,****\n", batch.SheetOptions{})) {
		t.Error("placeholders are taken for passwords")
	}
}

// A sheet that has nothing but its header and a footer has no people.
func TestNoPeople(t *testing.T) {
	for _, text := range []string{"Email,Name\n", "Email,Name\nTotal,0\n", "Email,Name\n,\n"} {
		_, err := batch.OpenSheet(t.Context(), "people.csv", batch.SheetOptions{Input: []byte(text)})
		if e, ok := errors.AsType[*batch.SheetError](err); !ok || !strings.Contains(e.Error(), "no rows") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// If all lines are left out, the error says so, and what to do if they are people after all.
func TestAllLinesLeftOut(t *testing.T) {
	for _, o := range []batch.SheetOptions{{}, {Columns: []string{"email", "name"}}} {
		o.Input = []byte("Email,Name\nTotal,0\n")
		_, err := batch.OpenSheet(t.Context(), "people.csv", o)
		if err == nil || !strings.Contains(batch.HintOf(err), "--all-rows") || strings.Contains(err.Error(), "line 0") {
			t.Errorf("%v; hint: %s", err, batch.HintOf(err))
		}
	}
}

// A sheet without a header takes the columns that are named, and its first person is one.
func TestColumns(t *testing.T) {
	const text = "ana@example.com,Ana,x\nbo@example.com,Bo,y\n"
	if _, err := batch.OpenSheet(t.Context(), "people.csv", batch.SheetOptions{Input: []byte(text)}); err == nil || !strings.Contains(batch.HintOf(err), "--columns") {
		t.Errorf("without a header: %v; hint: %s", err, batch.HintOf(err))
	}
	s := openText(t, text, batch.SheetOptions{Columns: []string{"email", "name", ""}})
	if got, want := reading(t, s), []string{"1 ana@example.com", "2 bo@example.com"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if c := s.Count(); c != (batch.LineCount{Total: 2, Rows: 2}) {
		t.Errorf("counts %+v", c)
	}
}
