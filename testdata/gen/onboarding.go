package main

import (
	"fmt"
	"time"
)

// A starter is a row of the onboarding sheet. A field of type any holds what
// somebody typed into the cell: a string, a bool, an int, a time.Time for a
// date, or nil for nothing.
type starter struct {
	person
	display    string
	department string
	location   string
	start      time.Time
	password   any
	force      any
	pop        any
	smtp       any
	disabled   any
	archive    any
}

var departments = []string{
	"Customer Care", "Engineering", "Facilities", "Finance", "Human Resources", "Legal & Compliance",
	"Logistics", "Marketing", "Procurement", "Research", "Sales", "Site Services",
}

var locations = []string{
	"Barcelona", "Gdańsk", "Göteborg", "København", "Lagos", "Leeds", "Lisboa", "London", "Lyon", "Málaga",
	"München", "São Paulo", "Singapore", "Zürich",
}

// firstDays are the days in December on which people begin: the first of the
// month and the Mondays.
var firstDays = []int{1, 1, 1, 7, 7, 14, 14, 21, 28}

// onboarding makes the rows of the onboarding sheet, in the order of the
// columns of the workbook, and puts those of its people who have an account
// into the tenant.
func onboarding(people *crowd, t *tenant) [][]any {
	var starters []starter
	for i := range 206 {
		starters = append(starters, newStarter(people, i))
	}
	for i := range 24 {
		starters = append(starters, changed(people, t, i))
	}
	for range 4 {
		s := veteran(people)
		t.add(mailFlowUser(s.person))
		starters = append(starters, s)
	}
	for i := range 4 {
		s := veteran(people)
		if s.pop = people.word(true); i%2 == 1 {
			s.pop, s.smtp = nil, people.word(true)
		}
		t.add(syncedUser(s.person))
		starters = append(starters, s)
	}
	for range 12 {
		starters = append(starters, unchanged(people, t))
	}
	people.Shuffle(len(starters), func(i, j int) { starters[i], starters[j] = starters[j], starters[i] })

	var rows [][]any
	old, next := people.Perm(4200), 4200
	for i, s := range starters {
		id := 1 + old[i]
		if s.password != nil {
			next += 1 + people.IntN(4)
			id = next
		}
		rows = append(rows, []any{
			fmt.Sprintf("%06d", id), s.first, s.last, s.display, s.email, s.department, s.location, s.start,
			s.password, s.force, s.pop, s.smtp, s.disabled, s.archive,
		})
	}
	return rows
}

// newStarter makes up somebody who has no account yet. Of those with i below
// 60, each has settings that an account can't be created with: the first 20
// take over an address that was somebody else's.
func newStarter(people *crowd, i int) starter {
	s := employee(people)
	s.start = time.Date(2026, time.December, pick(people, firstDays), 0, 0, 0, 0, time.UTC)
	s.password = people.password()
	s.force = people.word(true)
	switch {
	case i < 20:
		s.archive = s.start
		if i < 5 {
			s.smtp = people.word(true)
		}
	case i < 60:
		s.pop = people.word(people.oneIn(2))
		if people.oneIn(2) {
			s.smtp = people.word(people.oneIn(2))
		}
		if people.oneIn(3) {
			s.disabled = people.word(false)
		}
	}
	return s
}

// changed makes up somebody with a cloud account that differs in one thing
// from what the row asks: the name for i below 8, POP3 below 16, then whether
// it is disabled.
func changed(people *crowd, t *tenant, i int) starter {
	s := veteran(people)
	u := cloudUser(s.person)
	switch {
	case i < 8:
		u.Name = pick(people, []string{s.last + ", " + s.first, s.name() + " (contractor)", s.first})
	case i < 16:
		u.AllowPop = people.oneIn(2)
		s.pop = people.word(!u.AllowPop)
		s.disabled = people.maybe(false)
	default:
		u.AccountDisabled = i%4 == 0
		s.disabled = people.word(!u.AccountDisabled)
		s.smtp = people.maybe(false)
	}
	t.add(u)
	return s
}

// unchanged makes up somebody whose account is as the row asks.
func unchanged(people *crowd, t *tenant) starter {
	s := veteran(people)
	u := cloudUser(s.person)
	u.AllowPop = people.oneIn(3)
	u.AllowSMTP = people.oneIn(3)
	u.AccountDisabled = people.oneIn(6)
	s.force = people.maybe(u.ForcePasswordChange)
	s.pop = people.maybe(u.AllowPop)
	s.smtp = people.maybe(u.AllowSMTP)
	s.disabled = people.maybe(u.AccountDisabled)
	t.add(u)
	return s
}

// veteran makes up somebody who has been with the company for some time.
func veteran(people *crowd) starter {
	s := employee(people)
	s.start = time.Date(2008+people.IntN(18), time.January, 1+people.IntN(365), 0, 0, 0, 0, time.UTC)
	return s
}

func employee(people *crowd) starter {
	p := people.person()
	return starter{person: p, display: p.name(), department: pick(people, departments), location: pick(people, locations)}
}

// word says yes or no in one of the ways in which people fill in a cell.
func (c *crowd) word(yes bool) any {
	if yes {
		return pick(c, []any{"Yes", "Yes", "Yes", "Yes", "yes", "YES", "TRUE", "Y", "x", true, true, 1})
	}
	return pick(c, []any{"No", "No", "No", "no", "FALSE", "N", false, 0})
}

// maybe is word, or as often a blank cell.
func (c *crowd) maybe(yes bool) any {
	if c.oneIn(2) {
		return nil
	}
	return c.word(yes)
}
