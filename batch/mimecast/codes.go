package mimecast

import "mimebatch/batch"

// Codes of ours, for what the service gives none.
const (
	codeStopped       = "stopped"
	codeNotSent       = "not sent"
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

// Codes of the service that decide more than a verdict and a hint.
const (
	codeTokenExpired = "token_expired"
	codeTokenUnknown = "unauthorized"
	codeAppForbidden = "app_forbidden"
)

const (
	hintUnknownCode    = "shown as the service gave it: no public documentation explains this code"
	hintToken          = "check the client id and the client secret, and that the app is still enabled in the console"
	hintMissingProduct = `the app in the console lacks the product "User and Group Management"; products can't be added to an app later: make a new app`
)

// meaning is what is known of a code of the service.
type meaning struct {
	// verdict is what the code says by itself: Fatal if every call would be refused alike, Refused if it is a matter of
	// this address whatever the status; "" leaves that to the status.
	verdict batch.Verdict
	hint    string
}

// codes are the codes that documentation, traffic or clients of the service tell of and that the functions used here may
// answer. There are others: the documentation lists none for the commonest refusals.
var codes = map[string]meaning{
	codeTokenExpired: {batch.Fatal, hintToken},
	codeTokenUnknown: {batch.Fatal, hintToken},
	codeAppForbidden: {batch.Fatal, hintMissingProduct},
	"err_developer_key": {batch.Fatal,
		"the service doesn't know the app; now and then it says so of a good one: try again, then check the app in the console"},
	"err_xdk_invalid_signature":   {batch.Fatal, "the keys don't belong together or are not this account's"},
	"err_xdk_binding_expired":     {batch.Fatal, "the access has expired: make new keys in the console"},
	"err_xdk_client_unauthorized": {batch.Fatal, hintToken},
	"err_xdk_forbidden":           {"", "the app's role lacks the permission: it needs Directories | Internal | Edit"},
	"err_licence_check_failed":    {"", "the account's package doesn't include this function"},

	"err_xdk_operation_forbidden_for_address": {batch.Refused,
		"the account isn't there, its domain isn't internal, or the app's role lacks Directories | Internal | Edit; the service doesn't tell which"},
	"err_user_not_found":                   {batch.Refused, "there is no such account: check the address"},
	"err_validation_invalid_email_address": {batch.Refused, "check the address"},
	"err_validation_blank":                 {batch.Refused, "a value is blank: fill it in, or leave its cell empty to keep what is there"},
	"err_validation_null":                  {batch.Refused, "a value is missing: fill it in"},
	"err_validation_at_least_one_not_null": {batch.Refused, "nothing was asked for: fill in at least one value"},
	"err_validation_value_not_allowed":     {batch.Refused, "the value is not one that the service takes: the message names those"},
	"err_deserialise":                      {batch.Refused, "the service could not read the request: check the row for unusual characters"},
}

// verdictOf returns what the codes of the refusals decide, "" for nothing.
func verdictOf(refusals []refusal) batch.Verdict {
	for _, r := range refusals {
		if v := codes[r.code].verdict; v != "" {
			return v
		}
	}
	return ""
}
