package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"
)

// However many addresses are asked for, no more is kept of them than the tenant and a constant allow.
func TestTallyIsBounded(t *testing.T) {
	s := New(Options{})
	for i := range maxRefused + 1000 {
		s.tally(Execution{Address: fmt.Sprintf("nobody%d@example.com", i), Done: Refused})
	}
	if most := s.directory.all.size + maxRefused; len(s.executions) != most {
		t.Errorf("%d addresses are counted, want %d", len(s.executions), most)
	}
	s.tally(Execution{Address: "postmaster@example.com", Done: Updated})
	s.tally(Execution{Address: "nobody0@example.com", Done: Refused})
	if got := s.executions["postmaster@example.com"].Updated; got != 1 {
		t.Errorf("%d updates counted, want 1", got)
	}
	if got := s.executions["nobody0@example.com"].Refused; got != 2 {
		t.Errorf("%d refusals counted, want 2", got)
	}
}

func TestTallyKnowsAddressesOnly(t *testing.T) {
	s := New(Options{})
	for _, address := range []string{"", "nobody", "a b@example.com", strings.Repeat("a", maxText)} {
		s.tally(Execution{Address: address, Done: Refused})
	}
	if len(s.executions) > 0 {
		t.Errorf("counted %v", s.executions)
	}
}

func TestClipKeepsNoLongTextAlive(t *testing.T) {
	long := strings.Repeat("a", 1<<20)
	got := clip(long)
	if got != long[:maxText] || unsafe.StringData(got) == unsafe.StringData(long) {
		t.Errorf("%d bytes that lie in the text they are cut from", len(got))
	}
}
