package sandbox

import "testing"

func TestPageTokens(t *testing.T) {
	s := sealer{accountCode: "CTEST1"}
	token := s.page("example.com", 500, 1500)
	if size, start, ok := s.openPage(token, "example.com"); size != 500 || start != 1500 || !ok {
		t.Errorf("opened %d, %d, %v", size, start, ok)
	}
	if token != s.page("example.com", 500, 1500) {
		t.Error("the same page has two tokens")
	}
	other := sealer{accountCode: "COTHER"}
	if _, _, ok := other.openPage(token, "example.com"); ok {
		t.Error("another tenant took the token")
	}
}

func FuzzOpenPage(f *testing.F) {
	s := &sealer{accountCode: "CTEST1"}
	f.Add(s.page("example.com", 500, 1500), "example.com")
	f.Add(s.page("", 1, 1), "")
	f.Add(s.domain("example.com"), "example.com")
	f.Add("AAAA", "example.com")
	f.Fuzz(func(t *testing.T, token, domain string) {
		size, start, ok := s.openPage(token, domain)
		if ok && (size < 1 || start < 1 || s.page(domain, size, start) != token) {
			t.Errorf("openPage(%q, %q) = %d, %d", token, domain, size, start)
		}
	})
}
