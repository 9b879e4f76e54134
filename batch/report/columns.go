package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// prefix begins the heading of every column that a run adds.
const prefix = "result_"

// timeLayout is RFC 3339 with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// mostRunes is how long a text may be. A workbook's cell takes 32,767 UTF-16 units, and a character has two at most.
const mostRunes = 32_767 / 2

// column is one of the columns that a run adds.
type column struct {
	heading string
	cell    func(batch.RowResult) sheet.Cell
}

// columns returns the columns that a run adds, in their order.
func columns(run batch.Run) []column {
	cs := []column{
		text("status", func(r batch.RowResult) string { return string(r.Status) }),
		text("action", func(r batch.RowResult) string { return r.Action }),
		text("changed", changed),
		text("code", func(r batch.RowResult) string { return r.Reason.Code }),
		text("reason", func(r batch.RowResult) string { return reason(run, r) }),
		text("hint", hint),
		number("http", func(r batch.RowResult) int { return r.HTTP }),
		number("attempts", func(r batch.RowResult) int { return r.Attempts }),
		text("request_id", func(r batch.RowResult) string { return r.RequestID }),
		text("started", func(r batch.RowResult) string { return moment(r.Started) }),
		text("finished", func(r batch.RowResult) string { return moment(r.Finished) }),
		text("account_id", func(r batch.RowResult) string { return r.Account.ID }),
	}
	for _, info := range batch.Fields() {
		if info.Update && info.Kind != batch.KindSecret {
			cs = append(cs, text(string(info.Field), func(r batch.RowResult) string { return r.Account.Settings[info.Field] }))
		}
	}
	return cs
}

// text is a column of words, each cell on one line.
func text(name string, say func(batch.RowResult) string) column {
	return column{prefix + name, func(r batch.RowResult) sheet.Cell {
		return sheet.Cell{Text: oneLine(say(r))}
	}}
}

// number is a column of numbers, blank where nothing was sent.
func number(name string, count func(batch.RowResult) int) column {
	return column{prefix + name, func(r batch.RowResult) sheet.Cell {
		n := count(r)
		if n == 0 && r.Started.IsZero() {
			return sheet.Cell{}
		}
		return sheet.Cell{Kind: sheet.Number, Text: strconv.Itoa(n)}
	}}
}

func changed(r batch.RowResult) string {
	names := make([]string, len(r.Changed))
	for i, f := range r.Changed {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// reason says why, then what else there is to know. A rehearsal says that it is one, on every row.
func reason(run batch.Run, r batch.RowResult) string {
	var said []string
	if run.Tenant.Sandbox {
		said = append(said, "SANDBOX")
	}
	switch {
	case r.Reason.Message != "":
		said = append(said, r.Reason.Message)
	case r.Status == batch.NotReached:
		said = append(said, "nothing was sent for it")
	}
	return strings.Join(append(said, r.Notes...), "; ")
}

// hint says what to do. Where there is no reason, the row's turn hasn't come.
func hint(r batch.RowResult) string {
	if r.Status == batch.NotReached && r.Reason.Code == "" {
		return "apply the run again"
	}
	return r.Reason.Hint
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// oneLine replaces control characters by blanks, and cuts what doesn't fit into a cell: a service may say anything.
func oneLine(s string) string {
	if len(s) > mostRunes {
		if r := []rune(s); len(r) > mostRunes {
			s = string(r[:mostRunes-1]) + "…"
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
