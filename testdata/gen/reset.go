package main

import (
	"bytes"
	"encoding/csv"
)

// passwordReset makes the password reset sheet, and puts its people into the
// tenant: some locked out, some with access by POP3 or SMTP.
func passwordReset(people *crowd, t *tenant) ([]byte, error) {
	rows := [][]string{{"email", "password", "force password change"}}
	for range 300 {
		u := cloudUser(people.person())
		u.AccountLocked = people.oneIn(20)
		u.AllowPop = people.oneIn(10)
		u.AllowSMTP = people.oneIn(10)
		t.add(u)
		rows = append(rows, []string{u.EmailAddress, people.password(), "yes"})
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
