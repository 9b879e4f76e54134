package sandbox

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// events calls get-audit-events for an hour from the given time on.
func (s *Server) events(t *testing.T, from time.Time, token string, size int) (pagination, []map[string]string) {
	t.Helper()
	o := fmt.Sprintf(`{"startDateTime":%q,"endDateTime":%q}`, from.Format(time.RFC3339), from.Add(time.Hour).Format(time.RFC3339))
	asked, err := parseRequest([]byte(`{"data":[` + o + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	asked.pageSize, asked.pageToken = &size, token
	var e struct {
		Meta meta
		Data []map[string]string
	}
	if err := json.Unmarshal(s.getAuditEvents(asked).body, &e); err != nil {
		t.Fatal(err)
	}
	return *e.Meta.Pagination, e.Data
}

// The audit log forgets the oldest events, and keeps its pages where they are.
func TestAuditLogIsBounded(t *testing.T) {
	s := New(Options{})
	from := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	add := func(first, end int) {
		for i := first; i < end; i++ {
			s.directory.audit.add(request{at: from, by: "admin@example.com"}, userUpdated, fmt.Sprintf("u%d@example.com", i))
		}
	}
	add(0, maxEvents+5)
	page, rows := s.events(t, from, "", 10)
	if len(rows) != 10 || rows[0]["eventInfo"] != "User updated: u0@example.com" || rows[0]["user"] != "admin@example.com" {
		t.Fatalf("first page %v", rows)
	}
	add(maxEvents+5, 2*maxEvents+1)
	if n := len(s.directory.audit.events); n > 2*maxEvents || s.directory.audit.first != maxEvents {
		t.Errorf("%d events from %d on", n, s.directory.audit.first)
	}
	// What the token leads to is forgotten, so the page begins with what is left.
	next, rows := s.events(t, from, page.Next, 10)
	if want := fmt.Sprintf("User updated: u%d@example.com", maxEvents); len(rows) != 10 || rows[0]["eventInfo"] != want {
		t.Errorf("page of what was forgotten %v, want it to begin with %s", rows, want)
	}
	add(2*maxEvents+1, 2*maxEvents+9)
	_, rows = s.events(t, from, next.Next, 10)
	if want := fmt.Sprintf("User updated: u%d@example.com", maxEvents+10); len(rows) != 10 || rows[0]["eventInfo"] != want {
		t.Errorf("next page %v, want it to begin with %s", rows, want)
	}
}
