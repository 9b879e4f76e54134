package main

// Letters and digits that are easily taken for one another are left out, as
// the generators of administrators do.
const (
	uppers  = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	lowers  = "abcdefghijkmnopqrstuvwxyz"
	digits  = "23456789"
	symbols = `!#$%&*+-.:=?@,;<"'`
	// leads are what spreadsheet programs take for the start of a formula.
	leads = "=+-@"
)

// password makes up a password of 12 to 16 characters that no one else has. It
// holds upper case, lower case and digits, most have symbols too, and one in
// twelve begins with one of leads.
func (c *crowd) password() string {
	var lead string
	if c.oneIn(12) {
		lead = string(pick(c, []byte(leads)))
	}
	body := []byte{pick(c, []byte(uppers)), pick(c, []byte(lowers)), pick(c, []byte(digits))}
	for range c.IntN(4) {
		body = append(body, pick(c, []byte(symbols)))
	}
	for length := 12 + c.IntN(5); len(lead)+len(body) < length; {
		body = append(body, pick(c, []byte(lowers+uppers+digits)))
	}
	c.Shuffle(len(body), func(i, j int) { body[i], body[j] = body[j], body[i] })

	made := lead + string(body)
	if c.passwords[made] {
		return c.password()
	}
	c.passwords[made] = true
	return made
}
