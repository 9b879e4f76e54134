package sheet

import (
	"fmt"
	"strconv"
)

// maxStyles bounds the cell styles, and the number formats, of a workbook. It is more than a spreadsheet program allows.
const maxStyles = 1 << 16

// readStyles returns the number format of each cell style, nil where it means nothing here.
func readStyles(p *part) ([]*numberFormat, error) {
	codes := map[int]string{}
	var ids []int // of the number formats of the cell styles
	read := func(keep func(id int)) error {
		return p.each(func() error {
			id, ok := styleNumber(p.attr("numFmtId"))
			switch {
			case !ok:
				return p.damage(flaw("a number format has no valid number"))
			case len(ids) == maxStyles || len(codes) == maxStyles:
				return p.damage(flaw(fmt.Sprintf("there are more than %d cell styles or number formats", maxStyles)))
			}
			keep(id)
			return p.skip()
		})
	}
	err := p.list("styleSheet", func() error {
		switch string(p.element) {
		case "numFmts":
			return read(func(id int) { codes[id] = string(p.attr("formatCode")) })
		case "cellXfs":
			return read(func(id int) { ids = append(ids, id) })
		}
		return p.skip()
	})
	if err != nil {
		return nil, err
	}
	formats := map[string]*numberFormat{} // by their codes
	builtInDate := &numberFormat{date: true}
	styles := make([]*numberFormat, len(ids))
	for i, id := range ids {
		code, custom := codes[id]
		format, parsed := formats[code]
		switch {
		case !custom && isDateFormat(id):
			format = builtInDate
		case custom && !parsed:
			if f := parseFormat(code); f.date || f.text != nil || f.zeros != nil {
				format = &f
			}
			formats[code] = format
		}
		styles[i] = format
	}
	return styles, nil
}

// styleNumber parses the number of a number format, which may be left out.
func styleNumber(value []byte) (int, bool) {
	if len(value) == 0 {
		return 0, true
	}
	n, err := strconv.Atoi(string(value))
	return n, err == nil && n >= 0
}
