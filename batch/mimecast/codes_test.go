package mimecast

import "testing"

// A refusal passes only where something other than the row can change it.
func TestPassing(t *testing.T) {
	for code, want := range map[string]bool{
		codeForbiddenForAddress: true, codeNoUser: true, codeForbidden: true, "err_xdk_forbidden": true, "err_licence_check_failed": true,
		codeServerError: true, codeRateLimit: true, codeUnauthorized: true, codeExpired: true, "err_user_already_exists": true,
		"err_validation_password_policy": false, "err_validation_invalid_email_address": false, "err_validation_blank": false,
		codeRefused: false, codeNoEntry: false, "err_never_heard_of": false, "": false,
	} {
		if got := Passing(code); got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}
