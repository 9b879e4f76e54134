package sandbox

import "testing"

// FuzzOpenRESTPage wants whatever opens to be what was made.
func FuzzOpenRESTPage(f *testing.F) {
	f.Add("NDY6bnVsbA==")
	f.Add(restPage(100))
	f.Fuzz(func(t *testing.T, token string) {
		if start, ok := openRESTPage(token); ok && (start < 1 || restPage(start) != token) {
			t.Errorf("%q opened as %d", token, start)
		}
	})
}
