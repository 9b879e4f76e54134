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

// openers are all ways to open an id.
func (s *sealer) openers() map[string]func(string) (int, error) {
	return map[string]func(string) (int, error){
		"group": s.openGroup, "attribute": s.openAttribute, "delegate": s.openDelegate, "import": s.openImport,
		"page": func(token string) (int, error) {
			size, _, ok := s.openPage(token, "")
			if !ok {
				return 0, errBrokenID
			}
			return size, nil
		},
	}
}

// An id opens only for what it was sealed for.
func TestIDsOpenByKind(t *testing.T) {
	s := &sealer{accountCode: "CTEST1"}
	ids := map[string]string{
		"address": s.address("ada@example.com"), "domain": s.domain("example.com"), "root": s.group(0, fromCloud),
		"group": s.group(5, fromLDAP), "member": s.member(5, "ada@example.com"), "attribute": s.attribute(5),
		"delegate": s.delegate(5), "import": s.imported(5), "event": s.event(5), "page": s.page("", 5, 5),
	}
	for kind, id := range ids {
		for opener, open := range s.openers() {
			number, err := open(id)
			fits := kind == opener || kind == "root" && opener == "group"
			if fits != (err == nil) || err == nil && kind != "root" && number != 5 {
				t.Errorf("id of %s opened as %s: %d, %v", kind, opener, number, err)
			}
			if _, err := open(id[:len(id)-4]); err == nil {
				t.Errorf("a cut id of %s opened as %s", kind, opener)
			}
		}
	}
}

// FuzzOpenID wants whatever opens to be what was sealed, and to open one way only.
func FuzzOpenID(f *testing.F) {
	s := &sealer{accountCode: "CTEST1"}
	for _, id := range []string{s.group(5, fromCloud), s.attribute(1), s.domain("example.com"), s.page("", 1, 1), "AAAA"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, token string) {
		id, ok := s.open(token, "")
		if ok && s.seal(id, "") != token {
			t.Errorf("%q opened as %+v", token, id)
		}
		opened := 0
		for _, open := range s.openers() {
			if _, err := open(token); err == nil {
				opened++
			}
		}
		if opened > 1 || opened == 1 && !ok {
			t.Errorf("%q opened %d ways", token, opened)
		}
	})
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
