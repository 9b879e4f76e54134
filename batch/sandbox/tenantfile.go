package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadTenant reads a tenant, without ever holding its text. It refuses unknown fields, text after the end, addresses and
// domains that are not well formed or there twice, users in a domain that the tenant does not have or that is pending, and
// names of groups and accounts that are not there. What it returns is in lower case, in order, and has its defaults filled in.
func ReadTenant(r io.Reader) (*Tenant, error) {
	t := &Tenant{Domains: []Domain{}, Users: []User{}}
	if err := t.read(r); err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	if err := t.normalize(); err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	return t, nil
}

func (t *Tenant) read(r io.Reader) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if err := t.readField(d, name); err != nil {
			return err
		}
	}
	if err := expect(d, json.Delim('}')); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end")
	}
	return nil
}

func (t *Tenant) readField(d *json.Decoder, name json.Token) error {
	switch name {
	case "accountCode":
		return d.Decode(&t.AccountCode)
	case "accountName":
		return d.Decode(&t.AccountName)
	case "accounts":
		return readList(d, &t.Accounts)
	case "quotas":
		return d.Decode(&t.Quotas)
	case "domains":
		return readList(d, &t.Domains)
	case "passwordPolicy":
		return d.Decode(&t.PasswordPolicy)
	case "users":
		return readList(d, &t.Users)
	case "groups":
		return readList(d, &t.Groups)
	case "attributes":
		return readList(d, &t.Attributes)
	case "delegates":
		return readList(d, &t.Delegates)
	case "connections":
		return readList(d, &t.Connections)
	}
	return fmt.Errorf("unknown field %q", name)
}

// readList reads an array, one value at a time; null is an empty one.
func readList[T any](d *json.Decoder, into *[]T) error {
	start, err := d.Token()
	switch {
	case err != nil:
		return err
	case start == nil:
		return nil
	case start != json.Delim('['):
		return fmt.Errorf("%v is not an array", start)
	}
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		*into = append(*into, v)
	}
	return expect(d, json.Delim(']'))
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%v instead of %v", got, want)
	}
	return nil
}

// Write writes the tenant as ReadTenant reads it: in order of name, address and number, each of them on a line of its own.
func (t *Tenant) Write(w io.Writer) error {
	sorted := t.clone()
	sorted.sort()
	out := bufio.NewWriter(w)
	if err := sorted.write(out); err != nil {
		return fmt.Errorf("write tenant: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write tenant: %w", err)
	}
	return nil
}

func (t *Tenant) write(w io.Writer) error {
	type field struct {
		name  string
		value any
	}
	fields := []field{{"accountCode", t.AccountCode}, {"accountName", t.AccountName}, {"passwordPolicy", t.PasswordPolicy}}
	if len(t.Quotas) > 0 {
		fields = append(fields, field{"quotas", t.Quotas})
	}
	before := "{\n"
	for _, f := range fields {
		if err := writeValue(w, fmt.Sprintf("%s  %q: ", before, f.name), f.value); err != nil {
			return err
		}
		before = ",\n"
	}
	err := errors.Join(
		writeList(w, "accounts", t.Accounts),
		writeList(w, "domains", t.Domains),
		writeList(w, "users", t.Users),
		writeList(w, "groups", t.Groups),
		writeList(w, "attributes", t.Attributes),
		writeList(w, "delegates", t.Delegates),
		writeList(w, "connections", t.Connections),
	)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n}\n")
	return err
}

// writeList writes a field that is an array, unless it is empty.
func writeList[T any](w io.Writer, name string, list []T) error {
	if len(list) == 0 {
		return nil
	}
	before := fmt.Sprintf(",\n  %q: [\n    ", name)
	for _, v := range list {
		if err := writeValue(w, before, v); err != nil {
			return err
		}
		before = ",\n    "
	}
	_, err := io.WriteString(w, "\n  ]")
	return err
}

func writeValue(w io.Writer, before string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, before); err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
