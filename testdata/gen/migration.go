package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"time"
)

// byteOrderMark is what programs on Windows begin a UTF-8 file with.
const byteOrderMark = "\uFEFF"

// A mover is a row of the migration sheet: somebody whose mailbox comes from
// an older system.
type mover struct {
	person
	password     string
	neverExpires string
	force        string
	archive      string
	pop          string
	smtp         string
}

// migration makes the migration sheet as a spreadsheet program with European
// settings saves it, and puts those of its people who have an account into the
// tenant.
func migration(people *crowd, t *tenant) ([]byte, error) {
	var movers []mover
	for range 950 {
		movers = append(movers, newMover(people))
	}
	for i := range 50 {
		m := mover{person: people.person(), pop: "true"}
		if i%2 == 0 {
			m.archive = people.archiveStart()
		}
		if i%5 == 0 {
			t.add(mailFlowUser(m.person))
		} else {
			t.add(cloudUser(m.person))
		}
		movers = append(movers, m)
	}
	people.Shuffle(len(movers), func(i, j int) { movers[i], movers[j] = movers[j], movers[i] })

	b := bytes.NewBufferString(byteOrderMark)
	w := csv.NewWriter(b)
	w.Comma, w.UseCRLF = ';', true
	rows := [][]string{{
		"E-Mail", "Display Name", "Password", "Password never expires", "Force password change", "Archive start date",
		"Allow POP", "Allow SMTP", "Legacy mailbox", "Cost centre", "Notes",
	}}
	for _, m := range movers {
		rows = append(rows, []string{
			m.email, m.name(), m.password, m.neverExpires, m.force, m.archive,
			m.pop, m.smtp, people.legacyMailbox(m.person), people.costCentre(), people.note(),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// newMover makes up somebody who has no account yet, with at least one of the
// settings that an account can't be created with.
func newMover(people *crowd) mover {
	m := mover{person: people.person(), password: people.password(), force: "true"}
	if people.oneIn(10) {
		m.force, m.neverExpires = "false", "true"
	}
	if people.oneIn(5) {
		m.pop = people.flag()
	}
	if people.oneIn(5) {
		m.smtp = people.flag()
	}
	if m.neverExpires+m.pop+m.smtp == "" || !people.oneIn(3) {
		m.archive = people.archiveStart()
	}
	return m
}

// flag is true or false.
func (c *crowd) flag() string { return pick(c, []string{"true", "false"}) }

// archiveStart is a moment of the years before the migration, to the second or
// to the day.
func (c *crowd) archiveStart() string {
	layout := pick(c, []string{"2006-01-02T15:04:05-0700", time.DateOnly})
	start := time.Date(2004, time.January, 1, 0, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(c.IntN(22*365*24*3600)) * time.Second).Format(layout)
}

func (c *crowd) legacyMailbox(p person) string {
	return fmt.Sprintf("EXCH-%02d/%s_%s", 1+c.IntN(6), plain(p.last), plain(p.first))
}

func (c *crowd) costCentre() string { return fmt.Sprintf("%05d", 10*c.IntN(900)) }

// note is a remark that somebody left, mostly none.
func (c *crowd) note() string {
	if !c.oneIn(4) {
		return ""
	}
	return pick(c, []string{
		"Shared calendar; keep until March",
		"VIP; migrate out of hours",
		fmt.Sprintf(`Known as "%s"; name as in the contract`, pick(c, firstNames)),
		`Asked for "no change before 24 December"`,
		"Mailbox over quota",
		"Two rules, one signature",
		"On leave until 11 January\nmigrate last",
		"Former name " + pick(c, lastNames) + "\nkeeps the address\nsee HR",
	})
}
