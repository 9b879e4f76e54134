package sandbox

import "net/http"

const (
	maxPage   = 500 // rows of a page, whatever was asked for
	unpagedAt = 999 // rows of an answer when no page size was asked for; nothing in it tells that there are more
)

// A span is the part of a listing that a call asks for. Size and start of the next page are fixed in its token, which is good
// for the listing that it was given for.
type span struct {
	start, size int
	paged       bool // else the answer claims to be complete
}

// span returns the part of a listing that is asked for. If there is none, the answer tells why: to a broken token the service
// has nothing to say but HTTP 400.
func (s *Server) span(asked request, listing string) (span, *answer) {
	if asked.pageSize != nil && *asked.pageSize < 1 {
		a := refused(asked, refusal{
			Code:    "err_validation_value_not_allowed",
			Message: "Field must be 1 or more",
			Field:   "pageSize",
		})
		return span{}, &a
	}
	if asked.pageToken != "" {
		size, start, ok := s.directory.ids.openPage(asked.pageToken, listing)
		if !ok {
			return span{}, &answer{status: http.StatusBadRequest}
		}
		return span{start, size, true}, nil
	}
	if asked.pageSize != nil {
		return span{0, min(*asked.pageSize, maxPage), true}, nil
	}
	return span{0, unpagedAt, false}, nil
}

// page is the pagination of an answer with so many rows of a listing with total rows.
func (s *Server) page(listing string, p span, rows, total int) *pagination {
	tells := &pagination{PageSize: rows, TotalCount: rows}
	if p.paged {
		tells.TotalCount = total
		if end := p.start + rows; rows > 0 && end < total {
			tells.Next = s.directory.ids.page(listing, p.size, end)
		}
	}
	return tells
}

// of returns the rows of a span.
func (p span) of(total int) (from, to int) {
	from = min(p.start, total)
	return from, min(from+p.size, total)
}
