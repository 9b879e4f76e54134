package sandbox

import "cmp"

// Codes are what the sandbox says in the cases for which no public source tells the service's words. One that is zero is
// that of [DefaultCodes].
type Codes struct {
	Exists   Refusal // create-user, update-alias or import-users of an address that is there
	Missing  Refusal // a write to an address that isn't there, or is no account
	Domain   Refusal // anything in a domain that is not internal
	Password Refusal // a password against the policy
	Queued   Refusal // add-to-purge-list of an address that is on the list; zero is to take it again, as the default does
}

// A Refusal is a code with its message, and the field that it blames, if any. Without a message the code is that, too.
type Refusal struct{ Code, Message, Field string }

// DefaultCodes are guesses by what is said in like cases.
var DefaultCodes = Codes{
	Exists:  Refusal{Code: "err_emulated_address_exists", Message: "Address already exists"},
	Missing: Refusal{Code: "err_xdk_operation_forbidden_for_address", Message: "0003 Forbidden To Perform Operation For Address"},
	Domain:  Refusal{Code: "err_xdk_operation_forbidden_for_address", Message: "0003 Forbidden To Perform Operation For Address"},
	Password: Refusal{
		Code: "err_validation_password_policy", Message: "Password does not meet the password policy", Field: "password",
	},
}

func (c Codes) exists() refusal   { return cmp.Or(c.Exists, DefaultCodes.Exists).refusal() }
func (c Codes) missing() refusal  { return cmp.Or(c.Missing, DefaultCodes.Missing).refusal() }
func (c Codes) domain() refusal   { return cmp.Or(c.Domain, DefaultCodes.Domain).refusal() }
func (c Codes) password() refusal { return cmp.Or(c.Password, DefaultCodes.Password).refusal() }

func (r Refusal) refusal() refusal {
	return refusal{Code: r.Code, Message: cmp.Or(r.Message, r.Code), Field: r.Field}
}
