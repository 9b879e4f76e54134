package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A person is somebody made up.
type person struct {
	first, last string
	email       string
}

// name is how the person is shown in an address book.
func (p person) name() string { return p.first + " " + p.last }

// A crowd makes people up. No two have the same address, no two passwords are
// equal.
type crowd struct {
	*rand.Rand
	addresses map[string]bool
	passwords map[string]bool
}

func newCrowd() *crowd {
	return &crowd{
		Rand:      rand.New(rand.NewPCG(0x6d696d65, 0x6261746368)),
		addresses: make(map[string]bool),
		passwords: make(map[string]bool),
	}
}

// person makes up somebody new. The address is first.last without accents, at
// example.com for most and at example.net for some, and a number tells people
// of the same name apart.
func (c *crowd) person() person {
	p := person{first: pick(c, firstNames), last: pick(c, lastNames)}
	domain := "example.com"
	if c.oneIn(6) {
		domain = "example.net"
	}
	local := plain(p.first) + "." + plain(p.last)
	p.email = local + "@" + domain
	for n := 2; c.addresses[p.email]; n++ {
		p.email = fmt.Sprintf("%s%d@%s", local, n, domain)
	}
	c.addresses[p.email] = true
	return p
}

// oneIn is true once in n times, on average.
func (c *crowd) oneIn(n int) bool { return c.IntN(n) == 0 }

// pick takes one of the choices.
func pick[T any](c *crowd, choices []T) T { return choices[c.IntN(len(choices))] }

// notDecomposed are letters that have no accent to take away.
var notDecomposed = strings.NewReplacer(
	"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// plain spells a name as the local part of an address does: lower-case letters
// without accents, and hyphens.
func plain(name string) string {
	name = norm.NFD.String(notDecomposed.Replace(strings.ToLower(name)))
	return strings.Map(func(r rune) rune {
		if r == '-' || r <= unicode.MaxASCII && unicode.IsLetter(r) {
			return r
		}
		return -1
	}, name)
}
