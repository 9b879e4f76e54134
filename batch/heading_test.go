package batch

import (
	"slices"
	"strings"
	"testing"

	"mimebatch/batch/sheet"
)

func TestMeaningOf(t *testing.T) {
	for heading, want := range map[string]meaning{
		"email": means(Email), "E-Mail": means(Email), "E-mail Address": means(Email), "EMAIL_ADDRESS": means(Email),
		"Display Name": means(Username), "Password": means(Password), "Initial password": means(Password),
		"Password Never Expires": means(PasswordNeverExpires), "force password change?": means(ForcePasswordChange),
		"Archive start-date": means(ArchiveStartDate), "Allow POP": means(AllowPOP), "allow pop3": means(AllowPOP), "ALLOW SMTP": means(AllowSMTP),
		"Account locked": means(AccountLocked), "account_disabled": means(AccountDisabled), "Account Code": means(AccountCode), "Action": means(ActionField),
		"User Name": tells(ofUserName), "username": tells(ofUserName), "Name": tells(ofName), "UPN": tells(ofLogOn),
		// Two languages.
		"Courriel / Email": means(Email), "E-Mail | Mail": means(Email), "Name / Vorname": {}, "Email / Password": {},
		// Words that mean something else in other people's sheets.
		"SMTP": {}, "Personal e-mail address of manager": {}, "": {}, "§": {}, "Email list 2026": {}, "ana@example.com": {},
		// A whole line, read with another separator.
		"Work;Email": {}, "Work\tEmail": {},
		strings.Repeat("Email ", 60): {},
	} {
		if got := meaningOf(heading); got != want {
			t.Errorf("meaningOf(%q) = %+v, want %+v", heading, got, want)
		}
	}
}

// C12: case, blanks of all kinds, what has no width, smart quotes, accents.
func TestHeadingsCompareWithoutCaseBlanksAndQuotes(t *testing.T) {
	for heading, want := range map[string]Field{
		" e mail\u00a0": Email, "\ufeffEmail": Email, "E\u200bmail": Email, "“Email”": Email, "‘e-mail’": Email, "Email\u3000Address": Email,
		"e\u2011mail": Email, "E\u00admail": Email, "Email\nAddress": Email, "Ｅｍａｉｌ": Email, "'Email'": Email, "Email:": Email, "EMAIL*": Email,
		"Contraseña": Password, "CONTRASENA": Password, "contrasen\u0303a": Password, "Hasło": Password, "haslo": Password,
		"Allow\u00a0POP3": AllowPOP, "パスワード": Password, "ﾊﾟｽﾜｰﾄﾞ": Password, "Don’t expire": "", "Password doesn’t expire": PasswordNeverExpires,
	} {
		if got := meaningOf(heading); got.field != want || got.inverted {
			t.Errorf("meaningOf(%q) = %+v, want %q", heading, got, want)
		}
	}
}

// What stands in brackets is decoration, unless it says whose the column is.
func TestHeadingsInBrackets(t *testing.T) {
	for heading, want := range map[string]meaning{
		"Email Address [Required]": means(Email), "Password [Required]": means(Password), "Email (required)": means(Email), "E-Mail (Pflichtfeld)": means(Email),
		"Email（必須）": means(Email), "Archive start date (YYYY-MM-DD)": means(ArchiveStartDate), "Allow POP (yes/no)": means(AllowPOP), "Account locked [0/1]": means(AccountLocked),
		"Email (work": means(Email), "[Email]": means(Email), "Email (e.g. ana@example.com)": means(Email), "E-Mail (geschäftlich)": means(Email),
		"Email (Home)": tells(ofOtherAddress), "Email (manager)": tells(ofOtherAddress), "Email (2)": tells(ofOtherAddress), "E-Mail (privat)": tells(ofOtherAddress),
		"User name (not used)": tells(ofOtherAddress), "Password (old)": {}, "Password (2)": {},
		"Name [displayName]": means(Username), "User name [userPrincipalName] Required": tells(ofLogOn), "Kennung [mail]": means(Email),
		"Leiter (Mail)": {}, "Chef (Mail)": tells(ofPerson), "Manager [mail]": tells(ofPerson), "Name (Vorname)": tells(ofFirst), "Password required": tells(ofPerson),
	} {
		if got := meaningOf(heading); got != want {
			t.Errorf("meaningOf(%q) = %+v, want %+v", heading, got, want)
		}
	}
}

// No heading means two fields, or one thing in one language and another in the next.
func TestNoHeadingMeansTwoFields(t *testing.T) {
	seen := map[string]meaning{}
	see := func(heading string, m meaning) {
		key := headingKey(heading)
		if key == "" {
			t.Errorf("a heading %q without letters", heading)
		}
		if other, ok := seen[key]; ok && other != m {
			t.Errorf("%q means %+v and %+v", heading, other, m)
		}
		seen[key] = m
	}
	for _, i := range fields {
		if i.Field != Username {
			see(string(i.Field), means(i.Field))
		}
		see(i.Title, means(i.Field))
	}
	for _, w := range slices.Concat(vocabulary[:], peopleVocabulary[:]) {
		own := map[string]bool{}
		for heading := range strings.SplitSeq(w.headings, "|") {
			see(heading, w.means)
			if key := headingKey(heading); own[key] {
				t.Errorf("%q stands twice among the headings of %s", heading, w.source)
			} else {
				own[key] = true
			}
		}
	}
}

func TestEveryLanguageNamesEveryField(t *testing.T) {
	languages := []string{"en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "ja", "zh"}
	named := map[string]map[Field]bool{"en": {}}
	for _, i := range fields {
		named["en"][i.Field] = true // its title
	}
	for _, w := range vocabulary {
		if named[w.source] == nil {
			named[w.source] = map[Field]bool{}
		}
		if w.means.role == ofField && !w.means.inverted {
			named[w.source][w.means.field] = true
		}
	}
	for _, l := range languages {
		for _, i := range fields {
			if !named[l][i.Field] {
				t.Errorf("no heading for %s in %s", i.Field, l)
			}
		}
	}
}

func TestNearField(t *testing.T) {
	for heading, want := range map[string]Field{
		"E-mial": Email, "Pasword": Password, "Passwrod": Password, "Acount code": AccountCode, "Alow POP": AllowPOP, "Mali": Email, "Emails": Email, "Meail": Email,
		"Kenwort": Password, "Mot de pase": Password, "Anzeigenname": Username, "Acccount disabled": AccountDisabled,
		"Email": "", "Town": "", "Department": "", "x": "", "Same": "", "Game": "", "Date": "", "Passport": "", "Personal Email": "", "Acount enabled": "",
		"Leave": "", "Level": "", "Grade": "", "Email list 2026": "", strings.Repeat("e", 150): "",
	} {
		if got := nearField(heading); got != want {
			t.Errorf("nearField(%q) = %q, want %q", heading, got, want)
		}
	}
}

// What HR systems write is never taken for a field's misspelt name.
func TestHRHeadingsAreNotMisspeltFields(t *testing.T) {
	for heading := range strings.SplitSeq("Skill | Pager | Wage | Race | Pension | Benefits | Payroll | Vacation | Overtime | Bank account | IBAN | Tax code | Account number | "+
		"Account manager | Account type | Account owner | Allowance | Arrival date | Archive | Archived | Retention | Lokation | Stunden | Urlaub | Mailstop | Mail stop | Mailbox size | Mailroom | "+
		"Display order | Section | Sektion | Faction | Fraction | Traction | Section name | Blocks | Clocked | Male | Mall | Nail | Maid | Game | Dame", "|") {
		if got := nearField(heading); got != "" {
			t.Errorf("nearField(%q) = %q", trim(heading), got)
		}
	}
}

func TestLooksSecret(t *testing.T) {
	for heading, want := range map[string]bool{
		"Password": true, "pasword": true, "Old PWD": true, "Kennwort": true, "Password hash": true, "Kennwort (alt)": true,
		"Contraseña": true, "Hasło": true, "Lösenord": true, "MDP": true, "パスワード": true, "Senha": true, "PW": true, "PIN": true, "Mot de passe provisoire": true,
		"Palavra-passe": true, "Wachtwoord": true, "Heslo": true, "Clave": true, "密码": true, "口令": true, "暗証番号": true, "Nowe hasło 2": true, "parola d’ordine": true,
		"Initial pw": true, "PIN 2": true, "pw1": true, "Passcode": true, "Mot de passe": true, "result_password": true, "result_force_password_change": false, "Notes (password)": true,
		"PW neu": true, "MDP provisoire": true, "PIN Windows": true, "Pass temp": true, "Temp. PW (initial)": true, "Zugangscode": true, "Zugangsdaten": true,
		"PSW": true, "Pswd": true, "Pwrd": true, "Key phrase": true, "Initial code": true, "Token": true, "Access code": true, "Login code": true, "Passkey": true, "Login details": true, "Credentials": true, "Anmeldedaten": true,
		"Geheimwort": true, "PWD_2 (new)": true, "Initial (PIN)": true, "InitialPW": true, "Startpass": true, "Postal PIN": true, "Pass-1": true, "P.W.": true, "P\u200bIN": true, "Compass PW": true,
		"Compass": false, "MFA bypass": false, "PIN code area": false, "Passport No.": false, "Compassion": false, "Spinning": false, "Opinion": false, "Block credential": false,
		"Shipping": false, "Company": false, "Passport number": false, "Passport": false, "Secretary": false, "Nationality": false, "Job title": false,
		"Force password change": false, "Force password change (yes/no)": false, "Password never expires": false, "Password expires": false, "Name": false, "Department": false,
		"Last password change": false,
	} {
		if got := looksSecret(heading); got != want {
			t.Errorf("looksSecret(%q) = %v", heading, got)
		}
	}
}

// machineKeys and labels are the two header rows of a SuccessFactors user directory.
var (
	machineKeys = []string{"STATUS", "USERID", "USERNAME", "FIRSTNAME", "LASTNAME", "MI", "GENDER", "EMAIL", "MANAGER", "HR", "DEPARTMENT", "CUSTOM01"}
	labels      = []string{"Status", "User ID", "Username", "First Name", "Last Name", "Middle Initial", "Gender", "Email Address", "Manager", "HR", "Department", "Union"}
)

func TestHeaderScore(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cells []string
		want  int
	}{
		{"fields", []string{"Email", "Name", "Password"}, 3},
		{"a user name may be the address", []string{"User name", "Department"}, 2},
		{"a log-on name may be the address", []string{"UPN", "Colour"}, 1},
		{"no address", []string{"Name", "Password"}, 0},
		{"a title", []string{"Starters and changes"}, 0},
		{"a title that speaks of e-mail", []string{"Email list 2026"}, 0},
		{"a version line", []string{"version:v1.0", "", ""}, 0},
		{"results", []string{"result_username", "Name"}, 0},
		{"one field twice", []string{"Email", "E-mail address"}, 1},
		{"a person", []string{"ana@example.com", "Email", "Password", "Name"}, 0},
		{"a person without an address", []string{"", "Ana Ruiz", "Manager", "HR"}, 0},
		{"an address as an example", []string{"Email (ana@example.com)", "Name"}, 2},
		{"two header rows, the keys", machineKeys, 11},
		{"two header rows, the labels", labels, 12},
	} {
		if got := HeaderScore(tt.cells); got != tt.want {
			t.Errorf("%s: HeaderScore = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestIsHeadingRow(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cells []string
		want  bool
	}{
		{"repeated header", []string{"Email", "Display name", "Password"}, true},
		{"of one column", []string{"E-Mail"}, true},
		{"labels", labels, true},
		{"machine keys", machineKeys, true},
		{"half of it known", []string{"Email", "Name", "Colour", "Shoe size"}, true},
		{"less than half", []string{"Email", "Shoe size", "Colour"}, false},
		{"a person", []string{"ana@example.com", "Name", "Password", "Email"}, false},
		{"a person without an address", []string{"", "Ana Ruiz", "Manager", "HR", "Sales"}, false},
		{"a person of whom only the job is known", []string{"", "", "Manager", "HR"}, false},
		{"a person with a weak password", []string{"", "Ana Ruiz", "Password"}, false},
		{"only a state", []string{"", "", "Locked"}, false},
		{"a person with codes", []string{"bito", "Manager", "MI"}, false},
		{"a person at a short place", []string{"", "SN", "HR"}, false},
		{"a person who is the first", []string{"bito", "first", "Manager"}, false},
		{"a person in China", []string{"", "名", "经理"}, false},
		{"a mailbox called Mail", []string{"", "Mail", ""}, false},
		{"nothing", []string{"", ""}, false},
	} {
		var cells []sheet.Cell
		for _, c := range tt.cells {
			cells = append(cells, sheet.Cell{Text: c})
		}
		if got := isHeadingRow(cells); got != tt.want {
			t.Errorf("%s: isHeadingRow = %v", tt.name, got)
		}
	}
}

func FuzzHeadingKey(f *testing.F) {
	for _, s := range []string{"E-Mail", "Straße", "ﾊﾟｽﾜｰﾄﾞ", "Hasło", "İ", "\xff", "ǅ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key := headingKey(s)
		if again := headingKey(key); again != key {
			t.Errorf("headingKey(%q) = %q, and of that %q", s, key, again)
		}
		if m := meaningOf(s); m.role == ofField && nearField(s) != "" {
			t.Errorf("%q is a heading of %s and near to one", s, m.field)
		}
	})
}

// The lines in which the header is sought are looked at once for each separator.
func BenchmarkHeaderScore(b *testing.B) {
	for name, cells := range map[string][]string{
		"header": {"Email", "Display name", "Password", "Department", "Employee ID", "Hire Date", "Shoe size", "Colour", "E-Mail (privat)", "Ort", "Straße", "Notes"},
		"person": {"10345", "ana.ruiz@example.com", "Ana Ruiz", "Research", "2026-12-01", "yes", "no", "no", "", "", "", "call before noon"},
		"title":  {"New starters of December, as of 2026-12-01"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				HeaderScore(cells)
			}
		})
	}
}
