package sandbox

import (
	"bytes"
	"encoding/json"
)

// findAttributeTypes is find-attribute-types: nothing to {id, name, source} of all attributes. What the service answers was
// never seen.
func (s *Server) findAttributeTypes(request) answer {
	type row struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Source string `json:"source"`
	}
	var e envelope
	for _, a := range s.directory.attributes {
		e.Data = append(e.Data, row{s.directory.ids.attribute(a.ID), a.Name, a.Source})
	}
	return executed(e)
}

// An attributeValue is what an attribute tells of an account, as the service takes it.
type attributeValue struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// attributesOf are all that is told of an account. What the service answers was never seen.
func (d *directory) attributesOf(address string) any {
	values := []attributeValue{}
	for _, a := range d.attributes {
		if value, ok := a.Values[address]; ok {
			values = append(values, attributeValue{d.ids.attribute(a.ID), a.Name, value})
		}
	}
	return struct {
		EmailAddress string           `json:"emailAddress"`
		Attributes   []attributeValue `json:"attributes"`
	}{address, values}
}

// getAttributes is get-attributes: {emailAddress} to {emailAddress, attributes}.
func (s *Server) getAttributes(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		u := s.readAccount(&in, emailAddress)
		if u == nil {
			return nil, in.refusals, nil
		}
		return s.directory.attributesOf(u.EmailAddress), nil, nil
	})
}

// updateAttributes is update-attributes: {emailAddress, attributes} to the same. An attribute is {id, value} or {name,
// value}: sources disagree. An object is done whole or not at all.
func (s *Server) updateAttributes(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		in := reading{fields: o.fields}
		u := s.readAccount(&in, emailAddress)
		if !in.required("attributes") || u == nil {
			return nil, in.refusals, nil
		}
		var entries []map[string]json.RawMessage
		if err := json.Unmarshal(o.fields["attributes"], &entries); err != nil {
			in.refuse("attributes", "err_validation_value_not_allowed", "Field must be a list of attributes")
		}
		var values []Value
		for _, fields := range entries {
			entry := reading{fields: fields}
			v, err := s.readValue(&entry)
			if err != nil {
				return nil, nil, err
			}
			v.EmailAddress = u.EmailAddress
			values = append(values, v)
			in.refusals = append(in.refusals, entry.refusals...)
		}
		if len(in.refusals) > 0 {
			return nil, in.refusals, nil
		}
		for _, v := range values {
			if err := s.change(Change{Value: &v}); err != nil {
				return nil, nil, err
			}
		}
		s.directory.audit.add(asked, userUpdated, u.EmailAddress)
		return s.directory.attributesOf(u.EmailAddress), nil, nil
	})
}

// readValue reads an attribute by id or name, and its value: any JSON but null, kept as text.
func (s *Server) readValue(in *reading) (Value, error) {
	var token, name string
	var a *Attribute
	switch {
	case in.text("id", &token):
		id, err := s.directory.ids.openAttribute(token)
		if err != nil {
			return Value{}, err
		}
		a = s.directory.attribute(id)
	case in.need("name", &name):
		a = s.directory.attributeNamed(name)
	}
	if len(in.refusals) == 0 && a == nil {
		in.refuse("name", "err_emulated_attribute_not_found", "Attribute not found")
	}
	if a != nil && a.Source == fromLDAP {
		in.refusals = append(in.refusals, forbidden())
	}
	if !in.required("value") || len(in.refusals) > 0 {
		return Value{}, nil
	}
	raw := in.fields["value"]
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(bytes.TrimSpace(raw))
	}
	return Value{Attribute: a.ID, Value: text}, nil
}

// readAccount reads the required address of an account, and returns that, or nil when it is refused.
func (s *Server) readAccount(in *reading, field string) *User {
	var address string
	if !in.address(field, &address) {
		return nil
	}
	u := s.directory.account(address)
	if u == nil {
		in.refusals = append(in.refusals, s.unknown(address))
	}
	return u
}
