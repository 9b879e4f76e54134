package batch

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sheet"
)

// tableOf makes a table of lines, the first of which is its header.
func tableOf(t testing.TB, lines ...[]string) *sheet.Table {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	table, err := sheet.OpenBytes(t.Context(), "people.csv", out.Bytes(), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// line parts a line at its bars.
func line(s string) []string { return strings.Split(s, "|") }

func bindLines(t testing.TB, o SheetOptions, lines ...string) (*Binding, *sheet.Table, error) {
	t.Helper()
	var table [][]string
	for _, l := range lines {
		table = append(table, line(l))
	}
	tb := tableOf(t, table...)
	b, err := bind(t.Context(), tb, o.merged())
	return b, tb, err
}

// columnsOf shows the binding of a header: field, or !field where it is inverted, by heading.
func columnsOf(b *Binding, t *sheet.Table) map[string]string {
	out := map[string]string{}
	for f, c := range b.Columns {
		word := string(f)
		if b.Inverted[f] {
			word = "!" + word
		}
		out[t.Header[c]] = word
	}
	return out
}

// The headings that programs export.
func TestBindExports(t *testing.T) {
	type columns = map[string]string
	for _, tt := range []struct {
		name   string
		header string
		want   columns
	}{
		{"Workday", "Employee ID|Worker|Business Title|Job Profile|Cost Center|Hire Date|Active Status|Email - Primary Work", columns{"Email - Primary Work": "email"}},
		{"BambooHR", "Employee #|First Name|Last Name|Preferred Name|Job Title|Department|Division|Location|Hire Date|Employment Status|Status|Work Email|Home Email|Reports To|Reports To Email",
			columns{"Work Email": "email"}},
		{"ADP", "Payroll Name|Position ID|Position Description|Home Department|Position Status|Associate ID|Legal First Name|Legal Last Name|Work Contact: Work Email|Personal Contact: Personal Email",
			columns{"Work Contact: Work Email": "email"}},
		{"SuccessFactors EC", "Person ID External|User ID|First Name|Last Name|Position|Job Title|Department|Employment Status|Business Email Address", columns{"Business Email Address": "email"}},
		{"Oracle HCM", "Person Number|Display Name|Job Name|Position Name|Department Name|Assignment Status|Work E-Mail", columns{"Display Name": "username", "Work E-Mail": "email"}},
		{"Personio in German", "Personalnummer|Vorname|Nachname|E-Mail|Abteilung|Eintrittsdatum|aktiv", columns{"E-Mail": "email"}},
		{"Personio in French", "Prénom|Nom|Poste|Service|Statut|Date d’entrée|Adresse e-mail", columns{"Adresse e-mail": "email"}},
		{"Entra template", "Name [displayName] Required|User name [userPrincipalName] Required|Initial password [passwordProfile] Required|Block sign in (Yes/No) [accountEnabled] Required|First name [givenName]|Last name [surname]",
			columns{
				"Name [displayName] Required": "username", "User name [userPrincipalName] Required": "email",
				"Initial password [passwordProfile] Required": "password", "Block sign in (Yes/No) [accountEnabled] Required": "account_disabled",
			}},
		{"Entra export", "userPrincipalName|displayName|surname|givenName|userType|jobTitle|accountEnabled", columns{"userPrincipalName": "email", "displayName": "username", "accountEnabled": "!account_disabled"}},
		{"Google", "First Name [Required]|Last Name [Required]|Email Address [Required]|Password [Required]|Password Hash Function [UPLOAD ONLY]|Org Unit Path [Required]|New Primary Email [UPLOAD ONLY]|Recovery Email|" +
			"Home Secondary Email|Work Secondary Email|Recovery Phone [MUST BE IN THE E.164 FORMAT]|Change Password at Next Sign-In|New Status [UPLOAD ONLY]",
			columns{"Email Address [Required]": "email", "Password [Required]": "password", "Change Password at Next Sign-In": "force_password_change"}},
		{"Microsoft 365 import", "User Name|First Name|Last Name|Display Name|Job Title|Department|Office Number", columns{"User Name": "email", "Display Name": "username"}},
		{"Microsoft 365 export", "Block credential|City|Department|Display name|First name|Last name|Last password change time stamp|Password never expires|Proxy addresses|Strong password required|User principal name",
			columns{"Block credential": "account_disabled", "Display name": "username", "Password never expires": "password_never_expires", "User principal name": "email"}},
		{"Exchange", "DisplayName|PrimarySmtpAddress|EmailAddresses|PopEnabled|SmtpClientAuthenticationDisabled",
			columns{"DisplayName": "username", "PrimarySmtpAddress": "email", "PopEnabled": "allow_pop", "SmtpClientAuthenticationDisabled": "!allow_smtp"}},
		{"Okta", "login|firstName|lastName|displayName|secondEmail|status", columns{"login": "email", "displayName": "username"}},
		{"Active Directory", "DistinguishedName|Enabled|GivenName|LockedOut|ObjectClass|SamAccountName|SID|Surname|mail|DisplayName",
			columns{"Enabled": "!account_disabled", "LockedOut": "account_locked", "mail": "email", "DisplayName": "username"}},
		{"Open Dental", "EmployeeNum|LName|FName|MiddleI|IsHidden|Email", columns{"Email": "email"}},
		{"Spanish", "ID Empleado|Área|Estatus|Correo electrónico|Nombre|Apellidos|Contraseña", columns{"Correo electrónico": "email", "Contraseña": "password"}},
		{"Dutch", "Voornaam|Achternaam|Gebruikersnaam|Wachtwoord|Functie", columns{"Gebruikersnaam": "email", "Wachtwoord": "password"}},
		{"Italian", "Matricola|Nome e cognome|Indirizzo e-mail|Password iniziale|Forza cambio password", columns{
			"Nome e cognome": "username", "Indirizzo e-mail": "email", "Password iniziale": "password", "Forza cambio password": "force_password_change"}},
		{"Portuguese", "Matrícula|Nome|E-mail|Senha|Conta ativada", columns{"Nome": "username", "E-mail": "email", "Senha": "password", "Conta ativada": "!account_disabled"}},
		{"Polish", "Imię i nazwisko|Adres e-mail|Hasło|Konto wyłączone", columns{"Imię i nazwisko": "username", "Adres e-mail": "email", "Hasło": "password", "Konto wyłączone": "account_disabled"}},
		{"Czech", "Jméno|Příjmení|E-mailová adresa|Heslo|Účet uzamčen", columns{"E-mailová adresa": "email", "Heslo": "password", "Účet uzamčen": "account_locked"}},
		{"Swedish", "Visningsnamn|E-postadress|Lösenord|Tillåt POP", columns{"Visningsnamn": "username", "E-postadress": "email", "Lösenord": "password", "Tillåt POP": "allow_pop"}},
		{"Japanese", "社員名前(漢字）|Email|パスワード|入社日", columns{"社員名前(漢字）": "username", "Email": "email", "パスワード": "password"}},
		{"Chinese", "姓名|邮箱|初始密码|部门|账户已禁用", columns{"姓名": "username", "邮箱": "email", "初始密码": "password", "账户已禁用": "account_disabled"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := line(tt.header)
			row := make([]string, len(header))
			for i, h := range header {
				switch m := meaningOf(h); {
				case h == "SamAccountName":
					row[i] = "aruiz"
				case m.role == ofLogOn, m.role == ofUserName:
					row[i] = "ana@example.com"
				default:
					row[i] = "x"
				}
			}
			table := tableOf(t, header, row)
			b, err := bind(t.Context(), table, SheetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, columnsOf(b, table)); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if score := HeaderScore(header); score < 1 {
				t.Errorf("HeaderScore = %d", score)
			}
		})
	}
}

// codesOf shows remarks as code and heading.
func codesOf(remarks []Remark, t *sheet.Table) []string {
	var out []string
	for _, r := range remarks {
		heading := ""
		if r.Column >= 0 {
			heading = " " + t.Header[r.Column]
		}
		out = append(out, string(r.Code)+heading)
	}
	return out
}

func TestBind(t *testing.T) {
	type columns = map[string]string
	for _, tt := range []struct {
		name     string
		o        SheetOptions
		lines    []string
		want     columns
		warnings []string
		notices  []string
	}{
		{"a user name that is the display name", SheetOptions{}, []string{"Email|User name", "ana@example.com|Ana Ruiz"}, columns{"Email": "email", "User name": "username"}, nil, nil},
		{"a user name that is the address", SheetOptions{}, []string{"User name|Display name", "ana@example.com|Ana"},
			columns{"User name": "email", "Display name": "username"}, []string{"column_addresses User name"}, nil},
		{"a user name that looks like a log-on name", SheetOptions{}, []string{"Email|USERNAME", "ana@example.com|aruiz", "bo@example.com|BO01"},
			columns{"Email": "email", "USERNAME": "username"}, []string{"column_logon USERNAME"}, nil},
		{"log-on names most of which are addresses", SheetOptions{}, []string{"login", "ana@example.com", "bo@example.com", "cy"},
			columns{"login": "email"}, []string{"column_addresses login"}, nil},
		{"log-on names that are addresses", SheetOptions{}, []string{"UPN", "ana@example.com"}, columns{"UPN": "email"}, nil, nil},
		{"names of one word are no log-on names", SheetOptions{}, []string{"Email|User name", "ana@example.com|Ana", "bo@example.com|Bo", "cy@example.com|安"},
			columns{"Email": "email", "User name": "username"}, nil, nil},
		{"log-on names are kept", SheetOptions{}, []string{"Email|login|samAccountName", "ana@example.com|aruiz|aruiz"}, columns{"Email": "email"}, nil, nil},
		{"log-on names become addresses with a domain", SheetOptions{Domain: "example.com"}, []string{"login|Display name", "aruiz|Ana Ruiz"},
			columns{"login": "email", "Display name": "username"}, []string{"column_completed login"}, nil},
		{"log-on names don't where there are addresses", SheetOptions{Domain: "example.com"}, []string{"login|Email", "aruiz|ana@example.com"}, columns{"Email": "email"}, nil, nil},
		{"half of them log-on names", SheetOptions{}, []string{"Email|Username", "ana@example.com|aruiz", "bo@example.com|Bo"},
			columns{"Email": "email", "Username": "username"}, []string{"column_logon Username"}, nil},
		{"log-on names beside a display name", SheetOptions{}, []string{"Email|Username|Display name", "ana@example.com|aruiz|Ana Ruiz", "bo@example.com|bito|Bo"},
			columns{"Email": "email", "Display name": "username"}, []string{"column_user_name Username"}, nil},
		{"user names beside a display name", SheetOptions{}, []string{"Email|Username|Display name", "ana@example.com|Ana|Ana Ruiz"},
			columns{"Email": "email", "Display name": "username"}, []string{"column_user_name Username"}, nil},
		{"log-on names beside a name", SheetOptions{}, []string{"Email|Username|Name", "ana@example.com|aruiz|Ana Ruiz"},
			columns{"Email": "email", "Name": "username"}, []string{"column_user_name Username"}, nil},
		{"inverted booleans", SheetOptions{}, []string{"Email|Account enabled|Password expires|POP disabled"},
			columns{"Email": "email", "Account enabled": "!account_disabled", "Password expires": "!password_never_expires", "POP disabled": "!allow_pop"}, nil, nil},
		{"block sign in", SheetOptions{}, []string{"Email|Block sign in"}, columns{"Email": "email", "Block sign in": "account_disabled"}, nil, nil},
		{"locked", SheetOptions{}, []string{"Email|Locked"}, columns{"Email": "email", "Locked": "account_locked"}, nil, nil},
		{"an HR status is no account state", SheetOptions{}, []string{"Email|Status|Active Status|Employment Status|Statut|IsHidden"}, columns{"Email": "email"}, nil, nil},
		{"what may be an account state is asked about", SheetOptions{}, []string{"Email|Active|aktiv|Gesperrt|Suspended"}, columns{"Email": "email"},
			[]string{"column_maybe Active", "column_maybe aktiv", "column_maybe Gesperrt", "column_maybe Suspended"}, nil},
		{"but not where the sheet says it elsewhere", SheetOptions{}, []string{"Email|Active|Account disabled"}, columns{"Email": "email", "Account disabled": "account_disabled"}, nil, nil},
		{"a misspelt column", SheetOptions{}, []string{"Email|Alow POP|Colour"}, columns{"Email": "email"}, []string{"column_near Alow POP"}, nil},
		{"a misspelt column of a field that has one", SheetOptions{}, []string{"Email|Alow POP|Allow POP"}, columns{"Email": "email", "Allow POP": "allow_pop"}, nil, nil},
		{"columns that look secret", SheetOptions{}, []string{"Email|Password|Heslo 2|PIN"}, columns{"Email": "email", "Password": "password"},
			[]string{"column_secret Heslo 2", "column_secret PIN"}, nil},
		{"blank headings and others twice", SheetOptions{}, []string{"Email||Category||Category", "ana@example.com|a|b|c|d"}, columns{"Email": "email"}, nil, nil},
		{"results of an older run", SheetOptions{}, []string{"Email|result_email|result_username"}, columns{"Email": "email"}, nil, nil},
		{"other people's and private addresses", SheetOptions{}, []string{"Personal Email|Manager Email|Reports To Email|Alternate email|Recovery email|Work Email"}, columns{"Work Email": "email"}, nil, nil},
		{"a name in parts", SheetOptions{}, []string{"Email|First Name|Last Name"}, columns{"Email": "email"}, nil, []string{"column_name_parts First Name"}},
		{"a name in parts and as a whole", SheetOptions{}, []string{"Email|First Name|Last Name|Name"}, columns{"Email": "email", "Name": "username"}, nil, nil},
		{"a name beside a first name", SheetOptions{}, []string{"Name|Vorname|E-Mail"}, columns{"E-Mail": "email"}, nil, []string{"column_name_parts Vorname"}},
		{"a name beside a last name", SheetOptions{}, []string{"Nombre|Apellidos|Correo"}, columns{"Correo": "email"}, nil, []string{"column_name_parts Nombre"}},
		{"a name beside a first that is a number", SheetOptions{}, []string{"Name|First|E-Mail", "Ana Ruiz|1|ana@example.com", "Bo Lind|2|bo@example.com"},
			columns{"E-Mail": "email", "Name": "username"}, nil, nil},
		{"a name beside first names", SheetOptions{}, []string{"Name|First|E-Mail", "Ruiz|Ana|ana@example.com"}, columns{"E-Mail": "email"}, nil, []string{"column_name_parts First"}},
		{"serial numbers are no last names", SheetOptions{}, []string{"E-Mail|Name|SN", "ana@example.com|Ana Ruiz|4711"}, columns{"E-Mail": "email", "Name": "username"}, nil, nil},
		{"last names of a directory", SheetOptions{}, []string{"mail|givenName|sn", "ana@example.com|Ana|Ruiz"}, columns{"mail": "email"}, nil, []string{"column_name_parts givenName"}},
		{"a nickname is no last name", SheetOptions{}, []string{"E-mail|Nome|Apelido"}, columns{"E-mail": "email", "Nome": "username"}, nil, nil},
		{"a whole name in Chinese", SheetOptions{}, []string{"邮箱|名字"}, columns{"邮箱": "email", "名字": "username"}, nil, nil},
		{"when the password expires", SheetOptions{}, []string{"Email|Password expires", "ana@example.com|2026-12-01"}, columns{"Email": "email"},
			[]string{"column_yes_no Password expires"}, nil},
		{"whether the password expires", SheetOptions{}, []string{"Email|Password expires", "ana@example.com|ja", "bo@example.com|", "cy@example.com|No"},
			columns{"Email": "email", "Password expires": "!password_never_expires"}, nil, nil},
		{"what may expire", SheetOptions{}, []string{"Email|Never expires|密码过期"}, columns{"Email": "email"}, []string{"column_maybe Never expires", "column_maybe 密码过期"}, nil},
		{"account codes may be those of a payroll", SheetOptions{}, []string{"Email|Account code|Name"}, columns{"Email": "email", "Account code": "account_code", "Name": "username"},
			[]string{"column_account_code Account code"}, nil},
		{"account codes in our own template", SheetOptions{}, []string{"Email|Display name|Account code"},
			columns{"Email": "email", "Display name": "username", "Account code": "account_code"}, nil, nil},
		{"account codes that say whose they are", SheetOptions{}, []string{"Mail|Mimecast account code"}, columns{"Mail": "email", "Mimecast account code": "account_code"}, nil, nil},
		{"a name in parts that are to be joined", SheetOptions{Username: "{{first}} {{last}}"}, []string{"Email|First Name|Last Name|Display name|User name", "a@example.com|A|B|C|D"},
			columns{"Email": "email"}, nil, nil},
		{"actions", SheetOptions{}, []string{"Email|Action", "ana@example.com|Skip", "bo@example.com|"}, columns{"Email": "email", "Action": "action"}, nil, nil},
		{"other actions", SheetOptions{}, []string{"Email|Action", "ana@example.com|", "bo@example.com|Hire"}, columns{"Email": "email"}, []string{"column_action Action"}, nil},
		{"actions between lines that are no people", SheetOptions{},
			[]string{"Email|Action|Name", "Example: cy@example.com|one of the four|Cy", "ana@example.com|skip|Ana", "Email|Action|Name", "E-Mail|Aktion|Name", "---|---|---", "Total|2|", "bo@example.com|create|Bo"},
			columns{"Email": "email", "Action": "action", "Name": "username"}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, table, err := bindLines(t, tt.o, tt.lines...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, columnsOf(b, table)); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.warnings, codesOf(b.Warnings, table)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notices, codesOf(b.Notices, table)); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
			used := len(b.Columns) + len(b.NameColumns())
			results := len(slices.Collect(filter(table.Header, IsResultHeading)))
			if got := len(b.Unused(table.Header)); got != len(table.Header)-used-results {
				t.Errorf("%d columns are kept and not used, %d used, of %d", got, used, len(table.Header))
			}
		})
	}
}

func filter(texts []string, keep func(string) bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, s := range texts {
			if keep(s) && !yield(s) {
				return
			}
		}
	}
}

// C11: two columns for one field, identical headings among them, are a question; so is a header without an address.
func TestBindQuestions(t *testing.T) {
	for _, tt := range []struct {
		name      string
		o         SheetOptions
		lines     []string
		msg, hint string
	}{
		{"two headings", SheetOptions{}, []string{"Email|Name|E-mail address"}, `which column is email: A "Email" or C "E-mail address"?`, "--map"},
		{"identical headings", SheetOptions{}, []string{"Email|Email"}, `which column is email: A "Email" or B "Email"?`, "rename"},
		{"three headings", SheetOptions{}, []string{"Mail|Allow POP|POP disabled|POP3 enabled"}, `which column is allow_pop: B "Allow POP" or C "POP disabled" or D "POP3 enabled"?`, "rename"},
		{"UPN and mail", SheetOptions{}, []string{"userPrincipalName|mail", "ana@example.com|ana@example.com"}, `which column is email: A "userPrincipalName" or B "mail"?`, "--map"},
		{"an action that the mapping names", SheetOptions{Mapping: Mapping{Columns: []MappedColumn{{Heading: "What", Field: ActionField}}}}, []string{"Email|What", "ana@example.com|delte"},
			`column B "What" is no action: B2 holds "delte", which is not create, update, upsert or skip`, "ignore"},
		{"an action among other words", SheetOptions{}, []string{"Email|Action", "ana@example.com|", "bo@example.com|skip", "cy@example.com|create", "di@example.com|delte"},
			`column B "Action" is not clear: B3 holds "skip", which is an action, and B5 holds "delte", which is not create, update, upsert or skip`, `"ignore"`},
		{"a person is no example", SheetOptions{}, []string{"Email|Action|Note", "ana@example.com|skip|", "Example: bo@example.com|delte|"},
			`column B "Action" is not clear: B2 holds "skip", which is an action, and B3 holds "delte", which is not create, update, upsert or skip`, "mend"},
		{"a person called Total", SheetOptions{}, []string{"Name|Email|Action", "Ana|ana@example.com|skip", "Total|total@example.com|Action"},
			`column C "Action" is not clear: C2 holds "skip", which is an action, and C3 holds "Action", which is not create, update, upsert or skip`, "mend"},
		{"all lines are people", SheetOptions{AllRows: true}, []string{"Email|Action", "ana@example.com|skip", "Email|Action"},
			`column B "Action" is not clear: B2 holds "skip", which is an action, and B3 holds "Action", which is not create, update, upsert or skip`, "mend"},
		{"no column but a log-on name", SheetOptions{}, []string{"login|Colour", "aruiz|red"}, "no column for the e-mail address in the header on line 1", `as in column A "login", become addresses with --domain`},
		{"no column but names that no domain completes", SheetOptions{Domain: "example.com"}, []string{"login|Colour", "ana ruiz|red"}, "no column for the e-mail address in the header on line 1", `name one column "email"`},
		{"no column but somebody's", SheetOptions{}, []string{"Personal Email|Colour"}, "no column for the e-mail address in the header on line 1", `if column A "Personal Email" is meant`},
		{"two mapped headings", SheetOptions{Mapping: Mapping{Columns: []MappedColumn{{Heading: "A", Field: Email}, {Heading: "B", Field: Email}}}}, []string{"A|B"},
			`which column is email: A "A" or B "B"?`, "ignore"},
		{"a mapped heading that stands twice", SheetOptions{Mapping: Mapping{Columns: []MappedColumn{{Heading: "Mail", Field: Email}}}}, []string{"Mail|mail"},
			`which column is email: A "Mail" or B "mail"?`, `"Mail (column A)"`},
		{"a mapped heading that is not there", SheetOptions{Mapping: Mapping{Columns: []MappedColumn{{Heading: "Adr", Field: Email}}}}, []string{"Colour|Name"},
			`no column for the e-mail address in the header on line 1: the mapping file says it is "Adr", which is not there`, `name one column "email"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := bindLines(t, tt.o, tt.lines...)
			if err == nil || err.Error() != tt.msg {
				t.Fatalf("error %v, want %s", err, tt.msg)
			}
			if hint := HintOf(err); !strings.Contains(hint, tt.hint) {
				t.Errorf("hint %q, want %q in it", hint, tt.hint)
			}
		})
	}
}

// No cell of a column that looks secret is quoted.
func TestBindQuotesNoPassword(t *testing.T) {
	m := Mapping{Columns: []MappedColumn{{Heading: "Password", Field: ActionField}}}
	_, _, err := bindLines(t, SheetOptions{Mapping: m}, "Email|Password", "ana@example.com|Sunny-Day7")
	if err == nil || strings.Contains(err.Error(), "Sunny") {
		t.Errorf("error %v", err)
	}
}

// The cells are read only where headings leave a doubt, and then once for all columns.
func TestBindReadsCellsOnlyInDoubt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that reading fails
	for _, header := range []string{"Email|Password", "Email|Name|Colour", "Email|First name|Colour", "Email|Password never expires"} {
		if _, err := bind(ctx, tableOf(t, line(header)), SheetOptions{}); err != nil {
			t.Errorf("%s, without a doubt: %v", header, err)
		}
	}
	for _, header := range []string{"Email|User name", "Email|Action", "login", "Email|Name|First name", "Email|Password expires"} {
		if _, err := bind(ctx, tableOf(t, line(header)), SheetOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", header, err)
		}
	}
}

func TestBindMaybeSaysWhatToWrite(t *testing.T) {
	b, _, err := bindLines(t, SheetOptions{}, "Email|Active|Gesperrt|Payroll Name")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range b.Warnings {
		got = append(got, w.Message)
	}
	want := []string{
		`column B "Active" is kept but not used: if it means "not account_disabled", say so in a mapping file and name it with --map`,
		`column C "Gesperrt" is kept but not used: if it means "account_disabled" or "account_locked", say so in a mapping file and name it with --map`,
		`column D "Payroll Name" is kept but not used: if it means "username", say so in a mapping file and name it with --map`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func FuzzBind(f *testing.F) {
	f.Add("Email|Name|Password", "ana@example.com|Ana|Sunny-Day7", false)
	f.Add("User name|Action|result_email", "ana@example.com|skip|x", true)
	f.Add("E-Mail (column B)|E-Mail|e-mail|login", "a|b|c|d", true)
	f.Add("Mail||A|a|A (column C)|(column B)", "x@example.com", false)
	f.Add("Vorname|Name|E-Mail [mail]|Gesperrt|\xff", "Ana|Ruiz|ana@example.com|x|", false)
	f.Fuzz(func(t *testing.T, header, row string, complete bool) {
		if strings.ContainsAny(header+row, "\r\n\x00\"") || len(header) > 500 {
			return
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		if err := w.WriteAll([][]string{line(header), line(row)}); err != nil {
			return
		}
		// A header need not be one that is recognised.
		table, err := sheet.OpenBytes(t.Context(), "people.csv", out.Bytes(), sheet.Options{})
		if err != nil {
			return
		}
		o := SheetOptions{}
		if complete {
			o.Domain = "example.com"
		}
		b, err := bind(t.Context(), table, o)
		if err != nil {
			if HintOf(err) == "" {
				t.Errorf("no hint: %v", err)
			}
			return
		}
		if _, ok := b.Columns[Email]; !ok {
			t.Error("no column for the address, and no error")
		}
		seen := map[int]Field{}
		for field, c := range b.Columns {
			if other, ok := seen[c]; ok {
				t.Errorf("column %d is %s and %s", c, field, other)
			}
			seen[c] = field
			if IsResultHeading(table.Header[c]) {
				t.Errorf("column %q of the results is %s", table.Header[c], field)
			}
		}
		m := MappingOf(b, table, o)
		again, err := bind(t.Context(), table, SheetOptions{Mapping: m}.merged())
		if err != nil {
			t.Fatalf("with the mapping saved: %v\n%s", err, m.YAML())
		}
		if diff := cmp.Diff(bound(b), bound(again)); diff != "" {
			t.Errorf("with the mapping saved (-want +got):\n%s\n%s", diff, m.YAML())
		}
		if read, err := ParseMapping(m.YAML()); err != nil {
			t.Errorf("read the mapping saved: %v", err)
		} else if diff := cmp.Diff(m, read); diff != "" {
			t.Errorf("the mapping saved (-want +got):\n%s", diff)
		}
	})
}

// The value of a column that says the opposite comes out as the field's.
func TestInvertedColumnsGiveInvertedValues(t *testing.T) {
	const text = "Email,Account enabled,Password expires,POP disabled\nana@example.com,yes,ja,TRUE\nbo@example.com,no,nein,\n"
	s, err := OpenSheet(t.Context(), "people.csv", SheetOptions{Input: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []Settings
	for r, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Settings)
	}
	want := []Settings{
		{AccountDisabled: "false", PasswordNeverExpires: "false", AllowPOP: "false"},
		{AccountDisabled: "true", PasswordNeverExpires: "true"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

// A repeated header, an example, a total and a ruled line don't switch the action column off: who is to be skipped is skipped.
func TestRowsToSkipAreSkippedBetweenOtherLines(t *testing.T) {
	for _, line := range []string{"Email,Action", "E-Mail,Aktion", "Total,3", "---,---", "Example: cy@example.com,what to do", ",Action"} {
		text := "Email,Action\n" + line + "\nana@example.com,skip\n"
		s, err := OpenSheet(t.Context(), "people.csv", SheetOptions{Input: []byte(text)})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		for r, err := range s.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Email != "" && r.Mode != Skip {
				t.Errorf("%s: %s is to be skipped, and is %q", line, r.Email, r.Mode)
			}
		}
	}
}

// bound is what of a binding a mapping saves.
func bound(b *Binding) map[string]any {
	out := map[string]any{"columns": b.Columns, "inverted": b.Inverted, "secret": b.Secret}
	if b.name != nil {
		out["name"] = b.NameColumns()
	}
	return out
}
