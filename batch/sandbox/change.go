package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Change is one thing of a tenant as it is after a call: exactly one field but Gone is set.
type Change struct {
	User     *User       `json:"user,omitempty"`
	Group    *Group      `json:"group,omitempty"` // without its members, which stay as they are
	Member   *Membership `json:"member,omitempty"`
	Value    *Value      `json:"value,omitempty"`
	Delegate *Delegate   `json:"delegate,omitempty"`
	Gone     bool        `json:"gone,omitempty"` // it is not there any more
}

// A Membership is a member in its group.
type Membership struct {
	Group int `json:"group"`
	Member
}

// A Value is what an attribute tells of an account.
type Value struct {
	Attribute    int    `json:"attribute"`
	EmailAddress string `json:"emailAddress"`
	Value        string `json:"value"`
}

// change has a change stored, then makes it.
func (s *Server) change(c Change) error {
	if err := s.options.Changed(c); err != nil {
		return err
	}
	s.directory.apply(c)
	s.changes++
	return nil
}

// check puts a change into the form that apply takes, and refuses one that would leave a tenant which [ReadTenant] refuses.
func (d *directory) check(c *Change) error {
	if c.parts() != 1 {
		return errors.New("a change is of one thing")
	}
	switch {
	case c.User != nil:
		return d.checkUser(c.User, c.Gone)
	case c.Group != nil:
		return d.checkGroup(c.Group, c.Gone)
	case c.Member != nil:
		if d.group(c.Member.Group) == nil {
			return fmt.Errorf("member of group %d, which is not there", c.Member.Group)
		}
		return c.Member.normalize()
	case c.Value != nil:
		if d.attribute(c.Value.Attribute) == nil {
			return fmt.Errorf("value of attribute %d, which is not there", c.Value.Attribute)
		}
		if !validAddress(c.Value.EmailAddress) || c.Value.EmailAddress != strings.ToLower(c.Value.EmailAddress) {
			return fmt.Errorf("value of %q, which is not an address in lower case", c.Value.EmailAddress)
		}
		return nil
	default:
		if err := c.Delegate.normalize(); err != nil {
			return err
		}
		if d.account(c.Delegate.PrimaryAddress) == nil {
			return fmt.Errorf("delegate %d is of %q, which is no account", c.Delegate.ID, c.Delegate.PrimaryAddress)
		}
		return nil
	}
}

// checkUser lets a user be no other kind of address than it was, and only an alias be gone.
func (d *directory) checkUser(u *User, gone bool) error {
	if err := u.normalize(d.internal); err != nil {
		return err
	}
	if u.AliasFor != "" && d.account(u.AliasFor) == nil {
		return fmt.Errorf("alias %q is for %q, which is no account", u.EmailAddress, u.AliasFor)
	}
	if u.AccountCode != "" && !slices.Contains(d.children, u.AccountCode) {
		return fmt.Errorf("address %q has unknown accountCode %q", u.EmailAddress, u.AccountCode)
	}
	found := d.all.find(u.EmailAddress)
	if found != nil && (found.AliasFor != u.AliasFor || found.isAccount() != u.isAccount()) {
		return fmt.Errorf("address %q is of another kind", u.EmailAddress)
	}
	if gone && !u.Alias {
		return fmt.Errorf("address %q is no alias, and can't be gone", u.EmailAddress)
	}
	return nil
}

// checkGroup lets no group lie in itself, and only an empty one be gone.
func (d *directory) checkGroup(g *Group, gone bool) error {
	g.Members = nil
	if err := g.normalize(); err != nil {
		return err
	}
	for id := g.Parent; id != 0; {
		parent := d.group(id)
		if parent == nil {
			return fmt.Errorf("group %d lies in group %d, which is not there", g.ID, id)
		}
		if id == g.ID {
			return fmt.Errorf("group %d lies in itself", g.ID)
		}
		id = parent.Parent
	}
	if found := d.group(g.ID); gone && found != nil && (found.members.size > 0 || d.folders[g.ID] > 0) {
		return fmt.Errorf("group %d is not empty, and can't be gone", g.ID)
	}
	return nil
}

func (c *Change) parts() int {
	n := 0
	for _, set := range []bool{c.User != nil, c.Group != nil, c.Member != nil, c.Value != nil, c.Delegate != nil} {
		if set {
			n++
		}
	}
	return n
}

// apply makes a change. What it keeps of it is its own.
func (d *directory) apply(c Change) {
	switch {
	case c.User != nil && c.Gone:
		d.remove(c.User.EmailAddress)
	case c.User != nil:
		d.put(*c.User)
	case c.Group != nil && c.Gone:
		d.removeGroup(c.Group.ID)
	case c.Group != nil:
		d.putGroup(*c.Group)
	case c.Member != nil && c.Gone:
		d.group(c.Member.Group).members.remove(c.Member.key())
	case c.Member != nil:
		d.group(c.Member.Group).put(c.Member.Member)
	case c.Value != nil && c.Gone:
		delete(d.attribute(c.Value.Attribute).Values, c.Value.EmailAddress)
	case c.Value != nil:
		d.attribute(c.Value.Attribute).Values[c.Value.EmailAddress] = c.Value.Value
	case c.Delegate != nil && c.Gone:
		d.removeDelegate(c.Delegate.ID)
	case c.Delegate != nil:
		d.putDelegate(*c.Delegate)
	}
}
