package batch

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMapping(t *testing.T) {
	const file = `# a comment
columns:
  Kontakt: email
  "Login: aktiv?": not account_disabled
  PIN: IGNORE
  "Mail (column C)": username
  2026: account_code
domain: example.com
date_order: dmy
time_zone: Europe/Berlin
sheet: People
header_row: 3
encoding: windows-1252
skip_hidden: yes
all_rows: 1
`
	want := Mapping{
		Columns: []MappedColumn{
			{Heading: "Kontakt", Field: Email}, {Heading: "Login: aktiv?", Field: AccountDisabled, Inverted: true}, {Heading: "PIN"},
			{Heading: "Mail (column C)", Field: Username}, {Heading: "2026", Field: AccountCode},
		},
		Domain: "example.com", DateOrder: DayFirst, Zone: "Europe/Berlin", Worksheet: "People", HeaderLine: 3, Encoding: "windows-1252",
		SkipHidden: true, AllRows: true,
	}
	got, err := ParseMapping([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mapping (-want +got):\n%s", diff)
	}
	if again, err := ParseMapping(got.YAML()); err != nil || !cmp.Equal(got, again) {
		t.Errorf("%s\nis read as %+v, error %v", got.YAML(), again, err)
	}
}

func TestParseMappingOfNothing(t *testing.T) {
	for _, file := range []string{"", "# nothing\n", "---\n", "columns:\n", string(Mapping{}.YAML())} {
		if m, err := ParseMapping([]byte(file)); err != nil || !cmp.Equal(m, Mapping{}) {
			t.Errorf("%q: %+v, error %v", file, m, err)
		}
	}
}

func TestParseMappingRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, file, msg, hint string
	}{
		{"an unknown key", "columns:\n  A: email\ncolums:\n  B: email\n", `line 3: unknown key "colums"`, "the keys are columns"},
		{"headings at the top", "Email: email\n", `line 1: unknown key "Email"`, "indented below columns"},
		{"an unknown field", "columns:\n  A: e-mail\n", `line 2: "e-mail" is no field`, "email, username, password"},
		{"an opposite of what has none", "columns:\n  A: not email\n", "line 2: email has no opposite", "write email alone"},
		{"a heading twice", "columns:\n  A b: email\n  a  B: ignore\n", `line 3: heading "a  B" stands twice`, "remove one"},
		{"a key twice", "domain: example.com\ndomain: example.net\n", `line 2: key "domain" stands twice`, "remove one"},
		{"a heading without a text", "columns:\n  '': email\n", "line 2: a heading without a text", "(column C)"},
		{"a column of results", "columns:\n  result_email: email\n", `line 2: column "result_email" belongs to the results`, "remove"},
		{"a list", "columns:\n  - email\n", "line 2: not a list of names and values", "name: value"},
		{"a value that is a list", "domain:\n  - example.com\n", "line 2: not a plain text", "write a text"},
		{"an anchor", "columns:\n  A: &a email\n  B: *a\n", "line 2: not a plain text", "write a text"},
		{"a tag", "domain: !!binary ZXhhbXBsZQ==\n", "line 1: not a plain text", "write a text"},
		{"no value", "domain:\n", "line 1: domain has no value", "remove the line"},
		{"a wrong order", "date_order: dym\n", `line 1: "dym" is no date_order`, "dmy, mdy or ymd"},
		{"a wrong zone", "time_zone: Mars\n", `line 1: "Mars" is no time_zone`, "Europe/Berlin"},
		{"this computer's zone", "time_zone: Local\n", `line 1: "Local" is no time_zone`, "Europe/Berlin"},
		{"a wrong domain", "domain: not a domain\n", `line 1: "not a domain" is no domain`, "example.com"},
		{"neither yes nor no", "all_rows: some\n", `line 1: "some" is no all_rows`, "yes or no"},
		{"columns that are no list", "no_header: email\n", "line 1: no_header is not a list", "[email, name]"},
		{"columns that are lists", "no_header: [[email]]\n", "line 1: not a plain text", "write a text"},
		{"a header and none", "header_row: 2\nno_header: [email]\n", "header_row names a header, and no_header says that there is none", "remove one"},
		{"a wrong line", "header_row: first\n", `line 1: "first" is no header_row`, "the number of the line"},
		{"line 0", "header_row: 0\n", `line 1: "0" is no header_row`, "the number of the line"},
		{"a template without its brace", "username: '{{first} x'\n", "line 1: the template of the display name is not understood", "{{first}} {{last}}"},
		{"a template and a column", "columns:\n  A: username\nusername: '{{first}}'\n", `both column "A" and the template username`, "remove one"},
		{"two documents", "domain: example.com\n---\ndomain: example.net\n", "a second document", "keep one"},
		{"no YAML", "columns:\n  A: [email\n", "yaml: line", "on a line of its own"},
		{"a tab", "columns:\n\tA: email\n", "yaml: line 2", "on a line of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ParseMapping([]byte(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.msg) {
				t.Fatalf("error %v, want %q in it", err, tt.msg)
			}
			if hint := HintOf(err); !strings.Contains(hint, tt.hint) {
				t.Errorf("hint %q, want %q in it", hint, tt.hint)
			}
			if !cmp.Equal(m, Mapping{}) {
				t.Errorf("mapping %+v beside the error", m)
			}
		})
	}
}

func TestMappingBinds(t *testing.T) {
	type columns = map[string]string
	for _, tt := range []struct {
		name     string
		mapping  []MappedColumn
		lines    []string
		want     columns
		warnings []string
	}{
		{"a heading that nobody knows", []MappedColumn{{Heading: "kontakt ", Field: Email}}, []string{"Kontakt|Name"}, columns{"Kontakt": "email", "Name": "username"}, nil},
		{"a mapped heading wins", []MappedColumn{{Heading: "UPN", Field: Email}}, []string{"UPN|Email", "aruiz|ana@example.com"}, columns{"UPN": "email"}, nil},
		{"the opposite", []MappedColumn{{Heading: "Active", Field: AccountDisabled, Inverted: true}}, []string{"Email|Active"}, columns{"Email": "email", "Active": "!account_disabled"}, nil},
		{"the heading's opposite is taken back", []MappedColumn{{Heading: "Enabled", Field: AccountDisabled}}, []string{"Email|Enabled"},
			columns{"Email": "email", "Enabled": "account_disabled"}, nil},
		{"ignored", []MappedColumn{{Heading: "Allow POP"}, {Heading: "Gesperrt"}, {Heading: "Alow SMTP"}}, []string{"Email|Allow POP|Gesperrt|Alow SMTP"}, columns{"Email": "email"}, nil},
		{"ignored and yet secret", []MappedColumn{{Heading: "PIN"}}, []string{"Email|PIN"}, columns{"Email": "email"}, []string{"column_secret PIN"}},
		{"said to be no secret", []MappedColumn{{Heading: "PIN", Field: AccountCode}}, []string{"Email|PIN"}, columns{"Email": "email", "PIN": "account_code"}, nil},
		{"said to be a password", []MappedColumn{{Heading: "Start", Field: Password}}, []string{"Email|Start"}, columns{"Email": "email", "Start": "password"}, nil},
		{"by heading and letters", []MappedColumn{{Heading: "Mail (column C)", Field: Email}, {Heading: "Mail (column A)"}}, []string{"Mail|Name|Mail"},
			columns{"Mail": "email", "Name": "username"}, nil},
		{"a blank heading by letters", []MappedColumn{{Heading: "(column B)", Field: Email}}, []string{"Name||Ort"}, columns{"Name": "username", "": "email"}, nil},
		{"a heading that is not there", []MappedColumn{{Heading: "Geheim", Field: Password}}, []string{"Email|Name"}, columns{"Email": "email", "Name": "username"}, []string{"column_unmapped"}},
		{"one of two headings", []MappedColumn{{Heading: "Mail A", Field: Email}, {Heading: "Mail B", Field: Email}}, []string{"Mail B|Name"}, columns{"Mail B": "email", "Name": "username"}, nil},
		{"an ignored heading that is not there", []MappedColumn{{Heading: "Ort"}}, []string{"Email|Name"}, columns{"Email": "email", "Name": "username"}, nil},
		{"never results", []MappedColumn{{Heading: "result_name", Field: Username}}, []string{"Email|result_name"}, columns{"Email": "email"}, []string{"column_unmapped"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := SheetOptions{Mapping: Mapping{Columns: tt.mapping}}
			b, table, err := bindLines(t, o, tt.lines...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, columnsOf(b, table)); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.warnings, codesOf(b.Warnings, table)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMappedPasswordIsSecret(t *testing.T) {
	for heading, want := range map[string]int{"Start": 1, "PIN": 0} {
		field := Password
		if heading == "PIN" {
			field = AccountCode
		}
		o := SheetOptions{Mapping: Mapping{Columns: []MappedColumn{{Heading: heading, Field: field}}}}
		b, _, err := bindLines(t, o, "Email|"+heading)
		if err != nil || len(b.Secret) != want {
			t.Errorf("%s: secret columns %v, error %v", heading, b.Secret, err)
		}
	}
}

// A mapping saved from a sheet names all of its columns, and binds it again in the same way.
func TestMappingOfRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		name  string
		o     SheetOptions
		lines []string
		named int
	}{
		{"plain", SheetOptions{}, []string{"Email|Name|Colour"}, 3},
		{"a user name and log-on names", SheetOptions{Domain: "example.com"}, []string{"login|User name", "aruiz|Ana Ruiz"}, 2},
		{"inverted", SheetOptions{}, []string{"Email|Enabled|POP disabled|Active"}, 4},
		{"twice and blank", SheetOptions{}, []string{"Category|Email||category|Category (column A)|(column C)"}, 5},
		{"results", SheetOptions{}, []string{"Email|result_status|Notes"}, 2},
		{"secrets", SheetOptions{}, []string{"Email|Password|PIN|Heslo 2"}, 4},
		{"actions", SheetOptions{}, []string{"Email|Action", "ana@example.com|skip"}, 2},
		{"no actions", SheetOptions{}, []string{"Email|Action", "ana@example.com|Hire"}, 2},
		{"a template", SheetOptions{Username: "{{last}}, {{first}} ({{Nick}})"}, []string{"Email|Vorname|Name|Nick|Display name"}, 5},
		{"signs", SheetOptions{}, []string{"Email|a: b|# c|- d|\"e\"|{{f}}|null|~|yes|1.0|<<|'|%|@|é|\\"}, 16},
		{"all options", SheetOptions{Worksheet: "P", HeaderLine: 1, Encoding: "utf-8", DateOrder: MonthFirst, Zone: "UTC", SkipHidden: true, AllRows: true}, []string{"Email"}, 1},
		{"no header", SheetOptions{Columns: []string{"Email", "", "null", "12", "a, b"}}, []string{"Email||null|12|a, b"}, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, table, err := bindLines(t, tt.o, tt.lines...)
			if err != nil {
				t.Fatal(err)
			}
			m := MappingOf(b, table, tt.o)
			if len(m.Columns) != tt.named {
				t.Errorf("%d columns are named, want %d: %+v", len(m.Columns), tt.named, m.Columns)
			}
			read, err := ParseMapping(m.YAML())
			if err != nil {
				t.Fatalf("%v\n%s", err, m.YAML())
			}
			if diff := cmp.Diff(m, read); diff != "" {
				t.Errorf("read back (-want +got):\n%s\n%s", diff, m.YAML())
			}
			again, err := bind(t.Context(), table, SheetOptions{Mapping: read}.merged())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(bound(b), bound(again)); diff != "" {
				t.Errorf("bound again (-want +got):\n%s\n%s", diff, m.YAML())
			}
		})
	}
}

func TestMappingYAML(t *testing.T) {
	b, table, err := bindLines(t, SheetOptions{Domain: "example.com"}, "Work Email|Name: full|Enabled|Ort")
	if err != nil {
		t.Fatal(err)
	}
	got := MappingOf(b, table, SheetOptions{Domain: "example.com", HeaderLine: 2}).YAML()
	want := mappingComment + `columns:
  Work Email: email
  "Name: full": ignore
  Enabled: not account_disabled
  Ort: ignore
domain: example.com
header_row: 2
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

// A mapping is kept with a plan as JSON.
func TestMappingJSON(t *testing.T) {
	o := SheetOptions{Username: "{{first}}", Mapping: Mapping{
		Columns: []MappedColumn{{Heading: "Aktiv", Field: AccountDisabled, Inverted: true}, {Heading: "Ort"}}, Zone: "UTC", HeaderLine: 2, Worksheet: "P", Encoding: "utf-8",
		Username: "{{last}}", Domain: "example.com", DateOrder: YearFirst,
	}}
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var got SheetOptions
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o.Mapping, got.Mapping); diff != "" || got.Username != o.Username {
		t.Errorf("%s\nmapping (-want +got):\n%s", data, diff)
	}
	if data, err := json.Marshal(SheetOptions{}); err != nil || string(data) != "{}" {
		t.Errorf("no options are %s, error %v", data, err)
	}
}

// A sheet without a header, saved and read again.
func TestMappingOfSheetWithoutHeader(t *testing.T) {
	people := []byte("Ana,x,ana@example.com\nBo,x,bo@example.com\n")
	s, err := OpenSheet(t.Context(), "people.csv", SheetOptions{Input: people, Columns: []string{"name", "", "email"}, AllRows: true})
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseMapping(MappingOf(s.Binding, s.Table, s.Options).YAML())
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenSheet(t.Context(), "people.csv", SheetOptions{Input: people, Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	if again.Rows != 2 || !again.Options.AllRows {
		t.Errorf("%d rows, options %+v", again.Rows, again.Options)
	}
	if diff := cmp.Diff(bound(s.Binding), bound(again.Binding)); diff != "" {
		t.Errorf("binding (-want +got):\n%s", diff)
	}
}

// Flags that name a header and those that name the columns of a sheet without one rule each other out, in a mapping too.
func TestSheetOptionsMergedHeader(t *testing.T) {
	got := SheetOptions{HeaderLine: 2, Mapping: Mapping{NoHeader: []string{"email"}}}.merged()
	if got.HeaderLine != 2 || got.Columns != nil {
		t.Errorf("--header-row: %+v", got)
	}
	got = SheetOptions{Columns: []string{"email"}, Mapping: Mapping{HeaderLine: 2}}.merged()
	if got.HeaderLine != 0 || len(got.Columns) != 1 {
		t.Errorf("--columns: %+v", got)
	}
}

// What a flag says wins over the mapping.
func TestSheetOptionsMerged(t *testing.T) {
	m := Mapping{Username: "{{first}}", Domain: "example.com", DateOrder: DayFirst, Zone: "UTC", Worksheet: "A", HeaderLine: 2, Encoding: "utf-8", SkipHidden: true}
	got := SheetOptions{Mapping: m}.merged()
	if got.Username != "{{first}}" || got.Domain != "example.com" || got.DateOrder != DayFirst || got.Zone != "UTC" || got.Worksheet != "A" || got.HeaderLine != 2 || got.Encoding != "utf-8" || !got.SkipHidden || got.AllRows {
		t.Errorf("from the mapping: %+v", got)
	}
	got = SheetOptions{
		Mapping: m, Username: "{{last}}", Domain: "example.net", DateOrder: MonthFirst, Zone: "Europe/Berlin", Worksheet: "B", HeaderLine: 3, Encoding: "utf-16",
	}.merged()
	if got.Username != "{{last}}" || got.Domain != "example.net" || got.DateOrder != MonthFirst || got.Zone != "Europe/Berlin" || got.Worksheet != "B" || got.HeaderLine != 3 || got.Encoding != "utf-16" {
		t.Errorf("from the flags: %+v", got)
	}
}

func TestMappingHeaderScore(t *testing.T) {
	m := Mapping{Columns: []MappedColumn{{Heading: "Kontakt", Field: Email}, {Heading: "Geheim", Field: Password}, {Heading: "Blub"}, {Heading: "Mail (column B)"}}}
	for _, tt := range []struct {
		cells []string
		want  int
	}{
		{[]string{"kontakt", "Geheim", "Blub", "Name"}, 4},
		{[]string{"Geheim", "Blub"}, 0},
		{[]string{"Kontakt@example.com", "Blub"}, 0},
		{[]string{"Email"}, 1},
		{[]string{"Name", "Mail"}, 0},
		{[]string{"Mail", "Name"}, 2},
	} {
		if got := m.headerScore()(tt.cells); got != tt.want {
			t.Errorf("score of %q = %d, want %d", tt.cells, got, tt.want)
		}
		if got, want := (Mapping{}).headerScore()(tt.cells), HeaderScore(tt.cells); got != want {
			t.Errorf("score of %q without a mapping = %d, want %d", tt.cells, got, want)
		}
	}
}

func FuzzParseMapping(f *testing.F) {
	f.Add([]byte("columns:\n  Email: email\n  \"A: b\": not account_disabled\n  C: ignore\nusername: \"{{first}}\"\ndomain: example.com\n"))
	f.Add([]byte("no_header: [email, '', ~, 1, \"a, b\"]\nskip_hidden: ja\nall_rows: no\n"))
	f.Add([]byte("date_order: dmy\ntime_zone: UTC\nsheet: 'P'\nheader_row: 2\nencoding: utf-8\n"))
	f.Add([]byte("columns: {\"\\0\\x85\\u2028\": email, ? |\n a\n b\n : ignore}\n"))
	f.Add([]byte("columns: {<<: ignore, ~: ignore, \"\\ufeff \": email}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMapping(data)
		if err != nil {
			if HintOf(err) == "" {
				t.Errorf("no hint: %v", err)
			}
			return
		}
		again, err := ParseMapping(m.YAML())
		if err != nil {
			t.Fatalf("read back: %v\n%q", err, m.YAML())
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("read back (-want +got):\n%s\n%q", diff, m.YAML())
		}
	})
}
