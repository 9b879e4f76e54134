package batch

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"mimebatch/batch/sheet"
)

// SheetOptions say how a sheet is to be read where it doesn't tell by itself. The zero SheetOptions leave all to the sheet.
// Encoded as JSON they can be kept with a plan, so that the sheet is read the same way when it is applied.
type SheetOptions struct {
	Worksheet  string    `json:"worksheet,omitempty"`   // its name, in a workbook with several
	HeaderLine int       `json:"header_line,omitempty"` // the line of the header
	Columns    []string  `json:"columns,omitempty"`     // the headings of a sheet that has no header
	Encoding   string    `json:"encoding,omitempty"`    // the IANA name of a text's encoding
	Mapping    Mapping   `json:"mapping,omitzero"`      // what the headings mean, and what the options leave open
	Username   string    `json:"username,omitempty"`    // the template of the display name, such as "{{first}} {{last}}"
	Domain     string    `json:"domain,omitempty"`      // completes addresses that are bare log-on names
	DateOrder  DateOrder `json:"date_order,omitempty"`  // the order of day and month in dates such as 03/04/2026
	Zone       string    `json:"zone,omitempty"`        // the IANA name of the time zone of dates without one; UTC if ""

	SkipHidden bool `json:"skip_hidden,omitempty"` // leave out rows that the spreadsheet doesn't show
	AllRows    bool `json:"all_rows,omitempty"`    // every line below the header is a row, whatever it looks like
	Strict     bool `json:"strict,omitempty"`      // warnings keep a row from being used

	// Password asks for the password of a protected workbook. It is called only for such a one.
	Password func(context.Context) (string, error) `json:"-"`
	// Input, if it is not nil, is read in place of the file.
	Input []byte `json:"-"`
}

// merged returns the options with what they leave open taken from their mapping.
func (o SheetOptions) merged() SheetOptions {
	m := o.Mapping
	o.Worksheet = cmp.Or(o.Worksheet, m.Worksheet)
	if o.HeaderLine == 0 && len(o.Columns) == 0 {
		o.HeaderLine, o.Columns = m.HeaderLine, m.NoHeader
	}
	o.Encoding = cmp.Or(o.Encoding, m.Encoding)
	o.Username = cmp.Or(o.Username, m.Username)
	o.Domain = cmp.Or(o.Domain, m.Domain)
	o.DateOrder = cmp.Or(o.DateOrder, m.DateOrder)
	o.Zone = cmp.Or(o.Zone, m.Zone)
	o.SkipHidden = o.SkipHidden || m.SkipHidden
	o.AllRows = o.AllRows || m.AllRows
	return o
}

// table returns the options of the table beneath.
func (o SheetOptions) table() sheet.Options {
	return sheet.Options{
		Sheet: o.Worksheet, Header: o.Mapping.headerScore(), HeaderLine: o.HeaderLine, Columns: o.Columns, Encoding: o.Encoding, Password: o.Password,
	}
}

// zone returns the time zone of dates without one.
func (o SheetOptions) zone() (*time.Location, error) { return ParseZone(o.Zone) }

// ParseZone returns the time zone of an IANA name, UTC for "". The machine's own zone has no name here: a sheet must mean the same
// dates everywhere.
func ParseZone(name string) (*time.Location, error) {
	if strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("unknown time zone %s", name)
	}
	return time.LoadLocation(name)
}
