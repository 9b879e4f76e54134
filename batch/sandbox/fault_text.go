package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a fault as KIND or KIND,KEY=VALUE,…: close-after,function=create-user,probability=0.05,count=-1. Keys are
// the fields of [Fault] in lower case, each at most once, and header=NAME:VALUE for each header. A value that holds a comma
// is quoted as in Go. What it returns can be injected.
func ParseFault(s string) (Fault, error) {
	f, err := parseFault(s)
	if err != nil {
		return Fault{}, fmt.Errorf("parse fault %q: %w", s, err)
	}
	return f, nil
}

func parseFault(s string) (Fault, error) {
	kind, rest, more := strings.Cut(s, ",")
	f := Fault{Kind: FaultKind(kind)}
	seen := make(map[string]bool)
	for more {
		var name, value string
		var err error
		if name, rest, more = strings.Cut(rest, "="); !more {
			return Fault{}, fmt.Errorf("%q is not key=value", name)
		}
		if value, rest, more, err = cutValue(rest); err != nil {
			return Fault{}, fmt.Errorf("%s: %w", name, err)
		}
		if seen[name] && name != headerKey {
			return Fault{}, fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if err := f.set(name, value); err != nil {
			return Fault{}, err
		}
	}
	return f, f.check()
}

// cutValue returns the value that s begins with, what comes after its comma, and whether there was one.
func cutValue(s string) (value, rest string, more bool, err error) {
	if !strings.HasPrefix(s, `"`) {
		value, rest, more = strings.Cut(s, ",")
		return value, rest, more, nil
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", false, err
	}
	if value, err = strconv.Unquote(quoted); err != nil {
		return "", "", false, err
	}
	rest = s[len(quoted):]
	tail, more := strings.CutPrefix(rest, ",")
	if rest != "" && !more {
		return "", "", false, errors.New("text after the closing quote")
	}
	return value, tail, more, nil
}

// String returns the fault as ParseFault reads it.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(string(f.Kind))
	write := func(name, value string) {
		if strings.HasPrefix(value, `"`) || strings.Contains(value, ",") {
			value = strconv.Quote(value)
		}
		b.WriteString("," + name + "=" + value)
	}
	for _, s := range f.settings() {
		if value := s.text(); value != "" {
			write(s.name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Headers)) {
		write(headerKey, name+":"+f.Headers[name])
	}
	return b.String()
}

// MarshalJSON writes an object with the keys of ParseFault and kind, all values texts, and header as an object.
func (f Fault) MarshalJSON() ([]byte, error) {
	all := map[string]any{"kind": f.Kind}
	for _, s := range f.settings() {
		if value := s.text(); value != "" {
			all[s.name] = value
		}
	}
	if len(f.Headers) > 0 {
		all[headerKey] = f.Headers
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON writes, and a text as ParseFault does. What is a number may be one; delay and reset are
// texts, such as 5s.
func (f *Fault) UnmarshalJSON(raw []byte) error {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		read, err := ParseFault(whole)
		*f = read
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return fmt.Errorf("read fault: %w", err)
	}
	var read Fault
	for name, raw := range all {
		if err := read.setJSON(name, raw); err != nil {
			return fmt.Errorf("read fault: %w", err)
		}
	}
	*f = read
	return nil
}

func (f *Fault) setJSON(name string, raw json.RawMessage) error {
	if name == headerKey {
		var headers map[string]string
		if err := json.Unmarshal(raw, &headers); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for header, value := range headers {
			f.setHeader(header, value)
		}
		return nil
	}
	var value string
	if json.Unmarshal(raw, &value) != nil {
		var number json.Number
		if err := json.Unmarshal(raw, &number); err != nil {
			return fmt.Errorf("%s is neither a text nor a number", name)
		}
		value = number.String()
	}
	if name == "kind" {
		f.Kind = FaultKind(value)
		return nil
	}
	return f.set(name, value)
}

const headerKey = "header"

// A setting is a field of a fault under its name in texts.
type setting struct {
	name  string
	value any
	aims  bool // it tells which calls are hit, and not how
}

// settings are all fields but the kind, which has no name, and the headers, of which there are many.
func (f *Fault) settings() []setting {
	return []setting{
		{"function", &f.Function, true}, {"address", &f.Address, true},
		{"skip", &f.Skip, true}, {"probability", &f.Probability, true}, {"seed", &f.Seed, true}, {"count", &f.Count, true},
		{"status", &f.Status, false}, {"reset", &f.Reset, false}, {"delay", &f.Delay, false},
		{"code", &f.Code, false}, {"message", &f.Message, false}, {"field", &f.Field, false},
	}
}

func (f *Fault) set(name, text string) error {
	if name == headerKey {
		header, value, ok := strings.Cut(text, ":")
		if !ok {
			return fmt.Errorf("header %q is not name:value", text)
		}
		f.setHeader(header, value)
		return nil
	}
	all := f.settings()
	i := slices.IndexFunc(all, func(s setting) bool { return s.name == name })
	if i < 0 {
		return fmt.Errorf("unknown key %q", name)
	}
	if text == "" {
		return fmt.Errorf("%s: no value", name)
	}
	if err := all[i].set(text); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if (name == "count" || name == "probability") && all[i].text() == "" { // zero is what a Fault has by default
		return fmt.Errorf("%s: %s would never hit", name, text)
	}
	return nil
}

func (f *Fault) setHeader(name, value string) {
	if f.Headers == nil {
		f.Headers = make(map[string]string)
	}
	f.Headers[textproto.CanonicalMIMEHeaderKey(name)] = value
}

func (s setting) set(text string) (err error) {
	switch v := s.value.(type) {
	case *string:
		*v = text
	case *int:
		*v, err = strconv.Atoi(text)
	case *uint64:
		*v, err = strconv.ParseUint(text, 10, 64)
	case *float64:
		*v, err = strconv.ParseFloat(text, 64)
	case *time.Duration:
		*v, err = time.ParseDuration(text)
	}
	return err
}

// text returns "" for the zero value.
func (s setting) text() string {
	switch v := s.value.(type) {
	case *string:
		return *v
	case *int:
		return unlessZero(*v, strconv.Itoa)
	case *uint64:
		return unlessZero(*v, func(n uint64) string { return strconv.FormatUint(n, 10) })
	case *float64:
		return unlessZero(*v, func(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) })
	case *time.Duration:
		return unlessZero(*v, time.Duration.String)
	}
	return ""
}

func unlessZero[T comparable](v T, text func(T) string) string {
	var zero T
	if v == zero {
		return ""
	}
	return text(v)
}
