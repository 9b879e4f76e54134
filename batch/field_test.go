package batch

import "testing"

func TestFieldOf(t *testing.T) {
	for heading, want := range map[string]Field{
		"email": Email, "E-Mail": Email, "E-mail Address": Email, "EMAIL_ADDRESS": Email, " e mail\u00a0": Email,
		"User Name": Username, "username": Username, "Display Name": Username, "Name": Username,
		"Password": Password, "Initial password": Password,
		"Password Never Expires": PasswordNeverExpires, "force password change?": ForcePasswordChange,
		"Archive start-date": ArchiveStartDate, "Allow POP": AllowPOP, "allow pop3": AllowPOP, "ALLOW SMTP": AllowSMTP,
		"Account locked": AccountLocked, "account_disabled": AccountDisabled, "Account Code": AccountCode, "Action": ActionField,
		// Words that mean something else in other people's sheets.
		"Disabled": "", "SMTP": "", "Personal e-mail address of manager": "", "Start date": "", "": "", "§": "",
	} {
		if got := fieldOf(heading); got != want {
			t.Errorf("fieldOf(%q) = %q, want %q", heading, got, want)
		}
	}
}

// Two fields with the same name would make a heading mean either, depending on the order of the table.
func TestAliasesAreUnique(t *testing.T) {
	seen := map[string]Field{}
	for _, i := range fields {
		names := map[string]bool{}
		for _, n := range append([]string{string(i.Field), i.Title}, i.Aliases...) {
			names[normalHeader(n)] = true
		}
		for n := range names {
			if other, ok := seen[n]; ok {
				t.Errorf("%q means %s and %s", n, other, i.Field)
			}
			seen[n] = i.Field
		}
	}
}

func TestNearField(t *testing.T) {
	for heading, want := range map[string]Field{
		"E-mial": Email, "Pasword": Password, "Passwrod": Password, "Acount code": AccountCode, "Alow POP": AllowPOP,
		"Email": "", "Town": "", "Mali": Email, "Department": "", "x": "",
	} {
		if got := nearField(heading); got != want {
			t.Errorf("nearField(%q) = %q, want %q", heading, got, want)
		}
	}
}

func TestLooksSecret(t *testing.T) {
	for heading, want := range map[string]bool{
		"Password": true, "pasword": true, "Old PWD": true, "Kennwort": true, "Password hash": true,
		"Contraseña": true, "Hasło": true, "Lösenord": true, "MDP": true, "パスワード": true, "Senha": true, "PW": true, "PIN": true,
		"Initial pw": true, "Passcode": true, "Mot de passe": true, "result_password": true, "result_force_password_change": false,
		"Shipping": false, "Company": false, "Passport number": false, "Nationality": false,
		"Force password change": false, "Password never expires": false, "Name": false, "Department": false,
	} {
		if got := looksSecret(heading); got != want {
			t.Errorf("looksSecret(%q) = %v", heading, got)
		}
	}
}

func TestHeaderScore(t *testing.T) {
	for _, tt := range []struct {
		cells []string
		want  int
	}{
		{[]string{"Email", "Name", "Password"}, 3},
		{[]string{"User name", "Department"}, 1},
		{[]string{"Name", "Password"}, 0},
		{[]string{"Starters and changes"}, 0},
		{[]string{"result_username", "Name"}, 0},
		{[]string{"Email", "E-mail address"}, 1},
	} {
		if got := HeaderScore(tt.cells); got != tt.want {
			t.Errorf("HeaderScore(%q) = %d, want %d", tt.cells, got, tt.want)
		}
	}
}
