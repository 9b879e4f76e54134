package mimecast

import (
	"cmp"
	"slices"
	"strings"

	"mimebatch/batch"
)

// Codes of ours, for what the service gives none.
const (
	codeStopped       = "stopped"
	codeNotSent       = "not sent"
	codeUntrusted     = "certificate not trusted"
	codeProxy         = "proxy"
	codeNoRegion      = "no region"
	codeNoAnswer      = "no answer"
	codeCut           = "answer cut"
	codeTooLarge      = "answer too large"
	codeUnreadable    = "answer unreadable"
	codeContradictory = "answer contradictory"
	codeNoEntry       = "no entry in the answer"
	codeServerError   = "server error"
	codeRateLimit     = "rate limit"
	codeUnauthorized  = "not authorized"
	codeForbidden     = "forbidden"
	codeNoFunction    = "no such function"
	codeExpired       = "access expired"
	codeRedirected    = "redirected"
	codeRefused       = "refused"
)

// Codes of the service that decide more than a verdict and words.
const (
	codeTokenExpired        = "token_expired"
	codeTokenUnknown        = "unauthorized"
	codeAppForbidden        = "app_forbidden"
	codeAppUnknown          = "err_developer_key"
	codeSignature           = "err_xdk_invalid_signature"
	codeForbiddenForAddress = "err_xdk_operation_forbidden_for_address"
	codeNoUser              = "err_user_not_found"
)

const (
	fixCredentials = "check the client id and the client secret, or the keys, and that the app is still enabled in the console"
	fixRole        = "give the app's role Directories | Internal | Edit"
	fixNewKeys     = `make new keys in the console, and set the Authentication Cache TTL of their user to "Never Expires"`
	fixOther       = "this program doesn't call the functions that say so: tell its makers"
	fixUnknownCode = "the code is not one that is known: look at the address in the console, or ask Mimecast's support with the request id"
)

// meaning is what is known of a code of the service.
type meaning struct {
	// verdict is what the code says by itself: Fatal if every call would be refused alike, Refused if it is a matter of
	// this address whatever the status; "" leaves that to the status, and is a matter of the app or the account.
	verdict batch.Verdict
	says    string // what it means, for answers that have no message
	cause   string // why that is so, "" if that is said or not known
	fix     string // what to do
}

// hint returns cause and fix as one.
func (m meaning) hint() string {
	if m.cause == "" {
		return m.fix
	}
	return m.cause + ": " + m.fix
}

// codes are the codes that documentation, traffic or clients of the service tell of. There are others: the documentation lists
// none for the commonest refusals.
var codes = map[string]meaning{
	// The gateway of API 2.0.
	codeTokenExpired: {batch.Fatal, "the service doesn't accept the token",
		"a token is good for half an hour, and a new one was not accepted either", fixCredentials},
	codeTokenUnknown: {batch.Fatal, "the service doesn't accept the token", "", fixCredentials},
	codeAppForbidden: {batch.Fatal, "no product of the app has this function", `the app in the console lacks the product "User and Group Management"`,
		"products can't be added to an app later, so make a new app"},

	// The signature of API 1.0.
	codeSignature: {batch.Fatal, "the signature is wrong",
		"the application key, access key and secret key don't belong together, or are not this account's or region's", "copy all of them again from the console"},
	codeAppUnknown: {batch.Fatal, "the service doesn't know the app",
		"now and then it says so of a good one, but hardly twice", "check the application id, and that the app is enabled in the console"},
	"err_xdk_binding_expired":     {batch.Fatal, "the access key has expired", "", fixNewKeys},
	"err_xdk_client_unauthorized": {batch.Fatal, "the service doesn't accept the credentials", "", fixCredentials},

	// Permissions.
	codeForbiddenForAddress: {batch.Refused, "the service forbids this for the address",
		"the account isn't there, its domain isn't internal, or the app's role lacks Directories | Internal | Edit", "the service doesn't tell which: check them in this order"},
	"err_xdk_forbidden": {"", "the service forbids this to the app", "the app's role lacks the permission", fixRole},
	"err_licence_check_failed": {"", "the account has no licence for this",
		"the account's package doesn't include this function", "ask Mimecast for the package"},

	// Addresses.
	codeNoUser:                             {batch.Refused, "there is no such account", "", "check the address; to make the account, let the row create it"},
	"err_validation_invalid_email_address": {batch.Refused, "the address is not valid", "", "check the address"},

	// Values.
	"err_validation_blank":                 {batch.Refused, "a value is blank", "", "fill it in, or leave its cell empty to keep what is there"},
	"err_validation_null":                  {batch.Refused, "a value is missing", "", "fill it in"},
	"err_validation_at_least_one_not_null": {batch.Refused, "nothing was asked for", "", "fill in at least one value"},
	"err_validation_value_not_allowed":     {batch.Refused, "a value is not one that the service takes", "", "use one of those that the message names"},
	"err_deserialise":                      {batch.Refused, "the service could not read the request", "", "check the row for unusual characters"},

	// Groups.
	"err_folder_group_member_already_exists": {batch.Refused, "the group has this member already", "", "nothing needs to be done"},
	"err_folder_email_address_not_found":     {batch.Refused, "the group has no such member", "", "check the address and the group"},

	// Other products.
	"err_managed_url_exists_code":            {batch.Refused, "the managed URL exists already", "", fixOther},
	"err_managed_url_not_found":              {batch.Refused, "there is no such managed URL", "", fixOther},
	"err_audit_siem_invalid_token":           {batch.Refused, "the token of the log is wrong", "", fixOther},
	"err_audit_log_incorrect_region":         {batch.Refused, "the log is in another region", "", fixOther},
	"err_track_and_trace_invalid_start_date": {batch.Refused, "the start date is not valid", "", fixOther},
	"err_invalid_search_xml":                 {batch.Refused, "the search is not valid", "", fixOther},
	"xdk_failure":                            {batch.Refused, "the page token is not valid", "a listing was not read on in time, or changed meanwhile", "try again"},
}

// families are codes that are known by a part of their names only.
var families = []struct {
	of func(code string) bool
	meaning
}{
	{func(c string) bool { return strings.HasSuffix(c, "_exists") || strings.HasSuffix(c, "_exists_code") },
		meaning{batch.Refused, "it exists already", "", "if this was to be a new account, plan again: the row then updates it"}},
	{func(c string) bool { return strings.HasPrefix(c, "err_validation_") },
		meaning{batch.Refused, "a value is not as the service wants it", "", "the message names it: change it"}},
}

// meaningOf returns what is known of a code, and whether something is.
func meaningOf(code string) (meaning, bool) {
	if m, ok := codes[code]; ok {
		return m, true
	}
	for _, f := range families {
		if f.of(code) {
			return f.meaning, true
		}
	}
	return meaning{}, false
}

// Passing tells whether a refusal with this code may not come again for the same row, planned anew as it is: its cause lies in the
// tenant or the service, which can change, and a new plan reads whether the account is there. A code that isn't known, or says
// nothing, passes for none: the service may refuse the row for ever.
func Passing(code string) bool {
	switch code {
	case codeForbiddenForAddress, codeForbidden, "err_xdk_forbidden", "err_licence_check_failed", // until a role or a licence is given
		codeNoUser,                                                    // a new plan creates the account
		codeServerError, codeRateLimit, codeUnauthorized, codeExpired: // until the service or the app is well again
		return true
	}
	return strings.HasSuffix(code, "_exists") // a new plan updates the account
}

// decisive returns the refusal that says the most, which is the one to go by: one that ends the run, else the first with a
// code that is known, with a code, or at all.
func decisive(refusals []refusal) refusal {
	if len(refusals) == 0 {
		return refusal{}
	}
	return slices.MaxFunc(refusals, func(a, b refusal) int { return cmp.Compare(a.rank(), b.rank()) })
}

// rank is how much a refusal says.
func (r refusal) rank() int {
	switch m, known := meaningOf(r.code); {
	case m.verdict == batch.Fatal:
		return 3
	case known:
		return 2
	case r.code != "":
		return 1
	}
	return 0
}
