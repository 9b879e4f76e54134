package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxEvents is how many events an audit log holds at least, once it had so many.
const maxEvents = 100_000

// An auditLog is what was done to a tenant since the server was made: the youngest events, in order of time.
type auditLog struct {
	first  int // the number of the first event that is held
	events []event
}

// maxAge is how far back the audit log can be asked for.
const maxAge = 60 * 24 * time.Hour

// An event is one thing that was done.
type event struct {
	at      time.Time // in seconds: no more of it is told
	by      string
	kind    *eventKind
	subject string
}

// An eventKind is how an event is told of.
type eventKind struct{ auditType, category, info string }

// Seen in traffic are the categories, "User Password Changed" with its text, "Folder Log Entry" with the beginning of its text,
// and "Completed Directory Sync". The rest is made up.
var (
	userCreated     = &eventKind{"User Created", userLogs, "User created: %s"}
	userUpdated     = &eventKind{"User Updated", userLogs, "User updated: %s"}
	userImported    = &eventKind{"User Imported", userLogs, "User imported: %s"}
	passwordChanged = &eventKind{"User Password Changed", userLogs, "Password reset for user: %s User Password Changed"}
	aliasAdded      = &eventKind{"Alias Added", userLogs, "Alias added: %s"}
	aliasRemoved    = &eventKind{"Alias Removed", userLogs, "Alias removed: %s"}
	delegateAdded   = &eventKind{"Delegate Added", userLogs, "Delegate added: %s"}
	delegateRemoved = &eventKind{"Delegate Removed", userLogs, "Delegate removed: %s"}
	purgeAdded      = &eventKind{"Purge List Changed", userLogs, "Added to the purge list: %s"}
	purgeRemoved    = &eventKind{"Purge List Changed", userLogs, "Removed from the purge list: %s"}
	groupCreated    = &eventKind{"Folder Log Entry", groupLogs, "Action Performed - Created %s"}
	groupUpdated    = &eventKind{"Folder Log Entry", groupLogs, "Action Performed - Updated %s"}
	groupDeleted    = &eventKind{"Folder Log Entry", groupLogs, "Action Performed - Deleted %s"}
	memberAdded     = &eventKind{"Folder Log Entry", groupLogs, "Action Performed - Added %s"}
	memberRemoved   = &eventKind{"Folder Log Entry", groupLogs, "Action Performed - Removed %s"}
	syncCompleted   = &eventKind{"Completed Directory Sync", accountLogs, "%s"}
)

const (
	userLogs    = "user_account_and_role_logs"
	groupLogs   = "profile_group_logs"
	accountLogs = "account_logs"
)

// add writes down what a call has done.
func (l *auditLog) add(asked request, kind *eventKind, subject string) {
	if len(l.events) == 2*maxEvents {
		l.first += maxEvents
		l.events = append(l.events[:0], l.events[maxEvents:]...)
	}
	l.events = append(l.events, event{asked.at.Truncate(time.Second), asked.by, kind, subject})
}

func (e event) info() string { return fmt.Sprintf(e.kind.info, e.subject) }

// getAuditEvents is get-audit-events: {startDateTime, endDateTime, categories?, query?} to {id, auditType, user, eventTime,
// eventInfo, category}, the oldest first. Times count in whole seconds, the last one included. The query is any part of type,
// user or text, in any case. Its pagination has no total, and its pages are counted in events of the log, so that new events
// don't move them. That it reaches back 60 days is documented; what is said of more is not.
func (s *Server) getAuditEvents(asked request) answer {
	var (
		start, end time.Time
		categories []string
		query      string
	)
	in := reading{fields: asked.data[0].fields}
	in.moment("startDateTime", &start)
	in.moment("endDateTime", &end)
	in.texts("categories", &categories)
	in.text("query", &query)
	start, end = start.Truncate(time.Second), end.Truncate(time.Second)
	if len(in.refusals) == 0 && start.Before(asked.at.Add(-maxAge).Truncate(24*time.Hour)) { // whole days: nobody tells the hour
		in.refuse("startDateTime", "err_validation_invalid_date", "Date is more than 60 days ago")
	}
	if len(in.refusals) > 0 {
		return refused(asked, in.refusals...)
	}
	listing := fmt.Sprint("events ", start.Unix(), end.Unix(), categories, query)
	part, instead := s.span(asked, listing)
	if instead != nil {
		return *instead
	}

	type row struct {
		ID        string `json:"id"`
		AuditType string `json:"auditType"`
		User      string `json:"user"`
		EventTime string `json:"eventTime"`
		EventInfo string `json:"eventInfo"`
		Category  string `json:"category"`
	}
	l := &s.directory.audit
	tells := &pagination{}
	var e envelope
	i, _ := slices.BinarySearchFunc(l.events, start, func(e event, at time.Time) int { return e.at.Compare(at) })
	for i = max(i, part.start-l.first); i < len(l.events) && !l.events[i].at.After(end); i++ {
		one := l.events[i]
		if !one.meets(categories, query) {
			continue
		}
		if len(e.Data) == part.size {
			if part.paged {
				tells.Next = s.directory.ids.page(listing, part.size, l.first+i)
			}
			break
		}
		e.Data = append(e.Data, row{
			s.directory.ids.event(l.first + i + 1), one.kind.auditType, one.by, one.at.UTC().Format(timeFormat),
			one.info(), one.kind.category,
		})
	}
	tells.PageSize = len(e.Data)
	e.Meta.Pagination = tells
	return executed(e)
}

func (e event) meets(categories []string, query string) bool {
	if len(categories) > 0 && !slices.Contains(categories, e.kind.category) {
		return false
	}
	text := strings.ToLower(e.kind.auditType + "\n" + e.by + "\n" + e.info())
	return strings.Contains(text, strings.ToLower(query))
}
