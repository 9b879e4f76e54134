package batch

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gocarina/gocsv"
)

// The codes of rows that a guard blocks.
const (
	CodeProtected = "address is protected"
	CodeRole      = "address is a role of its domain"
	CodeOwn       = "account of these credentials"
	CodeOutside   = "domain not allowed"
)

// Guards say whom no plan may touch. Postmaster and abuse of every domain are never touched; the rest is as told. The guards are
// those of the plan: a row that they block has no steps, whenever and wherever the plan is applied.
type Guards struct {
	Protected map[string]bool // addresses as [ParseAddress] returns them
	Own       string          // the account that the credentials are of, "" if that is not known
	Domains   []string        // the only ones that may be touched, as [ParseDomain] returns them; nil for all
}

// ToldGuards are the guards that a plan was told, as its run keeps them, for those who plan what it left undone.
type ToldGuards struct {
	List    string   `json:"protect,omitempty"` // the file that lists whom to protect, "" for none; absolute unless its folder isn't known
	Domains []string `json:"domains,omitempty"` // the only ones that may be touched, as [ParseDomain] reads them; nil for all
}

// Blocks tells whether an address must not be touched, and why.
func (g Guards) Blocks(email string) (Reason, bool) {
	local, domain, _ := strings.Cut(email, "@")
	switch {
	case local == "postmaster" || local == "abuse":
		return Reason{
			Code: CodeRole, Message: fmt.Sprintf("%s@ is an address that every domain must have, and is never touched", local),
			Hint: "change it in the console if it must be",
		}, true
	case email == g.Own:
		return Reason{
			Code: CodeOwn, Message: "it is the account that the credentials are of: a mistake would lock this program out",
			Hint: "change it in the console, or with the credentials of another",
		}, true
	case g.Protected[email]:
		return Reason{Code: CodeProtected, Message: "the address is protected (--protect)", Hint: "take the row out, or the address from the list of protected ones"}, true
	case g.Domains != nil && !slices.Contains(g.Domains, domain):
		return Reason{
			Code: CodeOutside, Message: fmt.Sprintf("%s is not one of the domains that may be touched (--allow-domain)", domain),
			Hint: "check the address; or allow its domain too",
		}, true
	}
	return Reason{}, false
}

// ParseDomain reads the name of a domain and returns it as the addresses of [ParseAddress] have it.
func ParseDomain(s string) (string, error) {
	name := strings.TrimPrefix(trim(s), "@")
	domain, _, p := parseDomain(name)
	if p != nil {
		return "", fmt.Errorf("%q: %s", s, p.Message)
	}
	return domain, nil
}

// protectedRow is a row of a list of protected addresses that has a header; other columns don't matter.
type protectedRow struct {
	Email string `csv:"email"`
}

// mostProtected bounds a list of protected addresses, in bytes.
const mostProtected = 64 << 20

// ReadProtected reads a list of addresses and returns them as [ParseAddress] does: one a line, where blank lines and those that
// begin with # don't count; or a CSV with a column "email". What can't be read is an error, and so are a pattern such as *@example.com
// and a list of nobody: a list that protects less than it seems to is worse than none.
func ReadProtected(r io.Reader) (map[string]bool, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostProtected+1))
	if err != nil {
		return nil, err
	}
	if len(data) > mostProtected {
		return nil, fmt.Errorf("more than %d MB", mostProtected>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	out := map[string]bool{}
	add := func(place, text string) error {
		email, p := ParseAddress(text)
		switch {
		case strings.HasPrefix(trim(text), "*@"):
			return pattern(place, text, "; --allow-domain names the only domains that may be touched")
		case strings.ContainsAny(text, "*?%[]{}"):
			return pattern(place, text, "")
		case p != nil:
			return fmt.Errorf("%s: %q: %s", place, shorten(text), p.Message)
		}
		out[email] = true
		return nil
	}
	header, _, _ := bytes.Cut(data, []byte("\n"))
	switch comma, columns := headed(string(header)); columns {
	case 0:
		err = readLines(data, add)
	case 1:
		err = readTable(data, comma, add)
	default:
		err = fmt.Errorf("%d of its columns are named email", columns)
	}
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New("there is no address in it")
	}
	return out, nil
}

// pattern refuses what stands in a list for more than one address: nobody would be protected by it.
func pattern(place, text, more string) error {
	return &refusal{
		fmt.Sprintf("%s: %q: addresses are taken as they stand, and this one is a pattern", place, shorten(text)),
		"list each address" + more,
	}
}

// headed tells how many names of a line, were it a header, name a column of addresses, and what stands between the names.
func headed(line string) (comma rune, columns int) {
	for _, comma := range ",;\t" {
		for name := range strings.SplitSeq(line, string(comma)) {
			if lower(strings.Trim(name, " \"\r\t")) == "email" {
				columns++
			}
		}
		if columns > 0 {
			return comma, columns
		}
	}
	return 0, 0
}

func readLines(data []byte, add func(place, text string) error) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if text := trim(lines.Text()); text != "" && text[0] != '#' {
			if err := add(fmt.Sprintf("line %d", n), text); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

// readTable reads a CSV whose header is known to have the column.
func readTable(data []byte, comma rune, add func(place, text string) error) error {
	header, rest, _ := bytes.Cut(data, []byte("\n"))
	table := csv.NewReader(io.MultiReader(strings.NewReader(strings.ReplaceAll(lower(string(header)), " ", "")+"\n"), bytes.NewReader(rest)))
	table.Comma = comma
	table.FieldsPerRecord = 0 // all as many as the header: a row that has lost a cell may have lost the address
	var rows []protectedRow
	if err := gocsv.UnmarshalCSV(table, &rows); err != nil {
		return fmt.Errorf("read it as a CSV: %w", err)
	}
	for i, row := range rows {
		if err := add(fmt.Sprintf("row %d below the header", i+1), row.Email); err != nil {
			return err
		}
	}
	return nil
}
